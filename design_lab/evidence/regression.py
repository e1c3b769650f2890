"""The slope of an outcome on a dose within units and periods, as arrays, and what stands in for many clusters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from design_lab.evidence.absorb import Array, Codes, TwoWay
from design_lab.evidence.inference import LEVEL, Estimate, Tested, inverted, jackknife, least_share, share_as_large

# Six points with the first moments of a normal (Webb, Canadian J. Economics 2023): few clusters have too few signs.
_WEBB = np.sqrt(np.array([0.5, 1.0, 1.5]))
WEBB = np.concatenate([-_WEBB[::-1], _WEBB])


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Weighted rows of a panel: `outcome` and `dose` (rows,), and the codes of unit, period and cluster."""

    outcome: Array
    dose: Array
    units: Codes
    times: Codes
    clusters: Codes
    weights: Array

    def without(self, cluster: int) -> Rows:
        """Return the rows of the other clusters, units coded anew."""
        kept = self.clusters != cluster
        units = np.unique(self.units[kept], return_inverse=True)[1]
        times = np.unique(self.times[kept], return_inverse=True)[1]
        return Rows(
            outcome=self.outcome[kept], dose=self.dose[kept], units=units, times=times,
            clusters=self.clusters[kept], weights=self.weights[kept],
        )  # fmt: skip


def slope(rows: Rows) -> float:
    """Return the slope within units and periods; NaN where the dose does not vary there."""
    dose = TwoWay(rows.units, rows.times, rows.weights).residuals(rows.dose)
    size = float(dose @ (rows.weights * dose))
    spread = float(rows.dose @ (rows.weights * rows.dose))
    return float(dose @ (rows.weights * rows.outcome)) / size if size > 1e-12 * max(spread, 1e-300) else float("nan")


def leave_one_out(rows: Rows, level: float = LEVEL) -> Estimate:
    """Return the slope with its interval by leaving out one cluster at a time (CRV3, t with clusters - 1)."""
    left_out = np.array([slope(rows.without(int(cluster))) for cluster in np.unique(rows.clusters)])
    return jackknife(slope(rows), left_out, level)


def wild_bootstrap(rows: Rows, *, rng: np.random.Generator, draws: int = 999, level: float = LEVEL) -> Tested:
    """Test the slope by the restricted wild cluster bootstrap with Webb's weights, interval by inversion.

    The null is imposed on the residuals, t is studentised by cluster (CRV1; its small-sample factor cancels). All that
    a draw needs are sums by cluster, so that its cost hangs on the number of clusters alone (Roodman, MacKinnon,
    Nielsen and Webb, Stata J. 2019).
    """
    effects = TwoWay(rows.units, rows.times, rows.weights)
    groups = int(rows.clusters.max()) + 1
    dose, outcome = effects.residuals(rows.dose), effects.residuals(rows.outcome)
    weighed = rows.weights * dose
    own = np.bincount(rows.clusters, weighed * dose, minlength=groups)
    size = own.sum()
    by_cluster = np.arange(groups)[:, None] == rows.clusters

    def parts(column: Array) -> Array:
        """Row g, column h: the score of cluster g when the residuals of cluster h alone are drawn."""
        spread = effects.residuals((column * by_cluster).T)
        return np.asarray([np.bincount(rows.clusters, weighed * one, minlength=groups) for one in spread.T]).T

    of_outcome, of_dose = parts(outcome), parts(dose)
    signs = rng.choice(WEBB, size=(groups, draws))
    value = float(weighed @ outcome) / size
    ours = np.bincount(rows.clusters, weighed * (outcome - value * dose), minlength=groups)
    error = float(np.sqrt(np.sum(ours**2))) / size

    def p_at(null: float) -> float:
        scores = (of_outcome - null * of_dose) @ signs
        moved = scores.sum(axis=0) / size
        errors = np.sqrt(np.sum((scores - moved * own[:, None]) ** 2, axis=0)) / size
        return share_as_large((value - null) / error, moved / errors, exact=False)

    return Tested(
        p=p_at(0.0), least_p=1 / (draws + 1), draws=draws, exact=False, interval=inverted(p_at, value, error, level)
    )


def reassigned(rows: Rows, doses: Array, *, exact: bool, level: float = LEVEL) -> Tested:
    """Test the slope against the doses of other draws of the lot, (draws, rows), all there are if `exact`.

    Studentised by cluster, so that the test holds for the mean effect too where effects differ (Wu and Ding, JASA
    2021). The interval inverts the test of one slope for everybody.
    """
    effects = TwoWay(rows.units, rows.times, rows.weights)
    groups = int(rows.clusters.max()) + 1
    outcome, ours = effects.residuals(rows.outcome), effects.residuals(rows.dose)
    drawn = effects.residuals(doses.T).T
    weighed = drawn * rows.weights
    sizes = np.einsum("dr,dr->d", weighed, drawn)
    to_outcome, to_dose = weighed @ outcome / sizes, weighed @ ours / sizes
    by_cluster = np.eye(groups)[rows.clusters]
    scores = [(weighed * column) @ by_cluster for column in (outcome, ours)]
    own = (weighed * drawn) @ by_cluster

    def statistics(null: float) -> Array:
        value = to_outcome - null * to_dose
        left = scores[0] - null * scores[1] - value[:, None] * own
        return np.asarray(value * sizes / np.sqrt(np.sum(left**2, axis=1)))

    seen, size = rows.weights * ours, float(ours @ (rows.weights * ours))
    value = float(seen @ outcome) / size
    error = float(np.sqrt(np.sum(np.bincount(rows.clusters, seen * (outcome - value * ours)) ** 2))) / size

    def p_at(null: float) -> float:
        left = outcome - null * ours
        there = value - null
        spread = np.sqrt(np.sum(np.bincount(rows.clusters, seen * (left - there * ours)) ** 2)) / size
        return share_as_large(there / spread, statistics(null), exact=exact)

    least = least_share(statistics(0.0), exact=exact)
    bears = least <= 1 - level
    return Tested(
        p=p_at(0.0), least_p=least, draws=len(doses), exact=exact,
        interval=inverted(p_at, value, error, level) if bears else None,
    )  # fmt: skip
