"""What a report says, before any format: sections of statements, tables and charts, already in one language.

Every renderer reads this model and nothing else, so the page and the slides cannot disagree.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from design_lab.report.multiples import Multiples
from design_lab.report.prose import Prose
from design_lab.report.timetable import Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One finding as it is said: its sentence, the number to show large, its claim and the limits in this language."""

    id: str
    text: str
    figure: str | None
    claim: str
    claim_label: str
    limits: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Statements under one title; a limit that all of them share is told once, below.

    `folded` blocks are details: a page shows their title and opens them when asked.
    """

    kind: ClassVar[str] = "group"

    title: str
    statements: tuple[Statement, ...]
    folded: bool = False

    @property
    def limits(self) -> tuple[str, ...]:
        """The limits of all statements, each once."""
        return once(limit for statement in self.statements for limit in statement.limits)

    @property
    def shared(self) -> tuple[str, ...]:
        """The limits that every statement bears, if there are several statements."""
        if len(self.statements) < 2:
            return ()
        return tuple(limit for limit in self.statements[0].limits if all(limit in s.limits for s in self.statements))

    def own(self, statement: Statement) -> tuple[str, ...]:
        """The limits of a statement that are not told for the whole group."""
        return tuple(limit for limit in statement.limits if limit not in self.shared)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table: its cells as text, the findings that they show, and the cells where something is lacking."""

    cells: tuple[str, ...]
    shows: tuple[Statement, ...]
    holes: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table whose first column names the row; all other columns are numbers, unless `worded`.

    A page breaks no cell of a `whole` column over lines.
    """

    kind: ClassVar[str] = "table"

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    worded: bool = False
    folded: bool = False
    whole: frozenset[int] = frozenset()

    @property
    def alike(self) -> bool:
        """Whether all rows make the same kinds of claim, which then need to be told once."""
        return len({frozenset(shown.claim for shown in row.shows) for row in self.rows}) == 1

    @property
    def shows(self) -> tuple[Statement, ...]:
        """Everything that the table shows."""
        return tuple(shown for row in self.rows for shown in row.shows)

    @property
    def limits(self) -> tuple[str, ...]:
        """The limits of everything in the table, each once."""
        return once(limit for row in self.rows for shown in row.shows for limit in shown.limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The bars of one colour: a value, its label and its interval for each category; None where there is none."""

    name: str
    tone: str
    values: tuple[float | None, ...]
    labels: tuple[str, ...]
    bounds: tuple[tuple[float, float] | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Horizontal bars from zero, grouped by category.

    `percent` says whether values are shares, else `digits` how many decimals they are written with.
    """

    kind: ClassVar[str] = "chart"

    name: str
    title: str
    alt: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    percent: bool
    shows: tuple[Statement, ...]
    note: str = ""
    digits: int = 0

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything that is written in it."""
        within = (text for bars in self.series for text in (bars.name, *bars.labels))
        return (self.title, self.note, *self.categories, *within)

    @property
    def low(self) -> float:
        """Where the axis begins: zero, or below the least value if that is negative."""
        ends = [value for bars in self.series for value in bars.values if value is not None]
        ends += [bound[0] for bars in self.series for bound in bars.bounds if bound]
        return min([0.0, *ends])

    @property
    def high(self) -> float:
        """The greatest value or end of an interval."""
        ends = [value for bars in self.series for value in bars.values if value is not None]
        ends += [bound[1] for bars in self.series for bound in bars.bounds if bound]
        return max([0.0, *ends]) or 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A point with a name of its own, told from others by `tone` and `mark` (a matplotlib marker)."""

    name: str
    tone: str
    mark: str
    at: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One pair of axes: a faint `cloud` of points, the `front` that stands out of it, and the points with a name.

    `axes` are titles across and up; `percent` says of each whether its values are shares; `note` tells how many of how
    many points are there.
    """

    title: str
    axes: tuple[str, str]
    percent: tuple[bool, bool]
    cloud: tuple[tuple[float, float], ...]
    front: tuple[tuple[float, float], ...]
    spots: tuple[Spot, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scatter:
    """Points on axes, one field a group, side by side; `cloud` and `front` are what their points are called."""

    kind: ClassVar[str] = "chart"

    name: str
    title: str
    alt: str
    cloud: str
    front: str
    fields: tuple[Field, ...]
    shows: tuple[Statement, ...]

    @property
    def note(self) -> str:
        """The first field's note, which is the one that a slide has room for."""
        return self.fields[0].note

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything that is written in it."""
        named = (spot.name for field in self.fields for spot in field.spots)
        within = (text for field in self.fields for text in (field.title, field.note, *field.axes))
        return (self.title, self.cloud, self.front, *within, *named)


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Sentences under a title that state no finding."""

    kind: ClassVar[str] = "points"

    title: str
    sentences: tuple[str, ...]


Drawing = Chart | Scatter | Timeline | Multiples
Block = Drawing | Table | Group | Points | Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One idea: a heading that is a sentence, and the blocks that support it. `brief` is what a slide has room for."""

    key: str
    kicker: str
    heading: str
    lead: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    brief: tuple[Statement, ...] = ()

    @property
    def chart(self) -> Drawing | None:
        """The section's chart, if it has one."""
        return next((block for block in self.blocks if isinstance(block, Drawing)), None)

    @property
    def tables(self) -> tuple[Table, ...]:
        """The section's tables."""
        return tuple(block for block in self.blocks if isinstance(block, Table))

    @property
    def points(self) -> tuple[Points, ...]:
        """The section's points."""
        return tuple(block for block in self.blocks if isinstance(block, Points))

    @property
    def prose(self) -> tuple[Prose, ...]:
        """The consultant's words in the section."""
        return tuple(block for block in self.blocks if isinstance(block, Prose))

    @property
    def chart_limits(self) -> tuple[str, ...]:
        """The limits of what the chart shows, without those that a table of the section tells."""
        told = {limit for table in self.tables for limit in table.limits}
        shows = self.chart.shows if self.chart else ()
        return once(limit for shown in shows for limit in shown.limits if limit not in told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A finding in the index: where it stands in results.json and what it rests on."""

    id: str
    value: str
    n: str
    claim: str
    claim_label: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """A claim, its name and what it means."""

    claim: str
    label: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole report in one language.

    `mark` is the words for synthetic data, `assumed` says what the client has not confirmed; either may be absent.
    """

    lang: str
    title: str
    subtitle: str
    quarter: str
    mark: str | None
    assumed: str | None
    sections: tuple[Section, ...]
    legend: tuple[Meaning, ...]
    index: tuple[Entry, ...]
    limits: tuple[tuple[str, tuple[str, ...]], ...]

    def section(self, key: str) -> Section:
        """The section of that key."""
        return next(section for section in self.sections if section.key == key)

    @property
    def html_lang(self) -> str:
        """The language as HTML and OOXML tag it."""
        return {"en": "en-GB", "zh": "zh-CN"}[self.lang]


def once(items: Iterable[str]) -> tuple[str, ...]:
    """Keep each item once, in order.

    >>> once(["b", "a", "b"])
    ('b', 'a')
    """
    return tuple(dict.fromkeys(items))


def clean(text: str) -> str:
    r"""Put a text on one line and take out characters that no page can show (controls, direction marks).

    >>> clean("Quality\n first\u202e")
    'Quality first'
    """
    joined = " ".join(text.split())
    return "".join(c for c in joined if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))


def width(text: str) -> int:
    """How many Latin letters wide a text is; a Chinese character takes two.

    >>> width("AB工作")
    6
    """
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def clipped(text: str, most: int) -> str:
    """Cut a text to a width, with an ellipsis where something is missing.

    >>> clipped("Quality first", 8), clipped("质量优先", 8)
    ('Quality…', '质量优先')
    """
    if width(text) <= most:
        return text
    kept = ""
    for character in text:
        if width(kept + character) > most - 1:
            break
        kept += character
    return kept.rstrip() + "…"


def shortened(name: str, most: int) -> str:
    """Cut a name to a width in its middle, since names that begin alike often end apart.

    >>> shortened("Candidate number seven", 14)
    'Candidat…seven'
    """
    if width(name) <= most:
        return name
    tail = ""
    for character in reversed(name):
        if width(character + tail) > most * 2 // 5:
            break
        tail = character + tail
    return clipped(name, most - width(tail.lstrip())) + tail.lstrip()


def broken(text: str, most: int) -> list[str]:
    """Break a text into lines of at most that width: between words, within Chinese, within a word only at need.

    >>> broken("customer satisfaction", 12), broken("客户满意度", 6)
    (['customer', 'satisfaction'], ['客户满', '意度'])
    """
    lines = [""]
    for piece in _pieces(text):
        if width(lines[-1] + piece.rstrip()) > most and lines[-1]:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        rest = piece
        while width(rest.rstrip()) > most:
            cut = next(i for i in range(1, len(rest) + 1) if i == len(rest) or width(rest[: i + 1]) > most)
            lines[-1:] = [rest[:cut], ""]
            rest = rest[cut:]
        lines[-1] += rest
    return [line.rstrip() for line in lines if line.strip()] or [""]


def _pieces(text: str) -> list[str]:
    """Cut a text where a line may end: after a space, and around each wide character (its punctuation kept with it)."""
    pieces: list[str] = []
    for character in text:
        wide = unicodedata.east_asian_width(character) in "WF"
        closing = character in "，。、；：）”》！？…"
        starts = not pieces or pieces[-1].endswith(" ") or wide or width(pieces[-1][-1]) == 2
        if pieces and (closing or not starts or pieces[-1][-1] in "（“《"):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces
