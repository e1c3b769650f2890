"""Intervals that allow for trends that part: coverage with 15 teams at the bound allowed and within it.

    python -m tests.proofs.test_trends

Those that adopt part from the others along a planned path, by the same amount in every team, beside an effect of 1
percentage point. What the path breaks of parallel trends is read off the panel without noise, and the intervals allow
exactly that (at the bound) or twice as much (within it). Acceptance: the intervals hold the truth in .93 or more, three
Monte-Carlo standard errors aside; .95 is promised whatever the path is within the bound, so that more is no fault.
"""

import numpy as np
import pytest

from design_lab.evidence.adoption import adoption
from design_lab.evidence.trends import relative_magnitudes, smoothness
from tests.proofs.panels import framed, told
from tests.proofs.teams import QUARTERS, covers, csat, seeded, sizes, within

FULL = 2000
DESIGNS = {"one date": np.repeat([6, QUARTERS], [8, 7]), "three dates": np.repeat([5, 7, 9, QUARTERS], [4, 4, 4, 3])}
# Points by which those that adopt have moved away in each quarter.
PATHS = {
    "none": np.zeros(QUARTERS),
    "straight": 0.25 * np.arange(QUARTERS),
    "bending": 0.03 * np.arange(QUARTERS) ** 2,
    "one step": 1.0 * (np.arange(QUARTERS) >= 3),
}


def broken(places, path):
    """The largest step after adoption over the largest before, and the largest bend, of a path without noise."""
    if not path.any():
        return 0.0, 0.0
    moved = adoption(framed(path * (places < QUARTERS)[:, None] + np.arange(len(places))[:, None], places), **told())
    steps = moved.trends.before
    after = np.diff([0.0, *(event.value for event in moved.events if event.time >= 0)])
    largest = np.abs(steps).max()
    ratio = np.abs(after).max() / largest if largest > 1e-9 else 0.0
    return float(ratio), float(np.abs(np.diff([*steps, *after])).max())


def simulated(design, path, replications):
    """Whether each interval covers, at the bound and at twice it: steps, bends; and their widths at the bound."""
    rng = seeded("trends", design, path)
    places = DESIGNS[design]
    step, bend = broken(places, PATHS[path])
    treated = np.arange(QUARTERS) >= places[:, None]
    moved = treated + PATHS[path] * (places < QUARTERS)[:, None]
    found = []
    for _ in range(replications):
        trends = adoption(framed(csat(rng, moved, sizes(rng, len(places), equal=False)), places), **told()).trends
        ends = [relative_magnitudes(trends, times * step) for times in (1, 2)]
        ends += [smoothness(trends, times * bend) for times in (1, 2)]
        found.append((*(covers(each, 1.0) for each in ends), np.ptp(ends[0]), np.ptp(ends[2])))
    return np.array(found, dtype=float)


def accepted(found):
    for column in range(4):
        assert within(found[:, column].mean(), 0.93, 1.0, len(found)), found.mean(axis=0)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("path", PATHS)
def test_the_intervals_hold_the_truth_of_trends_that_part_by_no_more_than_they_allow(design, path):
    accepted(simulated(design, path, FULL // 10))


def table():
    yield "| adoption | path | steps allowed | covers | at twice | width | bends allowed | covers | at twice | width |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for design, places in DESIGNS.items():
        for path, moved in PATHS.items():
            found = simulated(design, path, FULL)
            step, bend = broken(places, moved)
            accepted(found)
            steps, twice, bends, twice_bends, width, width_bends = found.mean(axis=0)
            yield (
                f"| {design} | {path} | {step:.2f} | {steps:.3f} | {twice:.3f} | {width:.1f} "
                f"| {bend:.2f} | {bends:.3f} | {twice_bends:.3f} | {width_bends:.1f} |"
            )


if __name__ == "__main__":
    for line in table():
        print(line, flush=True)
