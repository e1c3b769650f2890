"""What the Word document is built from: runs, badges, tables whose heading repeats, pictures with a description."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from design_lab.report.content import Drawing, Statement, clean
from design_lab.report.look import MARK
from design_lab.report.printed import column_shares, is_broad

_HIGHEST = 9.5  # cm that a picture may be high, so that it seldom leaves half a page empty
_LETTERS = 84  # in a line of a table on the page of our own
_EMU = 360000  # in a cm
_TWIPS = 567  # in a cm
_GAP = '<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="120" w:lineRule="exact"/></w:pPr></w:p>'
_SPACE = '<w:r><w:t xml:space="preserve">  </w:t></w:r>'
_TIGHT = '<w:tblCellMar><w:top w:w="12" w:type="dxa"/><w:bottom w:w="12" w:type="dxa"/></w:tblCellMar>'
_CONTENTS = r'TOC \o "1-1" \h \z \u'


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text, the claims that stand after it, and how it is set; `label` is a claim without a finding."""

    text: str
    badges: tuple[Statement, ...] = ()
    number: bool = False
    bold: bool = False
    hole: bool = False
    style: str | None = None
    bookmark: int | None = None
    label: tuple[str, str] | None = None


class Badges:
    """Claims as coloured text, each a link to its finding in the index; `places` are the findings' places there."""

    def __init__(self, places: Mapping[str, int]) -> None:
        self._places = places

    def add(self, paragraph: Any, statement: Statement, lang: str) -> None:
        """Add a claim after what stands in a paragraph."""
        before = _SPACE if paragraph._p.xpath("./w:r | ./w:hyperlink") else ""
        kept = replace(statement, claim_label=statement.claim_label.replace(" ", "\u00a0"))  # in one piece
        for element in _elements(before + self.xml(kept, lang)):
            paragraph._p.append(element)

    def xml(self, statement: Statement, lang: str) -> str:
        """The claim as XML."""
        badge = label_xml(statement.claim, statement.claim_label, lang)
        if statement.id not in self._places:
            return badge
        return (
            f'<w:hyperlink w:anchor="f{self._places[statement.id]}" w:tooltip={quoteattr(statement.id)} w:history="1">'
            f"{badge}</w:hyperlink>"
        )


def label_xml(claim: str, label: str, lang: str) -> str:
    """A claim's name in its colour."""
    return f'<w:r><w:rPr><w:rStyle w:val="Claim{claim}"/>{_hint(lang)}</w:rPr><w:t>{escape(label)}</w:t></w:r>'


def write(paragraph: Any, text: str, lang: str, *, bold: bool = False) -> Any:
    """Add a text as it stands, without what no page can show, and return the paragraph."""
    for element in _elements(_run(text, lang, "<w:b/>" if bold else "")):
        paragraph._p.append(element)
    return paragraph


def _run(text: str, lang: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{_hint(lang)}{properties}</w:rPr><w:t xml:space="preserve">{escape(_kept(text))}</w:t></w:r>'


def _kept(text: str) -> str:
    """A text as a page can show it; the space at its ends is that between it and what stands beside it."""
    before, after = (" " if end.isspace() else "" for end in (text[:1], text[-1:]))
    return f"{before}{clean(text)}{after}" if text.strip() else before


def _hint(lang: str) -> str:
    """Whether quotation marks and dots, which both scripts have, are of the East Asian font."""
    return '<w:rFonts w:hint="eastAsia"/>' if lang == "zh" else ""


def bookmarked(paragraph: Any, name: str, number: int) -> None:
    """Make a paragraph a place to which links lead."""
    begin, end = _elements(f'<w:bookmarkStart w:id="{number}" w:name="{name}"/><w:bookmarkEnd w:id="{number}"/>')
    paragraph._p.insert(1 if paragraph._p.pPr is not None else 0, begin)
    paragraph._p.append(end)


def linked(paragraph: Any, anchor: str, text: str, lang: str) -> None:
    """Add a text that leads to a bookmark."""
    for element in _elements(f'<w:hyperlink w:anchor="{anchor}" w:history="1">{_run(text, lang)}</w:hyperlink>'):
        paragraph._p.append(element)


def contents(paragraphs: Sequence[Any]) -> None:
    """Make paragraphs the table of contents, made of the headings of the first level, which Word then keeps."""
    begin = _elements(
        '<w:r><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {_CONTENTS} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    for place, element in enumerate(begin, 1):
        paragraphs[0]._p.insert(place, element)
    paragraphs[-1]._p.extend(_elements('<w:r><w:fldChar w:fldCharType="end"/></w:r>'))


def picture(paragraph: Any, png: bytes, chart: Drawing, width: float) -> None:
    """Add a chart with its title and description, as broad as the text where it is not too high."""
    from docx.shared import Cm

    shape = paragraph.add_run().add_picture(io.BytesIO(png), width=Cm(width))
    if shape.height > _HIGHEST * _EMU:
        shape.width, shape.height = int(shape.width * _HIGHEST * _EMU / shape.height), int(_HIGHEST * _EMU)
    told = shape._inline.docPr
    told.set("name", chart.name)
    told.set("title", clean(chart.title))
    told.set("descr", clean(chart.alt))


def add_table(
    document: Any, heads: Sequence[Cell], rows: Sequence[Sequence[Cell]], *, width: float, style: str,
    shares: Sequence[float] | None, look: str, badges: Badges, lang: str,
) -> None:  # fmt: skip
    """Add a table of fixed columns, `width` cm broad, whose heading stands on every page that it reaches.

    A table of thousands of rows is why it is written as XML: adding cells one by one takes minutes.
    """
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    texts = [[_longest(cell) for cell in row] for row in [*([heads] if heads else []), *rows]]
    if not shares and is_broad(texts, _LETTERS):
        style = "Cell Small"
    shares = shares or column_shares(texts, _LETTERS)
    widths = [round(share * width * _TWIPS) for share in shares]
    named = {style, look, *(cell.style for row in rows for cell in row if cell.style)}
    ids = {name: str(document.styles[name].style_id) for name in named}
    setting = _Setting(style=style, ids=ids, widths=widths, badges=badges, lang=lang)
    parts = [
        f"<w:tbl {nsdecls('w')}>",
        f'<w:tblPr><w:tblStyle w:val="{ids[look]}"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>',
        f'<w:tblLayout w:type="fixed"/>{_TIGHT if style == "Cell Small" else ""}',
        f'<w:tblLook w:firstRow="{int(bool(heads))}" w:firstColumn="0" w:lastRow="0" w:lastColumn="0" w:noHBand="1" ',
        'w:noVBand="1"/></w:tblPr>',
        f"<w:tblGrid>{''.join(f'<w:gridCol w:w={quoteattr(str(one))}/>' for one in widths)}</w:tblGrid>",
        setting.row(heads, head=True) if heads else "",
        *(setting.row(row) for row in rows),
        "</w:tbl>",
    ]
    end = document.element.body[-1]
    end.addprevious(parse_xml("".join(parts)))
    end.addprevious(_elements(_GAP)[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """How the rows of one table are set; `ids` are Word's own names of the styles."""

    style: str
    ids: Mapping[str, str]
    widths: Sequence[int]
    badges: Badges
    lang: str

    def row(self, cells: Sequence[Cell], *, head: bool = False) -> str:
        """One row, which stays in one piece; a heading stands on every page."""
        high = f'<w:vAlign w:val="{"bottom" if head else "top"}"/>'
        within = (
            f'<w:tc><w:tcPr><w:tcW w:w="{wide}" w:type="dxa"/>{high}</w:tcPr>{self._paragraph(cell)}</w:tc>'
            for cell, wide in zip(cells, self.widths, strict=True)
        )
        return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if head else ''}</w:trPr>{''.join(within)}</w:tr>"

    def _paragraph(self, cell: Cell) -> str:
        style = f'<w:pStyle w:val="{self.ids[cell.style or self.style]}"/>'
        right = '<w:jc w:val="right"/>' if cell.number else ""
        mark, number = "", cell.bookmark
        if number is not None:
            mark = f'<w:bookmarkStart w:id="{number}" w:name="f{number}"/><w:bookmarkEnd w:id="{number}"/>'
        bold = "<w:b/>" if cell.bold or cell.hole else ""
        colour = f'<w:color w:val="{MARK[1:]}"/>' if cell.hole else ""
        parts = [_run(cell.text, self.lang, bold + colour)] if cell.text else []
        parts += [self.badges.xml(statement, self.lang) for statement in cell.badges]
        parts += [label_xml(*cell.label, self.lang)] if cell.label else []
        return f"<w:p><w:pPr>{style}{right}</w:pPr>{mark}{_SPACE.join(parts)}</w:p>"


def _longest(cell: Cell) -> str:
    return max([cell.text, *(statement.claim_label for statement in cell.badges)], key=len)


def _elements(xml: str) -> list[Any]:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    return list(parse_xml(f"<w:body {nsdecls('w')}>{xml}</w:body>"))
