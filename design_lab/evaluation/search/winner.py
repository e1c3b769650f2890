"""What the best of many schemes is worth: less than it seems, since it was also lucky."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
LEVEL = 0.95
_GRID = 60  # values of the spread between schemes
_DUST = 1e-6  # of the mean variance: what no covariance explains


@dataclass(frozen=True, slots=True, kw_only=True)
class Winner:
    """The best of `tried` schemes: at `place`, what it seems to be worth, and shrunk with its interval at level .95.

    `spread` is the mean standard deviation of the schemes' true worth.
    """

    place: int
    tried: int
    seems: float
    shrunk: float
    interval: tuple[float, float]
    spread: float


def winner(merits: Array, errors: Array, alike: Array | None = None) -> Winner:
    """Shrink the best of `merits` (schemes,), given draws of their errors, (schemes, draws), from one joint bootstrap.

    How far true merits lie from their mean is normal with a spread that is not known: its prior is flat between 0 and
    twice that of the merits seen and of their errors. `alike` (schemes, schemes) is the correlation of true merits, as
    `along` gives it; without it they are independent. Errors are joint, because all schemes are scored on the same
    people: what all share widens the interval and shrinks nothing. The posterior is a mixture over the spread (Gelman
    et al., Bayesian Data Analysis, 2013, 5.4, with full covariances); the mean of all schemes was not picked for its
    luck and stands as it is.
    """
    from scipy import stats

    schemes = len(merits)
    common = float(errors.mean(axis=0).var(ddof=1))
    noise = np.cov(errors - errors.mean(axis=0)).reshape(schemes, schemes)
    true = _centred(np.eye(schemes) if alike is None else alike)
    apart = merits - merits.mean()
    place = int(np.argmax(np.round(merits, 9)))
    top = 2 * float(np.sqrt(apart.var() + noise.trace() / schemes)) + 1e-9
    spreads = top * (np.arange(_GRID) + 0.5) / _GRID
    log, gain, variance = np.array([_given(spread, apart, noise, true, place) for spread in spreads]).T
    weights = np.exp(log - log.max())
    weights /= weights.sum()
    mean, deviation = merits.mean() + gain, np.sqrt(common + variance)

    def below(value: float) -> float:
        return float(weights @ stats.norm.cdf(value, mean, deviation))

    ends = [_quantile(below, share, mean, deviation) for share in ((1 - LEVEL) / 2, (1 + LEVEL) / 2)]
    return Winner(
        place=place,
        tried=schemes,
        seems=float(merits[place]),
        shrunk=float(weights @ mean),
        interval=(ends[0], ends[1]),
        spread=float(weights @ spreads),
    )


def along(weights: npt.NDArray[Any], merits: Array, errors: Array) -> tuple[Array, Array, Array]:
    """Return merits and errors as far as they run straight along weights (schemes, k), and the likeness of schemes.

    Merits are smooth in the weights, so that thousands of schemes hold no more than a handful of independent ones. A
    priori all directions of weights spread schemes alike; the likeness (schemes, schemes) has a mean diagonal of 1.
    """
    centred = weights - weights.mean(axis=0)
    basis, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    basis = basis[:, sizes > 1e-9 * sizes.max(initial=0.0)]

    def straight(columns: Array) -> Array:
        mean = columns.mean(axis=0)
        return np.asarray(mean + basis @ (basis.T @ (columns - mean)))

    return straight(merits), straight(errors), basis @ basis.T * len(weights) / max(basis.shape[1], 1)


def _centred(covariance: Array) -> Array:
    """The covariance of deviations from the mean of all."""
    rows = covariance - covariance.mean(axis=0)
    return np.asarray(rows - rows.mean(axis=1, keepdims=True))


def _given(spread: float, apart: Array, noise: Array, alike: Array, place: int) -> tuple[float, float, float]:
    """Log likelihood of the spread, and mean and variance of how far the best one lies from the mean, given it."""
    from scipy import linalg

    true = spread**2 * alike
    whole = true + noise
    whole[np.diag_indices_from(whole)] += _DUST * (noise.trace() / len(apart)) + 1e-15  # both are singular
    factor = linalg.cho_factor(whole, lower=True)
    inverse, solved = linalg.cho_solve(factor, np.stack([apart, true[place]], axis=1)).T
    log = -np.log(np.diag(factor[0])).sum() - 0.5 * float(apart @ inverse)
    variance = true[place, place] - float(true[place] @ solved)
    return float(log), float(true[place] @ inverse), max(float(variance), 1e-18)


def _quantile(below: Callable[[float], float], share: float, mean: Array, deviation: Array) -> float:
    from scipy import optimize

    low, high = float((mean - 8 * deviation).min()), float((mean + 8 * deviation).max())
    return float(optimize.brentq(lambda value: below(value) - share, low, high))
