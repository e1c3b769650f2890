"""Where an outcome goes if nothing changes: level, trend and season of the client's own past, carried on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from design_lab.errors import ForecastError

Array = npt.NDArray[np.float64]
_SEASONS = 4
_LEAST = 6  # quarters from which a trend is told
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

    A regression on a line and, from ten quarters on, on seasons, with normal errors and nothing believed before: its
    predictive is Student's t, drawn exactly. The noise of measurement is taken out of the variance of shocks and given
    back to what will be published. Fewer than six quarters, a value that is missing or, of a share, is 0, 1 or too
    rare to be measured in a quarter raise `ForecastError`.
    """
    past, noise = _on_scale(values, errors, share=share)
    size = len(past)
    rows = _design(np.arange(size + quarters), size, seasons=size >= _WITH_SEASON)
    inside, ahead = rows[:size], rows[size:]
    inverse = np.linalg.inv(inside.T @ inside)
    fitted = inverse @ inside.T @ past
    freedom = size - inside.shape[1]
    squares = float(((past - inside @ fitted) ** 2).sum())
    variance = squares / rng.chisquare(freedom, draws)
    root = np.linalg.cholesky(inverse)
    moved = rng.standard_normal((draws, inside.shape[1])) @ root.T * np.sqrt(variance)[:, None]
    mean = (fitted + moved) @ ahead.T
    own = np.sqrt(np.maximum(variance - float((noise**2).mean()), 0.0))
    return Course(
        mean=mean,
        latent=mean + own[:, None] * rng.standard_normal(mean.shape),
        noise=np.full(quarters, float(np.sqrt((noise**2).mean()))),
        share=share,
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


def _design(time: npt.NDArray[np.integer], size: int, *, seasons: bool) -> Array:
    """Columns of level at the last known quarter, trend, and three seasons as deviations that sum to 0."""
    columns = [np.ones(len(time)), (time - (size - 1)).astype(np.float64)]
    if seasons:
        season = time % _SEASONS
        columns += [(season == one).astype(float) - (season == _SEASONS - 1) for one in range(_SEASONS - 1)]
    return np.stack(columns, axis=1)
