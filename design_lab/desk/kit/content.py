"""What a form of the kit consists of, told once: papers become Word documents, books Excel workbooks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

# ---- papers --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; `level` 1 or 2."""

    text: str
    level: Literal[1, 2] = 1


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph: `lead` stands out, `note` is small and grey."""

    text: str
    look: Literal["body", "lead", "note"] = "body"


@dataclass(frozen=True, slots=True)
class Points:
    """A list; with `boxes` each point has a box to tick."""

    items: tuple[str, ...]
    boxes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table: a cell is text, or None where people write; `widths` are shares of the page.

    No `columns`, no header. `numeric` columns stand to the right; `height` is the least of a row in centimetres;
    `strong` rows are in bold.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    widths: tuple[float, ...]
    numeric: frozenset[int] = frozenset()
    height: float = 0.0
    strong: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class NewPage:
    """What follows begins on a new page."""


Block = Heading | Text | Points | Grid | NewPage


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A Word document; `part` tells papers of one form apart in file names."""

    part: str = ""
    title: str
    subtitle: str
    blocks: tuple[Block, ...]
    wide: bool = False


# ---- books ---------------------------------------------------------------------------------------------------------

Form = Literal["text", "number", "share", "count", "date", "week"]


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it stands in a cell."""

    value: float
    form: Form = "number"


@dataclass(frozen=True, slots=True)
class Day:
    """A date in a cell, to be changed by who uses the sheet if it is `open`."""

    value: dt.date | None
    open: bool = True


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula, without its '='; made of cell addresses and constants, never of text out of data."""

    text: str
    form: Form = "number"


@dataclass(frozen=True, slots=True)
class Entry:
    """A cell to be filled in or changed: what stands there at first, and among what it is chosen."""

    value: str | float | None = None
    choices: tuple[str | float, ...] = ()
    form: Form = "text"


Cell = str | Number | Day | Formula | Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet: a title, notes, `settings` (label and cell) and a table, one below the other from column A on.

    `alarms` are texts that stand out in red wherever a formula gives them; `bars` are columns in which a 1 is a bar.
    """

    name: str
    title: str
    notes: tuple[str, ...] = ()
    settings: tuple[tuple[str, Cell], ...] = ()
    columns: tuple[str | Cell, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    widths: tuple[float, ...] = ()
    alarms: tuple[str, ...] = ()
    bars: frozenset[int] = field(default_factory=frozenset)

    @property
    def first_setting(self) -> int:
        """The number of the first setting's row, counted from 1 as formulas count."""
        return 3 + len(self.notes)

    @property
    def header(self) -> int:
        """The number of the header's row."""
        return self.first_setting + len(self.settings) + (1 if self.settings else 0)

    @property
    def first_row(self) -> int:
        """The number of the table's first row."""
        return self.header + 1


def first_row(notes: Sequence[str], settings: Sequence[object]) -> int:
    """Return the number of a table's first row below so many notes and settings, as formulas count."""
    return 3 + len(notes) + len(settings) + (1 if settings else 0) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """An Excel workbook; `part` tells books of one form apart in file names."""

    part: str = ""
    title: str
    sheets: tuple[Sheet, ...]


Made = Paper | Book
