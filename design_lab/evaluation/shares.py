"""Shares of a difference between people that its parts make, with intervals by leaving out teams."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Groups = npt.NDArray[np.integer[Any]]  # a number for each person's group
LEVEL = 0.95


def apart(values: Array, groups: Groups) -> Array:
    """Return the deviations of `values`, (n,) or (n, d), from the mean of their group."""
    size = np.maximum(np.bincount(groups), 1)
    columns = values.reshape(len(values), -1).T
    means = np.stack([np.bincount(groups, weights=column) / size for column in columns], axis=1)
    return values - means[groups].reshape(values.shape)


def shares(parts: Array, outcome: Array, groups: Groups) -> Array:
    """Return cov(part, outcome) / cov(sum of parts, outcome) within groups, (d,); nan where the latter is nothing.

    With the sum of the parts as outcome these are the effective weights; they sum to 1 whatever the outcome.

    >>> shares(np.array([[0.0, 1.0], [2.0, 2.0]]), np.array([1.0, 4.0]), np.array([0, 0])).round(3).tolist()
    [0.667, 0.333]
    """
    differences = apart(parts, groups)
    beside = apart(outcome, groups)
    together = differences.sum(axis=1)
    covariance = float(together @ beside)
    # Contributions run to 100 points and coefficients to 2; below a hair of that, what is left is rounding.
    told = abs(covariance) > 1e-12 and float(together @ together) > 1e-12
    return beside @ differences / covariance if told else np.full(parts.shape[1], np.nan)


def margins(estimate: Callable[[npt.NDArray[np.bool_]], Array], teams: Groups) -> list[float | None]:
    """Return half the width of each estimate's interval, leaving out one team at a time; None with one team alone.

    `estimate` takes who is kept, (n,), and returns (d,). Jackknife with t and teams - 1 degrees of freedom.
    """
    from scipy import stats

    count = int(teams.max()) + 1
    whole = estimate(np.ones(teams.size, dtype=bool))
    if count < 2:
        return [None] * whole.size
    left_out = np.stack([estimate(teams != team) for team in range(count)])
    if not np.isfinite(left_out).all():
        return [None] * whole.size
    variance = (count - 1) / count * ((left_out - left_out.mean(axis=0)) ** 2).sum(axis=0)
    return [float(margin) for margin in stats.t.ppf((1 + LEVEL) / 2, count - 1) * np.sqrt(variance)]


def variance_within(values: Array, groups: Groups) -> float:
    """Return the variance of `values` within groups, pooled; 0 without two people in any."""
    freedom = values.size - np.unique(groups).size
    differences = apart(values, groups)
    return float(differences @ differences) / freedom if freedom > 0 else 0.0
