"""Which schemes no other one beats on everything, and which of them survive all sensible preferences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.integer[Any]]
_DUST = 9  # decimals to which figures are compared


def pareto(figures: Array) -> Places:
    """Return, in order, the rows of `figures` (schemes, criteria), more being better, that no other row beats.

    A row beats another if it is nowhere worse and somewhere better. Exact: rows are taken by falling sum, so that none
    can be beaten by a later one.

    >>> pareto(np.array([[1.0, 3.0], [2.0, 2.0], [1.0, 2.0], [2.0, 2.0]])).tolist()
    [0, 1, 3]
    """
    compared = np.round(figures, _DUST)
    span = np.ptp(compared, axis=0)
    order = np.argsort(-(compared / np.where(span > 0, span, 1.0)).sum(axis=1), kind="stable")
    kept = np.empty_like(compared)
    found: list[int] = []
    for place in order:
        row = compared[place]
        ahead = kept[: len(found)]
        if not ((ahead >= row).all(axis=1) & (ahead > row).any(axis=1)).any():
            kept[len(found)] = row
            found.append(int(place))
    return np.sort(np.array(found, dtype=np.int64))


def chosen(figures: Mapping[str, Array]) -> dict[str, int]:
    """Return the places, among schemes of a front, that survive all sensible preferences.

    `figures` are (schemes,) by criterion, more being better, with distance (negative) and reliability among them. even:
    the one whose worst criterion, each between its least and its greatest on the front, is best; nearest: the one
    nearest to today; reliable: the most reliable. Ties go to the one
    whose worst criterion is better, then to the first.
    """
    columns = np.stack([*figures.values()], axis=1)
    low, span = columns.min(axis=0), np.ptp(columns, axis=0)
    worst = np.round(((columns - low) / np.where(span > 0, span, 1.0))[:, span > 0].min(axis=1, initial=1.0), _DUST)

    def best(first: Array) -> int:
        return int(np.lexsort((-worst, -np.round(first, _DUST)))[0])

    return {"even": best(worst), "nearest": best(figures["distance"]), "reliable": best(figures["reliability"])}
