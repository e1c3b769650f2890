"""Contacts by person and period: a second road in plain pandas, and the client's calendar by hand."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from design_lab.ingest import table_path
from design_lab.periods import Quarter, period_begins
from design_lab.scoring import calls_by_period
from tests.benchmarks import person_week

DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2027, 12, 31))
CLOSING = st.sampled_from([None, 1, 20, 28])


@pytest.mark.parametrize(
    ("day", "period", "closing", "begins"),
    [
        ("2026-07-26", "week", None, "2026-07-20"),  # a Sunday
        ("2026-07-27", "week", 20, "2026-07-27"),  # a week knows no client's month
        ("2026-02-28", "month", None, "2026-02-01"),
        ("2026-07-20", "month", 20, "2026-06-21"),
        ("2026-07-21", "month", 20, "2026-07-21"),
        ("2026-01-10", "month", 20, "2025-12-21"),
        ("2026-12-21", "month", 20, "2026-12-21"),
        ("2026-12-21", "year", 20, "2026-12-21"),
        ("2026-12-20", "year", 20, "2025-12-21"),
        ("2026-09-30", "quarter", None, "2026-07-01"),
        ("2026-09-30", "half-year", None, "2026-07-01"),
        ("2026-06-21", "half-year", 20, "2026-06-21"),
    ],
)
def test_a_period_begins_on_the_clients_day(day, period, closing, begins):
    found = period_begins(dt.date.fromisoformat(day), period, closing)
    assert found == dt.date.fromisoformat(begins)


@given(day=DAYS, closing=CLOSING)
def test_a_quarters_days_are_those_of_the_quarter(day, closing):
    quarters = [Quarter(year, number) for year in range(2024, 2029) for number in (1, 2, 3, 4)]
    (holding,) = [q for q in quarters if q.first_day(closing) <= day <= q.last_day(closing)]
    assert period_begins(day, "quarter", closing) == holding.first_day(closing)


@given(day=DAYS, closing=CLOSING, period=st.sampled_from(["month", "quarter", "half-year", "year"]))
def test_a_period_holds_whole_months_and_begins_with_one(day, closing, period):
    begins = period_begins(day, period, closing)
    assert begins <= day
    assert period_begins(begins, "month", closing) == begins
    assert period_begins(begins, period, closing) == begins


@pytest.mark.parametrize(("period", "rule"), [("week", "W-SUN"), ("month", "M"), ("quarter", "Q"), ("year", "Y")])
def test_sums_equal_plain_pandas(small, period, rule):
    calls = pd.concat(pd.read_parquet(table_path(small, "interactions", quarter)) for quarter in small.quarters)
    calls = calls[calls["channel"] == "phone"]
    handled = calls[["talk_ms", "hold_ms", "wrap_ms"]].sum(axis=1).astype("int64")
    begins = calls["started_at"].dt.to_period(rule).dt.start_time.astype("datetime64[s]").rename("first_day")
    keyed = calls.assign(handle_ms=handled, handle_ms_squared=handled * handled, n=1).groupby(["employee_id", begins])
    expected = keyed[["n", "handle_ms", "handle_ms_squared", "transferred", "resolved_first_contact"]].sum()
    found = calls_by_period(small, small.quarters, period=period)
    assert found.index.is_unique
    pd.testing.assert_frame_equal(
        found[["n", "handle_ms", "handle_ms_squared", "transferred", "resolved"]].astype("int64"),
        expected.rename(columns={"resolved_first_contact": "resolved"}).astype("int64"),
        check_index_type=False,
    )


def test_a_week_that_two_quarters_share_is_one_row(small):
    second, third = small.quarters[-2:]
    parts = [calls_by_period(small, [quarter], period="week") for quarter in (second, third)]
    shared = parts[0].index.intersection(parts[1].index)
    assert len(shared), "the quarters must part a week, or this test shows nothing"
    whole = calls_by_period(small, [second, third], period="week")
    assert (whole.loc[shared, "n"] == parts[0].loc[shared, "n"] + parts[1].loc[shared, "n"]).all()
    assert whole["n"].sum() == parts[0]["n"].sum() + parts[1]["n"].sum()


def test_the_contestants_of_the_benchmark_count_the_same(tmp_path):
    folder = person_week.make(tmp_path / "calls", 20_000)
    keys = ["employee_id", "first_day"]
    package, *others = (
        getattr(person_week, name)(folder)
        .reset_index()[[*keys, *person_week.SUMS]]
        .sort_values(keys, ignore_index=True)
        for name in ("package", "sql", "pandas", "pandas_by_quarter")
    )
    for other in others:
        pd.testing.assert_frame_equal(package, other, check_dtype=False)
    assert 19_000 < package["n"].sum() < 20_000, "some of the contacts are chats, which are not counted"
    assert len(person_week.scan(folder)) == 1
