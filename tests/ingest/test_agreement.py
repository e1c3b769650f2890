"""Tables held against each other: each rule breaks on what was planted for it and on nothing else."""

import datetime as dt

import pyarrow as pa
import pytest

from design_lab.arrivals import Agreement
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
        "agent_periods": sheet(),
        "interactions": [contact(1, 0), contact(2, 10)],
        "surveys": [rating()],
        "attendance": [{"employee_id": "E1", "date": DAY, "scheduled": True, "present": True}],
        "complaints": [{"complaint_id": "K1", "interaction_id": "2", "employee_id": "E1", "received_on": DAY}],
        "pay": [{"employee_id": "E1", "date": day} for day in (DAY, dt.date(2026, 8, 1))],
        "appraisal_results": [{"employee_id": "E1", "score_x100": 8_000, "told_on": dt.date(2026, 10, 9)}],
    } | changed  # fmt: skip
    return {name: table(name, rows) for name, rows in tables.items() if rows is not None}


def stated(mean_handle_ms=180_000, satisfied_x100=10_000, **changed):
    """What the sheet says of its one row: three minutes a contact, everybody satisfied."""
    row = {"employee_id": "E1", "date": DAY, "period_end": None} | changed
    rows = [
        {**row, "mean": "mean_handle_ms", "stated": mean_handle_ms, "slack": 500},
        {**row, "mean": "satisfied_x100", "stated": satisfied_x100, "slack": 5},
    ]
    kinds = {"employee_id": pa.string(), "date": pa.date32(), "period_end": pa.date32(), "mean": pa.string()}
    kinds |= {"stated": pa.int64(), "slack": pa.int64()}
    return [pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in kinds.items()})]


def asked(tables, means=()):
    return agreements(tables, "2026Q3", stated=means)


def broken(tables, means=()):
    return {found.rule: found.count for found in asked(tables, means) if found.count}


def rating(**changed):
    given = {
        "interaction_id": "1",
        "employee_id": "E1",
        "rated_at": dt.datetime(2026, 7, 1, 9, 4),
        "grade": "satisfied",
    }
    return given | changed


def sheet(**changed):
    day = {"employee_id": "E1", "date": DAY, "answered": 2, "signed_in_ms": 60 * MINUTE, "aux_ms": 0,
           "talk_ms": 4 * MINUTE, "hold_ms": 0, "wrap_ms": 2 * MINUTE}  # fmt: skip
    return [day | changed]


def test_tables_that_agree_break_no_rule_and_every_rule_is_counted():
    found = asked(whole(), stated())
    assert [one.rule for one in found] == list(RULES)
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
        (
            {
                "interactions": [
                    contact(1, 0),
                    contact(2, 10),
                    contact(3, 11, channel="chat"),
                    contact(4, 12, channel="mobile"),
                ]
            },
            {},
        ),
        ({"interactions": [contact(1, 0), contact(2, 10, channel="chat")]}, {"count_differs": 1}),
        (
            {"interactions": [contact(1, 0, talk_ms=61 * MINUTE), contact(2, 59)]},
            {"contact_longer_than_signed_in": 1, "overlapping": 1, "time_differs": 1},
        ),
        ({"staff": [{"employee_id": "E1", "hire_date": dt.date(2026, 7, 2)}]}, {"not_employed": 1}),
        ({"staff": [{"employee_id": "E1", "leave_date": dt.date(2026, 6, 30)}]}, {"not_employed": 1}),
        ({"staff": [{"employee_id": "E1", "leave_date": dt.date(2026, 7, 1)}]}, {}),
        (
            {"agent_periods": None, "staff": [{"employee_id": "E1", "hire_date": dt.date(2026, 7, 2)}]},
            {"not_employed": 1},
        ),
        ({"surveys": [rating(interaction_id="9")]}, {"rating_without_contact": 1}),
        ({"surveys": [rating(employee_id="E2")]}, {"rating_without_contact": 1}),
        ({"agent_periods": sheet() + sheet(date=dt.date(2026, 7, 2))}, {"count_differs": 1}),
        ({"agent_periods": sheet() + sheet(date=dt.date(2026, 7, 2), answered=None)}, {}),
        (
            {"interactions": [contact(1, 0), contact(2, 10), contact(3, 30, employee_id="E3")]},
            {"contact_without_sign_in": 1},
        ),
        ({"interactions": [contact(1, 0), contact(2, 10), contact(3, 30, employee_id="E3", channel="chat")]}, {}),
        (
            {"agent_periods": sheet(signed_in_ms=0, aux_ms=0, answered=0, talk_ms=0, wrap_ms=0)},
            {"contact_without_sign_in": 1},
        ),
        ({"agent_periods": sheet(period_end=dt.date(2026, 7, 20))}, {}),
        (
            {"agent_periods": sheet(period_end=dt.date(2026, 10, 2), answered=9)},
            {},
        ),  # part of it lies in another quarter
        (
            {
                "agent_periods": sheet(period_end=dt.date(2026, 7, 20))
                + sheet(date=dt.date(2026, 7, 20), answered=0, talk_ms=0, wrap_ms=0)
            },
            {"overlapping_periods": 1},
        ),
        (
            {
                "agent_periods": sheet(period_end=dt.date(2026, 7, 20))
                + sheet(date=dt.date(2026, 7, 21), period_end=dt.date(2026, 8, 20), answered=0, talk_ms=0, wrap_ms=0)
            },
            {},
        ),
        (
            {"attendance": [{"employee_id": "E1", "date": DAY, "scheduled": True, "present": False}]},
            {"worked_while_absent": 1},
        ),
        (
            {
                "attendance": [{"employee_id": "E1", "date": DAY, "scheduled": True, "present": False}],
                "interactions": None,
            },
            {"worked_while_absent": 1},
        ),
        ({"attendance": [{"employee_id": "E2", "date": DAY, "scheduled": True, "present": False}]}, {}),
        (
            {"complaints": [{"complaint_id": "K1", "interaction_id": "2", "employee_id": "E2", "received_on": DAY}]},
            {"complaint_of_other": 1},
        ),
        (
            {"complaints": [{"complaint_id": "K1", "interaction_id": "9", "employee_id": "E2", "received_on": DAY}]},
            {},
        ),  # of an earlier quarter
        (
            {
                "appraisal_results": [
                    {"employee_id": one, "score_x100": 8_000, "told_on": day}
                    for one, day in (("E1", dt.date(2026, 9, 30)), ("E2", dt.date(2026, 10, 1)), ("E3", None))
                ]
            },
            {"told_before_end": 1},
        ),
        ({"pay": [{"employee_id": "E1", "date": day} for day in (DAY, dt.date(2026, 7, 31))]}, {"paid_twice": 1}),
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
    found = agreements(whole(interactions=None, attendance=None, pay=None, appraisal_results=None), "2026Q3")
    assert {one.rule for one in found} == {"longer_than_signed_in", "not_employed", "overlapping_periods"}


def test_empty_tables_break_nothing():
    assert broken(whole(interactions=[], surveys=[], agent_periods=[], attendance=[], complaints=[], pay=[])) == {}


@pytest.mark.parametrize(
    ("means", "rules"),
    [
        ({"mean_handle_ms": 180_400}, {}),  # 180 s, rounded
        ({"mean_handle_ms": 185_000}, {"mean_handle_differs": 1}),
        ({"satisfied_x100": 9_230}, {"satisfied_share_differs": 1}),
        ({"satisfied_x100": 9_996}, {}),
        ({"date": dt.date(2026, 7, 2), "mean_handle_ms": 1}, {}),  # beside no counts
    ],
)
def test_a_stated_mean_is_held_against_its_counts(means, rules):
    assert broken(whole(), stated(**means)) == rules


def test_a_share_over_several_days_counts_the_ratings_of_all_of_them():
    rated = [rating(), rating(interaction_id="2", rated_at=dt.datetime(2026, 7, 20, 9), grade="dissatisfied")]
    means = stated(satisfied_x100=5_000, period_end=dt.date(2026, 7, 20))
    assert broken(whole(surveys=rated), means) == {}
    assert broken(whole(surveys=rated), stated(satisfied_x100=5_000)) == {"satisfied_share_differs": 1}


def test_the_client_s_month_decides_whether_pay_stands_twice():
    pay = table("pay", [{"employee_id": "E1", "date": day} for day in (DAY, dt.date(2026, 7, 25))])
    counts = {end: agreements({"pay": pay}, "2026Q3", month_ends_on=end)[0].count for end in (None, 20, 25)}
    assert counts == {None: 1, 20: 0, 25: 1}


def test_the_first_cases_are_told_by_person_and_day_in_order():
    days = [dt.date(2026, 7, day) for day in range(9, 0, -1)]
    sheets = [row for day in days for row in sheet(date=day, signed_in_ms=MINUTE)]
    found = next(
        one for one in asked(whole(agent_periods=sheets, interactions=None)) if one.rule == "longer_than_signed_in"
    )
    assert (found.count, found.of) == (9, 9)
    assert [(case.person, case.day) for case in found.cases] == [("E1", f"2026-07-0{day}") for day in range(1, 6)]
    assert Agreement.from_dict(found.to_dict()) == found


def test_the_small_centre_agrees_with_itself(small):
    for quarter in small.quarters:
        made = {f.id: f.value for f in facts(small, quarter).findings() if f.id.startswith("data.check.")}
        # Its files state no share of satisfied customers.
        assert made == {f"data.check.{rule}": 0 for rule in RULES if rule != "satisfied_share_differs"}


@pytest.mark.long
def test_a_lost_contact_is_reported_in_words_by_build_and_by_check(copied):
    rewrite(copied, lambda lines: [*lines[:50], *lines[51:]])
    study = Study.open(copied)
    sentence = "the agent activity and the contacts count different numbers of contacts."
    for lines in (check(study).lines(), build(study).lines()):
        assert any(line.startswith("On 1 of ") and sentence in line for line in lines)
