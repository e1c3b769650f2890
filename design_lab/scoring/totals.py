"""From points to totals: weights over what is there, what dimensions contribute, and how both are combined."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from design_lab.composite import (
    ordered_weighted_mean,
    rounded,
    weighted_geometric_mean,
    weighted_power_mean,
    weighted_sum,
)
from design_lab.rulebook import Rule
from design_lab.scheme import Combine, Missing, Scheme
from design_lab.scoring.points import Earned, Weighed, peer_groups, positions
from design_lab.scoring.rules import points

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
HAIR = 1e-9  # a hair's breadth of float must not turn a person away


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Totals before vetoes: `contributions` (n, d) by dimension, their arithmetic part; `total` (n,) under all rules.

    `weights` (n, d) by dimension are those in force, as shares, after sharing out over what is there; 0 without a
    score. `reason` (n,) says why there is no total, as a key below `reason.` in the word files.
    """

    contributions: pd.DataFrame
    weights: pd.DataFrame
    total: pd.Series
    reason: pd.Series


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One dimension: its weight (n,), what its points add up to (n,), and what the scheme combines them to (n,)."""

    weight: Array
    added: Array
    combined: Array


def totals(people: pd.DataFrame, scheme: Scheme, of: Weighed, got: Earned) -> Totals:
    """Combine points within dimensions and over them, as the scheme says.

    A dimension with a rule of its own contributes that rule's points; others contribute the weighted sum of their
    indicators', whatever the aggregation within them.
    """
    import pandas as pd

    names = dimension_names(of)
    parts = [_dimension(people, scheme, of, got, name) for name in names]
    weights = np.stack([part.weight for part in parts], axis=1)
    present = weights.sum(axis=1)
    reason = _reasons(present, of, got, scheme.missing)
    scored = reason == ""
    shares = weights / np.where(present > 0, present, 1.0)[:, None]
    added, combined = (np.stack([getattr(part, key) for part in parts], axis=1) for key in ("added", "combined"))
    contributions = np.where(scored[:, None], shares * added, np.nan)
    total = np.where(scored, combine(combined, shares, scheme.aggregation.over), np.nan)
    if scheme.missing.total is not None:
        contributions = np.where(scored[:, None], contributions, 0.0)
        reason = np.where(scored, reason, "")
    total = closed(total, scheme)
    return Totals(
        contributions=pd.DataFrame(contributions, people.index, names),
        weights=pd.DataFrame(np.where(scored[:, None], shares, 0.0), people.index, names),
        total=pd.Series(total, people.index),
        reason=pd.Series(reason, people.index, dtype=object),
    )


def closed(total: Array, scheme: Scheme) -> Array:
    """Give who has no total what the scheme states for that, keep totals (..., n) within bounds and round them."""
    if scheme.missing.total is not None:
        total = np.where(np.isnan(total), scheme.missing.total, total)
    if scheme.total.floor is not None or scheme.total.cap is not None:
        total = np.clip(total, scheme.total.floor, scheme.total.cap)
    if scheme.rounding.total:
        total = rounded(total, scheme.rounding.total.decimals, scheme.rounding.total.half)
    return total


def dimension_names(of: Weighed) -> list[str]:
    """Return the dimensions in which somebody is weighed, in the scheme's order."""
    return [*dict.fromkeys(name for name in of.dimensions.to_numpy().ravel() if name)]


def nominal(of: Weighed) -> pd.DataFrame:
    """Return each person's weights on paper by dimension, (n, d), as shares."""
    import pandas as pd

    names, weights, dimensions = dimension_names(of), of.weights.to_numpy(), of.dimensions.to_numpy()
    summed = {name: np.where(dimensions == name, weights, 0.0).sum(axis=1) for name in names}
    return pd.DataFrame(summed, index=of.weights.index, columns=names)


def _dimension(people: pd.DataFrame, scheme: Scheme, of: Weighed, got: Earned, name: str) -> _Part:
    earned = got.points.to_numpy(dtype=np.float64)
    paper = np.where(of.dimensions.to_numpy() == name, of.weights.to_numpy(), 0.0)
    there = np.where(np.isnan(earned), 0.0, paper)
    stated, present = paper.sum(axis=1), there.sum(axis=1)
    weight = weight_of(stated, present, scheme.missing)
    shares = there / np.where(present > 0, present, 1.0)[:, None]
    values = np.where(there > 0, np.nan_to_num(earned), 0.0)
    added = weighted_sum(values, shares)
    combined = np.where(present > 0, combine(values, shares, scheme.aggregation.within), 0.0)
    weight, combined, ruled = by_own_rule(people, rules_of(people, scheme, name), weight, combined)
    return _Part(weight=weight, added=np.where(ruled, combined, added), combined=combined)


def weight_of(stated: Array, present: Array, missing: Missing) -> Array:
    """Return what a dimension weighs, (..., n), of whose weight `stated` only a part may be `present`."""
    if missing.incomplete == "keep":
        return np.where(present > 0, stated, 0.0)
    if missing.incomplete == "drop":
        return np.where(present >= stated - HAIR, stated, 0.0)
    return present


def rules_of(people: pd.DataFrame, scheme: Scheme, name: str) -> list[tuple[Rule, Flags]]:
    """Return each rule that dimensions of this name have of their own, and for whom, (n,), it is in force."""
    pairs, at = positions(people)
    dimensions = [scheme.dimensions_for(*pair).get(name) for pair in pairs]
    held = [None if dimension is None else dimension.rule for dimension in dimensions]
    distinct = [rule for rule in dict.fromkeys(held) if rule is not None]
    return [(rule, np.array([one == rule for one in held])[at]) for rule in distinct]


def by_own_rule(
    people: pd.DataFrame, rules: list[tuple[Rule, Flags]], weight: Array, combined: Array
) -> tuple[Array, Array, Flags]:
    """Apply a dimension's own rules to what its points are combined to, (n,), where it has a weight, (n,).

    Returns weights, which are 0 where a rule gives no points, the points, and for whom a rule is in force.
    """
    ruled = np.zeros(len(people), dtype=bool)
    for rule, mine in rules:
        weighed = mine & (weight > 0)
        own = points(
            np.where(weighed, combined, np.nan),
            rule,
            better="higher",
            targets=np.full(len(people), getattr(rule, "target", np.nan)),
            groups=peer_groups(people, rule, weighed),
        )
        weight = np.where(mine & np.isnan(own), 0.0, weight)
        combined = np.where(mine, np.nan_to_num(own), combined)
        ruled |= mine
    return weight, combined, ruled


def combine(values: Array, shares: Array, by: Combine) -> Array:
    """One value a person, (..., n), of values (..., n, d) with shares that sum to 1; what has no share counts not."""
    if by.method == "geometric":
        return weighted_geometric_mean(values, shares)
    if by.method == "harmonic":
        return weighted_power_mean(values, shares, -1)
    if by.method == "owa":
        return ordered_weighted_mean(values, np.array(by.places) / 100, shares)
    return weighted_sum(values, shares)


def _reasons(present: Array, of: Weighed, got: Earned, missing: Missing) -> npt.NDArray[np.object_]:
    """Why a person has no total, (n,), '' where she has one."""
    least = missing.min_weight / 100 - HAIR
    reason = np.where(present <= 0, "no_data", np.where(present < least, "too_little_weight", "")).astype(object)
    alone = (got.why.to_numpy() == "few_peers") & (of.weights.to_numpy() > 0)
    with_peers = present + np.where(alone, of.weights.to_numpy(), 0.0).sum(axis=1)
    enough = (with_peers >= max(least, HAIR)) & alone.any(axis=1)
    return np.where((reason != "") & enough, "few_peers", reason)
