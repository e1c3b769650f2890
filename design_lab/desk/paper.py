"""What the desk's workbooks have in common: one look, fixed dates, written whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from design_lab.files import replacing

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

FONT = "Microsoft YaHei"
INK, LINE, SHADE, HEAD = "#1F2A37", "#C9D1D9", "#F5F7FA", "#DCE6F1"
_CREATED = dt.datetime(2020, 1, 1)  # fixed, so that equal content gives equal bytes


@contextmanager
def workbook(path: Path) -> Iterator[Workbook]:
    """Open a workbook that takes its place whole when it is closed, and whose bytes depend on its content only."""
    import xlsxwriter

    with replacing(path) as temporary:
        book = xlsxwriter.Workbook(str(temporary))
        book.set_properties({"created": _CREATED, "author": "design_lab"})
        yield book
        book.close()


def look(book: Workbook, **more: Any) -> Any:
    """Return a cell format: the desk's font, wrapped, thin lines, and what else is asked for."""
    plain = {"font_name": FONT, "font_size": 10, "font_color": INK, "text_wrap": True, "valign": "top", "border": 1}
    return book.add_format({**plain, "border_color": LINE, **more})
