"""What follows from calls: complaints about them, and how the queues stood half-hour by half-hour.

complaints: of 1,000 answered calls about one is complained of (judgement, domain.md 1.1 and brief.md arithmetic), more
often if it was not resolved and if the agent hurried: logit = rate - 1.2 (resolved - 0.71) - 1.5 log_handle. About half
are found justified, unresolved calls more often; a complaint closes after a lognormal number of days.
queues: callers give up and wait longer as load rises. At a load of 0.75 some 7 % give up and 78 % are answered within
20 seconds (Chinese banks: 88-94 % connected, 72 % within 20 s, domain.md 1.1).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from design_lab.periods import Quarter
from design_lab.synthetic.calls import Calls, expit, logit
from design_lab.synthetic.centre import Centre
from design_lab.synthetic.demand import days_of
from design_lab.synthetic.draws import Purpose, stream
from design_lab.synthetic.organisation import Organisation
from design_lab.synthetic.schedule import Duty

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_RATE, _UNRESOLVED, _HURRY = 0.0009, 1.2, 1.5
_REPEAT, _JUSTIFIED = 0.10, 0.45
_USUAL_LOAD, _ABANDONED, _PROMPT = 0.75, 0.07, 0.78
_DAY, _HALF_HOUR, _SLOTS = 86_400, 1800, 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaints:
    """Complaints in the order of receipt, each array (n,).

    `call` indexes the calls; `received` and `closed` count days from the quarter's first; `handler` is a person, or -1
    where no role handles complaints.
    """

    call: Ints
    received: Ints
    closed: Ints
    handler: Ints
    justified: NDArray[np.bool_]
    repeated: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """(day, half-hour, queue) rows with calls offered; `prompt` are those answered within 20 seconds."""

    day: Ints
    slot: Ints
    queue: Ints
    offered: Ints
    answered: Ints
    abandoned: Ints
    prompt: Ints


def make_complaints(
    centre: Centre, organisation: Organisation, duty: Duty, calls: Calls, quarter: Quarter
) -> Complaints:
    """Return the complaints about a quarter's calls; those of its last days are received on its last day at latest."""
    rng = stream(centre.seed, Purpose.COMPLAINTS, quarter.year, quarter.number)
    u = rng.random(len(calls))
    lean = -_UNRESOLVED * (calls.resolved - 0.71) - _HURRY * duty.latent.log_handle[calls.row]
    chosen = np.flatnonzero(u < expit(logit(_RATE) + lean))
    draws, wait = rng.random((4, len(chosen))), rng.standard_normal(len(chosen))
    last = len(days_of(quarter)) - 1
    received = np.minimum(duty.day[calls.row[chosen]] + np.floor(-2.0 * np.log1p(-draws[0])).astype(np.int64), last)
    order = np.argsort(received, kind="stable")
    unresolved = ~calls.resolved[chosen]
    found = Complaints(
        call=chosen,
        received=received,
        closed=received + np.floor(np.exp(0.9 + 0.7 * wait)).astype(np.int64),
        handler=_handlers(centre, organisation, duty, received, draws[1]),
        justified=draws[2] < _JUSTIFIED + 0.25 * unresolved,
        repeated=draws[3] < _REPEAT * (1 + unresolved),
    )
    parts = {part.name: getattr(found, part.name)[order] for part in fields(Complaints)}
    return Complaints(**parts)


def _handlers(centre: Centre, organisation: Organisation, duty: Duty, day: Ints, draw: Floats) -> Ints:
    """Return who takes each case: one of those at work that day, or the quarter, whose role handles complaints."""
    roles = np.array([centre.roles[team.role].handles_complaints for team in organisation.teams])
    mine = np.flatnonzero(roles[duty.team])
    if mine.size == 0:
        return np.full(len(day), -1)
    edges = np.searchsorted(duty.day[mine], [day, day + 1])
    nobody = edges[0] == edges[1]
    first, last = np.where(nobody, 0, edges[0]), np.where(nobody, len(mine), edges[1])
    return np.asarray(duty.person[mine[first + np.floor(draw * (last - first)).astype(np.int64)]])


def make_intervals(centre: Centre, duty: Duty, calls: Calls, quarter: Quarter) -> Intervals:
    """Return offered, answered, abandoned and promptly answered calls; answered ones are counted from the calls."""
    rng = stream(centre.seed, Purpose.INTERVALS, quarter.year, quarter.number)
    days, queues = len(days_of(quarter)), len(centre.queues)
    slot = calls.start % _DAY // _HALF_HOUR
    cell = (duty.day[calls.row] * _SLOTS + slot) * queues + duty.queue[calls.row]
    size = days * _SLOTS * queues
    answered = np.bincount(cell, minlength=size)
    busy = np.bincount(cell, weights=calls.handle, minlength=size)
    load = np.clip(busy / np.maximum(_available(duty, days, queues), 60.0), 0.0, 1.2)
    gone = expit(logit(_ABANDONED) + 4.0 * (load - _USUAL_LOAD))
    abandoned = rng.poisson(answered * gone / (1 - gone))
    prompt = rng.binomial(answered, expit(logit(_PROMPT) - 5.0 * (load - _USUAL_LOAD)))
    some = np.flatnonzero(answered + abandoned)
    return Intervals(
        day=some // (_SLOTS * queues),
        slot=some // queues % _SLOTS,
        queue=some % queues,
        offered=(answered + abandoned)[some],
        answered=answered[some],
        abandoned=abandoned[some],
        prompt=prompt[some],
    )


def _available(duty: Duty, days: int, queues: int) -> Floats:
    """Return the seconds that people were ready or on a call in each (day, half-hour, queue) cell."""
    size = days * _SLOTS * queues
    total = np.zeros(size)
    share = duty.available / duty.sign_in
    for slot in range(_SLOTS):
        begin = slot * _HALF_HOUR
        overlap = np.minimum(duty.start + duty.sign_in, begin + _HALF_HOUR) - np.maximum(duty.start, begin)
        cell = (duty.day * _SLOTS + slot) * queues + duty.queue
        total += np.bincount(cell, weights=np.clip(overlap, 0, _HALF_HOUR) * share, minlength=size)
    return total
