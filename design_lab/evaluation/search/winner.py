"""What the best of many schemes is worth: less than it seems, since it was also lucky."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
LEVEL = 0.95
_GRID = 60  # values of the spread between schemes


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


def winner(merits: Array, errors: Array) -> Winner:
    """Shrink the best of `merits` (schemes,), given draws of their errors, (schemes, draws), from one joint bootstrap.

    True merits are normal around a common mean that is not known, with a spread that is not known either: flat priors
    on both, the spread's between 0 and twice that of the merits seen and of their errors. Errors are joint, because all
    schemes are scored on the same people; what they share moves all schemes alike and shrinks nothing. The posterior is
    a mixture over the spread (Gelman et al., Bayesian Data Analysis, 2013, 5.4, with a full error covariance).
    """
    from scipy import stats

    schemes, draws = errors.shape
    centred = errors - errors.mean(axis=1, keepdims=True)
    basis, singular, _ = np.linalg.svd(centred / np.sqrt(draws - 1), full_matrices=False)
    place = int(np.argmax(np.round(merits, 9)))
    top = 2 * float(np.sqrt(merits.var() + (singular**2).sum() / schemes)) + 1e-9
    spreads = top * (np.arange(_GRID) + 0.5) / _GRID
    log, mean, deviation = np.array([_given(spread, merits, basis, singular**2, place) for spread in spreads]).T
    weights = np.exp(log - log.max())
    weights /= weights.sum()

    def below(value: float) -> float:
        return float(weights @ stats.norm.cdf(value, mean, deviation))

    return Winner(
        place=place,
        tried=schemes,
        seems=float(merits[place]),
        shrunk=float(weights @ mean),
        interval=(
            _quantile(below, (1 - LEVEL) / 2, mean, deviation),
            _quantile(below, (1 + LEVEL) / 2, mean, deviation),
        ),
        spread=float(weights @ spreads),
    )


def _given(spread: float, merits: Array, basis: Array, errors: Array, place: int) -> tuple[float, float, float]:
    """Log likelihood of the spread, and mean and deviation of the best one's merit given it.

    With the covariance tau^2 I + U E U' all is done in the space of the errors, U (schemes, draws).
    """
    tau = spread**2
    shrink = errors / (errors + tau)
    ones = np.ones(len(merits))

    def solved(vector: Array) -> Array:
        return np.asarray((vector - basis @ (shrink * (basis.T @ vector))) / tau)

    weight = solved(ones)
    total = float(ones @ weight)
    centre = float(weight @ merits) / total
    apart = merits - centre
    inverse = solved(apart)
    log = -0.5 * (np.log1p(errors / tau).sum() + len(merits) * np.log(tau) + np.log(total) + float(apart @ inverse))
    own = (1 - float(basis[place] ** 2 @ shrink)) / tau
    variance = tau - tau**2 * own + (1 - tau * weight[place]) ** 2 / total
    return float(log), centre + tau * float(inverse[place]), float(np.sqrt(max(variance, 1e-18)))


def _quantile(below: Callable[[float], float], share: float, mean: Array, deviation: Array) -> float:
    from scipy import optimize

    low, high = float((mean - 8 * deviation).min()), float((mean + 8 * deviation).max())
    return float(optimize.brentq(lambda value: below(value) - share, low, high))
