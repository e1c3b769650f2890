"""Quarters of a client's calendar."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from design_lab.errors import StudyError
from design_lab.periods import Quarter, quarters_between

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
