"""The order of a report: which section stands in which chapter, as a client's appraisal report has them."""

from __future__ import annotations

from dataclasses import dataclass

from design_lab.catalogue import words
from design_lab.report.content import Report, Section

CHAPTERS: dict[str, tuple[str, ...]] = {
    "answer": ("summary", "decision", "changes", "trends"),
    "introduction": ("purpose",),
    "current": ("data", "peers", "weights", "noise", "direction", "evidence"),
    "principles": ("aims", "coverage", "baseline"),
    "design": ("candidates", "robustness", "search"),
    "rollout": ("pilot", "plan", "responsibilities", "communication"),
    "expected": ("expected", "gains", "risks", "review"),
    "conclusions": ("conclusions", "unknown"),
    "annex": ("limits", "metrics", "schemes", "fairness", "method", "glossary"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A chapter with its sections, which are never none; the first chapter, with the answer, has no title."""

    key: str
    title: str
    sections: tuple[Section, ...]


def chapter_of(section: str) -> str:
    """Return the chapter in which a section stands; one that no chapter names stands in the annex.

    >>> chapter_of("weights")
    'current'
    """
    return next((chapter for chapter, sections in CHAPTERS.items() if section in sections), "annex")


def in_order(sections: tuple[Section, ...]) -> tuple[Section, ...]:
    """Put sections in the order of their chapters, and in a chapter in the order in which it names them."""
    places = {name: place for place, name in enumerate(name for held in CHAPTERS.values() for name in held)}
    return tuple(sorted(sections, key=lambda section: places.get(section.key, len(places))))


def chapters(report: Report) -> tuple[Chapter, ...]:
    """Return the chapters that hold something, with their titles in the report's language."""
    found = []
    for key in CHAPTERS:
        held = tuple(section for section in report.sections if chapter_of(section.key) == key)
        if held:
            title = words(report.lang).say(f"report.chapter.{key}")
            found.append(Chapter(key=key, title=title, sections=held))
    return tuple(found)


def placed(section: Section, lang: str) -> str:
    """Return where a section stands, for pages that do not show chapters apart: its chapter's title and its own."""
    spoken, chapter = words(lang), chapter_of(section.key)
    if chapter == "answer":
        return section.kicker
    return spoken.say("report.placed", chapter=spoken.say(f"report.chapter.{chapter}"), section=section.kicker)
