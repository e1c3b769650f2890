"""Replay: a small case by hand, the sample centre's own calculation, and what cannot be replayed."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from design_lab import evaluation
from design_lab.evaluation import Official, official
from design_lab.ingest import build
from design_lab.periods import Quarter
from design_lab.scheme import Scheme
from design_lab.scoring import InForce, everybody, in_force, panel, score, targets
from design_lab.study import Study
from design_lab.synthetic import generate
from design_lab.synthetic.centre import read_centre
from design_lab.synthetic.exports import QuarterData
from tests.scoring.conftest import make_panel, make_scheme

NOBODY = pd.DataFrame()
STATED = Path(__file__).parents[1] / "schemes"
FORCED = {
    "method": "forced", "pool": "all", "ties": "better", "heads": "nearest", "shares": {"A": 25, "B": 50, "C": 25},
    "coefficients": {"A": 1.2, "B": 1.0, "C": 0.8},
}  # fmt: skip
QUARTERS = (Quarter(2025, 4), Quarter(2026, 1), Quarter(2026, 2), Quarter(2026, 3))


def replay(people, scheme, given, *, medians):
    """The replay where all were under one scheme."""
    return evaluation.replay(people, everybody(people, scheme), given, medians=medians)


def plain(**changed):
    """A scheme whose total is the calls per hour."""
    stated = {
        "dimensions": {"workload": {"weight": 100, "indicators": {"calls_per_hour": 100}}},
        "rules": {"calls_per_hour": {"rule": "goalposts", "low": 0, "high": 100}},
        "grades": FORCED,
    }
    return make_scheme(**stated | changed)


@pytest.fixture
def four():
    rows = {"Ann": 90.0, "Bo": 80.0, "Cy": 70.0, "Di": 60.0}
    return make_panel({one: (value, None, None, None) for one, value in rows.items()})


def results(**rows):
    """Official results from {person: (score, adjustment, grade, reason)}."""
    return pd.DataFrame.from_dict(rows, orient="index", columns=["score", "adjustment", "grade", "reason"]).rename_axis(
        "employee_id"
    )


def pay(**paid):
    rows = [(one, "2026-07-01", 0, 100_000, amount) for one, amount in paid.items()]
    return pd.DataFrame(rows, columns=["employee_id", "date", "base_x100", "performance_x100", "paid_x100"])


GIVEN = results(
    Ann=(90.0, 0.0, "A", None), Bo=(80.04, 0.0, "B", None), Cy=(95.0, 25.0, "B", "重大贡献加分"), Gus=(70.0, 0.0, "C", None)
)  # fmt: skip


def test_scores_grades_adjustments_and_pool_by_hand(four):
    found = replay(
        four, plain(), Official(results=GIVEN, pay=pay(Ann=120_000, Bo=100_000, Cy=100_000, Di=80_000)), medians=NOBODY
    )
    # Ann 90 and Bo 80.04 come out; Cy's 70 + 25 = 95 after the adjustment alone; Gus is on no roster.
    assert (found.scores_reproduced_before, found.scores_reproduced) == (0.5, 0.75)
    # With Cy at 95 the order is Cy, Ann, Bo, Di: A, B, B, C. Officially Ann had A and Cy B: Bo alone comes out.
    assert found.people["grade"].tolist() == ["B", "B", "A", None]
    assert found.grades_reproduced == 0.25
    # Official scores of three, .75, 2.25 and 3 heads: with the adjustment Cy 95 A, Ann 90 B, Bo C; without Cy 70 C.
    assert found.people["graded"].tolist() == ["B", "C", "A", None]
    assert found.people["graded_unadjusted"].tolist() == ["A", "B", "C", None]
    assert found.regraded() == (1, 2)
    assert found.adjusted["adjustment"].to_dict() == {"Cy": 25}
    assert found.unmatched == 1  # Di, who has no official result
    # Recomputed grades pay B, B, A, C: 1000 + 1000 + 1200 + 800; Di was officially paid 800 without a grade.
    assert [(one.due_x100, one.paid_x100) for one in found.payrolls] == [(400_000, 400_000)]
    assert found.paid[0].table().set_index("grade")["paid_coefficient"].to_dict() == {"A": 1.2, "B": 1.0, "": 0.8}


def told(found):
    return {finding.id.removeprefix("diagnosis.replay."): finding for finding in found.findings()}


def test_findings_say_what_came_out(four):
    said = told(replay(four, plain(), Official(results=GIVEN, pay=pay(Ann=120_000, Bo=100_000)), medians=NOBODY))
    assert (said["score"].value, said["score"].n, said["score"].claim) == (0.75, 4, "accounting")
    assert "to within 0.05 points" in said["score"].text["en"]
    assert "the scheme as stated" in said["score"].text["en"]
    assert said["pool"].value == pytest.approx(200_000 / 220_000)
    assert (said["adjusted"].value, said["adjusted_grades"].value) == (1, 3)
    assert said["coefficient.A"].value == 1.2
    assert all(finding.text["zh"] for finding in said.values())


def test_a_reconstructed_scheme_says_so_and_what_rests_on_it_is_a_scenario(four):
    scheme = plain(assumed=["rules", "grades"])
    said = told(replay(four, scheme, Official(results=GIVEN, pay=pay(Ann=120_000)), medians=NOBODY))
    assert {said[key].claim for key in ("score", "grade", "adjusted", "order")} == {"accounting"}
    assert {said[key].claim for key in ("pool", "adjusted_grades")} == {"scenario"}
    assert all(
        "reconstructed scheme" in said[key].text["en"] for key in ("score", "grade", "order", "pool", "adjusted_grades")
    )
    assert "describes these rules, not the client's own calculation" in said["score"].text["en"]


def test_a_replay_that_comes_out_confirms_a_reconstruction(four):
    same = results(
        **{
            one: (value, 0.0, grade, None)
            for one, value, grade in (("Ann", 90.0, "A"), ("Bo", 80.0, "B"), ("Cy", 70.0, "B"), ("Di", 60.0, "C"))
        }
    )
    found = replay(
        four, plain(assumed=["rules", "grades"]), Official(results=same, pay=pay(Ann=120_000)), medians=NOBODY
    )
    assert found.confirms_scores
    assert found.confirms_grades
    said = told(found)
    assert (said["pool"].claim, said["pool"].value) == ("accounting", 1.0)
    assert "can be taken for the client's own calculation" in said["score"].text["en"]
    assert "order" not in said
    assert said["adjusted"].value == 0


def test_what_was_not_delivered_is_unidentified_and_asked_for(four):
    said = told(replay(four, plain(), Official(results=None, pay=None), medians=NOBODY))
    assert set(said) == {"score", "grade", "pool", "adjusted"}
    assert {(finding.claim, finding.value) for finding in said.values()} == {("unidentified", None)}
    assert all("would tell" in finding.text["en"] for finding in said.values())
    scores_alone = GIVEN.assign(grade=None)
    said = told(replay(four, plain(), Official(results=scores_alone, pay=None), medians=NOBODY))
    assert (said["score"].claim, said["grade"].claim, said["pool"].claim) == (
        "accounting",
        "unidentified",
        "unidentified",
    )


def test_a_team_whose_official_scores_stand_apart_is_told_and_a_small_one_is_named_small():
    rows = {f"E{i:02d}": (float(40 + i), None, None, None) for i in range(25)}
    teams = ["T1"] * 12 + ["T2"] * 10 + ["T3"] * 3
    people = make_panel(rows, team=teams)
    lifted = {
        one: (row[0] + (3 + 0.1 * (i % 3) if team == "T2" else 0.0), 0.0, "B", None)
        for i, ((one, row), team) in enumerate(zip(rows.items(), teams, strict=True))
    }
    found = replay(people, plain(), Official(results=results(**lifted), pay=None), medians=NOBODY)
    table = found.table().set_index("team")
    assert table["n"].to_dict() == {"T1": 12, "T2": 10, "T3": 3}
    assert table["small"].to_dict() == {"T1": False, "T2": False, "T3": True}
    assert table.loc["T2", "gap"] == pytest.approx(3.1, abs=0.05)
    assert np.isnan(table.loc["T3", "margin"])
    teams_told = [finding for finding in found.findings() if ".team." in finding.id]
    assert [finding.id for finding in teams_told] == ["diagnosis.replay.team.T2"]
    assert "above" in teams_told[0].text["en"]


@pytest.fixture(scope="module")
def selling(small, tmp_path_factory):
    """The small study with the client's own metric card, on which who sells is scored."""
    folder = tmp_path_factory.mktemp("selling") / "small"
    shutil.copytree(small.folder, folder, ignore=shutil.ignore_patterns("raw"))
    shutil.copy(STATED / "indicators.yaml", folder / "indicators.yaml")
    return Study.open(folder)


@pytest.fixture(scope="module")
def own(selling):
    """The centre's own calculation, as its appraisal office would write it down."""
    return Scheme.read(STATED / "official.yaml", selling.cards)


@pytest.fixture(scope="module")
def replays(selling, own):
    """Every quarter replayed under the centre's own rules."""
    return {
        quarter: replay(
            panel(selling, quarter, appraised=own.appraised), own, official(selling, quarter), medians=NOBODY
        )
        for quarter in selling.quarters
    }


@pytest.mark.long
def test_the_sample_centre_s_own_rules_give_its_official_results(replays):
    for found in replays.values():
        assert found.scores_reproduced == 1.0
        assert found.people["gap"].abs().max() < 1e-9
        assert found.unmatched == 0
        assert found.confirms_grades
        # The centre rounds the product of an unrounded base and the coefficient.
        assert found.paid[0].due_x100 == pytest.approx(found.paid[0].paid_x100, rel=1e-4)
    graded = pd.concat([found.people for found in replays.values()])
    # Officially a tie at a boundary goes by staff number; the scheme gives both the better grade.
    assert (graded["grade"] == graded["official_grade"]).mean() >= 0.98


@pytest.mark.long
def test_the_planted_adjustments_are_found_with_their_reasons(selling, replays):
    centre = read_centre(selling.folder)
    for quarter, found in replays.items():
        planted = QuarterData(centre, quarter).results.adjustment
        assert sorted(found.adjusted["adjustment"]) == sorted(planted[planted != 0])
        assert found.adjusted["reason"].notna().all()
        lost = found.scores_reproduced - found.scores_reproduced_before
        assert lost == pytest.approx(len(found.adjusted) / len(found.people))
    assert sum(len(found.adjusted) for found in replays.values()) >= 3


@pytest.mark.long
def test_the_part_of_a_quarter_in_the_last_position_is_not_what_was_officially_scored(selling, own):
    # Two people of 2026Q2 changed level: by the work of their last spell alone their whole role comes out otherwise.
    quarter = selling.quarters[-2]
    found = replay(panel(selling, quarter), own, official(selling, quarter), medians=NOBODY)
    assert found.scores_reproduced < 0.5


def test_an_assumed_scheme_reproduces_few_results_and_says_so(small):
    quarter = small.quarters[-1]
    people, medians = panel(small, quarter), targets(small, quarter)
    found = replay(people, small.current, official(small, quarter), medians=medians)
    assert found.scores_reproduced < 0.1
    assert not found.confirms_scores
    said = told(found)
    assert (said["score"].claim, said["pool"].claim) == ("accounting", "scenario")
    assert "the reconstructed scheme gives" in said["score"].text["en"]
    assert 0 < said["order"].value < 1
    assert not any(key.startswith("team.") for key in said)


def test_nobody_is_left_out_of_the_grades_for_want_of_signal(four):
    from design_lab.scoring.signal import Signal

    chance = Signal(people=4, observations=400, p=0.8, reliability=0.0, between_variance=0.0, within_variance=1.0)
    alike = replace(four, signals={("customer_service", "calls_per_hour"): chance})
    assert score(alike, plain(), medians=NOBODY).grade.isna().all()
    found = replay(alike, plain(), Official(results=GIVEN, pay=None), medians=NOBODY)
    assert found.grades_reproduced == 0.25


REFORM = """
reform:
  weights: {workload: 0.25, service_quality: 0.30, csat: 0.30, teamwork: 0.15}
  waves:
    - {first: 2026Q1, teams: [客服01组]}
    - {first: 2026Q2, teams: [客服03组]}
"""
HISTORY = """
  - {scheme: official, who: all, first_day: 2025-04-01, chosen: unknown}
  - {scheme: piloted, who: [客服01组], first_day: 2026-01-01, chosen: chosen}
  - {scheme: piloted, who: [客服03组], first_day: 2026-04-01, chosen: chosen}
"""
PILOTED = {"workload": 25, "service_quality": 30, "csat": 30, "teamwork": 15}


@pytest.fixture(scope="module")
def piloting(small, tmp_path_factory):
    """The small centre with a pilot in two of its teams, its schemes those that its appraisal office would state."""
    folder = tmp_path_factory.mktemp("piloting") / "small"
    shutil.copytree(small.folder, folder, ignore=shutil.ignore_patterns("raw", "tables", "schemes"))
    with (folder / "centre.yaml").open("a", encoding="utf-8") as file:
        file.write(REFORM)
    shutil.copy(STATED / "indicators.yaml", folder / "indicators.yaml")
    stated = yaml.safe_load((STATED / "official.yaml").read_text(encoding="utf-8"))
    (folder / "schemes").mkdir()
    for name, weights in (("official", {}), ("piloted", PILOTED)):
        written = {**stated, "name": name, "title": {"en": name, "zh": name}}
        for part in (written, *written["overrides"]):
            part["dimensions"] = {
                one: content | {"weight": weights.get(one, content["weight"])}
                for one, content in part["dimensions"].items()
            }
        (folder / "schemes" / f"{name}.yaml").write_text(yaml.safe_dump(written, allow_unicode=True), encoding="utf-8")
    settings = yaml.safe_load((folder / "study.yaml").read_text(encoding="utf-8"))
    settings |= {"current_scheme": "official", "scheme_history": yaml.safe_load(HISTORY)}
    settings["quarters"]["first"] = "2025Q4"
    (folder / "study.yaml").write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    generate(folder, jobs=2, quarters=QUARTERS)
    study = Study.open(folder)
    build(study, jobs=2)
    return study


@pytest.fixture(scope="module")
def pilots(piloting):
    """Each quarter of the pilot replayed, everybody under the scheme in force for her."""
    found = {}
    for quarter in piloting.quarters:
        people = panel(piloting, quarter, appraised="on_last_day")
        held = in_force(piloting, people, quarter)
        found[quarter] = evaluation.replay(people, held, official(piloting, quarter), medians=NOBODY)
    return found


@pytest.mark.long
def test_a_pilot_comes_out_when_everybody_is_scored_under_her_own_scheme(pilots):
    for found in pilots.values():
        assert found.people["gap"].abs().max() < 1e-9
        assert found.grades_reproduced >= 0.95
    graded = pd.concat([found.people for found in pilots.values()])
    # Ties at a boundary go by staff number officially, as without a pilot.
    assert (graded["grade"] == graded["official_grade"]).mean() >= 0.98
    schemes = [found.people["scheme"].unique().tolist() for found in pilots.values()]
    assert [len(names) for names in schemes] == [1, 2, 2, 2]
    last = pilots[QUARTERS[-1]].table().groupby("scheme")["team"].unique()
    assert {"客服01组", "客服03组"} <= {*last["piloted"]}
    assert "客服02组" in {*last["official"]}


@pytest.mark.long
def test_under_the_current_scheme_alone_the_pilot_s_teams_do_not_come_out(piloting, pilots):
    quarter = piloting.quarters[-1]
    people = panel(piloting, quarter, appraised="on_last_day")
    found = replay(people, piloting.current, official(piloting, quarter), medians=NOBODY)
    wrong = found.people[found.people["gap"].abs() > 0.05]
    moved = pilots[quarter].people["scheme"].eq("piloted")
    assert len(wrong) >= 0.8 * moved.sum()
    assert moved[wrong.index].all()


@pytest.mark.long
def test_a_pilot_s_replay_is_told_by_scheme(pilots):
    before, *_, last = pilots.values()
    assert not any("by_scheme" in finding.id for finding in before.findings())
    said = told(last)
    for name in ("official", "piloted"):
        mine = said[f"score_by_scheme.{name}"]
        assert (mine.value, mine.n) == (1.0, int(last.people["scheme"].eq(name).sum()))
        assert f'under the scheme "{name}"' in mine.text["en"]
    assert "the set of schemes in force" in said["score"].text["en"]
    assert any("Several schemes were in force" in limit for limit in said["score"].limits)
    assert {one.name: one.assumed for one in last.settled.schemes.values()} == {"official": (), "piloted": ()}


def test_each_scheme_is_confirmed_by_its_own_people_alone(four):
    people = replace(four, people=four.people.assign(team=["T1", "T1", "T2", "T2"]))
    schemes = {
        name: plain(name=name, assumed=["rules", "grades"], rules={"calls_per_hour": rule})
        for name, rule in (
            ("one", {"rule": "goalposts", "low": 0, "high": 100}), ("other", {"rule": "goalposts", "low": 0, "high": 50})
        )
    }  # fmt: skip
    under = pd.Series(["one", "one", "other", "other"], people.people.index)
    held = InForce(period="2026Q3", schemes=schemes, under=under)
    same = results(
        **{one: (value, 0.0, "B", None) for one, value in zip(four.people.index, (90, 80, 70, 60), strict=True)}
    )
    found = evaluation.replay(people, held, Official(results=same, pay=None), medians=NOBODY)
    assert {name: found.of(name).scores_reproduced for name in schemes} == {"one": 1.0, "other": 0.0}
    assert {name: one.assumed for name, one in found.settled.schemes.items()} == {
        "one": ("grades",), "other": ("rules", "grades"),
    }  # fmt: skip


def test_who_is_graded_by_other_rules_is_graded_and_paid_apart(four):
    halves = FORCED | {"shares": {"A": 50, "C": 50}, "coefficients": {"A": 2.0, "C": 0.5}}
    schemes = {"one": plain(name="one"), "other": plain(name="other", grades=halves)}
    under = pd.Series(["one", "other", "other", "one"], four.people.index)
    results_known = GIVEN.assign(grade=["A", "C", "A", "C"])
    given = Official(results=results_known, pay=pay(Ann=120_000, Bo=100_000, Cy=100_000, Di=80_000))
    held = InForce(period="2026Q3", schemes=schemes, under=under)
    found = evaluation.replay(four, held, given, medians=NOBODY)
    # Ann 90 and Di 60 are a pool of their own, .5 heads an A, rounded up, 1.5 an A or B: A and B, as 2 x .75 = 1.5 heads
    # are rounded up to 2. Of Bo 80 and Cy 95 after the adjustment the first is an A.
    assert found.people["grade"].tolist() == ["A", "C", "A", None]
    assert [[*one.people["grade"]] for one in found.payrolls] == [["A", "B"], ["C", "A"]]
    assert [one.due_x100 for one in found.payrolls] == [220_000, 250_000]
    assert found.paid[1].scheme.name == "other"
