"""What a forecast must beat: a random walk and a seasonal naive forecast, with spreads from the same past."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from design_lab.expected.course import from_scale, to_scale
from design_lab.expected.past import Past
from design_lab.expected.scores import PROBABILITIES
from design_lab.finding import significant

Array = npt.NDArray[np.float64]
Told = tuple[float, ...]
_YEAR = 4  # quarters
_LEAST = 3.0  # degrees of freedom below which a spread is not told: with two, t has no variance


def references(past: Past, ahead: int) -> dict[str, Told | None]:
    """Return the `random_walk` and the `seasonal_naive` forecast of what will be published `ahead` quarters on.

    Each is told by its 99 quantiles in the outcome's unit. The one stays at the last quarter, the other at the same
    quarter of the last known year; both move as far as the past did over as many quarters: Student's t around no
    change, on log-odds of a share. Where too few such changes are known, the longest shorter ones are stretched by the
    square root of time. None where even these are too few, where nothing ever changed, and for a share of 0 or 1.
    `ahead` counts from the last quarter of the past.
    """
    years = -(-ahead // _YEAR)
    return {
        "random_walk": _stays(past, ahead=ahead, step=1, steps=ahead),
        "seasonal_naive": _stays(past, ahead=ahead, step=_YEAR, steps=years),
    }


def _stays(past: Past, *, ahead: int, step: int, steps: int) -> Told | None:
    """The value `steps` steps before the quarter that is forecast, give or take what that many steps brought."""
    from scipy import stats

    if past.share and not ((past.values > 0) & (past.values < 1)).all():
        return None
    values, place = to_scale(past.values, share=past.share), len(past.values) - 1 + ahead - step * steps
    known = [one for one in range(steps, 0, -1) if freedom(len(values) - one * step, one, step) >= _LEAST]
    if not known or place < 0:
        return None
    lag = known[0] * step
    size = float(np.sqrt(np.mean((values[lag:] - values[:-lag]) ** 2))) * float(np.sqrt(steps / known[0]))
    if size == 0:
        return None
    t = stats.t.ppf(PROBABILITIES, freedom(len(values) - lag, known[0], step))
    return tuple(float(significant(one) or 0.0) for one in from_scale(values[place] + size * t, share=past.share))


def freedom(count: int, steps: int, step: int) -> float:
    """Return the degrees of freedom of the mean square of `count` changes over `steps` steps of `step` quarters.

    Changes that overlap share steps: Satterthwaite's (1946) of independent steps, (tr G)^2 / tr(G^2), where G holds the
    steps that each two changes have in common.

    >>> freedom(11, 1, 1), round(freedom(8, 4, 1), 2), freedom(8, 1, 4), freedom(0, 1, 1)
    (11.0, 3.28, 8.0, 0.0)
    """
    if count < 1:
        return 0.0
    gap = np.abs(np.subtract.outer(np.arange(count), np.arange(count)))
    shared = np.where(gap % step == 0, np.maximum(steps - gap // step, 0), 0)
    return float(np.trace(shared) ** 2 / (shared**2).sum())
