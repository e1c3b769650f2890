"""The workbook for a client's IT (数据问题清单): one line a faulty cell, in Chinese and English."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from design_lab.arrivals import Arrivals, FileReport, Refusal
from design_lab.catalogue import words
from design_lab.display import worded
from design_lab.files import replacing
from design_lab.report.content import clean, width
from design_lab.report.look import ACCENT, MARK, PANEL
from design_lab.study import Study

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

LISTED = 1_000  # cells of one fault
_LINES = 20_000  # of one sheet
_WIDEST = 200  # characters of a value
_LANGS = ("zh", "en")  # the order in which a heading speaks both
_CREATED = dt.datetime(2000, 1, 1)  # the same content gives the same bytes
_COLUMNS = {
    "files": (
        "quarter", "table", "file", "sheet", "rows", "used", "excluded", "subtotals", "aside", "verdict", "rule",
    ),
    "faults": ("quarter", "file", "sheet", "row", "column", "rule", "value", "todo"),
    "conflicts": ("quarter", "broken", "of", "disagreement", "cases", "todo"),
    "missing": ("quarter", "table", "unlocks"),
}  # fmt: skip
_WIDTH, _LINE_HEIGHT = 12, 15
_WIDTHS = {
    "file": 38, "column": 22, "rule": 34, "value": 24, "todo": 44, "disagreement": 60, "cases": 40, "unlocks": 50,
}  # fmt: skip

Line = Sequence[str | int | None]


def write_book(arrivals: Arrivals, study: Study, path: Path) -> Path:
    """Write the workbook, whole or not at all: files, faulty cells, disagreements, what was not delivered."""
    import xlsxwriter

    cells = list(islice(_cells(arrivals), _LINES))
    listed = sum(line[3] is not None for line in cells)
    left = sum(fault.count for file in arrivals.files for fault in file.faults)
    left += sum(len(file.disagreements) for file in arrivals.files) - listed
    note = " ".join(_say(lang, "list_note", each=f"{LISTED:,}", all=f"{_LINES:,}", left=f"{left:,}") for lang in _LANGS)
    with replacing(path) as temporary:
        book = xlsxwriter.Workbook(str(temporary))
        book.set_properties({"created": _CREATED, "title": _title(study)})
        _sheet(book, study, "files", list(_files(arrivals)))
        _sheet(book, study, "faults", cells, note)
        _sheet(book, study, "conflicts", list(_conflicts(arrivals)))
        _sheet(book, study, "missing", list(_missing(arrivals)))
        book.close()
    return path


def _sheet(book: Workbook, study: Study, name: str, lines: list[Line], note: str = "") -> None:
    """A title, the words for synthetic data, a note, and a table with a frozen head and a filter."""
    columns = _COLUMNS[name]
    bold, marked = book.add_format({"bold": True, "font_size": 13}), book.add_format({"bold": True, "font_color": MARK})
    look = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 2, "bottom_color": ACCENT, "bg_color": PANEL}
    head, wrapped = book.add_format(look), book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(" ".join(_say(lang, f"sheet.{name}") for lang in _LANGS))
    sheet.write_string(0, 0, _title(study), bold)
    if study.settings.synthetic:
        sheet.write_string(1, 0, " ".join(words(lang).say("report.mark") for lang in _LANGS), marked)
    sheet.write_string(2, 0, note)
    for at, column in enumerate(columns):
        sheet.write_string(3, at, "\n".join(_say(lang, f"column.{column}") for lang in _LANGS), head)
        sheet.set_column(at, at, _WIDTHS.get(column, _WIDTH))
    sheet.set_row(3, 2 * _LINE_HEIGHT)
    for number, line in enumerate(lines[:_LINES], 4):
        sheet.set_row(number, _LINE_HEIGHT * max(map(_height, line, columns)))
        for at, cell in enumerate(line):
            _write(sheet, number, at, cell, wrapped)
    sheet.freeze_panes(4, 0)
    sheet.autofilter(3, 0, 3 + len(lines[:_LINES]), len(columns) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(3)


def _write(sheet: Any, row: int, column: int, cell: str | int | None, wrapped: Any) -> None:
    if isinstance(cell, int):
        sheet.write_number(row, column, cell, wrapped)
    elif cell is not None:
        sheet.write_string(row, column, cell, wrapped)  # a value that begins with = stays a text
    else:
        sheet.write_blank(row, column, None, wrapped)


def _height(cell: str | int | None, column: str) -> int:
    """How many lines a cell takes in its column."""
    room = _WIDTHS.get(column, _WIDTH)
    return sum(max(1, math.ceil(width(part) / room)) for part in str(cell or "").split("\n"))


def _title(study: Study) -> str:
    return "  ".join(_say(lang, "title", study=clean(worded(study.settings.title, lang))) for lang in _LANGS)


def _say(lang: str, key: str, **parts: str) -> str:
    return words(lang).say(f"data_check.{key}", **parts)


def _both(key: str, **parts: str) -> str:
    return "\n".join(_say(lang, key, **parts) for lang in _LANGS)


def _table(name: str) -> str:
    return "\n".join(words(lang).say(f"table.{name}") for lang in _LANGS)


def _newest_first(files: Iterable[FileReport]) -> list[FileReport]:
    return sorted(files, key=lambda file: file.quarter, reverse=True)


def _files(arrivals: Arrivals) -> Iterator[Line]:
    """Each file's account, then what is refused besides."""
    for file in _newest_first(arrivals.files):
        reason = "\n".join(clean(file.refusal.text(lang)) for lang in _LANGS) if file.refusal else None
        yield (
            file.quarter, _table(file.table), clean(file.file), clean(file.sheet or ""), file.rows, file.used,
            file.excluded, file.subtotals, file.aside, _both(f"verdict.{file.verdict}"), reason,
        )  # fmt: skip
    for refusal in arrivals.refusals:
        table = _table(refusal.table) if refusal.table else None
        reason = "\n".join(clean(text) for text in _reasons(refusal))
        yield (
            refusal.quarter, table, clean(refusal.file or ""), clean(refusal.sheet or ""), *[None] * 5,
            _both("verdict.refused"), reason,
        )  # fmt: skip


def _reasons(refusal: Refusal) -> list[str]:
    return list(dict.fromkeys(refusal.text(lang) for lang in _LANGS))


def _cells(arrivals: Arrivals) -> Iterator[Line]:
    """Each faulty cell by quarter, file, sheet and fault; a line without a row says how many more there are."""
    for file in _newest_first(arrivals.files):
        where = (file.quarter, clean(file.file), clean(file.sheet or ""))
        for fault in file.faults:
            rule, todo, column = _both(f"rule.{fault.rule}"), _both(f"todo.{fault.rule}"), clean(fault.column)
            for cell in fault.cells:
                yield *where, cell.row, column, rule, _value(cell.value), todo
            if more := fault.count - len(fault.cells):
                yield *where, None, column, rule, _both("not_listed", count=f"{more:,}"), todo
        yield from _totals(file, where)


def _totals(file: FileReport, where: tuple[str, str, str]) -> Iterator[Line]:
    for total in file.disagreements:
        value = f"{clean(total.stated)} ≠ {clean(total.counted)}"
        yield *where, total.row, clean(total.column), _both("rule.total"), value, _both("todo.total")


def _value(value: str | None) -> str:
    return _both("hidden") if value is None else clean(value)[:_WIDEST]


def _conflicts(arrivals: Arrivals) -> Iterator[Line]:
    for found in arrivals.agreements:
        if found.count:
            text = "\n".join(clean(found.text(lang)) for lang in _LANGS)
            cases = "\n".join(" ".join(part for part in (one.person, one.day) if part) for one in found.cases)
            yield found.quarter, found.count, found.of, text, cases, _both(f"conflict.{found.rule}")


def _missing(arrivals: Arrivals) -> Iterator[Line]:
    for quarter, tables in arrivals.missing_by_quarter.items():
        for table in tables:
            yield quarter, _table(table), "\n".join(words(lang).say(f"unlocks.{table}") for lang in _LANGS)
