"""The Word document: the report as it is read on paper, its details in an annex, every finding in an index."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from design_lab.files import replacing
from design_lab.periods import Quarter
from design_lab.report.content import Block, Group, Points, Report, Section, Statement, Table
from design_lab.report.outline import placed
from design_lab.report.package import settled
from design_lab.report.printed import annex, each_claim, is_folded, own_limits, say
from design_lab.report.prose import Prose
from design_lab.report.word_parts import Badges, Cell, add_table, bookmarked, contents, linked, picture, write
from design_lab.report.word_styles import CARDS, TABLE, new_document, text_width

_CARD = 3.6  # cm for the number of a key finding


def write_word(report: Report, drawn: Mapping[str, bytes], path: Path, *, template: Path | None = None) -> Path:
    """Write the document and return its path; `drawn` are the charts as PNG by name, `template` is the client's."""
    page = _Page(report, drawn, new_document(report, template))
    page.cover()
    for section in report.sections:
        page.section(section)
    page.annex()
    page.index()
    content = io.BytesIO()
    page.document.save(content)
    made = f"{Quarter.parse(report.quarter).last_day().isoformat()}T00:00:00Z"
    with replacing(path) as temporary:
        temporary.write_bytes(settled(content.getvalue(), made))
    return path


class _Page:
    """The document being written, from top to bottom."""

    def __init__(self, report: Report, drawn: Mapping[str, bytes], document: Any) -> None:
        self.report, self.document, self._drawn = report, document, drawn
        self._width = text_width(document)
        self._badges = Badges({entry.id: place for place, entry in enumerate(report.index)})
        self._headings = 0
        self._ids: dict[str, str] = {}

    def cover(self) -> None:
        """The title, and a table of contents that Word completes with page numbers."""
        self._write(self.report.title, "Title")
        told = [self.report.subtitle, *([self.report.mark] if self.report.mark else [])]
        self._write(" · ".join(told), "Subtitle")
        self._write(self._say("contents"), "Contents")
        entries = [section.heading for section in self.report.sections]
        entries += [self._say("annex")] if any(annex(self.report)) else []
        self._contents([*entries, self._say("limits.index")])

    def section(self, section: Section) -> None:
        """One section: where it belongs, its answer as heading, and what supports it."""
        kicker = self._write(placed(section, self.report.lang), "Kicker")
        kicker.paragraph_format.page_break_before = section is self.report.sections[0]
        self._heading(section.heading)
        for sentence in section.lead:
            self._write(sentence, "Lead")
        for block in section.blocks:
            if not is_folded(block):
                self._block(block, section, "Heading 2")
        if section.key == "limits":
            self._legend()

    def annex(self) -> None:
        """What the page folds away, section by section, and every limit with the findings that it applies to."""
        if not any(annex(self.report)) and not self.report.limits:
            return
        self._heading(self._say("annex"), new_page=True)
        for section, blocks in annex(self.report):
            self._write(section.kicker, "Heading 2")
            for block in blocks:
                self._block(block, section, "Heading 3")
        if self.report.limits:
            self._write(self._say("limits.all"), "Heading 2")
            heads = [Cell(self._say("limits.limit_column")), Cell(self._say("limits.applies_column"))]
            rows = [[Cell(limit), Cell(", ".join(ids))] for limit, ids in self.report.limits]
            self._table(heads, rows, style="Cell Small", shares=(0.55, 0.45))

    def index(self) -> None:
        """Every finding by its name in results.json."""
        self._heading(self._say("limits.index"), new_page=True)
        named = ("id", "value", "n", "claim", "source")
        heads = [Cell(self._say(f"limits.{name}_column"), number=name in ("value", "n")) for name in named]
        rows = [
            [
                Cell(entry.id, bookmark=place),
                Cell(entry.value, number=True),
                Cell(entry.n, number=True),
                Cell(entry.claim_label),
                Cell(entry.source),
            ]
            for place, entry in enumerate(self.report.index)
        ]
        self._table(heads, rows, style="Cell Small", shares=(0.42, 0.12, 0.08, 0.2, 0.18))

    def _say(self, key: str, **parts: str) -> str:
        return say(self.report, key, **parts)

    def _write(self, text: str, style: str) -> Any:
        return write(self._paragraph(style), text, self.report.lang)

    def _paragraph(self, style: str) -> Any:
        """A new paragraph; styles are looked up once, since looking one up reads all of them."""
        if style not in self._ids:
            self._ids[style] = self.document.styles[style].style_id
        paragraph = self.document.add_paragraph()
        paragraph._p.style = self._ids[style]
        return paragraph

    def _heading(self, text: str, *, new_page: bool = False) -> None:
        paragraph = self._write(text, "Heading 1")
        paragraph.paragraph_format.page_break_before = new_page or None
        bookmarked(paragraph, f"h{self._headings}", self._headings + len(self.report.index))
        self._headings += 1

    def _contents(self, entries: Sequence[str]) -> None:
        """A field of Word's own, filled beforehand with links, so that it serves before it is updated too."""
        paragraphs = [self._paragraph("toc 1") for _ in entries]
        for place, (paragraph, entry) in enumerate(zip(paragraphs, entries, strict=True)):
            linked(paragraph, f"h{place}", entry, self.report.lang)
        contents(paragraphs)

    def _block(self, block: Block, section: Section, level: str) -> None:
        if isinstance(block, Table):
            self._table_of(block)
        elif isinstance(block, Group):
            self._group(block, level, cards=section.key == "summary")
        elif isinstance(block, Points):
            self._write(block.title, level)
            for sentence in block.sentences:
                self._write(sentence, "List Bullet")
        elif isinstance(block, Prose):
            self._prose(block, level)
        else:
            self._write(block.title, "Caption")
            picture(self._paragraph("Normal"), self._drawn[block.name], block, self._width)
            self._claims(block.shows)
            self._limits(section.chart_limits)

    def _prose(self, prose: Prose, level: str) -> None:
        """The consultant's words, each number with the name of its claim in brackets."""
        self._write(prose.title, level)
        styles = {"heading": "Heading 3", "item": "List Bullet", "text": "Normal"}
        for told in prose.paragraphs:
            paragraph = self._paragraph(styles[told.kind])
            for run in told.runs:
                write(paragraph, run.text, self.report.lang, bold=run.bold)
            if told.review:
                self._under(paragraph, f"{self._say('narrative.review')} {told.review}")

    def _group(self, group: Group, level: str, *, cards: bool) -> None:
        self._write(group.title, level)
        if cards:
            self._cards(group)
            self._limits(group.limits)
            return
        for statement in group.statements:
            paragraph = self._write(statement.text, "Finding")
            self._badges.add(paragraph, statement, self.report.lang)
            if own := own_limits(group, statement, self.report):
                self._under(paragraph, own)
        self._limits(group.shared)

    def _under(self, paragraph: Any, text: str) -> None:
        """A limit below a finding, in its paragraph, so that both stay together."""
        from docx.shared import Pt, RGBColor

        from design_lab.report.look import MUTED

        paragraph.add_run().add_break()
        write(paragraph, text, self.report.lang)
        paragraph.runs[-1].font.size, paragraph.runs[-1].font.color.rgb = Pt(9), RGBColor.from_string(MUTED[1:])

    def _cards(self, group: Group) -> None:
        rows = []
        for statement in group.statements:
            shown = statement.figure or self._say("slide.open")
            figure = Cell(shown, style="Figure" if statement.figure else "Open")
            rows.append([figure, Cell(statement.text, badges=(statement,))])
        share = _CARD / self._width
        self._table((), rows, style="Normal", shares=(share, 1 - share), look=CARDS)

    def _table_of(self, table: Table) -> None:
        self._write(table.title, "Caption")
        number = not table.worded
        rows = []
        for row in table.rows:
            cells = [
                Cell(cell, number=number and place > 0, bold=place == 0, hole=place in row.holes)
                for place, cell in enumerate(row.cells)
            ]
            rows.append([*cells, *(() if table.alike else (Cell("", badges=each_claim(row.shows)),))])
        heads = [Cell(column, number=number and place > 0) for place, column in enumerate(table.columns)]
        heads += [] if table.alike else [Cell(self._say("claim"))]
        self._table(heads, rows, style="Cell")
        if table.alike:
            self._claims(table.shows)
        for note in table.notes:
            self._write(note, "Note")
        self._limits(table.limits)

    def _table(
        self, heads: Sequence[Cell], rows: Sequence[Sequence[Cell]], *, style: str,
        shares: Sequence[float] | None = None, look: str = TABLE,
    ) -> None:  # fmt: skip
        if rows:
            add_table(
                self.document, heads, rows, width=self._width, style=style, shares=shares, look=look,
                badges=self._badges, lang=self.report.lang,
            )  # fmt: skip

    def _claims(self, shows: Sequence[Statement]) -> None:
        if shows:
            paragraph = self._paragraph("Claims")
            for statement in each_claim(shows):
                self._badges.add(paragraph, statement, self.report.lang)

    def _limits(self, limits: Sequence[str]) -> None:
        if not limits:
            return
        title = self._write(self._say("limits_shared"), "Limit")
        title.runs[0].bold, title.paragraph_format.keep_with_next = True, True
        for limit in limits:
            self._write(f"– {limit}", "Limit")

    def _legend(self) -> None:
        self._write(self._say("limits.legend"), "Heading 2")
        rows = [
            [Cell("", label=(meaning.claim, meaning.label)), Cell(meaning.meaning)] for meaning in self.report.legend
        ]
        self._table((), rows, style="Cell", shares=(0.42, 0.58))
