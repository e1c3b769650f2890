"""Tables held against each other: each rule breaks on what was planted for it and on nothing else."""

import datetime as dt

import pyarrow as pa
import pytest

from design_lab.ingest import build, check, facts
from design_lab.ingest.agreement import RULES, agreements
from design_lab.ingest.convert import arrow_type
from design_lab.schema import TABLES
from design_lab.study import Study

from .test_build import rewrite

MINUTE = 60_000
DAY = dt.date(2026, 7, 1)


def table(name, rows):
    columns = TABLES[name].columns
    arrays = {column: pa.array([row.get(column) for row in rows], arrow_type(spec)) for column, spec in columns.items()}
    return pa.table(arrays)


def contact(number, minute, **changed):
    given = {
        "interaction_id": str(number), "employee_id": "E1", "channel": "phone",
        "started_at": dt.datetime(2026, 7, 1, 9, minute), "talk_ms": 2 * MINUTE, "hold_ms": 0, "wrap_ms": MINUTE,
    }  # fmt: skip
    return given | changed


def whole(**changed):
    """One person's day with two contacts, one of them rated; everything agrees."""
    tables = {
        "staff": [{"employee_id": "E1", "hire_date": dt.date(2026, 1, 1), "valid_from": dt.date(2026, 1, 1)}],
        "agent_periods": [
            {"employee_id": "E1", "date": DAY, "answered": 2, "signed_in_ms": 60 * MINUTE, "aux_ms": 0,
             "talk_ms": 4 * MINUTE, "hold_ms": 0, "wrap_ms": 2 * MINUTE},
        ],
        "interactions": [contact(1, 0), contact(2, 10)],
        "surveys": [{"interaction_id": "1", "employee_id": "E1", "rated_at": dt.datetime(2026, 7, 1, 9, 4)}],
    } | changed  # fmt: skip
    return {name: table(name, rows) for name, rows in tables.items() if rows is not None}


CALLS = [contact(1, 0), contact(2, 10)]


def broken(tables):
    return {found.rule: found.count for found in agreements(tables, "2026Q3") if found.count}


def sheet(**changed):
    day = {"employee_id": "E1", "date": DAY, "answered": 2, "signed_in_ms": 60 * MINUTE, "aux_ms": 0,
           "talk_ms": 4 * MINUTE, "hold_ms": 0, "wrap_ms": 2 * MINUTE}  # fmt: skip
    return [day | changed]


def test_tables_that_agree_break_no_rule_and_every_rule_is_counted():
    found = agreements(whole(), "2026Q3")
    assert {one.rule for one in found} == set(RULES)
    assert all(one.count == 0 and one.of > 0 for one in found)


@pytest.mark.parametrize(
    ("changed", "rules"),
    [
        ({"agent_periods": sheet(answered=3)}, {"count_differs": 1}),
        ({"agent_periods": sheet(talk_ms=5 * MINUTE)}, {"time_differs": 1}),
        ({"agent_periods": sheet(talk_ms=4 * MINUTE + 5000)}, {}),  # six durations, each rounded to a second
        ({"agent_periods": sheet(signed_in_ms=5 * MINUTE)}, {"longer_than_signed_in": 1}),
        ({"agent_periods": sheet(aux_ms=55 * MINUTE)}, {"longer_than_signed_in": 1}),
        ({"interactions": [contact(1, 0), contact(2, 1)]}, {"overlapping": 1}),
        ({"interactions": [contact(1, 0), contact(2, 2)]}, {}),  # wrap-up may run beside the next call
        ({"interactions": [*CALLS, contact(3, 1, channel="chat"), contact(4, 1, channel="chat")]}, {}),
        ({"staff": [{"employee_id": "E1", "hire_date": dt.date(2026, 7, 2)}]}, {"not_employed": 1}),
        ({"staff": [{"employee_id": "E1", "leave_date": dt.date(2026, 6, 30)}]}, {"not_employed": 1}),
        ({"staff": [{"employee_id": "E1", "leave_date": dt.date(2026, 7, 1)}]}, {}),
        ({"surveys": [{"interaction_id": "9", "employee_id": "E1"}]}, {"rating_without_contact": 1}),
        ({"surveys": [{"interaction_id": "1", "employee_id": "E2"}]}, {"rating_without_contact": 1}),
        ({"agent_periods": sheet() + sheet(date=dt.date(2026, 7, 2))}, {"count_differs": 1}),
        ({"interactions": [contact(1, 0), contact(2, 10), contact(3, 30, employee_id="E3")]}, {"count_differs": 1}),
    ],
)
def test_a_planted_disagreement_is_found_by_its_rule_alone(changed, rules):
    assert broken(whole(**changed)) == rules


@pytest.mark.parametrize(("answered", "rules"), [(2, {}), (3, {"count_differs": 1})])
def test_a_sheet_of_a_month_is_held_against_the_contacts_of_all_its_days(answered, rules):
    later = dt.datetime(2026, 7, 20, 9, 0)
    month = sheet(answered=answered, period_end=dt.date(2026, 7, 31))
    contacts = [contact(1, 0), contact(2, 0, started_at=later)]
    staff = [{"employee_id": "E1", "hire_date": dt.date(2026, 7, 1), "leave_date": dt.date(2026, 7, 25)}]
    assert broken(whole(agent_periods=month, interactions=contacts, staff=staff)) == rules


@pytest.mark.parametrize(("hired", "count"), [(dt.date(2026, 7, 15), 0), (dt.date(2026, 8, 1), 1)])
def test_who_is_hired_within_a_sheets_month_may_stand_in_it(hired, count):
    month = sheet(period_end=dt.date(2026, 7, 31))
    found = broken(whole(agent_periods=month, staff=[{"employee_id": "E1", "hire_date": hired}]))
    assert found.get("not_employed", 0) == count


def test_rules_whose_tables_are_not_there_are_not_asked():
    found = agreements(whole(interactions=None), "2026Q3")
    assert {one.rule for one in found} == {"longer_than_signed_in", "not_employed"}


def test_empty_tables_break_nothing():
    assert broken(whole(interactions=[], surveys=[], agent_periods=[])) == {}


def test_the_small_centre_agrees_with_itself(small):
    for quarter in small.quarters:
        made = {f.id: f.value for f in facts(small, quarter).findings() if f.id.startswith("data.check.")}
        assert made == {f"data.check.{rule}": 0 for rule in RULES}


def test_a_lost_contact_is_reported_in_words_by_build_and_by_check(copied):
    rewrite(copied, lambda lines: [*lines[:50], *lines[51:]])
    study = Study.open(copied)
    sentence = "the agent activity and the contacts count different numbers of contacts."
    for lines in (check(study).lines(), build(study).lines()):
        assert any(line.startswith("On 1 of ") and sentence in line for line in lines)
