"""Longer periods: sums by addition, totals by days, and each role's own cycle."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from design_lab.errors import DataError, StudyError
from design_lab.periods import Quarter, Span
from design_lab.scoring import panel, panels_due, roll_up, score
from tests.scoring.conftest import make_panel, make_scheme
from tests.scoring.studies import call, person, write_study


def by_person(people, names):
    """Numerator, as n times value, and n by person."""
    n = people.counts[names]
    whole = (people.values[names] * n).fillna(0).groupby("employee_id").sum()
    return whole, n.groupby("employee_id").sum()


@pytest.mark.long
def test_months_sum_to_their_quarter(small):
    quarter = small.quarters[-1].span()
    whole = panel(small, quarter)
    parts = [panel(small, month) for month in quarter.parts("month")]
    assert [part.quarter for part in parts] == ["2026-07", "2026-08", "2026-09"]
    # Quotients of two counts add as they stand: n times value is the numerator.
    exact = ["handle_seconds", "first_contact_resolution", "qa_score", "csat", "late_reply_share", "attendance_rate",
             "complaint_rate", "sales_conversion"]  # fmt: skip
    numerator, n = by_person(whole, exact)
    monthly = [by_person(part, exact) for part in parts]
    for at, frame in ((0, numerator), (1, n)):
        summed = (
            pd.concat([pair[at] for pair in monthly]).groupby("employee_id").sum().reindex(frame.index, fill_value=0)
        )
        np.testing.assert_allclose(summed, frame, rtol=1e-12)
    for name in whole.values:
        assert sum(part.centre["n"].get(name, 0) for part in parts) == whole.centre.loc[name, "n"]


def test_what_is_expected_of_months_sums_to_what_is_expected_of_the_quarter(small):
    quarter = small.quarters[-1].span()
    whole = panel(small, quarter)

    # Observed over expected is adjusted over the centre's; n over it is the expected of calls an hour.
    def expected(people):
        ratio = people.values["calls_per_hour_adjusted"] / people.centre.loc["calls_per_hour_adjusted", "value"]
        return (people.counts["calls_per_hour_adjusted"] / ratio).groupby("employee_id").sum()

    summed = pd.concat([expected(panel(small, month)) for month in quarter.parts("month")]).groupby("employee_id").sum()
    np.testing.assert_allclose(summed, expected(whole).reindex(summed.index), rtol=1e-9)


def test_a_half_year_is_read_from_two_quarters(small):
    half = panel(small, Span.parse("2026H1"))
    quarters = [panel(small, Quarter.parse(name)) for name in ("2026Q1", "2026Q2")]
    assert half.quarter == "2026H1"
    for name in ("handle_seconds", "csat", "qa_score", "calls_per_hour", "handle_seconds_adjusted"):
        assert half.centre.loc[name, "n"] == sum(one.centre.loc[name, "n"] for one in quarters)
    days = pd.concat([one.people["days_in_force"] for one in quarters]).groupby("employee_id").sum()
    pd.testing.assert_series_equal(half.people["days_in_force"].groupby("employee_id").sum(), days)
    assert half.people["share_of_period"].max() == 1


def test_a_period_beyond_the_tables_is_refused(small):
    with pytest.raises(DataError, match="the tables of 2026Q4 are not built"):
        panel(small, Span.parse("2026H2"))


def test_a_table_that_is_missing_in_one_of_two_quarters_tells_of_neither(tmp_path):
    calls = {name: [call("E1", dt.datetime(2026, month, 3, 9))] for name, month in (("2026Q1", 2), ("2026Q2", 5))}
    reviews = {"2026Q2": [{"employee_id": "E1", "review": 1, "reviewed_on": dt.date(2026, 5, 3), "points_x100": 9_000}]}
    peers = {"2026Q2": [{"rater_id": "E2", "employee_id": "E1", "item": "x", "points_x100": 400}]}
    staff = {name: [person("E1")] for name in calls}
    tables = {"staff": staff, "interactions": calls, "quality_reviews": reviews, "ratings": peers}
    found = panel(write_study(tmp_path / "half", tables), Span.parse("2026H1"))
    assert "qa_score" not in found.values
    assert found.counts.loc[("E1", 1), "handle_seconds"] == 2
    assert found.values.loc[("E1", 1), "peer_rating"] == 4, "a form a half-year is enough"
    assert found.people["days_present"].isna().all()


def test_a_clients_calendar_cuts_the_months_on_her_day(tmp_path):
    calls = [call("E1", dt.datetime(2026, 7, day, 12), 100) for day in (19, 20, 21, 22)]
    tables = {"staff": {"2026Q3": [person("E1")]}, "interactions": {"2026Q3": calls}}
    study = write_study(tmp_path / "cut", tables, calendar="{month_ends_on: 20}")
    counted = [
        panel(study, Span.parse(name, 20)).centre["n"].get("handle_seconds", 0) for name in ("2026-07", "2026-08")
    ]
    assert counted == [2, 2]


@pytest.fixture(scope="module")
def cycles(tmp_path_factory):
    staff = [person("E1"), person("E2", "complaints"), person("E3", "lead"), person("E4", "complaints", "senior")]
    quarters = ["2026Q1", "2026Q2"]
    calls = {
        name: [call(one["employee_id"], dt.datetime(2026, 3 * at + 2, 3, 9)) for one in staff]
        for at, name in enumerate(quarters)
    }
    tables = {"staff": dict.fromkeys(quarters, staff), "interactions": calls}
    cycle = "{default: quarter, complaints: half-year, lead: year, senior: month}"
    return write_study(tmp_path_factory.mktemp("cycles") / "cycles", tables, cycle=cycle)


@pytest.mark.long
def test_each_role_and_level_is_due_in_its_own_cycle(cycles):
    def due(quarter):
        panels = panels_due(cycles, Quarter.parse(quarter))
        return [(one.quarter, one.people.index.get_level_values(0).tolist()) for one in panels]

    months = [(f"2026-0{n}", ["E4"]) for n in range(1, 7)]
    assert due("2026Q1") == [*months[:3], ("2026Q1", ["E1"])]
    assert due("2026Q2") == [*months[3:], ("2026Q2", ["E1"]), ("2026H1", ["E2"])]


def test_a_cycle_of_nobody_is_refused_in_words(tmp_path):
    with pytest.raises(
        StudyError, match=r"cycle\.complaint: is neither a role nor a level; did you mean 'complaints'\?"
    ):
        write_study(
            tmp_path / "bad", {"staff": {"2026Q1": [person("E1")]}}, cycle="{default: quarter, complaint: year}"
        )


def scored(rows, quarter, days):
    people = make_panel(rows, quarter=quarter)
    index = pd.MultiIndex.from_tuples(
        [tuple(name.split("/")) for name in people.people.index], names=["employee_id", "part"]
    )
    for frame in (people.people, people.values, people.counts, people.standard_errors):
        frame.index = index
    people.people["days_in_force"] = days
    scheme = make_scheme(
        dimensions={"service_quality": {"weight": 100, "indicators": {"qa_score": 100}}},
        rules={"qa_score": {"rule": "linear", "zero_at": 0, "full_at": 100}},
    )
    return score(people, scheme, medians=pd.DataFrame())


def test_totals_are_rolled_up_by_days_over_spells_and_cycles():
    first = scored({"E1/1": (1, 80, 0, 0), "E1/2": (1, 50, 0, 0), "E2/1": (1, None, 0, 0)}, "2026Q1", [30, 60, 90])
    second = scored({"E1/1": (1, 70, 0, 0), "E3/1": (1, 90, 0, 0)}, "2026Q2", [90, 10])
    found = roll_up([first, second])
    assert found.total["E1"] == pytest.approx((80 * 30 + 50 * 60 + 70 * 90) / 180)
    assert np.isnan(found.total["E2"])
    assert found.total["E3"] == pytest.approx(90)
    assert found.days.to_dict() == {"E1": 180, "E2": 0, "E3": 10}
    assert found.in_force.to_dict() == {"E1": 180, "E2": 90, "E3": 10}
    assert found.missing.to_dict() == {"E1": "", "E2": "2026Q1", "E3": ""}
    assert "2026Q1" in repr(found)


def test_one_period_gives_each_person_one_result():
    spells = scored({"E1/1": (1, 80, 0, 0), "E1/2": (1, None, 0, 0)}, "2026Q1", [30, 60])
    found = roll_up([spells])
    assert found.total.to_dict() == pytest.approx({"E1": 80})
    assert (found.days["E1"], found.in_force["E1"], found.missing["E1"]) == (30, 90, "2026Q1")


def test_the_same_period_twice_is_refused():
    spells = scored({"E1/1": (1, 80, 0, 0)}, "2026Q1", [30])
    with pytest.raises(ValueError, match="must be of different periods, but are of 2026Q1, 2026Q1"):
        roll_up([spells, spells])
