"""Commands killed at random moments: what is published is old or new, and one more run finishes as if nothing had been.

A client of three people, one quarter and one notebook is run by the real command line (the notebooks are another
folder's, and what is frozen is written beforehand instead of forecast). A case names a phase of the run and what is
killed: everything at once, the command alone, whose children must end by themselves, or one worker or kernel, which
the command must survive in a sentence. Moments are uniform over the phase as long as it took undisturbed. Between kills
the client's data change, so that old and new are told apart by every byte.

Acceptance: no report is mixed and its seal holds, the ledger's chain holds, no temporary file and no process is left
after the next run, and that run's results.json is equal to the byte to an undisturbed one's. Ten kills in CI; a hundred
published by `python -m tests.proofs --full test_kills`.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np
import psutil
import pytest

from design_lab.files import TEMPORARY_MARK, sha256
from design_lab.ledger import read_ledger
from design_lab.processes import each
from design_lab.run import record
from design_lab.run.child import main as child_main
from design_lab.run.kernel_process import warm_up
from design_lab.run.publish import settle
from design_lab.run.workers import Worker
from tests.ingest.conftest import Mini
from tests.run.conftest import Tiny, finding

posix = pytest.mark.skipif(sys.platform == "win32", reason="kills by SIGKILL")
WATCHED = (child_main, warm_up, Worker)  # what the table hangs on beside what is called here

# What is killed in which phase, and how often: at full size, in CI.
CASES = {
    ("tables", "all"): (12, 1),
    ("tables", "command"): (8, 1),
    ("notebooks", "all"): (10, 1),
    ("notebooks", "command"): (8, 1),
    ("notebooks", "worker"): (5, 1),
    ("notebooks", "kernel"): (7, 1),
    ("report", "all"): (10, 0),
    ("report", "command"): (5, 1),
    ("publishing", "all"): (15, 2),
    ("ledger", "all"): (15, 1),
    ("data check", "all"): (5, 0),
}
TOLD = ("Nothing was published", "ended with status -9 (killed")
CHAINS = 3  # of kills at a time, at full size: a command waits, too
MARKS = {
    "tables": ("1/5", "2/5"),
    "notebooks": ("2/5", "4/5"),
    "report": ("4/5", "5/5"),
    "publishing": ("5/5", "published"),
}
PATIENCE_SECONDS = 120  # of a machine that does other things too; what is waited for takes one
START = """
import sys
from pathlib import Path
from design_lab.run import road
home = Path(sys.argv.pop(1))
road.project_root = lambda: home
if sys.argv[1] == "freeze":
    from design_lab.expected import frozen
    said = {"text": {"en": "as written beforehand"}}
    frozen.forecast_start, frozen.expected_effects = lambda *_, **__: None, lambda _, scheme: scheme.name
    frozen._lines = lambda scheme, _: [{"target": f"{n}", "finding": said, "scheme": scheme} for n in range(500)]
    append = frozen.append
    def told(*given):
        print("5/5 ledger", flush=True)
        made = append(*given)
        print("published", flush=True)
        return made
    frozen.append = told
from design_lab.cli import main
main()
"""
# Kernels are forked as ever, from a process that has imported nothing: imports would take most of the time.
NOTHING_BEFOREHAND = "import sys, types; sys.modules['design_lab.run.warm'] = types.ModuleType('warm')"
SCHEME = """name: {name}
title: {{en: "{name}", zh: "{name}"}}
why: to be killed
effective_from: 2027Q1
dimensions: {{workload: {{weight: 100, indicators: {{calls_per_hour: 100}}}}}}
rules: {{calls_per_hour: {{rule: attainment, target: role_median_prior_4_quarters, floor: 60, cap: 120}}}}
grades: {{method: forced, pool: role_level, ties: better, shares: {{A: 50, B: 50}}, coefficients: {{A: 1.1, B: 1.0}}}}
"""


class Killing:
    """A command under way: its lines with the time at which they came."""

    def __init__(self, home, *arguments):
        self.process = psutil.Popen(
            [sys.executable, "-c", START, str(home), *map(str, arguments)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(home / "beforehand")},
        )  # fmt: skip
        self.begun, self.lines = time.monotonic(), []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append((time.monotonic() - self.begun, line))

    @property
    def said(self):
        return "".join(line for _, line in self.lines)

    def at(self, mark):
        """When the line that begins with `mark` came, or None."""
        return next((at for at, line in self.lines if line.startswith(mark)), None)

    def wait_for(self, there):
        """Wait until something is there, or the command has ended; return it."""
        while self.process.poll() is None:
            if found := there():
                return found
            time.sleep(0.005)
        return None

    def end(self):
        status = self.process.wait(PATIENCE_SECONDS)
        self._reader.join(PATIENCE_SECONDS)
        self.process.stdout.close()
        return status


class Home:
    """The client's folder, its reports, and what undisturbed runs make of its two states."""

    def __init__(self, root, rng):
        self.root, self.rng = root, rng
        self.mini, tiny = Mini(root / "data" / "mini"), Tiny(root)
        self.study, self.reports = self.mini.folder, root / "reports" / "mini"
        self.mini.write_sources()
        for name in ("current", "other"):
            (self.study / "schemes" / f"{name}.yaml").write_text(SCHEME.format(name=name), encoding="utf-8")
        tiny.notebooks.mkdir()
        (root / "beforehand").mkdir()
        (root / "beforehand" / "sitecustomize.py").write_text(NOTHING_BEFOREHAND, encoding="utf-8")
        count = "from pathlib import Path; rows = Path(study, 'raw/2026Q3/calls.csv').read_text().count('C')"
        tiny.notebook("01_first", count, finding("diagnosis.calls", "rows"))
        self.lengths, self.made = {}, {}
        for state in (1, 0):
            self.deliver(state)
            self.undisturbed("run", *self.asked)
            self.made[state] = self.results()
        self.now = 0
        checked = self.undisturbed("check", self.study, "--reports", self.reports.parent)
        self.lengths["data check"] = checked.lines[-1][0]
        frozen = self.undisturbed("freeze", *self.frozen)
        self.lengths["ledger"] = frozen.at("published") - frozen.at("5/5")

    asked = property(lambda self: (self.study, "--reports", self.reports.parent, "--formats", "html", "--lang", "en"))
    frozen = property(lambda self: (self.study, "--scheme", "other", "--decision", "the board's"))
    published = property(lambda self: self.reports / "2026Q3")
    ledger = property(lambda self: self.study / "ledger.jsonl")

    def deliver(self, state):
        """The client's calls in one of two states."""
        self.mini.csv("calls.csv", self.mini.calls[: len(self.mini.calls) - state])

    def undisturbed(self, *command):
        """Run a command to its end; what it took is how long the phases of the next one are expected to take."""
        begun = Killing(self.root, *command)
        assert begun.end() == 0, begun.said
        if begun.at("4/5") is not None:
            self.lengths |= {phase: begun.at(end) - begun.at(start) for phase, (start, end) in MARKS.items()}
        return begun

    def results(self):
        return (self.published / "results.json").read_bytes()

    def verified(self):
        """Whether the published folder is as its own record says, by the code that the command `verify` walks."""
        settle(self.reports)
        return record.sealed_faults(self.published, record.Record.read(self.published)) == ()

    def processes(self):
        """Processes of this home that are alive."""
        found = []
        for process in psutil.process_iter(["cmdline", "environ", "status"]):
            known = [*(process.info["cmdline"] or []), *(process.info["environ"] or {}).values()]
            if process.info["status"] != psutil.STATUS_ZOMBIE and any(str(self.root) in part for part in known):
                found.append(process)
        return found

    def end_of_all(self):
        """Wait until no process of this home is left; return how many did not end."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.05)
        for process in left:
            process.kill()
        return len(left)

    def files_left(self):
        """What nobody who is dead may leave."""
        odd = (TEMPORARY_MARK, ".building", ".ready", "scratch-")
        return [str(path) for path in self.root.rglob("*") if any(mark in path.name for mark in odd)]


def killed(home, phase, what):
    """Run the phase's command and kill at a random moment of it; None if it had ended before."""
    command = {
        "ledger": ("freeze", *home.frozen),
        "data check": ("check", home.study, "--reports", home.reports.parent),
    }
    begun = Killing(home.root, *command.get(phase, ("run", *home.asked)))
    mark = {"ledger": "5/5", "data check": None}.get(phase, MARKS.get(phase, [""])[0])
    if mark:
        begun.wait_for(lambda: begun.at(mark) is not None)
    victims = begun.wait_for(lambda: aimed(begun.process, what))
    time.sleep(home.rng.uniform(0, home.lengths[phase] * (0.2 if what == "kernel" else 1)))
    if begun.process.poll() is not None or not victims:
        begun.end()
        return None
    struck = [process for process in aimed(begun.process, what) if strike(process)]
    begun.end()
    return begun if struck else None


def aimed(command, what):
    """The processes to be killed: those of a kind below the command, or itself, alone or with all below."""
    if what == "command":
        return [command]
    try:
        below = command.children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    if what == "all":
        return [command, *below]
    return [process for process in below if KINDS[what](process)]


def is_worker(process):
    """Whether it executes notebooks: such a worker has a process from which it forks kernels."""
    return "design_lab.run.child" in arguments(process) and any(map(forks, relatives(process.children)))


def is_kernel(process):
    """Whether it was forked: its arguments are those of the process from which it was."""
    return forks(process) and any(map(forks, relatives(lambda: filter(None, [process.parent()]))))


KINDS = {"worker": is_worker, "kernel": is_kernel}


def forks(process):
    return "multiprocessing.forkserver" in arguments(process)


def relatives(ask):
    try:
        return ask()
    except psutil.Error:
        return []


def arguments(process):
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def strike(process):
    try:
        os.kill(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def one_kill(home, phase, what):
    """Kill once and run once more; what is counted of it."""
    if phase == "ledger":
        return one_ledger(home, what)
    old, new = home.made[home.now], home.made[1 - home.now]
    home.deliver(1 - home.now)
    struck = killed(home, phase, what)
    if struck is None:
        home.undisturbed("run", *home.asked)
        home.now = 1 - home.now
        return None
    assert "Traceback" not in struck.said, struck.said
    if what in ("worker", "kernel"):
        assert struck.process.returncode in (0, 1), struck.said
        assert struck.process.returncode == 0 or any(words in struck.said for words in TOLD), struck.said
    counts = Counter(kills=1, processes=home.end_of_all())
    standing = home.results() if home.verified() else b"mixed"
    counts[{old: "old", new: "new"}.get(standing, "mixed")] += 1
    home.undisturbed("run", *home.asked)
    home.now = 1 - home.now
    counts["files"] = len(home.files_left())
    counts["same"] = int(home.verified() and home.results() == new)
    return counts


def one_ledger(home, what):
    before = read_ledger(home.ledger)
    size, digest = home.ledger.stat().st_size, sha256(home.ledger)
    if killed(home, "ledger", what) is None:
        return None
    counts = Counter(kills=1, processes=home.end_of_all())
    found = len(read_ledger(home.ledger)) - len(before)
    kind = "new" if found == 1000 else "old" if found == 0 and sha256(home.ledger) == digest else "mixed"
    counts[kind] += 1
    home.undisturbed("freeze", *home.frozen)
    whole = home.ledger.read_bytes()
    counts["files"] = len(home.files_left())
    counts["same"] = int(len(read_ledger(home.ledger)) == len(before) + found + 1000)
    home.ledger.write_bytes(whole[:size])  # else each kill would meet a longer one
    return counts


def chain(number, cases):
    """Kills one after the other in a home of their own; what is counted of each case."""
    counted = {case: Counter() for case in cases}
    with tempfile.TemporaryDirectory(prefix="kills-") as place:
        home = Home(Path(place).resolve(), np.random.default_rng([*b"killed at any moment", number]))
        for case in cases:
            while not (found := one_kill(home, *case)):
                counted[case]["missed"] += 1
                assert counted[case]["missed"] < 20
            counted[case].update(found)
    return counted


def kills(size):
    """All cases at a size (0 full, 1 CI), counted by phase and by what is killed."""
    cases = [case for case, sizes in CASES.items() for _ in range(sizes[size])]
    chains = (CHAINS, 1)[size]
    counted = {case: Counter() for case in cases}
    for found in each(chain, [(number, cases[number::chains]) for number in range(chains)], chains):
        for case, counts in found.items():
            counted[case] += counts
    return counted


def hold(counted):
    for case, counts in counted.items():
        assert counts["mixed"] == counts["processes"] == counts["files"] == 0, (case, counts)
        assert counts["same"] == counts["kills"] == counts["old"] + counts["new"], (case, counts)


@posix
@pytest.mark.long
def test_killed_at_any_moment_nothing_is_mixed_and_the_next_run_finishes():
    hold(kills(1))


def table():
    """The kills at full size as lines of a Markdown table; a miss of the acceptance raises."""
    counted = kills(0)
    hold(counted)
    yield "| phase | killed | kills | old left | new there | mixed | processes left | files left | next run equal to the byte |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for (phase, what), found in counted.items():
        told = [found[key] for key in ("kills", "old", "new", "mixed", "processes", "files", "same")]
        yield f"| {phase} | {what} | {' | '.join(map(str, told))} |"
