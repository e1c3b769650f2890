"""For executives: the answer on one page, each chapter in a sentence, and what kind of claim stands behind it."""

from __future__ import annotations

from collections.abc import Iterator

from design_lab.catalogue import words
from design_lab.desk.views.page import Page, Words
from design_lab.desk.views.published import Published
from design_lab.report import tell
from design_lab.report.content import Group, Points, Report, Section
from design_lab.report.outline import chapter_of
from design_lab.study import Study

_ANSWERS = (
    "decision", "noise", "direction", "evidence", "candidates", "robustness", "pilot", "expected", "gains", "risks",
    "conclusions", "unknown",
)  # fmt: skip


def executive_pages(study: Study, found: Published, langs: tuple[str, ...]) -> list[Page]:
    """Tell the published report on one page."""
    cover = found.cover(study)
    return [
        Words(study, lang).page(
            "executive", _sections(tell(found.results, cover, lang), Words(study, lang)), quarter=cover.quarter
        )
        for lang in langs
    ]


def _sections(report: Report, told: Words) -> Iterator[Section]:
    summary = report.section("summary")
    cards = tuple(block for block in summary.blocks if isinstance(block, Group))
    yield Section(key="summary", kicker=summary.kicker, heading=summary.heading, lead=summary.lead, blocks=cards)
    rows = [(section.kicker, section.heading) for section in report.sections if section.key in _ANSWERS]
    used = {statement.claim for statement in summary.brief}
    meanings = tuple(f"{one.label}: {one.meaning}" for one in report.legend if one.claim in used)
    legend = Points(title=words(report.lang).say("report.limits.legend"), sentences=meanings)
    answers = told.table(told.say("answers.table"), ["question", "answer"], rows, worded=True)
    yield told.section("answers", answers, *((legend,) if meanings else ()), lead=_judgement(report))


def _judgement(report: Report) -> tuple[str, ...]:
    """The heading and the first paragraph of what the consultant concludes, if anything."""
    prose = [
        block for section in report.sections if chapter_of(section.key) == "conclusions" for block in section.prose
    ]
    if not prose:
        return ()
    first = next((one.text for one in prose[0].paragraphs if one.kind == "text"), "")
    flagged = next((one.review for one in prose[0].paragraphs if one.text == first and one.review), "")
    review = f"{words(report.lang).say('report.narrative.review')} {flagged}" if flagged else ""
    return tuple(
        text
        for text in (f"{prose[0].title}: {prose[0].heading}" if prose[0].heading else prose[0].title, first, review)
        if text
    )
