"""How sure a person's value is, and what is left of it once chance is drawn out: standard errors and shrunken means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from design_lab.scoring.signal import Array, Signal

if TYPE_CHECKING:
    import pandas as pd

Groups = npt.NDArray[np.integer[Any]]
_FURTHER = 4  # observations added before a person's own are judged, so that 30 good ratings of 30 are not certain

_ROUNDING = 1e-12  # rounding of sums must not pass for variance


def share_errors(n: Array, yes: Array) -> Array:
    """Return the standard errors of shares, (n,): of `yes` among `n`, as if four more had come, two of them yes.

    Never 0, also where all or none are yes. Agresti and Coull, Approximate is better than exact for interval estimation
    of binomial proportions, The American Statistician 52 (1998).

    >>> share_errors(np.array([30.0, 400.0]), np.array([30.0, 200.0])).round(4)
    array([0.0404, 0.0249])
    """
    share = np.minimum((yes + _FURTHER / 2) / (n + _FURTHER), 1.0)  # ratings can outnumber the calls on record
    error: Array = np.sqrt(share * (1 - share) / (n + _FURTHER))
    return error


def mean_errors(n: Array, total: Array, squares: Array, units: Array, groups: Groups) -> Array:
    """Return the standard errors of means, (n,), from each person's count, sum and sum of squares.

    `units` are the single observations behind the n: as many, or fewer where weeks stand for the calls in them. Four
    further ones, which vary as those of the person's group do, are mixed in with the person's own, so that two equal
    reviews are not taken for certainty. Missing where nothing varies, or nobody was observed twice.

    >>> n, total = np.array([2.0, 2.0]), np.array([170.0, 160.0])
    >>> mean_errors(n, total, np.array([14450.0, 12864.0]), n, np.zeros(2, int)).round(2)
    array([3.58, 4.38])
    """
    own = np.where(n > 0, np.maximum(squares - total**2 / np.maximum(n, 1), 0.0), 0.0)
    own = np.where(own > _ROUNDING * squares, own, 0.0)
    freedom = np.maximum(units - 1, 0)
    within = np.bincount(groups, own) / np.maximum(np.bincount(groups, freedom), 1)
    error = np.sqrt((own + _FURTHER * within[groups]) / (freedom + _FURTHER) / np.maximum(n, 1))
    return np.where((n > 0) & (error > 0), error, np.nan)


def shrunken(values: Array, n: Array, found: Signal) -> Array:
    """Return empirical-Bayes means, (n,): each value drawn to the mean of all by n / (n + within / between).

    The mean of all weighs each value by how sure it is; where people do not differ, everybody has that mean. Missing
    values stay missing. Morris, Parametric empirical Bayes inference, Journal of the American Statistical Association
    78 (1983).
    """
    between, within = found.between_variance, found.within_variance
    n = np.where(np.isfinite(values), n, 0.0)
    there = n > 0
    weight = n / (n * between + within) if between or within else n
    mean = float(weight[there] @ values[there] / weight[there].sum()) if there.any() else np.nan
    kept = n * between / (n * between + within) if between else np.zeros_like(n)
    return np.where(there, mean + kept * (values - mean), np.nan)


def shrunk(
    values: pd.DataFrame, counts: pd.DataFrame, role: pd.Series, signals: Mapping[tuple[str, str], Signal]
) -> pd.DataFrame:
    """Return the shrunken means of all roles and indicators, (n, k); missing where the variances are not known."""
    import pandas as pd

    drawn = pd.DataFrame(np.nan, index=values.index, columns=values.columns)
    for (name, indicator), found in signals.items():
        if indicator in drawn:
            of = role.eq(name)
            own, n = (frame[indicator][of].to_numpy(dtype="float64") for frame in (values, counts))
            drawn.loc[of.to_numpy(), indicator] = shrunken(own, n, found)
    return drawn
