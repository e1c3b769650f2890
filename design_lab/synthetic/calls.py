"""The calls of a quarter, one record a call, never two at once for one agent.

A day's volume meets the people on duty queue by queue. In each half-hour the calls of a queue are shared by those signed
in, the faster taking more; nobody is given more than fits (`duty.limit` of available time): what does not fit is not
answered. Talk is lognormal, hold and wrap zero-inflated lognormal; the idle time that remains is spread between the
calls, longer where few calls come, and pauses fall between calls.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from design_lab.periods import Quarter
from design_lab.synthetic.centre import Centre
from design_lab.synthetic.demand import days_of, expected_calls, half_hours
from design_lab.synthetic.draws import Purpose, stream
from design_lab.synthetic.schedule import Duty

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_HALF_HOUR = 1800.0
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
    """Call types as arrays: log of mean talk, logits of resolved and transferred; `mix` is cumulative, (queues, kinds)."""

    talk: Floats
    resolved: Floats
    transferred: Floats
    mix: Floats
    mean_handle: Floats  # (queues,), seconds at latent 0


def make_calls(centre: Centre, duty: Duty, quarter: Quarter) -> Calls:
    """Return all calls that the people on duty answer in a quarter."""
    days = days_of(quarter)
    kinds = _kinds(centre)
    edges = np.searchsorted(duty.day, np.arange(len(days) + 1))
    parts = [_day(centre, duty, kinds, day, slice(edges[i], edges[i + 1])) for i, day in enumerate(days)]
    return Calls(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Calls)})


def logit(share: Floats) -> Floats:
    """Return the log odds of shares strictly between 0 and 1."""
    return np.asarray(np.log(share) - np.log1p(-share))


def expit(x: Floats) -> Floats:
    """Return the share whose log odds are `x`."""
    return np.asarray(1 / (1 + np.exp(-x)))


def _kinds(centre: Centre) -> _Kinds:
    types = list(centre.call_types.values())
    talk = np.array([kind.talk_seconds for kind in types])
    mix = np.array([[queue.mix.get(name, 0.0) for name in centre.call_types] for queue in centre.queues.values()])
    times = centre.durations
    side = times.hold_share * times.hold_seconds + times.wrap_share * times.wrap_seconds
    clip = lambda name: logit(np.clip([getattr(kind, name) for kind in types], 0.001, 0.999))  # noqa: E731
    return _Kinds(
        np.log(talk), clip("resolved"), clip("transferred"), np.cumsum(mix, axis=1), (mix * talk).sum(axis=1) + side
    )


def _day(centre: Centre, duty: Duty, kinds: _Kinds, day: dt.date, rows: slice) -> Calls:
    volume = stream(centre.seed, Purpose.VOLUME, day.toordinal())
    rng = stream(centre.seed, Purpose.CALLS, day.toordinal())
    present = _presence(duty, rows)
    expected = _expected(centre, duty, kinds, rows, present, _queue_volumes(centre, day, volume))
    counts = volume.multinomial(round(expected.sum()), _shares(expected.sum(axis=1)))
    local = np.repeat(np.arange(len(counts)), counts)
    kind, parts = _content(centre, kinds, duty, rows.start + local, rng)
    kept = _that_fit(centre, duty, rows, local, sum(parts), len(counts))
    local, kind, parts = local[kept], kind[kept], [part[kept] for part in parts]
    start = duty.start[rows][local] + _offsets(duty, rows, expected, local, sum(parts), rng)
    transferred, resolved = _outcome(kinds, duty, rows.start + local, kind, rng)
    order = np.argsort(start, kind="stable")
    midnight = (day - dt.date(1970, 1, 1)).days * 86_400
    stamp = int(f"{day:%Y%m%d}") * _IDS_A_DAY
    return Calls(
        call_id=stamp + 1 + np.arange(len(order)),
        row=rows.start + local[order],
        kind=kind[order],
        start=midnight + start[order],
        talk=parts[0][order],
        hold=parts[1][order],
        wrap=parts[2][order],
        transferred=transferred[order],
        resolved=resolved[order],
    )


def _shares(weights: Floats) -> Floats:
    total = weights.sum()
    return weights / total if total > 0 else np.full(len(weights), 1 / max(len(weights), 1))


def _queue_volumes(centre: Centre, day: dt.date, rng: np.random.Generator) -> Floats:
    """Return the day's calls by queue: the expected volume with a lognormal day effect and Poisson counts."""
    sd = centre.demand.day_sd
    level = expected_calls(day, centre) * np.exp(sd * rng.standard_normal() - sd**2 / 2)
    share = np.array([queue.share for queue in centre.queues.values()])
    return rng.poisson(level * share).astype(float)


def _presence(duty: Duty, rows: slice) -> Floats:
    """Return the share of each half-hour that each agent is signed in, (agents, 48)."""
    starts = np.arange(48) * _HALF_HOUR
    begin, end = duty.start[rows, None], (duty.start + duty.sign_in)[rows, None]
    overlap = np.minimum(end, starts + _HALF_HOUR) - np.maximum(begin, starts)
    return np.asarray(np.clip(overlap / _HALF_HOUR, 0, 1))


def _expected(centre: Centre, duty: Duty, kinds: _Kinds, rows: slice, present: Floats, volumes: Floats) -> Floats:
    """Return the calls that each agent is expected to answer in each half-hour, (agents, 48), within what fits."""
    arrivals = half_hours(centre.demand)
    expected = np.zeros_like(present)
    queue, ready = duty.queue[rows], duty.available[rows]
    handle = kinds.mean_handle[queue] * np.exp(duty.latent.log_handle[rows])
    limit = 0.94 * centre.duty.limit * ready / handle
    for number, calls in enumerate(volumes):
        mine = np.flatnonzero(queue == number)
        if mine.size == 0:
            continue
        spare = max(ready[mine].sum() / max(calls, 1.0) - handle[mine].mean(), 5.0)
        pace = present[mine] * (ready[mine] / duty.sign_in[rows][mine] / (handle[mine] + spare))[:, None]
        staff = pace.sum(axis=0)
        demand = np.where(staff > 0, arrivals, 0.0)
        shape = pace * (demand / np.where(staff > 0, staff, 1.0))
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


def _content(
    centre: Centre, kinds: _Kinds, duty: Duty, row: Ints, rng: np.random.Generator
) -> tuple[Ints, list[Ints]]:
    """Draw call types and whole seconds of talk, hold and wrap."""
    times, n = centre.durations, len(row)
    draw = rng.random(n)
    kind = (draw[:, None] > kinds.mix[duty.queue[row]][:, :-1]).sum(axis=1)
    pace = duty.latent.log_handle[row]
    z = rng.standard_normal((3, n))
    u = rng.random((2, n))
    talk = np.exp(kinds.talk[kind] + pace + times.talk_sigma * z[0] - times.talk_sigma**2 / 2)
    side = np.exp(pace + times.side_sigma * z[1:] - times.side_sigma**2 / 2)
    hold = np.where(u[0] < times.hold_share, times.hold_seconds * side[0], 0.0)
    wrap = np.where(u[1] < times.wrap_share, np.minimum(times.wrap_seconds * side[1], times.wrap_limit), 0.0)
    return kind, [np.rint(x).astype(np.int64) for x in (np.clip(talk, 8, 3600), np.minimum(hold, 1800), wrap)]


def _that_fit(centre: Centre, duty: Duty, rows: slice, local: Ints, handle: Ints, agents: int) -> NDArray[np.bool_]:
    """Tell which calls fit into their agent's available time; the rest is not answered."""
    used = _running(handle, local, agents) + handle
    return np.asarray(used <= centre.duty.limit * duty.available[rows][local])


def _running(values: NDArray[np.number], local: Ints, agents: int) -> Ints:
    """Return for each item the sum of the earlier items of the same agent; items are grouped by agent."""
    before = np.cumsum(values) - values
    first = np.searchsorted(local, np.arange(agents))
    filled = first < len(local)
    base = np.zeros(agents, dtype=before.dtype)
    base[filled] = before[first[filled]]
    return np.asarray(before - base[local])


def _offsets(duty: Duty, rows: slice, expected: Floats, local: Ints, handle: Ints, rng: np.random.Generator) -> Ints:
    """Return the start of each call in seconds after its agent's sign-in: calls, pauses and idle time in turn."""
    agents = len(expected)
    counts = np.bincount(local, minlength=agents)
    place = (_running(np.ones(len(local)), local, agents) + 0.5) / counts[local]
    spent = np.bincount(local, weights=handle, minlength=agents)
    idle = duty.available[rows] - spent
    mean = spent / np.maximum(counts, 1)
    cycle = _HALF_HOUR / np.maximum(_expected_at(expected, local, place), 0.2)
    weight = rng.exponential(size=len(local)) * np.maximum(cycle - mean[local], 0.1 * mean[local])
    tail = rng.exponential(size=agents) * mean
    total = np.bincount(local, weights=weight, minlength=agents) + tail
    waited = _running(weight, local, agents) + weight
    waiting = np.floor(waited / total[local] * idle[local] * 0.999).astype(np.int64)
    paused = _running_pauses(duty, rows, local, counts, rng)
    return np.asarray(waiting + paused + _running(handle, local, agents))


def _expected_at(expected: Floats, local: Ints, place: Floats) -> Floats:
    """Return the expected calls in the half-hour in which an agent's call at `place` (0 to 1 of all) falls."""
    total = np.maximum(expected.sum(axis=1, keepdims=True), 1e-9)
    ladder = np.cumsum(expected, axis=1) / total + np.arange(len(expected))[:, None]
    found = np.searchsorted(ladder.ravel(), local + place * 0.999999)
    return np.asarray(expected.ravel()[found.clip(max=expected.size - 1)])


def _running_pauses(duty: Duty, rows: slice, local: Ints, counts: Ints, rng: np.random.Generator) -> Ints:
    """Return the pause seconds before each call: three rests, early, amid and late, busy time at two places of chance."""
    first = np.cumsum(counts) - counts
    busy_at, late = rng.random((2, len(counts))), rng.random(len(counts))
    pauses = np.zeros(len(local) + 1, dtype=np.int64)
    some = np.flatnonzero(counts)
    rest, busy = duty.rest[rows][some], duty.busy[rows][some]
    planned = [(at + _REST_SPREAD * late[some], (share * rest).astype(np.int64)) for at, share in _REST_AT]
    for at, seconds in [*planned, *((at, busy // 2) for at in busy_at[:, some])]:
        np.add.at(pauses, first[some] + np.floor(at * counts[some]).astype(np.int64), seconds)
    pauses = pauses[:-1]
    return _running(pauses, local, len(counts)) + pauses


def _outcome(
    kinds: _Kinds, duty: Duty, row: Ints, kind: Ints, rng: np.random.Generator
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Draw whether a call is transferred and whether it is resolved; a transferred one rarely is."""
    u = rng.random((2, len(row)))
    skill = duty.latent.resolution_logit[row]
    transferred = u[0] < expit(kinds.transferred[kind] - 0.5 * skill)
    resolved = u[1] < expit(kinds.resolved[kind] + skill - 1.6 * transferred)
    return transferred, resolved
