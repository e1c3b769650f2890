"""Staggered adoption: bias of the mean effect and coverage of the interval by leaving out one team.

    python -m tests.proofs.test_staggered

Teams of unequal size, one team that adopts late by itself, CSAT of yes-or-no ratings at 92 % and, in the last rows, at
97 %, where effects are cut off at 99.5 % and the truth is what is left of them. Acceptance: |bias| <= .08 percentage
points, coverage .93 to .98, each allowing for three Monte-Carlo standard errors.
"""

import numpy as np
import pytest

from design_lab.evidence.inference import jackknife
from design_lab.evidence.staggered import overall
from tests.proofs.teams import QUARTERS, covers, seeded, shocks, sizes, within

FULL = 2000
DESIGNS = [(teams, never, differ, 92) for teams in (10, 15) for never in (0, 3) for differ in (False, True)]
DESIGNS += [(teams, 3, differ, 97) for teams in (10, 15) for differ in (False, True)]
CEILING = 99.5
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


def satisfied(rng, effect, ratings, level):
    """Percent satisfied, below the ceiling, and what is left of the effect under it, both (teams, quarters)."""
    teams = len(effect)
    without = level + rng.normal(size=(teams, 1)) + 0.5 * rng.normal(size=(1, QUARTERS)) + shocks(rng, teams)
    true, bare = np.clip(without + effect, 0, CEILING), np.clip(without, 0, CEILING)
    return 100 * rng.binomial(ratings[:, None], true / 100) / ratings[:, None], true - bare


def simulated(teams, never, differ, level, replications):
    """Error of the estimate, whether the interval covers, and the error of two-way fixed effects."""
    rng = seeded("staggered", teams, never, differ, level)
    places = adopted(teams, never)
    effect = effects(places, differ)
    treated = np.arange(QUARTERS) >= places[:, None]
    # Where all adopt in the end, nobody is left to compare the last period's cells with.
    known = treated & (np.arange(QUARTERS) < places.max())
    found = []
    for _ in range(replications):
        values, moved = satisfied(rng, effect, sizes(rng, teams, equal=False), level)
        truth = moved[known].mean()
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


@pytest.mark.parametrize(("teams", "never", "differ", "level"), DESIGNS)
def test_the_mean_effect_is_found_and_its_interval_covers(teams, never, differ, level):
    accepted(simulated(teams, never, differ, level, FULL // 10))


def table():
    yield "| teams | never treated | effects | level, % | bias | covers 95 % | bias of two-way fixed effects |"
    yield "|---|---|---|---|---|---|---|"
    for teams, never, differ, level in DESIGNS:
        found = simulated(teams, never, differ, level, FULL)
        accepted(found)
        bias, covered, naive = found.mean(axis=0)
        kind = "differ" if differ else "alike"
        yield f"| {teams} | {never} | {kind} | {level} | {bias:.3f} | {covered:.3f} | {naive:.3f} |"


if __name__ == "__main__":
    for line in table():
        print(line, flush=True)
