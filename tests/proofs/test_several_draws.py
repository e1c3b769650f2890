"""Adoption by several draws of lots: whether the interval holds the truth where teams are compared within each draw.

    python -m tests.proofs.test_several_draws

No effect, teams whose shocks last, 12 quarters. Where few teams wait in a large draw these few decide by themselves, and
the interval by leaving out one team is too short: the claim test leaves it to the lot there (`history.held_against`).
"""

import numpy as np
import pytest
from scipy import stats

from design_lab.evidence.adoption import LEAST_SIDE
from design_lab.evidence.inference import jackknife_error
from design_lab.evidence.staggered import Design, mean_effect
from tests.proofs.teams import seeded, within

FULL, PERIODS, START = 2_000, 12, 5
# Of each draw how many teams change and how many do not.
DRAWS = {
    "2 of 4, twice": [(2, 2)] * 2,
    "3 of 6, twice": [(3, 3)] * 2,
    "2 of 4, four times": [(2, 2)] * 4,
    "1 of 2, six times": [(1, 1)] * 6,
    "6 of 10 and 4 of 10": [(6, 4), (4, 6)],
    "9 of 11 and 2 of 11": [(9, 2), (2, 9)],
}


def design(draws):
    starts = [
        START if number < treated else PERIODS for treated, waiting in draws for number in range(treated + waiting)
    ]
    lots = np.repeat(np.arange(len(draws)), [sum(one) for one in draws])
    return Design(adopted=np.array(starts), periods=PERIODS, weights=np.ones(len(starts)), lots=lots)


def coverage(name, replications):
    """How often the interval holds 0, and against how many teams the treated are held."""
    rng, made = seeded("several draws", name), design(DRAWS[name])
    units = len(made.adopted)
    reach, held = stats.t.ppf(0.975, units - 1), []
    for _ in range(replications):
        passing, lasting = rng.normal(size=(2, units, PERIODS))
        mean, without = mean_effect(passing + 0.3 * lasting.cumsum(axis=1), made)
        held.append(abs(mean[0]) <= reach * jackknife_error(mean[0], without[0]))
    return np.mean(held), made.waiting


def accepted(name, replications):
    covered, waiting = coverage(name, replications)
    assert within(covered, 0.93, 0.99, replications) or waiting < LEAST_SIDE
    return covered, waiting


@pytest.mark.parametrize("name", DRAWS)
def test_intervals_within_draws_cover_or_are_left_to_the_lot(name):
    accepted(name, FULL // 10)


if __name__ == "__main__":
    print("| draws | covers 95 % | teams held against |")
    for name in DRAWS:
        covered, waiting = accepted(name, FULL)
        print(f"| {name} | {covered:.3f} | {waiting:.1f} |")
