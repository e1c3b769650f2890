"""Coverage by hand, and the holes that it must not hide."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from design_lab.catalogue import cards
from design_lab.catalogue.goals import Aim, Aims, aims
from design_lab.errors import StudyError
from design_lab.evaluation.coverage import coverage
from design_lab.scheme import Scheme
from design_lab.study import project_root
from tests.scoring.conftest import make_panel, make_scheme

ROLES = {
    "customer_service": {"en": "customer service", "zh": "客户服务"},
    "complaints": {"en": "complaints", "zh": "投诉处理"},
}
NAME = {"en": "x", "zh": "甲"}


def two_roles():
    """Three of customer service with all data, two of complaints of whom none has calls and one a peer rating."""
    rows = {
        "E1": (20, 90, 0.8, 4), "E2": (21, 91, 0.7, 4), "E3": (22, 92, 0.6, 4),
        "F1": (None, 90, 0.9, 4), "F2": (None, 80, None, None),
    }  # fmt: skip
    people = make_panel(rows)
    people.people.loc[["F1", "F2"], "role"] = "complaints"
    return people


def asked(**goals):
    held = {name: Aim(name=NAME, indicators=tuple(given)) for name, given in goals.items()}
    return Aims(goals=held, contents={"workload": Aim(name=NAME, indicators=("calls_per_hour",))})


def found(panel, scheme, given):
    return {
        (cell.kind, cell.aim, cell.role): cell for cell in coverage(panel, scheme, given, roles=ROLES, least=1).cells
    }


def test_cells_by_hand():
    cells = found(
        two_roles(), make_scheme(), asked(fast=["calls_per_hour"], together=["peer_rating"], learn=["exam_points"])
    )
    assert {key[1:]: cell.status for key, cell in cells.items() if key[0] == "goal"} == {
        ("fast", "customer_service"): "covered",
        ("together", "customer_service"): "covered",
        ("learn", "customer_service"): "nothing",
        ("fast", "complaints"): "no_data",
        ("together", "complaints"): "covered",  # half of two
        ("learn", "complaints"): "nothing",
    }
    assert cells["goal", "together", "complaints"].share == 0.5
    assert cells["goal", "fast", "customer_service"].dimensions == {"workload": 1.0}
    assert cells["goal", "fast", "complaints"].dimensions == {"workload": 0.0}
    assert cells["goal", "learn", "complaints"].dimensions == {}
    assert cells["dimension", "workload", "complaints"].status == "no_data"
    assert cells["dimension", "csat", "complaints"].status == "covered"


def test_too_few_observations_are_no_data():
    people = two_roles()
    people.counts["calls_per_hour"] = cards()["calls_per_hour"].minimum_n - 1
    cells = found(people, make_scheme(), asked(fast=["calls_per_hour"]))
    assert cells["goal", "fast", "customer_service"].status == "no_data"


def test_data_without_weight_are_named():
    people = two_roles()
    people.values["handle_seconds"], people.counts["handle_seconds"] = 140.0, 1000
    cells = found(people, make_scheme(), asked(short=["handle_seconds"]))
    assert {cell.status for key, cell in cells.items() if key[0] == "goal"} == {"not_weighed"}


def test_a_weight_of_one_level_alone_covers_its_people_alone():
    people = two_roles()
    people.people.loc["E1", "level"] = "senior_agent"
    dimensions = {
        "workload": {"weight": 0, "indicators": {"calls_per_hour": 100}},
        "csat": {"weight": 65, "indicators": {"very_satisfied_rate": 100}},
    }
    scheme = make_scheme(overrides=[{"role": "customer_service", "level": "agent", "dimensions": dimensions}])
    cell = found(people, scheme, asked(fast=["calls_per_hour"]))["goal", "fast", "customer_service"]
    assert (cell.share, cell.status) == (pytest.approx(1 / 3), "no_data")


def test_what_the_client_did_not_confirm_is_covered_by_assumption_and_said():
    scheme = make_scheme(assumed=("indicators",))
    given = asked(together=["peer_rating"], pleased=["very_satisfied_rate"])
    goals = given.goals | {
        "together": given.goals["together"].model_copy(update={"stated": ()}),
        "pleased": given.goals["pleased"].model_copy(update={"stated": ("very_satisfied_rate",)}),
    }
    result = coverage(two_roles(), scheme, given.model_copy(update={"goals": goals}), roles=ROLES, least=1)
    cells = {(cell.aim, cell.role): cell.status for cell in result.of("goal")}
    assert cells["together", "customer_service"] == "assumed"
    assert cells["pleased", "customer_service"] == "covered"
    told = {finding.id: finding for finding in result.findings()}
    assert "names no indicator" in told["diagnosis.coverage.unnamed.goal_together"].text["en"]
    assert "diagnosis.coverage.unnamed.goal_pleased" not in told
    assert told["diagnosis.coverage.named.goal_pleased"].value == 1
    assert "names very-satisfied rate" in told["diagnosis.coverage.named.goal_pleased"].text["en"]
    assert told["diagnosis.coverage.goals"].claim == "scenario"


def test_every_hole_is_named_with_its_roles():
    result = coverage(
        two_roles(), make_scheme(), asked(fast=["calls_per_hour"], learn=["exam_points"]), roles=ROLES, least=1
    )
    told = {finding.id: finding for finding in result.findings()}
    assert told["diagnosis.coverage.goals"].value == 0.25
    assert told["diagnosis.coverage.goal_learn.nothing"].value == 2
    assert "customer service" in told["diagnosis.coverage.goal_learn.nothing"].text["en"]
    assert "客户服务" in told["diagnosis.coverage.goal_learn.nothing"].text["zh"]
    assert told["diagnosis.coverage.goal_fast.no_data"].n == 2
    holes = sum(f.value for key, f in told.items() if key.startswith("diagnosis.coverage.goal_"))
    assert holes == len(result.of("goal")) - result.covered("goal")
    assert set(result.table()["role"]) == {"complaints", "customer_service"}
    assert "数据不足" in result.to_text("zh").to_string()


def test_each_role_and_goal_is_stated_by_dimension_with_the_share_who_have_data():
    given = asked(pleased=["very_satisfied_rate", "peer_rating"], learn=["exam_points"])
    told = {
        finding.id: finding for finding in coverage(two_roles(), make_scheme(), given, roles=ROLES, least=1).findings()
    }
    cells = {id.removeprefix("diagnosis.coverage_by_role."): f for id, f in told.items() if "_by_role." in id}
    assert {id: (finding.value, finding.n) for id, finding in cells.items()} == {
        "customer_service.pleased.covered.csat": (1.0, 3),
        "customer_service.pleased.covered.teamwork": (1.0, 3),
        "customer_service.learn.nothing": (0.0, 3),
        "complaints.pleased.covered.csat": (0.5, 2),
        "complaints.pleased.covered.teamwork": (0.5, 2),
        "complaints.learn.nothing": (0.0, 2),
    }
    said = cells["complaints.pleased.covered.csat"].text
    assert said["en"] == "For complaints, customer satisfaction looks at x: 50.0% of 2 people have enough data there."
    assert "客户满意度" in said["zh"]
    assert cells["complaints.learn.nothing"].text["en"] == "For complaints, no weight of the scheme looks at x."


def test_the_sample_client_names_no_indicator_for_teamwork():
    """Chapter 04 of its report lists calls, complaints, CSAT, attendance and training."""
    folder = project_root() / "data" / "h_bank"
    given = aims(folder / "goals.yaml")
    assert given.goals["teamwork"].stated == given.contents["teamwork"].stated == ()
    assert set(given.goals) == {"service_quality", "efficiency", "teamwork", "development"}
    scheme = Scheme.read(folder / "schemes" / "current.yaml")
    people = make_panel({f"E{at}": (20, 90, 0.8, 4) for at in range(3)})
    result = coverage(people, scheme, given, roles=ROLES, least=1)
    assert result.covered("goal") == 3  # all but development, as the scheme fills them
    told = {finding.id: finding for finding in result.findings()}
    assert "peer rating" in told["diagnosis.coverage.unnamed.goal_teamwork"].text["en"]
    assert told["diagnosis.coverage.goal_teamwork.assumed"].value == 1


def test_a_client_s_goals_with_faults_are_refused(tmp_path):
    path = tmp_path / "goals.yaml"
    path.write_text(
        "goals:\n  fast: {name: {en: fast, zh: 快}, indicators: [calls_per_hours]}\ncontents: {}\n", encoding="utf-8"
    )
    with pytest.raises(
        StudyError, match=r"goals.fast.indicators: calls_per_hours has no metric card; did you mean 'calls_per_hour'"
    ):
        aims(path)
    path.write_text("goals:\n  fast: {name: {en: fast}, indicators: []}\ncontents: {}\n", encoding="utf-8")
    with pytest.raises(StudyError, match=r"goals\.fast\.name: is missing in zh"):
        aims(path)
    assert aims(tmp_path / "none.yaml") == aims()


def test_shares_lie_between_none_and_all_whatever_is_missing():
    rng = np.random.default_rng(5)
    rows = {f"E{at:02d}": tuple(float(v) if rng.random() < 0.6 else None for v in (20, 90, 0.8, 4)) for at in range(30)}
    result = coverage(make_panel(rows), make_scheme(), aims(), roles=ROLES, least=1)
    assert all(0 <= cell.share <= 1 for cell in result.cells)
    assert all(finding.value is not None for finding in result.findings())


def spells_of(people, keys, **columns):
    index = pd.MultiIndex.from_tuples(keys, names=["employee_id", "part"])
    frames = {name: getattr(people, name).set_axis(index) for name in ("people", "values", "counts", "standard_errors")}
    frames["people"] = frames["people"].assign(**columns)
    return replace(people, **frames)


def test_people_are_counted_not_spells():
    # E1 has all five rows but two: three in customer service, and one of the two in complaints, beside F2.
    people = spells_of(two_roles(), [("E1", 1), ("E1", 2), ("E2", 1), ("E1", 3), ("F2", 1)])
    people.values.loc[[("E1", 1), ("E2", 1)], "calls_per_hour"] = np.nan
    people.counts.loc[[("E1", 1), ("E2", 1)], "calls_per_hour"] = 0
    result = coverage(
        people, make_scheme(), asked(fast=["calls_per_hour"], learn=["exam_points"]), roles=ROLES, least=1
    )
    cells = {(cell.aim, cell.role): cell for cell in result.of("goal")}
    assert cells["fast", "customer_service"].people == 2
    assert cells["fast", "customer_service"].share == 0.5, "E1 has data in one of her spells, E2 in none"
    told = {finding.id: finding for finding in result.findings()}
    assert told["diagnosis.coverage.goal_learn.nothing"].n == 3, "E1 is in both roles and one person"


def test_who_is_not_appraised_is_not_counted():
    people = two_roles()
    people.people["on_last_day"] = [True, True, False, True, False]
    people.values.loc["E3"] = np.nan
    result = coverage(
        people, make_scheme(appraised="on_last_day"), asked(together=["peer_rating"]), roles=ROLES, least=1
    )
    cells = {cell.role: cell for cell in result.of("goal")}
    assert (cells["customer_service"].people, cells["customer_service"].share) == (2, 1.0)
    assert (cells["complaints"].people, cells["complaints"].share) == (1, 1.0)
