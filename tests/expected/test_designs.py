"""Pilots planned on the past: which past counts, what is proposed, what cannot be planned, and what is said of it."""

import numpy as np
import pandas as pd
import pytest

from design_lab.catalogue import LANGUAGES
from design_lab.errors import StudyError
from design_lab.evidence import weight_history
from design_lab.expected import pilot_designs, steady_past, wanted_effect
from design_lab.expected.designs import YEAR
from design_lab.expected.wanted import Wanted
from design_lab.finding import words_of_cause
from design_lab.periods import Quarter
from tests.expected.pilots import EVERYBODY, LAST, QUARTERS, moved, named, rates, study_of


def of(folder, frame, *, size=1.0, **stated):
    """Past and designs of a study whose team-quarters are a frame."""
    study = study_of(folder / "planned", **stated)
    history = weight_history(study, roles=dict(zip(frame["team"], frame["role"], strict=True)))
    past = steady_past(study, history, frame)
    sought = Wanted(
        primary="csat", sizes={} if size is None else {"csat": size}, why_not="" if size else "effect_unknown"
    )
    return past, pilot_designs(study, past, sought, rng=np.random.default_rng(5))


def by_id(result):
    return {one.id: one for one in result.findings()}


def test_without_any_change_all_quarters_are_the_past(tmp_path):
    past, planned = of(tmp_path, rates(named(14)))
    assert past.quarters == tuple(map(str, QUARTERS))
    assert past.free == past.teams == tuple(named(14))
    assert "pilot.free_teams" not in by_id(planned)
    assert past.values["csat"].to_numpy().mean() == pytest.approx(92, abs=1)  # percentage points


def test_once_a_pilot_runs_only_the_quarters_before_it_are_the_past(tmp_path):
    teams = named(14)
    past, planned = of(tmp_path, rates(teams), history=(*EVERYBODY, *moved(teams[:12], Quarter(2025, 1))))
    assert past.quarters == tuple(map(str, QUARTERS[:5]))
    assert past.free == ("T12", "T13")
    assert planned.lot(1) is None
    found = by_id(planned)
    assert (found["pilot.past"].value, found["pilot.free_teams"].value) == (5, 2)
    assert "2023Q4 to 2024Q4" in found["pilot.past"].text["en"]
    assert "fewer than 4 teams" in found["pilot.free_teams"].text["en"]
    assert max(one.design.after for one in planned.tried) == 4


def test_a_change_of_everybody_parts_the_past_and_the_longer_part_counts(tmp_path):
    teams = named(14)
    past, _ = of(tmp_path, rates(teams), history=(*EVERYBODY, *moved(teams, Quarter(2024, 3))))
    assert past.quarters == tuple(map(str, QUARTERS[3:]))
    assert past.free == ()


def test_what_happens_in_the_middle_of_a_quarter_takes_that_quarter_out(tmp_path):
    before, after = moved(named(14)[:1], Quarter(2026, 1))
    days = {"last_day": pd.Timestamp("2026-02-14").date()}, {"first_day": pd.Timestamp("2026-02-15").date()}
    past, _ = of(tmp_path, rates(named(14)), history=(*EVERYBODY, before | days[0], after | days[1]))
    assert past.quarters[-1] == "2025Q4"


def test_the_shortest_design_that_finds_the_effect_is_proposed(tmp_path):
    _, planned = of(tmp_path, rates(named(20)), size=1.2)
    one, found = planned.proposed, by_id(planned)
    assert one.at(1.2) >= 0.8
    whole = [other for other in planned.tried if other.design.teams == 20]
    assert not [other for other in whole if other.design.after < one.design.after and other.at(1.2) >= 0.8]
    assert found["pilot.quarters"].value == one.design.after
    assert found["pilot.power"].value == pytest.approx(one.at(1.2))
    assert found["pilot.mde"].value == pytest.approx(one.detectable, rel=1e-9)
    assert found["pilot.teams"].value <= 20
    assert {one.claim for id, one in found.items() if id.startswith("pilot.power")} == {"scenario"}


def test_where_no_length_is_enough_the_best_of_a_year_is_proposed_and_that_is_said(tmp_path):
    _, planned = of(tmp_path, rates(named(8)), size=0.3)
    found = by_id(planned)
    assert planned.proposed.design.after <= YEAR
    assert found["pilot.quarters"].value is None
    assert "no pilot of up to 6 quarters" in found["pilot.quarters"].text["en"]
    assert found["pilot.power"].value < 0.8
    assert found["pilot.teams"].value is None or found["pilot.teams"].value > 8


def test_a_shadow_run_is_unidentified_for_what_people_do(tmp_path):
    shadow = by_id(of(tmp_path, rates(named(8)))[1])["pilot.mde.shadow"]
    assert (shadow.value, shadow.claim) == (None, "unidentified")
    assert "nobody is paid otherwise" in shadow.text["en"]


def test_volume_is_held_to_the_margin_of_the_study_and_the_key_is_named_where_there_is_none(tmp_path):
    bare = by_id(of(tmp_path / "bare", rates(named(14)))[1])["pilot.volume"]
    assert (bare.value, bare.claim) == (None, "unidentified")
    assert "pilot.volume_margin" in bare.text["en"]
    past, planned = of(tmp_path / "stated", rates(named(14)), pilot={"volume_margin": 0.1})
    stated = by_id(planned)["pilot.volume"]
    today = past.values["calls_per_hour"].iloc[:, -1].mean()
    assert planned.margin == pytest.approx(0.1 * today)
    assert stated.value == pytest.approx(planned.by_outcome["calls_per_hour"].no_worse(0.1 * today))
    assert "10.0%" in stated.text["en"]
    without = by_id(of(tmp_path / "without", rates(named(14)).drop(columns="calls_per_hour"))[1])["pilot.volume"]
    assert (without.value, without.claim) == (None, "unidentified")


@pytest.mark.parametrize(
    ("frame", "quarters", "said"),
    [
        (rates(named(3)), QUARTERS, "which has 3 teams: with fewer than 4 teams"),
        (rates(named(9), quarters=QUARTERS[-1:]), QUARTERS[-1:], "not even two in a row"),
        (rates(()), QUARTERS, "the roster names no teams"),
        (rates(named(9)).assign(csat=np.nan), QUARTERS, "customer satisfaction is not known of 4 teams or more"),
        (rates(named(9)).assign(csat=0.9), QUARTERS, "or does not vary"),
    ],
)
def test_what_cannot_be_planned_is_a_sentence_and_no_number(tmp_path, frame, quarters, said):
    past, planned = of(tmp_path, frame, quarters=quarters)
    (only,) = planned.findings()
    assert (only.id, only.value, only.claim) == ("pilot.mde", None, "unidentified")
    assert said in only.text["en"]
    assert planned.lot(1) is None
    assert planned.to_text().empty
    assert past.table() is not None


def test_without_a_size_to_find_the_least_effect_is_told_and_no_power(tmp_path):
    found = by_id(of(tmp_path, rates(named(14)), size=None)[1])
    assert found["pilot.mde"].value > 0
    assert not [id for id in found if id.startswith(("pilot.power", "pilot.teams", "pilot.quarters"))]
    assert found["pilot.effect"].claim == "unidentified"
    assert "pilot.least_effects.csat" in found["pilot.effect"].text["en"]


def test_four_teams_in_two_halves_find_nothing_and_that_is_said(tmp_path):
    _, planned = of(tmp_path, rates(named(4)))
    found = by_id(planned)["pilot.mde.parallel"]
    assert (found.value, found.claim) == (None, "unidentified")
    assert "however large" in found.text["en"]


def test_the_lot_is_among_the_teams_that_are_free_and_says_how_it_is_drawn_again(tmp_path):
    teams = named(14)
    _, planned = of(tmp_path, rates(teams), history=(*EVERYBODY, *moved(teams[:5], Quarter(2026, 1))))
    drawn = planned.lot(9)
    assert set(drawn.starts) == {*teams[5:]}
    assert planned.lot(9).starts == drawn.starts
    (said,) = drawn.findings()
    assert "with seed 9" in said.text["en"]
    assert "以种子 9 " in said.text["zh"]
    assert "seed=9" in drawn.record


def test_no_sentence_speaks_of_causes_and_every_number_has_its_words(tmp_path):
    _, planned = of(tmp_path, rates(named(14)), pilot={"volume_margin": 0.05})
    for one in planned.findings():
        assert all(words_of_cause(one.text[lang]) == [] for lang in LANGUAGES)
        assert all("{" not in one.text[lang] for lang in LANGUAGES)


def test_what_the_study_states_goes_before_what_evidence_lets_one_expect(tmp_path):
    study = study_of(tmp_path / "stated", pilot={"least_effects": {"csat": 0.8}})
    frame = rates(named(8))
    past = steady_past(study, weight_history(study, roles=dict.fromkeys(named(8), "customer_service")), frame)
    sought = wanted_effect(study, past, LAST, study.scheme("quality_first"), rng=np.random.default_rng(1))
    assert sought.size == 0.8
    assert "study.yaml states" in sought.findings()[0].text["en"]
    bare = study_of(tmp_path / "bare")
    unknown = wanted_effect(bare, past, LAST, None, rng=np.random.default_rng(1))
    assert unknown.size is None
    assert "no candidate" in unknown.findings()[0].text["en"]


@pytest.mark.long
def test_where_nothing_is_stated_the_first_candidate_lets_one_expect_a_size(small):
    frame = rates(named(8), quarters=small.quarters)
    past = steady_past(small, weight_history(small, roles=dict.fromkeys(named(8), "customer_service")), frame)
    latest = small.quarters[-1]
    sought = wanted_effect(small, past, latest, small.scheme("quality_first"), rng=np.random.default_rng(2))
    drawn = sought.draws["csat"]
    assert sought.size == pytest.approx(abs(np.median(drawn)))
    assert np.all(np.abs(drawn) < 100)
    (said,) = sought.findings()
    assert said.interval[0] < said.value < said.interval[1]
    assert said.value > 0  # more is paid for quality and less for volume
    same = wanted_effect(small, past, latest, small.current, rng=np.random.default_rng(2))
    assert (same.size, same.why_not) == (None, "effect_none_expected")


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"least_effects": {"csta": 1.0}}, r"pilot.least_effects.csta: 'csta' is no outcome; did you mean 'csat'"),
        ({"least_effects": {"csat": -1.0}}, "pilot.least_effects.csat: -1 is not above 0"),
        ({"volume_margin": 3.0}, "pilot.volume_margin: 3 is not above 0 and at most 0.5; 3 % is 0.03"),
        ({"margin": 0.03}, "pilot.margin: is not a known key; did you mean 'volume_margin'"),
    ],
)
def test_what_cannot_be_meant_of_a_pilot_is_refused(tmp_path, stated, said):
    with pytest.raises(StudyError, match=said):
        study_of(tmp_path / "wrong", pilot=stated)
