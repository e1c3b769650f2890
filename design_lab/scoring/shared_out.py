"""Weights shared out over what is there: sums of points of one pair's people, under many sets of weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from design_lab.scheme import Scheme
from design_lab.scoring.layout import Group, times
from design_lab.scoring.totals import combine, weight_of

Array = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.integer[Any]]


def within(weights: Array, group: Group, columns: Numbers, scheme: Scheme) -> tuple[Array, Array, Array]:
    """What a dimension of these columns weighs, what its points add up to and are combined to, each (schemes, m)."""
    there, points = group.there[..., columns, :], group.points[..., columns, :]
    present = times(weights, there)
    size = np.where(present > 0, present, 1.0)
    added = times(weights, points) / size
    by = scheme.aggregation.within
    if by.method == "arithmetic":
        combined = added
    else:
        shares = weights[:, None, :] * there.swapaxes(-1, -2) / size[..., None]
        values = np.broadcast_to(points.swapaxes(-1, -2), shares.shape)
        combined = np.where(present > 0, combine(values, shares, by), 0.0)
    return weight_of(weights.sum(axis=1)[:, None], present, scheme.missing), added, combined


def per_weight(sums: Array, weights: Array, group: Group) -> Array:
    """Divide weighted sums (schemes, m), in place, by the weight that is there; 0 where none is."""
    if group.lacking is not None:
        sums[:, group.lacking] /= _there(weights, group)
    return sums


def _there(weights: Array, group: Group) -> Array:
    """The weight that is there of who lacks something, infinite where none is."""
    there = times(weights, group.there[..., group.lacking])
    return np.where(there > 0, there, np.inf)


def summed(shares: Array, values: Array, weights: Array, group: Group, beside: Array, power: int) -> Array:
    """Sums over people, (schemes,), of `beside` times their weighted values per weight that is there, to a power."""
    parts = times(shares, values)
    if group.lacking is not None:
        parts[:, group.lacking] /= _there(weights, group) ** power
    return np.asarray(np.vecdot(parts, beside))
