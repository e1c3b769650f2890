"""The slope within people where between people the sign is the other one, and false claims of harm where nothing happens.

    python -m tests.proofs.test_within

Simpson: good people take many calls, a busy week costs the same person CSAT. Acceptance of the slope within: |bias| <=
.02 percentage points for 10 % more volume, the right sign, coverage .92 to .98, each
allowing for three Monte-Carlo standard errors. Null centres: of six outcomes that a reform did not move, with shocks
that they share, one is claimed harmed after Holm's correction in at most .05 of the centres.
"""

import math

import numpy as np
import pandas as pd
import pytest

from design_lab.evidence.inference import jackknife
from design_lab.evidence.left_out import slopes_without_each
from design_lab.evidence.slopes import volume_csat
from design_lab.evidence.staggered import overall
from tests.proofs.teams import QUARTERS, covers, seeded, shocks, within
from tests.proofs.test_staggered import adopted

WATCHED = (slopes_without_each,)  # what the table hangs on beside what is called here
FULL, FULL_NULL = 200, 2000
TEN_PERCENT = math.log(1.1)
WITHIN, BETWEEN = -0.5, 2.0
CENTRES = [(10, 5, 16)]  # teams, people a team, weeks
NULLS = [(10, 3), (15, 0), (15, 3)]
OUTCOMES = 6


def centre(rng, teams, size, weeks):
    """Person-weeks of calls and ratings whose counts are drawn call by call; teams share shocks of a week."""
    people = teams * size
    person, week = np.repeat(np.arange(people), weeks), np.tile(np.arange(weeks), people)
    team = person // size
    usual = 1.5 * rng.normal(size=people)  # in steps of 10 %
    busy = rng.normal(size=people * weeks) + rng.normal(size=weeks)[week]
    days = np.full(person.size, 5)
    calls = rng.poisson(300 * np.exp(TEN_PERCENT * (usual[person] + busy)))
    rated = rng.binomial(calls, 0.3)
    volume = np.log(calls / (days * 8)) / TEN_PERCENT  # as it came out, chance of the calls included
    true = 85 + (BETWEEN - WITHIN) * usual[person] + WITHIN * (volume - volume.mean())
    true = true + rng.normal(size=people)[person] + shocks_of(rng, teams, weeks)[team, week]
    return pd.DataFrame({
        "employee_id": person, "begins": pd.Timestamp("2026-01-05") + pd.to_timedelta(7 * week, "D"),
        "role": "customer_service", "team": team, "calls": calls, "days": days, "worked_ms": days * 8 * 3_600_000,
        "rated": rated, "satisfied": rng.binomial(rated, np.clip(true, 0, 100) / 100),
    }).set_index(["employee_id", "begins"])  # fmt: skip


def shocks_of(rng, teams, weeks):
    return np.concatenate([shocks(rng, teams) for _ in range(-(-weeks // QUARTERS))], axis=1)[:, :weeks]


def simulated(teams, size, weeks, replications):
    """Error of the slope within, whether its interval covers, whether its sign is right, and the pooled slope."""
    rng, found = seeded("within", teams, size, weeks), []
    for _ in range(replications):
        made = volume_csat(centre(rng, teams, size, weeks), timed=True, weekly=True, first="2026Q1", last="2026Q2")
        told, pooled = made.slope("within"), made.slope("pooled")
        found.append((told.value - WITHIN, covers((told.low, told.high), WITHIN), told.value < 0, pooled.value))
    return np.array(found, dtype=float)


def accepted(found):
    error = found[:, 0]
    assert abs(error.mean()) <= max(0.02, 3 * error.std() / np.sqrt(len(found)))
    assert within(found[:, 1].mean(), 0.92, 0.98, len(found))
    assert within(found[:, 2].mean(), 0.99, 1.0, len(found))
    assert found[:, 3].mean() > 0, "pooled, the sign is the other one"


def holm(p, level=0.05):
    """Which of several hypotheses are rejected with the chance of any false one held at the level (Holm 1979)."""
    order, rejected = np.argsort(p), np.zeros(len(p), dtype=bool)
    for place, one in enumerate(order):
        if p[one] > level / (len(p) - place):
            break
        rejected[one] = True
    return rejected


def claimed(teams, never, replications):
    """Whether any outcome is claimed harmed, bare and after Holm, in centres where the reform did nothing."""
    rng, places, found = seeded("null centres", teams, never), adopted(teams, never), []
    for _ in range(replications):
        shared = shocks(rng, teams)
        told = []
        for _ in range(OUTCOMES):
            values = 0.7 * shared + 0.7 * shocks(rng, teams) + rng.normal(size=(teams, 1)) + rng.normal(size=QUARTERS)
            mean, less = overall(values, places[None], np.ones(teams))
            told.append(jackknife(float(mean[0]), less[0]))
        harmed = np.array([one.value < 0 for one in told])
        p = np.array([one.p for one in told])
        found.append(((harmed & (p < 0.05)).any(), (harmed & holm(p)).any()))
    return np.array(found, dtype=float)


@pytest.mark.parametrize(("teams", "size", "weeks"), CENTRES)
def test_the_slope_within_has_the_right_sign_and_its_interval_covers(teams, size, weeks):
    accepted(simulated(teams, size, weeks, FULL // 10))


@pytest.mark.parametrize(("teams", "never"), NULLS)
def test_harm_is_seldom_claimed_where_nothing_happened(teams, never):
    found = claimed(teams, never, FULL_NULL // 10)
    assert within(found[:, 1].mean(), 0.0, 0.05, len(found))


def table():
    yield "| teams | people | weeks | bias | covers 95 % | right sign | pooled slope |"
    yield "|---|---|---|---|---|---|---|"
    for teams, size, weeks in CENTRES:
        found = simulated(teams, size, weeks, FULL)
        accepted(found)
        bias, covered, sign, pooled = found.mean(axis=0)
        yield f"| {teams} | {teams * size} | {weeks} | {bias:.3f} | {covered:.3f} | {sign:.3f} | {pooled:+.2f} |"
    yield ""
    yield "| teams | never treated | any of six outcomes claimed harmed | after Holm |"
    yield "|---|---|---|---|"
    for teams, never in NULLS:
        found = claimed(teams, never, FULL_NULL)
        assert within(found[:, 1].mean(), 0.0, 0.05, len(found))
        bare, corrected = found.mean(axis=0)
        yield f"| {teams} | {never} | {bare:.3f} | {corrected:.3f} |"


if __name__ == "__main__":
    for line in table():
        print(line, flush=True)
