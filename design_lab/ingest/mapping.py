"""sources.yaml: which of the client's files and columns make which canonical table."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from pathlib import Path, PureWindowsPath
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictBool, StrictInt, field_validator, model_validator

from design_lab.address import url_fault
from design_lab.errors import StudyError, nearest
from design_lab.files import read_yaml, validated
from design_lab.ingest.origin import CLOCK, DURATION_UNITS, PERCENT, SHARE, From, Model, Names, Origin
from design_lab.rulebook import Number
from design_lab.schema import STATED_MEANS, TABLES, Column

_DELIMITERS = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}
EVERY_QUARTER = "every_quarter"


def _listed(given: Any) -> Any:
    return [given] if isinstance(given, Mapping) else given


class Rows(Model):
    """Rows of a file that are told by a word: those in whose `column` one of the `words` stands."""

    column: str
    words: Names


Choices = Annotated[tuple[Rows, ...], BeforeValidator(_listed)]


class Header(Model):
    """Where the header stands: its first row, counted from 1, and how many rows it has."""

    first_row: Annotated[StrictInt, Field(ge=1, le=1000)] = 1
    rows: Literal[1, 2] = 1


class Source(Model):
    """One kind of the client's files, below raw/<quarter>/, and how its columns become a canonical table's.

    `subtotals` lists its words from the inner total to the outer one: each is the sum of the rows since the last total
    of its own or an outer rank.
    """

    files: str = ""
    format: Literal["xlsx", "xls", "csv", "parquet", "table"]
    url: str | None = None  # of a database, for ibis; ${NAME} stands for an environment variable
    table: str | None = None  # in that database, as table or schema.table
    sheet: str | Annotated[StrictInt, Field(ge=1)] | None = None
    sheets: str | None = None  # a regular expression; every sheet of such a name is read
    header: Header = Header()
    encoding: str = "utf-8"
    delimiter: str = ","
    keep_rows: Choices = ()
    drop_rows: Choices = ()
    subtotals: Rows | None = None
    distinct: StrictBool = False  # rows that are alike in every mapped column count as one
    every_quarter: StrictBool = False  # the files lie in raw/every_quarter/; each quarter takes its rows from them
    columns: dict[str, Origin]
    checks: dict[str, Origin] = Field(default={})  # means that the file states
    exclude_limit: Number = 0.02  # of a file's rows

    @field_validator("delimiter")
    @classmethod
    def _one_character(cls, given: str) -> str:
        meant = _DELIMITERS.get(given, given)
        if len(meant) != 1:
            raise ValueError(f"must be one character or one of {', '.join(_DELIMITERS)}")
        return meant

    @field_validator("sheets")
    @classmethod
    def _pattern(cls, given: str | None) -> str | None:
        try:
            re.compile(given or "")
        except (re.error, OverflowError, RecursionError) as error:
            raise ValueError(f"is no regular expression: {error}") from None
        return given

    @model_validator(mode="before")
    @classmethod
    def _a_table_is_of_every_quarter(cls, given: Any) -> Any:
        is_table = isinstance(given, Mapping) and given.get("format") == "table"
        return {**given, "every_quarter": True} if is_table else given

    @model_validator(mode="after")
    def _fits_its_format(self) -> Source:
        if fault := _not_a_database(self) if self.format == "table" else _not_a_file(self):
            raise ValueError(fault)
        is_book = self.format in ("xlsx", "xls")
        if (self.sheet is not None or self.sheets is not None) and not is_book:
            raise ValueError(f"a file of the format {self.format} has no sheets")
        if self.sheet is not None and self.sheets is not None:
            raise ValueError("say sheet (one, by its name or number) or sheets (all of a pattern), not both")
        if self.format == "parquet" and self.header != Header():
            raise ValueError("a parquet file has no header rows")
        return self

    @property
    def read_columns(self) -> list[str]:
        """All columns of the file that the mapping names, each once."""
        origins = (*self.columns.values(), *self.checks.values())
        mapped = [column for origin in origins for column in origin.read_columns]
        chosen = [rows.column for rows in (*self.keep_rows, *self.drop_rows)]
        return list(dict.fromkeys([*mapped, *chosen, *([self.subtotals.column] if self.subtotals else [])]))


def _not_a_database(source: Source) -> str | None:
    if not source.url or not source.table:
        return "a table of a database needs url (such as duckdb://raw/warehouse.duckdb) and table"
    if fault := url_fault(source.url):
        return f"url: {fault}"
    given = {"files": source.files, "subtotals": source.subtotals, "header": source.header != Header()}
    if odd := [key for key, value in given.items() if value]:
        return f"{', '.join(odd)}: does not go with a table of a database"
    if odd := [column for column, origin in source.columns.items() if origin.file_name]:
        return f"columns.{odd[0]}.file_name: a table of a database has no file name"
    return None


def _not_a_file(source: Source) -> str | None:
    if source.url or source.table:
        return f"url and table go with format: table, not with {source.format}"
    return None if source.files else "files is missing: the pattern of the files below raw/<quarter>/"


class Sources(Model):
    """What sources.yaml says: for each canonical table one source, or several whose rows are put together."""

    tables: dict[str, Annotated[tuple[Source, ...], BeforeValidator(_listed)]]


def read_sources(folder: Path) -> Sources:
    """Read `<study>/sources.yaml`; a wrong table, column, key or pattern raises `StudyError` with every fault."""
    path = folder / "sources.yaml"
    sources: Sources = validated(Sources, {"tables": read_yaml(path)}, path)
    if faults := [fault for name, parts in sources.tables.items() for fault in _faults(name, parts)]:
        raise StudyError("\n".join(f"{path}: {fault}" for fault in faults))
    return sources


def _leaves(pattern: str) -> bool:
    """Whether a pattern of files could lead out of its folder on some system."""
    windows = PureWindowsPath(pattern)
    return bool(windows.drive or windows.root) or ".." in windows.parts or not pattern.isprintable()


def _faults(name: str, parts: tuple[Source, ...]) -> list[str]:
    if name not in TABLES:
        return [f"{name}: is not a canonical table; {nearest(name, TABLES)}"]
    table = TABLES[name]
    means = STATED_MEANS.get(name, {})
    faults = []
    for part in parts:
        if _leaves(part.files):
            faults.append(f"{name}.files: {part.files!r} must stay below raw/<quarter>/")
        for column, origin in part.columns.items():
            if column not in table.columns:
                faults.append(f"{name}.columns.{column}: is no column of it; {nearest(column, table.columns)}")
            elif fault := _misfit(table.columns[column], origin):
                faults.append(f"{name}.columns.{column}{fault}")
        for mean, origin in part.checks.items():
            if mean not in means:
                faults.append(f"{name}.checks.{mean}: is no mean that is compared; {nearest(mean, means)}")
            elif len(origin.columns) != 1:
                faults.append(f"{name}.checks.{mean}: needs one column of the file")
            elif fault := _misfit(means[mean], origin):
                faults.append(f"{name}.checks.{mean}{fault}")
        faults += [
            f"{name}.columns.{column}: is missing, and the table needs it"
            for column, spec in table.columns.items()
            if spec.required and column not in part.columns
        ]
        timeless = table.when is None and "valid_from" not in table.columns
        if part.every_quarter and timeless and not part.distinct:
            faults.append(
                f"{name}.every_quarter: its rows have no date to be told apart by; give each quarter its file"
            )
    return faults


def _misfit(column: Column, origin: From) -> str | None:
    """What of a mapping does not go with its column's kind, beginning with the key."""
    kind, unit = column.kind, origin.unit
    if origin.otherwise and (kind == "person" or _misfit(column, origin.otherwise)):
        return f".otherwise{_misfit(column, origin.otherwise) or ': does not go with people; map their ids by id_map'}"
    durations = (*DURATION_UNITS, CLOCK)
    if kind == "milliseconds" and unit not in durations and not origin.is_span:
        return f".unit: is missing; say seconds, minutes, hours or {CLOCK}"
    faults = (
        (unit in durations and kind != "milliseconds", f"unit: {unit} goes with durations only"),
        (unit in (SHARE, PERCENT) and kind != "points_x100", f"unit: {unit} goes with points only"),
        (origin.minus and kind != "milliseconds", "minus: goes with durations only"),
        (origin.formats and kind not in ("date", "time") and not origin.is_span, "formats: go with dates and times"),
        (origin.counted and kind not in ("date", "time"), "counted: goes with dates and times only"),
        (origin.of_month and kind != "date", "of_month: goes with dates only"),
        (origin.width and kind not in ("person", "text"), "width: goes with ids and texts only"),
    )
    return next((f".{said}" for is_fault, said in faults if is_fault), None)


def unknown_encoding(encoding: str) -> bool:
    """Tell whether no encoding of this name exists."""
    try:
        codecs.lookup(encoding)
    except LookupError:
        return True
    return False
