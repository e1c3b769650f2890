"""Composite indicators as bare arithmetic on arrays: normalise, weigh, combine, rank. No names, no checks.

Shapes: `x` is (n people, k indicators), higher is better; `w` is (k,) and sums to 1.
Formulas: OECD/JRC Handbook on Constructing Composite Indicators (2008), chapters 5 and 6.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def min_max(x: Array) -> Array:
    """Bring each column to [0, 1] between its least and greatest value; a constant column becomes 0.5 everywhere."""
    low, high = x.min(axis=0), x.max(axis=0)
    width = np.where(high > low, high - low, 1.0)
    return np.where(high > low, (x - low) / width, 0.5)


def z_scores(x: Array, ddof: int = 0) -> Array:
    """Centre each column and divide by its standard deviation; a constant column becomes 0 everywhere."""
    sd = x.std(axis=0, ddof=ddof)
    return np.where(sd > 0, (x - x.mean(axis=0)) / np.where(sd > 0, sd, 1.0), 0.0)


def weighted_sum(x: Array, w: Array) -> Array:
    """Combine by the weighted arithmetic mean: full compensation. Returns (n,)."""
    return x @ w


def weighted_geometric_mean(x: Array, w: Array) -> Array:
    """Combine by the weighted geometric mean of positive values: partial compensation. Returns (n,)."""
    return np.exp(np.log(x) @ w)


def weighted_power_mean(x: Array, w: Array, p: float) -> Array:
    """Combine by the weighted power mean of positive values; p = -1 is harmonic, p = 1 arithmetic. Returns (n,)."""
    return (x**p @ w) ** (1 / p)


def ordered_weighted_mean(x: Array, w: Array) -> Array:
    """Combine by Yager's OWA: `w` goes to the places, best first, not to the indicators. Returns (n,)."""
    return -np.sort(-x, axis=1) @ w


def rank(totals: Array) -> npt.NDArray[np.int64]:
    """Rank 1 is best; tied people share the better rank (1, 1, 3). Works along the last axis."""
    if totals.ndim > 1:
        return np.stack([rank(row) for row in totals])
    ordered = np.sort(-totals)
    return np.searchsorted(ordered, -totals, side="left") + 1
