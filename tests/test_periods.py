"""Quarters of a client's calendar."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from design_lab.errors import StudyError
from design_lab.periods import Quarter, Span, due, period_begins, quarters_between

quarters = st.builds(Quarter, st.integers(1990, 2100), st.integers(1, 4))


@given(quarters, st.one_of(st.none(), st.integers(1, 28)))
def test_quarters_follow_each_other_without_a_gap(quarter, closing_day):
    assert quarter.plus(1).first_day(closing_day) - quarter.last_day(closing_day) == dt.timedelta(days=1)


@given(quarters, st.integers(-50, 50))
def test_going_forth_and_back_ends_where_it_began(quarter, steps):
    assert quarter.plus(steps).plus(-steps) == quarter


@given(quarters)
def test_a_quarter_reads_what_it_writes(quarter):
    assert Quarter.parse(str(quarter)) == quarter


@pytest.mark.parametrize("text", ["2026", "2026Q5", "2026q3", "26Q3", "", "2026Q3 "])
def test_other_forms_are_refused(text):
    with pytest.raises(StudyError, match="is not of the form 2026Q3"):
        Quarter.parse(text)


def test_quarters_between_includes_both_ends():
    assert [str(q) for q in quarters_between(Quarter(2025, 3), Quarter(2026, 1))] == ["2025Q3", "2025Q4", "2026Q1"]
    assert quarters_between(Quarter(2026, 1), Quarter(2025, 3)) == ()


CLOSING = st.one_of(st.none(), st.integers(1, 28))
CYCLES = st.sampled_from(["month", "quarter", "half-year", "year"])
DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2027, 12, 31))


@given(DAYS, CYCLES, CLOSING)
def test_a_period_holds_its_day_reads_what_it_writes_and_begins_as_period_begins_says(day, cycle, closing):
    span = Span.holding(day, cycle, closing)
    assert span.first_day <= day <= span.last_day
    assert Span.parse(span.label, closing) == span
    assert span.first_day == period_begins(day, cycle, closing)
    assert span.last_day + dt.timedelta(days=1) == period_begins(span.last_day + dt.timedelta(days=1), cycle, closing)


@given(DAYS, CYCLES, CLOSING)
def test_a_period_is_made_of_its_months_without_gap(day, cycle, closing):
    span = Span.holding(day, cycle, closing)
    months = span.parts("month", closing)
    assert sum(month.days for month in months) == span.days
    assert (months[0].first_day, months[-1].last_day) == (span.first_day, span.last_day)
    assert len(months) == {"month": 1, "quarter": 3, "half-year": 6, "year": 12}[cycle]
    quarters = span.quarters(closing)
    assert quarters[0].first_day(closing) <= span.first_day
    assert span.last_day <= quarters[-1].last_day(closing)
    assert len(quarters) == {"month": 1, "quarter": 1, "half-year": 2, "year": 4}[cycle]


@pytest.mark.parametrize(
    ("text", "closing", "first", "last"),
    [
        ("2026-07", None, "2026-07-01", "2026-07-31"),
        ("2026-07", 20, "2026-06-21", "2026-07-20"),
        ("2026-01", 20, "2025-12-21", "2026-01-20"),
        ("2026-12", None, "2026-12-01", "2026-12-31"),
        ("2026Q3", 20, "2026-06-21", "2026-09-20"),
        ("2026H2", None, "2026-07-01", "2026-12-31"),
        ("2026", 20, "2025-12-21", "2026-12-20"),
    ],
)
def test_periods_of_a_clients_calendar_by_hand(text, closing, first, last):
    span = Span.parse(text, closing)
    assert (span.label, str(span.first_day), str(span.last_day)) == (text, first, last)


@pytest.mark.parametrize("text", ["2026-13", "2026H3", "2026Q0", "26", "July", ""])
def test_a_period_of_another_form_is_refused(text):
    with pytest.raises(StudyError, match="is not of the form 2026-07, 2026Q3, 2026H2 or 2026"):
        Span.parse(text)


@given(quarters, CLOSING)
def test_a_quarter_is_a_period_too(quarter, closing):
    assert quarter.span(closing) == Span.parse(str(quarter), closing)


@pytest.mark.parametrize(
    ("cycle", "quarter", "labels"),
    [
        ("month", "2026Q1", ["2026-01", "2026-02", "2026-03"]),
        ("quarter", "2026Q1", ["2026Q1"]),
        ("half-year", "2026Q1", []),
        ("half-year", "2026Q2", ["2026H1"]),
        ("half-year", "2026Q4", ["2026H2"]),
        ("year", "2026Q2", []),
        ("year", "2026Q4", ["2026"]),
    ],
)
@pytest.mark.parametrize("closing", [None, 20])
def test_what_a_quarters_end_makes_due(cycle, quarter, labels, closing):
    assert [span.label for span in due(cycle, Quarter.parse(quarter), closing)] == labels
