"""Scores recomputed by hand for six invented people, every rule at least once."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from design_lab.scoring import levels, role_medians, score

from .conftest import INDICATORS, make_panel, make_scheme

NOBODY = pd.DataFrame()


def test_points_contributions_and_totals_by_hand(six):
    scores = score(six, make_scheme(), medians=NOBODY)
    # Peer ratings 4, 4.5, 3, 5, 4: mean 4.1, standard deviation (n - 1) sqrt(.55).
    sd = math.sqrt(0.55)
    z = {one: 80 + 10 * (rating - 4.1) / sd for one, rating in {"E1": 4, "E2": 4.5, "E3": 3, "E4": 5}.items()}
    hand = {
        #      calls/h: 100 x / 20   QA: (x - 60) / .4   ladder   z
        "E1": (100.0, 75.0, 100.0, z["E1"]),
        "E2": (60.0, 50.0, 80.0, z["E2"]),
        "E3": (60.0, 87.5, 100.0, z["E3"]),
        "E4": (120.0, 25.0, 60.0, z["E4"]),
    }
    for one, points in hand.items():
        assert scores.points.loc[one].tolist() == pytest.approx(points)
        parts = [w * p for w, p in zip((0.40, 0.25, 0.25, 0.10), points, strict=True)]
        assert scores.contributions.loc[one].tolist() == pytest.approx([*parts, 0.0])
        assert scores.total[one] == pytest.approx(sum(parts))


def test_weights_are_renormalised_over_what_is_there(six):
    scores = score(six, make_scheme(), medians=NOBODY)
    # E5 has calls/h 75 points (weight 40) and the ladder's 80 (weight 25): 65 of 100.
    assert scores.total["E5"] == pytest.approx((40 * 75 + 25 * 80) / 65)
    assert scores.contributions.loc["E5", "workload"] == pytest.approx(40 * 75 / 65)


def test_too_little_weight_gives_no_score_with_its_reason(six):
    scores = score(six, make_scheme(), medians=NOBODY)
    assert math.isnan(scores.total["E6"])
    assert scores.reason["E6"] == "too_little_weight"
    assert scores.grade["E6"] is None
    kept = score(six, make_scheme(missing={"min_weight": 10}), medians=NOBODY)
    assert kept.total["E6"] == pytest.approx(kept.points.loc["E6", "peer_rating"])


def test_a_value_on_too_few_observations_is_not_used(six):
    few = make_panel({"E1": (20.0, 90.0, 0.8, 4.0), "E2": (10.0, 80.0, 0.7, 4.5)}, counts=14)
    scores = score(few, make_scheme(missing={"min_weight": 5}), medians=NOBODY)
    # 14 observations are enough for peer ratings (5), not for calls (100), ratings (100) or QA (15).
    assert scores.points.notna().sum().tolist() == [0, 0, 0, 2]


def test_forced_shares_are_rounded_up_in_people_s_favour(six):
    scores = score(six, make_scheme(), medians=NOBODY)
    # Five people: places 0, .2, .4, .6, .8 against the ceilings .2, .6, .9, 1.
    order = scores.total.dropna().sort_values(ascending=False).index
    assert scores.grade[order].tolist() == ["A", "B", "B", "C", "C"]


def test_tied_people_share_the_better_grade():
    same = make_panel({f"E{i}": (20.0, 90.0, 0.8, 4.0) for i in range(10)})
    assert set(score(same, make_scheme(), medians=NOBODY).grade) == {"A"}


def test_fixed_grades_go_by_total(six):
    fixed = {
        "method": "fixed", "bounds": {"A": 85, "B": 70, "C": 0}, "coefficients": {"A": 1.2, "B": 1.0, "C": 0.8},
    }  # fmt: skip
    scores = score(six, make_scheme(grades=fixed), medians=NOBODY)
    expected = ["A" if total >= 85 else "B" if total >= 70 else "C" for total in scores.total.dropna()]
    assert scores.grade.dropna().tolist() == expected
    assert len(set(expected)) > 1


def test_newcomers_and_the_absent_are_scored_but_not_graded(six):
    panel = make_panel({f"E{i}": (10.0 + i, 90.0, 0.8, 4.0) for i in range(6)}, tenure_months=[5.9, 6, 24, 24, 24, 24],
                       days_present=[60, 60, 29, 30, 60, 60])  # fmt: skip
    scores = score(panel, make_scheme(protected={"tenure_months": 6, "min_days": 30}), medians=NOBODY)
    assert scores.reason.tolist() == ["protected", "", "protected", "", "", ""]
    assert scores.grade.isna().tolist() == [True, False, True, False, False, False]
    assert scores.total.notna().all()


def test_a_veto_takes_the_whole_total_and_stands_in_the_part_rules(six):
    six.values["compliance_breaches"] = [0, 1, 0, 0, 0, 0]
    six.counts["compliance_breaches"] = 1
    scheme = make_scheme(eligibility={"compliance_breaches": {"veto": "zero"}})
    scores = score(six, scheme, medians=NOBODY)
    assert scores.total["E2"] == 0
    assert scores.contributions.loc["E2", "rules"] == -scores.contributions.loc["E2"].drop("rules").sum()
    np.testing.assert_allclose(scores.contributions.sum(axis=1, skipna=False).dropna(), scores.total.dropna())


def test_a_condition_caps_the_grade_and_one_without_data_is_named(six):
    scheme = make_scheme(eligibility={"attendance_rate": {"min": 0.95, "effect": "cap_grade", "grade": "C"}})
    assert score(six, scheme, medians=NOBODY).not_applied == ("attendance_rate",)
    six.values["attendance_rate"] = [0.90, 1, 1, 1, 1, 1]
    six.counts["attendance_rate"] = 60
    free, capped = score(six, make_scheme(), medians=NOBODY), score(six, scheme, medians=NOBODY)
    assert free.grade["E1"] == "A"
    assert capped.grade["E1"] == "C"
    assert capped.total["E1"] == free.total["E1"]
    assert capped.grade.drop("E1").equals(free.grade.drop("E1"))


def test_targets_are_the_role_s_medians_of_the_quarters_before():
    past = [
        make_panel({"E1": (10.0, 80.0, 0.7, 4.0), "E2": (20.0, 80.0, 0.7, 4.0)}, quarter="2026Q1"),
        make_panel({"E1": (40.0, 80.0, 0.7, 4.0)}, quarter="2026Q2"),
    ]
    medians = role_medians(past)
    assert medians.loc["customer_service", "calls_per_hour"] == 20
    rules = make_scheme().model_dump()["rules"] | {
        "calls_per_hour": {"rule": "attainment", "target": "role_median_prior_4_quarters", "floor": 60, "cap": 120}
    }
    scores = score(past[0], make_scheme(rules=rules), medians=medians)
    assert scores.points["calls_per_hour"].tolist() == [60.0, 100.0]
    untold = score(past[0], make_scheme(rules=rules), medians=role_medians([]))
    assert untold.points["calls_per_hour"].isna().all()


def test_lower_is_better_turns_attainment_round(six):
    six.values["handle_seconds"] = [100.0, 200.0, 400.0, 150.0, 0.0, None]
    six.counts["handle_seconds"] = 1000
    dimensions = make_scheme().model_dump()["dimensions"] | {
        "workload": {"weight": 40, "indicators": {"handle_seconds": 100}}
    }
    rules = make_scheme().model_dump()["rules"] | {
        "handle_seconds": {"rule": "attainment", "target": 150, "floor": 60, "cap": 120}
    }
    scores = score(six, make_scheme(dimensions=dimensions, rules=rules), medians=NOBODY)
    assert scores.points["handle_seconds"].tolist()[:5] == [120, 75, 60, 100, 120]


def test_an_indicator_on_which_nobody_has_data_is_named_and_its_weight_shared_out(six):
    dimensions = make_scheme().model_dump()["dimensions"] | {
        "workload": {"weight": 40, "indicators": {"transfer_rate": 100}}
    }
    rules = make_scheme().model_dump()["rules"] | {"transfer_rate": {"rule": "linear", "zero_at": 0.2, "full_at": 0}}
    scores = score(six, make_scheme(dimensions=dimensions, rules=rules), medians=NOBODY)
    assert scores.without_data == ("transfer_rate",)
    parts = [w * p for w, p in zip((25, 25, 10), scores.points.loc["E1"].dropna(), strict=True)]
    assert scores.total["E1"] == pytest.approx(sum(parts) / 60)
    named = scores.findings()[0]
    assert (named.id, named.value, named.claim) == ("diagnosis.without_data.transfer_rate", None, "unidentified")


def test_roles_without_an_override_share_weights_but_not_pools(six):
    six.people.loc[["E1", "E2"], "role"] = "complaints"
    scores = score(six, make_scheme(), medians=NOBODY)
    # Two people: places 0 and .5; the better one gets A in either pool.
    assert scores.grade[["E1", "E2"]].tolist() == ["A", "B"]


values = st.one_of(st.none(), st.floats(0.01, 50))


@given(st.lists(st.tuples(values, values, values, values), min_size=2, max_size=8), st.integers(5, 100))
def test_contributions_always_sum_to_the_total_and_points_stay_within_bounds(rows, least):
    panel = make_panel({f"E{i}": row for i, row in enumerate(rows)})
    scores = score(panel, make_scheme(missing={"min_weight": least}), medians=NOBODY)
    told = scores.total.notna()
    np.testing.assert_allclose(scores.contributions[told].sum(axis=1), scores.total[told], atol=1e-9)
    assert scores.total[told].between(0, 120).all()
    assert (scores.reason[~told] != "").all()
    assert scores.grade[~told].isna().all()
    assert list(scores.points.columns) == list(INDICATORS)


def in_spells(people, keys):
    """The panel with its rows, in order, those of these people and spells."""
    index = pd.MultiIndex.from_tuples(keys, names=["employee_id", "part"])
    frames = {name: getattr(people, name).set_axis(index) for name in ("people", "values", "counts", "standard_errors")}
    return replace(people, **frames)


def test_who_has_two_spells_is_one_person_in_what_is_said_of_people(six):
    # Five people: E1 in two spells, both scored; E3 in two, the later of which has nothing to be scored on.
    six.values.loc["E6"] = np.nan
    people = in_spells(six, [("E1", 1), ("E1", 2), ("E2", 1), ("E4", 1), ("E3", 1), ("E3", 2)])
    scores = score(people, make_scheme(), medians=pd.DataFrame())
    assert scores.total.notna().tolist() == [True] * 5 + [False]
    said = {finding.id: finding for finding in scores.findings()}["diagnosis.scored"]
    assert (said.value, said.n) == (4, 4)
    assert said.text["en"].startswith("Of 4 people on the roster")
    assert scores.table()[["people", "scored", "graded"]].to_numpy().tolist() == [[4, 4, 4]]
    found = {level.indicator: level for level in levels(with_centre(people), targets={}, roles={}, least=1).levels}
    assert found["calls_per_hour"].people == 4
    assert found["qa_score"].people == 3, "all but E3, whose only value is missing"


def with_centre(people):
    centre = pd.DataFrame({"value": people.values.mean(), "n": people.values.notna().sum()})
    return replace(people, centre=centre)
