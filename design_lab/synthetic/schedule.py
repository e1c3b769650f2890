"""Who is signed in when: rest days, absence, shifts, sign-in time and its parts, for every agent and day.

In a week an agent sits either on the phone or at the text desk, as a draw for that person and week says.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from design_lab.periods import Quarter
from design_lab.synthetic.attendance import (
    BUSY,
    LENGTH,
    PAUSE,
    PRESENT,
    SHIFT,
    Calendar,
    calendar_of,
    days_held,
    state_of,
    week_draws,
)
from design_lab.synthetic.behaviour import Latent, draw_character, latent_rows, week_shocks
from design_lab.synthetic.centre import Centre
from design_lab.synthetic.draws import Purpose, stream
from design_lab.synthetic.incentives import answers
from design_lab.synthetic.organisation import Organisation, Stint

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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


def make_duty(centre: Centre, organisation: Organisation, quarter: Quarter, *, at_desk: bool = False) -> Duty:
    """Return who takes calls on which day of a quarter, after training, with their times and latent state.

    With `at_desk` it is those who sit at the text desk instead of taking calls.
    """
    planner = _Planner(centre, organisation, calendar_of(centre, quarter), at_desk)
    stints = sorted(organisation.stints, key=lambda s: (s.team, s.place, s.start))
    columns = np.concatenate([planner.rows(stint) for stint in stints], axis=1)
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
        latent=planner.latent(quarter, day, person, team),
    )


@dataclass(frozen=True, slots=True)
class _Planner:
    """Plans the days of a quarter stint by stint; a person's draws come from a stream of their own, week by week."""

    centre: Centre
    organisation: Organisation
    calendar: Calendar
    at_desk: bool

    def rows(self, stint: Stint) -> Ints:
        """Return (7, days) of day, person, team, start, sign-in, rest and busy seconds for a stint's days at work."""
        days = self._callable_days(stint)
        if days.size == 0:
            return np.empty((7, 0), dtype=np.int64)
        draws = week_draws(self.centre, stint.person, self.calendar.weeks)
        person = self.organisation.people[stint.person]
        scheduled, reason, _ = state_of(self.centre, person, stint.person, draws, self.calendar)
        days = days[(scheduled & (reason == PRESENT))[days]]
        days = days[self._desk_weeks(stint)[self.calendar.week[days]] == self.at_desk]
        names = [np.full(days.size, stint.person), np.full(days.size, stint.team)]
        return np.array([days, *names, *self._times(stint, days, draws)]).astype(np.int64)

    def _callable_days(self, stint: Stint) -> Ints:
        """Return the days, counted within the quarter, on which a stint can take calls: after training."""
        if self.organisation.teams[stint.team].queue is None:
            return np.empty(0, dtype=np.int64)
        trained = self.organisation.people[stint.person].hired + dt.timedelta(days=self.centre.duty.training_days)
        return days_held(stint, self.calendar, trained)

    def _desk_weeks(self, stint: Stint) -> NDArray[np.bool_]:
        """Tell in which weeks of the span a person is at the text desk; leaders never are."""
        desk, role = self.centre.text_desk, self.organisation.teams[stint.team].role
        if desk is None or role not in desk.roles or self._leads(stint):
            return np.zeros(self.calendar.weeks, dtype=np.bool_)
        rng = stream(self.centre.seed, Purpose.DESK, stint.person)
        return np.asarray(rng.random(self.calendar.weeks) < desk.share)

    def _leads(self, stint: Stint) -> bool:
        return stint.place == 0 and self.centre.roles[self.organisation.teams[stint.team].role].team_leaders

    def _times(self, stint: Stint, days: Ints, draws: Floats) -> list[Floats]:
        """Return start, sign-in, rest and busy time in whole seconds; leaders sign in late, for part of a shift."""
        duty, week, weekday = self.centre.duty, self.calendar.week[days], self.calendar.weekday[days]
        team = self.organisation.teams[stint.team]
        leads = self._leads(stint)
        night = self.centre.queues[team.queue or ""].night and not leads and not self.at_desk
        hour = _shift_starts(self.centre, draws[:, SHIFT], night=night)[week]
        jitter = draws[week, weekday + LENGTH.start]
        length = 3600 * duty.shift_hours * (duty.leader_share if leads else 1.0) + 900 * jitter - 300
        begin = 3600 * (hour + (duty.shift_hours / 8 if leads else 0.0)) + 300 * (jitter - 0.5)
        rest = length * duty.rest_share * (0.75 + 0.5 * draws[week, weekday + PAUSE.start])
        busy = length * duty.busy_share * 2 * draws[week, weekday + BUSY.start]
        return [np.floor(x) for x in (np.clip(begin, 0, 86_399 - length), length, rest, busy)]

    def latent(self, quarter: Quarter, day: Ints, person: Ints, team: Ints) -> Latent:
        """Return the latent state of (day, person, team) rows."""
        people, week = len(self.organisation.people), self.calendar.week[day]
        handle, mood = week_shocks(self.centre, people, self.calendar.weeks)
        hired = np.array([one.hired.toordinal() for one in self.organisation.people])
        character = draw_character(self.centre, people)
        return latent_rows(
            self.centre,
            character,
            person=person,
            team=team,
            tenure_days=(self.calendar.days[0].toordinal() + day - hired[person]).astype(float),
            week_handle=handle[person, week],
            week_mood=mood[person, week],
            quarter=quarter,
            teams=len(self.organisation.teams),
            moves=answers(self.centre, self.organisation, quarter, character.responsiveness, person=person, team=team),
        )


def _shift_starts(centre: Centre, draws: Floats, *, night: bool) -> Floats:
    """Return the hour at which each week's shift starts; who never works nights is spread over the other shifts."""
    shifts = [shift for shift in centre.duty.shifts if night or not shift.night]
    edges = np.cumsum([shift.share for shift in shifts])
    chosen = np.searchsorted(edges / edges[-1], draws, side="right").clip(max=len(shifts) - 1)
    return np.asarray(np.array([shift.starts for shift in shifts])[chosen])
