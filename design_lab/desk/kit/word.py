"""Papers as Word documents: A4, the desk's fonts in both scripts, a mark and page numbers on every page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from design_lab.desk.kit.content import Block, Grid, Heading, NewPage, Paper, Points, Text
from design_lab.desk.paper import HEAD, LINE, document, write_document
from design_lab.report.content import clean, clipped

_FILL, _GREY, _MARK = "FFFBE6", "6B7280", "B42318"
_SIZES = {"body": 10.5, "lead": 11.5, "note": 9.0}
_CELL, _MARGIN = 9.0, 2.2  # points; centimetres
_BOX = "\u2610 "
_LONGEST = 60  # letters of a title in the header


def write_paper(path: Path, paper: Paper, *, lang: str, mark: str, pages: str) -> None:
    """Write a paper; `mark` stands in every header, `pages` words the number of a page with {page} and {of}."""
    page = document(clean(paper.title), lang=lang, wide=paper.wide)
    _frame(page, clipped(clean(paper.title), _LONGEST), mark, pages)
    page.add_paragraph(clean(paper.title), style="Title")
    _paragraph(page, paper.subtitle, "note")
    width = (29.7 if paper.wide else 21.0) - 2 * _MARGIN
    for block in paper.blocks:
        _add(page, block, width)
    write_document(page, path)


def _add(page: Any, block: Block, width: float) -> None:
    if isinstance(block, Heading):
        page.add_paragraph(clean(block.text), style=f"Heading {block.level}").paragraph_format.keep_with_next = True
    elif isinstance(block, Text):
        _paragraph(page, block.text, block.look)
    elif isinstance(block, Points):
        for item in block.items:
            if block.boxes:
                _paragraph(page, _BOX + clean(item), "body")
            else:
                _sized(page.add_paragraph(clean(item), style="List Bullet"), _SIZES["body"])
    elif isinstance(block, NewPage):
        page.paragraphs[-1].add_run().add_break(_page_break())
    else:
        _table(page, block, width)
        _gap(page)


def _gap(page: Any) -> None:
    """A little room below a table; Word joins two tables that touch."""
    paragraph = page.add_paragraph()
    paragraph.paragraph_format.space_after = _points(0)
    paragraph.add_run(" ").font.size = _points(5)


def _paragraph(page: Any, text: str, look: str) -> None:
    from docx.shared import RGBColor

    paragraph = page.add_paragraph(clean(text))
    _sized(paragraph, _SIZES[look])
    paragraph.paragraph_format.space_after = _points(4)
    for run in paragraph.runs:
        if look == "note":
            run.font.color.rgb = RGBColor.from_string(_GREY)
        elif look == "lead":
            run.bold = True


def _sized(paragraph: Any, size: float) -> None:
    for run in paragraph.runs:
        run.font.size = _points(size)


def _table(page: Any, grid: Grid, width: float) -> None:
    from docx.enum.table import WD_TABLE_ALIGNMENT
    from docx.shared import Cm

    heads = [grid.columns] if grid.columns else []
    table = page.add_table(rows=len(heads) + len(grid.rows), cols=len(grid.widths))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    _bordered(table)
    widths = [Cm(width * part / sum(grid.widths)) for part in grid.widths]
    for column, wide in zip(table.columns, widths, strict=True):
        column.width = wide
    cells, lines, across = table._cells, list(table.rows), len(grid.widths)  # `_cells` walks the whole table each time
    for at, row in enumerate((*heads, *grid.rows)):
        head = at < len(heads)
        _keep(lines[at], repeated=head)
        if grid.height and not head:
            lines[at].height = Cm(grid.height)
        for place, text in enumerate(row):
            cell = cells[at * across + place]
            cell.width = widths[place]
            strong = head or at - len(heads) in grid.strong
            _fill(cell, text, head=head, strong=strong, right=place in grid.numeric)


def _fill(cell: Any, text: str | None, *, head: bool, strong: bool, right: bool) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = _points(1)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if text is None or head:
        _shade(cell, _FILL if text is None else HEAD.removeprefix("#"))
    run = paragraph.add_run(clean(text or ""))
    run.font.size = _points(_CELL)
    run.bold = strong


def _bordered(table: Any) -> None:
    """Thin grey lines around every cell, and a fixed layout so that no long word widens the page."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    colour = LINE.removeprefix("#")
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="{colour}"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    table._tbl.tblPr.append(parse_xml(f"<w:tblBorders {nsdecls('w')}>{sides}</w:tblBorders>"))


def _shade(cell: Any, colour: str) -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    shading = f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{colour}"/>'
    cell._tc.get_or_add_tcPr().append(parse_xml(shading))


def _keep(row: Any, *, repeated: bool) -> None:
    """A row stays on one page; the header stands on each."""
    from docx.oxml import OxmlElement

    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if repeated:
        properties.append(OxmlElement("w:tblHeader"))


def _frame(page: Any, title: str, mark: str, pages: str) -> None:
    """The mark in the header, the title and the page's number in the footer."""
    from docx.shared import RGBColor

    section = page.sections[0]
    head = section.header.paragraphs[0]
    run = head.add_run(mark)
    run.bold, run.font.size, run.font.color.rgb = True, _points(9), RGBColor.from_string(_MARK)
    foot = section.footer.paragraphs[0]
    _small(foot, f"{title} · ")
    before, rest = pages.split("{page}")
    between, after = rest.split("{of}")
    _small(foot, before)
    _number(foot, "PAGE")
    _small(foot, between)
    _number(foot, "NUMPAGES")
    _small(foot, after)


def _small(paragraph: Any, text: str) -> Any:
    from docx.shared import RGBColor

    run = paragraph.add_run(text)
    run.font.size, run.font.color.rgb = _points(8), RGBColor.from_string(_GREY)
    return run


def _number(paragraph: Any, field: str) -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    for kind in ("begin", field, "separate", "1", "end"):
        if kind == field:
            text = f'<w:instrText {nsdecls("w")} xml:space="preserve"> {field} </w:instrText>'
        elif kind == "1":
            text = f"<w:t {nsdecls('w')}>1</w:t>"
        else:
            text = f'<w:fldChar {nsdecls("w")} w:fldCharType="{kind}"/>'
        _small(paragraph, "")._r.append(parse_xml(text))


def _page_break() -> Any:
    from docx.enum.text import WD_BREAK

    return WD_BREAK.PAGE


def _points(size: float) -> Any:
    from docx.shared import Pt

    return Pt(size)
