"""Two-way fixed effects taken out exactly: every column less what its unit and its period explain."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
_SINGULAR = 1e-10  # of the largest eigenvalue: periods are known but for a constant in each part of the panel


class TwoWay:
    """Unit and period effects of weighted rows, ready to be taken out of any number of columns.

    `units`, `times` (rows,) are codes from 0, `weights` (rows,) positive. Unit effects are eliminated first, which
    leaves one small system for the periods (the normal equations by blocks; Greene, Econometric Analysis, 11.4); its
    pseudo-inverse serves panels that fall apart, too. The cost is linear in rows.
    """

    def __init__(self, units: Codes, times: Codes, weights: Array | None = None) -> None:
        self.units, self.times = units, times
        self.weights = np.ones(len(units)) if weights is None else weights
        self._unit_total = np.bincount(units, self.weights)
        periods = int(times.max()) + 1
        held = np.bincount(units * periods + times, self.weights, minlength=len(self._unit_total) * periods)
        self._held = held.reshape(len(self._unit_total), periods)
        part = self._held / np.maximum(self._unit_total, np.finfo(float).tiny)[:, None]
        system = np.diag(self._held.sum(axis=0)) - self._held.T @ part
        self._part, self._solve = part, np.linalg.pinv(system, rcond=_SINGULAR, hermitian=True)

    def residuals(self, columns: Array) -> Array:
        """Return what unit and period leave of each column, (rows, columns) or (rows,)."""
        if columns.ndim == 1:
            return self._residual(columns)
        return np.column_stack([self._residual(column) for column in columns.T])

    def _residual(self, column: Array) -> Array:
        weighed = column * self.weights
        by_unit = np.bincount(self.units, weighed, minlength=len(self._unit_total))
        by_time = np.bincount(self.times, weighed, minlength=self._held.shape[1])
        effects = self._solve @ (by_time - self._part.T @ by_unit)
        total = np.maximum(self._unit_total, np.finfo(float).tiny)
        own = (by_unit - self._held @ effects) / total
        return np.asarray(column - own[self.units] - effects[self.times])
