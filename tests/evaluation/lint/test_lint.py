"""Lints: each speaks where it should, with its numbers, and is silent where nothing is to be said."""

import math

import numpy as np
import pandas as pd
import pytest
import yaml

from design_lab.catalogue import LANGUAGES, cards, words
from design_lab.catalogue.lints import lint_cards
from design_lab.evaluation.lint import lint, lint_file
from design_lab.evaluation.lint.points import of_rules, of_targets
from design_lab.evaluation.lint.weights import against_baseline
from design_lab.scheme import Scheme
from design_lab.study import Study, project_root
from tests.scoring.conftest import make_panel, make_scheme
from tests.scoring.studies import person, write_study

SCHEMES = project_root() / "data" / "h_bank" / "schemes"
RANK = {"rule": "rank"}


def weighing(**weights):
    """A scheme in which each indicator is a dimension of its own, in percent."""
    dimensions = {f"d_{name}": {"weight": weight, "indicators": {name: 100}} for name, weight in weights.items()}
    return make_scheme(dimensions=dimensions, rules=dict.fromkeys(weights, RANK))


def said(scheme, **known):
    return {(one.id, one.where): one for one in lint(scheme, **known).found}


def ids(scheme, **known):
    return {one.id for one in lint(scheme, **known).found}


SEVEN = {
    "calls_per_hour_adjusted": 30,
    "qa_score": 20,
    "very_satisfied_rate": 20,
    "transfer_rate": 10,
    "attendance_rate": 10,
}


def test_seven_indicators_are_not_too_many_and_eight_are():
    seven = SEVEN | {"training_participation": 5, "lateness_rate": 5}
    assert "many_indicators" not in ids(weighing(**seven))
    eight = seven | {"transfer_rate": 5, "complaint_rate": 5}
    found = said(weighing(**eight))["many_indicators", "dimensions"]
    assert found.severity == "warning"
    assert found.reason["en"] == "8 indicators are scored, more than 7"


@pytest.mark.parametrize(("weight", "id"), [(4, "small_weight"), (5, None), (40, None), (41, "large_weight")])
def test_weights_below_5_and_above_40_are_said_and_the_bounds_themselves_are_not(weight, id):
    scheme = weighing(
        calls_per_hour_adjusted=weight, **dict.fromkeys([*SEVEN][1:], (100 - weight) / 4)
    )  # fmt: skip
    found = [one for one in lint(scheme).found if one.id in ("small_weight", "large_weight")]
    assert [one.id for one in found] == ([id] if id else [])
    if id:
        assert found[0].where == "dimensions.d_calls_per_hour_adjusted.indicators.calls_per_hour_adjusted"
        assert f"weighs {weight}%" in found[0].reason["en"]


def test_the_share_that_people_judge_counts_qa_and_peers():
    assert "subjective_share" not in ids(
        weighing(calls_per_hour=40, very_satisfied_rate=30, qa_score=20, peer_rating=10)
    )
    scheme = weighing(calls_per_hour=40, very_satisfied_rate=29, qa_score=20, peer_rating=11)
    assert said(scheme)["subjective_share", "dimensions"].reason["en"] == (
        "31% of the score is judged by people (QA score, peer rating), more than 30%"
    )


def test_an_override_says_what_it_changes_and_not_what_it_inherits():
    base = weighing(calls_per_hour=41, very_satisfied_rate=39, qa_score=20)
    changed = {
        "role": "complaints",
        "dimensions": {
            "d_very_satisfied_rate": {"weight": 56, "indicators": {"very_satisfied_rate": 100}},
            "d_qa_score": {"weight": 3, "indicators": {"qa_score": 100}},
        },
    }
    leader = {"role": "complaints", "level": "leader", "rules": {"qa_score": RANK}}
    scheme = Scheme.model_validate(base.model_dump() | {"overrides": [changed, leader]})
    weights = [(one.id, one.where) for one in lint(scheme).found if one.id.endswith("_weight")]
    assert sorted(weights) == [
        ("large_weight", "dimensions.d_calls_per_hour.indicators.calls_per_hour"),
        ("large_weight", "overrides.0 (complaints).d_very_satisfied_rate.indicators.very_satisfied_rate"),
        ("small_weight", "overrides.0 (complaints).d_qa_score.indicators.qa_score"),
    ]


def test_customers_and_complaints_weighed_less_than_in_the_baseline_are_said():
    before = weighing(calls_per_hour=40, very_satisfied_rate=25, complaint_rate=10, qa_score=25)
    same = weighing(calls_per_hour=30, very_satisfied_rate=15, complaint_rate=20, qa_score=35)
    less = weighing(calls_per_hour=40, very_satisfied_rate=30, qa_score=30)
    assert not list(against_baseline(same, before, cards()))
    (found,) = against_baseline(less, before, cards())
    assert found.reason["en"] == 'customer satisfaction and complaints weigh 30% together, in "Test" 35%'


@pytest.mark.parametrize(
    ("pair", "id"),
    [
        (("csat", "very_satisfied_rate"), "same_sums"),  # the very satisfied are counted in both
        (("csat", "dissatisfied_rate"), "same_sums"),
        (("handle_seconds", "handle_seconds_adjusted"), "same_sums"),
        (("peer_rating", "peer_rating_adjusted"), "same_sums"),
        (("first_contact_resolution", "team_result"), "team_of_same"),
        (("first_contact_resolution", "transfer_rate"), None),
        (("csat", "text_csat"), None),  # other ratings
        (("complaints_on_time", "repeat_complaint_rate"), None),
        (("training_participation", "exam_points"), None),
    ],
)
def test_the_same_records_scored_twice_are_found_by_their_sums(pair, id):
    found = ids(weighing(**dict.fromkeys(pair, 50))) & {"same_sums", "team_of_same"}
    assert found == ({id} if id else set())


def test_what_a_person_does_not_control_and_what_a_card_leaves_open_are_said(tmp_path):
    own = "csat:\n  controllable: {person: 'no', why: {en: decided by queue, zh: 由技能组决定}}\n  exclusions: {en: '?', zh: 待定}\n"
    study = write_study(tmp_path / "own", {"staff": {"2026Q3": [person("E1")]}}, cards=own)
    found = said(study.current, study=study)
    assert found["not_controlled", "dimensions.csat.indicators.csat"].reason["en"].endswith("decided by queue")
    assert found["card_gap", "indicators.yaml: csat"].reason["zh"].endswith("exclusions")
    assert not {one.id for one in lint(study.current).found} & {"not_controlled", "card_gap"}  # by the catalogue's card


def ladder(*starts, points):
    ends = [*starts, None]
    steps = [{"end": starts[0], "points": points[0]}]
    steps += [
        {"start": low, "end": high, "points": p} for low, high, p in zip(starts, ends[1:], points[1:], strict=True)
    ]
    return {"rule": "ladder", "steps": [{k: v for k, v in step.items() if v is not None} for step in steps]}


def cliffs(rule, panel=None):
    scheme = make_scheme(
        dimensions={"csat": {"weight": 100, "indicators": {"csat": 100}}}, rules={"csat": rule}
    )  # fmt: skip
    return list(of_rules(scheme, cards(), panel))


def test_a_step_narrower_than_the_standard_error_is_a_cliff():
    # 100 ratings at .90: a standard error of .03, wider than steps of .02, narrower than steps of .05.
    wide, narrow = ladder(0.85, 0.90, 0.95, points=(0, 20, 25, 30)), ladder(0.88, 0.90, 0.92, points=(0, 20, 25, 30))
    assert cliffs(wide) == []
    assert [one.reason["en"][:40] for one in cliffs(narrow)] == [
        "at 88.0% of CSAT the points jump by 20.0", "at 90.0% of CSAT the points jump by 5.0 ", "at 92.0% of CSAT the points jump by 5.0 ",
    ]  # fmt: skip
    assert "3.0% at 100 observations" in cliffs(narrow)[1].reason["en"]
    assert cliffs(narrow | {"min_n": 400}) == []  # a standard error of .015
    assert cliffs(ladder(0.88, 0.90, 0.92, points=(0, 4, 8, 12))) == []  # no step moves 5 points


def test_the_edge_of_a_stretch_can_be_a_cliff():
    edge = {"rule": "stretch", "threshold": 0.88, "target": 0.90, "stretch": 0.95}
    (found,) = cliffs(edge)
    assert "the points jump by 60.0 points" in found.reason["en"]
    assert cliffs(edge | {"below": 58}) == []


def test_measured_standard_errors_go_before_assumed_ones():
    panel = make_panel({f"E{i}": (1.0, 1.0, 1.0, 1.0) for i in range(3)})
    panel.standard_errors["csat"] = [0.01, 0.012, 0.014]
    narrow = ladder(0.88, 0.90, 0.92, points=(0, 20, 25, 30))
    assert cliffs(narrow, panel) == []
    panel.standard_errors["csat"] = 0.03
    assert "the usual standard error of a value is 3.0%" in cliffs(narrow, panel)[0].reason["en"]


@pytest.mark.parametrize(("target", "id"), [(5, "target_reached_by_most"), (21, None), (100, "target_missed_by_most")])
def test_targets_that_most_reach_or_miss_are_said(target, id):
    panel = make_panel({f"E{i:02}": (10.0 + i, 80.0, 0.8, 4.0) for i in range(20)})
    rule = {"rule": "attainment", "target": target, "floor": 60, "cap": 120}
    scheme = make_scheme(rules=dict(make_scheme().model_dump()["rules"], calls_per_hour=rule))
    found = list(of_targets(scheme, panel, panel.usable(), pd.DataFrame(), least=10))
    assert [one.id for one in found] == ([id] if id else [])
    assert all(one.where == "rules.calls_per_hour.target" and one.people == 20 for one in found)
    assert not list(of_targets(scheme, panel, panel.usable(), pd.DataFrame(), least=21))


def test_targets_where_lower_is_better_are_reached_from_below():
    panel = make_panel({f"E{i:02}": (1.0, 80.0, 0.8, 4.0) for i in range(20)})
    panel.values["handle_seconds"] = np.linspace(100, 119, 20)
    panel.counts["handle_seconds"] = 1000
    rule = {"rule": "attainment", "target": 150, "floor": 60, "cap": 120}
    scheme = make_scheme(
        dimensions={"workload": {"weight": 100, "indicators": {"handle_seconds": 100}}}, rules={"handle_seconds": rule}
    )  # fmt: skip
    (found,) = of_targets(scheme, panel, panel.usable(), pd.DataFrame(), least=10)
    assert found.id == "target_reached_by_most"


LEADERS = """leads: {senior: team}
"""


def led(tmp_path, **overrides):
    study = write_study(tmp_path / "led", {"staff": {"2026Q3": [person("E1"), person("L", level="senior")]}})
    settings = study.folder / "study.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + LEADERS, encoding="utf-8")
    return Study.open(study.folder)


def test_leaders_need_a_result_of_their_team(tmp_path):
    study = led(tmp_path)
    alone = weighing(calls_per_hour=60, csat=40)
    found = said(alone, study=study)["leader_without_team", "overrides"]
    assert found.reason["en"] == "no result of the team is weighed for the level senior (in: agents, complaints, leads)"
    team = {"d_csat": {"weight": 40, "indicators": {"team_result": 100}}}
    one = {"role": "agent", "level": "senior", "dimensions": team, "rules": {"team_result": RANK}}
    scheme = Scheme.model_validate(alone.model_dump() | {"overrides": [one]})
    assert said(scheme, study=study)["leader_without_team", "overrides"].reason["en"].endswith("in: complaints, leads")
    every = [one | {"role": role} for role in study.settings.roles]
    assert "leader_without_team" not in ids(
        Scheme.model_validate(alone.model_dump() | {"overrides": every}), study=study
    )


def test_values_that_go_together_are_the_same_thing(small):
    scheme = small.current
    rng = np.random.default_rng(3)
    truth = rng.standard_normal(40)
    panel = make_panel({f"E{i:02}": (20 + truth[i], 80.0, 0.8, 4.0) for i in range(40)})
    panel.values["qa_score"] = 80 + truth + 0.2 * rng.standard_normal(40)
    panel.values["very_satisfied_rate"] = 0.8 + 0.1 * rng.standard_normal(40)
    for name in ("first_contact_resolution",):
        panel.values[name], panel.counts[name] = np.nan, 0
    found = list(lint(scheme, study=small, people=panel, medians=pd.DataFrame()).found)
    (twice,) = [one for one in found if one.id == "same_values"]
    assert twice.where == "dimensions.service_quality.indicators.qa_score"
    together = np.corrcoef(panel.values["calls_per_hour"], panel.values["qa_score"])[0, 1]
    assert f"calls per hour, QA score correlate by {together:.2f} among 40 people" in twice.reason["en"]


@pytest.mark.long
def test_the_small_centre_on_its_own_values(small):
    """Reliability by role and cycle is that of `reliabilities`; team leaders of today's scheme have no team result."""
    today = lint_file(small.folder / "schemes" / "current.yaml", study=small)
    assert today.left_out == ""
    assert {one.id for one in today.of("warning")} == {"leader_without_team", "unreliable"}
    share = lint_file(small.folder / "schemes" / "team_share.yaml", study=small)
    assert {one.id for one in share.of("warning")} == {"key_weighed_less", "unreliable"}
    assert all("calls per hour" in one.reason["en"] for one in share.found if one.id == "unreliable")


def test_without_tables_the_file_is_linted_and_that_is_said(copied):
    found = lint_file(copied.joinpath("schemes", "current.yaml"), study=Study.open(copied))
    assert "are not built" in found.left_out
    assert found.lines("zh")[-1].startswith("未用人员数据")
    assert "unreliable" not in {one.id for one in found.found}


def test_a_baseline_that_there_is_not_is_said(copied):
    path = copied / "schemes" / "balanced.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("baseline: current", "baseline: curent"), encoding="utf-8")
    (one,) = lint_file(path, study=Study.open(copied)).found
    assert (one.severity, one.where) == ("error", "baseline")
    assert "study small has no scheme 'curent'; did you mean 'current'?" in one.reason["en"]
    assert not lint_file(path).of("error")  # outside a study nobody knows the others


def test_data_that_the_client_does_not_have_are_said(small):
    panel = make_panel({f"E{i:02}": (20.0 + i, 80.0 if i < 4 else None, 0.8, 4.0) for i in range(20)})
    found = said(small.current, study=small, people=panel, medians=pd.DataFrame())
    few = found["no_data", "dimensions.service_quality.indicators.qa_score"].reason["en"]
    assert few.endswith("20.0% of 20 people in customer service have one")
    none = found["no_data", "dimensions.service_quality.indicators.first_contact_resolution"].reason["en"]
    assert none.startswith("nobody has a value of first-contact resolution")


def waived(**reasons):
    return Scheme.model_validate(
        weighing(calls_per_hour_adjusted=41, very_satisfied_rate=59).model_dump() | {"waive": reasons}
    )


def test_a_waived_lint_is_kept_with_its_reason_and_no_longer_stands():
    scheme = waived(large_weight="two indicators alone, as agreed with the works council")
    found = lint(scheme)
    assert not found.of("warning")
    assert [one.waived for one in found.waived] == ["two indicators alone, as agreed with the works council"] * 2
    told = {finding.id: finding for finding in found.findings()}
    assert told["lint.test.waived"].value == 2
    assert told["lint.test.waived.large_weight"].value == 2
    assert "as agreed with the works council" in told["lint.test.waived.large_weight"].text["zh"]
    assert "lint.test.large_weight" not in told


def test_a_waiver_does_not_change_what_is_scored():
    assert waived(large_weight="agreed").fingerprint == waived().fingerprint


def test_a_waiver_that_nothing_calls_for_is_said_only_where_it_could_be_seen(small):
    scheme = waived(large_weight="agreed", small_weight="agreed", unreliable="agreed")
    assert {key for id, key in said(scheme) if id == "idle_waiver"} == {"waive.small_weight"}


def test_findings_count_what_stands_and_tell_each_lint_once(small):
    scheme = weighing(calls_per_hour_adjusted=41, very_satisfied_rate=59)
    told = {finding.id: finding for finding in lint(scheme).findings()}
    assert told["lint.test.warnings"].value == 2
    assert told["lint.test.large_weight"].value == 2
    assert "41%" in told["lint.test.large_weight"].text["en"]
    assert "59%" in told["lint.test.large_weight"].text["en"]
    assert "The design check knows the file alone" in told["lint.test.warnings"].limits[0]


def test_every_lint_has_words_and_a_source_in_both_languages():
    for lang in LANGUAGES:
        keys = words(lang).keys
        for id, card in lint_cards().items():
            assert f"lint_name.{id}" in keys or card.severity == "error"
            assert any(key == f"lint.{id}" or key.startswith((f"lint.{id}_", f"lint.refused.{id}")) for key in keys), id
            assert card.source[lang]


def test_the_sample_schemes_bear_no_error_and_few_words():
    for path in sorted(SCHEMES.glob("*.yaml")):
        found = lint_file(path)
        assert not found.of("error")
        assert len(found.found) <= 4
        assert {one.id for one in found.of("warning")} <= {"key_weighed_less"}


def test_bounds_are_those_of_design_practice():
    bounds = {id: card.bound for id, card in lint_cards().items() if card.bound is not None}
    assert bounds["small_weight"] == 0.05
    assert bounds["large_weight"] == 0.40
    assert bounds["subjective_share"] == 0.30
    assert bounds["many_indicators"] == 7
    assert bounds["unreliable"] == 0.6
    assert all(math.isfinite(bound) for bound in bounds.values())


def test_a_refusal_is_one_line_in_chinese_too(tmp_path):
    path = tmp_path / "quality_first.yaml"
    content = yaml.safe_load((SCHEMES / "quality_first.yaml").read_text(encoding="utf-8"))
    content["dimensions"]["workload"]["weight"] = 26
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    assert lint_file(path).lines("zh") == [
        "错误  weights_sum  dimensions：权重之和为 101，应为 100（实务所见：某售后考核表权重之和为 90）"
    ]


def as_in(scheme, **known):
    return {one.id: one.as_in is not None for one in lint(scheme, **known).found}


OWN = {
    "d_csat": {"weight": 41, "indicators": {"csat": 100}},
    "d_attendance_rate": {"weight": 59, "indicators": {"attendance_rate": 100}},
}


def before(**content):
    """Today's scheme: two of three indicators weigh too much or too little."""
    made = weighing(calls_per_hour_adjusted=3, csat=41, attendance_rate=56)
    return Scheme.model_validate(
        made.model_dump() | {"name": "today", "title": {"en": "Today", "zh": "现行"}} | content
    )


def test_what_stands_of_the_baseline_too_is_apart_and_what_is_new_comes_first():
    scheme = Scheme.model_validate(before().model_dump() | {"name": "test"})
    moved = {"d_calls_per_hour_adjusted": 2, "d_csat": 41, "d_attendance_rate": 57}
    weights = {name: one | {"weight": moved[name]} for name, one in scheme.model_dump()["dimensions"].items()}
    found = lint(Scheme.model_validate(scheme.model_dump() | {"dimensions": weights}), baseline=before())
    assert [(one.id, one.as_in) for one in found.found] == [
        ("small_weight", None), ("large_weight", None), ("large_weight", {"en": "Today", "zh": "现行"}),
    ]  # fmt: skip
    assert [line.endswith('[as in "Today"]') for line in found.lines()] == [False, False, True]
    assert found.lines("zh")[2].endswith("［与“现行”相同］")
    assert found.table()["as_in"].tolist() == ["", "", "Today"]
    told = {finding.id: finding for finding in found.findings()}
    assert (told["lint.test.warnings"].value, told["lint.test.inherited"].value) == (2, 1)
    assert "41%" not in told["lint.test.large_weight"].text["en"]


def test_a_scheme_is_no_news_beside_itself_in_other_words_and_its_own_baseline_is_no_other():
    renamed = Scheme.model_validate(before().model_dump() | {"name": "test"})
    assert all(one.as_in for one in lint(renamed, baseline=before()).found)
    assert not any(one.as_in for one in lint(before(), baseline=before()).found)  # the baseline's are told once
    assert "lint.today.inherited" not in {one.id for one in lint(before(), baseline=before()).findings()}


def test_a_role_to_which_the_same_comes_anew_is_news():
    """What is said of one role in the baseline is news of another, and of a role that is no longer stated apart."""
    apart = weighing(calls_per_hour_adjusted=30, csat=30, attendance_rate=40).model_dump()
    today = [
        {
            "role": "complaints",
            "dimensions": {"d_calls_per_hour_adjusted": {"weight": 0, "indicators": {"calls_per_hour_adjusted": 100}}}
            | OWN,
        }
    ]
    other = [{"role": "marketing", "dimensions": today[0]["dimensions"]}]
    baseline = Scheme.model_validate(apart | {"name": "today", "overrides": today})
    assert as_in(Scheme.model_validate(apart | {"overrides": today}), baseline=baseline)["large_weight"]
    assert not as_in(Scheme.model_validate(apart | {"overrides": other}), baseline=baseline)["large_weight"]
    wide = before(overrides=[{"role": "complaints", "dimensions": apart["dimensions"]}])
    assert not any(as_in(Scheme.model_validate(before().model_dump() | {"name": "test"}), baseline=wide).values())


@pytest.mark.long
def test_a_proposal_that_changes_one_role_does_not_warn_of_the_others(small, tmp_path):
    """The search's own words: everything doubtful of today's scheme is told of today's scheme alone."""
    today = small.current
    moved = {"csat": 20, "workload": 35, "service_quality": 35, "teamwork": 10}
    dimensions = {name: one.model_copy(update={"weight": moved[name]}) for name, one in today.dimensions.items()}
    override = {"role": "customer_service", "dimensions": {name: one.model_dump() for name, one in dimensions.items()}}
    scheme = today.remade(today.model_dump() | {"name": "proposed", "baseline": "current", "overrides": [override]})
    path = tmp_path / "proposed.yaml"
    scheme.write(path)
    found = lint_file(path, study=small)
    assert {one.id for one in found.of("warning")} == {"key_weighed_less", "subjective_share", "unreliable"}
    (chance,) = [one for one in found.found if one.id == "unreliable"]
    assert "calls per hour weighs up to 35%" in chance.reason["en"]  # of those whose values are chance, not of all
    assert {one.id for one in found.inherited} == {"leader_without_team", "raw_value"}


def test_a_key_that_stands_twice_is_named(tmp_path):
    path = tmp_path / "twice.yaml"
    path.write_text("name: twice\ndimensions:\n  csat: {weight: 30, weight: 40}\n", encoding="utf-8")
    (one,) = lint_file(path).found
    assert (one.id, one.where) == ("unreadable", "dimensions.csat.weight")
    assert "line 3, column 22: the key 'weight' stands twice" in one.reason["en"]
    path.write_text("a list\n", encoding="utf-8")
    assert lint_file(path).found[0].where == "twice.yaml"  # no key is to blame
