"""What a whole run costs: cold, forced and unchanged, in seconds and in memory summed over all its processes.

    python -m tests.benchmarks.whole_run data/h_bank

The study is copied without its raw files and tables, so that the cold run makes everything; nothing of the study or of
its reports is touched. Seconds are of this machine; the ratio of the last column is the figure to quote.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from design_lab.study import Study


def main(study):
    source = Study.open(study).folder
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / source.name
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("raw", "tables"))
        run = [sys.executable, "-m", "design_lab.cli", "run", str(folder), "--reports", str(Path(place) / "reports")]
        print(f"{'run':<10}{'wall s':>9}{'CPU s':>9}{'peak GB':>9}{'of forced':>11}")
        cold = show("cold", measured(run), None)
        forced = show("forced", measured([*run, "--force"]), None)
        show("unchanged", measured(run), forced)
        return cold


def show(name, figures, forced):
    wall, cpu, peak = figures
    share = f"{wall / forced:>11.4f}" if forced else f"{'':>11}"
    print(f"{name:<10}{wall:>9.1f}{cpu:>9.1f}{peak / 1e9:>9.2f}{share}")
    return wall


def measured(command):
    """Wall seconds, CPU seconds of all that ended, and the peak of the memory summed over living processes."""
    before, start = psutil.Process().cpu_times(), time.perf_counter()
    process = psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        peak = max(peak, memory(process))
        time.sleep(0.05)
    if process.returncode:
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
    main(sys.argv[1] if len(sys.argv) > 1 else "data/h_bank")
