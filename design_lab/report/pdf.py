"""The report as PDF, and its summary on one page: typst sets what it is given as data, never as markup."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from design_lab.files import replacing
from design_lab.periods import Quarter
from design_lab.report.content import Block, Group, Points, Report, Section, Statement, Table, clipped
from design_lab.report.fonts import FAMILIES, characters, family_for, file_of, is_symbol
from design_lab.report.look import ACCENT, CLAIMS, INK, MARK, MUTED, PANEL, RULE
from design_lab.report.outline import placed
from design_lab.report.printed import (
    annex,
    breakable,
    column_shares,
    each_claim,
    is_broad,
    is_folded,
    own_limits,
    say,
)
from design_lab.report.prose import Paragraph, Prose

_TEMPLATES = Path(__file__).with_name("templates")
_LATIN = ("Arial", "Helvetica Neue", "Liberation Sans")
_LETTERS, _SIZES = 92, (9.0, 7.5)  # in a line of a table at the first size; the second is for what is broader
_HIGHEST, _WIDTH = 9.5, 17.0  # cm that a chart may be high, and is broad where it is not too high
_LONGEST_TITLE = 80  # letters in the header
_OPEN, _TELLING = 3, 4  # sentences in the summary on what stays open, and on what would tell
_MATTERS = ("weights", "expected", "candidates", "slopes", "staff")  # the summary's chart is the first that is there
_REGIONS = {"en": "GB", "zh": "CN"}
_COLOURS = {"ink": INK, "muted": MUTED, "rule": RULE, "panel": PANEL, "accent": ACCENT, "mark": MARK}
_UNSET = ("svg", "claim", "kind", "look", "colours", "family", "lang", "region")  # are no words
_BOX = "□"  # where the font has no picture
_BOLD = 600  # the weight from which a face is bold
_SIZE = re.compile(r'width="([\d.]+)pt" height="([\d.]+)pt"')


def write_pdf(report: Report, drawn: Mapping[str, str], folder: Path) -> list[Path]:
    """Write `report.<lang>.pdf` and `summary.<lang>.pdf`, one page; return the paths.

    `drawn` are the charts as SVG by name. Without a font with every letter, `LackingError` is raised.
    """
    paper = _Paper(report, drawn)
    written = []
    for name, content in (("report", paper.whole()), ("summary", paper.summary())):
        path = folder / f"{name}.{report.lang}.pdf"
        with replacing(path) as temporary:
            temporary.write_bytes(_set(name, content, report))
        written.append(path)
    return written


def _set(template: str, content: dict[str, Any], report: Report) -> bytes:
    """Set a template of `templates/`; the quarter's last day stands for the date on which it was made."""
    import datetime as dt

    import typst

    texts = [*_texts(content), _BOX, "0123456789–•"]
    family = family_for(texts, (*(_LATIN if report.lang == "en" else ()), *FAMILIES))
    known, file = characters(family), file_of(family)
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(file.parent)] if file else [])
    family = family.replace("CJK JP", "CJK SC")  # matplotlib reads one face of the file, typst all
    content |= {
        "family": family,
        "bold": any(face.family == family and face.weight >= _BOLD for face in fonts.fonts()),
    }
    made = dt.datetime.combine(Quarter.parse(report.quarter).last_day(), dt.time(), dt.UTC)
    given = json.dumps(_shown(content, known), ensure_ascii=False)
    compiler = typst.Compiler(
        str(_TEMPLATES / f"{template}.typ"), root=str(_TEMPLATES), font_paths=fonts, sys_inputs={"data": given}
    )
    made_of: Any = compiler.compile(format="pdf", timestamp=made)
    return bytes(made_of)


def _texts(content: Any) -> Iterator[str]:
    """Every text that will be set."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for key, held in content.items():
            if key not in _UNSET:
                yield from _texts(held)
    elif isinstance(content, list | tuple):
        for held in content:
            yield from _texts(held)


def _shown(content: Any, known: frozenset[str]) -> Any:
    """The content with an empty box where the font has no picture of a symbol, and places where long words break."""
    if isinstance(content, str):
        boxed = "".join(_BOX if is_symbol(c) and c not in known else c for c in content)
        return breakable(boxed)
    if isinstance(content, dict):
        return {key: held if key in _UNSET else _shown(held, known) for key, held in content.items()}
    if isinstance(content, list | tuple):
        return [_shown(held, known) for held in content]
    return content


class _Paper:
    """A report as plain data for the templates: texts, numbers of layout and drawings."""

    def __init__(self, report: Report, drawn: Mapping[str, str]) -> None:
        self.report, self._drawn = report, drawn
        self._places = {entry.id: place for place, entry in enumerate(report.index)}

    def whole(self) -> dict[str, Any]:
        """The report, its annex and its index."""
        report = self.report
        return {
            **self._common(),
            "subtitle": report.subtitle,
            "sections": [self._section(section) for section in report.sections],
            "annex": [
                {"kicker": section.kicker, "blocks": [self._block(block, section) for block in blocks]}
                for section, blocks in annex(report)
            ],
            "limits": self._limits(),
            "index": self._index(),
        }

    def summary(self) -> dict[str, Any]:
        """The answer, the key findings, the chart that matters most, what stays open and what would tell."""
        report, summary, unknown = self.report, self.report.section("summary"), self.report.section("unknown")
        by_key = {section.key: section for section in report.sections if section.chart}
        key = next((key for key in (*_MATTERS, *by_key) if key in by_key), None)
        cards = next((block.statements for block in summary.blocks if isinstance(block, Group)), ())
        silent = (block for block in unknown.blocks if isinstance(block, Group) and not block.folded)
        open_ones = [one.text for block in silent for one in block.statements if one not in cards]
        telling = [sentence for points in unknown.points for sentence in points.sentences]
        conditions = self._say("summary.conditions")
        return {
            **self._common(),
            "kicker": summary.kicker,
            "heading": summary.heading,
            "lead": list(summary.lead),
            "statements": [self._statement(statement, linked=False) for statement in cards],
            "chart": self._chart(by_key[key], linked=False) if key else None,
            "columns": [
                {"title": self._say("unknown.statements"), "sentences": open_ones[:_OPEN] or [unknown.heading]},
                {
                    "title": conditions,
                    "sentences": [*telling[:_TELLING], *([report.assumed] if report.assumed else [])],
                },
            ],
            "rest": self._say("summary.rest", file=f"report.{report.lang}.pdf"),
        }

    def _say(self, key: str, **parts: str) -> str:
        return say(self.report, key, **parts)

    def _common(self) -> dict[str, Any]:
        report = self.report
        keys = {"contents": "contents", "annex": "annex", "limits_shared": "limits_shared"}
        return {
            "lang": report.lang,
            "region": _REGIONS[report.lang],
            "title": report.title,
            "running": f"{clipped(report.title, _LONGEST_TITLE)} · {report.quarter}",
            "mark": report.mark,
            "look": _COLOURS,
            "colours": CLAIMS,
            "words": {
                **{name: self._say(key) for name, key in keys.items()},
                "open": self._say("slide.open"),
                "legend": self._say("limits.legend"),
            },
        }

    def _section(self, section: Section) -> dict[str, Any]:
        legend = self.report.legend if section.key == "limits" else ()
        return {
            "kicker": placed(section, self.report.lang),
            "heading": section.heading,
            "lead": list(section.lead),
            "blocks": [self._block(block, section) for block in section.blocks if not is_folded(block)],
            "legend": [{"claim": one.claim, "label": one.label, "meaning": one.meaning} for one in legend],
        }

    def _block(self, block: Block, section: Section) -> dict[str, Any]:
        if isinstance(block, Table):
            return self._table(block)
        if isinstance(block, Group):
            return self._group(block, cards=section.key == "summary")
        if isinstance(block, Points):
            return {"kind": "points", "title": block.title, "sentences": list(block.sentences)}
        if isinstance(block, Prose):
            return {"kind": "prose", "title": block.title, "paragraphs": [self._told(one) for one in block.paragraphs]}
        return {**self._chart(section), "limits": list(section.chart_limits)}

    def _told(self, paragraph: Paragraph) -> dict[str, Any]:
        """A paragraph of the consultant's, its numbers with the badges of their claims."""
        runs = [
            {
                "text": run.text,
                "bold": run.bold,
                "badge": self._badge(run.claim) | {"label": run.badge} if run.claim else None,
            }
            for run in paragraph.runs
        ]
        review = f"{self._say('narrative.review')} {paragraph.review}" if paragraph.review else ""
        return {"kind": paragraph.kind, "runs": runs, "review": review}

    def _chart(self, section: Section, *, linked: bool = True) -> dict[str, Any]:
        chart = section.chart
        assert chart is not None
        svg = self._drawn[chart.name]
        broad, high = (float(length) for length in _SIZE.findall(svg)[0])
        return {
            "kind": "chart",
            "title": chart.title,
            "alt": chart.alt,
            "svg": svg,
            "share": min(1.0, _HIGHEST / _WIDTH * broad / high),
            "claims": [self._badge(statement, linked=linked) for statement in each_claim(chart.shows)],
        }

    def _group(self, group: Group, *, cards: bool) -> dict[str, Any]:
        statements = [
            {**self._statement(one), "own": "" if cards else own_limits(group, one, self.report)}
            for one in group.statements
        ]
        return {
            "kind": "group",
            "title": group.title,
            "cards": cards,
            "statements": statements,
            "limits": list(group.limits if cards else group.shared),
        }

    def _statement(self, statement: Statement, *, linked: bool = True) -> dict[str, Any]:
        return {**self._badge(statement, linked=linked), "text": statement.text, "figure": statement.figure}

    def _badge(self, statement: Statement, *, linked: bool = True) -> dict[str, Any]:
        """A claim; `place` is where its finding stands in the index, to which it leads."""
        there = linked and statement.id in self._places
        place = {"place": self._places[statement.id]} if there else {}
        return {"claim": statement.claim, "label": statement.claim_label, **place}

    def _table(self, table: Table) -> dict[str, Any]:
        heads = [*table.columns, *([] if table.alike else [self._say("claim")])]
        rows = []
        for row in table.rows:
            cells = [_cell(cell, bold=at == 0, hole=at in row.holes) for at, cell in enumerate(row.cells)]
            if not table.alike:
                cells.append(_cell("", badges=[self._badge(statement) for statement in each_claim(row.shows)]))
            rows.append(cells)
        longest = (
            [max([cell["text"], *(one["label"] for one in cell["badges"])], key=len) for cell in row] for row in rows
        )
        texts = [heads, *longest]
        return {
            "kind": "table",
            "title": table.title,
            "heads": heads,
            "rows": rows,
            "shares": list(column_shares(texts, _LETTERS)),
            "numbers": [] if table.worded else list(range(1, len(table.columns))),
            "size": _SIZES[is_broad(texts, _LETTERS)],
            "claims": [self._badge(statement) for statement in each_claim(table.shows)] if table.alike else [],
            "notes": list(table.notes),
            "limits": list(table.limits),
        }

    def _limits(self) -> dict[str, Any]:
        return {
            "title": self._say("limits.all"),
            "heads": [self._say("limits.limit_column"), self._say("limits.applies_column")],
            "rows": [[_cell(limit), _cell(", ".join(ids))] for limit, ids in self.report.limits],
            "shares": [0.55, 0.45],
            "numbers": [],
        }

    def _index(self) -> dict[str, Any]:
        return {
            "title": self._say("limits.index"),
            "heads": [self._say(f"limits.{name}_column") for name in ("id", "value", "n", "claim", "source")],
            "rows": [
                [_cell(one.id, place=place), *map(_cell, (one.value, one.n, one.claim_label, one.source))]
                for place, one in enumerate(self.report.index)
            ],
            "shares": [0.42, 0.12, 0.08, 0.2, 0.18],
            "numbers": [1, 2],
        }


def _cell(
    text: str, *, bold: bool = False, hole: bool = False, badges: Sequence[Mapping[str, Any]] = (),
    place: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    at = {} if place is None else {"place": place}
    return {"text": text, "bold": bold, "hole": hole, "badges": list(badges), **at}
