"""How far a result hangs on trends being parallel: intervals that allow for bounded departures, and where they reach 0.

Rambachan and Roth (Review of Economic Studies 2023): trends may bend by at most M a period (smoothness), or step by at
most Mbar times the largest step seen before adoption (relative magnitudes).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from design_lab.evidence.inference import LEVEL, jackknife_error

Array = npt.NDArray[np.float64]
_STEPS = 40  # of bisection
_MOST = 100.0  # times the largest step before adoption, beyond which nothing is asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """The mean effect and the steps of placebo effects before it, each with what it is without each unit.

    `before` (steps,) are steps from one period to the next, the last one into the base; `without_before` (units,
    steps). `value` is the mean effect, `without` (units,); `weights` (events,) sum to 1 and say how much of it is
    of each event time.
    """

    before: Array
    without_before: Array
    value: float
    without: Array
    weights: Array

    @property
    def reach(self) -> float:
        """How far the mean effect is off if every step after adoption is off by 1 in one direction."""
        return float(self.weights @ np.arange(1, len(self.weights) + 1))


def relative_magnitudes(allowed: Allowed, most: float, level: float = LEVEL) -> tuple[float, float]:
    """Return the interval that allows for steps of up to `most` times the largest one before adoption.

    Which step before was the largest is not known either: for each of them and both directions the mean effect less
    what such steps make of it is one sum of estimates with its own jackknife interval, and all of them together
    hold the truth at least as often as one does. It is wider than the conditional intervals of Rambachan and Roth,
    and needs neither many clusters nor their covariance.
    """
    from scipy import stats

    units = len(allowed.without)
    points, errors = _shifted(allowed, most)
    margin = float(stats.t.ppf((1 + level) / 2, units - 1)) * errors
    return float((points - margin).min()), float((points + margin).max())


def _shifted(allowed: Allowed, most: float) -> tuple[Array, Array]:
    """The mean effect less and plus `most` times each step before, and the jackknife errors of these sums."""
    steps = np.concatenate([allowed.before, -allowed.before]) * most * allowed.reach
    without = np.concatenate([allowed.without_before, -allowed.without_before], axis=1) * most * allowed.reach
    points = allowed.value + steps
    less = allowed.without[:, None] + without
    return points, jackknife_error(points, less)


def breakdown(interval_at: Callable[[float], tuple[float, float]], most: float = _MOST) -> float:
    """Return the largest departure at which the interval still excludes 0; 0 where it never does.

    >>> round(breakdown(lambda m: (1.0 - m, 2.0 + m)), 3)
    1.0
    """
    low, high = 0.0, most
    if _holds_zero(interval_at(low)):
        return 0.0
    if not _holds_zero(interval_at(high)):
        return high
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if _holds_zero(interval_at(middle)) else (middle, high)
    return low


def _holds_zero(ends: tuple[float, float]) -> bool:
    return ends[0] <= 0 <= ends[1]


def smoothness(allowed: Allowed, most: float, level: float = LEVEL) -> tuple[float, float]:
    """Return a short interval of fixed length that allows the trend to bend by up to `most` a period.

    The mean effect is corrected by a sum of the steps before adoption (Rambachan and Roth, 2023, section 4.1); its
    length allows for bias and error together by the quantile of a folded t with units - 1 degrees of freedom. The
    weights of the sum give the shortest interval under the worst bend if errors of periods were alike and independent.
    Chosen by the few units' own errors the interval is too short: with 15 units it covered .83 to .92 (docs/method.md).
    With one step before adoption a straight trend is taken out and nothing is left to choose.
    """
    from scipy import optimize

    steps, units = len(allowed.before), len(allowed.without)
    straight = np.full(steps, allowed.reach / steps)
    usual = float(jackknife_error(allowed.value, allowed.without)) / _spread(np.zeros(steps), allowed.weights)

    def half(weights: Array, error: float) -> float:
        bias = most * _bend(weights, allowed.weights)
        return error * _folded(bias / error, units - 1, level) if error > 0 else bias

    def as_if_alike(free: Array) -> float:
        weights = _unbiased(free, allowed.reach, steps)
        return half(weights, usual * _spread(weights, allowed.weights))

    best = straight[1:]
    if steps > 1:
        tried = optimize.minimize(
            as_if_alike, best, method="Nelder-Mead", options={"maxiter": 400 * steps, "xatol": 1e-4, "fatol": 1e-6}
        )
        best = tried.x
    weights = _unbiased(best, allowed.reach, steps)
    centre = _corrected(allowed, weights)
    length = half(weights, float(jackknife_error(centre, allowed.without - allowed.without_before @ weights)))
    return centre - length, centre + length


def _spread(weights: Array, after: Array) -> float:
    """The standard error of the corrected effect if each period, the base too, had an error of 1 of its own."""
    of_steps = np.diff([0.0, *weights, 0.0])
    of_steps[-1] -= 1  # the base of all effects
    return float(np.sqrt(after @ after + of_steps @ of_steps))


def _corrected(allowed: Allowed, weights: Array) -> float:
    """The mean effect less a weighted sum of the steps before adoption."""
    return allowed.value - float(weights @ allowed.before)


def _unbiased(free: Array, reach: float, steps: int) -> Array:
    """Weights of the steps before adoption that take out any straight trend: they sum to what it adds after."""
    return np.concatenate([[reach - free.sum()], free]) if steps > 1 else np.array([reach])


def _bend(before: Array, after: Array) -> float:
    """The most by which bends of 1 a period put the corrected effect out of place.

    Steps after adoption are the last step before plus all bends since; steps before are the last one less the bends
    until then. Each bend enters with its own sign at worst.
    """
    still = np.cumsum(after[::-1])[::-1]  # what a step at each event adds to the mean effect
    later = np.cumsum(still[::-1])[::-1]  # what a bend there adds
    earlier = np.cumsum(before)[:-1]  # steps before each inner period, which a bend there moves against the last one
    return float(np.abs(later).sum() + np.abs(earlier).sum())


def _folded(shift: float, free: int, level: float) -> float:
    """The quantile of |t + shift|, t with so many degrees of freedom."""
    from scipy.special import stdtr  # a tenth of the time of stats.t.cdf, and it is asked very often

    low, high = 0.0, abs(shift) + 60.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        inside = stdtr(free, middle - abs(shift)) - stdtr(free, -middle - abs(shift))
        low, high = (middle, high) if inside < level else (low, middle)
    return high
