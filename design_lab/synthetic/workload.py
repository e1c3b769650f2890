"""Who takes how much of a day's work, and when: shares by half-hour within what fits, then starts one after the other.

Calls and text sessions are timed alike. In each half-hour the contacts of a queue are shared by those signed in, the
faster taking more; nobody is given more than fits. The idle time that remains is spread between the contacts, longer
where few come, and pauses fall between them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from design_lab.synthetic.schedule import Duty

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Number = TypeVar("Number", bound=np.number[Any])
_HALF_HOUR = 1800.0
_PLANNED = 0.94  # of the limit is planned, so that chance rarely exceeds it
_REST_AT = ((0.14, 0.25), (0.40, 0.50), (0.67, 0.25))  # earliest place among the contacts, share of the pause
_REST_SPREAD = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """Those on duty on one day, each array (agents,); `row` is the row of `Duty` that each stands for."""

    row: Ints
    queue: Ints
    start: Ints
    sign_in: Ints
    rest: Ints
    busy: Ints
    pace: Floats
    skill: Floats

    @property
    def ready(self) -> Ints:
        """Seconds signed in and neither resting nor busy."""
        return self.sign_in - self.rest - self.busy

    def __len__(self) -> int:
        return len(self.queue)

    def in_lanes(self, lanes: int) -> Crew:
        """Return a crew in which each agent stands `lanes` times, for work of which so much is done at once."""
        return Crew(**{part.name: np.repeat(getattr(self, part.name), lanes) for part in fields(Crew)})


def crew_on(duty: Duty, day: int) -> Crew:
    """Return those on duty on a day, counted from the quarter's first."""
    first, last = np.searchsorted(duty.day, [day, day + 1])
    rows = slice(first, last)
    return Crew(
        row=np.arange(first, last),
        queue=duty.queue[rows],
        start=duty.start[rows],
        sign_in=duty.sign_in[rows],
        rest=duty.rest[rows],
        busy=duty.busy[rows],
        pace=duty.latent.log_handle[rows],
        skill=duty.latent.resolution_logit[rows],
    )


def counts_by_agent(expected: Floats, rng: np.random.Generator) -> Ints:
    """Draw how many contacts each agent takes, (agents,), from the expected ones by half-hour, (agents, 48)."""
    by_agent = expected.sum(axis=1)
    total = float(by_agent.sum())
    return rng.multinomial(round(total), by_agent / total) if total > 0 else np.zeros(len(by_agent), dtype=np.int64)


def _presence(crew: Crew) -> Floats:
    """Return the share of each half-hour that each agent is signed in, (agents, 48)."""
    starts = np.arange(48) * _HALF_HOUR
    end = (crew.start + crew.sign_in)[:, None]
    overlap = np.minimum(end, starts + _HALF_HOUR) - np.maximum(crew.start[:, None], starts)
    return np.asarray(np.clip(overlap / _HALF_HOUR, 0, 1))


def expected_work(crew: Crew, volumes: Floats, *, handle: Floats, arrivals: Floats, limit: float) -> Floats:
    """Return the contacts that each agent is expected to take in each half-hour, (agents, 48), within what fits.

    `volumes` are the day's contacts by queue, `handle` each agent's mean seconds a contact, `arrivals` the shares of
    the day's contacts by half-hour, `limit` the most of available time that can be filled.
    """
    present = _presence(crew)
    expected = np.zeros_like(present)
    most = _PLANNED * limit * crew.ready / handle
    for number, contacts in enumerate(volumes):
        mine = np.flatnonzero(crew.queue == number)
        if mine.size == 0:
            continue
        idle = max(crew.ready[mine].sum() / max(contacts, 1.0) - handle[mine].mean(), 5.0)
        pace = crew.ready[mine] / crew.sign_in[mine] / (handle[mine] + idle)
        working = present[mine] * pace[:, None]
        staff = working.sum(axis=0)
        shape = working * np.where(staff > 0, arrivals / np.where(staff > 0, staff, 1.0), 0.0)
        total = _within(shape.sum(axis=1) / shape.sum() * contacts, most[mine])
        expected[mine] = shape * (total / shape.sum(axis=1))[:, None]
    return expected


def _within(wanted: Floats, limit: Floats) -> Floats:
    """Return shares of a total, none above its limit: what exceeds goes to the others while they have room."""
    for _ in range(8):
        over = np.maximum(wanted - limit, 0.0)
        room = np.maximum(limit - wanted, 0.0)
        if over.sum() < 0.5 or room.sum() <= 0:
            break
        wanted = np.minimum(wanted, limit) + room * min(over.sum() / room.sum(), 1.0)
    return np.minimum(wanted, limit)


def that_fit(crew: Crew, agent: Ints, handle: Ints, limit: float) -> NDArray[np.bool_]:
    """Tell which contacts fit into their agent's available time; the rest is not answered."""
    used = _running(handle, agent, len(crew)) + handle
    return np.asarray(used <= limit * crew.ready[agent])


def _running(values: NDArray[Number], agent: Ints, agents: int) -> NDArray[Number]:
    """Return for each item the sum of the earlier items of the same agent; items are grouped by agent."""
    before = np.cumsum(values) - values
    first = np.searchsorted(agent, np.arange(agents))
    filled = first < len(agent)
    base = np.zeros(agents, dtype=before.dtype)
    base[filled] = before[first[filled]]
    return np.asarray(before - base[agent])


def offsets(crew: Crew, expected: Floats, agent: Ints, handle: Ints, rng: np.random.Generator) -> Ints:
    """Return the start of each call in seconds after its agent's sign-in: calls, pauses and idle time in turn."""
    agents = len(crew)
    counts = np.bincount(agent, minlength=agents)
    place = (_running(np.ones(len(agent)), agent, agents) + 0.5) / counts[agent]
    spent = np.bincount(agent, weights=handle, minlength=agents)
    mean = spent / np.maximum(counts, 1)
    cycle = _HALF_HOUR / np.maximum(_expected_at(expected, agent, place), 0.2)
    weight = rng.exponential(size=len(agent)) * np.maximum(cycle - mean[agent], 0.1 * mean[agent])
    total = np.bincount(agent, weights=weight, minlength=agents) + rng.exponential(size=agents) * mean
    waited = (_running(weight, agent, agents) + weight) / total[agent]
    waiting = np.floor(waited * (crew.ready - spent)[agent] * 0.999).astype(np.int64)
    return waiting + _pauses_before(crew, agent, counts, rng) + _running(handle, agent, agents)


def _expected_at(expected: Floats, agent: Ints, place: Floats) -> Floats:
    """Return the expected calls in the half-hour in which an agent's call at `place` (0 to 1 of all) falls."""
    total = np.maximum(expected.sum(axis=1, keepdims=True), 1e-9)
    ladder = np.cumsum(expected, axis=1) / total + np.arange(len(expected))[:, None]
    found = np.searchsorted(ladder.ravel(), agent + place * 0.999999)
    return np.asarray(expected.ravel()[found.clip(max=expected.size - 1)])


def _pauses_before(crew: Crew, agent: Ints, counts: Ints, rng: np.random.Generator) -> Ints:
    """Return the pause seconds before each call: rests early, amid and late, busy time at two places of chance."""
    first = np.cumsum(counts) - counts
    busy_at, late = rng.random((2, len(counts))), rng.random(len(counts))
    pauses = np.zeros(len(agent), dtype=np.int64)
    some = np.flatnonzero(counts)
    rest, busy = crew.rest[some], crew.busy[some]
    planned = [(at + _REST_SPREAD * late[some], (share * rest).astype(np.int64)) for at, share in _REST_AT]
    for at, seconds in [*planned, *((at, busy // 2) for at in busy_at[:, some])]:
        np.add.at(pauses, first[some] + np.floor(at * counts[some]).astype(np.int64), seconds)
    return _running(pauses, agent, len(counts)) + pauses
