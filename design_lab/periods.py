"""Periods of a client's calendar, whose months may end on another day than the last."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

from design_lab.errors import StudyError

Period = Literal["week", "month", "quarter", "half-year", "year"]
_MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
_QUARTER = re.compile(r"(\d{4})Q([1-4])")


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A quarter of a year, written like 2026Q3.

    >>> Quarter.parse("2026Q3").plus(2)
    Quarter(year=2027, number=1)
    """

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """Read a quarter such as '2026Q3'; anything else raises `StudyError`."""
        match = _QUARTER.fullmatch(str(text))
        if not match:
            raise StudyError(f"quarter {text!r} is not of the form 2026Q3")
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"

    def plus(self, quarters: int) -> Quarter:
        """Return the quarter that many quarters later (earlier if negative)."""
        year, number = divmod(self.year * 4 + self.number - 1 + quarters, 4)
        return Quarter(year, number + 1)

    def first_day(self, month_ends_on: int | None = None) -> dt.date:
        """Return the first day; `month_ends_on` is the closing day of the client's months, None the last of a month."""
        return self.plus(-1).last_day(month_ends_on) + dt.timedelta(days=1)

    def last_day(self, month_ends_on: int | None = None) -> dt.date:
        """Return the last day.

        >>> Quarter(2026, 3).last_day(), Quarter(2026, 3).last_day(month_ends_on=20)
        (datetime.date(2026, 9, 30), datetime.date(2026, 9, 20))
        """
        month = self.number * 3
        if month_ends_on is not None:
            return dt.date(self.year, month, month_ends_on)
        following = dt.date(self.year + month // 12, month % 12 + 1, 1)
        return following - dt.timedelta(days=1)


def quarters_between(first: Quarter, last: Quarter) -> tuple[Quarter, ...]:
    """Return all quarters from `first` to `last`, both included."""
    quarters = [first]
    while quarters[-1] < last:
        quarters.append(quarters[-1].plus(1))
    return tuple(quarters) if first <= last else ()


def period_begins(day: dt.date, period: Period, month_ends_on: int | None = None) -> dt.date:
    """Return the first day of the week (from Monday) or of the client's month or longer period that holds `day`.

    >>> period_begins(dt.date(2026, 7, 25), "week"), period_begins(dt.date(2026, 7, 25), "month", month_ends_on=20)
    (datetime.date(2026, 7, 20), datetime.date(2026, 7, 21))
    """
    if period == "week":
        return day - dt.timedelta(days=day.weekday())
    months = day.year * 12 + day.month - 1 + (month_ends_on is not None and day.day > month_ends_on)
    year, month = divmod(months - months % _MONTHS[period], 12)
    if month_ends_on is None:
        return dt.date(year, month + 1, 1)
    year, month = divmod(year * 12 + month - 1, 12)  # a client's month begins within the calendar month before it
    return dt.date(year, month + 1, month_ends_on) + dt.timedelta(days=1)
