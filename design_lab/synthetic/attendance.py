"""Who is at work on which day, and why not: rest days, holidays, leave in weeks, lone absences, maternity leave.

Two days a week are rest days, holidays are off for some. Absence differs between people: a person's rate is lognormal
around the centre's, so that attendance is left-skewed with a long tail (domain.md 1.1: 0.70-1.00, left skew; 1.3: its
intraclass correlation .10-.30, judgement). Weeks away are annual or sick leave, lone days sick, personal or without
leave. Maternity leave lasts 158 days (98 by the national rule of 2012 and 60 by most provinces'), once at most in the
span; its rate is the centre's. Lateness is a person's own rate, beta-like and mostly near zero.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from design_lab.periods import Quarter
from design_lab.synthetic.centre import Centre
from design_lab.synthetic.demand import days_of, is_holiday, is_spring_festival
from design_lab.synthetic.draws import Purpose, stream
from design_lab.synthetic.organisation import Organisation, Person, Stint

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

# Columns of a person-week's uniform draws: rest days, absence, holidays and three jitters by weekday, leave, shift.
REST, ABSENT, HOLIDAY, LENGTH, PAUSE, BUSY = (slice(7 * k, 7 * k + 7) for k in range(6))
LEAVE, SHIFT, WIDTH = 42, 43, 44

PRESENT, ANNUAL, SICK, PERSONAL, MATERNITY, UNEXCUSED = range(6)
_MATERNITY_DAYS = 158
_SERVED_DAYS = 365  # maternity leave begins after a year of service at the earliest
_SICK_WEEKS = 0.3  # of the weeks away; the others are annual leave
_LONE = (0.50, 0.88)  # up to here sick, up to here personal leave, beyond it without leave
_HIGHEST = 0.45  # no person misses more of their weeks or days by chance


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of a quarter as arrays: weekday (0 Monday), week of the centre's span, holiday or not."""

    days: list[dt.date]
    week: Ints
    weekday: Ints
    holiday: Flags
    weeks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """(person, day) rows of a quarter in the order of person and day, every day in a position; each array (rows,).

    `day` counts from the quarter's first; `reason` is PRESENT or why a scheduled day was missed; nobody is present
    on a day that was not scheduled, or late on a day missed.
    """

    person: Ints
    day: Ints
    scheduled: Flags
    reason: Ints
    late: Flags

    @property
    def present(self) -> Flags:
        """At work on that day."""
        return np.asarray(self.scheduled & (self.reason == PRESENT))


def calendar_of(centre: Centre, quarter: Quarter) -> Calendar:
    """Return a quarter's days; weeks are counted from the Monday on or before the centre's first day."""
    days, first = days_of(quarter), centre.first.first_day()
    monday = first - dt.timedelta(days=first.weekday())
    return Calendar(
        days=days,
        week=np.array([(day - monday).days // 7 for day in days]),
        weekday=np.array([day.weekday() for day in days]),
        holiday=np.array([is_spring_festival(day) or is_holiday(day) for day in days]),
        weeks=(days[-1] - monday).days // 7 + 1,
    )


def week_draws(centre: Centre, person: int, weeks: int) -> Floats:
    """Return the uniform draws of a person's weeks, (weeks, WIDTH); later weeks change no earlier one."""
    return stream(centre.seed, Purpose.ATTENDANCE, person).random((weeks, WIDTH))


def state_of(
    centre: Centre, person: Person, number: int, draws: Floats, calendar: Calendar
) -> tuple[Flags, Ints, Flags]:
    """Return for each day of the quarter whether a person is scheduled, why not at work, and whether late."""
    duty, week, weekday = centre.duty, calendar.week, calendar.weekday
    habits = stream(centre.seed, Purpose.LEAVE, number)
    missing = _own_rate((1 - duty.presence) / 2, duty.absence_sd, float(habits.standard_normal()))
    tardy = float(habits.beta(0.6, 0.6 / duty.late - 0.6)) if duty.late > 0 else 0.0
    wish = np.where(np.arange(7) >= 5, duty.weekend_rest, 1.0)
    score = -np.log1p(-draws[:, REST]) / wish
    resting = (score <= np.sort(score, axis=1)[:, 1:2])[week, weekday]
    away = calendar.holiday & (draws[:, HOLIDAY] < duty.holiday_off)[week, weekday]
    scheduled = ~(resting | away)
    lone, spell = draws[week, weekday + ABSENT.start], draws[week, LEAVE]
    reason = np.full(len(week), PRESENT)
    within = np.searchsorted(_LONE, lone / missing) if missing > 0 else np.zeros(len(week), dtype=np.int64)
    reason = np.where(lone < missing, np.array([SICK, PERSONAL, UNEXCUSED, UNEXCUSED])[within.clip(max=3)], reason)
    reason = np.where(spell < missing, np.where(spell < _SICK_WEEKS * missing, SICK, ANNUAL), reason)
    reason = np.where(_maternity(centre, person, habits, calendar), MATERNITY, reason)
    late = (habits.random((calendar.weeks, 7)) < tardy)[week, weekday]
    return scheduled, reason, late & scheduled & (reason == PRESENT)


def _own_rate(rate: float, sd: float, z: float) -> float:
    return rate if sd == 0 else float(min(rate * np.exp(sd * z - sd**2 / 2), _HIGHEST))


def _maternity(centre: Centre, person: Person, habits: np.random.Generator, calendar: Calendar) -> Flags:
    """Tell which days lie in a maternity leave: one at most, after an exponential wait."""
    wait = float(habits.exponential())
    if not person.woman or centre.duty.maternity_per_year <= 0:
        return np.zeros(len(calendar.days), dtype=np.bool_)
    earliest = centre.first.first_day() - dt.timedelta(days=_MATERNITY_DAYS)
    base = max(person.hired + dt.timedelta(days=_SERVED_DAYS), earliest).toordinal()
    start = base + int(wait / centre.duty.maternity_per_year * 365.25)
    ordinals = np.array([day.toordinal() for day in calendar.days])
    return np.asarray((ordinals >= start) & (ordinals < start + _MATERNITY_DAYS))


def days_held(stint: Stint, calendar: Calendar, first: dt.date | None = None) -> Ints:
    """Return the days, counted within the quarter, on which a stint holds, from `first` on if it is given."""
    opening, last = calendar.days[0], len(calendar.days) - 1
    begin = (max(stint.start, first or stint.start) - opening).days
    end = last if stint.end is None else min((stint.end - opening).days, last)
    return np.arange(max(begin, 0), end + 1)


def make_attendance(centre: Centre, organisation: Organisation, quarter: Quarter) -> Attendance:
    """Return the attendance of everybody in a position, call-takers in training and back office included."""
    calendar = calendar_of(centre, quarter)
    held: dict[int, list[Ints]] = {}
    for stint in sorted(organisation.stints, key=lambda s: (s.person, s.start)):
        days = days_held(stint, calendar)
        if days.size:
            held.setdefault(stint.person, []).append(days)
    person, day, columns = [], [], []
    for number, parts in held.items():
        days = np.unique(np.concatenate(parts))
        draws = week_draws(centre, number, calendar.weeks)
        state = state_of(centre, organisation.people[number], number, draws, calendar)
        person.append(np.full(len(days), number))
        day.append(days)
        columns.append(np.array([part[days] for part in state], dtype=np.int64))
    scheduled, reason, late = np.concatenate(columns, axis=1)
    return Attendance(
        person=np.concatenate(person),
        day=np.concatenate(day),
        scheduled=scheduled.astype(np.bool_),
        reason=np.where(scheduled == 1, reason, PRESENT),
        late=late.astype(np.bool_),
    )
