"""Books as Excel workbooks: text out of data is written as text, whatever it looks like; only `Formula` calculates."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from design_lab.desk.kit.content import Book, Cell, Day, Entry, Form, Formula, Number, Sheet
from design_lab.desk.paper import HEAD, look, workbook
from design_lab.report.content import clean, clipped, width

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

_ENTRY, _MARK, _BAR = "#FFFBE6", "#B42318", "#2F6F9F"
_FORMATS: dict[Form, str] = {
    "text": "@", "number": "#,##0.00", "share": "0.0%", "count": "#,##0", "date": "yyyy-mm-dd", "week": "mm-dd",
}  # fmt: skip
_LINE_HEIGHT, _LONGEST_LIST, _LONGEST_HEADER = 15, 255, 200
_WIDTH = 16.0


def write_book(path: Path, book: Book, *, mark: str) -> None:
    """Write a book; `mark` stands below each sheet's title and in the printed header ('' for none)."""
    with workbook(path) as file:
        for sheet in book.sheets:
            page = file.add_worksheet(sheet.name)
            _Writer(file, page, sheet).write(mark)


class _Writer:
    """Writes one sheet; formats are made once."""

    def __init__(self, file: Workbook, page: Worksheet, sheet: Sheet) -> None:
        self.file, self.page, self.sheet = file, page, sheet
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}
        across = max([len(sheet.columns), *(len(row) for row in sheet.rows), 2])
        self.widths = [*sheet.widths, *[_WIDTH] * (across - len(sheet.widths))]

    def look(self, **more: Any) -> Any:
        key = tuple(sorted(more.items()))
        if key not in self._made:
            self._made[key] = look(self.file, **more)
        return self._made[key]

    def write(self, mark: str) -> None:
        sheet, page = self.sheet, self.page
        for column, wide in enumerate(self.widths):
            page.set_column(column, column, wide)
        title = clean(sheet.title)
        page.write_string(
            0, 0, title[:1].upper() + title[1:], self.look(bold=True, font_size=14, border=0, text_wrap=False)
        )
        page.set_row(0, 24)
        page.write_string(1, 0, mark, self.look(bold=True, font_color=_MARK, border=0, text_wrap=False))
        for at, note in enumerate(sheet.notes, 2):
            self._note(at, clean(note))
        for at, (label, cell) in enumerate(sheet.settings, sheet.first_setting - 1):
            page.write_string(at, 0, clean(label), self.look())
            self._cell(at, 1, cell)
            page.set_row(at, self._height([label, cell]))
        for column, head in enumerate(sheet.columns):
            if isinstance(head, str):
                page.write_string(sheet.header - 1, column, clean(head), self.look(bold=True, bg_color=HEAD))
            else:
                self._cell(sheet.header - 1, column, head, bold=True, bg_color=HEAD)
        if sheet.columns:
            page.set_row(sheet.header - 1, self._height(sheet.columns))
        for at, row in enumerate(sheet.rows, sheet.first_row - 1):
            for column, cell in enumerate(row):
                self._cell(at, column, cell)
            page.set_row(at, self._height(row))
        self._colour()
        self._print(mark)

    def _note(self, at: int, text: str) -> None:
        last = min(len(self.widths), 8) - 1
        room = sum(self.widths[: last + 1])
        self.page.merge_range(at, 0, at, last, "", self.look(border=0))
        self.page.write_string(at, 0, text, self.look(border=0))
        self.page.set_row(at, _LINE_HEIGHT * max(1, math.ceil(width(text) * 1.15 / room)))

    def _height(self, cells: tuple[Any, ...] | list[Any]) -> float:
        """A row's height by its longest text; a Chinese character is as wide as two letters."""
        lines = [1]
        for cell, wide in zip(cells, self.widths, strict=False):
            text = cell if isinstance(cell, str) else cell.value if isinstance(cell, Entry) else ""
            if isinstance(text, str):
                lines.append(math.ceil(width(clean(text)) * 1.2 / wide))
        return _LINE_HEIGHT * min(max(lines), 20)

    def _cell(self, row: int, column: int, cell: Cell, **more: Any) -> None:
        page = self.page
        if isinstance(cell, str):
            page.write_string(row, column, clean(cell), self.look(**more))
        elif isinstance(cell, Number):
            page.write_number(row, column, cell.value, self.look(num_format=_FORMATS[cell.form], **more))
        elif isinstance(cell, Formula):
            style = self.look(num_format="General" if cell.form == "text" else _FORMATS[cell.form], **more)
            page.write_formula(row, column, f"={cell.text}", style, "")
        elif isinstance(cell, Day):
            style = self.look(num_format=_FORMATS["date"], **({"bg_color": _ENTRY} if cell.open else {}), **more)
            if cell.value is None:
                page.write_blank(row, column, None, style)
            else:
                page.write_datetime(row, column, cell.value, style)
        else:
            self._entry(row, column, cell)

    def _entry(self, row: int, column: int, cell: Entry) -> None:
        style = self.look(bg_color=_ENTRY, num_format=_FORMATS[cell.form])
        if cell.value is None:
            self.page.write_blank(row, column, None, style)
        elif isinstance(cell.value, str):
            self.page.write_string(row, column, clean(cell.value), style)
        else:
            self.page.write_number(row, column, cell.value, style)
        if cell.choices and len(",".join(map(str, cell.choices))) <= _LONGEST_LIST:
            self.page.data_validation(row, column, row, column, {"validate": "list", "source": [*cell.choices]})

    def _colour(self) -> None:
        """Red where a formula gives an alarm, a bar where it gives 1 in a column of bars."""
        sheet = self.sheet
        if not sheet.rows:
            return
        first, last = sheet.first_row - 1, sheet.first_row + len(sheet.rows) - 2
        end = len(self.widths) - 1
        red = self.file.add_format({"bold": True, "font_color": _MARK})
        for alarm in sheet.alarms:
            rule = {"type": "cell", "criteria": "==", "value": f'"{alarm}"', "format": red}
            self.page.conditional_format(0, 0, last, end, rule)
        bar = self.file.add_format({"bg_color": _BAR, "font_color": _BAR})
        for column in sorted(sheet.bars):
            rule = {"type": "cell", "criteria": "==", "value": 1, "format": bar}
            self.page.conditional_format(first, column, last, column, rule)

    def _print(self, mark: str) -> None:
        page, sheet = self.page, self.sheet
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        title = clipped(clean(sheet.title), _LONGEST_HEADER // 2).replace("&", "&&")
        page.set_header(f"&L{mark.replace('&', '&&')}&R{title}")
        page.set_footer("&R&P / &N")
        if sheet.columns and sheet.rows:
            page.freeze_panes(sheet.first_row - 1, 1)
            page.repeat_rows(sheet.header - 1)
