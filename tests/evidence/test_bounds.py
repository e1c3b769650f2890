"""Bounds for who left and who did not rate: by hand, where selection is planted, and where nothing hides anything."""

import numpy as np
import pandas as pd
import pytest

from design_lab.evidence.bounds import of_leaving, of_ratings
from design_lab.evidence.sensitivity import response_bounds
from tests.evidence.panels import generator

STARTS = {"A": "q2", "B": "q2", "C": None, "D": None}


def people(changes):
    """Two people a team seen in q1 at 10, and in q2 by a change from there; None is who was not seen."""
    rows = []
    for team, moved in changes.items():
        for number, change in enumerate(moved):
            seen = [("q1", 10.0)] + ([] if change is None else [("q2", 10.0 + change)])
            rows += [(f"{team}{number}", team, quarter, value, STARTS[team]) for quarter, value in seen]
    return pd.DataFrame(rows, columns=["employee_id", "team", "quarter", "value", "adopted"])


def ratings(rates, responses, *, teams=8, quarters=6, noise=0.0):
    """Half of the teams adopt in the fourth quarter; (before or waiting, under it) of the share satisfied and rated."""
    rng, rows = generator(), []
    for team in range(teams):
        for quarter in range(quarters):
            under = int(team < teams // 2 and quarter >= 3)
            told = rates[under] + noise * rng.normal(), responses[under]
            rows.append((f"T{team}", f"q{quarter}", *told, "q3" if team < teams // 2 else None))
    return pd.DataFrame(rows, columns=["team", "quarter", "csat", "response_rate", "adopted"])


def test_people_who_stay_alone_are_trimmed_by_hand():
    """All four treated stay (0, 1, 2, 3), of four others two (0, 0): the half too many is taken off above or below."""
    found = of_leaving(people({"A": (0, 1), "B": (2, 3), "C": (0, None), "D": (0, None)}))
    assert (found.value, found.low, found.high) == pytest.approx((1.5, 0.5, 2.5))
    assert (found.changed, found.waiting, found.teams) == (1.0, 0.5, 4)
    assert found.ends[0] < found.low < found.high < found.ends[1]


def test_where_as_many_stay_on_both_sides_bounds_are_the_estimate():
    found = of_leaving(people({"A": (1, 2), "B": (1, 3), "C": (0, 1), "D": (0, 1)}), scale=100)
    assert found.low == found.high == pytest.approx(found.value) == pytest.approx(125.0)


def test_an_estimate_made_of_who_left_is_bounded_where_the_truth_lies():
    """Nobody changes; of treated teams the worse half leaves between the quarters, so that plain means rise."""
    rng = generator()
    rows = []
    for team in range(12):
        for number in range(30):
            drift = rng.normal()
            seen = ["q1"] if team < 6 and drift < 0 else ["q1", "q2"]
            start = "q2" if team < 6 else None
            rows += [(f"{team}-{number}", f"T{team:02d}", at, drift * (at == "q2"), start) for at in seen]
    found = of_leaving(pd.DataFrame(rows, columns=["employee_id", "team", "quarter", "value", "adopted"]))
    assert found.value > 0.6
    assert found.ends[0] < 0 < found.ends[1]


def test_a_surplus_of_satisfied_ratings_is_taken_off_by_hand():
    """18 of 20 satisfied; under the other weights 5 more of 100 rate, all satisfied: none of those who would anyway changed."""
    panel = ratings((0.90, (0.90 * 0.20 + 0.05) / 0.25), (0.20, 0.25))
    found = of_ratings(panel, "csat", either_way=True, scale=100)
    assert (found.value, found.low, found.high) == pytest.approx((2.0, 0.0, 10.0))
    assert (found.changed, found.waiting) == pytest.approx((0.25, 0.20))


def test_fewer_ratings_trim_the_other_side_by_hand():
    """Of 25 that would rate 20 do, 91 % satisfied where 90 % would be: of those kept 70/80 to all would have been."""
    found = of_ratings(ratings((0.90, 0.91), (0.25, 0.20)), "csat", either_way=True, scale=100)
    assert (found.low, found.high) == pytest.approx((91 - 100, 91 - 100 * 0.70 / 0.80))


def test_as_many_ratings_leave_the_estimate_and_its_own_interval():
    panel = ratings((0.90, 0.92), (0.25, 0.25), noise=0.01)
    found = of_ratings(panel, "csat", either_way=True)
    assert found.low == found.high == pytest.approx(found.value)


def test_without_any_assumption_bounds_are_those_of_the_shares():
    found = of_ratings(ratings((0.90, 0.93), (0.25, 0.30)), "csat", either_way=False)
    assert (found.low, found.high) == pytest.approx(
        response_bounds(0.93, 0.30, base_rate=0.90, base_response=0.25, apart=1.0)
    )
    assert found.high - found.low == pytest.approx(0.70 + 0.75)


def test_where_one_team_decides_or_nobody_is_seen_there_are_no_bounds():
    rows = people({"A": (0, 1), "B": (None, None), "C": (0, None), "D": (0, None)})
    assert of_leaving(rows) is None
    assert of_leaving(rows.iloc[:0]) is None
    assert of_leaving(rows[rows["team"] != "A"]) is None


def test_the_order_of_rows_changes_nothing():
    rows = people({"A": (0, 1), "B": (2, 3), "C": (0, None), "D": (1, None)})
    assert of_leaving(rows.sample(frac=1, random_state=np.random.RandomState(1))) == of_leaving(rows)
