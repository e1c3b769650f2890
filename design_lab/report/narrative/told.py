"""The consultant's text as it stands in a report: placeholders filled, claims named, what is to be reviewed said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from design_lab.catalogue import LANGUAGES, words
from design_lab.report.content import Report, Section, Statement, clean
from design_lab.report.facts import Facts
from design_lab.report.narrative.review import Voice
from design_lab.report.narrative.text import NAMES, Chapter, Narrative, Passage, Piece
from design_lab.report.outline import CHAPTERS, chapter_of, in_order
from design_lab.report.prose import Paragraph, Prose, Run


def with_voice(report: Report, facts: Facts, voice: Voice) -> Report:
    """Put the consultant's text into a report: a chapter's opens its first section, a section's closes it.

    Where the report has no such section, the text stands in one of its own. A text that is written only in other
    languages is said to be, in one sentence.
    """
    sections = report.sections
    for name in NAMES:
        prose = _prose(facts, voice, name)
        if prose:
            sections = _placed(facts, sections, name, prose)
    return replace(report, sections=in_order(sections) if sections != report.sections else sections)


def _placed(facts: Facts, sections: tuple[Section, ...], name: str, prose: Prose) -> tuple[Section, ...]:
    whole = name in CHAPTERS
    home = next((one for one in sections if name == (chapter_of(one.key) if whole else one.key)), None)
    if home is None:
        title = facts.say(f"chapter.{name if whole else chapter_of(name)}")
        key = CHAPTERS[name][0] if whole else name
        return (*sections, Section(key=key, kicker=title, heading=prose.heading or prose.title, blocks=(prose,)))
    blocks = (prose, *home.blocks) if whole else (*home.blocks, prose)
    return tuple(replace(one, blocks=blocks) if one is home else one for one in sections)


def _prose(facts: Facts, voice: Voice, name: str) -> Prose | None:
    """Word the text for a chapter or section, or say in which language alone it is written; None if in none."""
    chapter = voice.narrative.of(name, facts.lang)
    title = facts.say("narrative.title")
    if name in CHAPTERS:
        title = facts.say("narrative.of_chapter", title=title, chapter=facts.say(f"chapter.{name}"))
    if chapter:
        paragraphs = tuple(_paragraph(facts, voice, chapter, passage) for passage in chapter.passages)
        return Prose(title=title, paragraphs=paragraphs)
    if others := _others(voice.narrative, name):
        langs = facts.joined([facts.say(f"narrative.lang.{lang}") for lang in others])
        said = Run(text=facts.say("narrative.elsewhere", langs=langs))
        return Prose(title=title, paragraphs=(Paragraph(kind="text", runs=(said,)),))
    return None


def _others(narrative: Narrative, name: str) -> list[str]:
    return [lang for lang in LANGUAGES if narrative.of(name, lang)]


def _paragraph(facts: Facts, voice: Voice, chapter: Chapter, passage: Passage) -> Paragraph:
    known = {id: finding for id in passage.ids if (finding := facts.get(id))}
    shows = facts.statements(known.values())
    runs = [run for piece in passage.pieces for run in _runs(facts, piece)]
    told = {run.claim.claim for run in runs if run.claim}
    for statement in shows:
        if statement.claim not in told:
            told.add(statement.claim)
            runs += [Run(text=facts.say("sentence_join")), _label(facts, statement)]
    flags = voice.flags(chapter, passage, known, facts.lang)
    return Paragraph(
        kind=passage.kind, runs=tuple(runs), shows=shows, review=facts.say("sentence_join").join(flags)
    )  # fmt: skip


def _runs(facts: Facts, piece: Piece) -> Iterator[Run]:
    if not piece.id:
        yield Run(text=_clean_within(piece.text), bold=piece.bold)
        return
    finding = facts.get(piece.id)
    if finding is None:
        yield Run(text=facts.say("narrative.absent"), bold=piece.bold)
        return
    statement = facts.statement(finding)
    if piece.form == "text":
        yield Run(text=statement.text, bold=piece.bold)
    elif finding.value is None:
        if finding.claim == "unidentified" and piece.form != "value":  # the label alone says it
            yield _label(facts, statement)
            return
        yield Run(text=facts.say("narrative.no_value"), bold=piece.bold)
    else:
        yield Run(text=facts.shown(finding) if piece.form == "value" else facts.bounded(finding), bold=piece.bold)
    if piece.form != "value":
        yield Run(text=facts.say("sentence_join"))
        yield _label(facts, statement)


def _label(facts: Facts, statement: Statement) -> Run:
    said = words(facts.lang).say(f"claim_short.{statement.claim}")
    return Run(text=facts.say("narrative.label", claim=said), claim=statement, badge=said)


def _clean_within(text: str) -> str:
    """Clean a stretch of a sentence, and keep the space at its ends."""
    before, after = (" " if end.isspace() else "" for end in (text[:1], text[-1:]))
    return f"{before}{clean(text)}{after}" if clean(text) else before
