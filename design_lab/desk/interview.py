"""The interview guide: questions by whom they are put to, Chinese with English beneath, room for notes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from design_lab.catalogue import words
from design_lab.desk.paper import document, write_document

_SECTIONS = "form.interview.sections."
_GREY = "6B7280"


def write_interview_guide(path: Path) -> None:
    """Write the guide as a Word document."""
    page = document(words("zh").say("form.interview.title"))
    _say(page, "form.interview.title", "Title")
    _say(page, "form.interview.note")
    for name in _names():
        _write_section(page, name)
    write_document(page, path)


def _names() -> tuple[str, ...]:
    keys = (key.removeprefix(_SECTIONS) for key in words("en").ordered if key.startswith(_SECTIONS))
    return tuple(dict.fromkeys(key.split(".")[0] for key in keys))


def _write_section(page: Any, name: str) -> None:
    _say(page, f"{_SECTIONS}{name}.title", "Heading 1")
    whom = {lang: words(lang).say(f"{_SECTIONS}{name}.whom") for lang in ("zh", "en")}
    _pair(page, *(words(lang).say("form.interview.whom", whom=whom[lang]) for lang in ("zh", "en")))
    number = 1
    while (key := f"{_SECTIONS}{name}.q{number}") in words("en"):
        question = page.add_paragraph(style="Normal")
        question.paragraph_format.keep_with_next = True
        question.add_run(f"{number}. {words('zh').say(key)}").bold = True
        _grey(question, words("en").say(key))
        notes = page.add_paragraph(words("zh").say("form.interview.answer"))
        notes.paragraph_format.space_after = _points(34)
        number += 1


def _say(page: Any, key: str, style: str | None = None) -> None:
    _pair(page, words("zh").say(key), words("en").say(key), style=style)


def _pair(page: Any, chinese: str, english: str, *, style: str | None = None) -> None:
    """A paragraph with the Chinese text and the English one beneath, in grey."""
    paragraph = page.add_paragraph(chinese, style=style)
    _grey(paragraph, english)


def _grey(paragraph: Any, text: str) -> None:
    from docx.shared import RGBColor

    run = paragraph.add_run()
    run.add_break()
    run = paragraph.add_run(text)
    run.bold = False
    run.font.size = _points(10)
    run.font.color.rgb = RGBColor.from_string(_GREY)


def _points(size: float) -> Any:
    from docx.shared import Pt

    return Pt(size)
