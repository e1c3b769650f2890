"""The slope within units, once with all clusters and once without each, from sums by unit and cluster.

To fit anew without each of a thousand teams would take a thousand passes over all rows. Rows enter the normal equations
through sums alone, so that what a cluster's rows add is taken off again; a fit is then a small system.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from design_lab.evidence.absorb import Array, Codes

_SINGULAR = 1e-10  # of the largest eigenvalue, or of all rows' own spread: periods are known but for a constant


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sums:
    """What the rows of a cluster add: moments (m, m) of all columns; sums (u, m), weight and rows (u,) of its units."""

    units: Codes
    moments: Array
    sums: Array
    weight: Array
    rows: Codes


def slopes_without_each(
    columns: Array, units: Codes, clusters: Codes, weights: Array, times: Codes | None = None
) -> tuple[float, Array]:
    """Return the slope of the second column on the first within units, and the slopes without each cluster (clusters,).

    `columns` (rows, 2 or more) are dose, outcome and what is held fixed; `units`, `clusters` and `times`, whose effects
    are held fixed too, are codes from 0 (rows,), `weights` (rows,) positive. Units are eliminated first (the normal
    equations by blocks; Greene, Econometric Analysis, 11.4). NaN where the dose does not vary within. Memory is that of
    units times columns and periods.

    >>> dose, outcome = np.array([0.0, 1.0, 0.0, 2.0]), np.array([0.0, 1.0, 5.0, 11.0])
    >>> both, each = slopes_without_each(
    ...     np.column_stack([dose, outcome]), np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1]), np.ones(4)
    ... )
    >>> round(both, 9), each.round(9).tolist()
    (2.6, [3.0, 1.0])
    """
    centred = columns - np.average(columns, axis=0, weights=weights)
    order = np.lexsort((units, clusters))
    ends = np.cumsum(np.bincount(clusters))

    def parts() -> Iterator[_Sums]:
        for rows in np.split(order, ends[:-1]):
            yield _summed(centred[rows], units[rows], weights[rows], periods, None if times is None else times[rows])

    periods = 0 if times is None else int(times.max()) + 1
    width = columns.shape[1] + periods
    count = int(units.max()) + 1
    sums, weight, rows, moments = np.zeros((count, width)), np.zeros(count), np.zeros(count), np.zeros((width, width))
    for part in parts():
        moments += part.moments
        sums[part.units] += part.sums
        weight[part.units] += part.weight
        rows[part.units] += part.rows
    system = moments - _between(sums, weight)
    without = []
    for part in parts():
        own, total = sums[part.units], weight[part.units]
        stays = rows[part.units] > part.rows
        rest = _between((own - part.sums)[stays], (total - part.weight)[stays])
        without.append(_slope(system - part.moments + _between(own, total) - rest, np.diag(system)))
    return _slope(system, np.diag(system)), np.array(without)


def _summed(columns: Array, units: Codes, weights: Array, periods: int, times: Codes | None) -> _Sums:
    """The sums of one cluster's rows, which are in the order of units."""
    if times is not None:
        columns = np.column_stack([columns, np.eye(periods)[times]])
    weighed = columns * weights[:, None]
    begins = np.flatnonzero(np.diff(units, prepend=-1))
    return _Sums(
        units=units[begins],
        moments=columns.T @ weighed,
        sums=np.add.reduceat(weighed, begins),
        weight=np.add.reduceat(weights, begins),
        rows=np.diff(begins, append=len(units)),
    )


def _between(sums: Array, weight: Array) -> Array:
    """What the means of units explain of the moments."""
    return np.asarray((sums / weight[:, None]).T @ sums)


def _slope(system: Array, spread: Array) -> float:
    """The coefficient of the first column, others but the second held fixed; `spread` is that of each in all rows."""
    held = 2 + np.flatnonzero(np.diag(system)[2:] > _SINGULAR * spread[2:])
    scale = np.sqrt(np.diag(system)[held])
    inner = np.linalg.pinv(system[np.ix_(held, held)] / np.outer(scale, scale), rcond=_SINGULAR, hermitian=True)
    of_both = system[held, :2] / scale[:, None]
    (size, shared), _ = system[:2, :2] - of_both.T @ inner @ of_both
    return float(shared / size) if size > _SINGULAR * spread[0] else float("nan")
