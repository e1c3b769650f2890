"""How draws of one distribution are summed up."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
LEVEL = 0.95
COUNT = 2000  # draws of what a study states as ranges, where nothing else is drawn


def spread(draws: Array) -> tuple[float, float, float]:
    """Return the median and the ends of the middle 95 % of draws, (n,).

    >>> spread(np.array([3.0]))
    (3.0, 3.0, 3.0)
    """
    middle, low, high = np.quantile(draws, [0.5, (1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(middle), float(low), float(high)
