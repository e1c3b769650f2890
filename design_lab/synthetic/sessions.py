"""The text sessions of a quarter: people write from online banking (chat) or mobile banking, several to one agent.

An agent at the text desk has as many lanes as sessions may be open at once; sessions follow each other in a lane as
calls do on a line (`workload`), so that no more than that are ever open. Visitors write a few messages each; a message
that waits for more than two minutes is late, more often with slow agents; a session without a real question is not
effective, and nothing is booked as resolved in it (超时次数占比, 有效对话占比: domain.md 1.1).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from design_lab.periods import Quarter
from design_lab.synthetic.calls import expit, logit
from design_lab.synthetic.centre import Centre, TextDesk
from design_lab.synthetic.demand import days_of, expected_calls, half_hours
from design_lab.synthetic.draws import Purpose, stream
from design_lab.synthetic.schedule import Duty
from design_lab.synthetic.voices import keys_pressed
from design_lab.synthetic.workload import Crew, counts_by_agent, crew_on, expected_work, offsets, that_fit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
NOT_RATED = 0
_SPREAD = 2.0  # shape of the Gamma behind the messages of a session
_LATE_BY_PACE, _DULL_BY_LATE = 2.0, 1.5  # logits: late replies of the slow, displeasure at a share of late replies
_SHORTEST, _LONGEST = 20, 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """The text sessions of a quarter in the order of start, each array (n,).

    `row` is the row of the desk's `Duty`; `kind` and `channel` index call types and the desk's channels; `start` is in
    seconds since 1970, `length` the seconds from first to last message; `late` of the `messages` waited for more than
    two minutes; `key` is the visitor's rating, 1 to 3, or NOT_RATED.
    """

    row: Ints
    kind: Ints
    channel: Ints
    start: Ints
    length: Ints
    messages: Ints
    late: Ints
    effective: Flags
    transferred: Flags
    resolved: Flags
    key: Ints

    def __len__(self) -> int:
        return len(self.row)


def make_sessions(centre: Centre, desk: TextDesk, duty: Duty, quarter: Quarter) -> Sessions:
    """Return all sessions that those at the text desk hold in a quarter."""
    parts = [_day(centre, desk, duty, number, day) for number, day in enumerate(days_of(quarter))]
    return Sessions(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Sessions)})


def _day(centre: Centre, desk: TextDesk, duty: Duty, number: int, day: dt.date) -> Sessions:
    rng = stream(centre.seed, Purpose.SESSIONS, day.toordinal())
    lanes = crew_on(duty, number).in_lanes(desk.concurrency)
    crew = replace(lanes, queue=np.zeros_like(lanes.queue))  # all lanes are of one desk
    volume = float(rng.poisson(expected_calls(day, desk.demand)))
    expected = _expected(centre, desk, crew, volume)
    lane = np.repeat(np.arange(len(crew)), counts_by_agent(expected, rng))
    effective = rng.random(len(lane)) < desk.effective
    messages = _messages(desk, effective, rng)
    length = _lengths(desk, messages, crew.pace[lane], rng)
    kept = that_fit(crew, lane, length, 1.0)
    lane, effective, messages, length = lane[kept], effective[kept], messages[kept], length[kept]
    start = crew.start[lane] + offsets(crew, expected, lane, length, rng)
    order = np.argsort(start, kind="stable")
    midnight = (day - dt.date(1970, 1, 1)).days * 86_400
    lane, effective, messages = lane[order], effective[order], messages[order]
    late = rng.binomial(messages, expit(logit(desk.late) + _LATE_BY_PACE * crew.pace[lane]))
    kind = _chosen(np.array([desk.mix.get(name, 0.0) for name in centre.call_types]), len(lane), rng)
    transferred, resolved = _outcome(centre, kind, crew.skill[lane], effective, rng)
    row = crew.row[lane]
    return Sessions(
        row=row,
        kind=kind,
        channel=_chosen(np.array(list(desk.channels.values())), len(lane), rng),
        start=midnight + start[order],
        length=length[order],
        messages=messages,
        late=late,
        effective=effective,
        transferred=transferred,
        resolved=resolved,
        key=_keys(centre, desk, duty.latent.satisfaction_logit[row], resolved, late / messages, effective, rng),
    )


def _expected(centre: Centre, desk: TextDesk, crew: Crew, volume: float) -> Floats:
    """Return the sessions that each lane is expected to hold in each half-hour, (lanes, 48)."""
    mean = desk.reply_seconds * (desk.effective * desk.messages + (1 - desk.effective) * 1.5)
    handle = mean * np.exp(crew.pace)
    arrivals = half_hours(desk.demand)
    return expected_work(crew, np.array([volume]), handle=handle, arrivals=arrivals, limit=centre.duty.limit)


def _messages(desk: TextDesk, effective: Flags, rng: np.random.Generator) -> Ints:
    """Draw the visitors' messages: a few where there was a dialogue, one or two where there was none."""
    mean = rng.gamma(_SPREAD, (desk.messages - 1) / _SPREAD, len(effective))
    return np.where(effective, 1 + rng.poisson(mean), 1 + rng.integers(0, 2, len(effective)))


def _lengths(desk: TextDesk, messages: Ints, pace: Floats, rng: np.random.Generator) -> Ints:
    """Draw the whole seconds of each session."""
    noise = desk.length_sigma * rng.standard_normal(len(messages)) - desk.length_sigma**2 / 2
    seconds = desk.reply_seconds * messages * np.exp(pace + noise)
    return np.asarray(np.rint(np.clip(seconds, _SHORTEST, _LONGEST)).astype(np.int64))


def _chosen(shares: Floats, count: int, rng: np.random.Generator) -> Ints:
    return np.asarray(np.searchsorted(np.cumsum(shares)[:-1], rng.random(count), side="right"))


def _outcome(
    centre: Centre, kind: Ints, skill: Floats, effective: Flags, rng: np.random.Generator
) -> tuple[Flags, Flags]:
    """Draw whether a session is handed over and whether it is resolved, both only where there was a dialogue."""
    types = list(centre.call_types.values())
    rates = (np.clip([getattr(one, name) for one in types], 0.001, 0.999) for name in ("transferred", "resolved"))
    over, solved = (logit(rate)[kind] for rate in rates)
    u = rng.random((2, len(kind)))
    transferred = effective & (u[0] < expit(over - 0.5 * skill))
    return transferred, effective & (u[1] < expit(solved + skill - 1.6 * transferred))


def _keys(
    centre: Centre,
    desk: TextDesk,
    warmth: Floats,
    resolved: Flags,
    late: Floats,
    effective: Flags,
    rng: np.random.Generator,
) -> Ints:
    """Draw who rates after a dialogue, and how; the desk asks all alike."""
    u = rng.random((2, len(resolved)))
    pleased = warmth + centre.voices.resolved_effect * (resolved - 0.71) - _DULL_BY_LATE * late
    return np.where(effective & (u[0] < desk.rated), keys_pressed(centre.voices, pleased, u[1]), NOT_RATED)
