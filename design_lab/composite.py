"""Composite indicators as bare arithmetic on arrays: normalise, weigh, combine, rank. No names, no checks.

Shapes: `x` is (n people, k indicators), higher is better; `w` is (k,), or (n, k) where people weigh differently, and
sums to 1; what has no weight does not count, whatever its value (it must be a number).
Formulas: OECD/JRC Handbook on Constructing Composite Indicators (2008), chapters 5 and 6.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


_DUST = 1e-12  # of the greatest value: differences below it are rounding


def min_max(x: Array) -> Array:
    """Bring each column to [0, 1] between its least and greatest value; a constant column becomes 0.5 everywhere."""
    low, high = x.min(axis=0), x.max(axis=0)
    return np.where(high > low, goalposts(x, low, np.where(high > low, high, low + 1)), 0.5)


def goalposts(x: Array, low: Array | float, high: Array | float) -> Array:
    """Bring values to [0, 1] between two fixed ends, beyond which they stay."""
    return np.clip((x - low) / (high - low), 0.0, 1.0)


def z_scores(x: Array, ddof: int = 0) -> Array:
    """Centre each column and divide by its standard deviation; a constant column becomes 0 everywhere."""
    sd = x.std(axis=0, ddof=ddof)
    differs = sd > _DUST * np.abs(x).max(axis=0)
    return np.where(differs, (x - x.mean(axis=0)) / np.where(differs, sd, 1.0), 0.0)


def by_sum(x: Array) -> Array:
    """Divide each column of positive values by its sum."""
    return np.asarray(x / x.sum(axis=0))


def by_length(x: Array) -> Array:
    """Divide each column by its Euclidean length."""
    return np.asarray(x / np.sqrt((x**2).sum(axis=0)))


def by_greatest(x: Array) -> Array:
    """Divide each column of positive values by its greatest."""
    return np.asarray(x / x.max(axis=0))


def percentiles(x: Array) -> Array:
    """Return (rank - 0.5) / n of each value of a column (n,), the least at rank 1; ties share the mean rank.

    >>> percentiles(np.array([3.0, 1.0, 3.0, 9.0]))
    array([0.5  , 0.125, 0.5  , 0.875])
    """
    ordered = np.sort(x)
    below, upto = (np.searchsorted(ordered, x, side=side) for side in ("left", "right"))
    return np.asarray((below + upto) / (2 * len(x)))


def shares_beaten(x: Array) -> Array:
    """Return the share of the others that each value of a column (n,) exceeds; a value alone gets 0.5.

    >>> shares_beaten(np.array([3.0, 1.0, 3.0, 9.0])).round(2)
    array([0.33, 0.  , 0.33, 1.  ])
    """
    if len(x) == 1:
        return np.array([0.5])
    return np.asarray(np.searchsorted(np.sort(x), x, side="left") / (len(x) - 1))


def weighted_sum(x: Array, w: Array) -> Array:
    """Combine by the weighted arithmetic mean: full compensation. Returns (n,)."""
    return np.asarray((x * w).sum(axis=-1))


def weighted_geometric_mean(x: Array, w: Array) -> Array:
    """Combine by the weighted geometric mean of values of 0 or more: partial compensation. Returns (n,).

    One value of 0 makes the mean 0.
    """
    with np.errstate(divide="ignore"):
        return np.asarray(np.exp((np.log(np.where(w > 0, x, 1.0)) * w).sum(axis=-1)))


def weighted_power_mean(x: Array, w: Array, p: float) -> Array:
    """Combine by the weighted power mean of positive values; p = -1 is harmonic, p = 1 arithmetic. Returns (n,).

    With p below 0 a value of 0 makes the mean 0.
    """
    with np.errstate(divide="ignore"):
        return np.asarray((np.where(w > 0, x, 1.0) ** p * w).sum(axis=-1) ** (1 / p))


def ordered_weighted_mean(x: Array, places: Array, w: Array | None = None) -> Array:
    """Combine by an ordered weighted mean, `places` (m,) being the weights of the places, best first. Returns (n,).

    Without `w` it is Yager's OWA (1988). With `w` the values take as much of the places as they weigh: the places'
    cumulated weights, joined by straight lines, are read at the cumulated weights of the ordered values (WOWA, Torra,
    The weighted OWA operator, International Journal of Intelligent Systems 12, 1997).
    """
    weights = np.full(x.shape, 1 / x.shape[-1]) if w is None else np.broadcast_to(w, x.shape)
    order = np.argsort(-x, axis=-1, kind="stable")
    ends = np.cumsum(np.take_along_axis(weights, order, axis=-1), axis=-1)
    reached = np.interp(ends, np.linspace(0, 1, len(places) + 1), np.concatenate([[0.0], np.cumsum(places)]))
    return np.asarray((np.take_along_axis(x, order, axis=-1) * np.diff(reached, axis=-1, prepend=0.0)).sum(axis=-1))


def closeness_to_ideal(x: Array, w: Array) -> Array:
    """Combine normalised values by nearness to the best of each column and farness from the worst, (n,) in [0, 1].

    TOPSIS (Hwang and Yoon, Multiple Attribute Decision Making, 1981), Euclidean.
    """
    weighted = x * w
    to_best, to_worst = (
        np.sqrt(((weighted - end) ** 2).sum(axis=-1)) for end in (weighted.max(axis=0), weighted.min(axis=0))
    )
    return np.asarray(to_worst / (to_best + to_worst))


def rounded(x: Array, decimals: int, half: str) -> Array:
    """Round to decimals, a half going up or to the even neighbour; float noise of 1e-9 does not decide.

    >>> rounded(np.array([2.675, 2.665]), 2, "up"), rounded(np.array([2.675, 2.665]), 2, "even")
    (array([2.68, 2.67]), array([2.68, 2.66]))
    """
    scaled = np.round(x * 10**decimals, 9)
    return np.asarray((np.floor(scaled + 0.5) if half == "up" else np.rint(scaled)) / 10**decimals)


def rank(totals: Array, ties: str = "better") -> npt.NDArray[Any]:
    """Rank 1 is best; tied people share the better (1, 1, 3), worse (2, 2, 3) or mean rank. Along the last axis.

    >>> rank(np.array([[90.0, 70.0, 90.0], [70.0, 80.0, 90.0]]))
    array([[1, 3, 1],
           [3, 2, 1]])
    """
    order = np.argsort(-totals, axis=-1)
    ordered = np.take_along_axis(totals, order, axis=-1)
    changes = np.ones(totals.shape, dtype=bool)
    changes[..., 1:] = ordered[..., 1:] != ordered[..., :-1]
    places = np.arange(1, totals.shape[-1] + 1)
    shared: npt.NDArray[Any] = np.broadcast_to(places, totals.shape)
    if not changes.all():
        shared = np.maximum.accumulate(np.where(changes, places, 1), axis=-1)
    if ties != "better":
        ends = np.ones(totals.shape, dtype=bool)
        ends[..., :-1] = changes[..., 1:]
        last = np.where(ends, places, places[-1:])[..., ::-1]
        worse = np.minimum.accumulate(last, axis=-1)[..., ::-1]
        shared = worse if ties == "worse" else (shared + worse) / 2
    ranks = np.empty(totals.shape, dtype=shared.dtype)
    np.put_along_axis(ranks, order, shared, axis=-1)
    return ranks
