"""What arrived: for each file how many rows were used, how many were left out, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from design_lab.catalogue import words
from design_lab.errors import place
from design_lab.ingest.agreement import Agreement

# What is wrong with a row, and what to do about it; the first fault that a row has is the one it is counted under.
RULES: Mapping[str, str] = {
    "unread": "cannot be read as its kind; correct the format, unit or codes in sources.yaml, or ask the client",
    "empty": "is empty, but the table needs it; ask the client",
    "out_of_bounds": "is outside what is possible; ask the client",
    "unmatched": "belongs to nobody on that day; complete the identity map or the roster",
    "outside_quarter": "is outside the quarter; the file may lie in the wrong folder",
    "overlap": "gives the same id to two people on the same days; ask the client who held it when",
    "duplicate": "repeats the key of an earlier row; ask the client which one holds",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Rows of one file left out for one reason: how many, the first one's row number and what stood there."""

    rule: str
    column: str
    count: int
    first_row: int
    sample: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """Rows that are no fault and yet not of this table: in `column` stood `value`, which the mapping leaves aside."""

    reason: str  # keep_rows, drop_rows, repeated (of a distinct source), other_quarter (of a file of every quarter)
    column: str
    value: str | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A total that is not the sum of its rows; the rows are believed."""

    column: str
    row: int
    stated: str
    counted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """One file's or sheet's account: `rows` = `used` + `excluded` + `subtotals` + `aside`, always."""

    table: str
    quarter: str
    file: str  # below raw/<quarter>/
    sheet: str | None
    rows: int
    used: int
    subtotals: int
    exclusions: tuple[Exclusion, ...]
    set_aside: tuple[SetAside, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()

    @property
    def aside(self) -> int:
        """How many rows the mapping leaves aside."""
        return sum(part.count for part in self.set_aside)

    @property
    def data_rows(self) -> int:
        """How many rows should have become rows of the table."""
        return self.rows - self.subtotals - self.aside

    @property
    def excluded(self) -> int:
        """How many rows were left out for a fault."""
        return sum(exclusion.count for exclusion in self.exclusions)

    def lines(self) -> list[str]:
        """Say in one line a fault what was left out."""
        where = f"{self.quarter}/{self.file}"
        left_out = [
            f"{place(where, sheet=self.sheet, row=e.first_row, column=e.column)}: {_sample(e)} {RULES[e.rule]} "
            f"({e.count} of {self.data_rows} rows are so and left out)"
            for e in self.exclusions
        ]
        return left_out + [
            f"{place(where, sheet=self.sheet, row=d.row, column=d.column)}: the total says {d.stated!r}, but its rows "
            f"add up to {d.counted!r}; the rows are believed, ask the client which holds"
            for d in self.disagreements
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON-like content."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> FileReport:
        """Read a report back."""
        kinds = {"exclusions": Exclusion, "set_aside": SetAside, "disagreements": Disagreement}
        parts = {name: tuple(kind(**part) for part in content[name]) for name, kind in kinds.items()}
        return cls(**{**content, **parts})


def _sample(exclusion: Exclusion) -> str:
    return "the cell" if exclusion.sample is None else repr(exclusion.sample[:40])


def _disagreement(found: Agreement) -> str:
    parts = {"quarter": found.quarter, "value": f"{found.count:,}", "n": f"{found.of:,}"}
    return words("en").say(f"finding.data.check.{found.rule}", **parts) + " Ask the client which of the two is right."


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """What arrived in all quarters that were asked for, and whether its tables agree with each other.

    `missing_by_quarter` names the tables for which nothing was delivered.
    """

    files: tuple[FileReport, ...]
    agreements: tuple[Agreement, ...]
    missing_by_quarter: Mapping[str, tuple[str, ...]]

    @property
    def missing(self) -> tuple[str, ...]:
        """The tables not delivered for the latest quarter."""
        latest = max(self.missing_by_quarter)
        return self.missing_by_quarter[latest]

    def lines(self) -> list[str]:
        """Say what was left out, one line a file and fault, and which tables disagree."""
        left_out = [line for file in self.files for line in file.lines()]
        return left_out + [_disagreement(agreement) for agreement in self.agreements if agreement.count]

    def counts(self, quarter: str, table: str) -> tuple[int, int, int]:
        """Return (files, rows used, rows left out) of one table and quarter."""
        files = [file for file in self.files if file.quarter == quarter and file.table == table]
        return len(files), sum(file.used for file in files), sum(file.excluded for file in files)
