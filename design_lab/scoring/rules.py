"""How a value becomes points: one function a rule, on arrays; missing values stay missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from design_lab.composite import goalposts, min_max, percentiles, shares_beaten, z_scores
from design_lab.rulebook import (
    AmongPeers,
    Attainment,
    Better,
    Deduction,
    Goalposts,
    Ladder,
    Linear,
    MinMax,
    Percentile,
    Rule,
    Stretch,
    ZScore,
)

Array = npt.NDArray[np.float64]
Groups = npt.NDArray[np.integer[Any]]


def points(values: Array, rule: Rule, *, better: Better, targets: Array, groups: Groups) -> Array:
    """Return the points that `values` (n,) earn under a rule, (n,).

    `targets` (n,) is each person's target under attainment; `groups` (n,) numbers the peer groups, -1 for who is in
    none. A group in which fewer people have a value than the rule demands gets no points.
    """
    if isinstance(rule, AmongPeers):
        return _among_peers(values, rule, better, groups)
    if isinstance(rule, Attainment):
        return _attainment(values, rule, better, targets)
    if isinstance(rule, Stretch):
        return _stretch(values, rule)
    if isinstance(rule, Deduction):
        return _deduction(values, rule)
    if isinstance(rule, Ladder):
        return _ladder(values, rule)
    return _between(values, rule, better)


def _attainment(values: Array, rule: Attainment, better: str, targets: Array) -> Array:
    # Where lower is better, zero attains everything: the cap, not a division by zero.
    with np.errstate(divide="ignore", invalid="ignore"):
        if better == "higher":
            attained = values / targets
        else:
            attained = targets / values if rule.inverse == "ratio" else 2 - values / targets
    return np.clip(100 * attained, rule.floor, rule.cap)


def _stretch(values: Array, rule: Stretch) -> Array:
    # Where lower is better the knots fall: turned round, so that what rises is better.
    sign = 1.0 if rule.stretch > rule.threshold else -1.0
    knots = sign * np.array([rule.threshold, rule.target, rule.stretch])
    earned = np.interp(sign * values, knots, rule.points)
    return np.where(sign * values < knots[0], rule.below, earned)


def _between(values: Array, rule: Linear | Goalposts, better: str) -> Array:
    if isinstance(rule, Linear):
        return 100 * goalposts(values, rule.zero_at, rule.full_at)
    share = goalposts(values, rule.low, rule.high)
    return rule.floor + (rule.cap - rule.floor) * (share if better == "higher" else 1 - share)


def _deduction(values: Array, rule: Deduction) -> Array:
    units = values - rule.start if rule.side == "above" else rule.start - values
    return np.clip(rule.base + rule.per_unit * np.maximum(units, 0.0), rule.floor, rule.cap)


def _ladder(values: Array, rule: Ladder) -> Array:
    earned = np.full(values.shape, np.nan)
    for step in rule.steps:
        low = -np.inf if step.start is None else step.start
        high = np.inf if step.end is None else step.end
        earned[(values >= low) & (values < high)] = step.points
    return earned


def _among_peers(values: Array, rule: AmongPeers, better: str, groups: Groups) -> Array:
    earned = np.full(values.shape, np.nan)
    made = _made_by(rule)
    turned = values if better == "higher" else -values
    for group in np.unique(groups[groups >= 0]):
        there = (groups == group) & np.isfinite(values)
        if there.sum() >= max(rule.min_group, 1):
            earned[there] = made(turned[there])
    return earned


def _made_by(rule: AmongPeers) -> Callable[[Array], Array]:
    """The rule as a function of the values of one peer group, higher being better."""
    if isinstance(rule, ZScore):
        ddof = 1 if rule.sd == "sample" else 0
        return lambda x: np.clip(rule.centre + rule.spread * z_scores(x, ddof=ddof), rule.floor, rule.cap)
    if isinstance(rule, Percentile):
        return lambda x: 100 * percentiles(x)
    if isinstance(rule, MinMax):
        return lambda x: rule.floor + (rule.cap - rule.floor) * min_max(x)
    return lambda x: 100 * shares_beaten(x)
