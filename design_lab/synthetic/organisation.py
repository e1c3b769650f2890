"""The people of a synthetic centre over its whole span: who stood where, at which level, under which ids, when.

Positions are fixed (role, team, place); people come, move and leave. Everything happens in the order of days and draws
from one stream in that order, so that a later last quarter changes nothing before it.
"""

from __future__ import annotations

import datetime as dt
import heapq
from dataclasses import dataclass, field

import numpy as np

from design_lab.synthetic.centre import Centre, Level, Role
from design_lab.synthetic.draws import Purpose, stream
from design_lab.synthetic.names import invented_name

_YEAR = 365.25
_FIRST_HR_ID, _FIRST_ACD_ID, _FIRST_QA_ID = 10_001, 101, 11
_ACD_REST_DAYS = 30  # an ACD id rests at least this long before another person gets it
_NOVICE_DAYS = 182  # leaving is twice as likely before
_FAR = dt.date(2100, 1, 1)


@dataclass(frozen=True, slots=True)
class Team:
    """A team: title and site as exported, its role, the queue it answers (None: takes no calls), its positions."""

    title: str
    role: str
    site: str
    queue: str | None
    size: int


@dataclass(slots=True)
class Person:
    """A person: six-digit HR id, ids in other systems (None: took no calls so far), dates; `left` is the last at work.

    `ids_from` is the day from which the ids of the other systems hold: that of hire, or of the move to a role on calls.
    """

    hr_id: str
    name: str
    woman: bool
    birth_year: int
    dispatched: bool
    hired: dt.date
    leaves: dt.date
    senior_on: dt.date
    acd_id: str | None = None
    qa_id: str | None = None
    ids_from: dt.date | None = None
    left: dt.date | None = None


@dataclass(slots=True)
class Stint:
    """A person's time in one position: indices of person and team, place in the team, first day, last day or None."""

    person: int
    team: int
    place: int
    start: dt.date
    end: dt.date | None = None

    def covers(self, day: dt.date) -> bool:
        """Tell whether the stint holds on a day; the first and the last day both count."""
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True)
class Organisation:
    """All teams, people and stints of a centre; indices in stints refer to these tuples."""

    teams: tuple[Team, ...]
    people: tuple[Person, ...]
    stints: tuple[Stint, ...]

    def on(self, day: dt.date) -> list[Stint]:
        """Return the stints that hold on a day, in the order of team and place."""
        return sorted((s for s in self.stints if s.covers(day)), key=lambda s: (s.team, s.place))


def level_of(role: Role, stint: Stint, person: Person, day: dt.date) -> Level:
    """Return the level a person holds on a day of a stint: by place for managers and leaders, else by seniority."""
    if stint.place < role.managers:
        return "manager"
    if role.team_leaders and stint.place == 0:
        return "team_leader"
    return "senior_agent" if day >= person.senior_on else "agent"


def organise(centre: Centre) -> Organisation:
    """Return the organisation of a centre from its first to its last day; equal specs give equal organisations."""
    return _Story(centre).told()


def make_teams(centre: Centre) -> tuple[Team, ...]:
    """Return all teams in the order of roles; the teams of a role go to its queues in order, sites by turns."""
    teams: list[Team] = []
    for key, role in centre.roles.items():
        queues = [name for name, queue in centre.queues.items() if queue.role == key for _ in range(queue.teams)]
        for number in range(role.teams):
            title = f"{role.team_title}{number + 1:02d}组" if role.teams > 1 else f"{role.team_title}组"
            site = centre.sites[len(teams) % len(centre.sites)]
            teams.append(Team(title, key, site, queues[number] if queues else None, role.team_size))
    return tuple(teams)


@dataclass(slots=True)
class _Story:
    """Tells the organisation day by day; `_events` is a heap of (day, order, what, person, team, place)."""

    centre: Centre
    teams: tuple[Team, ...] = ()
    people: list[Person] = field(default_factory=list)
    stints: list[Stint] = field(default_factory=list)
    _rng: np.random.Generator = field(init=False)
    _events: list[tuple[dt.date, int, str, int, int, int]] = field(default_factory=list)
    _now: dict[tuple[int, int], Stint] = field(default_factory=dict)
    _where: dict[int, Stint] = field(default_factory=dict)
    _free_acd: list[tuple[dt.date, str]] = field(default_factory=list)
    _given: dict[str, int] = field(default_factory=lambda: {"hr": 0, "acd": 0, "qa": 0, "event": 0})

    def __post_init__(self) -> None:
        self._rng = stream(self.centre.seed, Purpose.ORGANISATION)
        self.teams = make_teams(self.centre)

    def told(self) -> Organisation:
        self._open()
        horizon = self.centre.last.last_day()
        while self._events and self._events[0][0] <= horizon:
            day, _, what, person, team, place = heapq.heappop(self._events)
            if what == "leave":
                self._leave(person, day)
            else:
                self._fill(team, place, day)
        return Organisation(self.teams, tuple(self.people), tuple(self.stints))

    def _open(self) -> None:
        """Fill every position on the first day, those who were hired first getting the lowest ids."""
        first = self.centre.first.first_day()
        places = [(t, p) for t, team in enumerate(self.teams) for p in range(team.size)]
        tenures = [self._first_tenure(team, place) for team, place in places]
        for order in np.argsort([-tenure for tenure in tenures], kind="stable"):
            team, place = places[order]
            hired = first - dt.timedelta(days=tenures[order])
            person = self._hire(hired, team, place, tenures[order])
            self._place(person, team, place, hired)

    def _role(self, team: int) -> Role:
        return self.centre.roles[self.teams[team].role]

    def _leads(self, team: int, place: int) -> bool:
        role = self._role(team)
        return place < role.managers or (role.team_leaders and place == 0)

    def _first_tenure(self, team: int, place: int) -> int:
        years = self._rng.uniform(3, 10) if self._leads(team, place) else min(self._rng.exponential(2.4), 9.0)
        return 20 + int(years * _YEAR)

    def _hire(self, hired: dt.date, team: int, place: int, served: int) -> int:
        """Add a person; `served` days are behind them already, so that they leave later than that."""
        rng, role = self._rng, self._role(team)
        woman = bool(rng.random() < self.centre.women)
        rate = role.leavers_per_year * (0.4 if self._leads(team, place) else 1.0)
        tenure = _tenure_days(rate, served, float(rng.exponential()))
        senior = int(rng.uniform(1.5, 3.5) * _YEAR) if rng.random() < 0.6 else (_FAR - hired).days
        self.people.append(
            Person(
                hr_id=self._next_hr_id(),
                name=invented_name(rng, woman),
                woman=woman,
                birth_year=hired.year - int(np.clip(rng.gamma(6.0, 0.9) + 18.5, 19, 38)),
                dispatched=bool(rng.random() < self.centre.dispatched) and not self._leads(team, place),
                hired=hired,
                leaves=min(hired + dt.timedelta(days=tenure), _FAR),
                senior_on=min(hired + dt.timedelta(days=senior), _FAR),
            )
        )
        person = len(self.people) - 1
        self._push(self.people[person].leaves, "leave", person=person)
        if self.teams[team].queue is not None:
            self._give_ids(person, max(hired, self.centre.first.first_day()))
            self.people[person].ids_from = hired
        return person

    def _next_hr_id(self) -> str:
        self._given["hr"] += int(self._rng.integers(1, 4))
        return f"{_FIRST_HR_ID + self._given['hr']:06d}"

    def _give_ids(self, person: int, day: dt.date) -> None:
        """Give an ACD id, sometimes one that a leaver's phone had, and a quality system's id."""
        rng, one = self._rng, self.people[person]
        rested = [item for item in self._free_acd if (day - item[0]).days > _ACD_REST_DAYS]
        if rested and rng.random() < self.centre.reused_acd:
            self._free_acd.remove(rested[0])
            one.acd_id = rested[0][1]
        else:
            self._given["acd"] += int(rng.integers(1, 3))
            one.acd_id = f"{_FIRST_ACD_ID + self._given['acd']:04d}"
        self._given["qa"] += int(rng.integers(1, 3))
        one.qa_id = f"Q{_FIRST_QA_ID + self._given['qa']:04d}"
        one.ids_from = day

    def _place(self, person: int, team: int, place: int, day: dt.date) -> None:
        stint = Stint(person, team, place, day)
        if self.teams[team].queue is not None and self.people[person].acd_id is None:
            self._give_ids(person, day)
        self.stints.append(stint)
        self._now[team, place] = stint
        self._where[person] = stint

    def _push(self, day: dt.date, what: str, *, person: int = -1, team: int = -1, place: int = -1) -> None:
        self._given["event"] += 1
        heapq.heappush(self._events, (day, self._given["event"], what, person, team, place))

    def _leave(self, person: int, day: dt.date) -> None:
        self.people[person].left = day
        stint = self._where.pop(person)
        self._vacate(stint, day)
        acd_id = self.people[person].acd_id
        if acd_id is not None:
            self._free_acd.append((day, acd_id))

    def _vacate(self, stint: Stint, day: dt.date) -> None:
        """End a stint with `day` as its last; the position is filled again within five weeks."""
        stint.end = day
        del self._now[stint.team, stint.place]
        lag = int(self._rng.integers(3, 36))
        self._push(day + dt.timedelta(days=lag), "fill", team=stint.team, place=stint.place)

    def _fill(self, team: int, place: int, day: dt.date) -> None:
        """Fill a position: a leader from the team's longest-serving, others by a move now and then, else a newcomer."""
        insider = self._promoted(team, place, day) if self._leads(team, place) else self._mover(team, day)
        if insider is None:
            person = self._hire(day, team, place, 0)
        else:
            person = insider.person
            self._vacate(insider, day - dt.timedelta(days=1))
        self._place(person, team, place, day)

    def _promoted(self, team: int, place: int, day: dt.date) -> Stint | None:
        colleagues = [s for (t, p), s in self._now.items() if t == team and not self._leads(t, p) and s.start < day]
        known = [s for s in colleagues if (day - self.people[s.person].hired).days > _YEAR]
        return min(known, key=lambda s: (self.people[s.person].hired, s.person)) if known else None

    def _mover(self, team: int, day: dt.date) -> Stint | None:
        """Return now and then somebody who wants to come from another team, rarely from another role."""
        draw, role = self._rng.random(), self.teams[team].role
        if draw >= self.centre.moves + self.centre.role_moves:
            return None
        same_role = draw < self.centre.moves
        others = [
            stint
            for (t, p), stint in sorted(self._now.items())
            if t != team and (self.teams[t].role == role) == same_role and not self._leads(t, p) and stint.start < day
        ]
        return others[int(self._rng.integers(len(others)))] if others else None


def _tenure_days(rate: float, served: int, exponential: float) -> int:
    """Return days from hire to leaving: a constant yearly rate, doubled in the first half-year (domain.md 1.1)."""
    if rate <= 0:
        return (_FAR - dt.date(1970, 1, 1)).days
    novice = max(_NOVICE_DAYS - served, 0)
    days = exponential / (2 * rate / _YEAR)
    if days > novice:
        days = novice + (exponential - novice * 2 * rate / _YEAR) / (rate / _YEAR)
    return served + max(int(days), 5) + 1
