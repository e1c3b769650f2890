"""Rows of several days: the bounds of their days, the quarter they belong to, and whose ids they bear."""

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from design_lab.ingest.spans import days_covered, middle_day
from design_lab.periods import Quarter
from design_lab.scoring import levels, panel
from design_lab.study import Study

DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31))
SHEET = {"files": "sheet.csv", "format": "csv", "exclude_limit": 1}


@given(first=DAYS, length=st.integers(1, 90), closing=st.sampled_from([None, 20]))
def test_a_row_belongs_to_the_quarter_that_holds_most_of_its_days(first, length, closing):
    span = [first + dt.timedelta(days=n) for n in range(length)]
    days = days_covered(pa.array([span[0]]), pa.array([span[-1]]))
    assert days.to_pylist() == [length]
    middle = middle_day(pa.array([first]), days)[0].as_py()
    quarters = [Quarter(year, number) for year in (2025, 2026, 2027, 2028) for number in (1, 2, 3, 4)]
    held = {q: sum(q.first_day(closing) <= day <= q.last_day(closing) for day in span) for q in quarters}
    assert max(held, key=lambda q: (held[q], -q.year, -q.number)) == next(
        q for q in quarters if q.first_day(closing) <= middle <= q.last_day(closing)
    )


def sheet(mini, rows, **columns):
    """Give the client a sheet by month in place of its calls."""
    mini.sources.pop("interactions", None)
    mini.csv("sheet.csv", [["id", "from", "to", "answered", "hours", *columns.values()], *rows])
    mapped = {"employee_id": "id", "date": "from", "period_end": "to", "answered": "answered"}
    mapped["signed_in_ms"] = {"from": "hours", "unit": "hours"}
    mini.map("agent_periods", columns=mapped | {name: name for name in columns}, **SHEET)


def left_out(arrived, table="agent_periods"):
    return [(e.rule, e.column, e.count) for file in arrived.files if file.table == table for e in file.faults]


def test_bounds_follow_the_days_of_the_row(mini):
    rows = [
        ["000101", "2026-07-01", "2026-07-31", str(31 * 5000), "744"],
        ["000102", "2026-07-01", "2026-07-31", str(31 * 5000 + 1), "100"],
        ["000103", "2026-07-01", "2026-07-31", "100", "744.1"],
        ["000101", "2026-08-01", "", "5000", "24"],
        ["000102", "2026-08-01", "", "5001", "8"],
        ["000103", "2026-08-01", "", "10", "24.1"],
    ]
    sheet(mini, rows)
    assert left_out(mini.build()) == [("out_of_bounds", "answered", 2), ("out_of_bounds", "hours", 2)]
    assert mini.table("agent_periods")["answered"].tolist() == [155_000, 5_000]


def test_a_period_that_ends_before_it_begins_or_outlasts_the_quarter_is_left_out(mini):
    rows = [
        ["000101", "2026-07-31", "2026-07-01", "10", "8"],
        ["000102", "2026-06-30", "2026-09-30", "10", "8"],
        ["000103", "2026-07-01", "2026-09-30", "10", "8"],
    ]
    sheet(mini, rows)
    assert left_out(mini.build()) == [("out_of_bounds", "period_end", 2)]
    assert len(mini.table("agent_periods")) == 1


def test_a_month_across_the_quarters_end_is_counted_whole_and_the_findings_say_so(mini):
    rows = [
        ["000101", "2026-06-21", "2026-07-20", "900", "150"],  # 10 days before the quarter, 20 in it
        ["000101", "2026-07-21", "2026-08-20", "900", "150"],
        ["000101", "2026-09-21", "2026-10-20", "900", "150"],  # 10 days in the quarter, 20 after it
    ]
    sheet(mini, rows)
    assert left_out(mini.build()) == [("outside_quarter", "date", 1)]
    study = Study.open(mini.folder)
    stated = levels(panel(study, study.quarters[-1]), targets={}, roles={}, least=1).findings()
    assert {f.id: f.value for f in stated}["indicators.calls_answered.centre"] == 1800
    assert all(any("reach out of the quarter" in limit for limit in finding.limits) for finding in stated)


def test_the_clients_own_calendar_holds_its_months_whole(mini):
    settings = mini.folder / "study.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + "calendar: {month_ends_on: 20}\n", encoding="utf-8")
    sheet(
        mini,
        [["000101", "2026-06-21", "2026-07-20", "900", "150"], ["000101", "2026-08-21", "2026-09-20", "900", "150"]],
    )
    mini.map("staff", columns={"valid_from": {"constant": "2026-06-21"}})
    assert left_out(mini.build()) == []
    study = Study.open(mini.folder)
    stated = levels(panel(study, study.quarters[-1]), targets={}, roles={}, least=1).findings()
    assert not any("reach out of the quarter" in limit for finding in stated for limit in finding.limits)


def test_counts_of_satisfied_customers_alone_are_no_share(mini):
    rows = [["000101", "2026-07-01", "2026-07-31", "900", "150", "80", "10"]]
    sheet(mini, rows, rated_very_satisfied="rated_very_satisfied", rated_satisfied="rated_satisfied")
    arrived = mini.build()
    study = Study.open(mini.folder)
    found = panel(study, study.quarters[-1])
    assert "csat" not in found.values, "without the grades below, satisfied customers are a share of nothing known"
    assert "surveys" not in arrived.missing


def test_daily_sheets_without_signed_in_time_count_the_days_with_calls(mini):
    rows = [["000101", f"2026-07-{day:02d}", "", str(day % 2 * 50), ""] for day in range(1, 11)]
    sheet(mini, rows)
    mini.build()
    study = Study.open(mini.folder)
    found = panel(study, study.quarters[-1])
    assert sorted(found.people["days_present"]) == [0, 0, 5]
    assert "calls_per_hour" not in found.values, "no hours were delivered"


@pytest.mark.parametrize(("second", "used"), [("000101", 1), ("000102", 0)])
def test_an_id_of_another_system_is_matched_over_all_days_of_the_row(mini, second, used):
    mini.csv("ids.csv", [
        ["system", "ext", "id", "from", "to"],
        ["ACD", "7001", "000101", "2026-07-15", "2026-07-24"],
        ["ACD", "7001", second, "2026-07-25", ""],
        ["ACD", "7002", "000103", "2026-01-01", "2026-07-03"],
        ["ACD", "7002", second, "2026-07-10", ""],
    ])  # fmt: skip
    mini.map("id_map", files="ids.csv", format="csv", columns={
        "system": "system", "external_id": "ext", "employee_id": "id", "valid_from": "from", "valid_to": "to",
    })  # fmt: skip
    sheet(mini, [["7001", "2026-07-01", "2026-07-31", "10", "8"], ["7002", "2026-07-01", "2026-07-31", "10", "8"]])
    mini.map("agent_periods", columns={"employee_id": {"from": "id", "system": "ACD"}})
    arrived = mini.build()
    assert left_out(arrived) == [("unmatched", "id", 1)]
    assert len(mini.table("agent_periods")) == 1
