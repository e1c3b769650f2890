"""What arrived: each file's rows, every fault of every row, what was refused, and which tables disagree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from design_lab.catalogue import words
from design_lab.errors import DataError, place
from design_lab.finding import Finding

Verdict = Literal["pass", "exclusions", "refused"]

# What can be wrong with a row, in the order in which it is looked for; the words stand below `data_check.` in both word
# files. A row with several faults is named under each of them and left out once.
RULES = ("unread", "empty", "out_of_bounds", "unmatched", "outside_quarter", "overlap", "duplicate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One faulty cell: its row in the file and what stood there; None if that is blank or may name somebody."""

    row: int
    value: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Rows of one file that break one rule in one column: how many, and the first of their cells."""

    rule: str
    column: str
    count: int
    cells: tuple[Cell, ...]


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
class Refusal:
    """Why a file, or a whole quarter, cannot be used; `kind` is a key below `data_check.refusal.` in the word files."""

    kind: str
    quarter: str
    table: str | None = None
    file: str | None = None  # None: of the quarter as a whole
    sheet: str | None = None
    parts: Mapping[str, str] = field(default_factory=dict)

    def text(self, lang: str) -> str:
        """Return the reason alone, without its place."""
        return words(lang).say(f"data_check.refusal.{self.kind}", **self.parts)

    def line(self) -> str:
        """Return place and reason as the command line says them; the readers' sentences bring their place along."""
        if self.kind == "unreadable":
            return self.text("en")
        where = place(f"{self.quarter}/{self.file}", sheet=self.sheet) if self.file else self.quarter
        return f"{where}: {self.text('en')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """One file's or sheet's account: `rows` = `used` + `excluded` + `subtotals` + `aside`, always."""

    table: str
    quarter: str
    file: str  # below raw/<quarter>/
    sheet: str | None
    rows: int
    used: int
    excluded: int
    subtotals: int
    exclude_limit: float  # the share of rows that may be left out
    faults: tuple[Fault, ...] = ()
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
    def refusal(self) -> Refusal | None:
        """Why the file cannot be used, if it cannot."""
        if not self.data_rows:
            if self.aside or (self.rows and not self.subtotals):
                return None  # all rows are set aside: of other quarters, or other words
            return self._refused("totals_only" if self.subtotals else "no_rows")
        if self.excluded <= self.exclude_limit * self.data_rows:
            return None
        return self._refused(
            "over_limit", excluded=f"{self.excluded}", rows=f"{self.data_rows}",
            share=f"{self.excluded / self.data_rows:.1%}", limit=f"{self.exclude_limit:.1%}",
        )  # fmt: skip

    @property
    def verdict(self) -> Verdict:
        """Whether the file can be used whole, without some rows, or not at all."""
        if self.refusal:
            return "refused"
        return "exclusions" if self.excluded else "pass"

    def lines(self) -> list[str]:
        """Say in one line a fault what was left out."""
        where = f"{self.quarter}/{self.file}"
        left_out = [
            f"{place(where, sheet=self.sheet, row=fault.cells[0].row, column=fault.column)}: {_said(fault)} "
            f"({fault.count} of {self.data_rows} rows are so and left out)"
            for fault in self.faults
        ]
        return left_out + [
            f"{place(where, sheet=self.sheet, row=d.row, column=d.column)}: the total says {d.stated!r}, but its rows "
            f"add up to {d.counted!r}; the rows are believed, ask the client which holds"
            for d in self.disagreements
        ]

    def _refused(self, kind: str, **parts: str) -> Refusal:
        return Refusal(kind=kind, quarter=self.quarter, table=self.table, file=self.file, sheet=self.sheet, parts=parts)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON-like content."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> FileReport:
        """Read a report back."""
        faults = tuple(
            Fault(**{**fault, "cells": tuple(Cell(**cell) for cell in fault["cells"])}) for fault in content["faults"]
        )
        aside = tuple(SetAside(**part) for part in content["set_aside"])
        disagreements = tuple(Disagreement(**part) for part in content["disagreements"])
        return cls(**{**content, "faults": faults, "set_aside": aside, "disagreements": disagreements})


def _said(fault: Fault) -> str:
    spoken, value = words("en"), fault.cells[0].value
    what, remedy = (spoken.say(f"data_check.{part}.{fault.rule}") for part in ("rule", "remedy"))
    return f"{'the cell' if value is None else repr(value[:40])} {what}; {remedy}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case that breaks a rule across tables: whose (a pseudonym) and which day; None where a rule has none."""

    person: str | None
    day: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One rule across tables: `count` of `of` cases break it, `cases` are the first of them.

    `rule` is a key below `finding.data.check.` and `data_check.conflict.` in the word files.
    """

    rule: str
    quarter: str
    count: int
    of: int
    cases: tuple[Case, ...] = ()

    def text(self, lang: str) -> str:
        """Say the count in a sentence."""
        parts = {"quarter": self.quarter, "value": f"{self.count:,}", "n": f"{self.of:,}"}
        return words(lang).say(f"finding.data.check.{self.rule}", **parts)

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON-like content."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Agreement:
        """Read a record back."""
        return cls(**{**content, "cases": tuple(Case(**case) for case in content["cases"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """What arrived in all quarters that were asked for, and whether its tables agree with each other.

    `missing_by_quarter` names the tables without a file; `refusals` are those that no file's own account tells;
    `statements` say for each quarter that was checked how many people and how much work its tables hold.
    """

    files: tuple[FileReport, ...]
    agreements: tuple[Agreement, ...]
    missing_by_quarter: Mapping[str, tuple[str, ...]]
    refusals: tuple[Refusal, ...] = ()
    statements: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)

    @property
    def missing(self) -> tuple[str, ...]:
        """The tables not delivered for the latest quarter."""
        latest = max(self.missing_by_quarter)
        return self.missing_by_quarter[latest]

    @property
    def verdict(self) -> Verdict:
        """The worst of the files' and the quarters'."""
        found = {"refused"} if self.refusals else {file.verdict for file in self.files}
        return next((verdict for verdict in ("refused", "exclusions") if verdict in found), "pass")

    def lines(self) -> list[str]:
        """Say what was left out, one line a file and fault, and which tables disagree."""
        left_out = [line for file in self.files for line in file.lines()]
        advice = " Ask the client which of the two is right."
        return left_out + [found.text("en") + advice for found in self.agreements if found.count]

    @property
    def all_refusals(self) -> tuple[Refusal, ...]:
        """Every refusal: unreadable files, files that their own account refuses, then quarters."""
        own = [file.refusal for file in self.files if file.refusal]
        files = [refusal for refusal in self.refusals if refusal.file]
        return (*files, *own, *(refusal for refusal in self.refusals if not refusal.file))

    def refuse(self) -> None:
        """Raise `DataError` with every fault of every refused file and quarter; do nothing if none is refused."""
        said = [refusal.line() for refusal in self.refusals if refusal.file]
        for file in self.files:
            if file.refusal:
                said += [*file.lines(), file.refusal.line()]
        said += [refusal.line() for refusal in self.refusals if not refusal.file]
        if said:
            raise DataError("\n".join(said))

    def of(self, quarter: str) -> Arrivals:
        """Return what arrived for one quarter."""
        return Arrivals(
            files=tuple(file for file in self.files if file.quarter == quarter),
            agreements=tuple(found for found in self.agreements if found.quarter == quarter),
            missing_by_quarter={quarter: self.missing_by_quarter[quarter]},
            refusals=tuple(refusal for refusal in self.refusals if refusal.quarter == quarter),
            statements={quarter: self.statements.get(quarter, ())},
        )

    def counts(self, quarter: str, table: str) -> tuple[int, int, int]:
        """Return (files, rows used, rows left out) of one table and quarter."""
        files = [file for file in self.files if file.quarter == quarter and file.table == table]
        return len(files), sum(file.used for file in files), sum(file.excluded for file in files)
