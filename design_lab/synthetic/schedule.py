"""Who is signed in when: rest days, absence, shifts, sign-in time and its parts, for every call-taker and day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from design_lab.periods import Quarter
from design_lab.synthetic.behaviour import Latent, draw_character, latent_rows, week_shocks
from design_lab.synthetic.centre import Centre
from design_lab.synthetic.demand import days_of, is_holiday, is_spring_festival
from design_lab.synthetic.draws import Purpose, stream
from design_lab.synthetic.organisation import Organisation, Stint, level_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Columns of a person-week's uniform draws: rest days, absence, holidays and three jitters by weekday, leave, shift.
_REST, _ABSENT, _HOLIDAY, _LENGTH, _PAUSE, _BUSY = (slice(7 * k, 7 * k + 7) for k in range(6))
_LEAVE, _SHIFT, _WIDTH = 42, 43, 44


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """The (day, person) rows of a quarter, sorted by day, queue, team and ACD id; seconds are whole.

    `day` counts from the quarter's first day; `person`, `team` and `queue` are indices; `start` counts from midnight;
    `sign_in` contains `rest` and `busy`; `latent` holds what drives the calls of each row.
    """

    day: Ints
    person: Ints
    team: Ints
    queue: Ints
    start: Ints
    sign_in: Ints
    rest: Ints
    busy: Ints
    latent: Latent

    @property
    def available(self) -> Ints:
        """Seconds signed in and ready or on a call."""
        return self.sign_in - self.rest - self.busy


@dataclass(frozen=True, slots=True)
class _Calendar:
    """The days of a quarter as arrays: ordinal, weekday (0 Monday), week of the span, holiday or not."""

    days: list[dt.date]
    week: Ints
    weekday: Ints
    holiday: NDArray[np.bool_]
    weeks: int


def _calendar(centre: Centre, quarter: Quarter) -> _Calendar:
    days = days_of(quarter)
    monday = _monday(centre.first.first_day())
    return _Calendar(
        days=days,
        week=np.array([(day - monday).days // 7 for day in days]),
        weekday=np.array([day.weekday() for day in days]),
        holiday=np.array([is_spring_festival(day) or is_holiday(day) for day in days]),
        weeks=(days[-1] - monday).days // 7 + 1,
    )


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def make_duty(centre: Centre, organisation: Organisation, quarter: Quarter) -> Duty:
    """Return who takes calls on which day of a quarter, after training, with their times and latent state."""
    calendar = _calendar(centre, quarter)
    draws: dict[int, Floats] = {}
    parts = []
    for stint in sorted(organisation.stints, key=lambda s: (s.team, s.place, s.start)):
        span = _working_days(centre, organisation, stint, calendar)
        if span.size:
            if stint.person not in draws:
                rng = stream(centre.seed, Purpose.ATTENDANCE, stint.person)
                draws[stint.person] = rng.random((calendar.weeks, _WIDTH))
            parts.append(_rows(centre, organisation, stint, calendar, span, draws[stint.person]))
    columns = np.concatenate(parts, axis=1)
    queues = list(centre.queues)
    queue = np.array([queues.index(team.queue) if team.queue else -1 for team in organisation.teams])
    acd = np.array([int(person.acd_id or 0) for person in organisation.people])
    order = np.lexsort((acd[columns[1]], columns[2], queue[columns[2]], columns[0]))
    day, person, team, start, sign_in, rest, busy = columns[:, order]
    return Duty(
        day=day,
        person=person,
        team=team,
        queue=queue[team],
        start=start,
        sign_in=sign_in,
        rest=rest,
        busy=busy,
        latent=_latent(centre, organisation, quarter, calendar, day, person, team),
    )


def _working_days(centre: Centre, organisation: Organisation, stint: Stint, calendar: _Calendar) -> Ints:
    """Return the days (counted within the quarter) on which a stint can take calls."""
    if organisation.teams[stint.team].queue is None:
        return np.empty(0, dtype=np.int64)
    trained = organisation.people[stint.person].hired + dt.timedelta(days=centre.duty.training_days)
    first = (max(stint.start, trained) - calendar.days[0]).days
    last = len(calendar.days) - 1 if stint.end is None else (stint.end - calendar.days[0]).days
    return np.arange(max(first, 0), min(last, len(calendar.days) - 1) + 1)


def _rows(
    centre: Centre, organisation: Organisation, stint: Stint, calendar: _Calendar, span: Ints, draws: Floats
) -> Ints:
    """Return (7, days) of day, person, team, start, sign-in, rest, busy for the days at work in `span`."""
    duty = centre.duty
    span = span[_at_work(centre, draws, calendar)[span]]
    week, weekday = calendar.week[span], calendar.weekday[span]
    role = centre.roles[organisation.teams[stint.team].role]
    leads = level_of(role, stint, organisation.people[stint.person], calendar.days[0]) in ("team_leader", "manager")
    queue = centre.queues[organisation.teams[stint.team].queue or ""]
    starts = _shift_starts(centre, draws[:, _SHIFT], night=queue.night and not leads)[week]
    hours = duty.shift_hours * (duty.leader_share if leads else 1.0)
    starts = starts + (duty.shift_hours / 8 if leads else 0.0)
    length = 3600 * hours + 900 * draws[week, weekday + _LENGTH.start] - 300
    rest = length * duty.rest_share * (0.75 + 0.5 * draws[week, weekday + _PAUSE.start])
    busy = length * duty.busy_share * 2 * draws[week, weekday + _BUSY.start]
    begin = 3600 * starts + 300 * (draws[week, weekday + _LENGTH.start] - 0.5)
    begin = np.clip(begin, 0, 86_399 - length)
    same = [np.full(span.size, stint.person), np.full(span.size, stint.team)]
    return np.array([span, *same, *(np.floor(x) for x in (begin, length, rest, busy))]).astype(np.int64)


def _at_work(centre: Centre, draws: Floats, calendar: _Calendar) -> NDArray[np.bool_]:
    """Tell for each day of the quarter whether a person works: two rest days a week, leave by weeks, single absences."""
    duty = centre.duty
    wish = np.where(np.arange(7) >= 5, duty.weekend_rest, 1.0)
    score = -np.log1p(-draws[:, _REST]) / wish
    resting = score <= np.sort(score, axis=1)[:, 1:2]
    missing = (1 - duty.presence) / 2
    absent = (draws[:, _ABSENT] < missing) | (draws[:, _LEAVE : _LEAVE + 1] < missing)
    off = resting | absent
    away = draws[:, _HOLIDAY] < duty.holiday_off
    week, weekday = calendar.week, calendar.weekday
    return np.asarray(~(off[week, weekday] | (calendar.holiday & away[week, weekday])))


def _shift_starts(centre: Centre, draws: Floats, *, night: bool) -> Floats:
    """Return the hour at which each week's shift starts; who never works nights is spread over the other shifts."""
    shifts = [shift for shift in centre.duty.shifts if night or not shift.night]
    edges = np.cumsum([shift.share for shift in shifts])
    chosen = np.searchsorted(edges / edges[-1], draws, side="right").clip(max=len(shifts) - 1)
    return np.array([shift.starts for shift in shifts])[chosen]


def _latent(
    centre: Centre,
    organisation: Organisation,
    quarter: Quarter,
    calendar: _Calendar,
    day: Ints,
    person: Ints,
    team: Ints,
) -> Latent:
    people = len(organisation.people)
    handle, mood = week_shocks(centre, people, calendar.weeks)
    hired = np.array([one.hired.toordinal() for one in organisation.people])
    week = calendar.week[day]
    return latent_rows(
        centre,
        draw_character(centre, people),
        person=person,
        team=team,
        tenure_days=(calendar.days[0].toordinal() + day - hired[person]).astype(float),
        week_handle=handle[person, week],
        week_mood=mood[person, week],
        quarter=quarter,
        teams=len(organisation.teams),
    )
