"""How often each check fails where nothing is wrong, and where something is.

    python -m tests.proofs.test_checks

Teams of unequal size, one that adopts late by itself, CSAT near its ceiling, an effect of 1 percentage point. Volume
has shocks that all teams share, which pass, fade or stay. Calls take 5 % longer after adoption, which is as much as
`handle_time` lets pass. Acceptance: a check fails in at most .05 of the panels where nothing is wrong, three Monte-Carlo
standard errors aside. `concurrent_events` compares records and errs by no chance.
"""

import numpy as np
import pytest

from design_lab.evidence.checks import (
    anticipation,
    dip_before,
    handle_time,
    leave_one_out,
    moves,
    placebo_dates,
    pre_trend,
    selection_on_past,
    shared_queues,
    untreated_volume,
)
from tests.proofs.panels import framed, told
from tests.proofs.teams import QUARTERS, csat, seeded, shocks, sizes, within
from tests.proofs.test_staggered import adopted

FULL, FULL_TROUBLE = 2000, 500
DESIGNS = [(10, 3), (15, 0), (15, 3)]
WHEN = np.arange(QUARTERS)
ASKED = {
    check.__name__: check
    for check in (
        pre_trend, placebo_dates, anticipation, dip_before, selection_on_past, moves, untreated_volume, shared_queues,
        handle_time, leave_one_out,
    )
}  # fmt: skip
# What is planted, by name: points of CSAT by quarters since adoption, (teams, quarters), among those that adopt. Drifts
# are those of the first wave; the others drift the less the later they adopt.
PLANTED = {
    "drift of .2 a quarter": lambda since: 0.2 * WHEN * since[:, -1:] / 7,
    "drift of 2 a quarter": lambda since: 2.0 * WHEN * since[:, -1:] / 7,
    "2 points a quarter early": lambda since: 2.0 * (since == -1),
    "2 points lower before": lambda since: -2.0 * (since == -1),
}
TROUBLES = (
    *[(check, name) for check in ("pre_trend", "placebo_dates") for name in list(PLANTED)[:2]],
    ("anticipation", "2 points a quarter early"),
    ("dip_before", "2 points lower before"),
    ("selection_on_past", "the worst teams adopt"),
    ("moves", "people who moved add 1 point"),
    ("untreated_volume", "others take on 5 % for each tenth that adopts"),
    ("shared_queues", "others take on 5 % for each tenth that adopts"),
    ("handle_time", "calls take 15 % longer"),
)


def since_adoption(places):
    return WHEN - np.where(places < QUARTERS, places, 10 * QUARTERS)[:, None]


def volume(rng, teams):
    """Volume a team and quarter in percent of usual: growth, shocks that all share, and shocks of teams."""
    new, lasting = 5 * rng.normal(size=QUARTERS), rng.choice([0.0, 0.5, 1.0])
    shared = np.zeros(QUARTERS)
    for quarter in WHEN:
        shared[quarter] = new[quarter] + lasting * shared[max(quarter - 1, 0)]
    return 100 + WHEN + shared + shocks(rng, teams, sd=4.0)


def panel(rng, places, *, effect=1.0, trouble=None):
    """A frame with csat, csat of the people of before, volume, and seconds a call."""
    teams, since = len(places), since_adoption(places)
    treated = since >= 0
    moved = PLANTED[trouble](since) * (places < QUARTERS)[:, None] if trouble in PLANTED else 0.0
    values = csat(rng, effect * treated + moved, sizes(rng, teams, equal=False))
    if trouble == "the worst teams adopt":
        ordered = np.argsort(values[:, : places.min()].mean(axis=1))
        values = values[ordered]
    frozen = values + 0.4 * rng.normal(size=values.shape) * (rng.random((teams, 1)) < 0.7)
    if trouble == "people who moved add 1 point":
        values = values + treated
    calls = volume(rng, teams)
    if trouble == "others take on 5 % for each tenth that adopts":
        calls = calls + 50 * treated.mean(axis=0) * ~treated
    longer = 0.15 if trouble == "calls take 15 % longer" else 0.05
    seconds = 250 * (1 + shocks(rng, teams, sd=0.04) + longer * treated)
    return framed(values, places, frozen=frozen, volume=calls, seconds=seconds)


def failed(check, frame, rng):
    more = {
        "selection_on_past": {"rng": rng, "draws": 199}, "moves": {"frozen": "frozen"},
        "untreated_volume": {"outcome": "volume"}, "shared_queues": {"outcome": "volume", "shared": 1.0},
        "handle_time": {"outcome": "seconds", "shared": 1.0},
    }  # fmt: skip
    return ASKED[check](frame, **told() | more.get(check, {})).verdict == "failed"


def false_alarms(teams, never, replications):
    """How often each check fails where nothing is wrong; what one team decides, where there is no effect."""
    rng, places, found = seeded("checks", teams, never), adopted(teams, never), []
    for _ in range(replications):
        frame, none = panel(rng, places), panel(rng, places, effect=0.0)
        found.append([failed(check, none if check == "leave_one_out" else frame, rng) for check in ASKED])
    return dict(zip(ASKED, np.mean(found, axis=0), strict=True))


def power(check, trouble, teams, never, replications):
    rng, places = seeded("checks", check, trouble, teams, never), adopted(teams, never)
    return float(np.mean([failed(check, panel(rng, places, trouble=trouble), rng) for _ in range(replications)]))


def hanging(effect, teams, never, replications):
    """How often an effect of so many points is found to hang on one team, though it is the same in all."""
    rng, places = seeded("checks hanging", effect, teams, never), adopted(teams, never)
    return float(
        np.mean([failed("leave_one_out", panel(rng, places, effect=effect), rng) for _ in range(replications)])
    )


def accepted(found, replications):
    for check, share in found.items():
        assert within(share, 0.0, 0.05, replications), (check, share)


@pytest.mark.parametrize(("teams", "never"), DESIGNS)
def test_no_check_fails_more_often_than_its_level_where_nothing_is_wrong(teams, never):
    accepted(false_alarms(teams, never, FULL // 10), FULL // 10)


@pytest.mark.parametrize(("check", "trouble"), [pair for pair in TROUBLES if ".2" not in pair[1]])
def test_what_is_planted_is_found_more_often_than_by_chance(check, trouble):
    assert power(check, trouble, 15, 3, 40) > 0.2


def table():
    yield f"| teams | never treated | {' | '.join(ASKED)} |"
    yield "|---|---|" + "---|" * len(ASKED)
    for teams, never in DESIGNS:
        found = false_alarms(teams, never, FULL)
        accepted(found, FULL)
        yield f"| {teams} | {never} | " + " | ".join(f"{share:.3f}" for share in found.values()) + " |"
    yield ""
    yield "| check | planted | fails with 10 teams | with 15 teams |"
    yield "|---|---|---|---|"
    for check, trouble in TROUBLES:
        told_by = " | ".join(f"{power(check, trouble, teams, 3, FULL_TROUBLE):.2f}" for teams in (10, 15))
        yield f"| {check} | {trouble} | {told_by} |"
    for effect in (1.0, 2.0, 4.0):
        shares = " | ".join(f"{hanging(effect, teams, 3, FULL_TROUBLE):.2f}" for teams in (10, 15))
        yield f"| leave_one_out | an effect of {effect:.0f} in every team | {shares} |"


if __name__ == "__main__":
    for line in table():
        print(line, flush=True)
