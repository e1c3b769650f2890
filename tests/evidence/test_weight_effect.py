"""What other weights did: a planted effect is found, none is invented, and everything says what it is worth."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from design_lab.errors import DataError
from design_lab.evidence import weight_effects
from design_lab.evidence.weight_effect import WeightEffects, detectable
from tests.evidence.panels import generator
from tests.evidence.test_claim import QUARTERS, WAVES, Check, past

EFFECT = {"csat": 0.02, "qa_score": 0.0, "complaints": 0.0}
SPREAD = {"csat": 0.004, "qa_score": 0.5, "complaints": 0.0001}
LEVELS = {"csat": 0.93, "qa_score": 85.0, "complaints": 0.0005}


def rates(starts=WAVES, *, effect=EFFECT, rng=None):
    """Team-quarters with planted effects; levels of teams, common shocks and noise are drawn."""
    rng = rng or generator()
    shock = {name: rng.normal(size=len(QUARTERS)) * SPREAD[name] for name in LEVELS}
    rows = []
    for number, at in enumerate(starts):
        own = {name: rng.normal() * SPREAD[name] for name in LEVELS}
        for place, quarter in enumerate(QUARTERS):
            under = at is not None and place >= at
            values = {
                name: LEVELS[name] + own[name] + shock[name][place] + SPREAD[name] * rng.normal() + effect[name] * under
                for name in LEVELS
            }
            rows.append({"team": f"T{number:02d}", "quarter": str(quarter), **values})
    return pd.DataFrame(rows)


def made(history=None, frame=None, **more) -> WeightEffects:
    given = {"primary": "csat", "rng": np.random.default_rng(7), "draws": 199, **more}
    return weight_effects(history or past(), rates() if frame is None else frame, **given)


def by_id(effects):
    return {finding.id: finding for finding in effects.findings()}


def test_a_planted_effect_is_found_and_named_by_the_whole_change():
    found = by_id(made())
    csat = found["evidence.weight_effect.csat"]
    assert (csat.claim, csat.unit, csat.n) == ("causal", "pp", 15)
    assert csat.interval[0] < 2.0 < csat.interval[1]
    assert csat.interval[0] > 0
    assert "workload 40% to 25%" in csat.text["en"]
    assert "工作量由 40% 变为 25%" in csat.text["zh"]
    flat = found["evidence.weight_effect.qa_score"]
    assert flat.interval[0] < 0 < flat.interval[1]
    assert "can be told from none" in flat.text["en"]


def test_the_primary_outcome_is_tested_alone_and_the_others_by_holm():
    """By hand: p of the two others, the smaller one doubled, the larger as it is or the smaller's."""
    effects = made()
    assert effects.primary.p_held == effects.primary.p
    small, large = sorted((one for one in effects.effects[1:] if one.adoption), key=lambda one: one.p)
    assert small.p_held == pytest.approx(min(1.0, 2 * small.p))
    assert large.p_held == pytest.approx(max(large.p, small.p_held))
    assert effects.primary.outcome == "csat"
    assert made(primary="qa_score").primary.outcome == "qa_score"


@pytest.mark.long
def test_one_number_told_twice_is_held_once():
    """The dissatisfied share is what CSAT misses to 1: it takes CSAT's p and leaves those of the others as they were."""
    frame = rates()
    both = frame.assign(csat_dissatisfied=1 - frame["csat"])
    alone, twice = made(frame=frame), made(frame=both)
    held = {one.outcome: one.p_held for one in twice.effects}
    assert held["csat_dissatisfied"] == held["csat"]
    assert {one.outcome: one.p_held for one in alone.effects if one.p} == {
        name: p for name, p in held.items() if p is not None and name != "csat_dissatisfied"
    }
    second = {one.outcome: one for one in made(frame=both, primary="qa_score").effects}
    assert second["csat_dissatisfied"].p_held == second["csat"].p_held >= second["csat"].p
    told = by_id(twice)["evidence.weight_effect.csat_dissatisfied"]
    assert "the same number as customer satisfaction told the other way round" in told.text["en"]
    near = frame.assign(csat_dissatisfied=1 - frame["csat"] + 1e-4 * np.cos(frame.index))
    assert {one.mirrors for one in made(frame=near).effects} == {""}, "a neutral grade makes it another number"


def test_the_least_effect_that_would_be_found_is_by_hand_and_is_found_four_times_in_five():
    """t with 14 degrees of freedom: 2.145 at .975 and .868 at .8."""
    assert detectable(2.0, 15) == pytest.approx(2 * (2.144787 + 0.868055), abs=1e-5)
    one = made().primary
    assert one.detectable == pytest.approx(detectable(one.adoption.estimate.standard_error, 15))


def test_events_are_the_primary_outcome_by_quarter_and_those_before_are_associations():
    found = {id: one for id, one in by_id(made()).items() if ".event." in id}
    times = sorted(int(id.rpartition(".")[2]) for id in found)
    assert times == [*range(-9, -1), *range(7)]
    assert {one.claim for id, one in found.items() if ".event.-" in id} == {"association"}
    assert {one.claim for id, one in found.items() if ".event.-" not in id} == {"causal"}


def test_quarters_that_rest_on_fewer_than_three_teams_bear_no_interval():
    starts = [3, 3, *[7] * 5, *[None] * 5]  # 3 + 8 is seen of the first two teams alone
    found = by_id(made(past(starts), rates(starts)))
    assert found["evidence.weight_effect.csat.event.8"].interval is None
    assert found["evidence.weight_effect.csat.event.4"].interval is not None
    assert found["evidence.weight_effect.csat.event.8"].n == 2


@pytest.mark.long
def test_few_teams_have_their_interval_from_the_lot_or_none():
    """Three of six: 20 assignments, the least p is .1, so no interval; three of nine: 84, and one by inversion."""
    six, nine = [5] * 3 + [None] * 3, [5] * 3 + [None] * 6
    bare, lot = (made(past(starts), rates(starts)).primary for starts in (six, nine))
    assert (bare.interval, bare.detectable) == (None, None)
    assert lot.interval == lot.adoption.lot.interval
    assert "bear no interval" in by_id(made(past(six), rates(six)))["evidence.weight_effect.csat"].text["en"]


@pytest.mark.long
def test_of_several_draws_each_is_drawn_again_within_itself():
    """Two of four twice: 36 assignments; one draw of eight has 70."""
    starts = [5, 5, None, None] * 2
    one = past(starts)
    teams = tuple(replace(team, draw="ab"[place // 4]) for place, team in enumerate(one.teams))
    several, frame = replace(one, teams=teams), rates(starts)
    apart = made(several, frame).primary
    assert (apart.claim.claim, apart.adoption.lot.draws, apart.adoption.lot.exact) == ("causal", 36, True)
    assert made(one, frame).primary.adoption.lot.draws == 70
    assert apart.p == apart.adoption.lot.p >= apart.adoption.lot.least_p >= 1 / 36
    said = by_id(made(several, frame))["evidence.claim"].text
    assert "several draws that are on record (a, b)" in said["en"]
    assert "同一次抽签" in said["zh"]


@pytest.mark.long
def test_without_a_draw_the_sentence_says_what_would_overturn_it_or_calls_it_an_association():
    big = rates(effect={**EFFECT, "csat": 0.3})
    assumed = by_id(made(past(how="chosen", draw=None), big))["evidence.weight_effect.csat"]
    assert assumed.claim == "causal-under-assumptions"
    assert "times the largest step seen before" in assumed.text["en"]
    weak = by_id(made(past(how="chosen", draw=None)))["evidence.weight_effect.qa_score"]
    assert weak.claim == "association"
    queues = [Check("shared_queues", "passed", shared=True)]
    volume = by_id(made(frame=rates().assign(calls_per_hour=lambda frame: 5 + frame["qa_score"]), checks=queues))
    assert volume["evidence.weight_effect.csat"].claim == "causal"
    assert volume["evidence.weight_effect.calls_per_hour"].claim == "association"
    assert any("answer the same queues" in one for one in volume["evidence.weight_effect.calls_per_hour"].limits)
    checks = [Check("untreated_volume", "failed")]
    assert by_id(made(checks=checks))["evidence.weight_effect.csat"].claim == "association"


def test_sensitivity_is_told_of_the_primary_outcome():
    frame = rates()
    frame["response_rate"] = 0.25 + np.random.default_rng(3).normal(size=len(frame)) * 0.01
    rng = np.random.default_rng(4)
    people = pd.concat([frame.assign(employee_id=frame["team"] + str(one)) for one in range(4)])
    people = people.assign(value=people["csat"])[rng.random(len(people)) < 0.95]
    found = by_id(made(frame=frame, frozen=frame, people=people))
    assert {id.rpartition(".")[2] for id in found if id.startswith("evidence.sensitivity.")} == {
        "relative_magnitudes", "smoothness", "silent_customers", "response_rate", "frozen_teams", "odds", "attrition",
        "selective_response", "all_served",
    }  # fmt: skip
    kept, own = found["evidence.sensitivity.frozen_teams"], found["evidence.weight_effect.csat"]
    assert kept.value == own.value, "nobody moved"
    assert found["evidence.sensitivity.odds"].interval[0] > 1
    silent = found["evidence.sensitivity.silent_customers"]
    changed = frame[frame["quarter"] >= frame["team"].map(past().adoption_of).fillna("~")]["response_rate"].mean()
    assert silent.value == pytest.approx(own.interval[0] / (1 - changed))
    left, rated, all_served = (
        found[f"evidence.sensitivity.{name}"] for name in ("attrition", "selective_response", "all_served")
    )
    assert {left.claim, rated.claim} == {"causal-under-assumptions"}, "trimming assumes that all move one way"
    assert all_served.claim == "causal"
    assert rated.value == all_served.value == pytest.approx(own.value)
    assert all_served.interval[0] < -50 < 50 < all_served.interval[1]
    assert left.interval[0] < left.value < left.interval[1]


@pytest.mark.parametrize("history", [past(sets=1), past([5] * 15), past([None] * 15)])
def test_where_the_past_cannot_tell_there_is_no_number_at_all(history):
    (only,) = made(history).findings()
    assert (only.id, only.value, only.claim) == ("evidence.claim", None, "unidentified")


def test_outcomes_without_data_or_without_differences_are_a_sentence_each():
    frame = rates().assign(attendance=0.99, handle_seconds=np.nan)
    frame["teamwork"] = frame["team"].str[1:].astype(float)
    frame["transfers"] = np.where((frame["quarter"] == "2024Q1") & (frame["team"] != "T00"), np.nan, frame["csat"])
    found = by_id(made(frame=frame, absent={"repeat_calls": "callers_unknown"}))
    said = {
        "attendance": "nothing to explain", "handle_seconds": "no observations", "transfers": "every quarter",
        "repeat_calls": "do not say who called", "teamwork": "nothing to explain",
    }  # fmt: skip
    for outcome, text in said.items():
        one = found[f"evidence.weight_effect.{outcome}"]
        assert (one.value, one.claim) == (None, "unidentified")
        assert text in one.text["en"], outcome


@pytest.mark.long
def test_the_order_of_rows_and_other_outcomes_change_nothing():
    frame = rates()
    shuffled = frame.sample(frac=1, random_state=1)
    assert by_id(made(frame=shuffled)) == by_id(made(frame=frame))
    alone = made(frame=frame.drop(columns=["qa_score"])).primary
    assert (alone.p, alone.interval) == (made(frame=frame).primary.p, made(frame=frame).primary.interval)


def test_twins_are_refused_and_so_is_an_outcome_that_is_none():
    with pytest.raises(DataError, match="rows repeat a team and quarter"):
        made(frame=pd.concat([rates(), rates()]))
    with pytest.raises(DataError, match=r"'cast' is no outcome.*csat"):
        made(primary="cast")


@pytest.mark.long
def test_panels_of_noise_are_told_from_none_about_as_often_as_a_test_at_five_percent_may():
    """40 panels without an effect: with p spread evenly, more than 7 false alarms come once in 500 times."""
    rng = generator()
    none = dict.fromkeys(EFFECT, 0.0)
    found = [made(frame=rates(effect=none, rng=rng)[["team", "quarter", "csat"]], draws=99) for _ in range(40)]
    assert sum(one.primary.told for one in found) <= 7
