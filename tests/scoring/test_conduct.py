"""Counts for signs of gaming: a handful of calls counted by hand, and a second road in plain pandas."""

import datetime as dt

import pandas as pd
import pytest

from design_lab.ingest import table_path
from design_lab.scoring import conduct
from design_lab.study import Study
from tests.scoring.studies import write_study

DAY = dt.datetime(2026, 7, 1)


def call(number, minute, talk, **more):
    told = {
        "interaction_id": f"c{number}", "employee_id": "E1", "channel": "phone", "queue": "q", "contact_type": "account",
        "started_at": DAY + dt.timedelta(hours=9, minutes=minute), "talk_ms": talk * 1000, "hold_ms": 0, "wrap_ms": 0,
        "transferred": False, "resolved_first_contact": True,
    }  # fmt: skip
    return told | more


CALLS = [
    call(1, 0, 14),
    call(2, 40, 15, resolved_first_contact=False),
    call(3, 171, 29, transferred=True),
    call(4, 200, 300, resolved_first_contact=None),
    call(5, 200, 10, channel="chat"),
]
RATED = [
    {"interaction_id": f"c{number}", "employee_id": "E1", "channel": "phone", "rated_at": DAY, "grade": grade}
    for number, grade in ((1, "very_satisfied"), (3, "satisfied"), (4, "dissatisfied"))
]
STAFF = [
    {"employee_id": who, "role": "agent", "level": "junior", "team": team, "valid_from": since}
    for who, team, since in (
        ("E1", "old", dt.date(2026, 1, 1)),
        ("E1", "new", dt.date(2026, 8, 1)),
        ("E2", None, dt.date(2026, 1, 1)),
    )
]


@pytest.fixture
def acts(tmp_path):
    tables = {"interactions": {"2026Q3": CALLS}, "surveys": {"2026Q3": RATED}, "staff": {"2026Q3": STAFF}}
    write_study(tmp_path / "invented", tables)
    study = Study.open(tmp_path / "invented")
    return conduct(study, study.quarters)


def test_short_calls_and_those_just_above_the_floor(acts):
    assert acts.calls[["calls", "short", "near", "transferred"]].sum().tolist() == [4, 1, 2, 1]


def test_a_person_stands_in_her_last_team(acts):
    assert set(acts.calls["team"]) == {"new"}


def test_late_calls_lie_within_half_an_hour_of_the_last_one(acts):
    """The last call starts at minute 200: those at 171 and 200 are late, and 160 minutes before it is too far back."""
    late = acts.late.groupby("late")[["contacts", "transferred"]].sum()
    assert late.loc[1].tolist() == [2, 1]
    assert 0 not in late.index


def test_contacts_by_what_kind_they_were(acts):
    """The mean is 89.5 s, so that beyond 134.25 s a contact is long; what is not known of one is -1."""
    told = acts.contacts.set_index(["unresolved", "transferred", "long"])[["contacts", "rated"]]
    assert told.loc[(0, 0, 0)].tolist() == [1, 1]
    assert told.loc[(1, 0, 0)].tolist() == [1, 0]
    assert told.loc[(0, 1, 0)].tolist() == [1, 1]
    assert told.loc[(-1, 0, 1)].tolist() == [1, 1]


def test_rates_and_bounds(acts):
    rates = acts.rates.set_index("indicator")[["met", "of"]]
    assert rates.loc["csat"].tolist() == [2, 3]
    assert rates.loc["very_satisfied_rate"].tolist() == [1, 3]
    assert rates.loc["first_contact_resolution"].tolist() == [2, 3]
    assert acts.bounds == (8000,)
    assert acts.steps == {}
    assert acts.ends == (dt.date(2026, 7, 31), dt.date(2026, 8, 31), dt.date(2026, 9, 30))
    assert acts.days[["worked_ms", "offered"]].isna().all(axis=None)


def test_steps_are_where_a_ladder_gives_more_points(tmp_path):
    """Of three boundaries one gives fewer points, and is nothing to aim at; a rule without steps has none."""
    ladder = "{rule: ladder, steps: [{end: 0.8, points: 60}, {start: 0.8, end: 0.85, points: 50}, {start: 0.85, end: 0.9, points: 80}, {start: 0.9, points: 100}]}"  # fmt: skip
    tables = {"interactions": {"2026Q3": CALLS}, "surveys": {"2026Q3": RATED}, "staff": {"2026Q3": STAFF}}
    write_study(tmp_path / "stepped", tables, rule=ladder)
    study = Study.open(tmp_path / "stepped")
    assert conduct(study, study.quarters).steps == {"csat": (0.85, 0.9)}


def test_days_equal_plain_pandas(small):
    quarter = small.quarters[-1]
    made = conduct(small, [quarter]).days.set_index(["employee_id", "day"])
    calls = pd.read_parquet(table_path(small, "interactions", quarter)).query("channel == 'phone'")
    calls = calls[calls["employee_id"].isin(made.index.get_level_values(0))]
    grouped = calls.assign(short=calls["talk_ms"] < 15_000).groupby(["employee_id", calls["started_at"].dt.floor("D")])
    assert made["calls"].to_dict() == grouped.size().to_dict()
    assert made["short"].sum() == grouped["short"].sum().sum()
