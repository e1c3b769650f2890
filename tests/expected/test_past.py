"""The past of a role: what was published where nobody changed, and what others show where somebody did."""

import numpy as np
import pandas as pd
import pytest

from design_lab.expected.past import pasts
from design_lab.periods import Quarter
from design_lab.scoring import TeamQuarters

QUARTERS = ("2025Q1", "2025Q2", "2025Q3", "2025Q4")


def quarters_of(rates, *, people=40, calls=500, rng=None):
    """Teams of people with these rates of satisfied calls, (teams, quarters); by lot where a generator is given."""
    rows = []
    for team, row in rates.items():
        for person in range(people):
            for quarter, rate in zip(QUARTERS, row, strict=True):
                done = rng.binomial(calls, rate) if rng else round(calls * rate)
                rows.append((f"{team}-{person}", team, quarter, done, calls))
    keys = ["employee_id", "team", "quarter"]
    sums = pd.DataFrame(rows, columns=[*keys, "csat_over", "csat_under"]).set_index(keys).sort_index()
    roster = sums.reset_index()[["employee_id", "team"]].drop_duplicates()
    return TeamQuarters(
        quarters=QUARTERS, sums=sums, roster=roster.assign(role="agents", valid_from=pd.Timestamp("2025-01-01")),
        scales={"csat": 1.0}, absent={"complaints": "table_missing"},
    )  # fmt: skip


def away(**quarters):
    return pd.DataFrame({team: dict.fromkeys(QUARTERS, False) | dict.fromkeys(given, True)
                         for team, given in quarters.items()}).T.astype(bool)  # fmt: skip


RATES = {"A": [0.90, 0.92, 0.91, 0.93], "B": [0.80, 0.82, 0.81, 0.83]}


def test_where_nobody_changed_the_past_is_what_was_published():
    found, absent = pasts(quarters_of(RATES), "agents", others=away(A=(), B=()))
    np.testing.assert_allclose(found["csat"].values, [0.85, 0.87, 0.86, 0.88], rtol=1e-12)
    assert not found["csat"].filled.any()
    assert absent == {"complaints": "not_counted"}


def test_a_team_under_another_scheme_is_filled_in_from_the_others_by_hand():
    moved = RATES | {"B": [0.80, 0.82, 0.91, 0.93]}  # ten points from the third quarter on
    found, _ = pasts(quarters_of(moved), "agents", others=away(A=(), B=QUARTERS[2:]))
    np.testing.assert_allclose(found["csat"].values, [0.85, 0.87, 0.86, 0.88], rtol=1e-9)
    np.testing.assert_allclose(found["csat"].filled, [0, 0, 0.5, 0.5])


def test_where_all_changed_or_a_quarter_is_empty_there_is_no_past():
    both = away(A=QUARTERS[3:], B=QUARTERS[3:])
    assert pasts(quarters_of(RATES), "agents", others=both)[1]["csat"] == "all_changed"
    always = away(A=(), B=QUARTERS)
    assert pasts(quarters_of(RATES), "agents", others=always)[1]["csat"] == "all_changed"
    made = quarters_of(RATES)
    made.sums.loc[pd.IndexSlice[:, :, "2025Q2"], :] = 0
    assert pasts(made, "agents", others=away(A=(), B=()))[1]["csat"] == "holes"
    assert pasts(made, "nobody", others=away(A=(), B=()))[1]["csat"] == "holes"


def test_the_error_is_that_of_chance_where_people_do_not_change():
    rates = {"A": [0.9] * 4, "B": [0.8] * 4}
    rng = np.random.default_rng(20261128)
    errors = [
        pasts(quarters_of(rates, rng=rng), "agents", others=away(A=(), B=()))[0]["csat"].errors.mean()
        for _ in range(20)
    ]
    calls = 2 * 40 * 500
    assert np.mean(errors) == pytest.approx(np.sqrt((0.09 + 0.16) / 2 / calls), rel=0.05)


def test_teams_until_a_quarter_give_what_was_known_then():
    moved = RATES | {"B": [0.80, 0.82, 0.91, 0.93]}
    whole, changes = quarters_of(moved), away(A=(), B=QUARTERS[3:])
    early = whole.until(Quarter(2025, 3))
    assert early.quarters == QUARTERS[:3]
    known = pasts(early, "agents", others=changes)[0]["csat"]
    later = pasts(
        quarters_of(moved | {"A": [0.90, 0.92, 0.91, 0.50]}).until(Quarter(2025, 3)), "agents", others=changes
    )
    np.testing.assert_array_equal(known.values, later[0]["csat"].values)
    np.testing.assert_array_equal(known.errors, later[0]["csat"].errors)
