"""How many calls come on a day: growth, weekday, month start, holidays; and their shape by half-hour."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from design_lab.errors import StudyError
from design_lab.periods import Quarter, quarters_between
from design_lab.synthetic.centre import Demand

# First day of the lunar year.
_LUNAR_NEW_YEAR = {
    2020: (1, 25), 2021: (2, 12), 2022: (2, 1), 2023: (1, 22), 2024: (2, 10), 2025: (1, 29), 2026: (2, 17),
    2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 3), 2031: (1, 23), 2032: (2, 11), 2033: (1, 31),
    2034: (2, 19), 2035: (2, 8),
}  # fmt: skip
_HALF_HOURS = 48


def days_of(quarter: Quarter) -> list[dt.date]:
    """Return every day of a quarter in order."""
    first, last = quarter.first_day(), quarter.last_day()
    return [first + dt.timedelta(days=step) for step in range((last - first).days + 1)]


def is_spring_festival(day: dt.date) -> bool:
    """Tell whether a day lies in the eight days from New Year's Eve on; known from 2020 to 2035."""
    if day.year not in _LUNAR_NEW_YEAR:
        raise StudyError(f"{day}: the Spring Festival of {day.year} is not known; quarters run from 2020 to 2035")
    new_year = dt.date(day.year, *_LUNAR_NEW_YEAR[day.year])
    return -1 <= (day - new_year).days <= 6


def is_holiday(day: dt.date) -> bool:
    """Tell whether a day is one of the other holidays: 1 January, 1-5 May, 1-7 October."""
    return (day.month, day.day) == (1, 1) or (day.month == 5 and day.day <= 5) or (day.month == 10 and day.day <= 7)


def shape_of(day: dt.date, demand: Demand) -> float:
    """Return a day's volume relative to the level of the first year, before it is scaled to the stated average."""
    years: float = (day - demand.averaged_over[0].first_day()).days / 365.25
    shape: float = (1 + demand.growth_per_year) ** years * demand.weekdays[day.weekday()]
    if day.day <= demand.month_start_days:
        shape *= demand.month_start
    if is_spring_festival(day):
        return shape * demand.spring_festival
    return shape * demand.holidays if is_holiday(day) else shape


def expected_calls(day: dt.date, demand: Demand) -> float:
    """Return the expected contacts of a day; over the quarters `averaged_over` they average `answered_per_day`."""
    return demand.answered_per_day * shape_of(day, demand) / _mean_shape(*_key(demand))


def _key(demand: Demand) -> tuple[str, Quarter, Quarter]:
    return demand.model_dump_json(exclude={"averaged_over"}), *demand.averaged_over


@lru_cache(maxsize=8)
def _mean_shape(rest: str, first: Quarter, last: Quarter) -> float:
    import json

    demand = Demand(**json.loads(rest), averaged_over=(first, last))
    shapes = [shape_of(day, demand) for quarter in quarters_between(first, last) for day in days_of(quarter)]
    return float(np.mean(shapes))


def half_hours(demand: Demand) -> NDArray[np.float64]:
    """Return the share of a day's arrivals in each half-hour, (48,), interpolated from the stated hours."""
    hours = np.array(demand.hours, dtype=float)
    middles = np.arange(_HALF_HOURS) / 2 + 0.25
    shape = np.interp(middles, np.arange(24) + 0.5, hours, period=24)
    return np.asarray(shape / shape.sum(), dtype=float)
