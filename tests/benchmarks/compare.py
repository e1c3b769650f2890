"""What a change costs: one command at two commits, in turn, as ratios.

    python -m tests.benchmarks.compare main HEAD -- -m tests.benchmarks.person_week 5500000 --repeats 1
    python -m tests.benchmarks.compare v0.1.0 HEAD --pairs 9 -- -m design_lab.cli run tests/studies/small --force \
        --reports build/compared

Each commit is checked out into a folder of its own, beside nothing of this one, and the arguments after `--` are given to
this Python there, with that folder's package. The commands run in turn, first A then B, next B then A, after one run of
each that does not count; a ratio is taken pair by pair, so that it holds when the machine's speed drifts. Both run with the
libraries installed here: where they differ between the commits, `--fresh` makes an environment for each by its own
constraints.txt. The median ratio, and the least and the greatest, are to be quoted, not the seconds.
"""

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from design_lab.study import project_root


def main(arguments=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("commits", nargs=2, metavar="COMMIT")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--fresh", action="store_true", help="install each commit's own libraries")
    given = sys.argv[1:] if arguments is None else arguments
    if "--" not in given:
        parser.error("say what to run after --, such as -- -m design_lab.cli --help")
    place = given.index("--")
    chosen, command = parser.parse_args(given[:place]), given[place + 1 :]
    with tempfile.TemporaryDirectory() as scratch, contextlib.ExitStack() as stack:
        sides = [
            stack.enter_context(checked_out(commit, Path(scratch) / name, fresh=chosen.fresh))
            for name, commit in zip("ab", chosen.commits, strict=True)
        ]
        show(chosen.commits, measured(sides, command, chosen.pairs))


@contextlib.contextmanager
def checked_out(commit, folder, *, fresh):
    """Give the folder of a commit and the Python that runs it; both are gone afterwards."""
    git = ["git", "-C", str(project_root()), "worktree"]
    subprocess.run([*git, "add", "--detach", "--quiet", str(folder), commit], check=True)
    try:
        yield folder, installed(folder) if fresh else sys.executable
    finally:
        subprocess.run([*git, "remove", "--force", str(folder)], check=True)


def installed(folder):
    subprocess.run([sys.executable, "-m", "venv", folder / ".venv"], check=True)
    python = folder / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    subprocess.run(
        [python, "-m", "pip", "install", "-q", "-c", "constraints.txt", "-e", ".[dev]"], check=True, cwd=folder
    )
    return str(python)


def measured(sides, command, pairs):
    """Wall and processor seconds of both, (pairs, 2, 2), in turning order; the first pair is not counted."""
    found = []
    for number in range(pairs + 1):
        order = (0, 1) if number % 2 else (1, 0)
        pair = {side: spent(*sides[side], command) for side in order}
        if number:
            found.append((pair[0], pair[1]))
    return found


def spent(folder, python, command):
    """Wall and processor seconds of the command and all that it started."""
    before, begun = os.times(), time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run([python, *command], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the command ended with {done.returncode} in {folder.name}: {done.stderr.strip()[-500:]}")
    after = os.times()
    return time.perf_counter() - begun, after[2] + after[3] - before[2] - before[3]


def show(commits, pairs):
    first, second = commits
    print(f"| | {first}, s | {second}, s | {second} / {first} | least | greatest |\n|---|---|---|---|---|---|")
    for place, name in enumerate(("wall", "CPU")):
        a, b = zip(*((one[place], other[place]) for one, other in pairs), strict=True)
        ratios = [two / one for one, two in zip(a, b, strict=True)]
        print(
            f"| {name} | {statistics.median(a):.2f} | {statistics.median(b):.2f} | {statistics.median(ratios):.3f} | "
            f"{min(ratios):.3f} | {max(ratios):.3f} |"
        )


if __name__ == "__main__":
    main()
