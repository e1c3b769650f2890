"""The files hold what the calls hold, in the shapes that banks export."""

from __future__ import annotations

import csv
import datetime as dt
import math
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from design_lab.periods import Quarter
from design_lab.synthetic.exports import QuarterData, export_quarter

Rows = list[list[str]]


def read_csv(path: Path) -> Rows:
    with path.open(encoding="gb18030", newline="") as file:
        return list(csv.reader(file))


def read_sheet(path: Path, sheet: str) -> list[list[object]]:
    return [list(row) for row in CalamineWorkbook.from_path(str(path)).get_sheet_by_name(sheet).to_python()]


def seconds(text: object) -> int:
    hours, minutes, rest = str(text).split(":")
    return 3600 * int(hours) + 60 * int(minutes) + int(rest)


@pytest.fixture(scope="module")
def detail(study: Path) -> Rows:
    return read_csv(study / "raw" / "2026Q1" / "通话明细_01.csv")


def test_the_call_detail_is_gb18030_with_windows_line_ends(study: Path, detail: Rows, quarter: QuarterData) -> None:
    header = "流水号,座席工号,技能组,业务类型,开始时间,通话时长(秒),保持时长(秒),话后时长(秒),是否转接,是否一次解决"
    assert detail[0] == header.split(",")
    assert len(detail) == len(quarter.calls) + 1
    start = dt.datetime(1970, 1, 1) + dt.timedelta(seconds=int(quarter.calls.start[-1]))
    assert detail[-1][4] == f"{start:%Y-%m-%d %H:%M:%S}"
    raw = (study / "raw" / "2026Q1" / "通话明细_01.csv").read_bytes()
    assert raw.count(b"\r\n") == raw.count(b"\n") == len(detail)


def test_daily_reports_are_the_sums_of_the_call_detail(study: Path, detail: Rows) -> None:
    day = dt.date(2026, 1, 9)
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in detail[1:]:
        if row[4].startswith(f"{day:%Y-%m-%d}"):
            sums[row[1]] = [a + b for a, b in zip(sums[row[1]], [1, *map(int, row[5:8])], strict=True)]
    path = study / "raw" / "2026Q1" / "话务日报" / f"座席话务报表_{day:%Y%m%d}.xlsx"
    sheet = read_sheet(path, "座席话务报表")
    assert "2026-01-09" in str(sheet[0][0])
    found = {str(r[1]): [int(float(str(r[6]))), *map(seconds, r[7:10])] for r in sheet[3:] if r[1]}
    assert {agent: values for agent, values in found.items() if values[0]} == dict(sums)
    total = [sum(column) for column in zip(*found.values(), strict=True)]
    assert sheet[-1][0] == "合计"
    assert [int(float(str(sheet[-1][6]))), *map(seconds, sheet[-1][7:10])] == total
    means = {str(row[1]): row[10] for row in sheet[3:] if row[1]}
    for agent, (calls, *handled) in found.items():
        assert means[agent] == (round(sum(handled) / calls) if calls else "")
    subtotals = [row for row in sheet[3:-1] if row[0] == "小计"]
    assert sum(int(float(str(row[6]))) for row in subtotals) == total[0]


def test_the_parquet_extract_has_the_columns_of_the_csv_with_types(study: Path, detail: Rows) -> None:
    from pyarrow import parquet

    schema = parquet.read_schema(study / "raw" / "2025Q4" / "通话明细.parquet")
    assert schema.names == detail[0]
    types = [str(kind) for kind in schema.types]
    words, counts = ["string"] * 3, ["int32"] * 3
    assert types == ["int64", *words, "timestamp[ms]", *counts, "string", "string"]


def test_call_detail_is_split_below_the_limit_of_lines(quarter: QuarterData, tmp_path: Path, detail: Rows) -> None:
    export_quarter(quarter.centre.model_copy(update={"rows_per_csv": 10_000}), quarter.quarter, tmp_path)
    parts = [read_csv(path) for path in sorted(tmp_path.glob("通话明细_*.csv"))]
    assert len(parts) == math.ceil(len(quarter.calls) / 9_999)
    assert max(map(len, parts)) == 10_000
    assert [row for part in parts for row in part[1:]] == detail[1:]


def test_the_roster_has_a_title_and_validity_periods_that_do_not_overlap(study: Path) -> None:
    rows = read_sheet(study / "raw" / "2026Q1" / "花名册.xlsx", "员工花名册")
    assert str(rows[0][0]).endswith("花名册 2026Q1")
    assert rows[1][:2] == ["工号", "姓名"]
    last = Quarter(2026, 1).last_day()
    periods = defaultdict(list)
    for row in rows[2:]:
        assert str(row[0]).startswith("0")
        assert row[11] == "" or (isinstance(row[11], dt.date) and row[11] <= last)
        periods[row[0]].append((row[12], row[13] or dt.date(9999, 1, 1)))
    for spans in periods.values():
        for (_, end), (start, _) in pairwise(spans):
            assert end < start


def test_every_id_in_the_files_is_in_the_id_table_of_its_day(study: Path, detail: Rows) -> None:
    folder = study / "raw" / "2026Q1"
    ids = read_sheet(folder / "工号对照表.xlsx", "对照")[1:]
    staff = {row[0] for row in read_sheet(folder / "花名册.xlsx", "员工花名册")[2:]}
    assert {row[2] for row in ids} <= staff
    acd = {row[1] for row in ids if row[0] == "ACD"}
    assert {row[1] for row in detail[1:]} <= acd
    reviewed = read_sheet(folder / "质检成绩.xlsx", "质检成绩")[1:]
    assert {row[1] for row in reviewed} <= {row[1] for row in ids if row[0] == "QA"}
    rated = read_sheet(folder / "同事互评.xlsx", "同事互评")[1:]
    assert {row[0] for row in rated} | {row[1] for row in rated} <= staff


def test_surveys_belong_to_calls_of_the_quarter(study: Path, detail: Rows) -> None:
    surveys = read_csv(study / "raw" / "2026Q1" / "满意度评价.csv")
    agents = {row[0]: row[1] for row in detail[1:]}
    assert surveys[0] == ["流水号", "座席工号", "评价时间", "按键"]
    assert all(agents[row[0]] == row[1] and row[3] in "123" for row in surveys[1:])
