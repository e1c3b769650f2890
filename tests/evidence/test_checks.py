"""Checks on an estimate: by hand, by a second road, what each finds where it is planted, and what it cannot judge."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from design_lab.catalogue import LANGUAGES, words
from design_lab.display import View, number
from design_lab.errors import DataError
from design_lab.evidence import Concurrent, checks, evidence_checks
from design_lab.evidence.adoption import adoption
from design_lab.finding import words_of_cause
from tests.evidence.panels import generator, panel, told

WAVES = [5] * 4 + [7] * 4 + [9] * 4 + [99] * 3
NAMES = (
    "pre_trend", "placebo_dates", "leave_one_out", "anticipation", "dip_before", "selection_on_past", "moves",
    "untreated_volume", "shared_queues", "handle_time", "concurrent_events",
)  # fmt: skip


def planted(amount, when):
    """A panel with a little noise and `amount` added where `when` says, of columns quarter and start."""
    frame = panel(generator(), WAVES, noise=0.1)
    return frame.assign(csat=frame["csat"] + amount * when(frame))


def since(frame):
    return frame["quarter"] - frame["start"].fillna(99)


DRIFT = planted(0.3, lambda frame: frame["quarter"] * frame["start"].notna())
EARLY = planted(1.0, lambda frame: since(frame) == -1)
QUIET = planted(0.0, since)


def test_checks_compare_within_each_draw():
    """Draws with trends of their own and other shares of treated: mixed they look like a trend before adoption."""
    frame = panel(generator(), [6] * 16 + [99] * 4 + [6] * 4 + [99] * 16, noise=0.1)
    frame["draw"] = np.where(frame["team"] < "T20", "a", "b")
    frame["csat"] += 0.5 * frame["quarter"] * (frame["draw"] == "b")
    for check in (checks.pre_trend, checks.placebo_dates, checks.shared_queues):
        more = {"shared": 1.0} if check is checks.shared_queues else {}
        quiet = frame.assign(csat=frame["csat"] - (since(frame) >= 0))
        assert check(quiet, **told(), **more).verdict == "failed"
        assert check(quiet, **told(), **more, drawn="draw").verdict == "passed"
    lots = checks.selection_on_past(frame, **told(), rng=generator(), drawn="draw")
    past = frame[frame["quarter"] < 6].groupby(["draw", "start", "team"], dropna=False)["csat"].mean().reset_index()
    means = past.groupby(["draw", past["start"].notna()])["csat"].mean().unstack()
    weights = past.groupby("draw")["start"].agg(
        lambda held: held.notna().mean() * (1 - held.notna().mean()) * len(held)
    )
    assert lots.value == pytest.approx(np.average(means[True] - means[False], weights=weights))


@pytest.mark.parametrize(
    ("check", "trouble"),
    [
        (checks.pre_trend, DRIFT), (checks.pre_trend, EARLY), (checks.placebo_dates, DRIFT),
        (checks.anticipation, EARLY), (checks.dip_before, EARLY),
    ],
)  # fmt: skip
def test_trouble_before_adoption_is_found_where_it_is_planted_and_only_there(check, trouble):
    found = check(trouble, **told())
    assert found.verdict == "failed"
    assert found.low > 0 or found.high < 0
    assert check(QUIET, **told()).verdict == "passed"


def test_what_comes_after_adoption_changes_no_check_on_what_came_before():
    """Treated cells play no part in them, whatever stands there."""
    wild = QUIET.assign(csat=QUIET["csat"] + 50 * (since(QUIET) >= 0) * np.cos(QUIET.index))
    for check in (checks.pre_trend, checks.placebo_dates, checks.anticipation, checks.dip_before):
        one, other = check(QUIET, **told()), check(wild, **told())
        assert (one.value, one.p) == pytest.approx((other.value, other.p))


def test_anticipation_is_what_moving_the_base_adds_to_the_effects():
    found = checks.anticipation(EARLY, **told())
    event = next(event for event in adoption(EARLY, **told(), lead=2).events if event.time == -1)
    assert (found.value, found.low, found.high) == (event.value, event.estimate.low, event.estimate.high)


def test_one_pretend_date_is_adoption_on_data_that_end_before_it():
    """One wave: the pretend effect from two quarters earlier on is what `adoption` finds in the quarters before."""
    frame = panel(generator(), [4] * 6 + [99] * 6, periods=8)
    earlier = frame[frame["quarter"] < 4]
    each = [adoption(earlier.assign(start=earlier["start"] - shift), **told()) for shift in (1, 2, 3)]
    worst = min(each, key=lambda one: one.estimate.p)
    found = checks.placebo_dates(frame, **told())
    assert found.value == pytest.approx(worst.value)
    assert found.p == pytest.approx(min(1, 3 * worst.estimate.p))


def test_a_dip_by_hand():
    """Those that adopt go 10, 12, 8 before adoption, the others 5, 5, 6: 8 - 11 less 6 - 5."""
    made = pd.DataFrame(
        [(f"{kind}{number}", quarter, value, 3 if kind == "A" else None)
         for kind, path in (("A", (10, 12, 8, 9)), ("N", (5, 5, 6, 6))) for number in range(4)
         for quarter, value in enumerate(path)],
        columns=["team", "quarter", "csat", "start"],
    )  # fmt: skip
    assert checks.dip_before(made, **told()).value == pytest.approx(-4.0)


def test_who_was_chosen_by_enumeration():
    frame = panel(generator(), [5] * 4 + [99] * 6)
    past = frame[frame["quarter"] < 5].groupby("team")["csat"].mean().to_numpy()
    drawn = [past[list(four)].mean() - np.delete(past, four).mean() for four in itertools.combinations(range(10), 4)]
    found = checks.selection_on_past(frame, **told(), rng=generator())
    assert found.value == pytest.approx(drawn[0])
    assert found.p == pytest.approx(np.mean(np.abs(drawn) >= abs(drawn[0]) - 1e-12))
    assert found.low < found.value < found.high


def test_the_worst_teams_being_chosen_is_found():
    frame = panel(generator(), [99] * 15, noise=0.1)
    worst = frame.groupby("team")["csat"].mean().nsmallest(5).index
    chosen = frame.assign(start=np.where(frame["team"].isin(worst), 5.0, np.nan))
    found = checks.selection_on_past(chosen, **told(), rng=generator())
    assert found.verdict == "failed"
    assert found.high < 0


def test_where_all_adopt_the_first_are_held_against_the_others():
    frame = panel(generator(), [3] * 5 + [7] * 5)
    past = frame[frame["quarter"] < 3].groupby("team")["csat"].mean()
    found = checks.selection_on_past(frame, **told(), rng=generator())
    assert found.value == pytest.approx(past.iloc[:5].mean() - past.iloc[5:].mean())


def test_the_range_without_each_team_and_an_effect_clear_of_0_passes():
    frame = panel(generator(), [5] * 6 + [99] * 6, effect=1.0, noise=0.2)
    steady = checks.leave_one_out(frame, **told())
    assert steady.verdict == "passed"
    less = [adoption(frame[frame["team"] != team], **told()).value for team in sorted(frame["team"].unique())]
    assert (steady.low, steady.high) == pytest.approx((min(less), max(less)))


def test_an_effect_that_barely_excludes_0_hangs_on_one_team_and_one_that_does_not_exclude_it_has_no_sign_to_lose():
    frame = panel(generator(), [5] * 6 + [99] * 6, effect=1.0, noise=0.2)
    low = adoption(frame, **told()).estimate.low
    for past, verdict in ((-1e-6, "failed"), (1e-6, "passed")):
        moved = frame.assign(csat=frame["csat"] - (low + past) * (since(frame) >= 0))
        assert checks.leave_one_out(moved, **told()).verdict == verdict


def test_moves_are_the_difference_of_the_two_estimates_and_none_without_movers():
    frame = QUIET.assign(before=EARLY["csat"])
    found = checks.moves(frame, **told(), frozen="before")
    before = adoption(EARLY, **told()).value
    assert found.value == pytest.approx(adoption(QUIET, **told()).value - before)
    assert found.verdict == "failed"
    still = checks.moves(frame, **told(), frozen="csat")
    assert (still.verdict, still.value, still.p) == ("passed", 0.0, 1.0)


def test_work_shed_onto_teams_that_wait_is_found():
    """Teams not treated take 20 calls more for each tenth of the centre that is."""
    frame = panel(generator(), WAVES, effect=-30.0, noise=1.0)
    share = frame.assign(there=since(frame) >= 0).groupby("quarter")["there"].transform("mean")
    shed = frame.assign(csat=frame["csat"] + 200 * share * (since(frame) < 0))
    found = checks.untreated_volume(shed, **told())
    assert found.verdict == "failed"
    assert found.low < 200 < found.high
    assert checks.untreated_volume(frame, **told()).verdict == "passed"


def test_teams_that_take_less_out_of_shared_queues_are_found_and_those_with_queues_of_their_own_are_not():
    """The check is the effect on volume: out of a shared queue it is made by both sides."""
    shed = panel(generator(), WAVES, effect=-2.0, noise=0.1)
    found = checks.shared_queues(shed, **told(), shared=0.9)
    assert found.verdict == "failed"
    assert found.value == adoption(shed, **told()).value
    assert checks.shared_queues(shed, **told(), shared=0.0).verdict == "passed"
    assert checks.shared_queues(panel(generator(), WAVES, effect=0.0), **told(), shared=0.9).verdict == "passed"
    assert checks.shared_queues(shed, **told(), shared=None).reason == "queues_unknown"


def seconds(moved, noise=1.0):
    """Calls of about 200 seconds, longer by so many percent since adoption."""
    frame = panel(generator(), WAVES, effect=2.0 * moved, noise=noise)
    return frame.assign(csat=200 + frame["csat"])


@pytest.mark.parametrize(("moved", "verdict"), [(20, "failed"), (-20, "failed"), (3, "passed"), (-3, "passed")])
def test_calls_that_take_over_5_percent_more_or_less_time_leave_work_in_shared_queues_or_take_it(moved, verdict):
    found = checks.handle_time(seconds(moved), **told(), shared=0.9)
    assert (found.verdict, found.shared) == (verdict, True)
    assert found.value == pytest.approx(moved, abs=1)
    assert (found.low > 5 or found.high < -5) == (verdict == "failed") == (found.p < 0.05)


def test_time_over_a_call_is_held_against_what_is_let_pass_by_hand():
    """Percent of the mean of those not treated; t of the distance to 5, on teams - 1 degrees of freedom."""
    frame = seconds(7)
    usual = frame.loc[since(frame) < 0, "csat"].mean()
    made = adoption(frame.assign(csat=100 * frame["csat"] / usual), **told())
    found = checks.handle_time(frame, **told(), shared=0.9)
    assert (found.value, found.low, found.high) == pytest.approx((made.value, made.estimate.low, made.estimate.high))
    far = (made.value - 5) / made.estimate.standard_error
    assert found.p == pytest.approx(2 * stats.t.sf(far, len(WAVES) - 1))
    hours = checks.handle_time(frame.assign(csat=frame["csat"] / 3600), **told(), shared=0.9)
    assert (hours.value, hours.p) == pytest.approx((found.value, found.p))


def test_time_over_a_call_matters_where_queues_are_shared_and_needs_a_level():
    assert checks.handle_time(seconds(20), **told(), shared=0.0).verdict == "passed"
    assert checks.handle_time(seconds(20), **told(), shared=None).reason == "queues_unknown"
    small = panel(generator(), [5, 5, 5, 99, 99, 99])
    assert checks.handle_time(small, **told(), shared=0.9).reason == "few_units"
    below = seconds(20).assign(csat=lambda held: held["csat"] - 1_000)
    assert checks.handle_time(below, **told(), shared=0.9).reason == "no_usual_time"


EVERYWHERE = Concurrent(what="AI", begins=7)
WITH_IT = Concurrent(what="AI", begins=5, units=("T00", "T01", "T02", "T03"))
BEFORE = Concurrent(what="AI", begins=1, units=("T00", "T13"))
OVER = Concurrent(what="campaign", begins=1, ends=3, units=("T00",))


@pytest.mark.parametrize(
    ("events", "verdict", "value"),
    [([], "passed", 0), ([EVERYWHERE], "passed", 0), ([BEFORE], "passed", 0), ([OVER], "passed", 0)],
)
def test_events_that_came_to_all_alike_or_were_over_pass(events, verdict, value):
    found = checks.concurrent_events(QUIET, **told(), events=events)
    assert (found.verdict, found.value, found.n) == (verdict, value, len(events))


def test_an_event_that_came_with_adoption_is_named_by_its_share():
    """It came to the first wave with adoption: to all of one of three cohorts, of 7, 5 and 3 treated quarters."""
    found = checks.concurrent_events(QUIET, **told(), events=[BEFORE, WITH_IT])
    assert found.verdict == "failed"
    assert found.value == pytest.approx(7 / 15)


def test_an_event_of_a_team_that_is_not_there_is_refused():
    with pytest.raises(
        DataError, match=r"event 'AI' begins at '2025Q1' and ends at None, which cannot be held against"
    ):
        checks.concurrent_events(QUIET, **told(), events=[Concurrent(what="AI", begins="2025Q1")])
    with pytest.raises(DataError, match=r"event 'AI' names the unit 'T99', which the frame does not hold"):
        checks.concurrent_events(QUIET, **told(), events=[Concurrent(what="AI", begins=1, units=("T99",))])


def reasons(frame, **given):
    return {one.name: one.reason for one in evidence_checks(frame, **told(), rng=generator(), **given).checks}


def test_what_cannot_be_judged_says_why_and_has_no_value():
    held = evidence_checks(panel(generator(), [5, 5, 5, 99, 99, 99]), **told(), rng=generator())
    assert {one.name for one in held.checks if one.verdict == "cannot_be_judged"} == set(NAMES)
    assert held["selection_on_past"].reason == "lot_too_small"
    assert {one.reason for one in held.checks if one.name in NAMES[:5]} == {"few_units"}
    assert (held["moves"].reason, held["untreated_volume"].reason) == ("no_frozen_outcome", "no_volume")
    assert held["handle_time"].reason == "no_handle_time"
    assert held["concurrent_events"].reason == "events_unknown"
    assert all((one.value, one.low, one.high, one.p) == (None,) * 4 for one in held.checks)
    assert {(told.value, told.claim) for told in held.findings()} == {(None, "unidentified")}


def test_few_periods_are_said():
    assert reasons(panel(generator(), [2] * 5 + [99] * 5))["dip_before"] == "few_periods_before"
    assert reasons(panel(generator(), [1] * 5 + [99] * 5))["pre_trend"] == "few_units"
    short = panel(generator(), [2] * 5 + [99] * 5, periods=5).assign(calls=lambda held: held["csat"])
    assert reasons(short, volume="calls")["untreated_volume"] == "few_periods"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_says_its_own_numbers_in_both_languages(lang):
    frame = DRIFT.assign(before=QUIET["csat"], calls=QUIET["csat"], seconds=200 + QUIET["csat"])
    held = evidence_checks(
        frame, **told(), rng=generator(), frozen="before", volume="calls", handle="seconds", shared=0.5,
        events=[WITH_IT],
    )  # fmt: skip
    stated = held.findings()
    assert [one.id for one in stated] == [f"evidence.check.{name}" for name in NAMES]
    for check, finding in zip(held.checks, stated, strict=True):
        assert finding.claim == "association"
        for value in (check.value, check.low, check.p):
            assert value is None or number(value, "effect", lang) in finding.text[lang]
        assert words_of_cause(finding.text[lang]) == []
        assert finding.text[lang] in held.text[lang]
    passed = {check.name for check in held.checks if check.verdict == "passed"}
    assert passed
    assert passed < set(NAMES)
    shown = View(result=held, lang=lang).frame()
    named = set(shown.iloc[:, 0])
    assert named == {words(lang).say(f"check.{name}") for name in NAMES}


def test_passing_the_pre_trend_is_said_to_raise_no_claim():
    finding = evidence_checks(QUIET, **told(), rng=generator()).findings()[0]
    assert "Passing never makes a claim stronger" in finding.text["en"]
    assert any("never raises a claim" in limit for limit in finding.limits)
