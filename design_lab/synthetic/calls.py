"""The calls of a quarter, one record a call, never two at once for one agent.

A day's volume meets the people on duty queue by queue. In each half-hour the calls of a queue are shared by those
signed in, the faster taking more; nobody is given more than fits (`duty.limit` of available time): what does not fit
is not answered. Talk is lognormal, hold and wrap zero-inflated lognormal; the idle time that remains is spread between
the calls, longer where few calls come, and pauses fall between calls.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from design_lab.periods import Quarter
from design_lab.synthetic.centre import Centre
from design_lab.synthetic.demand import days_of, expected_calls, half_hours
from design_lab.synthetic.draws import Purpose, stream
from design_lab.synthetic.schedule import Duty

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Number = TypeVar("Number", bound=np.number[Any])
_HALF_HOUR = 1800.0
_PLANNED = 0.94  # of the limit is planned, so that chance rarely exceeds it
_IDS_A_DAY = 1_000_000
_REST_AT = ((0.14, 0.25), (0.40, 0.50), (0.67, 0.25))  # earliest place among the calls, share of the pause
_REST_SPREAD = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """The calls of a quarter in the order of start, each array (n,).

    `call_id` is YYYYMMDDnnnnnn; `row` is the row of `Duty`; `kind` indexes the call types; `start` is in seconds since
    1970 on the centre's clock; `talk`, `hold`, `wrap` are whole seconds.
    """

    call_id: Ints
    row: Ints
    kind: Ints
    start: Ints
    talk: Ints
    hold: Ints
    wrap: Ints
    transferred: NDArray[np.bool_]
    resolved: NDArray[np.bool_]

    @property
    def handle(self) -> Ints:
        """Talk, hold and wrap in seconds."""
        return self.talk + self.hold + self.wrap

    def __len__(self) -> int:
        return len(self.call_id)


@dataclass(frozen=True, slots=True)
class _Kinds:
    """Call types: log mean talk, logits of resolved and transferred; by queue: cumulative mix, mean handle seconds."""

    talk: Floats  # (kinds,)
    resolved: Floats  # (kinds,)
    transferred: Floats  # (kinds,)
    mix: Floats  # (queues, kinds)
    handle: Floats  # (queues,) at latent 0


@dataclass(frozen=True, slots=True)
class _Crew:
    """The people on duty on one day: arrays of `Duty` from row `first` on."""

    first: int
    queue: Ints
    start: Ints
    sign_in: Ints
    rest: Ints
    busy: Ints
    pace: Floats
    skill: Floats

    @property
    def ready(self) -> Ints:
        return self.sign_in - self.rest - self.busy

    def __len__(self) -> int:
        return len(self.queue)


def make_calls(centre: Centre, duty: Duty, quarter: Quarter) -> Calls:
    """Return all calls that the people on duty answer in a quarter."""
    days, kinds = days_of(quarter), _kinds(centre)
    edges = np.searchsorted(duty.day, np.arange(len(days) + 1))
    parts = [_day(centre, kinds, _crew(duty, edges[i], edges[i + 1]), day) for i, day in enumerate(days)]
    return Calls(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Calls)})


def logit(share: Floats | float) -> Floats:
    """Return the log odds of shares strictly between 0 and 1."""
    return np.asarray(np.log(share) - np.log1p(-np.asarray(share)))


def expit(x: Floats) -> Floats:
    """Return the share whose log odds are `x`."""
    return np.asarray(1 / (1 + np.exp(-x)))


def _kinds(centre: Centre) -> _Kinds:
    types, times = list(centre.call_types.values()), centre.durations
    talk = np.array([kind.talk_seconds for kind in types])
    mix = np.array([[queue.mix.get(name, 0.0) for name in centre.call_types] for queue in centre.queues.values()])
    side = times.hold_share * times.hold_seconds + times.wrap_share * times.wrap_seconds
    return _Kinds(
        talk=np.log(talk),
        resolved=logit(np.clip([kind.resolved for kind in types], 0.001, 0.999)),
        transferred=logit(np.clip([kind.transferred for kind in types], 0.001, 0.999)),
        mix=np.cumsum(mix, axis=1),
        handle=(mix * talk).sum(axis=1) + side,
    )


def _crew(duty: Duty, first: int, last: int) -> _Crew:
    rows = slice(first, last)
    return _Crew(
        first=int(first),
        queue=duty.queue[rows],
        start=duty.start[rows],
        sign_in=duty.sign_in[rows],
        rest=duty.rest[rows],
        busy=duty.busy[rows],
        pace=duty.latent.log_handle[rows],
        skill=duty.latent.resolution_logit[rows],
    )


def _day(centre: Centre, kinds: _Kinds, crew: _Crew, day: dt.date) -> Calls:
    volume = stream(centre.seed, Purpose.VOLUME, day.toordinal())
    rng = stream(centre.seed, Purpose.CALLS, day.toordinal())
    expected = _expected(centre, kinds, crew, _queue_volumes(centre, day, volume))
    counts = volume.multinomial(round(expected.sum()), _shares(expected.sum(axis=1)))
    agent = np.repeat(np.arange(len(crew)), counts)
    kind, times = _content(centre, kinds, crew, agent, rng)
    kept = _that_fit(crew, agent, times.sum(axis=0), centre.duty.limit)
    agent, kind, times = agent[kept], kind[kept], times[:, kept]
    start = crew.start[agent] + _offsets(crew, expected, agent, times.sum(axis=0), rng)
    transferred, resolved = _outcome(kinds, kind, crew.skill[agent], rng)
    order = np.argsort(start, kind="stable")
    midnight = (day - dt.date(1970, 1, 1)).days * 86_400
    talk, hold, wrap = times[:, order]
    return Calls(
        call_id=int(f"{day:%Y%m%d}") * _IDS_A_DAY + 1 + np.arange(len(order)),
        row=crew.first + agent[order],
        kind=kind[order],
        start=midnight + start[order],
        talk=talk,
        hold=hold,
        wrap=wrap,
        transferred=transferred[order],
        resolved=resolved[order],
    )


def _shares(weights: Floats) -> Floats:
    total = float(weights.sum())
    return np.asarray(weights / total) if total > 0 else np.full(len(weights), 1 / max(len(weights), 1))


def _queue_volumes(centre: Centre, day: dt.date, rng: np.random.Generator) -> Floats:
    """Return the day's calls by queue: the expected volume with a lognormal day effect and Poisson counts."""
    sd = centre.demand.day_sd
    level = expected_calls(day, centre) * np.exp(sd * rng.standard_normal() - sd**2 / 2)
    share = np.array([queue.share for queue in centre.queues.values()])
    return np.asarray(rng.poisson(level * share), dtype=float)


def _presence(crew: _Crew) -> Floats:
    """Return the share of each half-hour that each agent is signed in, (agents, 48)."""
    starts = np.arange(48) * _HALF_HOUR
    end = (crew.start + crew.sign_in)[:, None]
    overlap = np.minimum(end, starts + _HALF_HOUR) - np.maximum(crew.start[:, None], starts)
    return np.asarray(np.clip(overlap / _HALF_HOUR, 0, 1))


def _expected(centre: Centre, kinds: _Kinds, crew: _Crew, volumes: Floats) -> Floats:
    """Return the calls that each agent is expected to answer in each half-hour, (agents, 48), within what fits."""
    arrivals, present = half_hours(centre.demand), _presence(crew)
    expected = np.zeros_like(present)
    handle = kinds.handle[crew.queue] * np.exp(crew.pace)
    limit = _PLANNED * centre.duty.limit * crew.ready / handle
    for number, calls in enumerate(volumes):
        mine = np.flatnonzero(crew.queue == number)
        if mine.size == 0:
            continue
        idle = max(crew.ready[mine].sum() / max(calls, 1.0) - handle[mine].mean(), 5.0)
        pace = crew.ready[mine] / crew.sign_in[mine] / (handle[mine] + idle)
        working = present[mine] * pace[:, None]
        staff = working.sum(axis=0)
        shape = working * np.where(staff > 0, arrivals / np.where(staff > 0, staff, 1.0), 0.0)
        total = _within(shape.sum(axis=1) / shape.sum() * calls, limit[mine])
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


def _content(centre: Centre, kinds: _Kinds, crew: _Crew, agent: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Draw call types, and whole seconds of talk, hold and wrap, (3, calls)."""
    durations, n = centre.durations, len(agent)
    kind = (rng.random(n)[:, None] > kinds.mix[crew.queue[agent]][:, :-1]).sum(axis=1)
    z, u, pace = rng.standard_normal((3, n)), rng.random((2, n)), crew.pace[agent]
    talk = np.exp(kinds.talk[kind] + pace + durations.talk_sigma * z[0] - durations.talk_sigma**2 / 2)
    side = np.exp(pace + durations.side_sigma * z[1:] - durations.side_sigma**2 / 2)
    hold = np.where(u[0] < durations.hold_share, durations.hold_seconds * side[0], 0.0)
    wrap = np.where(u[1] < durations.wrap_share, durations.wrap_seconds * side[1], 0.0)
    limited = np.clip(talk, 8, 3600), np.minimum(hold, 1800), np.minimum(wrap, durations.wrap_limit)
    return kind, np.rint(np.array(limited)).astype(np.int64)


def _that_fit(crew: _Crew, agent: Ints, handle: Ints, limit: float) -> NDArray[np.bool_]:
    """Tell which calls fit into their agent's available time; the rest is not answered."""
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


def _offsets(crew: _Crew, expected: Floats, agent: Ints, handle: Ints, rng: np.random.Generator) -> Ints:
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


def _pauses_before(crew: _Crew, agent: Ints, counts: Ints, rng: np.random.Generator) -> Ints:
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


def _outcome(
    kinds: _Kinds, kind: Ints, skill: Floats, rng: np.random.Generator
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Draw whether a call is transferred and whether it is resolved; a transferred one rarely is."""
    u = rng.random((2, len(kind)))
    transferred = u[0] < expit(kinds.transferred[kind] - 0.5 * skill)
    resolved = u[1] < expit(kinds.resolved[kind] + skill - 1.6 * transferred)
    return transferred, resolved
