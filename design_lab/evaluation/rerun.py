"""The appraisal run again: what another, equally good measurement of the same people would have given.

People's true values are drawn from what their role and their own observations say of them, and measured twice with the
sampling error of their own number of observations. Whatever differs between two measurements of the same truth is
noise; this holds for every scheme, whatever its rules, vetoes and grades do to a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from design_lab.parallel import each
from design_lab.scheme import Scheme
from design_lab.scoring import InForce, Panel, Scores, everybody
from design_lab.scoring.in_force import BatchInForce
from design_lab.scoring.points import holding, weighed
from design_lab.scoring.points import worth as points_of

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.integer[Any]]
DRAWS = 50
_CELLS = 1 << 21  # values that are measured at a time


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Rerun:
    """Pairs of measurements of the same people under one scheme.

    `realised` is what was really scored, n people in its order; `noise` (n, d) the covariance of each contribution with
    the total over measurements of one person, so that a row sums to `total_variance` (n,), the variance of her total by
    measurement alone (0 for people without a score); `grade_noise` (n, d) the covariance with the pay coefficient of
    her grade, and `grade_variance` (n,) the variance of that, both 0 for people without a grade; `same_grade` (draws,
    n) whether both measurements gave the same grade, NaN without a grade in either; `truths` (draws, n) by indicator of
    the panel; `unmeasured` (n, k) by indicator of the scheme, whether it gave points whose error is not known and was
    taken as none.
    """

    realised: Scores
    noise: pd.DataFrame
    total_variance: pd.Series
    grade_noise: pd.DataFrame
    grade_variance: pd.Series
    same_grade: Array
    truths: dict[str, Array]
    unmeasured: pd.DataFrame


def rerun(
    panel: Panel,
    realised: Scores,
    *,
    medians: pd.DataFrame,
    rng: np.random.Generator,
    draws: int = DRAWS,
    held: InForce | None = None,
) -> Rerun:
    """Measure everybody twice in each of `draws` draws and score both, under the scheme of `realised`.

    Where `held` says that other schemes were in force beside it, their people are measured and scored under theirs.

    True values are normal around the shrunk value with the variance that the data leave open; errors are normal and
    independent between indicators, which is not so where two count the same ratings. Shares stay within 0 and 1.
    """
    import pandas as pd

    model, held = models(panel), (held or everybody(panel, realised.scheme)).stating(realised.scheme)
    people, like = len(realised.people), realised.contributions
    of_total, of_grade, of_coefficient = _Mean(like.shape), _Mean(like.shape), _Mean((people, 1))
    same, truths = np.full((draws, people), np.nan), {name: np.empty((draws, people)) for name in model}
    scheme, mine = realised.scheme, panel.people.index.isin(realised.people.index)
    scoring = BatchInForce(panel, held, scheme, medians=medians)
    worth = np.array([*(scheme.grades.coefficients[name] for name in scheme.grades.names()), np.nan])
    size = max(1, _CELLS // max(2 * panel.values.size, 1))
    tasks = ((panel, model, scoring, streams) for streams in _in_parts(rng.spawn(draws), size))
    draw = 0
    for drawn, given, added in each(_twice, tasks):
        grades, coefficients = given[:, mine], worth[given[:, mine]]
        made = np.stack([added[str(name)] for name in like.columns], axis=-1)[:, mine]
        for truth, first in zip(drawn, range(0, len(given), 2), strict=True):
            apart = made[first] - made[first + 1]
            paid = (coefficients[first] - coefficients[first + 1])[:, None]
            of_total.add(apart * apart.sum(axis=1, keepdims=True) / 2)
            of_grade.add(apart * paid / 2)
            of_coefficient.add(paid**2 / 2)
            same[draw] = np.where(np.isfinite(paid[:, 0]), grades[first] == grades[first + 1], np.nan)
            for name, values in truth.items():
                truths[name][draw] = values[mine]
            draw += 1
    noise, grade_noise = (pd.DataFrame(one.mean, like.index, like.columns) for one in (of_total, of_grade))
    return Rerun(
        realised=realised,
        noise=noise,
        total_variance=noise.sum(axis="columns"),
        grade_noise=grade_noise,
        grade_variance=pd.Series(of_coefficient.mean[:, 0], like.index),
        same_grade=same,
        truths=truths,
        unmeasured=_unmeasured(panel, realised),
    )


def _twice(
    panel: Panel, model: Mapping[str, Model], scoring: BatchInForce, streams: Sequence[np.random.Generator]
) -> tuple[list[dict[str, Array]], Numbers, Mapping[str, Array]]:
    """Draw true values from each stream and measure them twice: the truths, grades and contributions added."""
    truths = [{name: found.truth(stream) for name, found in model.items()} for stream in streams]
    measured = [
        _measured(panel, model, truth, stream) for truth, stream in zip(truths, streams, strict=True) for _ in range(2)
    ]
    return truths, *scoring.again(measured)


def _in_parts(streams: Sequence[np.random.Generator], size: int) -> Iterator[Sequence[np.random.Generator]]:
    """Yield streams some at a time."""
    yield from (streams[start : start + size] for start in range(0, len(streams), size))


class _Mean:
    """Means over draws, (n, m), of those draws in which a person has values; 0 where she never has."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._sum, self._seen = np.zeros(shape), np.zeros((shape[0], 1))

    def add(self, values: Array) -> None:
        """Add one draw, (n, m)."""
        there = np.isfinite(values).all(axis=1)
        self._sum[there] += values[there]
        self._seen[there] += 1

    @property
    def mean(self) -> Array:
        """The means so far."""
        return self._sum / np.maximum(self._seen, 1)


def _unmeasured(panel: Panel, realised: Scores) -> pd.DataFrame:
    """Whose points come from an indicator whose error is not known in the person's role, (n, k)."""
    untested = panel.tells_apart(realised.points.columns).loc[realised.points.index] == "untested"
    return realised.points.notna() & untested


def remeasured(panel: Panel, model: Mapping[str, Model], *, rng: np.random.Generator, draws: int) -> tuple[Panel, ...]:
    """Return the panel measured again in each of `draws` draws, once, of true values drawn as `rerun` draws them.

    `model` is what `models` says of it; an indicator whose error is not known keeps its values.
    """
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
    roles = panel.people["role"].astype(str)
    found = {role: signal for role in roles.unique() if (signal := panel.signals.get((role, name)))}
    if not found:
        return None
    between = roles.map({role: one.between_variance for role, one in found.items()}).fillna(0.0).to_numpy(float)
    within = roles.map({role: one.within_variance for role, one in found.items()}).fillna(0.0).to_numpy(float)
    error = within / np.maximum(counts, 1)
    left_open = np.divide(between * error, between + error, out=np.zeros(values.size), where=between + error > 0)
    drawn = shrunk[name].to_numpy(float)
    return Model(
        mean=np.where(np.isfinite(drawn), drawn, values),
        spread=np.sqrt(left_open),
        error=np.sqrt(error),
        share=panel.cards[name].unit == "share",
    )


def _measured(panel: Panel, model: Mapping[str, Model], truth: dict[str, Array], rng: np.random.Generator) -> Panel:
    """The panel with everybody measured once more."""
    import pandas as pd

    columns = {str(name): panel.values[name].to_numpy(float) for name in panel.values}
    for name, found in model.items():
        columns[name] = np.where(np.isnan(columns[name]), np.nan, found.measured(truth[name], rng))
    return replace(panel, values=pd.DataFrame(columns, panel.values.index))


def points_noise(
    panel: Panel, scheme: Scheme, *, medians: pd.DataFrame, rng: np.random.Generator, draws: int = DRAWS
) -> Array:
    """Return the variance of each person's points by measurement alone, (n, k) by the scheme's indicators.

    Measured as in `rerun`; it does not hang on weights. 0 where a person has no points or the error is not known.
    """
    known = models(panel)
    model = {name: known[name] for name in scheme.indicators if name in known}
    held = holding(panel.people, scheme, weighed(panel.people, scheme), medians)
    squares, seen = (np.zeros((len(panel.people), len(scheme.indicators))) for _ in range(2))
    for apart in each(_points_apart, ((panel, model, scheme, held, stream) for stream in rng.spawn(draws))):
        squares += np.nan_to_num(apart) ** 2 / 2
        seen += np.isfinite(apart)
    return squares / np.maximum(seen, 1)


def _points_apart(
    panel: Panel, model: Mapping[str, Model], scheme: Scheme, held: Any, stream: np.random.Generator
) -> Array:
    """By how much the points of two measurements of the same true values differ, (n, k)."""
    truth = {name: found.truth(stream) for name, found in model.items()}
    first, second = (points_of(_measured(panel, model, truth, stream), scheme, held) for _ in range(2))
    return first - second


def agreement_of(same_grade: Array) -> Iterator[float]:
    """Return, draw by draw, the share of people with the same grade twice."""
    for row in same_grade:
        told = row[np.isfinite(row)]
        if told.size:
            yield float(told.mean())
