"""The quarter of a file: told by its name or its folder's, else by the days of its rows."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from pathlib import PurePath, PurePosixPath

from design_lab.errors import StudyError
from design_lab.ingest.mapping import EVERY_QUARTER
from design_lab.periods import Quarter, quarters_between

_CHINESE = {"一": 1, "二": 2, "三": 3, "四": 4}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR = r"(?<!\d)(20\d\d|19\d\d)"
_QUARTER = (
    re.compile(_YEAR + r"\s*[-_ ]?\s*[qQ]\s*([1-4])(?!\d)"),
    re.compile(_YEAR + r"\s*年\s*第?\s*([1-4一二三四])\s*季度?"),
)
_MONTH = (
    re.compile(_YEAR + r"\s*年\s*(1[0-2]|0?[1-9])\s*月"),
    re.compile(_YEAR + r"[-_. ]?(1[0-2]|0[1-9])(?:[-_. ]?(?:0[1-9]|[12]\d|3[01]))?(?!\d)"),
)
_NAMED_MONTH = re.compile(r"\b(" + "|".join(_MONTHS) + r")[a-z]*[-_ ]?" + _YEAR, re.IGNORECASE)


def quarter_told(path: PurePath) -> Quarter | None:
    """Return the quarter that a file's name tells, else the one of the folder nearest to it.

    >>> from pathlib import PurePath
    >>> print(quarter_told(PurePath("话务/座席报表_20260715.xlsx")))
    2026Q3
    >>> print(quarter_told(PurePath("2026年第三季度/roster.xlsx")))
    2026Q3
    """
    for part in reversed(path.parts):
        if quarter := _in_name(part):
            return quarter
    return None


def _in_name(name: str) -> Quarter | None:
    for pattern in _QUARTER:
        if match := pattern.search(name):
            number = _CHINESE.get(match[2]) or int(match[2])
            return Quarter(int(match[1]), number)
    for pattern in _MONTH:
        if match := pattern.search(name):
            return Quarter(int(match[1]), (int(match[2]) + 2) // 3)
    if match := _NAMED_MONTH.search(name):
        return Quarter(int(match[2]), _MONTHS.index(match[1].lower()) // 3 + 1)
    return None


def without_quarter_folders(path: PurePosixPath) -> PurePosixPath:
    """Return a path below raw/<quarter>/: what stands below a folder that is called like a quarter, or the path itself.

    >>> from pathlib import PurePosixPath
    >>> str(without_quarter_folders(PurePosixPath("raw/2026Q3/daily/a.xlsx")))
    'daily/a.xlsx'
    """
    for at, part in enumerate(path.parts[:-1]):
        if part == EVERY_QUARTER or _is_quarter(part):
            return PurePosixPath(*path.parts[at + 1 :])
    return path


def _is_quarter(name: str) -> bool:
    try:
        Quarter.parse(name)
    except StudyError:
        return False
    return True


def quarter_of(day: dt.date) -> Quarter:
    """Return the calendar quarter of a day."""
    return Quarter(day.year, (day.month + 2) // 3)


def spanned(days: tuple[dt.date, dt.date] | None) -> tuple[Quarter, ...]:
    """Return the quarters from the first to the last day; none where no day is known."""
    return () if days is None else quarters_between(quarter_of(days[0]), quarter_of(days[1]))


def latest_run(quarters: Iterable[Quarter]) -> tuple[Quarter, ...]:
    """Return the last quarters that follow each other without a gap.

    >>> [str(q) for q in latest_run([Quarter(2025, 1), Quarter(2025, 4), Quarter(2026, 1)])]
    ['2025Q4', '2026Q1']
    """
    ordered = sorted(set(quarters))
    run = ordered[-1:]
    for quarter in reversed(ordered[:-1]):
        if quarter.plus(1) != run[0]:
            break
        run.insert(0, quarter)
    return tuple(run)
