"""Importance balancing: the weights on paper under which the effective weights are the ones that are wanted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from design_lab.display import Wording
from design_lab.evaluation.weighting.refused import NoWeightsError, listed

Array = npt.NDArray[np.float64]
_STEPS = 200
_EXACT = 1e-13
_HAIR = 1e-15  # of rounding, by which a step that stands still may seem to climb
_ENDLESS = 1e6  # weights of standardised points that long: their total varies by rounding alone


def balanced_weights(covariance: Array, wanted: Array, names: Sequence[Wording]) -> Array:
    """Return weights w (k,), 0 or more, that sum to 1 and give w_k (V w)_k / w' V w = `wanted` (k,) exactly.

    `covariance` V (k, k) is that of the dimensions' points, `wanted` sums to 1. What is wanted at 0 weighs 0. The
    weights are the minimum of w' V w / 2 - sum wanted_k ln w_k, which is convex: found by damped Newton steps, they are
    the only ones above 0 (Spinu, An algorithm for computing risk parity weights, 2013; the wanted shares are there the
    parts of a risk). There are none where a dimension that should count does not differ, or where weights above 0 make
    all totals equal: `NoWeightsError`.

    >>> balanced_weights(np.diag([4.0, 1.0]), np.array([0.5, 0.5]), ["a", "b"]).round(4).tolist()
    [0.3333, 0.6667]
    """
    if (wanted < 0).any() or abs(wanted.sum() - 1) > 1e-9:
        raise NoWeightsError("wanted_no_shares")
    counts = wanted > 0
    kept = [name for name, counted in zip(names, counts, strict=True) if counted]
    sizes = np.diag(covariance)[counts]
    if flat := [name for name, size in zip(kept, sizes, strict=True) if size <= 0]:
        raise NoWeightsError("constant", columns=listed(flat))
    scale = np.sqrt(sizes)  # solved on correlations, so that units do not matter
    found = _solved(covariance[np.ix_(counts, counts)] / np.outer(scale, scale), wanted[counts]) / scale
    weights = np.zeros(len(wanted))
    weights[counts] = found / found.sum()
    return weights


def effective_of(covariance: Array, weights: Array) -> Array:
    """Return the effective weights w_k (V w)_k / w' V w, (k,), of points with covariance V (k, k)."""
    parts = weights * (covariance @ weights)
    return np.asarray(parts / parts.sum())


def _solved(correlations: Array, wanted: Array) -> Array:
    """The minimum of y' C y / 2 - sum wanted ln y by Newton steps that stay above 0; y' C y is 1 there."""
    y = np.sqrt(wanted)
    for _ in range(_STEPS):
        gradient = correlations @ y - wanted / y
        if np.abs(y * gradient).max() < _EXACT:
            return y
        step = np.asarray(np.linalg.solve(correlations + np.diag(wanted / y**2), -gradient), dtype=np.float64)
        y = _shortened(correlations, wanted, y, step)
        if y.max() > _ENDLESS:
            break
    raise NoWeightsError("totals_alike")


def _shortened(correlations: Array, wanted: Array, y: Array, step: Array) -> Array:
    """Where a step leads that is halved until it stays above 0 and comes nearer to the minimum."""

    def aim(at: Array) -> float:
        return float(at @ correlations @ at / 2 - wanted @ np.log(at))

    while (y + step <= 0).any() or aim(y + step) > aim(y) + _HAIR:
        step = step / 2
    return y + step
