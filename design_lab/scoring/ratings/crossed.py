"""The crossed mixed model of ratings as bare arithmetic: rating = mean + ratee - severity of the rater + residual.

Ratees and raters are random and independent, the residual of a rating has variance sigma^2 / weight. Raters are
absorbed, so that each step costs one dense factor for each connected part of the design: 30,000 people who rate their
team-mates alone take seconds, and so do 1,128 ratees in one part with 73,421 ratings. Formulas: Henderson's mixed-model
equations (Searle, Casella and McCulloch, Variance Components, 1992, chapter 7) with the profiled REML criterion of
Bates et al. (Journal of Statistical Software 67(1), 2015, section 3.4).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from design_lab.scoring.ratings.blocks import Array, Blocks, Ints

_HIGHEST = 1e3  # of a standard deviation in units of the residual's


@dataclass(frozen=True, kw_only=True)
class Design:
    """Who rated whom, how: n ratings `y` with `weight`, codes of `ratee` (0 to i - 1) and `rater` (0 to j - 1)."""

    y: Array
    ratee: Ints
    rater: Ints
    weight: Array

    @cached_property
    def cross(self) -> Any:
        """Summed weights of each ratee (rows) by each rater (columns), sparse."""
        from scipy import sparse

        shape = int(self.ratee.max()) + 1, int(self.rater.max()) + 1
        return sparse.coo_array((self.weight, (self.ratee, self.rater)), shape=shape).tocsr()

    @cached_property
    def sums(self) -> tuple[Array, Array, Array, Array]:
        """Summed weights by ratee and by rater, and weighted sums of `y` by ratee and by rater."""
        weighed = self.weight * self.y
        return (
            _summed(self.ratee, self.weight),
            _summed(self.rater, self.weight),
            _summed(self.ratee, weighed),
            _summed(self.rater, weighed),
        )

    @cached_property
    def component(self) -> Ints:
        """The connected part of the design to which each ratee belongs, (i,): only within one are all held together."""
        from scipy import sparse

        # Two ratees hang together where one rater rated both.
        found = sparse.csgraph.connected_components(self.cross @ self.cross.T, directed=False)
        return np.asarray(found[1], dtype=np.int64)

    @property
    def parts(self) -> int:
        """How many connected parts there are."""
        return int(self.component.max()) + 1

    @property
    def residual_df(self) -> int:
        """Degrees of freedom that ratees and raters leave over."""
        return len(self.y) - int(sum(self.cross.shape)) + self.parts


def _summed(codes: Ints, values: Array) -> Array:
    return np.asarray(np.bincount(codes, values), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossed:
    """The fit: `mean` and standard deviations of ratees, raters and residual (of weight 1), all in points.

    `ratee` (i,) holds predicted mean + ratee, shrunk, with `ratee_se`; `unshrunk` (i,) the same with ratees fixed and
    raters random, with `unshrunk_se`; `severity` (j,) how far below others a rater rates, shrunk, with `severity_se`;
    `rater_sd_interval` is the profile interval of `rater_sd` at the level asked for.
    """

    mean: float
    ratee_sd: float
    rater_sd: float
    residual_sd: float
    rater_sd_interval: tuple[float, float]
    ratee: Array
    ratee_se: Array
    unshrunk: Array
    unshrunk_se: Array
    severity: Array
    severity_se: Array


@dataclass(frozen=True, slots=True)
class _Solved:
    """The mixed-model equations at one pair of relative standard deviations."""

    deviance: float
    variance: float
    mean: float
    precision: float  # of the mean, in units of 1 / variance
    blup: tuple[Array, Array]
    pull: tuple[Array, Array]  # how the mean's error moves the two, before scaling
    blocks: Blocks
    absorbed: Array
    between: Any


def fit(design: Design, *, level: float, severity: bool = True) -> Crossed:
    """Fit the model by REML; with `severity` False raters are taken to be alike.

    At least two ratees and one degree of freedom must be left, which the caller sees to.

    >>> codes = np.arange(3)
    >>> ratee, rater = (part.ravel() for part in np.meshgrid(codes, codes, indexing="ij"))
    >>> y = np.array([[3.0, 4.1, 2.9], [4.0, 5.0, 4.1], [5.1, 5.9, 5.0]]).ravel()
    >>> found = fit(Design(y=y, ratee=ratee, rater=rater, weight=np.ones(9)), level=0.95)
    >>> found.ratee.round(1).tolist(), found.severity.round(1).tolist()
    ([3.3, 4.4, 5.3], [0.3, -0.6, 0.3])
    """
    centre = float(np.average(design.y, weights=design.weight))
    centred = replace(design, y=design.y - centre)
    relative = _relative_sds(centred, severity)
    solved = _solve(centred, relative)
    sigma = float(np.sqrt(solved.variance))
    pull = relative[0] * solved.pull[0]
    inverse, rater_error = _prediction_errors(centred, relative, solved)
    unshrunk, unshrunk_error = _fixed_ratees(centred, relative[1])
    return Crossed(
        mean=centre + solved.mean,
        ratee_sd=float(relative[0]) * sigma,
        rater_sd=float(relative[1]) * sigma,
        residual_sd=sigma,
        rater_sd_interval=_interval(centred, relative, solved, level) if severity else (0.0, 0.0),
        ratee=centre + solved.mean + relative[0] * solved.blup[0],
        ratee_se=sigma * np.sqrt(relative[0] ** 2 * inverse + (1 - pull) ** 2 / solved.precision),
        unshrunk=centre + unshrunk,
        unshrunk_se=sigma * unshrunk_error,
        severity=-relative[1] * solved.blup[1],
        severity_se=sigma * np.sqrt(relative[1] ** 2 * (rater_error + solved.pull[1] ** 2 / solved.precision)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """Ratees and raters as fixed effects: `residual` (n,), mean squares of ratees, adjusted for raters, and within.

    `ratio` is F, `p` that of ratees who do not differ; `per_ratee` is how many ratings of a one-way design a ratee's
    ratings are worth.
    """

    residual: Array
    between: float
    within: float
    ratio: float
    p: float
    per_ratee: float


def fixed_effects(design: Design) -> Fixed:
    """Hold ratees, adjusted for raters, against what is left; it does not care how raters were assigned.

    The design must leave degrees of freedom to both. Method 3 of Henderson, in Searle, Casella and McCulloch (1992),
    chapter 5.
    """
    from scipy import stats

    by_ratee, by_rater, y_ratee, y_rater = design.sums
    reduced, kept, blocks = _grounded(design)
    right = y_ratee - design.cross @ (y_rater / by_rater)
    effect = np.zeros(len(by_ratee))
    effect[kept] = blocks.solve(right[kept][:, None])[:, 0]
    rater = (y_rater - design.cross.T @ effect) / by_rater
    residual = design.y - effect[design.ratee] - rater[design.rater]
    df = int(kept.sum()), design.residual_df
    between, within = float(effect @ right) / df[0], float(design.weight @ residual**2) / df[1]
    # Rounding of sums must not pass for variance.
    floor = 1e-12 * max(float(design.weight @ design.y**2) / len(design.y), 1e-300)
    ratio = between / max(within, floor) if max(between, within) > floor else 0.0
    return Fixed(
        residual=residual,
        between=between,
        within=within,
        ratio=ratio,
        p=float(stats.f.sf(ratio, *df)),
        per_ratee=float(reduced.diagonal().sum()) / df[0],
    )


def projection(design: Design) -> Any:
    """Return a generalised inverse, sparse (i + j, i + j), of the normal matrix with ratees and raters fixed."""
    from scipy import sparse

    _, by_rater, _, _ = design.sums
    _, kept, blocks = _grounded(design)
    where, there, shape = blocks.inverse().tocoo(), np.flatnonzero(kept), (len(kept), len(kept))
    inner = sparse.coo_array((where.data, (there[where.row], there[where.col])), shape=shape).tocsr()
    shared = (design.cross / by_rater).tocsr()
    over = -shared.T @ inner
    lower = sparse.diags_array(1 / by_rater) - over @ shared
    return sparse.block_array([[inner, over.T], [over, lower]]).tocsr()


def _grounded(design: Design) -> tuple[Any, npt.NDArray[np.bool_], Blocks]:
    """The ratees' matrix with raters absorbed, who is left when one a part is the ground, and theirs by parts."""
    by_ratee, by_rater, _, _ = design.sums
    kept = np.ones(len(by_ratee), dtype=bool)
    kept[np.unique(design.component, return_index=True)[1]] = False
    reduced = _absorbed(design.cross / by_rater, design.cross, by_ratee)
    return reduced, kept, Blocks(reduced[kept][:, kept], design.component[kept])


def _absorbed(one: Any, other: Any, diagonal: Array) -> Any:
    """A diagonal less the product of two matrices of ratees by raters, sparse (i, i)."""
    from scipy import sparse

    return (sparse.diags_array(diagonal) - one @ other.T).tocsr()


def _relative_sds(design: Design, severity: bool) -> Array:
    """The standard deviations of ratees and raters over that of the residual, by minimum REML deviance.

    Sought as shares theta^2 / (1 + theta^2), in which the deviance has a slope also at no variance: a search in theta
    stays there for good.
    """
    from scipy.optimize import minimize

    highest = _HIGHEST**2 / (1 + _HIGHEST**2)
    found = minimize(
        lambda shares: _solve(design, np.sqrt(shares / (1 - shares))).deviance,
        x0=np.array([0.3, 0.3 if severity else 0.0]),
        bounds=[(0.0, highest), (0.0, highest if severity else 0.0)],
        method="L-BFGS-B",
        options={"ftol": 1e-13, "gtol": 1e-6},
    )
    return np.asarray(np.sqrt(found.x / (1 - found.x)), dtype=np.float64)


def _solve(design: Design, relative: Array) -> _Solved:
    by_ratee, by_rater, y_ratee, y_rater = design.sums
    a, b = (float(sd) for sd in relative)
    absorbed = 1 + b**2 * by_rater
    between = design.cross * (a * b)
    blocks = Blocks(_absorbed(between / absorbed, between, 1 + a**2 * by_ratee), design.component)
    right = np.stack([a * y_ratee, a * by_ratee], axis=1), np.stack([b * y_rater, b * by_rater], axis=1)
    upper = blocks.solve(right[0] - between @ (right[1] / absorbed[:, None]))
    lower = (right[1] - between.T @ upper) / absorbed[:, None]
    products = right[0].T @ upper + right[1].T @ lower
    n, weighed = len(design.y), design.weight * design.y
    precision = float(design.weight.sum() - products[1, 1])
    mean = float(weighed.sum() - products[0, 1]) / precision
    left = float(weighed @ design.y - products[0, 0]) - mean**2 * precision
    variance = max(left, 1e-12 * max(float(weighed @ design.y), 1e-300)) / (n - 1)
    log_det = blocks.log_det + float(np.log(absorbed).sum())
    return _Solved(
        deviance=log_det + float(np.log(precision)) + (n - 1) * float(np.log(variance)),
        variance=variance,
        mean=mean,
        precision=precision,
        blup=(upper[:, 0] - mean * upper[:, 1], lower[:, 0] - mean * lower[:, 1]),
        pull=(upper[:, 1], lower[:, 1]),
        blocks=blocks,
        absorbed=absorbed,
        between=between,
    )


def _prediction_errors(design: Design, relative: Array, solved: _Solved) -> tuple[Array, Array]:
    """The diagonal of the inverse of the equations, for ratees (i,) and raters (j,)."""
    inverse, over = solved.blocks.inverse(), (solved.between / solved.absorbed).T.tocsr()
    return inverse.diagonal(), 1 / solved.absorbed + (over @ inverse).multiply(over).sum(axis=1)


def _fixed_ratees(design: Design, rater_sd: float) -> tuple[Array, Array]:
    """Ratees as fixed effects, raters random with the relative standard deviation given; errors in units of sigma."""
    by_ratee, by_rater, y_ratee, y_rater = design.sums
    shrink = rater_sd**2 / (1 + rater_sd**2 * by_rater)
    inverse = Blocks(_absorbed(design.cross * shrink, design.cross, by_ratee), design.component).inverse()
    return inverse @ (y_ratee - design.cross @ (shrink * y_rater)), np.sqrt(inverse.diagonal())


def _interval(design: Design, relative: Array, solved: _Solved, level: float) -> tuple[float, float]:
    """Where the REML deviance has risen by the quantile of chi-square, the ratees' relative deviation held."""
    from scipy import stats
    from scipy.optimize import brentq

    rise = float(stats.chi2.ppf(level, 1))
    sigma = float(np.sqrt(solved.variance))

    def above(rater_sd: float) -> float:
        return _solve(design, np.array([relative[0], rater_sd])).deviance - solved.deviance - rise

    best = float(relative[1])
    low = 0.0 if above(0.0) <= 0 else brentq(above, 0.0, best, xtol=1e-6)
    high = best + 0.5
    while above(high) < 0 and high < _HIGHEST:
        high *= 2
    return low * sigma, (brentq(above, best, high, xtol=1e-6) if above(high) > 0 else high) * sigma
