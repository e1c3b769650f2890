"""How long callers wait: the M/M/n queue (Erlang C) and the one whose callers hang up, M/M/n+M (Erlang A).

Calls come at random with a constant rate, `agents` answer them in turn, handle times and patience are exponential. All
functions take arrays that broadcast, in calls an hour and seconds; a number of agents need not be whole, for the
formulas go on between whole ones. Formulas: Garnett, Mandelbaum and Reiman 2002; Mandelbaum and Zeltyn 2007, which hold
with incomplete gamma functions and so in one step, whatever the number of agents.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from design_lab.expected.draws import Array

Numbers = float | npt.NDArray[np.floating[Any]] | npt.NDArray[np.integer[Any]]
_TINY = 1e-200  # a gamma function below it is summed term by term, for it is soon no number
_TERMS = 100_000
_LARGE = 700.0  # exp of more is no number
_HOUR = 3600.0
_MOST = 40  # doublings in the search for agents


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What callers meet, each an array of one shape.

    `waiting` is the share of calls that find nobody free, `service_level` the share of all calls that are answered
    within the seconds asked for, `wait_seconds` the mean wait of all calls (where nobody hangs up, the average speed of
    answer), `abandoned` and `connected` the shares given up and answered, `occupancy` the share of the agents' time
    that is spent on calls. Where nobody hangs up and the agents cannot keep up, the wait is infinite.
    """

    waiting: Array
    service_level: Array
    wait_seconds: Array
    abandoned: Array
    occupancy: Array

    @property
    def connected(self) -> Array:
        """The share of calls that are answered."""
        return 1.0 - self.abandoned


def erlang_b(agents: Numbers, load: Numbers) -> Array:
    """Return the share of calls lost if none can wait, for a `load` in erlangs (calls x handle time).

    >>> erlang_b(10, 5.0).round(4).item()
    0.0184
    """
    from scipy.special import gammaincc, gammaln

    n, a = np.broadcast_arrays(*(np.asarray(one, dtype=np.float64) for one in (agents, load)))
    below = gammaincc(n + 1, a)  # the probability that n or fewer of a Poisson count are there
    plain = below > _TINY
    with np.errstate(divide="ignore"):
        ends = np.where(a > 0, n * np.log(np.where(a > 0, a, 1.0)) - a - gammaln(n + 1), np.where(n > 0, -np.inf, 0.0))
        lost = np.array(np.exp(ends - np.log(np.where(plain, below, 1.0))))
    if not plain.all():  # far more work than agents
        lost[~plain] = 1 / _summed(n[~plain], a[~plain], down=True)
    return lost


def erlang_c(agents: Numbers, calls: Numbers, *, handle: Numbers, within: Numbers) -> Queue:
    """Return what `calls` an hour of `handle` seconds meet if everybody waits; `within` is the service level's seconds.

    >>> met = erlang_c(14, 200, handle=180, within=20)
    >>> met.waiting.round(4).item(), met.service_level.round(4).item(), met.wait_seconds.round(2).item()
    (0.1741, 0.8884, 7.84)
    """
    n, rate, time, seconds = _arrays(agents, calls, handle, within)
    load = rate * time / _HOUR
    stable = load < n
    spare = np.where(stable, n - load, 1.0)
    lost = erlang_b(n, load)
    waiting = np.where(stable, n * lost / np.where(stable, n - load * (1 - lost), 1.0), 1.0)
    late = np.where(stable, waiting * np.exp(-spare * seconds / time), 1.0)
    wait = np.where(stable, waiting * time / spare, np.inf)
    idle = load == 0  # no calls: nobody waits, whether or not somebody is there
    waiting, late, wait = (np.where(idle, 0.0, one) for one in (waiting, late, wait))
    return Queue(
        waiting=waiting, service_level=1 - late, wait_seconds=wait,
        abandoned=np.zeros_like(wait), occupancy=np.where(stable, load / np.where(n > 0, n, 1.0), 1.0) * ~idle,
    )  # fmt: skip


def erlang_a(agents: Numbers, calls: Numbers, *, handle: Numbers, within: Numbers, patience: Numbers) -> Queue:
    """Return what calls meet if callers hang up after `patience` seconds on average; the rest is as for `erlang_c`.

    >>> met = erlang_a(50, 48 * 60, handle=60, within=20, patience=120)
    >>> met.abandoned.round(3).item(), met.wait_seconds.round(1).item(), met.occupancy.round(2).item()
    (0.031, 3.7, 0.93)
    """
    n, rate, time, seconds, mean = _arrays(agents, calls, handle, within, patience)
    some = (n > 0) & (rate > 0)
    safe = np.where(some, n, 1.0), np.where(some, rate, 1.0)
    waiting, answered, abandoned = _with_patience(safe[0], safe[1] * time / _HOUR, time, seconds, mean)
    in_time = np.where(some, 1 - waiting + waiting * answered, rate == 0)
    waiting, abandoned = (np.where(some, one, rate > 0) for one in (waiting, abandoned))
    load = rate * time / _HOUR
    return Queue(
        waiting=waiting, service_level=in_time, wait_seconds=abandoned * mean, abandoned=abandoned,
        occupancy=np.where(n > 0, load * (1 - abandoned) / safe[0], 0.0),
    )  # fmt: skip


def agents_for(
    calls: Numbers, *, handle: Numbers, within: Numbers, level: float, occupancy: float, patience: Numbers | None = None
) -> npt.NDArray[np.int64]:
    """Return the fewest whole agents whose service level is at least `level` and occupancy at most `occupancy`.

    Without `patience` nobody hangs up (Erlang C). A level or an occupancy outside 0 to 1 raises `ValueError`.

    >>> agents_for(200, handle=180, within=20, level=0.8, occupancy=0.85).item()
    14
    """
    if not (0 < level < 1 and 0 < occupancy <= 1):
        raise ValueError(f"a service level of {level:g} or an occupancy of {occupancy:g} is not between 0 and 1")

    def enough(agents: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        met = (
            erlang_c(agents, calls, handle=handle, within=within)
            if patience is None
            else erlang_a(agents, calls, handle=handle, within=within, patience=patience)
        )
        return np.asarray((met.service_level >= level) & (met.occupancy <= occupancy))

    rate, *_ = _arrays(calls, handle, within)
    low = np.full(rate.shape, -1, dtype=np.int64)  # never enough
    high = np.zeros(rate.shape, dtype=np.int64)
    for _ in range(_MOST):
        short = ~enough(high)
        if not short.any():
            break
        low, high = np.where(short, high, low), np.where(short, 2 * high + 1, high)
    while (high - low > 1).any():
        middle = np.maximum((low + high) // 2, 0)
        good = enough(middle)
        low, high = np.where(good, low, middle), np.where(good, middle, high)
    return np.asarray(high)


def _arrays(*given: Numbers) -> list[Array]:
    return [np.array(one) for one in np.broadcast_arrays(*(np.asarray(one, dtype=np.float64) for one in given))]


def _with_patience(n: Array, load: Array, time: Array, within: Array, patience: Array) -> tuple[Array, Array, Array]:
    """Return the share that waits, of those the share answered in time, and the share of all that gives up.

    With x = n patience / time and y = load patience / time, M(x, y) = sum of y^j / (x ... (x + j)), which is
    gamma(x, y) e^y / y^x, and Garnett's A(x, y) is x M(x, y).
    """
    from scipy.special import gammainc, gammaln

    x, y = n * patience / time, load * patience / time
    z = y * np.exp(-within / patience)
    whole = gammainc(x, y)
    plain = whole > _TINY
    some = np.where(plain, whole, 1.0)
    power = np.log(x) + y - x * np.log(y) + gammaln(x) + np.log(some)
    ratio = np.array(x / y * (gammainc(x + 1, y) - gammainc(x + 1, z)) / some)
    inverse = np.array(np.exp(-np.minimum(power, _LARGE)))  # 1 / A
    if not plain.all():  # far more agents than work
        far = ~plain
        first, later = _summed(x[far], y[far]), _summed(x[far] + 1, y[far])
        rest = np.exp(-(within / patience)[far] * (x[far] + 1) + y[far] - z[far]) * _summed(x[far] + 1, z[far])
        inverse[far] = 1 / (x[far] * first)
        ratio[far] = (later - rest) / first
    lost = erlang_b(n, load)
    waiting = lost / (inverse + lost - lost * inverse)
    given_up = 1 + (inverse - 1) * n / load  # of those who wait
    return waiting, np.clip(ratio, 0.0, 1.0), np.clip(waiting * np.clip(given_up, 0.0, 1.0), 0.0, 1.0)


def _summed(x: Array, y: Array, *, down: bool = False) -> Array:
    """Return sum of y^j / (x (x + 1) ... (x + j)) for y < x; with `down` that of x ... (x - j + 1) / y^j for x < y."""
    term = np.ones_like(x) if down else 1 / x
    total = term.copy()
    for step in range(1, _TERMS):
        term = term * (np.maximum(x - step + 1, 0.0) / y if down else y / (x + step))
        total += term
        if (term <= 1e-17 * total).all():
            break
    return total
