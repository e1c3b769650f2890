"""Where one canonical column comes from: the small, closed grammar that sources.yaml speaks about a column."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, model_validator

# How many milliseconds one unit of the client's number is.
DURATION_UNITS: Mapping[str, int] = {"milliseconds": 1, "seconds": 1000, "minutes": 60_000, "hours": 3_600_000}
CLOCK = "h:mm:ss"
SHARE, PERCENT = "share", "percent"
SERIAL = "serial"  # among date formats: Excel's count of days


class Model(BaseModel):
    """A part of sources.yaml: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _listed(given: Any) -> Any:
    return [given] if isinstance(given, str) else given


def _named(given: Any) -> Any:
    """`column: 工号` is short for `column: {from: 工号}`."""
    return {"from": given} if isinstance(given, str) else given


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class Count(Model):
    """A number that counts periods of `days` days: number 1 is the one that `first_day` stands for."""

    first_day: dt.date
    days: Annotated[StrictInt, Field(ge=1, le=366)]


class From(Model):
    """Where a canonical column comes from: columns of the file, its name, a constant or the row.

    Several columns are added, or put together as text with `join`; `minus` columns are taken away. Words in `empty` say
    that nothing stands there; where nothing stands, `otherwise` says what is taken instead.
    """

    column: Annotated[tuple[str, ...] | None, BeforeValidator(_listed)] = Field(default=None, alias="from")
    minus: Names = ()
    join: str | None = None
    file_name: str | None = None  # a regular expression with one group
    constant: str | None = None
    row_number: StrictBool = False
    unit: Literal["milliseconds", "seconds", "minutes", "hours", "h:mm:ss", "share", "percent"] | None = None
    formats: Names = ()
    counted: Count | None = None
    of_month: Literal["first", "last"] | None = None  # the first or last day of the client's month that is named
    codes: dict[str, str | bool] | None = None
    width: Annotated[StrictInt, Field(ge=1, le=32)] | None = None  # of an id that lost its leading zeros
    system: str | None = None  # whose ids these are; absent: the ids of the roster
    empty: Names = ()
    otherwise: Origin | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns of the file that stand for it themselves."""
        return (*(self.column or ()), *self.minus)

    @property
    def read_columns(self) -> tuple[str, ...]:
        """All columns of the file that are read, those of `otherwise` too."""
        return (*self.columns, *(self.otherwise.read_columns if self.otherwise else ()))

    @property
    def is_span(self) -> bool:
        """Whether a duration is meant that runs from the moment in `minus` to the one in `from`."""
        return bool(self.minus and self.formats)

    @model_validator(mode="after")
    def _has_one_origin(self) -> From:
        origins = (self.column, self.file_name, self.constant, self.row_number or None)
        if sum(origin is not None for origin in origins) != 1:
            raise ValueError("needs exactly one of from, file_name, constant and row_number")
        if self.file_name is not None and _groups(self.file_name) != 1:
            raise ValueError("file_name must hold one group in brackets, such as '(\\d{8})'")
        if len(self.columns) > 1 and self.join is None:
            _check_sum(self)
        if self.join is not None and (self.minus or not self.column or self.unit):
            raise ValueError("join puts the columns of from together as text; it goes with neither minus nor unit")
        if self.otherwise and (not self.column or (len(self.columns) > 1 and self.join is None)):
            raise ValueError("otherwise goes with one column of the file, or with columns put together by join")
        if self.otherwise and (self.otherwise.minus or (len(self.otherwise.columns) > 1 and not self.otherwise.join)):
            raise ValueError("what is taken otherwise must be one column, columns put together by join, or a constant")
        return self


Origin = Annotated[From, BeforeValidator(_named)]
From.model_rebuild()


def _groups(pattern: str) -> int:
    """How many groups a pattern has; one that is none raises `ValueError`."""
    try:
        return re.compile(pattern).groups
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"file_name is no pattern ({error})") from None


def _check_sum(origin: From) -> None:
    if origin.is_span and (origin.unit or len(origin.columns) != 2):
        raise ValueError("a span is one moment minus another, with their formats and without a unit")
    if not origin.is_span and origin.unit not in (*DURATION_UNITS, CLOCK):
        raise ValueError(
            "columns are added (from: [a, b]) or taken away (minus) as durations with their unit; moments that are "
            "taken from each other need formats, and texts that are put together need join"
        )
