"""The dose slope with few teams: bias, coverage of three intervals, and the size of two tests where nothing happens.

    python -m tests.proofs.test_dose_slope

Acceptance: |bias| <= .03 of a true slope of 1, coverage of leaving out (CRV3) and of the lot .93 to .98, size of the
lot's test at most .06, each allowing for three Monte-Carlo standard errors. The wild bootstrap is measured beside them.
"""

import numpy as np
import pytest

from design_lab.evidence.regression import Rows, leave_one_out, reassigned, wild_bootstrap
from tests.proofs.teams import QUARTERS, covers, csat, seeded, sizes, within

FULL, DRAWS = 2000, 399
DESIGNS = [(teams, equal) for teams in (10, 12) for equal in (True, False)]
POINTS = 10.0  # percentage points of CSAT for 1.00 of weight, in which the slope is told


def simulated(teams, equal, slope, replications):
    """Error of the slope in parts of POINTS, what CRV3, the wild bootstrap and the lot cover, and their p against 0."""
    rng = seeded("dose slope", teams, equal, slope)
    teams_at = np.repeat(np.arange(teams), QUARTERS)
    quarters = np.tile(np.arange(QUARTERS), teams)
    found = []
    for _ in range(replications):
        dose = np.full((teams, QUARTERS), 0.40)
        dose[: teams // 2, QUARTERS // 2 :] = rng.choice([0.10, 0.20, 0.25], (teams // 2, 1))
        ratings = sizes(rng, teams, equal=equal)
        values = csat(rng, slope * POINTS * (dose - 0.40), ratings)
        rows = Rows(
            outcome=values.ravel() / POINTS, dose=dose.ravel(), units=teams_at, times=quarters, clusters=teams_at,
            weights=np.repeat(ratings.astype(float), QUARTERS),
        )  # fmt: skip
        dealt = np.stack([dose[rng.permutation(teams)].ravel() for _ in range(DRAWS)])
        one, wild, lot = (
            leave_one_out(rows),
            wild_bootstrap(rows, rng=rng, draws=DRAWS),
            reassigned(rows, dealt, exact=False),
        )
        held = [covers(ends, slope) for ends in ((one.low, one.high), wild.interval, lot.interval)]
        found.append((one.value - slope, *held, wild.p < 0.05, lot.p < 0.05))
    return np.array(found, dtype=float)


def accepted(found, slope):
    n = len(found)
    bias = found[:, 0].mean()
    assert abs(bias) <= max(0.03, 3 * found[:, 0].std() / np.sqrt(n))
    for column in (1, 3):
        assert within(found[:, column].mean(), 0.93, 0.98, n)
    if slope == 0:
        assert within(found[:, 5].mean(), 0, 0.06, n)


@pytest.mark.parametrize(("teams", "equal"), DESIGNS)
@pytest.mark.parametrize("slope", [0, 1])
def test_the_slope_is_found_and_its_intervals_cover(teams, equal, slope):
    accepted(simulated(teams, equal, slope, FULL // 10), slope)


def table():
    yield "| teams | sizes | slope | bias | CRV3 covers | wild covers | lot covers | wild rejects 0 | lot rejects 0 |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for slope in (1, 0):
        for teams, equal in DESIGNS:
            found = simulated(teams, equal, slope, FULL)
            accepted(found, slope)
            told = " | ".join(f"{one:.3f}" for one in found.mean(axis=0))
            yield f"| {teams} | {'equal' if equal else 'unequal'} | {slope} | {told} |"


if __name__ == "__main__":
    for line in table():
        print(line, flush=True)
