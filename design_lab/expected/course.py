"""Where an outcome goes if nothing changes: level, trend and season of the client's own past, carried on."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from design_lab.errors import ForecastError

Array = npt.NDArray[np.float64]
_SEASONS = 4
_LEAST = 6  # quarters from which anything is carried on
_RARE = 0.5  # of a share: with a larger error of measurement its log-odds are not normal
_WITH_SEASON = 10  # quarters from which seasons are told too: two of each and some over


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Draws of an outcome in quarters to come, (draws, quarters), on its own scale: log-odds of a share, else as it is.

    `mean` has the uncertainty of level, trend and season; `latent` the shocks of quarters too; `noise` (quarters,) is
    the deviation with which the rate will be measured around it. `share` says that the scale is log-odds.
    """

    mean: Array
    latent: Array
    noise: Array
    share: bool

    def measured(self, rng: np.random.Generator) -> Array:
        """Return the outcome as it will be measured, on its own scale, (draws, quarters)."""
        return self.latent + self.noise * rng.standard_normal(self.latent.shape)


def course(
    values: npt.ArrayLike,
    errors: npt.ArrayLike,
    *,
    share: bool,
    quarters: int,
    rng: np.random.Generator,
    draws: int,
) -> Course:
    """Carry on the `values` of past quarters, in order, with their standard `errors` of measurement, in their unit.

    Whether there is a trend, and from ten quarters on whether there are seasons, is itself not known: regressions with
    and without each are averaged by their posterior probability under unit-information priors (Zellner's g with g the
    number of quarters; Liang et al. 2008, Journal of the American Statistical Association; Hoeting et al. 1999,
    Statistical Science). Each predictive is Student's t, drawn exactly. The noise of measurement is taken out of the
    variance of shocks and given back to what will be published. Fewer than six quarters, a value that is missing or, of
    a share, is 0, 1 or too rare to be measured in a quarter raise `ForecastError`.
    """
    past, noise = _on_scale(values, errors, share=share)
    size = len(past)
    fits = _fits(past, quarters)
    weight = np.exp([one.evidence - max(each.evidence for each in fits) for one in fits])
    chosen = rng.choice(len(fits), size=draws, p=weight / weight.sum())
    variance = np.array([one.squares for one in fits])[chosen] / rng.chisquare(size - 1, draws)
    around = past.mean() + np.sqrt(variance / size) * rng.standard_normal(draws)
    mean = np.repeat(around[:, None], quarters, axis=1)
    for place, one in enumerate(fits):
        mine = chosen == place
        mean[mine] += one.drawn(rng, np.sqrt(variance[mine]))
    own = np.sqrt(np.maximum(variance - float((noise**2).mean()), 0.0))
    return Course(
        mean=mean,
        latent=mean + own[:, None] * rng.standard_normal(mean.shape),
        noise=np.full(quarters, float(np.sqrt((noise**2).mean()))),
        share=share,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    """A regression of the past on some columns, as it is after looking: `ahead` are their values in quarters to come.

    `evidence` is the logarithm of how likely it makes the past, up to what all share; `squares` scale the variance.
    """

    evidence: float
    squares: float
    slopes: Array
    root: Array  # of the covariance of slopes, over the variance
    ahead: Array

    def drawn(self, rng: np.random.Generator, deviations: Array) -> Array:
        """What the columns add in quarters to come, (draws, quarters), by the shocks' deviation of each draw."""
        moved = rng.standard_normal((len(deviations), len(self.slopes))) @ self.root.T
        return np.asarray((self.slopes + moved * deviations[:, None]) @ self.ahead.T)


def _fits(past: Array, quarters: int) -> list[_Fit]:
    """The regressions with and without a trend and, where the past is long enough, with and without seasons."""
    size = len(past)
    time = np.arange(size + quarters)
    parts = [time[:, None].astype(np.float64)]
    if size >= _WITH_SEASON:
        season = time % _SEASONS
        parts.append(
            np.stack([(season == one) * 1.0 - (season == _SEASONS - 1) for one in range(_SEASONS - 1)], axis=1)
        )
    held = product((False, True), repeat=len(parts))
    kept = ([part for part, one in zip(parts, which, strict=True) if one] for which in held)
    return [_fit(past - past.mean(), np.concatenate([np.empty((len(time), 0)), *one], axis=1)) for one in kept]


def _fit(apart: Array, columns: Array) -> _Fit:
    """Fit what is `apart` from the mean of the past on columns, which reach into the quarters to come."""
    size, count = len(apart), columns.shape[1]
    columns = columns - columns[:size].mean(axis=0)
    inside, whole = columns[:size], float(apart @ apart)
    inverse = np.linalg.inv(inside.T @ inside)
    fitted = inverse @ inside.T @ apart
    told = float(((inside @ fitted) ** 2).sum()) / whole if whole else 0.0
    shrunk = size / (size + 1)
    evidence = (size - 1 - count) * np.log1p(size) - (size - 1) * np.log1p(size * max(1 - told, 0.0))
    return _Fit(
        evidence=float(evidence) / 2,
        squares=whole * (1 - shrunk * min(told, 1.0)),
        slopes=shrunk * fitted,
        root=np.linalg.cholesky(shrunk * inverse),
        ahead=columns[size:],
    )


def to_scale(values: Array, *, share: bool) -> Array:
    """Return values on the scale on which effects add up: log-odds of a share, else as they are."""
    from scipy import special

    return np.asarray(special.logit(values) if share else values, dtype=np.float64)


def from_scale(values: Array, *, share: bool) -> Array:
    """Return values in their unit.

    >>> from_scale(to_scale(np.array([0.9]), share=True), share=True).round(12).tolist()
    [0.9]
    """
    from scipy import special

    return np.asarray(special.expit(values) if share else values, dtype=np.float64)


def why_no_course(values: npt.ArrayLike, errors: npt.ArrayLike, *, share: bool) -> str | None:
    """Return why the quarters of an outcome cannot be carried on: `short`, `at_its_end` or `rare`; None if they can."""
    past, noise = np.asarray(values, dtype=np.float64), np.asarray(errors, dtype=np.float64)
    if past.size < _LEAST:
        return "short"
    if share and not ((past > 0) & (past < 1)).all():
        return "at_its_end"
    return "rare" if share and (noise > _RARE * np.minimum(past, 1 - past)).any() else None


_WHY = {
    "short": f"fewer than {_LEAST} quarters do not tell a trend",
    "at_its_end": "a share of 0 or 1 has no log-odds; leave the outcome out, or count quarters together",
    "rare": "a share is too rare to be told from quarter to quarter; leave the outcome out",
}


def _on_scale(values: npt.ArrayLike, errors: npt.ArrayLike, *, share: bool) -> tuple[Array, Array]:
    past, noise = np.asarray(values, dtype=np.float64), np.asarray(errors, dtype=np.float64)
    if past.shape != noise.shape or past.ndim != 1:
        raise ForecastError(f"{past.size} values and {noise.size} errors of measurement are given; give one for each")
    if not (np.isfinite(past).all() and np.isfinite(noise).all() and (noise >= 0).all()):
        raise ForecastError("a quarter of the past has no value or no error of measurement; leave the outcome out")
    if why := why_no_course(values, errors, share=share):
        raise ForecastError(_WHY[why])
    return to_scale(past, share=share), noise / (past * (1 - past)) if share else noise
