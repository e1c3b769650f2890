"""What the report costs beside the notebooks: all eight files, and each format alone, by the seconds of a whole run.

    python -m tests.benchmarks.rendering tests/studies/small

The study is copied and run once, forced to make everything; the run's own steps are timed. Then each format is written
alone, in both languages, in a process of its own, imports included. Seconds are of this machine; the ratios are to be
quoted.
"""

import itertools
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from design_lab.report import FORMATS
from design_lab.run.road import run
from design_lab.study import Study

WRITE = """
import sys
from pathlib import Path
from design_lab.finding import Results
from design_lab.report import Cover, write_reports
from design_lab.study import Study

results = Results.read(Path(sys.argv[2]))
cover = Cover.of(Study.open(sys.argv[1]), results.quarter)
write_reports(results, cover, langs=("en", "zh"), formats=sys.argv[4].split(","), folder=Path(sys.argv[3]))
"""


def main(study):
    source = Study.open(study).folder
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / source.name
        shutil.copytree(source, folder)
        seconds, published = steps(folder, Path(place) / "reports")
        notebooks, rendered = seconds[2], seconds[4]
        print(f"{'':<22}{'wall s':>9}{'of notebooks':>14}")
        print(f"{'notebooks, two jobs':<22}{notebooks:>9.1f}{1:>14.3f}")
        print(f"{'all eight, in the run':<22}{rendered:>9.1f}{rendered / notebooks:>14.3f}")
        for kind in FORMATS:
            alone = written(folder, published / "results.json", Path(place) / kind, kind)
            print(f"{kind + ' alone, twice':<22}{alone:>9.1f}{alone / notebooks:>14.3f}")
        return rendered / notebooks


def steps(folder, reports):
    """Seconds of each step of a run, by its number, and where the report stands."""
    marks = []

    def heard(line):
        if line[1:3] == "/5":
            marks.append((int(line[0]), time.perf_counter()))

    published = run(folder, reports=reports, force=True, jobs=2, progress=heard, say=lambda line: None)
    marks.append((6, time.perf_counter()))
    return {step: end - start for (step, start), (_, end) in itertools.pairwise(marks)}, published


def written(folder, results, out, kind):
    out.mkdir()
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", WRITE, str(folder), str(results), str(out), kind], check=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "tests/studies/small")
