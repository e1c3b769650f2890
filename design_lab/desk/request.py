"""The data request: one row a field that a client is asked for, a sheet a language."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from design_lab.catalogue import LANGUAGES, words
from design_lab.desk.paper import HEAD, SHADE, look, workbook
from design_lab.ingest.draft.plan import Draft
from design_lab.schema import TABLES, WORK_SOURCES, Table

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

_COLUMNS = ("table", "field", "meaning", "grain", "months", "required", "unlocks", "received", "remark")
_WIDTHS = (16, 20, 46, 24, 28, 14, 34, 9, 24)
_LINE_HEIGHT = 15
_HEADER_ROW = 2  # below the title and the note
_ROUNDS = ("ratings", "appraisal_results", "appeals")


def write_data_request(path: Path, found: Draft) -> None:
    """Write the list as a workbook, Chinese first; fields that `found` has mapped are ticked as received."""
    with workbook(path) as book:
        for lang in reversed(LANGUAGES):
            _write_sheet(book, lang, found)


def _write_sheet(book: Workbook, lang: str, found: Draft) -> None:
    say = words(lang).say
    page = book.add_worksheet(say("form.request.sheet"))
    page.merge_range(
        0, 0, 0, len(_COLUMNS) - 1, say("form.request.title"), look(book, bold=True, font_size=16, border=0)
    )
    page.merge_range(1, 0, 1, len(_COLUMNS) - 1, say("form.request.note"), look(book, border=0))
    page.set_row(0, 28)
    page.set_row(1, 40)
    head = look(book, bold=True, bg_color=HEAD)
    for at, (column, width) in enumerate(zip(_COLUMNS, _WIDTHS, strict=True)):
        page.write_string(_HEADER_ROW, at, say(f"form.request.{column}"), head)
        page.set_column(at, at, width)
    row = _HEADER_ROW + 1
    for number, table in enumerate(TABLES.values()):
        body = look(book, bg_color=SHADE if number % 2 else "#FFFFFF")
        for cells in _rows(table, lang, found):
            for at, cell in enumerate(cells):
                page.write_string(row, at, cell, body)
            page.set_row(row, _LINE_HEIGHT * max(map(_lines, cells, _WIDTHS)))
            row += 1
    page.freeze_panes(_HEADER_ROW + 1, 2)
    page.autofilter(_HEADER_ROW, 0, row - 1, len(_COLUMNS) - 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(_HEADER_ROW)


def _lines(text: str, width: int) -> int:
    """How many lines a text takes in a column; a Chinese character is as wide as two letters."""
    letters = sum(1 if letter.isascii() else 2 for letter in text)
    return max(1, math.ceil(letters * 1.15 / width))


def _rows(table: Table, lang: str, found: Draft) -> Iterator[tuple[str, ...]]:
    say, name = words(lang).say, table.name
    received = found.columns(name)
    for column, spec in table.columns.items():
        yield (
            say(f"table.{name}"),
            say(f"column.{name}.{column}"),
            say(f"meaning.{name}.{column}"),
            say(f"grain.{name}"),
            say(f"form.months.{_months(name)}"),
            say(f"form.required.{_required(name, needed=spec.required)}"),
            say(f"unlocks.{name}"),
            say("form.request.tick") if column in received else "",
            "",
        )


def _months(table: str) -> str:
    if table == "staff_survey":
        return "once"
    return "rounds" if table in _ROUNDS else "long"


def _required(table: str, *, needed: bool) -> str:
    if not needed:
        return "optional"
    if table == "staff":
        return "always"
    return "either" if table in WORK_SOURCES else "table"
