"""What a whole run costs: cold, forced and unchanged, in seconds and in memory summed over all its processes.

    python -m tests.benchmarks.whole_run data/h_bank
    python -m tests.benchmarks.whole_run tests/studies/small --papermill 3

The study is copied without its raw files and tables, so that the cold run makes everything; nothing of the study or of
its reports is touched. Seconds are of this machine; the ratio of the last column is the figure to quote.

With `--papermill N` the run, report and all, is held N times, in turn, beside the same notebooks executed by papermill's
own CLI one after the other, which makes no report. Both begin with raw files and nothing else: no tables, no panels, no
report. Wall seconds tell the truth only on a machine that nobody else uses: two cores do two notebooks at a time.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from design_lab.run.notebooks import find_notebooks, ordered
from design_lab.study import Study, project_root

RUN = (sys.executable, "-m", "design_lab.cli", "run")


def main(study, papermill=0):
    source = Study.open(study).folder
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / source.name
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("raw", "tables"))
        run = [*RUN, str(folder), "--reports", str(Path(place) / "reports")]
        print(f"{'run':<10}{'wall s':>9}{'CPU s':>9}{'peak GB':>9}{'of forced':>11}")
        cold = show("cold", measured(run), None)
        forced = show("forced", measured([*run, "--force"]), None)
        show("unchanged", measured(run), forced)
        if papermill:
            one_by_one(folder, papermill)
        return cold


def one_by_one(folder, repeats):
    """Hold the run beside papermill's CLI, in turn, and print both with the ratios."""
    found = ordered(find_notebooks(folder, project_root() / "notebooks"))
    pairs = []
    for number in range(repeats):
        out = folder.parent / f"papermill_{number}"
        out.mkdir()
        shutil.rmtree(folder / "tables")
        each = [measured(command(one.path, out, folder), watch=False) for one in found]
        shutil.rmtree(folder / "tables")
        whole = measured([*RUN, str(folder), "--reports", str(folder.parent / f"reports_{number}")], watch=False)
        pairs.append(((sum(wall for wall, _, _ in each), sum(cpu for _, cpu, _ in each)), whole[:2]))
    for place, name in enumerate(("wall", "CPU")):
        ratios = [theirs[place] / ours[place] for theirs, ours in pairs]
        theirs, ours = (statistics.median(pair[side][place] for pair in pairs) for side in (0, 1))
        print(
            f"papermill's CLI {theirs:.1f} s {name}, the run {ours:.1f} s: {statistics.median(ratios):.2f} times "
            f"({min(ratios):.2f} to {max(ratios):.2f})"
        )


def command(path, out, folder):
    """How a notebook is executed by papermill's own CLI."""
    start = [sys.executable, "-m", "papermill", str(path), str(out / path.name), "-k", "python3", "--no-progress-bar"]
    return [*start, "--cwd", str(path.parent), "-p", "study", str(folder), "-p", "out", str(out)]


def show(name, figures, forced):
    wall, cpu, peak = figures
    share = f"{wall / forced:>11.4f}" if forced else f"{'':>11}"
    print(f"{name:<10}{wall:>9.1f}{cpu:>9.1f}{peak / 1e9:>9.2f}{share}")
    return wall


def measured(command, *, watch=True):
    """Wall seconds, CPU seconds of all that ended, and the peak of the memory summed over living processes.

    To add up memory takes the time of a processor, which the processes themselves may want; without `watch` it is 0.
    """
    before, start = psutil.Process().cpu_times(), time.perf_counter()
    process = psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0
    while watch and process.poll() is None:
        peak = max(peak, memory(process))
        time.sleep(0.05)
    if process.wait():
        raise SystemExit(f"the run ended with {process.returncode}; call it by hand to see why")
    after = psutil.Process().cpu_times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - start, cpu, peak


def memory(process):
    """Bytes of a process and its children; memory that they share is counted once where the system can tell."""
    total = 0
    try:
        for one in [process, *process.children(recursive=True)]:
            figures = one.memory_full_info()
            total += getattr(figures, "pss", figures.rss)
    except psutil.Error:
        pass
    return total


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("study", nargs="?", default="data/h_bank")
    parser.add_argument("--papermill", type=int, default=0, metavar="N", help="hold N runs beside papermill's CLI")
    main(**vars(parser.parse_args()))
