"""The calls of a quarter, one record a call, never two at once for one agent.

A day's volume meets the people on duty queue by queue (`workload`): all teams of a queue share it, so that what some
leave undone the others get. Nobody is given more than fits (`duty.limit` of available time): what does not fit is not
answered. Talk is lognormal, hold and wrap zero-inflated lognormal.
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
from design_lab.synthetic.workload import Crew, counts_by_agent, crew_on, expected_work, offsets, that_fit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_IDS_A_DAY = 1_000_000


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


def make_calls(centre: Centre, duty: Duty, quarter: Quarter) -> Calls:
    """Return all calls that the people on duty answer in a quarter."""
    days, kinds = days_of(quarter), _kinds(centre)
    parts = [_day(centre, kinds, crew_on(duty, number), day) for number, day in enumerate(days)]
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


def _day(centre: Centre, kinds: _Kinds, crew: Crew, day: dt.date) -> Calls:
    volume = stream(centre.seed, Purpose.VOLUME, day.toordinal())
    rng = stream(centre.seed, Purpose.CALLS, day.toordinal())
    expected = expected_work(
        crew,
        _queue_volumes(centre, day, volume),
        handle=kinds.handle[crew.queue] * np.exp(crew.pace),
        arrivals=half_hours(centre.demand),
        limit=centre.duty.limit,
    )
    agent = np.repeat(np.arange(len(crew)), counts_by_agent(expected, volume))
    kind, times = _content(centre, kinds, crew, agent, rng)
    kept = that_fit(crew, agent, times.sum(axis=0), centre.duty.limit)
    agent, kind, times = agent[kept], kind[kept], times[:, kept]
    start = crew.start[agent] + offsets(crew, expected, agent, times.sum(axis=0), rng)
    transferred, resolved = _outcome(kinds, kind, crew.skill[agent], rng)
    order = np.argsort(start, kind="stable")
    midnight = (day - dt.date(1970, 1, 1)).days * 86_400
    talk, hold, wrap = times[:, order]
    return Calls(
        call_id=int(f"{day:%Y%m%d}") * _IDS_A_DAY + 1 + np.arange(len(order)),
        row=crew.row[agent[order]],
        kind=kind[order],
        start=midnight + start[order],
        talk=talk,
        hold=hold,
        wrap=wrap,
        transferred=transferred[order],
        resolved=resolved[order],
    )


def _queue_volumes(centre: Centre, day: dt.date, rng: np.random.Generator) -> Floats:
    """Return the day's calls by queue: the expected volume with a lognormal day effect and Poisson counts."""
    sd = centre.demand.day_sd
    level = expected_calls(day, centre.demand) * np.exp(sd * rng.standard_normal() - sd**2 / 2)
    share = np.array([queue.share for queue in centre.queues.values()])
    return np.asarray(rng.poisson(level * share), dtype=float)


def _content(centre: Centre, kinds: _Kinds, crew: Crew, agent: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
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


def _outcome(
    kinds: _Kinds, kind: Ints, skill: Floats, rng: np.random.Generator
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Draw whether a call is transferred and whether it is resolved; a transferred one rarely is."""
    u = rng.random((2, len(kind)))
    transferred = u[0] < expit(kinds.transferred[kind] - 0.5 * skill)
    resolved = u[1] < expit(kinds.resolved[kind] + skill - 1.6 * transferred)
    return transferred, resolved
