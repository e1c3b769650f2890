"""Intervals and p-values that hold with few clusters: leave one out, reassign, and invert a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from design_lab.catalogue import words
from design_lab.display import number

Array = npt.NDArray[np.float64]
LEVEL = 0.95
LEAST_CLUSTERS = 3  # below, leaving one out tells of no spread
_ALIKE = 1e-9  # statistics closer than this, relative, are the same one


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """An estimate with its standard error, its interval at `level` and its p against 0, from `clusters` clusters."""

    value: float
    standard_error: float
    low: float
    high: float
    p: float
    clusters: int
    level: float = LEVEL

    @property
    def sign(self) -> int:
        """-1 or 1 where the interval excludes 0, else 0."""
        return int(self.low > 0) - int(self.high < 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """A test against 0 by draws: `p`, the least p that the design can give, and the interval by inversion.

    `draws` are those tried, every one there is if `exact`; `interval` is None where the least p exceeds 1 - level: then
    no value could be told from any other.
    """

    p: float
    least_p: float
    draws: int
    exact: bool
    interval: tuple[float, float] | None


def lot_said(lot: Tested | None, lang: str) -> str:
    """Say what other draws of the lot give; nothing where they were not asked."""
    if lot is None:
        return ""
    told = {"p": number(lot.p, "effect", lang), "least": number(lot.least_p, "effect", lang)}
    return words(lang).say("estimated.lot", **told)


def jackknife_error(value: float | Array, left_out: Array) -> Array:
    """Return the standard errors of values (...) from what they are without each cluster, (clusters, ...).

    Deviations are taken from the value itself, not from their mean.

    >>> float(jackknife_error(2.0, np.array([1.0, 2.0, 4.0])).round(4))
    1.8257
    """
    clusters = len(left_out)
    return np.asarray(np.sqrt((clusters - 1) / clusters * ((left_out - value) ** 2).sum(axis=0)))


def jackknife(value: float, left_out: Array, level: float = LEVEL) -> Estimate:
    """Return the interval of `value` from the values without each cluster, with t on clusters - 1 degrees of freedom.

    Values that are not finite (an estimate that hangs on one cluster) are refused with ValueError. For a regression
    this is CRV3J (MacKinnon, Nielsen and Webb, J. Applied Econometrics 2023).

    >>> found = jackknife(2.0, np.array([1.0, 2.0, 3.0]))
    >>> round(found.standard_error, 4), found.clusters
    (1.1547, 3)
    """
    from scipy import stats

    clusters = len(left_out)
    if clusters < LEAST_CLUSTERS or not np.isfinite(left_out).all():
        raise ValueError(f"without one of {clusters} clusters there is no estimate")
    error = float(jackknife_error(value, left_out))
    free = clusters - 1
    margin = float(stats.t.ppf((1 + level) / 2, free)) * error
    p = float(2 * stats.t.sf(abs(value) / error, free)) if error else float(value == 0)
    return Estimate(
        value=value, standard_error=error, low=value - margin, high=value + margin, p=p, clusters=clusters, level=level
    )


def share_as_large(observed: float, drawn: Array, *, exact: bool) -> float:
    """Return the share of statistics at least as far from 0 as the observed one.

    Draws are a sample of all there are unless `exact`: then the observed one is counted among them (Phipson and Smyth,
    2010), so that p is never 0.

    >>> share_as_large(2.0, np.array([-2.0, 1.0, 2.0, 0.5]), exact=True)
    0.5
    """
    far = int((np.abs(drawn) >= abs(observed) * (1 - _ALIKE)).sum())
    return far / len(drawn) if exact else (far + 1) / (len(drawn) + 1)


def least_share(drawn: Array, *, exact: bool) -> float:
    """Return the smallest p that any of the statistics could get: the design's own limit.

    >>> least_share(np.array([-2.0, 1.0, 2.0, 0.5]), exact=True)
    0.5
    """
    return share_as_large(float(np.abs(drawn).max()), drawn, exact=exact) if exact else 1 / (len(drawn) + 1)


def inverted(
    p_of: Callable[[float], float], centre: float, scale: float, level: float = LEVEL
) -> tuple[float, float] | None:
    """Return the values that a test does not reject: from `centre` outwards to where p falls below 1 - level.

    `scale` is about a standard error. None where p never falls that low within a thousand of them: the design bears no
    interval. Between two values p is taken as falling away from the centre.
    """
    low, high = (_end(p_of, centre, side * scale, 1 - level) for side in (-1, 1))
    return None if low is None or high is None else (low, high)


def _end(p_of: Callable[[float], float], centre: float, step: float, threshold: float) -> float | None:
    inside, outside = centre, centre + 2 * step
    for _ in range(10):
        if p_of(outside) < threshold:
            break
        inside, outside = outside, centre + 2 * (outside - centre)
    else:
        return None
    close = max(abs(step) * 1e-4, 4 * float(np.spacing(max(abs(inside), abs(outside)))))  # as numbers can be told apart
    while abs(outside - inside) > close:
        middle = (inside + outside) / 2
        inside, outside = (inside, middle) if p_of(middle) < threshold else (middle, outside)
    return float(outside)
