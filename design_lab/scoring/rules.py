"""How a value becomes points: one function a rule, on arrays; missing values stay missing."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from design_lab.composite import z_scores
from design_lab.scheme import Attainment, Ladder, Linear, Rule, ZScore

Array = npt.NDArray[np.float64]
Groups = npt.NDArray[np.integer[Any]]


def points(values: Array, rule: Rule, *, better: Literal["higher", "lower"], targets: Array, groups: Groups) -> Array:
    """Return the points that `values` (n,) earn under a rule, (n,).

    `targets` (n,) is each person's target under attainment; `groups` (n,) numbers the peer groups of the z rule.
    """
    if isinstance(rule, Attainment):
        return _attainment(values, rule, better, targets)
    if isinstance(rule, Linear):
        share = (values - rule.zero_at) / (rule.full_at - rule.zero_at)
        return 100 * np.clip(share, 0.0, 1.0)
    if isinstance(rule, Ladder):
        return _ladder(values, rule)
    return _z(values, rule, better, groups)


def _attainment(values: Array, rule: Attainment, better: str, targets: Array) -> Array:
    # Where lower is better, zero attains everything: the cap, not a division by zero.
    with np.errstate(divide="ignore", invalid="ignore"):
        attained = 100 * (values / targets if better == "higher" else targets / values)
    return np.clip(attained, rule.floor, rule.cap)


def _ladder(values: Array, rule: Ladder) -> Array:
    earned = np.full(values.shape, np.nan)
    for step in rule.steps:
        low = -np.inf if step.start is None else step.start
        high = np.inf if step.end is None else step.end
        earned[(values >= low) & (values < high)] = step.points
    return earned


def _z(values: Array, rule: ZScore, better: str, groups: Groups) -> Array:
    earned = np.full(values.shape, np.nan)
    for group in np.unique(groups):
        there = (groups == group) & np.isfinite(values)
        if there.sum() < 2:
            continue
        z = z_scores(values[there], ddof=1)
        earned[there] = rule.centre + rule.spread * (z if better == "higher" else -z)
    return np.asarray(np.clip(earned, rule.floor, rule.cap))
