"""sources.yaml: which of the client's files and columns make which canonical table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, model_validator

from design_lab.errors import StudyError, nearest
from design_lab.files import read_yaml, validated
from design_lab.schema import TABLES
from design_lab.scheme import Number

# How many milliseconds (or hundredths of a point) one unit of the client's number is.
DURATION_UNITS: Mapping[str, int] = {"milliseconds": 1, "seconds": 1000, "minutes": 60_000, "hours": 3_600_000}
CLOCK = "h:mm:ss"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class From(_Model):
    """Where a canonical column comes from: a column of the file (or several, added), its name, a constant, the row."""

    column: str | tuple[str, ...] | None = Field(default=None, alias="from")
    file_name: str | None = None  # a regular expression with one group
    constant: str | None = None
    row_number: StrictBool = False
    unit: Literal["milliseconds", "seconds", "minutes", "hours", "h:mm:ss"] | None = None
    formats: tuple[str, ...] = ()
    codes: dict[str, str | bool] | None = None
    system: str | None = None  # whose ids these are; absent: the ids of the roster

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the file that are read; several are added."""
        return (self.column,) if isinstance(self.column, str) else self.column or ()

    @model_validator(mode="after")
    def _has_one_origin(self) -> From:
        origins = (self.column, self.file_name, self.constant, self.row_number or None)
        if sum(origin is not None for origin in origins) != 1:
            raise ValueError("needs exactly one of from, file_name, constant and row_number")
        if len(self.columns) > 1 and self.unit is None:
            raise ValueError("only durations, with their unit, can be added from several columns")
        if self.file_name is not None and re.compile(self.file_name).groups != 1:
            raise ValueError("file_name must hold one group in brackets, such as '(\\d{8})'")
        return self


def _named(given: Any) -> Any:
    """`column: 工号` is short for `column: {from: 工号}`."""
    return {"from": given} if isinstance(given, str) else given


class DropRows(_Model):
    """Rows that are not data: those in whose `column` one of the `words` stands (subtotals, totals)."""

    column: str
    words: tuple[str, ...]


class Header(_Model):
    """Where the header stands in a sheet: its first row, counted from 1, and how many rows it has."""

    first_row: StrictInt = 1
    rows: Literal[1, 2] = 1


class Source(_Model):
    """One kind of the client's files, below raw/<quarter>/, and how its columns become a canonical table's."""

    files: str
    format: Literal["xlsx", "csv", "parquet"]
    sheet: str | None = None
    header: Header = Header()
    encoding: str = "utf-8"
    delimiter: str = ","
    drop_rows: DropRows | None = None
    columns: dict[str, Annotated[From, BeforeValidator(_named)]]
    exclude_limit: Number = 0.02  # of a file's rows


def _listed(given: Any) -> Any:
    return [given] if isinstance(given, Mapping) else given


class Sources(_Model):
    """What sources.yaml says: for each canonical table one source, or several whose rows are put together."""

    tables: dict[str, Annotated[tuple[Source, ...], BeforeValidator(_listed)]]


def read_sources(folder: Path) -> Sources:
    """Read `<study>/sources.yaml`; a wrong table, column, key or pattern raises `StudyError` with every fault."""
    path = folder / "sources.yaml"
    sources: Sources = validated(Sources, {"tables": read_yaml(path)}, path)
    if faults := [fault for name, parts in sources.tables.items() for fault in _faults(name, parts)]:
        raise StudyError("\n".join(f"{path}: {fault}" for fault in faults))
    return sources


def _faults(name: str, parts: tuple[Source, ...]) -> list[str]:
    if name not in TABLES:
        return [f"{name}: is not a canonical table; {nearest(name, TABLES)}"]
    table = TABLES[name]
    faults = []
    for part in parts:
        if Path(part.files).is_absolute() or ".." in Path(part.files).parts:
            faults.append(f"{name}.files: {part.files!r} must stay below raw/<quarter>/")
        for column, origin in part.columns.items():
            if column not in table.columns:
                faults.append(f"{name}.columns.{column}: is no column of it; {nearest(column, table.columns)}")
            elif table.columns[column].kind == "milliseconds" and origin.unit is None:
                faults.append(f"{name}.columns.{column}.unit: is missing; say seconds, minutes, hours or {CLOCK}")
        faults += [
            f"{name}.columns.{column}: is missing, and the table needs it"
            for column, spec in table.columns.items()
            if spec.required and column not in part.columns
        ]
    return faults
