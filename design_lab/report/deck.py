"""What every slide is built from: a grid, text that is made to fit, badges, native charts and tables.

Lengths are inches on a 16:9 slide; font sizes are points.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from design_lab.report.content import Statement, broken, clipped, width
from design_lab.report.look import CLAIMS, INK

WIDTH, HEIGHT, MARGIN = 13.333, 7.5, 0.6
LATIN = "Arial"
EAST_ASIAN = "Microsoft YaHei"
TAGS = {"en": "en-GB", "zh": "zh-CN"}
_LINE = {"en": 1.2, "zh": 1.38}  # line height in font sizes


@dataclass(frozen=True, slots=True)
class Box:
    """Where something stands: left, top, width, height."""

    left: float
    top: float
    width: float
    height: float

    def emu(self) -> tuple[Any, Any, Any, Any]:
        """The same in PowerPoint's own unit."""
        from pptx.util import Inches

        return Inches(self.left), Inches(self.top), Inches(self.width), Inches(self.height)


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """How a text is set: the sizes that it may take, largest first, its colour, weight and place in its box."""

    sizes: tuple[float, ...]
    colour: str = INK
    bold: bool = False
    align: str = "left"
    anchor: str = "top"
    bullets: bool = False


def fitted(texts: Sequence[str], box: Box, type: Type, lang: str) -> tuple[float, list[str]]:
    """Return the largest size at which the texts fit the box, and the texts, cut with an ellipsis only at the least."""
    for size in type.sizes:
        counts = _lines(texts, box, size, type)
        if sum(counts) <= _room(box, size, lang, len(texts)):
            return size, list(texts)
    size = type.sizes[-1]
    counts, room = _lines(texts, box, size, type), _room(box, size, lang, len(texts))
    kept = [max(1, math.floor(count * room / sum(counts))) for count in counts]
    most = _letters(box, size, type)
    return size, [clipped(text, lines * most - lines) for text, lines in zip(texts, kept, strict=True)]


def tall(text: str, broad: float, size: float, lang: str) -> float:
    """How many inches high a text is when set that broad at a size."""
    lines = _lines([text], Box(0, 0, broad, 0), size, Type(sizes=(size,)))[0]
    return lines * size * _LINE[lang] / 72


def fits(texts: Sequence[str], box: Box, type: Type, lang: str) -> bool:
    """Whether the texts fit the box at one of the sizes, uncut."""
    return any(sum(_lines(texts, box, size, type)) <= _room(box, size, lang, len(texts)) for size in type.sizes)


def _letters(box: Box, size: float, type: Type) -> int:
    """How many Latin letters stand in a line; 0.52 em is a careful mean of Arial, 0.58 of its bold."""
    usable = box.width * 72 - (size * 1.2 if type.bullets else 0)
    return max(4, math.floor(usable / (size * (0.58 if type.bold else 0.52))))


def _lines(texts: Sequence[str], box: Box, size: float, type: Type) -> list[int]:
    return [len(broken(text, _letters(box, size, type))) for text in texts]


def _room(box: Box, size: float, lang: str, paragraphs: int) -> float:
    """How many lines a box has room for, the space between paragraphs taken off."""
    return (box.height * 72 - (paragraphs - 1) * size * 0.45) / (size * _LINE[lang])


def write(slide: Any, texts: Sequence[str], box: Box, type: Type, lang: str, *, name: str) -> Any:
    """Put texts into a box of their own, one paragraph each, and return the shape."""
    shape = slide.shapes.add_textbox(*box.emu())
    shape.name = name
    fill_text(shape.text_frame, texts, box, type, lang)
    return shape


def fill_text(frame: Any, texts: Sequence[str], box: Box, type: Type, lang: str) -> None:
    """Set texts in a frame whose room is `box`."""
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Pt

    size, texts = fitted(texts, box, type, lang)
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.vertical_anchor = MSO_ANCHOR[type.anchor.upper()]
    for place, text in enumerate(texts):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN[type.align.upper()]
        if place:
            paragraph.space_before = Pt(size * 0.45)
        if type.bullets:
            _bullet(paragraph, size)
        run = paragraph.add_run()
        run.text = text
        style(run.font, size, type.colour, type.bold, lang)


def style(font: Any, size: float, colour: str, bold: bool, lang: str) -> None:
    """Set a font: size, colour, weight, the Latin and the East Asian typeface, and the language."""
    from pptx.util import Pt

    font.size, font.bold = Pt(size), bold
    font.color.rgb = rgb(colour)
    properties = font._element
    if properties.tag.endswith("}rPr"):
        properties.set("lang", TAGS[lang])
        if lang == "zh":
            properties.set("altLang", "en-US")
    typefaces(properties)


def typefaces(properties: Any) -> None:
    """Give run properties their typefaces: a:latin, then a:ea."""
    from pptx.oxml.ns import qn

    for tag, face in (("a:latin", LATIN), ("a:ea", EAST_ASIAN)):
        for old in properties.findall(qn(tag)):
            properties.remove(old)
        element = properties.makeelement(qn(tag), {"typeface": face})
        after = [child for child in properties if child.tag in (qn("a:cs"), qn("a:sym"), qn("a:hlinkClick"))]
        if after:
            after[0].addprevious(element)
        else:
            properties.append(element)


def _bullet(paragraph: Any, size: float) -> None:
    from pptx.oxml.ns import qn

    indent = int(size * 1.1 * 12700)
    properties = paragraph._p.get_or_add_pPr()
    properties.set("marL", str(indent))
    properties.set("indent", str(-indent))
    properties.append(properties.makeelement(qn("a:buFont"), {"typeface": "Arial"}))
    properties.append(properties.makeelement(qn("a:buChar"), {"char": "•"}))


def panel(slide: Any, box: Box, colour: str, *, name: str, outline: str | None = None, rounded: bool = False) -> Any:
    """Draw a plain rectangle without shadow."""
    from pptx.enum.shapes import MSO_SHAPE
    from pptx.oxml.ns import qn
    from pptx.util import Pt

    kind = MSO_SHAPE.ROUNDED_RECTANGLE if rounded else MSO_SHAPE.RECTANGLE
    shape = slide.shapes.add_shape(kind, *box.emu())
    shape.name = name
    shape._element.remove(shape._element.find(qn("p:style")))  # the theme's shadow and outline
    if rounded:
        shape.adjustments[0] = 0.5
    shape.fill.solid()
    shape.fill.fore_color.rgb = rgb(colour)
    if outline:
        shape.line.color.rgb = rgb(outline)
        shape.line.width = Pt(1)
    else:
        shape.line.fill.background()
    return shape


def badge_size(statement: Statement, most: float) -> tuple[float, float]:
    """How wide and high a claim's badge is when it may be `most` wide."""
    needed = width(statement.claim_label) * 0.58 * 11 / 72 + 0.3
    return (needed, 0.3) if needed <= most else (most, 0.48)


def badge(slide: Any, left: float, top: float, most: float, statement: Statement, lang: str) -> None:
    """Draw a claim badge no wider than `most`."""
    box = Box(left, top, *badge_size(statement, most))
    colour = CLAIMS[statement.claim]
    shape = panel(slide, box, "#FFFFFF", name=f"claim: {statement.claim}", outline=colour, rounded=True)
    inner = Box(box.left, box.top, box.width - 0.2, box.height)
    type = Type(sizes=(11, 10, 9), colour=colour, bold=True, align="center", anchor="middle")
    fill_text(shape.text_frame, [statement.claim_label], inner, type, lang)


def rgb(colour: str) -> Any:
    """A colour as PowerPoint takes it."""
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(colour.lstrip("#"))
