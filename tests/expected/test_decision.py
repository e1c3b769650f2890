"""The rule that recommends: each of its branches, by findings made up for it."""

import pytest

from design_lab.expected.decision import OPTIONS, decisions
from design_lab.expected.rollout import rollout
from design_lab.finding import CAUSAL, Finding, words_of_cause
from design_lab.study import Study

CSAT, VOLUME, MARGIN = "csat", "calls_per_hour", 0.45


@pytest.fixture(scope="module")
def study():
    return Study.open("data/h_bank")


def found(id, value, bounds=None, claim="scenario", unit="pp"):
    return Finding(
        id=id, value=value, interval=bounds, level=0.9 if bounds else None, unit=unit, n=100, claim=claim,
        text={"en": "A number.", "zh": "一个数。"},
    )  # fmt: skip


def expects(scheme, value, bounds, volume=(-0.2, 0.2)):
    return [
        found(f"expected.{scheme}.{CSAT}", value, bounds),
        found(f"expected.{scheme}.{VOLUME}", sum(volume) / 2, volume, unit="calls_apart"),
    ]


def measured(value, bounds, volume, claim="causal"):
    return [
        found(f"evidence.weight_effect.{CSAT}", value, bounds, claim),
        found(f"evidence.weight_effect.{VOLUME}", sum(volume) / 2, volume, claim, "calls_apart"),
    ]


FINDS = [found("pilot.effect", 1.0), found("pilot.power", 0.7, unit="share")]
HOPE = [*expects("balanced", 0.5, (-0.3, 1.5)), *expects("quality_first", 0.9, (-0.7, 2.5))]
GAIN = measured(1.2, (0.4, 2.0), (-0.2, 0.3))


def decide(study, told, adopted=None, margin=MARGIN):
    schedule = rollout(study, study.quarter("2026Q3"))
    return decisions(study, study.candidates(), told, schedule, adopted=adopted, margin=margin)


def groups(scheme, count):
    stem = "diagnosis" if scheme is None else f"candidates.{scheme}"
    return found(f"{stem}.groups_standing_out", count, unit="count")


@pytest.mark.parametrize(
    ("told", "adopted", "option", "scheme", "why"),
    [
        ([*HOPE, *FINDS], None, "pilot", "quality_first", "pilot_finds"),
        ([*HOPE, *FINDS, *GAIN], "balanced", "adopt", "balanced", "measured"),
        # A gain that rests on assumptions, or of which the interval holds 0, is piloted and not adopted.
        ([*HOPE, *FINDS, *measured(1.2, (0.4, 2.0), (-0.2, 0.3), CAUSAL[0])], "balanced", "pilot", "quality_first", "pilot_finds"),
        ([*HOPE, *FINDS, *measured(1.2, (-0.1, 2.5), (-0.2, 0.3))], "balanced", "pilot", "quality_first", "pilot_finds"),
        # Volume that may have lost more than the margin is not shown to be kept.
        ([*HOPE, *FINDS, *measured(1.2, (0.4, 2.0), (-0.5, 0.1))], "balanced", "pilot", "quality_first", "pilot_finds"),
        # Groups standing out speak against adopting and against piloting, unless as many do today.
        ([*HOPE, *FINDS, *GAIN, groups("balanced", 1)], "balanced", "pilot", "quality_first", "pilot_finds"),
        ([*HOPE, *FINDS, *GAIN, groups("balanced", 2), groups(None, 2)], "balanced", "adopt", "balanced", "measured"),
        ([*HOPE, *FINDS, groups("quality_first", 3), groups(None, 2)], None, "pilot", "balanced", "pilot_finds"),
        # What a pilot cannot find is not piloted.
        ([*HOPE, FINDS[0], found("pilot.power", 0.49, unit="share")], None, "keep", "quality_first", "pilot_too_weak"),
        (HOPE, None, "keep", "quality_first", "no_pilot"),
        ([*HOPE, *FINDS, found("pilot.free_teams", 3, unit="teams")], None, "keep", "quality_first", "no_pilot"),
        # A gain is shown and volume is not, with nobody left to pilot on: that is said, and not that nothing is found.
        (
            [*HOPE, *FINDS, found("pilot.free_teams", 3, unit="teams"), *measured(1.2, (0.4, 2.0), (-0.5, 0.1))],
            "balanced", "keep", "balanced", "volume_not_shown",
        ),
        # No gain, one too small to be worth finding, and one paid for with volume.
        ([*expects("balanced", -0.1, (-1.0, 0.8)), *FINDS], None, "keep", None, "none_bearable"),
        ([*expects("balanced", 0.3, (-0.1, 0.9)), *FINDS], None, "keep", None, "none_bearable"),
        ([*expects("balanced", 0.9, (-0.1, 1.9), (-0.9, -0.5)), *FINDS], None, "keep", None, "none_bearable"),
        (FINDS, None, "not_now", None, "nothing_expected"),
        ([], None, "not_now", None, "nothing_expected"),
    ],
)  # fmt: skip
def test_the_rule_takes_the_first_branch_that_holds(study, told, adopted, option, scheme, why):
    asked = decide(study, told, adopted)
    assert (asked.recommended, asked.chosen and asked.chosen.scheme.name, asked.why) == (option, scheme, why)


def test_without_a_margin_nothing_is_shown_to_be_kept(study):
    assert decide(study, [*HOPE, *FINDS, *GAIN], "balanced", margin=None).recommended == "pilot"


def test_volume_need_not_be_causal_where_queues_deal_it_out(study):
    volume = found(f"evidence.weight_effect.{VOLUME}", -0.1, (-0.4, 0.2), "association", "calls_apart")
    assert decide(study, [*HOPE, *FINDS, GAIN[0], volume], "balanced").recommended == "adopt"
    assert decide(study, [*HOPE, *FINDS, GAIN[0]], "balanced").recommended == "pilot"


def test_an_effect_of_another_scheme_supports_no_candidate(study):
    assert decide(study, [*HOPE, *FINDS, *GAIN], adopted="an_older_one").recommended == "pilot"


def test_candidates_stand_by_what_is_expected_of_them_the_unknown_last(study):
    asked = decide(study, [*HOPE, *FINDS])
    assert [(one.scheme.name, one.verdict) for one in asked.candidates] == [
        ("quality_first", "bearable"), ("balanced", "bearable"), ("team_share", "unknown"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("told", "adopted"), [([*HOPE, *FINDS], None), ([*HOPE, *FINDS, *GAIN], "balanced"), (HOPE, None), ([], None)]
)
def test_no_finding_claims_more_than_what_it_rests_on(study, told, adopted):
    asked = decide(study, told, adopted)
    said = {one.id: one for one in asked.findings()}
    one = asked.chosen or asked.candidates[0]
    named = {kind: f"{kind}.{one.scheme.name}" if kind in ("adopt", "pilot") else kind for kind in OPTIONS}
    stems = {f"decision.option.{name}" for name in named.values()} | {f"decision.condition.{kind}" for kind in OPTIONS}
    assert set(said) >= stems
    assert said[f"decision.recommended.{named[asked.recommended]}"].claim == "scenario"
    strong = {one.id for one in said.values() if one.claim in CAUSAL}
    assert strong == ({"decision.option.adopt.balanced"} if adopted else set())
    assert all(not words_of_cause(text) for one in said.values() for text in one.text.values())
    if not adopted:
        assert said[f"decision.option.{named['adopt']}"].value is None
        assert said[f"decision.option.{named['adopt']}"].claim == "unidentified"


def test_numbers_are_those_of_the_findings_behind(study):
    said = {one.id: one for one in decide(study, [*HOPE, *FINDS, *GAIN], "balanced").findings()}
    adopt, candidate = said["decision.option.adopt.balanced"], said["decision.candidate.quality_first"]
    assert (adopt.value, adopt.interval) == (1.2, (0.4, 2.0))
    assert (candidate.value, candidate.interval) == (0.9, (-0.7, 2.5))
    assert said["decision.condition.adopt"].value == study.settings.pilot.volume_margin == 0.03
    assert "3%" in said["decision.condition.adopt"].text["zh"]


def test_the_decision_is_due_before_the_phase_that_waits_for_it(study):
    said = {one.id: one for one in decide(study, []).findings()}
    due = said["decision.deadline"]
    assert due.value == 8
    assert "2026-11-29" in due.text["en"]  # the Sunday before week 9, eight weeks from Monday 5 October
    assert "head of retail banking" in due.text["en"]


def test_lower_is_better_where_it_is(study):
    fewer = study.settings.model_copy(update={"primary_outcome": "complaints"})
    other = type(study)(study.folder, fewer)
    told = [
        found("expected.balanced.complaints", -0.4, (-0.9, 0.1), unit="per_10000"),
        found("expected.quality_first.complaints", 0.4, (-0.1, 0.9), unit="per_10000"), *FINDS[1:],
    ]  # fmt: skip
    asked = decide(other, told)
    assert (asked.recommended, asked.chosen.scheme.name) == ("pilot", "balanced")
    assert asked.candidates[1].verdict == "no_gain"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_candidates_are_shown_with_their_titles_and_units(study, lang):
    shown = decide(study, [*HOPE, *FINDS]).to_text(lang)
    assert shown.iloc[0, 0] == study.scheme("quality_first").title[lang]
    assert list(shown.iloc[2, 2:]) == ["–"] * 3
