"""The appraisal run again: what another, equally good measurement of the same people would have given.

People's true values are drawn from what their role and their own observations say of them, and measured twice with the
sampling error of their own number of observations. Whatever differs between two measurements of the same truth is
noise; this holds for every scheme, whatever its rules, vetoes and grades do to a value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from design_lab.scoring import Panel, Scores, score

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
DRAWS = 50


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Rerun:
    """Pairs of measurements of the same people under one scheme.

    `realised` is what was really scored, n people in its order; `noise` (n, d) the covariance of each contribution with
    the total over measurements of one person, so that a row sums to `total_variance` (n,), the variance of her total by
    measurement alone (0 for people without a score); `same_grade` (draws, n) whether both measurements gave the same
    grade, NaN without a grade in either; `truths` (draws, n) by indicator of the panel; `unmeasured` names weighed
    indicators whose error is not known and was taken as none.
    """

    realised: Scores
    noise: pd.DataFrame
    total_variance: pd.Series
    same_grade: Array
    truths: dict[str, Array]
    unmeasured: tuple[str, ...]


def rerun(
    panel: Panel, realised: Scores, *, medians: pd.DataFrame, rng: np.random.Generator, draws: int = DRAWS
) -> Rerun:
    """Measure everybody twice in each of `draws` draws and score both, under the scheme of `realised`.

    True values are normal around the shrunk value with the variance that the data leave open; errors are normal and
    independent between indicators, which is not so where two count the same ratings. Shares stay within 0 and 1.
    """
    import pandas as pd

    model = models(panel)
    shape = realised.contributions.shape
    noise, seen, same = np.zeros(shape), np.zeros(shape[0]), np.full((draws, shape[0]), np.nan)
    truths = {name: np.empty((draws, shape[0])) for name in model}
    for draw, stream in enumerate(rng.spawn(draws)):
        truth = {name: found.truth(stream) for name, found in model.items()}
        for name, drawn in truth.items():
            truths[name][draw] = drawn
        first, second = (
            score(_measured(panel, model, truth, stream), realised.scheme, medians=medians) for _ in range(2)
        )
        apart = first.contributions.to_numpy() - second.contributions.to_numpy()
        both = np.isfinite(apart).all(axis=1)
        noise[both] += apart[both] * apart[both].sum(axis=1, keepdims=True) / 2
        seen += both
        same[draw] = _same(first, second)
    mean = noise / np.maximum(seen, 1)[:, None]
    frame = pd.DataFrame(mean, index=realised.contributions.index, columns=realised.contributions.columns)
    return Rerun(
        realised=realised,
        noise=frame,
        total_variance=frame.sum(axis="columns"),
        same_grade=same,
        truths=truths,
        unmeasured=tuple(n for n in realised.scheme.indicators if n in panel.values and n not in model),
    )


def remeasured(panel: Panel, *, rng: np.random.Generator, draws: int) -> tuple[Panel, ...]:
    """Return the panel measured again in each of `draws` draws, once, of true values drawn as `rerun` draws them.

    An indicator whose error is not known keeps its values.
    """
    model = models(panel)
    return tuple(
        _measured(panel, model, {name: found.truth(stream) for name, found in model.items()}, stream)
        for stream in rng.spawn(draws)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What is known of one indicator's true values, all (n,): their mean and spread, and a measurement's error."""

    mean: Array
    spread: Array
    error: Array
    share: bool

    def truth(self, rng: np.random.Generator) -> Array:
        """Draw true values."""
        return self._bounded(self.mean + self.spread * rng.standard_normal(self.mean.size))

    def measured(self, truth: Array, rng: np.random.Generator) -> Array:
        """Measure true values once."""
        return self._bounded(truth + self.error * rng.standard_normal(truth.size))

    def _bounded(self, values: Array) -> Array:
        return values.clip(0, 1) if self.share else values


def models(panel: Panel) -> dict[str, Model]:
    """Return what is known of the indicators whose single observations are known in some role."""
    shrunk = panel.shrunk()
    return {str(name): found for name in panel.values if (found := _model(panel, shrunk, str(name))) is not None}


def _model(panel: Panel, shrunk: pd.DataFrame, name: str) -> Model | None:
    """The model of an indicator whose single observations are known in some role; None else."""
    values, counts = panel.values[name].to_numpy(float), panel.counts[name].to_numpy(float)
    between, within = np.zeros(values.size), np.zeros(values.size)
    known = False
    for number, role in enumerate(panel.people["role"]):
        if found := panel.signals.get((str(role), name)):
            between[number], within[number], known = found.between_variance, found.within_variance, True
    if not known:
        return None
    error = within / np.maximum(counts, 1)
    left_open = np.divide(between * error, between + error, out=np.zeros(values.size), where=between + error > 0)
    drawn = shrunk[name].to_numpy(float)
    return Model(
        mean=np.where(np.isfinite(drawn), drawn, values),
        spread=np.sqrt(left_open),
        error=np.sqrt(error),
        share=panel.cards[name].unit == "share",
    )


def _measured(panel: Panel, model: dict[str, Model], truth: dict[str, Array], rng: np.random.Generator) -> Panel:
    values = panel.values.assign(**{name: found.measured(truth[name], rng) for name, found in model.items()})
    return replace(panel, values=values.where(panel.values.notna()))


def _same(first: Scores, second: Scores) -> Array:
    graded = (first.grade.notna() & second.grade.notna()).to_numpy()
    equal = (first.grade == second.grade).to_numpy(dtype=bool)
    return np.where(graded, equal.astype(float), np.nan)


def agreement_of(same_grade: Array) -> Iterator[float]:
    """Return, draw by draw, the share of people with the same grade twice."""
    for row in same_grade:
        told = row[np.isfinite(row)]
        if told.size:
            yield float(told.mean())
