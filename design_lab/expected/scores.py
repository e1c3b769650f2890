"""How good forecasts were once what they spoke of has come: CRPS, coverage, bias and skill.

A forecast is told by 99 quantiles, so that it can be kept in a line of text and scored years later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from design_lab.evaluation.criteria import Estimate

Array = npt.NDArray[np.float64]
PROBABILITIES: Array = np.arange(1, 100) / 100  # at which a forecast's quantiles are told
BANDS = (50, 90)  # percent, of which coverage is told
REFERENCES = ("no_change", "random_walk", "seasonal_naive")
LEVEL = 0.95
LEAST_LINES = 12  # forecasts below which nothing is judged, and
LEAST_QUARTERS = 4  # the quarters that they must speak of: all forecasts of one quarter share its shock
_HALF = 1.349  # the middle half of a normal distribution is that many standard deviations wide
_MEDIAN = 49  # its place among the quantiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One forecast held against what came, in the outcome's unit.

    `series` is what was forecast (an outcome of a role), `quarter` of when; `inside` says by percent whether its middle
    band held what came; `error` is what came less the median, and `apart` the same in standard deviations of the
    forecast, None where that has no spread. `references` holds the CRPS of each reference that there is, and the width
    of its middle half.
    """

    series: str
    quarter: str
    observed: float
    crps: float
    inside: Mapping[int, bool]
    error: float
    apart: float | None
    references: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """All that can be said of some forecasts; each part is None below `LEAST_LINES` or `LEAST_QUARTERS`.

    `coverage` is by percent, `skill` by reference: 1 less the ratio of CRPS, above 0 where the forecasts are better.
    `bias` is in standard deviations of the forecasts, above 0 where more came than was said. `compared` says by
    reference how many forecasts of how many quarters have it.
    """

    n: int
    quarters: int
    inside: Mapping[int, int]
    coverage: Mapping[int, Estimate | None]
    bias: Estimate | None
    skill: Mapping[str, Estimate | None]
    compared: Mapping[str, tuple[int, int]]

    @property
    def enough(self) -> bool:
        """Whether there are enough forecasts to judge them."""
        return self.n >= LEAST_LINES and self.quarters >= LEAST_QUARTERS


def quantiles_of(draws: Array) -> Array:
    """Return the quantiles at `PROBABILITIES` by which draws (draws, ...) are told, (99, ...)."""
    return np.asarray(np.quantile(draws, PROBABILITIES, axis=0))


def crps(quantiles: Sequence[float] | Array, observed: float) -> float:
    """Return the continuous ranked probability score of a forecast told by its 99 quantiles, in the outcome's unit.

    Twice the integral of the quantile loss over all probabilities (Gneiting and Ranjan 2011, Journal of Business and
    Economic Statistics), by the trapezoid rule. Of a normal forecast that is within .3 % of the closed form up to three
    standard deviations from its middle. A forecast that is one sure value scores its distance, but for 1 %.

    >>> round(crps([0.9] * 99, 0.8), 4)
    0.099
    """
    told = np.asarray(quantiles, dtype=np.float64)
    loss = np.where(observed >= told, PROBABILITIES * (observed - told), (1 - PROBABILITIES) * (told - observed))
    return float(2 * loss.sum() / (len(PROBABILITIES) + 1))


def crps_of_draws(draws: Array, observed: float) -> float:
    """Return the CRPS of draws, (n,), as of a sample: E|X - y| less half of E|X - X'| over different draws.

    >>> crps_of_draws(np.array([1.0, 3.0]), 2.0)
    0.0
    """
    held, n = np.sort(draws), len(draws)
    pairs = 2 * float(held @ (2 * np.arange(1, n + 1) - n - 1)) / (n * (n - 1))
    return float(np.abs(held - observed).mean() - pairs / 2)


def scored(
    quantiles: Sequence[float] | Array,
    observed: float,
    *,
    series: str,
    quarter: str,
    references: Mapping[str, Sequence[float] | Array | None],
) -> Score:
    """Hold a forecast told by its 99 quantiles, and its references, against what came."""
    told = np.asarray(quantiles, dtype=np.float64)
    error, width = observed - float(told[_MEDIAN]), _middle(told)
    return Score(
        series=series,
        quarter=quarter,
        observed=observed,
        crps=crps(told, observed),
        inside={band: _within(told, band, observed) for band in BANDS},
        error=error,
        apart=error / (width / _HALF) if width > 0 else None,
        references={
            name: (crps(one, observed), _middle(np.asarray(one, dtype=np.float64)))
            for name, one in references.items()
            if one is not None
        },
    )


def ends(quantiles: Sequence[float] | Array, band: int) -> tuple[float, float]:
    """Return the ends of the middle band of a percentage, between quantiles where they are not told.

    >>> ends([*range(1, 100)], 90)
    (5.0, 95.0)
    """
    low, high = np.interp([(100 - band) / 200, (100 + band) / 200], PROBABILITIES, np.asarray(quantiles, np.float64))
    return float(low), float(high)


def summary(scores: Sequence[Score]) -> Summary:
    """Sum up forecasts of different outcomes and quarters.

    Forecasts of one quarter share what happened in it, so intervals take each quarter as one: linearised, with t of
    one degree of freedom less than there are quarters, and exact for shares. CRPS of different outcomes are made alike
    by the width of the reference's middle half, which was known before; skill is the ratio of the sums.
    """
    held = {band: np.array([float(one.inside[band]) for one in scores]) for band in BANDS}
    apart = [one for one in scores if one.apart is not None]
    having = {
        name: [one for one in scores if name in one.references and one.references[name][1] > 0] for name in REFERENCES
    }
    return Summary(
        n=len(scores),
        quarters=len({one.quarter for one in scores}),
        inside={band: int(values.sum()) for band, values in held.items()},
        coverage={band: _share(values, scores) for band, values in held.items()},
        bias=_ratio(np.array([one.apart for one in apart], np.float64), np.ones(len(apart)), apart),
        skill={name: _skill(usable, name) for name, usable in having.items()},
        compared={name: (len(usable), len({one.quarter for one in usable})) for name, usable in having.items()},
    )


def _skill(usable: Sequence[Score], reference: str) -> Estimate | None:
    told = np.array([one.references[reference] for one in usable]).reshape(-1, 2)
    ratio = _ratio(np.array([one.crps for one in usable]) / told[:, 1], told[:, 0] / told[:, 1], usable)
    return ratio and Estimate(value=1 - ratio.value, low=1 - ratio.high, high=1 - ratio.low, n=ratio.n)


def _ratio(over: Array, under: Array, scores: Sequence[Score]) -> Estimate | None:
    """A ratio of sums with its interval by quarters, whose linearised residuals are summed before they are squared."""
    from scipy import stats

    when = np.array([one.quarter for one in scores])
    if len(scores) < LEAST_LINES or len(set(when)) < LEAST_QUARTERS:
        return None
    value = float(over.sum() / under.sum())
    residuals = over - value * under
    groups = sorted(set(when))
    summed = np.array([residuals[when == one].sum() for one in groups])
    error = float(np.sqrt(len(groups) / (len(groups) - 1) * (summed**2).sum()) / under.sum())
    reach = float(stats.t.ppf((1 + LEVEL) / 2, len(groups) - 1)) * error
    return Estimate(value=value, low=value - reach, high=value + reach, n=len(over))


def _share(inside: Array, scores: Sequence[Score]) -> Estimate | None:
    """A share with Korn and Graubard's (1998, Survey Methodology) interval: exact, of as many as its error is worth.

    Where all or none are inside, quarters show no error: each counts as one.
    """
    from scipy import stats

    found = _ratio(inside, np.ones(len(scores)), scores)
    if found is None:
        return None
    n, quarters, p = len(scores), len({one.quarter for one in scores}), found.value
    reach = (found.high - found.low) / 2
    worth = p * (1 - p) * (stats.t.ppf((1 + LEVEL) / 2, n - 1) / reach) ** 2 if reach > 0 else float(quarters)
    worth = min(worth, float(n))
    low, high = (1 - LEVEL) / 2, (1 + LEVEL) / 2
    return Estimate(
        value=p,
        low=float(stats.beta.ppf(low, p * worth, (1 - p) * worth + 1)) if p > 0 else 0.0,
        high=float(stats.beta.ppf(high, p * worth + 1, (1 - p) * worth)) if p < 1 else 1.0,
        n=n,
    )


def _within(quantiles: Array, band: int, observed: float) -> bool:
    low, high = ends(quantiles, band)
    return low <= observed <= high


def _middle(quantiles: Array) -> float:
    low, high = ends(quantiles, 50)
    return high - low
