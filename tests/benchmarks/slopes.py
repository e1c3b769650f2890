"""How cost grows with quarters and with schemes: processor seconds, peak memory and exponents.

    python -m tests.benchmarks.slopes data/h_bank

Quarters: calls by person and week, and outcomes by team and quarter, over the latest quarters of a study that is built.
Schemes: grades under so many weights of 30,000 invented people, and under 1,000 of so many people. Ratings: how severe
raters are, of the latest quarter's forms made ten and 94 times over, each copy with people of its own. Each figure is that of
a process forked from one that holds the libraries already, so that no import is counted. How cost grows with calls tells
`person_week`, with people `many_people`.
"""

import math
import os
import sys

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")

import ibis  # noqa: F401 (before processes are forked)
import pandas as pd

from design_lab.scoring import calls_by_period, team_quarters
from design_lab.scoring.ratings.forms import forms
from design_lab.scoring.ratings.severity import severity
from design_lab.study import Study
from tests.benchmarks.many_schemes import graded, invented

QUARTERS = (3, 12)
SCHEMES = ((100, 30_000), (1000, 30_000))
COPIES = (10, 94)
PEOPLE = ((1000, 3000), (1000, 30_000))


def main(study):
    opened = Study.open(study)
    print("| what | at | CPU s | peak MB | at | CPU s | peak MB | exponent |\n|---|---|---|---|---|---|---|---|")
    latest = {number: opened.quarters[-number:] for number in QUARTERS}
    weeks = {number: (calls_by_period, (opened, held), {"period": "week"}) for number, held in latest.items()}
    show("calls by person and week, quarters", weeks)
    show("outcomes by team, quarters", {number: (team_quarters, (opened, held), {}) for number, held in latest.items()})
    show("grades of 30,000 people, schemes", {schemes: (grades, (schemes, people), {}) for schemes, people in SCHEMES})
    show("grades under 1,000 schemes, people", {people: (grades, (schemes, people), {}) for schemes, people in PEOPLE})
    show("severity of raters, copies of all people", {copies: (rated, (opened, copies), {}) for copies in COPIES})


def show(name, tasks):
    (few, (less, memory)), (many, (more, peak)) = ((size, spent(*task)) for size, task in tasks.items())
    power = math.log(more / less) / math.log(many / few)
    print(
        f"| {name} | {few:,} | {less:.2f} | {memory:.0f} | {many:,} | {more:.2f} | {peak:.0f} | {power:.2f} |",
        flush=True,
    )


def spent(task, arguments, options):
    """Processor seconds and peak megabytes of a forked process."""
    child = os.fork()
    if not child:
        task(*arguments, **options)
        os._exit(0)
    _, status, used = os.wait4(child, 0)
    if status:
        raise SystemExit(f"{task.__name__} ended with {status}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def grades(schemes, people):
    batch, _, weights = invented(schemes, people)
    graded(batch, weights)


def rated(study, copies):
    rows = pd.read_parquet(study.tables / "ratings" / f"{study.quarters[-1]}.parquet")
    ids = ("employee_id", "rater_id")
    each = [rows.assign(**{name: rows[name] + f"x{copy}" for name in ids}) for copy in range(copies)]
    severity(forms(pd.concat(each, ignore_index=True)))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "data/h_bank")
