"""Staggered adoption: bias of the mean effect and coverage of the interval by leaving out one team.

    python -m tests.proofs.test_staggered

Teams of unequal size, one team that adopts late by itself, CSAT near its ceiling. Acceptance: |bias| <= .08 percentage
points, coverage .93 to .98, each allowing for three Monte-Carlo standard errors.
"""

import numpy as np
import pytest

from design_lab.evidence.inference import jackknife
from design_lab.evidence.staggered import overall
from tests.proofs.teams import QUARTERS, covers, csat, seeded, sizes, within

FULL = 2000
DESIGNS = [(teams, never, differ) for teams in (10, 15) for never in (0, 3) for differ in (False, True)]
WAVES = (4, 6, 8)


def adopted(teams, never):
    """Three waves, the last team of those that adopt alone in quarter 10."""
    places = np.full(teams, QUARTERS)
    adopting = teams - never
    for wave, members in zip(WAVES, np.array_split(np.arange(adopting - 1), 3), strict=True):
        places[members] = wave
    places[adopting - 1] = 10
    return places


def effects(places, differ):
    """1 percentage point for everybody, or 2, 1, .3, 0 by wave and a tenth more each quarter."""
    since = np.arange(QUARTERS) - places[:, None]
    size = np.array([{4: 2.0, 6: 1.0, 8: 0.3}.get(place, 0.0) for place in places]) if differ else np.ones(len(places))
    return np.where(since >= 0, size[:, None] * (1 + 0.1 * since * differ), 0.0)


def simulated(teams, never, differ, replications):
    """Error of the estimate, whether the interval covers, and the error of two-way fixed effects."""
    rng = seeded("staggered", teams, never, differ)
    places = adopted(teams, never)
    effect = effects(places, differ)
    treated = np.arange(QUARTERS) >= places[:, None]
    # Where all adopt in the end, nobody is left to compare the last period's cells with.
    known = treated & (np.arange(QUARTERS) < places.max())
    truth, found = effect[known].mean(), []
    for _ in range(replications):
        values = csat(rng, effect, sizes(rng, teams, equal=False))
        mean, less = overall(values, places[None], np.ones(teams))
        told = jackknife(float(mean[0]), less[0])
        found.append((told.value - truth, covers((told.low, told.high), truth), two_way(values, treated) - truth))
    return np.array(found, dtype=float)


def two_way(values, treated):
    """The coefficient of treatment with team and quarter effects, of a balanced panel."""
    apart = treated - treated.mean(0) - treated.mean(1)[:, None] + treated.mean()
    return float((apart * values).sum() / (apart**2).sum())


def accepted(found):
    slack = 3 * found[:, 0].std() / np.sqrt(len(found))
    assert abs(found[:, 0].mean()) <= max(0.08, slack)
    assert within(found[:, 1].mean(), 0.93, 0.98, len(found))


@pytest.mark.parametrize(("teams", "never", "differ"), DESIGNS)
def test_the_mean_effect_is_found_and_its_interval_covers(teams, never, differ):
    accepted(simulated(teams, never, differ, FULL // 10))


def table():
    yield "| teams | never treated | effects | bias | covers 95 % | bias of two-way fixed effects |"
    yield "|---|---|---|---|---|---|"
    for teams, never, differ in DESIGNS:
        found = simulated(teams, never, differ, FULL)
        accepted(found)
        bias, covered, naive = found.mean(axis=0)
        yield f"| {teams} | {never} | {'differ' if differ else 'alike'} | {bias:.3f} | {covered:.3f} | {naive:.3f} |"


if __name__ == "__main__":
    for line in table():
        print(line, flush=True)
