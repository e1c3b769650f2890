"""The workbooks a Chinese bank exports each quarter: titles above headers, merged cells, subtotals, ids as text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from design_lab.files import replacing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

_CREATED = dt.datetime(2020, 1, 1)  # fixed, so that equal content gives equal bytes
DAILY_GROUPS = (("基本信息", 3), ("签入", 3), ("话务", 5))
DAILY_HEADERS = (
    "班组", "座席工号", "姓名", "签入时长", "示忙时长", "小休时长", "接听量", "通话时长", "保持时长", "话后处理时长",
    "平均处理时长(秒)",
)  # fmt: skip
ROSTER_HEADERS = (
    "工号", "姓名", "部门", "岗位", "职级", "班组", "职场", "用工性质", "性别", "出生年份", "入职日期", "离职日期",
    "生效日期", "失效日期",
)  # fmt: skip
ID_HEADERS = ("系统", "系统工号", "工号", "生效日期", "失效日期")
REVIEW_HEADERS = ("质检日期", "质检工号", "质检员", "业务类型", "得分", "致命错误")
YES_NO = ("否", "是")
RATING_HEADERS = ("评价人工号", "被评人工号", "评价项目", "得分")


@contextmanager
def _workbook(path: Path) -> Iterator[Workbook]:
    """Open a workbook that replaces `path` whole when it is closed and whose bytes depend on its content only."""
    import xlsxwriter

    with replacing(path) as temporary:
        book = xlsxwriter.Workbook(str(temporary), {"default_date_format": "yyyy-mm-dd", "strings_to_numbers": False})
        book.set_properties({"created": _CREATED})
        yield book
        book.close()


def write_table(
    path: Path, sheet: str, headers: Sequence[str], rows: Iterable[Sequence[Any]], title: str | None = None
) -> None:
    """Write one sheet: an optional title merged over all columns, headers, then `rows`; None leaves a cell empty."""
    with _workbook(path) as book:
        page = book.add_worksheet(sheet)
        bold = book.add_format({"bold": True, "align": "center", "valign": "vcenter"})
        date = book.add_format({"num_format": "yyyy-mm-dd"})
        top = 0
        if title is not None:
            page.merge_range(0, 0, 0, len(headers) - 1, title, bold)
            top = 1
        page.write_row(top, 0, headers, bold)
        page.set_column(0, len(headers) - 1, 12)
        for number, row in enumerate(rows, start=top + 1):
            _write_row(page, number, row, date)


def _write_row(page: Worksheet, number: int, row: Sequence[Any], date: Any) -> None:
    for column, value in enumerate(row):
        if isinstance(value, str):
            page.write_string(number, column, value)
        elif isinstance(value, dt.date):
            page.write_datetime(number, column, value, date)
        elif value is not None:
            page.write_number(number, column, value)


def write_daily(
    path: Path,
    day: dt.date,
    rows: Sequence[tuple[str, str, str, tuple[int, ...]]],
    calls_over: Mapping[str, int],
    means_over: Mapping[str, int],
) -> None:
    """Write the agents' report of a day: team blocks, each with 小计 beneath, and 合计 at the end.

    `rows` hold team, ACD id, name and seven counts (sign-in, busy, rest, calls, talk, hold, wrap; times in seconds),
    those of a team together; `calls_over` says by how many calls a team's 小计 is to be wrong, `means_over` by how many
    seconds the mean handle time of an ACD id.
    """
    with _workbook(path) as book:
        page = book.add_worksheet("座席话务报表")
        bold = book.add_format({"bold": True, "align": "center", "valign": "vcenter", "border": 1})
        _daily_head(page, day, bold)
        number, total = 3, [0] * 7
        for team, block in groupby(rows, key=lambda row: row[0]):
            members = list(block)
            _merged(page, number, number + len(members) - 1, team, bold)
            for _, acd_id, name, values in members:
                page.write_string(number, 1, acd_id)
                page.write_string(number, 2, name)
                _counts(page, number, values)
                _mean(page, number, values, means_over.get(acd_id, 0))
                number += 1
            sums = [sum(column) for column in zip(*(values for *_, values in members), strict=True)]
            page.write_string(number, 0, "小计", bold)
            wrong = calls_over.get(team, 0)
            _counts(page, number, [value + wrong * (column == 3) for column, value in enumerate(sums)])
            total = [a + b for a, b in zip(total, sums, strict=True)]
            number += 1
        page.write_string(number, 0, "合计", bold)
        _counts(page, number, total)


def _daily_head(page: Worksheet, day: dt.date, bold: Any) -> None:
    page.set_column(0, len(DAILY_HEADERS) - 1, 12)
    page.merge_range(0, 0, 0, len(DAILY_HEADERS) - 1, f"座席话务报表 统计日期:{day:%Y-%m-%d}", bold)
    column = 0
    for title, width in DAILY_GROUPS:
        page.merge_range(1, column, 1, column + width - 1, title, bold)
        column += width
    page.write_row(2, 0, DAILY_HEADERS, bold)


def _merged(page: Worksheet, first: int, last: int, text: str, form: Any) -> None:
    if first == last:
        page.write_string(first, 0, text, form)
    else:
        page.merge_range(first, 0, last, 0, text, form)


def _counts(page: Worksheet, number: int, values: Sequence[int]) -> None:
    """Write sign-in, busy and rest as H:MM:SS text, the calls as a number, talk, hold and wrap as text again."""
    for column, value in enumerate(values, start=3):
        if column == 6:
            page.write_number(number, column, value)
        else:
            page.write_string(number, column, f"{value // 3600}:{value // 60 % 60:02d}:{value % 60:02d}")


def _mean(page: Worksheet, number: int, values: Sequence[int], over: int) -> None:
    """Write the mean handle time in whole seconds beside its counts; nothing where there was no call."""
    calls, handled = values[3], sum(values[4:])
    if calls:
        page.write_number(number, len(DAILY_HEADERS) - 1, round(handled / calls) + over)
