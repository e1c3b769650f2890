"""What the desk's workbooks and documents have in common: one look, fixed dates, written whole."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from design_lab.files import replacing

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

FONT = "Microsoft YaHei"
LATIN = "Calibri"
INK, LINE, SHADE, HEAD = "#1F2A37", "#C9D1D9", "#F5F7FA", "#DCE6F1"
_CREATED = dt.datetime(2020, 1, 1)  # fixed, so that equal content gives equal bytes
_LONGEST_TITLE = 255  # letters that a property of a document may have
_MADE = "2020-01-01T00:00:00Z"
_STYLES = (("Normal", 11), ("Title", 22), ("Heading 1", 15), ("Heading 2", 12))


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


def document(title: str, *, lang: str = "", wide: bool = False) -> Any:
    """Open an A4 Word document with the desk's fonts; `lang` is what it is written in, both languages if empty."""
    from docx import Document
    from docx.shared import Cm

    page: Any = Document()
    for section in page.sections:
        section.page_width, section.page_height = (Cm(29.7), Cm(21.0)) if wide else (Cm(21.0), Cm(29.7))
        section.left_margin = section.right_margin = Cm(2.2)
    _set_fonts(page, lang)
    page.core_properties.author, page.core_properties.title = "design_lab", title[:_LONGEST_TITLE]
    return page


def write_document(page: Any, path: Path) -> None:
    """Write a Word document that takes its place whole, and whose bytes depend on its content only."""
    from design_lab.report.package import settled

    written = io.BytesIO()
    page.save(written)
    with replacing(path) as temporary:
        temporary.write_bytes(settled(written.getvalue(), _MADE))


def _set_fonts(page: Any, lang: str) -> None:
    """Name a Latin and an East Asian font in every style; Word takes another for Chinese otherwise."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    for name, size in _STYLES:
        style = page.styles[name]
        style.font.name, style.font.size = LATIN, Pt(size)
        style.font.color.rgb = RGBColor.from_string(INK.removeprefix("#"))
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:ascii"), LATIN)
        fonts.set(qn("w:hAnsi"), LATIN)
        fonts.set(qn("w:eastAsia"), FONT)
    language = page.styles["Normal"].element.get_or_add_rPr()
    spoken = {qn("w:val"): "zh-CN" if lang == "zh" else "en-GB", qn("w:eastAsia"): "zh-CN"}
    language.append(language.makeelement(qn("w:lang"), spoken))
