"""Intervals of plain estimates: of a share, of a correlation, of a mean."""

from __future__ import annotations

import math


def share_interval(hits: int, n: int, *, level: float = 0.95) -> tuple[float, float]:
    """Return Wilson's interval of a share, which never leaves 0 to 1; `n` is at least 1.

    >>> low, high = share_interval(9, 10)
    >>> round(low, 3), round(high, 3)
    (0.596, 0.982)
    """
    from scipy import stats

    z = float(stats.norm.ppf((1 + level) / 2))
    middle = (hits + z**2 / 2) / (n + z**2)
    half = z / (n + z**2) * math.sqrt(hits * (n - hits) / n + z**2 / 4)
    return max(0.0, middle - half), min(1.0, middle + half)


def correlation_interval(r: float, n: float, *, level: float = 0.95) -> tuple[float, float]:
    """Return Fisher's interval of a correlation of `n` independent pairs, more than 3 of them.

    >>> low, high = correlation_interval(0.58, 220)
    >>> round(low, 2), round(high, 2)
    (0.48, 0.66)
    """
    from scipy import stats

    if abs(r) >= 1:
        return (r, r)
    half = float(stats.norm.ppf((1 + level) / 2)) / math.sqrt(n - 3)
    return math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half)


def mean_interval(mean: float, standard_error: float, df: float, *, level: float = 0.95) -> tuple[float, float]:
    """Return Student's interval of a mean or a difference of means.

    >>> low, high = mean_interval(0.41, 0.08, 219)
    >>> round(low, 2), round(high, 2)
    (0.25, 0.57)
    """
    from scipy import stats

    half = float(stats.t.ppf((1 + level) / 2, df)) * standard_error
    return mean - half, mean + half
