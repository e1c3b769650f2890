"""What of a consultant's text is wrong or to be looked at again, by the findings of this run and those of then."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from design_lab.catalogue import words
from design_lab.display import interval, number
from design_lab.errors import Fault, ReportError, nearest
from design_lab.finding import CAUSAL, Finding, Results, words_of_cause
from design_lab.report.narrative.kept import Kept, Then, carry, moved
from design_lab.report.narrative.text import Chapter, Narrative, Passage, read_narrative


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A consultant's text and what its findings were when it was written; `kept` covers every quoting passage."""

    narrative: Narrative = field(default_factory=Narrative)
    kept: tuple[Kept, ...] = ()

    @classmethod
    def of(cls, narrative: Narrative, results: Results, earlier: Iterable[Kept], *, unmade: Collection[str]) -> Voice:
        """Check the text against a run's findings and carry what is kept.

        An id that this run does not hold raises `ReportError` with file, line and the nearest id, unless an earlier
        report kept it for the passage, or it names one of the schemes `unmade`, those that a narrower run left out.
        """
        voice = cls(narrative=narrative, kept=carry(narrative, results, earlier))
        refused = list(_unknown(voice, results, unmade))
        if refused:
            raise ReportError("\n".join(refused))
        return voice

    def then(self, chapter: Chapter, passage: Passage) -> Kept:
        """Return what is kept for a passage that quotes a finding."""
        key = (chapter.name, chapter.lang, passage.digest)
        return next(kept for kept in self.kept if kept.key == key)

    def flags(self, chapter: Chapter, passage: Passage, known: Mapping[str, Finding], lang: str) -> tuple[str, ...]:
        """Say in a language why a passage is to be reviewed, a sentence a reason; nothing if it is not."""
        if not passage.ids:
            return ()
        kept = self.then(chapter, passage)
        told = []
        for id in passage.ids:
            then, now = kept.findings.get(id), known.get(id)
            if then and (said := _flag(id, then, now, kept.since, lang)):
                told.append(said)
        causes = words_of_cause(passage.own)
        loose = [id for id in passage.ids if id in known and known[id].claim not in CAUSAL]
        if causes and loose:
            claims = dict.fromkeys(words(lang).say(f"claim_short.{known[id].claim}") for id in loose)
            spoken = words(lang).say("report.join").join(claims)
            told.append(_say("cause", lang, word=causes[0], claims=spoken, id=loose[0]))
        return tuple(told)

    def lines(self, results: Results) -> list[str]:
        """Return a line for each passage to be reviewed, for the person at the keyboard."""
        known = {finding.id: finding for finding in results.findings}
        return [
            f"{chapter.file}, line {passage.line}: to be reviewed: {flag}"
            for chapter, passage in self.narrative.quoting()
            for flag in self.flags(chapter, passage, known, "en")
        ]


def voice_of(study: Path, kept: Iterable[Mapping[str, Any]]) -> Voice:
    """Read the text in a study's folder; `kept` is what a run has checked it against, as record.json holds it."""
    return Voice(narrative=read_narrative(study), kept=tuple(Kept.from_dict(one) for one in kept))


def foreseen(narrative: Narrative, quarter: str, ids: Collection[str]) -> list[str]:
    """Say which ids an earlier report, of `quarter`, does not hold, before a run that may not hold them either."""
    return [
        f"{chapter.file}, line {passage.line}: the report of {quarter} has no finding {id!r}, "
        f"{nearest(id, ids, listed=False) or 'nor one like it'}; if this run has none either, it will be refused"
        for chapter, passage in narrative.quoting()
        for id in passage.ids
        if id not in ids
    ]


def _unknown(voice: Voice, results: Results, unmade: Collection[str]) -> Iterable[str]:
    ids = [finding.id for finding in results.findings]
    for chapter, passage in voice.narrative.quoting():
        held = voice.then(chapter, passage).findings
        for id in passage.ids:
            if id not in held and not set(id.split(".")) & set(unmade):
                near = nearest(id, ids, listed=False) or "results.json lists them all"
                said = f"there is no finding {id!r}; {near}"
                yield f"{chapter.file}: {Fault('unknown_finding', f'line {passage.line}', said)}"


def _flag(id: str, then: Then, now: Finding | None, since: str, lang: str) -> str:
    """Say how a finding differs from what it was; nothing if it does not."""
    if now is None:
        return _say("gone", lang, id=id, since=since)
    if moved(then, now):
        return _say("moved", lang, id=id, since=since, then=_written(then, lang), now=_written(Then.of(now), lang))
    if then.claim != now.claim:
        before, after = (words(lang).say(f"claim_short.{claim}") for claim in (then.claim, now.claim))
        return _say("claim", lang, id=id, since=since, then=before, now=after)
    return ""


def _written(then: Then, lang: str) -> str:
    if then.value is None:
        return _say("nothing", lang)
    told = number(then.value, then.unit, lang)
    return f"{told} ({interval(*then.interval, then.unit, lang)})" if then.interval else told


def _say(key: str, lang: str, **parts: str) -> str:
    return words(lang).say(f"report.narrative.{key}", **parts)
