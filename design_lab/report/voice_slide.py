"""The slide on which the consultant speaks: the whole text if it is short, else its beginning and where the rest is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from design_lab.catalogue import words
from design_lab.report.content import Report, Section, Statement
from design_lab.report.deck import Box, Type, fits, panel, write
from design_lab.report.look import ACCENT, MARK, MUTED
from design_lab.report.prose import Paragraph, Prose

_TEXT = Type(sizes=(22, 20, 19, 18, 17, 16, 15, 14))
_LEAST = Type(sizes=(14, 13, 12, 11, 10))  # for a first paragraph that is long by itself
_FLAGS = Type(sizes=(13, 12, 11, 10, 9), colour=MARK, bold=True, anchor="bottom")


def voice_section(prose: Prose, section: Section, report: Report) -> Section:
    """Return the slide's own head: the text's first sub-heading, where it has one, below what the text is."""
    kicker = _say(report, "title") if prose.heading else section.kicker  # the chapter is told before it
    return Section(key=section.key, kicker=kicker, heading=prose.heading or prose.title)


def voice_body(slide: Any, prose: Prose, box: Box, report: Report) -> Sequence[Statement]:
    """Write the text into a slide and return the findings that it shows; what is to be reviewed stands below."""
    paragraphs = [one for one in prose.paragraphs if one.text and one.text != prose.heading]
    if not paragraphs:
        return ()
    flags = [f"{_say(report, 'review')} {one.review}" for one in paragraphs if one.review]
    low = 1.2 if flags else 0.0
    panel(slide, Box(box.left, box.top, 0.05, box.height - low), ACCENT, name="voice edge")
    room = Box(box.left + 0.3, box.top, box.width - 0.3, box.height - low - 0.1)
    kept = _beginning(paragraphs, room, report)
    if len(kept) < len(paragraphs):
        more = _say(report, "more", file=f"report.{report.lang}.html")
        below = Box(room.left, room.top + room.height - 0.3, room.width, 0.3)
        write(slide, [more], below, Type(sizes=(12, 11, 10), colour=MUTED), report.lang, name="voice continued")
        room = Box(room.left, room.top, room.width, room.height - 0.4)
    type = _TEXT if len(kept) > 1 or fits(_texts(kept), room, _TEXT, report.lang) else _LEAST
    write(slide, _texts(kept), room, type, report.lang, name="voice")
    if flags:
        below = Box(box.left, box.top + box.height - low + 0.1, box.width, low - 0.1)
        write(slide, flags, below, _FLAGS, report.lang, name="to be reviewed")
    return tuple({one.id: one for paragraph in kept for one in paragraph.shows}.values())


def _beginning(paragraphs: Sequence[Paragraph], room: Box, report: Report) -> Sequence[Paragraph]:
    """As many paragraphs from the first on as there is room for, never a sub-heading without what it heads."""
    less = Box(room.left, room.top, room.width, room.height - 0.4)
    for count in range(len(paragraphs), 1, -1):
        kept = paragraphs[:count]
        if kept[-1].kind != "heading" and fits(
            _texts(kept), room if count == len(paragraphs) else less, _TEXT, report.lang
        ):
            return kept
    return paragraphs[:1]


def _texts(paragraphs: Sequence[Paragraph]) -> list[str]:
    return [f"• {one.text}" if one.kind == "item" else one.text for one in paragraphs]


def _say(report: Report, key: str, **parts: str) -> str:
    return words(report.lang).say(f"report.narrative.{key}", **parts)
