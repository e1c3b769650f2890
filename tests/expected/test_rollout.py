"""Phases in weeks and days, and risks held against what a run's own findings show."""

import datetime as dt
from types import SimpleNamespace

import pytest

from design_lab.catalogue.rollout import Watch
from design_lab.expected.rollout import rollout, stand
from design_lab.finding import Finding
from design_lab.study import Study


@pytest.fixture(scope="module")
def study():
    return Study.open("data/h_bank")


def found(id, value, bounds=None, claim="association"):
    return Finding(
        id=id, value=value, interval=bounds, level=0.95 if bounds else None, unit="count", n=100, claim=claim,
        text={"en": "A number.", "zh": "一个数。"},
    )  # fmt: skip


def of_year(quarters, free=15):
    return SimpleNamespace(
        proposed=SimpleNamespace(design=SimpleNamespace(after=quarters)), past=SimpleNamespace(free=("team",) * free)
    )


def values(plan):
    return {one.id: one for one in plan.findings()}


def test_without_a_pilot_proposed_the_plan_is_the_usual_one_in_days(study):
    plan = rollout(study, study.quarter("2026Q3"))
    assert plan.begins == dt.date(2026, 10, 5)  # a Monday, the first after 30 September 2026
    assert plan.days("diagnosis") == (dt.date(2026, 10, 5), dt.date(2026, 11, 1))
    assert plan.days("gate") == (dt.date(2027, 4, 12), dt.date(2027, 4, 18))  # 27 weeks = 189 days after 5 October
    assert plan.length == 50
    assert not plan.piloted
    assert values(plan)["plan.pilot.weeks"].value == 13


def test_the_pilot_takes_as_long_as_the_one_proposed_and_later_phases_wait(study):
    plan = rollout(study, study.quarter("2026Q3"), pilot=of_year(4))
    said = values(plan)
    assert (said["plan.pilot.starts_week"].value, said["plan.pilot.weeks"].value) == (14, 52)
    assert said["plan.gate.starts_week"].value == 66
    assert "2028-01-10" in said["plan.gate.starts_week"].text["en"]  # 66 weeks = 462 days after 5 October 2026
    assert "as the pilot proposed" in said["plan.pilot.weeks"].text["en"]
    assert said["plan.weeks"].value == 89
    assert {one.claim for one in plan.findings() if one.id.startswith("plan.")} == {"scenario"}


def test_a_pilot_for_which_too_few_teams_are_free_gives_no_length(study):
    plan = rollout(study, study.quarter("2026Q3"), pilot=of_year(4, free=3))
    assert (plan.piloted, plan.weeks["pilot"]) == (False, (14, 13))


@pytest.mark.parametrize(
    ("watch", "value", "bounds", "stands"),
    [
        (Watch(findings="a.b", above=0), 2, None, "seen"),
        (Watch(findings="a.b", above=0), 0, None, "unseen"),
        (Watch(findings="a.b", above=0.01, of_n=True), 2, None, "seen"),  # of 100
        (Watch(findings="a.b", above=0.01, of_n=True), 1, None, "unseen"),
        (Watch(findings="a.b", above=0), 2, (1, 3), "seen"),
        (Watch(findings="a.b", above=0), 2, (0, 3), "open"),
        (Watch(findings="a.b", above=0), -2, (-3, 0), "unseen"),
        (Watch(findings="a.b", below=1), 0.8, (0.7, 0.9), "seen"),
        (Watch(findings="a.b", below=1), 0.8, (0.7, 1.0), "open"),
        (Watch(findings="a.b", below=1), 1.2, (1.0, 1.4), "unseen"),
    ],
)
def test_a_sign_is_seen_only_where_the_whole_interval_lies_beyond_the_bound(watch, value, bounds, stands):
    assert stand(watch, found("a.b", value, bounds)) == stands


def test_a_risk_counts_the_signs_in_the_findings_that_watch_it(study):
    told = [
        found("evidence.gaming.survey_unresolved", 0.78, (0.77, 0.79)),
        found("evidence.gaming.survey_transferred", 0.99, (0.98, 1.02)),
        found("evidence.gaming.survey_long", None, claim="unidentified"),
        found("expected.balanced.calls_per_hour", -0.4, (-0.6, -0.2), "scenario"),
        found("expected.balanced.calls_per_hour.q1", -0.4, (-0.6, -0.2), "scenario"),
        found("expected.team_share.calls_per_hour", 0.1, (-0.2, 0.4), "scenario"),
    ]
    said = values(rollout(study, study.quarter("2026Q3"), told))
    surveys, volume = said["risk.survey_gaming.sign"], said["risk.volume.sign"]
    assert (surveys.value, surveys.n, surveys.claim) == (1, 2, "association")  # what has no value watches nothing
    assert (volume.value, volume.n, volume.claim) == (1, 2, "scenario")  # quarters on the way are not counted again
    assert said["risk.collusion.sign"].value is None
    assert said["risk.collusion.sign"].claim == "unidentified"
    assert "does not measure" in said["risk.collusion.sign"].text["en"]
    assert "not in the data" in said["risk.privacy.sign"].text["en"]


def test_scores_are_likelihood_times_impact_the_gravest_first(study):
    plan = rollout(study, study.quarter("2026Q3"))
    scores = [one.value for one in plan.findings() if one.id.startswith("risk.") and one.id.count(".") == 1]
    assert scores == sorted(scores, reverse=True)
    assert values(plan)["risk.volume"].value == 2 * 3  # medium times high
    assert len(scores) == 16


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_plan_shows_itself_with_names(study, lang):
    shown = rollout(study, study.quarter("2026Q3")).to_text(lang)
    assert len(shown) == 9
    assert shown.iloc[0, 0] == {"en": "Diagnosis and data audit", "zh": "现状诊断与数据核查"}[lang]
    assert shown.iloc[-1, -1] == {"en": "head of retail banking", "zh": "零售业务分管行领导"}[lang]
