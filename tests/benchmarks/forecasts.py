"""Forecasts of many schemes beside the time that it takes to draw as many standard normals.

    python -m tests.benchmarks.forecasts --repeats 7
    python -m tests.benchmarks.forecasts --front data/h_bank --repeats 7

Invented courses of every outcome, 10,000 draws, 20 schemes, 8 quarters; one process on one thread, contestants in turn
and warm before anything is timed by its processor time. The draws are standard normals of the shape of what is forecast: draws x schemes x
quarters x outcomes, once for all outcomes and once for those alone that the schemes move. Shown are medians over the
repeats and the median of the ratios, pair by pair: ratios are to be quoted. With --front the whole front of a study's
search is put in order by expected effect, beside what the notebook on the search computes.
"""

import argparse
import os
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np

from design_lab.catalogue.outcomes import OUTCOMES, SHARES
from design_lab.catalogue.priors import evidence
from design_lab.evaluation.official import official
from design_lab.evaluation.search import search
from design_lab.expected.course import course
from design_lab.expected.effects import effects
from design_lab.expected.paths import projected, unchanged
from design_lab.expected.preview import forecast_start
from design_lab.expected.priors import pooled
from design_lab.expected.ranking import ranked
from design_lab.scoring import panel, targets
from design_lab.study import Study
from tests.benchmarks.evidence import in_turn, told

DRAWS, SCHEMES, QUARTERS = 10_000, 20, 8
TODAY = {"workload": 200.0, "service_quality": 65.0, "csat": 112.0, "teamwork": 43.0}


def main(arguments=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--front", metavar="STUDY")
    given = parser.parse_args(arguments)
    if given.front:
        front(given.front, given.repeats)
        return
    priors, usual, rng = pooled(evidence()), start(), np.random.default_rng(1)
    schemes = [{name: one * rng.uniform(0.5, 1.5) for name, one in TODAY.items()} for _ in range(SCHEMES)]
    one = effects(priors, TODAY, schemes[0], bonus_power=0.175, roles=frozenset({"agent"}))
    moved = sum(one.moves(outcome) for outcome in OUTCOMES)

    def forecast():
        for place, after in enumerate(schemes):
            found = effects(priors, TODAY, after, bonus_power=0.175, roles=frozenset({"agent"}))
            projected(str(place), usual, found, rng=np.random.default_rng(7))

    def banded():
        for place, after in enumerate(schemes):
            found = effects(priors, TODAY, after, bonus_power=0.175, roles=frozenset({"agent"}))
            for path in projected(str(place), usual, found, rng=np.random.default_rng(7)).paths.values():
                path.band(), path.effect_band()

    print("| what | forecast, ms | drawn, ms | ratio |\n|---|---|---|---|")
    for outcomes, named in ((len(OUTCOMES), "all outcomes"), (moved, f"the {moved} that move")):
        drawing = drawn(outcomes)
        for what, call in (("paths", forecast), ("paths and both bands", banded)):
            told(f"{what}, beside draws of {named}", *in_turn(call, drawing, given.repeats, time.process_time))


def start():
    """What comes of every outcome if nothing changes."""
    rng, past_quarters = np.random.default_rng(3), np.arange(12)
    courses = {}
    for outcome in OUTCOMES:
        share = outcome in SHARES
        past = (0.9 if share else 50.0) * (1 + 0.003 * np.sin(past_quarters))
        errors = np.full(12, 0.001 if share else 0.05)
        courses[outcome] = course(past, errors, share=share, quarters=QUARTERS, rng=rng, draws=DRAWS)
    return unchanged(courses, rng=rng)


def drawn(outcomes):
    """Draw standard normals, a scheme at a time, so that memory is that of one as in the forecast."""
    rng = np.random.default_rng(2)

    def draw():
        for _ in range(SCHEMES):
            rng.standard_normal((outcomes, DRAWS, QUARTERS))

    return draw


def front(folder, repeats):
    """Put the front in order, beside what the notebook on the search computes: two panels, targets, and the search."""
    study = Study.open(folder)
    last, begins = study.quarters[-1], forecast_start(study, study.quarters[-1], seed=42)

    def notebook():
        return search(
            study, panel(study, last), study.current, before=panel(study, last.plus(-1)),
            medians=targets(study, last), pay=official(study, last).pay, rng=np.random.default_rng(42),
        )  # fmt: skip

    found = notebook()
    ordered = ranked(found, begins)
    print("| what | ranked, ms | notebook, ms | ratio |\n|---|---|---|---|")
    what = f"a front of {len(ordered.places)} of {ordered.tried} schemes, beside the notebook on the search"
    told(what, *in_turn(lambda: ranked(found, begins), notebook, repeats, time.process_time))


if __name__ == "__main__":
    main()
