"""Periods of a client's calendar, whose months may end on another day than the last."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

from design_lab.errors import StudyError

Cycle = Literal["month", "quarter", "half-year", "year"]
Period = Literal["week"] | Cycle
MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
_QUARTER = re.compile(r"(\d{4})Q([1-4])")
_SPAN = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])|Q([1-4])|H([12]))?")


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

    def since(self, earlier: Quarter) -> int:
        """Return how many quarters this one comes after another.

        >>> Quarter(2027, 1).since(Quarter(2026, 3))
        2
        """
        return (self.year - earlier.year) * 4 + self.number - earlier.number

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

    def span(self, month_ends_on: int | None = None) -> Span:
        """Return the quarter as a period of the client's calendar."""
        return Span(self.first_day(month_ends_on), self.last_day(month_ends_on), str(self), "quarter")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A month, quarter, half-year or year of the client's calendar: its first and last day and how it is written.

    Months are written 2026-07, longer ones 2026Q3, 2026H2, 2026; a client's month has the name of the calendar month in
    which it ends.
    """

    first_day: dt.date
    last_day: dt.date
    label: str
    cycle: Cycle

    @classmethod
    def parse(cls, text: str, month_ends_on: int | None = None) -> Span:
        """Read a period as it is written; anything else raises `StudyError`.

        >>> Span.parse("2026H1", month_ends_on=20).first_day
        datetime.date(2025, 12, 21)
        """
        match = _SPAN.fullmatch(str(text))
        if not match:
            raise StudyError(f"period {text!r} is not of the form 2026-07, 2026Q3, 2026H2 or 2026")
        year, month, quarter, half = match.groups()
        cycle: Cycle = "month" if month else "quarter" if quarter else "half-year" if half else "year"
        return _span(int(year) * 12 + int(month or quarter or half or 1) * MONTHS[cycle] - 1, cycle, month_ends_on)

    @classmethod
    def holding(cls, day: dt.date, cycle: Cycle, month_ends_on: int | None = None) -> Span:
        """Return the period of a cycle that holds a day.

        >>> Span.holding(dt.date(2026, 7, 25), "month", month_ends_on=20).label
        '2026-08'
        """
        return _span(_month_of(day, month_ends_on), cycle, month_ends_on)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last_day - self.first_day).days + 1

    def quarters(self, month_ends_on: int | None = None) -> tuple[Quarter, ...]:
        """Return the quarters whose tables hold its days."""
        first, last = (
            Quarter.parse(Span.holding(day, "quarter", month_ends_on).label) for day in (self.first_day, self.last_day)
        )
        return quarters_between(first, last)

    def parts(self, cycle: Cycle, month_ends_on: int | None = None) -> tuple[Span, ...]:
        """Return the periods of a shorter cycle that it is made of, the oldest first."""
        found = [Span.holding(self.first_day, cycle, month_ends_on)]
        while found[-1].last_day < self.last_day:
            found.append(Span.holding(found[-1].last_day + dt.timedelta(days=1), cycle, month_ends_on))
        return tuple(found)


def due(cycle: Cycle, quarter: Quarter, month_ends_on: int | None = None) -> tuple[Span, ...]:
    """Return the periods of a cycle that end in a quarter: three months, or a half-year in its second quarter alone.

    >>> [span.label for span in due("half-year", Quarter(2026, 2))], due("year", Quarter(2026, 3))
    (['2026H1'], ())
    """
    months = quarter.year * 12 + quarter.number * 3
    ends = {_span(month, cycle, month_ends_on) for month in range(months - 3, months)}
    return tuple(sorted(span for span in ends if span.last_day <= quarter.last_day(month_ends_on)))


def _span(month: int, cycle: Cycle, month_ends_on: int | None) -> Span:
    """The period that holds a month, counted from the year 0."""
    length = MONTHS[cycle]
    year, number = divmod(month - month % length, 12)
    mark = {"month": f"-{number + 1:02d}", "quarter": f"Q{number // 3 + 1}", "half-year": f"H{number // 6 + 1}"}
    first = period_begins(dt.date(year, number + 1, 1), "month", month_ends_on)
    following = dt.date(year + (number + length) // 12, (number + length) % 12 + 1, 1)
    last = period_begins(following, "month", month_ends_on) - dt.timedelta(days=1)
    return Span(first, last, f"{year}{mark.get(cycle, '')}", cycle)


def _month_of(day: dt.date, month_ends_on: int | None) -> int:
    """The client's month that holds a day, counted from the year 0."""
    return day.year * 12 + day.month - 1 + (month_ends_on is not None and day.day > month_ends_on)


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
    months = _month_of(day, month_ends_on)
    year, month = divmod(months - months % MONTHS[period], 12)
    if month_ends_on is None:
        return dt.date(year, month + 1, 1)
    year, month = divmod(year * 12 + month - 1, 12)  # a client's month begins within the calendar month before it
    return dt.date(year, month + 1, month_ends_on) + dt.timedelta(days=1)
