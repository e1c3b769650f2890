"""A view as a page: sections of sentences and tables for one audience, in each language asked for, in one file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from design_lab.catalogue import words
from design_lab.display import Shown, worded
from design_lab.files import write_text
from design_lab.finding import Finding
from design_lab.report.content import Block, Row, Section, Statement, Table, clean, once
from design_lab.report.page import render_page
from design_lab.study import Study

HIDDEN = "·"  # a cell that is too small to be shown, or that would give one away


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What one audience sees in one language; `mark` is the words for synthetic data, '' if they are real."""

    lang: str
    audience: str
    title: str
    subtitle: str
    mark: str
    sections: tuple[Section, ...]

    @property
    def html_lang(self) -> str:
        """The language as HTML tags it."""
        return {"en": "en-GB", "zh": "zh-CN"}[self.lang]


@dataclass(frozen=True, slots=True)
class Words:
    """The words of views in one language, and how results become tables in it."""

    study: Study
    lang: str

    def say(self, key: str, **parts: str) -> str:
        """Return the words at `view.<key>`."""
        return words(self.lang).say(f"view.{key}", **parts)

    def page(self, audience: str, sections: Iterable[Section], **parts: str) -> Page:
        """Make the page of an audience; `parts` fill its subtitle."""
        settings = self.study.settings
        title = self.say("title", audience=self.say(f"audience.{audience}"), study=worded(settings.title, self.lang))
        return Page(
            lang=self.lang,
            audience=audience,
            title=clean(title),
            subtitle=clean(self.say(f"subtitle.{audience}", **parts)),
            mark=words(self.lang).say("report.mark") if settings.synthetic else "",
            sections=tuple(sections),
        )

    def section(self, key: str, *blocks: Block, lead: Sequence[str] = (), **parts: str) -> Section:
        """Make a section with its kicker and heading from the words at `view.<key>`."""
        kicker, heading = self.say(f"{key}.kicker"), self.say(f"{key}.heading", **parts)
        return Section(key=key.replace("_", "-"), kicker=kicker, heading=heading, lead=tuple(lead), blocks=blocks)

    def table(
        self,
        title: str,
        columns: Sequence[str],
        rows: Iterable[Sequence[str]],
        *,
        notes: Sequence[str] = (),
        worded: bool = False,
        folded: bool = False,
    ) -> Table:
        """Make a table of texts; `columns` are keys below `view.column` or, where there is none, words themselves."""
        return Table(
            title=title,
            columns=tuple(self._column(name) for name in columns),
            rows=tuple(Row(cells=tuple(clean(cell) for cell in row), shows=()) for row in rows),
            notes=tuple(notes),
            worded=worded,
            folded=folded,
        )

    def statement(self, finding: Finding) -> Statement:
        """Word a finding with its claim."""
        return Statement(
            id=finding.id,
            text=clean(finding.text[self.lang]),
            figure=None,
            claim=finding.claim,
            claim_label=words(self.lang).say(f"claim.{finding.claim}"),
            limits=(),
        )

    def shown(
        self,
        title: str,
        result: Shown,
        findings: Collection[Finding] = (),
        *,
        notes: Sequence[str] = (),
        worded: bool = False,
    ) -> Table:
        """Make a table of a result, with the kinds of claim that its `findings` make below it."""
        frame = self.study.show(result, self.lang).frame()
        claims = once(words(self.lang).say(f"claim.{finding.claim}") for finding in findings)
        told = [self.say("claims", claims=words(self.lang).say("report.join").join(claims))] if claims else []
        rows = [[str(cell) for cell in row] for row in frame.itertuples(index=False)]
        return self.table(title, [str(name) for name in frame], rows, notes=[*notes, *told], worded=worded)

    def _column(self, name: str) -> str:
        key = f"view.column.{name}"
        return words(self.lang).say(key) if key in words(self.lang) else clean(name)


def least_for(study: Study, audience: str) -> int:
    """Return how many people a cell must stand for before an audience; the strictest number where none is stated."""
    privacy = study.settings.privacy
    return privacy.k.get(audience, privacy.strictest)


def write_view(pages: Sequence[Page], path: Path) -> Path:
    """Write one self-contained page, a part in each language; return its path."""
    mark = " · ".join(once(page.mark for page in pages if page.mark))
    write_text(path, render_page("view.html.j2", pages=pages, title=pages[0].title, mark=mark))
    return path
