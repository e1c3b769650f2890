"""The Word document's styles, page, header and footer; a client's template keeps its own."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from design_lab.periods import Quarter
from design_lab.report.branding import opened
from design_lab.report.content import Report, clipped
from design_lab.report.deck import EAST_ASIAN, LATIN, TAGS
from design_lab.report.look import ACCENT, CLAIMS, INK, MARK, MUTED, PANEL, RULE

TABLE, CARDS = "Report Table", "Report Cards"
WIDTH = 17.0  # cm between the margins of a page of our own
_PAGE, _MARGIN = (21.0, 29.7), 2.0
_LONGEST_TITLE = 70  # letters in the header


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """How a paragraph style looks: size, space before and after in points."""

    size: float
    colour: str = INK
    bold: bool = False
    before: float = 0
    after: float = 4
    kept: bool = False  # on the page of what follows
    left: float = 0  # cm
    rule: str | None = None  # where a thin line stands: left, or between paragraphs of this style


_LOOKS = {
    "Normal": _Look(size=10.5, after=6),
    "Title": _Look(size=24, bold=True, before=48, after=4),
    "Subtitle": _Look(size=13, colour=MUTED, after=28),
    "Heading 1": _Look(size=17, bold=True, after=8, kept=True),
    "Heading 2": _Look(size=12.5, bold=True, before=14, after=5, kept=True),
    "Heading 3": _Look(size=11, bold=True, before=12, after=4, kept=True),
    "Caption": _Look(size=10.5, bold=True, before=14, after=4, kept=True),
    "List Bullet": _Look(size=10.5, after=3),
    "Header": _Look(size=8.5, colour=MUTED, after=0),
    "Footer": _Look(size=8.5, colour=MUTED, after=0),
    "toc 1": _Look(size=10.5, after=5),
    "Kicker": _Look(size=9.5, colour=ACCENT, bold=True, before=26, after=2, kept=True),
    "Contents": _Look(size=12.5, bold=True, after=8, kept=True),
    "Lead": _Look(size=11.5, colour=MUTED, after=8),
    "Finding": _Look(size=10.5, before=3, after=3, rule="between"),
    "Claims": _Look(size=9, before=4, after=4),
    "Note": _Look(size=9, colour=MUTED, before=4, after=2),
    "Limit": _Look(size=9, colour=MUTED, after=0, left=0.35, rule="left"),
    "Figure": _Look(size=20, bold=True, after=0),
    "Open": _Look(size=12, bold=True, after=0),
    "Cell": _Look(size=9.5, after=0),
    "Cell Small": _Look(size=7.5, after=0),
}
_BUILT_IN = list(_LOOKS)[: list(_LOOKS).index("Kicker")]  # the names that Word itself knows


def new_document(report: Report, template: Path | None) -> Any:
    """Open an empty document with the report's styles, or the client's template with those that it lacks."""
    from docx import Document

    document: Any = opened(template, Document) if template else Document()
    body = document.element.body
    for child in list(body)[:-1]:  # the last holds the section's page and header
        body.remove(child)
    _styles(document, report.lang, ours=template is None)
    if template is None:
        _page(document)
    _head(document, report, ours=template is None)
    _properties(document, report)
    return document


def text_width(document: Any) -> float:
    """How many cm broad the text is."""
    page = document.sections[-1]
    return float((page.page_width - page.left_margin - page.right_margin) / 360000)


def _page(document: Any) -> None:
    from docx.shared import Cm

    for section in document.sections:
        section.page_width, section.page_height = (Cm(side) for side in _PAGE)
        section.left_margin = section.right_margin = section.bottom_margin = Cm(_MARGIN)
        section.top_margin = Cm(2.3)


def _styles(document: Any, lang: str, *, ours: bool) -> None:
    from docx.enum.style import WD_STYLE_TYPE

    there = {style.name for style in document.styles}
    for name, look in _LOOKS.items():
        if ours or name not in there:
            if name not in there:
                document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=name in _BUILT_IN)
            _dress(document.styles[name], look, lang)
    for claim, colour in CLAIMS.items():
        if f"Claim {claim}" not in there:
            style = document.styles.add_style(f"Claim {claim}", WD_STYLE_TYPE.CHARACTER)
            _font(style, _Look(size=8.5, colour=colour, bold=True), lang)
            style.element.rPr.append(_xml(f'<w:bdr {{}} w:val="single" w:sz="4" w:space="1" w:color="{colour[1:]}"/>'))
    for name in (TABLE, CARDS):
        if name not in there:
            document.styles.element.append(_table_style(name))


def _dress(style: Any, look: _Look, lang: str) -> None:
    from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
    from docx.shared import Cm, Pt

    _font(style, look, lang)
    shape = style.paragraph_format
    shape.space_before, shape.space_after, shape.left_indent = Pt(look.before), Pt(look.after), Cm(look.left)
    if style.name == "List Bullet":
        shape.left_indent, shape.first_line_indent = Cm(0.6), Cm(-0.45)
    shape.line_spacing = {"en": 1.12, "zh": 1.2}[lang]
    shape.keep_with_next = look.kept
    shape.widow_control = True
    properties = style.element.get_or_add_pPr()
    for old in properties.xpath("./w:pBdr | ./w:contextualSpacing | ./w:tabs"):
        properties.remove(old)
    if style.name == "toc 1":
        shape.tab_stops.add_tab_stop(Cm(WIDTH), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
        shape.right_indent = Cm(1)
    if look.rule:
        edge = f'w:val="single" w:sz="{12 if look.rule == "left" else 4}" w:space="6" w:color="{RULE[1:]}"'
        properties.insert_element_before(
            _xml(f"<w:pBdr {{}}><w:{look.rule} {edge}/></w:pBdr>"),
            "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:outlineLvl",
        )  # fmt: skip


def _font(style: Any, look: _Look, lang: str) -> None:
    """Name a Latin and an East Asian font and the languages in a style; Word guesses otherwise."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    style.font.name, style.font.size, style.font.bold, style.font.italic = LATIN, Pt(look.size), look.bold, False
    style.font.color.rgb = RGBColor.from_string(look.colour[1:])
    properties = style.element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for script in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{script}"), LATIN)
    fonts.set(qn("w:eastAsia"), EAST_ASIAN)
    for old in properties.xpath("./w:lang | ./w:spacing | ./w:kern | ./w:caps"):
        properties.remove(old)
    properties.append(_xml(f'<w:lang {{}} w:val="{TAGS["en"] if lang == "en" else "en-US"}" w:eastAsia="zh-CN"/>'))


def _table_style(name: str) -> Any:
    """A table of rules without boxes whose first row is a heading, or rows of cards on a panel."""
    line = 'w:val="single" w:sz="4" w:space="0" w:color='
    if name == CARDS:
        borders = '<w:insideH w:val="single" w:sz="36" w:space="0" w:color="FFFFFF"/>'
        more = f'<w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="{PANEL[1:]}"/></w:tcPr>'
        cell = 140
    else:
        borders = f'<w:bottom {line}"{RULE[1:]}"/><w:insideH {line}"{RULE[1:]}"/>'
        first = f'<w:tcPr><w:tcBorders><w:bottom {line}"{INK[1:]}"/></w:tcBorders></w:tcPr>'
        more = (
            f'<w:tblStylePr w:type="firstRow"><w:rPr><w:b/><w:color w:val="{MUTED[1:]}"/></w:rPr>{first}</w:tblStylePr>'
        )
        cell = 50
    margins = "".join(f'<w:{side} w:w="{cell if side in ("top", "bottom") else 80}" w:type="dxa"/>'
                      for side in ("top", "left", "bottom", "right"))  # fmt: skip
    return _xml(
        f'<w:style {{}} w:type="table" w:customStyle="1" w:styleId="{name.replace(" ", "")}"><w:name w:val="{name}"/>'
        f'<w:uiPriority w:val="99"/><w:tblPr><w:tblBorders>{borders}</w:tblBorders>'
        f"<w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>{more}</w:style>"
    )


def _head(document: Any, report: Report, *, ours: bool) -> None:
    """The report's name and the mark of synthetic data above, page numbers below; a template's own words stay."""
    section = document.sections[-1]
    pages = [(section.header, section.footer)]
    if section.different_first_page_header_footer:
        pages.append((section.first_page_header, section.first_page_footer))
    if document.settings.odd_and_even_pages_header_footer:
        pages.append((section.even_page_header, section.even_page_footer))
    for header, footer in pages:
        if ours or report.mark:
            _header(header, section, report, ours=ours)
        if ours or not any(paragraph._p.xpath(".//w:r") for paragraph in footer.paragraphs):
            _number(footer)


def _header(header: Any, section: Any, report: Report, *, ours: bool) -> None:
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.shared import RGBColor

    paragraph = header.paragraphs[0] if ours else header.add_paragraph()
    paragraph.style = "Header"
    stops = paragraph.paragraph_format.tab_stops
    stops.add_tab_stop(section.page_width - section.left_margin - section.right_margin, WD_TAB_ALIGNMENT.RIGHT)
    if ours:
        paragraph.add_run(f"{clipped(report.title, _LONGEST_TITLE)} · {report.quarter}")
    if report.mark:
        marked = paragraph.add_run(f"\t{report.mark}")
        marked.font.bold, marked.font.color.rgb = True, RGBColor.from_string(MARK[1:])


def _number(footer: Any) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph = footer.paragraphs[0]
    paragraph.style, paragraph.alignment = "Footer", WD_ALIGN_PARAGRAPH.RIGHT
    paragraph._p.append(_xml('<w:fldSimple {} w:instr=" PAGE "/>'))


def _properties(document: Any, report: Report) -> None:
    """Fix what a file says of itself: the title, the quarter's last day as its date, no person's name."""
    core, day = document.core_properties, Quarter.parse(report.quarter).last_day()
    core.title = clipped(f"{report.title} {report.quarter}", 200)
    core.subject, core.author, core.last_modified_by = report.mark or "", "design_lab", "design_lab"
    core.comments, core.keywords, core.language, core.revision = "", "", TAGS[report.lang], 1
    core.created = core.modified = dt.datetime(day.year, day.month, day.day)
    relations = document.part.package.rels
    for key in [key for key, one in relations.items() if one.reltype.endswith("/thumbnail")]:
        relations.pop(key)


def _xml(text: str) -> Any:
    """An element of Word's own; `{}` in the text is where the namespace is declared."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    return parse_xml(text.replace("{}", nsdecls("w"), 1))
