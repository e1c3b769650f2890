"""Weights that experts state: points shared out directly, and swings from worst to best."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from design_lab.errors import StudyError
from design_lab.evaluation.weighting.refused import NoWeightsError

Array = npt.NDArray[np.float64]


def stated_weights(points: Array) -> Array:
    """Return points (k,) over their sum, be they shares of 100 or swings of which the greatest has 100.

    Swing weighting: von Winterfeldt and Edwards, Decision Analysis and Behavioral Research, 1986.

    >>> stated_weights(np.array([100.0, 60.0, 40.0])).tolist()
    [0.5, 0.3, 0.2]
    """
    if not np.isfinite(points).all() or (points < 0).any() or not points.sum() > 0:
        raise NoWeightsError("no_points")
    return np.asarray(points / points.sum())


def weights_together(weights: Sequence[Array], voices: Sequence[float]) -> Array:
    """Return the mean of respondents' weights, each (k,), by their voices."""
    return np.asarray(shares_of_voice(voices) @ np.stack(weights))


def shares_of_voice(voices: Sequence[float]) -> Array:
    """Return respondents' voices (r,) over their sum; one that is below 0, or none above, raises `StudyError`."""
    given = np.array(voices, dtype=np.float64)
    if not np.isfinite(given).all() or (given < 0).any() or not given.sum() > 0:
        raise StudyError(f"voices {given.tolist()}: must be 0 or more, and one of them above 0")
    return np.asarray(given / given.sum())
