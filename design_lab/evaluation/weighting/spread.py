"""Weights out of the data alone: what differs between people weighs more. None says what matters.

Each takes `x` (n people, k columns) with the names of its columns, and returns weights (k,) that sum to 1; data from
which none follow raise `NoWeightsError`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt

from design_lab.composite import by_sum, min_max, z_scores
from design_lab.display import Wording
from design_lab.evaluation.weighting.refused import DUST, NoWeightsError, checked, constant, listed

Array = npt.NDArray[np.float64]
Better = Literal["higher", "lower"]


def entropy_weights(x: Array, names: Sequence[Wording]) -> Array:
    """Weigh by 1 less the entropy of each column's shares, over its greatest, ln n (Shannon; Zeleny 1982).

    Values are 0 or more; a column that is the same for everybody weighs nothing. The weights change with a column's
    zero: what is added to all values makes them more alike.

    >>> entropy_weights(np.array([[1.0, 4.0], [3.0, 4.0]]), ["a", "b"]).round(6).tolist()
    [1.0, 0.0]
    """
    shares = by_sum(_positive(x, names))
    with np.errstate(divide="ignore", invalid="ignore"):
        surprise = np.where(shares > 0, shares * np.log(shares), 0.0).sum(axis=0)
    return _normalised(np.where(constant(x), 0.0, 1 + surprise / np.log(len(x))))


def critic_weights(
    x: Array,
    names: Sequence[Wording],
    better: Sequence[Better] = (),
    correlation: Literal["pearson", "spearman"] = "pearson",
) -> Array:
    """Weigh by the spread of each column on [0, 1], times how much the others disagree with it.

    CRITIC (Diakoulaki, Mavrotas and Papayannakis 1995): standard deviation x the sum of 1 - correlation. `better` says
    which way each column is better, higher if nothing is said: columns of cost are turned before they are correlated.

    >>> cost = np.array([[200.0, 80.0], [150.0, 90.0], [120.0, 85.0]])
    >>> critic_weights(cost, ["seconds", "qa"], ["lower", "higher"]).round(3).tolist()
    [0.503, 0.497]
    """
    _differing(x, names)
    scaled = min_max(x)
    scaled = np.where(np.array([way == "lower" for way in better] or [False] * x.shape[1]), 1 - scaled, scaled)
    if x.shape[1] == 1:
        return np.ones(1)
    conflict = (1 - _correlations(scaled, correlation)).sum(axis=1)
    return _normalised(scaled.std(axis=0) * np.where(conflict < DUST, 0.0, conflict))


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """The first principal component of standardised columns: `loadings` (k,) of length 1 and its share of variance."""

    loadings: Array
    explained: float


def first_component(x: Array, names: Sequence[Wording]) -> Component:
    """Return the first principal component, turned so that its loadings sum to 0 or more.

    Where the first two are equally long no direction is the first, and the component is refused.
    """
    _differing(x, names)
    _, lengths, directions = np.linalg.svd(z_scores(x), full_matrices=False)
    if len(lengths) > 1 and lengths[1] > lengths[0] * (1 - 1e-9):
        raise NoWeightsError("no_first_component")
    loadings = directions[0] * (1.0 if directions[0].sum() >= 0 else -1.0)
    return Component(loadings=loadings, explained=float(lengths[0] ** 2 / (lengths**2).sum()))


def pca_weights(x: Array, names: Sequence[Wording]) -> Array:
    """Weigh by the loadings on the first principal component, over their sum (OECD/JRC Handbook 2008, chapter 6).

    A negative loading says that the columns have no common direction; it is refused and never squared away.
    """
    found = first_component(x, names)
    if negative := [name for name, loading in zip(names, found.loadings, strict=True) if loading < -DUST]:
        raise NoWeightsError("negative_loadings", columns=listed(negative))
    return _normalised(np.maximum(found.loadings, 0.0))


def deviation_weights(x: Array, names: Sequence[Wording]) -> Array:
    """Weigh by each column's standard deviation, in its own unit."""
    return _normalised(np.where(constant(checked(x, names)), 0.0, x.std(axis=0)))


def gini_weights(x: Array, names: Sequence[Wording]) -> Array:
    """Weigh by the Gini coefficient of each column of values of 0 or more."""
    shares = np.sort(by_sum(_positive(x, names)), axis=0)
    # Distances of all pairs, each twice: in order, a value stands above as many as come before it.
    apart = 2 * (2 * np.arange(len(x)) - len(x) + 1) @ shares
    return _normalised(np.where(constant(x), 0.0, apart / (2 * len(x))))


def removal_weights(x: Array, names: Sequence[Wording]) -> Array:
    """Weigh by how much all totals change when a column is left out: MEREC (Keshavarz-Ghorabaee et al. 2021).

    Values are above 0 and higher is better.
    """
    if low := [name for name, column in zip(names, checked(x, names).T, strict=True) if column.min() <= 0]:
        raise NoWeightsError("not_positive", columns=listed(low))
    distances = np.abs(np.log(x.min(axis=0) / x))
    whole = np.log1p(distances.mean(axis=1))
    without = np.log1p((distances.sum(axis=1, keepdims=True) - distances) / x.shape[1])
    return _normalised(np.abs(without - whole[:, None]).sum(axis=0))


DATA_DRIVEN: Mapping[str, Callable[[Array, Sequence[Wording]], Array]] = MappingProxyType(
    {
        "entropy": entropy_weights,
        "critic": critic_weights,
        "pca": pca_weights,
        "deviation": deviation_weights,
        "gini": gini_weights,
        "removal": removal_weights,
    }
)


def _positive(x: Array, names: Sequence[Wording]) -> Array:
    """The values, each 0 or more and not all 0 in any column."""
    columns = [*zip(names, checked(x, names).T, strict=True)]
    if negative := [name for name, column in columns if column.min() < 0]:
        raise NoWeightsError("negative", columns=listed(negative))
    if empty := [name for name, column in columns if column.max() == 0]:
        raise NoWeightsError("all_zero", columns=listed(empty))
    return x


def _differing(x: Array, names: Sequence[Wording]) -> Array:
    """The values, none of whose columns is the same for everybody."""
    same = constant(checked(x, names))
    if same.any():
        raise NoWeightsError("constant", columns=listed([name for name, flat in zip(names, same, strict=True) if flat]))
    return x


def _correlations(x: Array, kind: str) -> Array:
    from scipy import stats

    ranks = stats.rankdata(x, axis=0) if kind == "spearman" else x
    return np.asarray(np.corrcoef(ranks, rowvar=False))


def _normalised(parts: Array) -> Array:
    if not parts.sum() > 0:
        raise NoWeightsError("no_difference")
    return np.asarray(parts / parts.sum())
