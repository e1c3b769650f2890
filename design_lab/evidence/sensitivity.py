"""What would overturn an estimate: an unobserved confounder, people who left, ratings that were never given."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from design_lab.errors import DataError

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Confounding:
    """How strong an unobserved confounder would have to be: as shares of the residual variance of both sides.

    `partial_r2` is what the treatment explains of the outcome; `robustness` the share that a confounder must explain of
    both to take the whole estimate away, `robustness_significant` to take it out of the interval.
    """

    partial_r2: float
    robustness: float
    robustness_significant: float


def confounding(estimate: float, standard_error: float, free: int, *, level: float = 0.95) -> Confounding:
    """Return the robustness values of a regression estimate with `free` residual degrees of freedom.

    Closed forms of Cinelli and Hazlett (J. Royal Statistical Society B, 2020, sections 4.1 and 4.2). ValueError without
    a positive standard error.

    >>> round(confounding(0.09731581928495897, 0.02325653780981118, 783).robustness, 6)
    0.138776
    """
    from scipy import stats

    if not standard_error > 0 or free < 2:
        raise ValueError("a robustness value needs a positive standard error and at least 2 degrees of freedom")
    t = abs(estimate / standard_error)
    critical = float(stats.t.ppf((1 + level) / 2, free - 1)) / math.sqrt(free - 1)
    strength = t / math.sqrt(free)
    return Confounding(
        partial_r2=t**2 / (t**2 + free),
        robustness=_robustness(strength),
        robustness_significant=_robustness(max(strength - critical, 0.0)),
    )


def _robustness(strength: float) -> float:
    square = strength**2
    return (math.sqrt(square**2 + 4 * square) - square) / 2


def benchmark(
    estimate: float, standard_error: float, free: int, *, with_treatment: float, with_outcome: float, times: float = 1.0
) -> float:
    """Return what would be left of an estimate if a confounder were `times` as strong as an observed covariate.

    `with_treatment` is the partial R2 of that covariate with the treatment, `with_outcome` with the outcome given the
    treatment, both given the other covariates (Cinelli and Hazlett, 2020, section 4.4). ValueError where no confounder
    can be that strong.
    """
    odds = with_treatment / (1 - with_treatment)
    of_treatment = times * odds
    shared = times * with_treatment**2 / ((1 - times * with_treatment) * (1 - with_treatment))
    if not (0 <= of_treatment < 1 and 0 <= shared < 1):
        raise ValueError(f"no confounder can be {times} times as strong as this covariate with the treatment")
    of_outcome = ((math.sqrt(times) + math.sqrt(shared)) / math.sqrt(1 - shared)) ** 2
    of_outcome = min(of_outcome * with_outcome / (1 - with_outcome), 1.0)
    bias = standard_error * math.sqrt(free * of_outcome * of_treatment / (1 - of_treatment))
    return math.copysign(1.0, estimate) * (abs(estimate) - bias)


def lee_bounds(treated: Array, control: Array, *, treated_share: float, control_share: float) -> tuple[float, float]:
    """Return the bounds of a mean difference where treatment also decides who is still seen.

    `treated` and `control` are outcomes of those seen, of which there were `treated_share` and `control_share` of all.
    Of the group of which more are seen, the excess is taken from its top and from its bottom (Lee, Review of Economic
    Studies 2009): the bounds are for those who would be seen either way, if treatment moves being seen in one direction
    for everybody. DataError where nobody is seen on a side.

    >>> lee_bounds(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 2.0]), treated_share=0.8, control_share=0.4)
    (0.0, 2.0)
    """
    if not len(treated) or not len(control) or not (0 < treated_share <= 1 and 0 < control_share <= 1):
        raise DataError("bounds for who left need outcomes, and a share above 0 still seen, on both sides")
    excess = 1 - min(treated_share, control_share) / max(treated_share, control_share)
    more = treated if treated_share >= control_share else control
    low, high = _trimmed(more, excess)
    if treated_share >= control_share:
        other = float(control.mean())
        return low - other, high - other
    other = float(treated.mean())
    return other - high, other - low


def _trimmed(values: Array, share: float) -> tuple[float, float]:
    """Means without the top and without the bottom share, whose last value counts in part."""
    ordered = np.sort(values)
    kept = np.clip(len(values) * (1 - share) - np.arange(len(values)), 0, 1)
    return float(ordered @ kept / kept.sum()), float(ordered[::-1] @ kept / kept.sum())


def response_bounds(
    rate: float, response: float, *, base_rate: float, base_response: float, apart: float
) -> tuple[float, float]:
    """Return the bounds of a change in satisfaction of all who were served, where only some answered.

    `rate` is the satisfied share of those who answered, `response` the share who did, `base_*` the same of what is
    compared with. Those who stayed silent may be up to `apart` less or more satisfied than those who answered, on
    either side by its own amount (worst case after Manski, 1990; `apart` is the consultant's, 1 assumes nothing).

    >>> low, high = response_bounds(0.93, 0.5, base_rate=0.90, base_response=0.5, apart=0.05)
    >>> round(low, 3), round(high, 3)
    (-0.02, 0.08)
    """
    now, before = _all_served(rate, response, apart), _all_served(base_rate, base_response, apart)
    return now[0] - before[1], now[1] - before[0]


def _all_served(rate: float, response: float, apart: float) -> tuple[float, float]:
    silent = max(rate - apart, 0.0), min(rate + apart, 1.0)
    return rate * response + silent[0] * (1 - response), rate * response + silent[1] * (1 - response)
