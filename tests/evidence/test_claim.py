"""The claim test decides by itself: each of its rules, by histories made by hand."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from design_lab.catalogue import LANGUAGES, words
from design_lab.evidence import adoption, claim_test
from design_lab.evidence.claim import judged
from design_lab.evidence.history import Team, WeightHistory
from design_lab.evidence.reweighed import Change
from design_lab.finding import words_of_cause
from design_lab.periods import Quarter, quarters_between
from design_lab.study import Study
from tests.conftest import STUDIES
from tests.evidence.panels import generator, panel, told

QUARTERS = quarters_between(Quarter(2023, 4), Quarter(2026, 3))
WAVES = (5, 5, 5, 5, 7, 7, 7, 7, 9, 9, 9, 9, None, None, None)  # places among the quarters at which teams changed


@dataclass(frozen=True)
class Check:
    """A check by name and verdict, which is all that the claim test reads of one."""

    name: str
    verdict: str
    shared: bool = False


def past(starts=WAVES, *, how="randomised", draw="minutes", events=(), sets=2):
    """A history in which teams changed at these places, never where None."""
    teams = tuple(
        Team(
            name=f"T{number:02d}", role="service", before="old", schemes=("old",) * len(QUARTERS),
            status="untreated" if at is None else "treated", adopted=None if at is None else QUARTERS[at],
            in_mid_quarter=False, how=how, draw=draw,
        )
        for number, at in enumerate(starts)
    )  # fmt: skip
    change = Change(name="workload", title={"en": "workload", "zh": "工作量"}, before=0.4, after=0.25)
    return WeightHistory(
        quarters=QUARTERS, teams=teams, weight_sets=sets, baseline="old", scheme="new", changes=(change,),
        levels_differ=False, rules_too=False, events=events, day_before=None,
    )  # fmt: skip


def effect(starts=WAVES, *, size=5.0, noise=0.3):
    """An adoption estimated on a panel with the same dates; `size` decides how much it would take to overturn it."""
    frame = panel(generator(), [99 if at is None else at for at in starts], effect=size, noise=noise)
    return adoption(frame, **told(), rng=np.random.default_rng(1), draws=99)


STRONG, WEAK = effect(size=60.0), effect(size=0.4)


def decided(history, made=STRONG, checks=()):
    found = judged(history, effect=made, outcome="csat", checks=checks)
    return found.claim, {one.key for one in found.reasons}, found


def test_one_set_of_weights_is_unidentified_and_a_pilot_is_named():
    (made,) = claim_test(Study.open(STUDIES / "small")).findings()
    assert (made.id, made.claim, made.value) == ("evidence.claim", "unidentified", None)
    assert "2025Q2 to 2026Q3" in made.text["en"]
    assert "pilot" in made.text["en"]


def test_a_recorded_draw_is_causal_whatever_could_overturn_it_without_one():
    claim, reasons, found = decided(past(), WEAK)
    assert (claim, "drawn" in reasons) == ("causal", True)
    assert "12 came under other weights by a draw that is on record (minutes)" in found.findings()[0].text["en"]
    assert "workload 40% to 25%" in found.findings()[0].text["en"]


@pytest.mark.parametrize("how", ["chosen", "unknown"])
def test_without_a_draw_it_is_causal_under_assumptions_with_what_overturns_it_in_the_sentence(how):
    claim, reasons, found = decided(past(how=how, draw=None))
    assert claim == "causal-under-assumptions"
    assert f"adoption_{how}" in reasons
    assert found.breakdown >= 1
    assert f"more than {found.breakdown:.2f} times the largest step" in found.findings()[0].text["en"]


def test_a_draw_that_is_not_on_record_for_all_is_none():
    claim, reasons, _ = decided(past(draw=None))
    assert (claim, "draw_not_recorded" in reasons) == ("causal-under-assumptions", True)


@pytest.mark.parametrize("how", ["chosen", "unknown"])
def test_a_breakdown_below_one_makes_it_an_association_where_nothing_was_drawn(how):
    claim, reasons, found = decided(past(how=how, draw=None), WEAK)
    assert (claim, "breaks_down" in reasons) == ("association", True)
    assert found.breakdown < 1
    assert "record_draw" in found.tells


def test_without_quarters_before_nothing_says_how_far_trends_differ():
    starts = [1] * 6 + [None] * 6
    claim, reasons, _ = decided(past(starts, how="chosen", draw=None), effect(starts, size=60.0))
    assert (claim, "no_steps_before" in reasons) == ("association", True)


@pytest.mark.parametrize("name", ["selection_on_past", "dip_before", "pre_trend", "placebo_dates"])
def test_selection_takes_the_claim_away_where_nothing_was_drawn_and_is_told_where_it_was(name):
    failed = [Check(name, "failed")]
    assert decided(past(how="chosen", draw=None), checks=failed)[:1] == ("association",)
    claim, reasons, found = decided(past(), checks=failed)
    assert (claim, "check_failed" in reasons) == ("causal", True)
    assert words("en").say(f"check.{name}") in found.findings()[0].text["en"]


@pytest.mark.parametrize(
    ("name", "why"),
    [("untreated_volume", "spill_over"), ("shared_queues", "shared_work"), ("handle_time", "shared_time")],
)
@pytest.mark.parametrize("how", ["randomised", "chosen"])
def test_spill_over_and_events_that_coincide_are_never_an_effect(how, name, why):
    history = past(how=how, draw="minutes" if how == "randomised" else None)
    spilt, reasons, found = decided(history, checks=[Check(name, "failed")])
    assert (spilt, why in reasons, found.tells[0]) == ("association", True, "shield_queues")
    claim, reasons, found = decided(replace(history, events=("AI routing",)))
    assert (claim, "event" in reasons, "apart_from_events" in found.tells) == ("association", True, True)
    assert "AI routing" in found.findings()[0].text["en"]
    assert decided(history, checks=[Check("concurrent_events", "failed")])[0] == "association"


@pytest.mark.parametrize("verdict", ["passed", "cannot_be_judged"])
def test_volume_out_of_shared_queues_is_never_an_effect_and_other_outcomes_may_be(verdict):
    """What comes to a queue is given, whatever a check with limited power sees of it."""
    queues = [Check("shared_queues", verdict, shared=True)]
    volume = judged(past(), effect=STRONG, outcome="calls_per_hour", checks=queues)
    assert (volume.claim, volume.tells[0]) == ("association", "shield_queues")
    assert "answer the same queues" in volume.findings()[0].text["en"]
    assert judged(past(), effect=STRONG, outcome="csat", checks=queues).claim == "causal"
    apart = [Check("shared_queues", verdict)]
    assert judged(past(), effect=STRONG, outcome="calls_per_hour", checks=apart).claim == "causal"


@pytest.mark.parametrize("name", ["pre_trend", "selection_on_past", "untreated_volume", "leave_one_out"])
@pytest.mark.parametrize("verdict", ["passed", "cannot_be_judged"])
def test_no_check_ever_raises_a_claim(name, verdict):
    for history, made in ((past(), STRONG), (past(how="chosen", draw=None), WEAK), (past(how="chosen"), STRONG)):
        assert decided(history, made, [Check(name, verdict)])[0] == decided(history, made)[0]


def test_what_was_not_checked_is_told_and_not_taken_for_granted():
    assert "spill_over_unchecked" in decided(past())[1]
    assert "spill_over_unchecked" in decided(past(), checks=[Check("untreated_volume", "cannot_be_judged")])[1]
    assert "spill_over_unchecked" not in decided(past(), checks=[Check("untreated_volume", "passed")])[1]


def test_few_teams_leave_the_lot_alone_where_it_was_drawn_and_no_effect_where_it_was_not():
    starts = [5] * 3 + [None] * 6
    claim, reasons, _ = decided(past(starts), effect(starts))
    assert (claim, "lot_only" in reasons) == ("causal", True)
    claim, reasons, _ = decided(past(starts, how="chosen", draw=None), effect(starts, size=60.0))
    assert (claim, "too_few_undrawn" in reasons) == ("association", True)


def test_few_teams_that_wait_in_a_large_draw_decide_by_themselves():
    """Nine held against two and two against nine are as three that weigh alike; pairs are as many as there are."""
    for starts, lots, few in (
        ([5] * 9 + [None] * 2 + [5] * 2 + [None] * 9, "a" * 11 + "b" * 11, True),
        ([5, None] * 6, "aabbccddeeff", False),
    ):
        one = past(starts)
        teams = tuple(replace(team, draw=lot) for team, lot in zip(one.teams, lots, strict=True))
        claim, reasons, _ = decided(replace(one, teams=teams), effect(starts))
        assert (claim, "lot_only" in reasons, "drawn_apart" in reasons) == ("causal", few, True)


def test_a_cohort_of_two_is_reported_as_small():
    assert "small_cohorts" in decided(past([5, 5, 7, 7, 7, 7, *[None] * 5]))[1]
    assert "small_cohorts" not in decided(past())[1]


@pytest.mark.parametrize(
    ("history", "reason", "tells"),
    [
        (past(sets=1), "no_variation", "pilot"),
        (past([5] * 8), "everybody_at_once", "keep_some"),
        (past([5, None]), "too_few_teams", "more_teams"),
        (past([None] * 8), "none_compared", "pilot"),
        (replace(past(), teams=()), "teams_unknown", "pilot"),
        (past([5]), "everybody_at_once", "keep_some"),  # one team alone
    ],
)
def test_where_nobody_can_be_compared_there_is_a_sentence_and_no_number(history, reason, tells):
    claim, reasons, found = decided(history, None)
    assert (claim, reasons, found.tells) == ("unidentified", {reason}, (tells,))
    (made,) = found.findings()
    assert (made.value, made.interval, made.claim) == (None, None, "unidentified")
    assert all(made.text.values())


def test_an_outcome_that_is_the_same_everywhere_is_unidentified_whatever_was_drawn():
    found = judged(past(), effect=None, outcome="csat", unknown="constant_outcome")
    assert (found.claim, found.reasons[0].key) == ("unidentified", "constant_outcome")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_only_causal_claims_may_use_words_of_cause_and_every_reason_is_said(lang):
    for history, made in (
        (past(), WEAK),
        (past(how="chosen", draw=None), STRONG),
        (past(how="chosen", draw=None), WEAK),
    ):
        text = decided(history, made)[2].findings()[0].text[lang]
        assert words_of_cause(text) == []
        assert "{" not in text
    for key in words(lang).keys:
        if key.startswith("claim_tell."):
            assert words(lang).say(key)
