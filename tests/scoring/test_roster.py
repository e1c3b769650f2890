"""Spells of a period by hand, and whose work a day's is."""

import datetime as dt

import pandas as pd
import pytest

from design_lab.periods import Quarter, Span
from design_lab.scoring import panel
from design_lab.scoring.roster import roster
from tests.scoring.studies import call, person, write_study


def day(text):
    return dt.date.fromisoformat(text)


STAFF = [
    # Promoted on 1 August, and back on 1 September.
    person("E1", until=day("2026-07-31")),
    person("E1", level="senior", since=day("2026-08-01"), until=day("2026-08-31")),
    person("E1", since=day("2026-09-01")),
    # Moves between teams alone: most days in T2.
    person("E2", until=day("2026-07-20")),
    person("E2", team="T2", since=day("2026-07-21")),
    # A newcomer and a leaver.
    person("E3", since=day("2026-09-01"), hire_date=day("2026-09-01")),
    person("E4", until=day("2026-07-10")),
    # Gone before, and to come.
    person("E5", until=day("2026-06-30")),
    person("E6", since=day("2026-10-01")),
]


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    calls = [call("E1", dt.datetime(2026, month, 15, 9), 100 * month) for month in (7, 8, 8, 9)]
    early = call("E3", dt.datetime(2026, 8, 1, 9), 50)  # a month before she was hired
    peers = [{"rater_id": rater, "employee_id": "E1", "item": "x", "points_x100": 400} for rater in ("E2", "E3")]
    tables = {"staff": STAFF, "interactions": [*calls, early], "ratings": peers}
    folder = tmp_path_factory.mktemp("roster") / "roster"
    return write_study(folder, {name: {"2026Q3": rows} for name, rows in tables.items()})


@pytest.fixture(scope="module")
def people(study):
    return panel(study, Quarter.parse("2026Q3"))


def test_spells_by_hand(people):
    found = people.people
    assert found.index.tolist() == [("E1", 1), ("E1", 2), ("E1", 3), ("E2", 1), ("E3", 1), ("E4", 1)]
    assert found["level"].tolist()[:3] == ["junior", "senior", "junior"]
    assert found["days_in_force"].tolist() == [31, 31, 30, 92, 30, 10]
    assert found["share_of_period"].tolist() == pytest.approx([31 / 92, 31 / 92, 30 / 92, 1, 30 / 92, 10 / 92])
    assert found.loc[("E2", 1), "team"] == "T2"
    assert found.loc["E3", "tenure_months"].tolist() == [1.0]
    assert found["tenure_band"].tolist() == ["24+", "24+", "24+", "24+", "0-6", "24+"]
    assert found["queue"].isna().all()


def test_a_spell_has_the_work_of_its_days_only(people):
    assert people.counts["handle_seconds"].tolist() == [1, 2, 1, 0, 1, 0]
    assert people.values.loc["E1", "handle_seconds"].tolist() == [700, 800, 900]


def test_work_outside_all_spells_belongs_to_the_nearest(people):
    assert people.values.loc[("E3", 1), "handle_seconds"] == 50


def test_what_bears_no_date_belongs_to_the_last_spell(people):
    assert people.values.loc["E1", "peer_rating"].isna().tolist() == [True, True, False]
    assert people.values.loc[("E1", 3), "peer_rating"] == 4


def test_a_month_has_the_spells_of_its_days(study):
    july = roster(study, Span.parse("2026-07")).people
    assert july.index.tolist() == [("E1", 1), ("E2", 1), ("E4", 1)]
    assert july["days_in_force"].tolist() == [31, 31, 10]
    assert july.loc[("E2", 1), "team"] == "T1", "20 of the 31 days"


def test_whose_day_it_is(study):
    found = roster(study, Span.parse("2026Q3"))
    asked = [
        ("E1", "2026-07-31"),
        ("E1", "2026-08-01"),
        ("E4", "2026-09-30"),
        ("E3", "2026-07-01"),
        ("X", "2026-07-01"),
    ]
    frame = pd.DataFrame(asked, columns=["employee_id", "day"])
    assert found.rows_of(frame["employee_id"], frame["day"]).tolist() == [0, 1, 5, 4, -1]
