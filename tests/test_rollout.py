"""The rollout of the catalogue, and what a study changes of it."""

import datetime as dt
import re

import pytest
import yaml
from pydantic import ValidationError

from design_lab.catalogue import LANGUAGES, words
from design_lab.catalogue.rollout import RollingOut, catalogued
from design_lab.errors import StudyError
from design_lab.finding import words_of_cause
from design_lab.study import Study, project_root
from tests.test_study import edited, folder  # noqa: F401

OWN_RISK = {
    "name": {"en": "Merger", "zh": "机构合并"},
    "sign": {"en": "teams are merged", "zh": "班组合并"},
    "mitigation": {"en": "wait", "zh": "等待"},
    "owner": "hr", "likelihood": "high", "impact": "high",
}  # fmt: skip


def texts(value):
    if isinstance(value, dict):
        if set(value) == set(LANGUAGES):
            yield value
        else:
            for held in value.values():
                yield from texts(held)


def test_the_plan_is_that_of_the_field():
    # Diagnosis 4 weeks, design to week 8, consultation to 10, training to 14, pilot to 27, go / no-go, all teams.
    assert catalogued().starts() == {
        "diagnosis": (0, 4), "design": (4, 4), "consultation": (8, 2), "training": (10, 4), "shadow": (14, 13),
        "pilot": (14, 13), "gate": (27, 1), "rollout": (28, 9), "review": (37, 13),
    }  # fmt: skip


def test_a_longer_pilot_moves_what_waits_for_it_and_nothing_else():
    usual, longer = catalogued().starts(), catalogued().starts(52)
    assert longer["pilot"] == (14, 52)
    assert {id for id in usual if usual[id][0] != longer[id][0]} == {"gate", "rollout", "review"}
    assert longer["gate"][0] == 66


def test_every_text_stands_in_both_languages_and_names_no_cause():
    every = [*texts(catalogued().model_dump())]
    assert len(every) > 100
    for text in every:
        assert re.search("[\u4e00-\u9fff]", text["zh"])
        assert not [word for said in text.values() for word in words_of_cause(said)]


def test_every_phase_has_one_who_is_accountable_and_the_chart_gives_each_her_letters():
    pilot = catalogued().phases["pilot"]
    assert [pilot.part_of(who) for who in ("centre_manager", "team_leaders", "hr", "agents", "customers")] == [
        "A", "R", "C", "I", "",
    ]  # fmt: skip
    assert catalogued().phases["consultation"].part_of("hr") == "A/R"


def test_the_rollout_starts_on_the_first_monday_after_the_quarter():
    assert RollingOut().begins(dt.date(2026, 9, 30)) == dt.date(2026, 10, 5)
    assert RollingOut().begins(dt.date(2027, 2, 28)) == dt.date(2027, 3, 1)
    assert RollingOut(start=dt.date(2026, 11, 2)).begins(dt.date(2026, 9, 30)) == dt.date(2026, 11, 2)


def test_a_study_changes_names_lengths_and_risks():
    stated = RollingOut.model_validate(
        {
            "owners": {"hr": {"en": "Ms Li", "zh": "李女士"}, "it": "Zhang Wei"},
            "weeks": {"training": 6, "pilot": 26},
            "risks": {
                "drop": ["sales_quota"],
                "score": {"disputes": {"likelihood": "high"}},
                "add": {"merger": OWN_RISK},
            },
        }
    )
    assert [*stated.faults()] == []
    own = stated.applied()
    assert own.stakeholders["hr"] == {"en": "human resources (Ms Li)", "zh": "人力资源部门（李女士）"}
    assert own.stakeholders["it"]["en"] == "IT (Zhang Wei)"
    assert own.starts(52)["pilot"] == (16, 26)  # a stated length goes before that of the design
    assert "sales_quota" not in own.risks
    assert own.risks["disputes"].score == 9
    assert own.ranked()[:2] == ("disputes", "merger")
    assert catalogued().risks["disputes"].score == 3


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"owners": {"hrr": "Li"}}, "rollout.owners: 'hrr' is no stakeholder; did you mean 'hr'"),
        ({"owners": {"hr": {"en": "Li"}}}, "rollout.owners.hr: is missing in zh"),
        ({"weeks": {"pilots": 4}}, "rollout.weeks: 'pilots' is no phase; did you mean 'pilot'"),
        ({"risks": {"drop": ["volumes"]}}, "rollout.risks.drop: 'volumes' is no risk; did you mean 'volume'"),
        ({"risks": {"add": {"volume": OWN_RISK}}}, "rollout.risks.add.volume: is a risk of the catalogue already"),
        (
            {"risks": {"drop": ["volume"], "score": {"volume": {"impact": "low"}}}},
            "rollout.risks.score.volume: is dropped",
        ),
        (
            {"risks": {"add": {"merger": OWN_RISK | {"watch": [{"findings": "ratings.icc"}]}}}},
            "rollout.risks.add.merger.watch: ratings.icc needs one bound",
        ),
        ({"risks": {"add": {"merger": OWN_RISK | {"owner": "it_team"}}}}, "rollout.risks.add.merger.owner: 'it_team'"),
    ],
)
def test_what_cannot_be_meant_is_said_with_its_key(stated, said):
    faults = "\n".join(RollingOut.model_validate(stated).faults())
    assert said in faults


@pytest.mark.parametrize(
    "stated", [{"weeks": {"pilot": 0}}, {"risks": {"score": {"volume": {"impact": "grave"}}}}, {"begin": "2026-11-02"}]
)
def test_values_out_of_range_are_refused(stated):
    with pytest.raises(ValidationError, match=r"weeks\.pilot|risks\.score\.volume\.impact|begin"):
        RollingOut.model_validate(stated)


def test_a_study_with_a_wrong_rollout_is_refused_in_words(folder):  # noqa: F811
    edited(folder, "concurrent_events: []", "concurrent_events: []\nrollout: {weeks: {pilt: 4}}")
    with pytest.raises(StudyError, match=r"study.yaml: rollout.weeks: 'pilt' is no phase; did you mean 'pilot'"):
        Study.open(folder)


def test_a_word_out_of_place_comes_with_the_nearest(folder):  # noqa: F811
    edited(folder, "concurrent_events: []", "concurrent_events: []\nrollout: {risks: {score: {volume: {impact: hgh}}}}")
    with pytest.raises(StudyError, match=r"rollout.risks.score.volume.impact: 'hgh' is not known; did you mean 'high'"):
        Study.open(folder)


def test_the_example_for_a_new_client_can_be_meant():
    page = (project_root() / "docs" / "new_client.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```yaml\n(rollout:\n.*?)```", page, re.DOTALL)
    stated = RollingOut.model_validate(yaml.safe_load(shown)["rollout"])
    assert [*stated.faults()] == []
    assert stated.applied().risks["merger"].score == 6


def test_weeks_are_written_as_such():
    assert {words(lang).say("unit.weeks", value="13") for lang in LANGUAGES} == {"13 weeks", "13 周"}
