"""Two-way effects beside bare pyfixest, few-cluster inference beside wildboottest, and how cost grows with rows.

    python -m tests.benchmarks.evidence --repeats 9 --rows 500000 5000000

Invented panels; everything runs in one process on one thread, contestants in turn, compiled and warm before anything is
timed. Shown are medians over the repeats and the median of the ratios, pair by pair: ratios are to be quoted.
"""

import argparse
import os
import statistics
import time
import warnings

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np
import pandas as pd

from design_lab.evidence.absorb import TwoWay
from design_lab.evidence.adoption import adoption
from design_lab.evidence.regression import Rows, leave_one_out, reassigned, slope, wild_bootstrap

PEOPLE, WEEKS = 300, 144  # 43,200 person-weeks
TEAMS, QUARTERS, DRAWS = 15, 12, 999


def main(arguments=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--rows", type=int, nargs=2, default=(500_000, 5_000_000))
    given = parser.parse_args(arguments)
    print("| what | ours, ms | beside it, ms | ratio |\n|---|---|---|---|")
    rng = np.random.default_rng(42)
    two_way(person_weeks(rng, PEOPLE, WEEKS), given.repeats)
    few_clusters(rng, given.repeats)
    growth(rng, given.rows, given.repeats)


def person_weeks(rng, people, weeks):
    """Rows of a panel in which everybody has every week, clusters teams of 12."""
    person, week = np.repeat(np.arange(people), weeks), np.tile(np.arange(weeks), people)
    dose = rng.normal(size=people)[person] + rng.normal(size=person.size)
    return Rows(
        outcome=0.5 * dose + rng.normal(size=people)[person] + rng.normal(size=person.size), dose=dose, units=person,
        times=week, clusters=person // 12, weights=rng.integers(5, 60, person.size).astype(float),
    )  # fmt: skip


def in_turn(ours, theirs, repeats, clock=time.perf_counter):
    """Milliseconds of both, medians, and the median ratio of ours to theirs; run once before to be warm."""
    ours(), theirs()
    pairs = [(timed(ours, clock), timed(theirs, clock)) for _ in range(repeats)]
    mine, other = (statistics.median(column) for column in zip(*pairs, strict=True))
    return mine, other, statistics.median(one / two for one, two in pairs)


def timed(call, clock):
    begin = clock()
    call()
    return 1000 * (clock() - begin)


def told(what, mine, other, ratio):
    print(f"| {what} | {mine:.1f} | {other:.1f} | {ratio:.3f} |", flush=True)


def two_way(rows, repeats):
    """The slope within people and weeks, as we take it and as pyfixest does with the cheapest errors there are."""
    import pyfixest

    frame = pd.DataFrame({
        "y": rows.outcome, "x": rows.dose, "person": rows.units, "week": rows.times, "size": rows.weights,
    })  # fmt: skip

    def library():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return pyfixest.feols("y ~ x | person + week", frame, vcov="iid", weights="size").coef()["x"]

    assert abs(library() - slope(rows)) < 1e-6
    told(f"two-way slope, {rows.outcome.size:,} rows, of pyfixest", *in_turn(lambda: slope(rows), library, repeats))
    both = np.column_stack([rows.outcome, rows.dose])

    def absorbed():
        return TwoWay(rows.units, rows.times, rows.weights).residuals(both)

    told("both columns less their effects, of pyfixest's whole fit", *in_turn(absorbed, library, repeats))


def few_clusters(rng, repeats):
    """999 draws on team x quarter: ours give an interval by inversion too, wildboottest a p alone."""
    import statsmodels.api as sm
    from wildboottest.wildboottest import wildboottest

    team, quarter = np.repeat(np.arange(TEAMS), QUARTERS), np.tile(np.arange(QUARTERS), TEAMS)
    dose = np.where((team < TEAMS // 2) & (quarter >= QUARTERS // 2), 0.2, 0.4)
    rows = Rows(
        outcome=dose + 0.05 * rng.normal(size=team.size), dose=dose, units=team, times=quarter, clusters=team,
        weights=np.ones(team.size),
    )  # fmt: skip
    columns = np.column_stack([dose, np.eye(TEAMS)[team], np.eye(QUARTERS)[quarter][:, 1:]])
    names = ["dose", *(f"held{one}" for one in range(columns.shape[1] - 1))]
    model, clusters = sm.OLS(rows.outcome, pd.DataFrame(columns, columns=names)), pd.Series(team)
    paths = dose.reshape(TEAMS, QUARTERS)
    dealt = np.stack([paths[rng.permutation(TEAMS)].ravel() for _ in range(DRAWS)])
    frame = pd.DataFrame({"team": team, "quarter": quarter, "csat": rows.outcome})
    frame["start"] = np.where(team < 6, 4.0, np.where(team < 11, 8.0, np.nan))

    def library():
        return wildboottest(
            model, param="dose", cluster=clusters, B=DRAWS, weights_type="webb", seed=1, show=False, parallel=False
        )

    ours = {
        "wild bootstrap with its interval": lambda: wild_bootstrap(rows, rng=np.random.default_rng(1), draws=DRAWS),
        "other draws of the lot, dose slope": lambda: reassigned(rows, dealt, exact=False),
        "other draws of the lot, adoption": lambda: adoption(
            frame, outcome="csat", unit="team", time="quarter", adopted="start", rng=np.random.default_rng(1), draws=DRAWS
        ),
    }  # fmt: skip
    for what, call in ours.items():
        told(f"{what}, {DRAWS} draws, of wildboottest", *in_turn(call, library, repeats))


def growth(rng, sizes, repeats):
    """Time a row of the slope with its leave-one-out interval over 12 clusters, few rows beside many."""
    few, many = (in_twelve(person_weeks(rng, size // WEEKS, WEEKS)) for size in sizes)
    for what, call in {"slope": slope, "slope and leaving out 12 clusters": leave_one_out}.items():
        mine, other, _ = in_turn(lambda call=call: call(many), lambda call=call: call(few), max(3, repeats // 3))
        ratio = (mine / many.outcome.size) / (other / few.outcome.size)
        told(f"{what}, a row at {many.outcome.size:,} of one at {few.outcome.size:,}", mine, other, ratio)


def in_twelve(rows):
    from dataclasses import replace

    return replace(rows, clusters=rows.clusters % 12)


if __name__ == "__main__":
    main()
