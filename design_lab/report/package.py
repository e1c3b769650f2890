"""The PowerPoint file itself: 16:9 with the report's fonts and colours, and equal to the byte for equal content."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from pathlib import Path
from typing import Any

from design_lab.errors import ReportError
from design_lab.periods import Quarter
from design_lab.report.branding import opened
from design_lab.report.content import Report
from design_lab.report.deck import EAST_ASIAN, HEIGHT, LATIN, MARGIN, TAGS, WIDTH, typefaces
from design_lab.report.look import ACCENT, INK, MARK, MUTED, PANEL, TONES

_TITLE_ONLY = 5
_CLOSE = 0.05  # inches by which a template's slides may differ
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_MADE = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")
_COLOURS = {
    "dk2": INK,
    "lt2": PANEL,
    "accent1": ACCENT,
    "accent2": TONES["down"],
    "accent3": TONES["paper"],
    "accent4": MARK,
    "accent5": MUTED,
    "accent6": INK,
    "hlink": ACCENT,
    "folHlink": MUTED,
}


def new_deck(report: Report, template: Path | None = None) -> tuple[Any, Any]:
    """Open an empty 16:9 presentation, the report's own or a client's, and its layout with a title alone."""
    if template:
        return _branded(report, template)
    deck = _own(report)
    return deck, deck.slide_layouts[0]


def _branded(report: Report, template: Path) -> tuple[Any, Any]:
    """The client's template without its slides; the layout with a title and the fewest other places is taken."""
    from pptx import Presentation
    from pptx.util import Emu

    deck: Any = opened(template, Presentation)
    broad, high = Emu(deck.slide_width).inches, Emu(deck.slide_height).inches
    if abs(broad - WIDTH) > _CLOSE or abs(high - HEIGHT) > _CLOSE:
        raise ReportError(
            f"branding/{template.name}: its slides are {broad:.2f} x {high:.2f} inches, but the report's are "
            f"{WIDTH:.2f} x {HEIGHT:.2f}; in PowerPoint choose Design, Slide Size, Widescreen, and save it again"
        )
    titled = [layout for layout in deck.slide_layouts if any(_is_title(place) for place in layout.placeholders)]
    if not titled:
        raise ReportError(f"branding/{template.name}: has no layout with a title; add the layout 'Title Only' to it")
    for slide in list(deck.slides._sldIdLst):
        deck.part.drop_rel(slide.rId)
        deck.slides._sldIdLst.remove(slide)
    _properties(deck, report)
    return deck, min(titled, key=lambda layout: len(layout.placeholders))


def _is_title(placeholder: Any) -> bool:
    from pptx.enum.shapes import PP_PLACEHOLDER

    return bool(placeholder.placeholder_format.type == PP_PLACEHOLDER.TITLE)


def _own(report: Report) -> Any:
    """An empty presentation with one layout, the report's theme and fixed properties."""
    from pptx import Presentation
    from pptx.util import Inches

    deck: Any = Presentation()
    for layout in [layout for place, layout in enumerate(deck.slide_layouts) if place != _TITLE_ONLY]:
        deck.slide_layouts.remove(layout)
    for shape in [*deck.slide_master.shapes, *deck.slide_layouts[0].shapes]:
        shape.left, shape.width = int(shape.left * WIDTH / 10), int(shape.width * WIDTH / 10)
    for shape in (deck.slide_master.placeholders[0], deck.slide_layouts[0].placeholders[0]):
        shape.left, shape.top = Inches(MARGIN), Inches(0.72)
        shape.width, shape.height = Inches(WIDTH - 2 * MARGIN), Inches(1.1)
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    deck.part._element.sldSz.attrib.pop("type", None)  # the template says 4:3
    _theme(deck, report.lang)
    _properties(deck, report)
    return deck


def _theme(deck: Any, lang: str) -> None:
    """Give the theme the report's fonts and palette, so that what a client adds looks alike."""
    from pptx.oxml.ns import qn

    part = next(rel.target_part for rel in deck.slide_master.part.rels.values() if rel.reltype.endswith("/theme"))
    theme = part.blob.decode("utf-8")
    theme = re.sub(r'<a:latin typeface="[^"]*"', f'<a:latin typeface="{LATIN}"', theme)
    theme = re.sub(r'<a:ea typeface="[^"]*"', f'<a:ea typeface="{EAST_ASIAN}"', theme)
    theme = re.sub(r'script="Hans" typeface="[^"]*"', f'script="Hans" typeface="{EAST_ASIAN}"', theme)
    for name, colour in _COLOURS.items():
        theme = re.sub(rf"(<a:{name}>).*?(</a:{name}>)", rf'\1<a:srgbClr val="{colour[1:]}"/>\2', theme)
    part._blob = theme.encode("utf-8")
    for properties in deck.slide_master._element.iter(qn("a:defRPr")):
        properties.set("lang", TAGS[lang])
    for properties in deck.part._element.iter(qn("a:defRPr")):
        properties.set("lang", TAGS[lang])
        typefaces(properties)


def _properties(deck: Any, report: Report) -> None:
    """Fix what a file says of itself: the title, the quarter's last day as its date, no person's name."""
    core = deck.core_properties
    day = Quarter.parse(report.quarter).last_day()
    core.title = f"{report.title} {report.quarter}"
    core.subject, core.keywords, core.author, core.last_modified_by = report.mark or "", "", "design_lab", "design_lab"
    core.language, core.revision = TAGS[report.lang], 1
    core.created = core.modified = dt.datetime(day.year, day.month, day.day)
    relations = deck.part.package._rels
    for key in [key for key, rel in relations.items() if rel.reltype.endswith("/thumbnail")]:
        relations.pop(key)
    printing = [key for key, rel in deck.part.rels.items() if rel.reltype.endswith("/printerSettings")]
    for key in printing:
        deck.part.rels.pop(key)


def settled(content: bytes, made: str) -> bytes:
    """Rewrite an Office file so that its bytes tell nothing of when it was made; `made` stands for every date in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            part = old.read(name)
            if name.endswith((".xlsx", ".docx")):
                part = settled(part, made)
            elif name == "docProps/core.xml":
                part = _MADE.sub(lambda match: match[1] + made.encode("ascii") + match[2], part)
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 0, 0
            new.writestr(entry, part)
    return out.getvalue()
