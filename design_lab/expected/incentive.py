"""What a scheme pays for: how expected pay moves when somebody does a little better on one indicator, others as today.

People answer incentives, not weights (Holmström and Milgrom 1991): beyond a cap, far from every cut or where nobody is
graded a weight pays for nothing, and under forced shares a rescaled score pays for what it paid for before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from design_lab.display import Shown
from design_lab.gradebook import FixedGrades
from design_lab.rulebook import AmongPeers, Rule
from design_lab.scheme import Scheme
from design_lab.scoring import Batch, Panel
from design_lab.scoring.grades import numbers

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.integer]
Mask = npt.NDArray[np.bool_]
CONDITION = "conditions"  # stands for the dimension of what is not weighed, but conditions the grade
_STEP = 0.1  # standard deviations up and down
_FOLDS = 10  # parts of a pool that are shifted apart where points hang on the others' values
_LEAST = 1e-9  # points of noise below which a cut is sharp


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Incentives(Shown):
    """What one standard deviation more on each indicator is worth in a period's expected pay, by role.

    `marginal` is keyed by `role`, `dimension` and `indicator`: `amount`, the mean over the `people` of the role of the
    slope of expected pay, per standard deviation of the indicator among them in its better direction, in the unit of
    the pay handed over; `share` of the sum of the role's amounts above 0; `moves`, how many of them could gain or
    lose. An indicator that conditions grades without being weighed stands under `conditions`. `shared` are indicators
    of a team's result, of which one person moves a small part only.
    """

    units: ClassVar = {"amount": "count", "share": "share", "moves": "people", "people": "people"}
    scheme: Scheme
    quarter: str
    marginal: pd.DataFrame
    shared: tuple[str, ...]

    def table(self) -> pd.DataFrame:
        """Return one row a role, dimension and indicator."""
        return self.marginal.reset_index()

    def by_dimension(self) -> pd.DataFrame:
        """Return what a standard deviation more on all indicators of a dimension is worth, roles by dimensions."""
        return self.marginal["amount"].groupby(["role", "dimension"], sort=False).sum().unstack(fill_value=0)

    def by_role(self) -> dict[str, dict[str, float]]:
        """Return the same as plain numbers, by role and dimension; what would cost pay counts as nothing."""
        rows = self.by_dimension().clip(lower=0.0)
        return {str(role): dict(zip(rows.columns, map(float, row), strict=True)) for role, *row in rows.itertuples()}


def incentives(panel: Panel, scheme: Scheme, *, medians: pd.DataFrame, noise: pd.Series, pay: pd.Series) -> Incentives:
    """Differentiate expected pay by each indicator, under the scheme's rules, caps, ladders, conditions and grades.

    `noise` (n,) is the variance of each person's total by measurement alone, as `rerun` gives it, `pay` (n,) her
    performance pay at a coefficient of 1, both by the panel's index; `medians` as in `score`. The chance of each grade
    is normal around the total, with cuts where they lie today: a person moves alone, so nobody else's grade does. Where
    points hang on others' values, a tenth of the people is shifted at a time. Missing noise or pay raises `ValueError`.
    """
    if noise.reindex(panel.people.index).isna().any() or pay.reindex(panel.people.index).isna().any():
        raise ValueError("noise and pay must state a number for everybody in the panel")
    batch, variance = Batch.of(panel, scheme, medians=medians), noise.reindex(panel.people.index).to_numpy(np.float64)
    grading = _Grading.of(panel, batch, batch.weights([scheme]), variance[None], pay)
    rows = [
        (role, dimension, name, float(slope[:, mine].mean()), int((slope[0, mine] != 0).sum()), int(mine.sum()))
        for role, dimension, name, slope, mine in _slopes_of_all(grading)
    ]
    return Incentives(
        scheme=scheme,
        quarter=panel.quarter,
        marginal=_framed(rows),
        shared=tuple(name for name in scheme.indicators if any(way.of == "team" for way in panel.cards[name].computed)),
    )


def worth_of_many(
    panel: Panel, batch: Batch, weights: Array, *, variance: Array, pay: pd.Series, role: str
) -> list[dict[str, float]]:
    """Return what each of many schemes pays a role for, by dimension, as `Incentives.by_role` says it of one.

    The schemes differ in `weights` (schemes, pairs, k) alone, as `batch` takes them; `variance` (schemes, n) is that of
    everybody's total by measurement alone. Points of a shifted indicator are made once for all of them.
    """
    grading = _Grading.of(panel, batch, weights, variance, pay)
    found: dict[str, Array] = {}
    for one, dimension, _, slope, mine in _slopes_of_all(grading):
        if one == role:
            found[dimension] = found.get(dimension, 0.0) + slope[:, mine].mean(axis=1)
    return [{name: float(max(value[place], 0.0)) for name, value in found.items()} for place in range(len(weights))]


def _slopes_of_all(grading: _Grading) -> Iterator[tuple[str, str, str, Array, Mask]]:
    for dimensions, indicator in _asked(grading.panel, grading.batch.scheme, grading.batch):
        yield from _slopes(grading, dimensions, indicator)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grading:
    """Everybody's place today: deviation (schemes, n), pay (n,), cuts (schemes, pools, grades - 1)."""

    panel: Panel
    batch: Batch
    weights: Array
    deviation: Array
    pay: Array
    cuts: Array
    folds: Numbers

    @classmethod
    def of(cls, panel: Panel, batch: Batch, weights: Array, variance: Array, pay: pd.Series) -> _Grading:
        index, scheme = panel.people.index, batch.scheme
        alone = not any(isinstance(rule, AmongPeers) or rule.shrink for rule in _rules(scheme))
        return cls(
            panel=panel,
            batch=batch,
            weights=weights,
            deviation=np.sqrt(np.maximum(variance, _LEAST**2)),
            pay=pay.reindex(index).to_numpy(np.float64),
            cuts=np.stack([_cuts(one, batch.pool, scheme) for one in batch.compared(weights)]),
            folds=np.zeros(len(index), dtype=np.int64) if alone else np.arange(len(index)) % _FOLDS,
        )

    def paid(self, values: Array, indicator: str) -> Array:
        """Everybody's expected pay, (schemes, n), if an indicator had these values, each person moving alone."""
        found = np.empty((len(self.weights), len(self.pay)))
        own = self.panel.values[indicator].to_numpy(np.float64)
        for fold in np.unique(self.folds):
            mine = self.folds == fold
            moved = self.panel.values.assign(**{indicator: np.where(mine, values, own)})
            found[:, mine] = self._expected(self.batch.again(replace(self.panel, values=moved)))[:, mine]
        return found

    def _expected(self, batch: Batch) -> Array:
        from scipy import special

        grades = batch.scheme.grades
        worth = np.array([*grades.coefficients.values()])
        total = batch.compared(self.weights)
        reached = special.ndtr((total[..., None] - self.cuts[:, batch.pool]) / self.deviation[..., None])
        reached = np.concatenate([reached, np.ones((*total.shape, 1))], axis=-1)
        chance = np.diff(reached, axis=-1, prepend=0.0)
        places = np.maximum(np.arange(len(worth)), np.broadcast_to(batch.best, total.shape)[..., None])
        coefficient = (chance * worth[places]).sum(axis=-1)
        return np.where(np.isnan(total), grades.ungraded, coefficient) * self.pay


def _cuts(compared: Array, pool: Numbers, scheme: Scheme) -> Array:
    """The total at which a grade begins in a pool, (pools, grades - 1): midway between who is in and who is not."""
    grades, size = scheme.grades, int(pool.max(initial=0)) + 1
    if isinstance(grades, FixedGrades):
        return np.tile(np.array([*grades.bounds.values()][:-1], dtype=np.float64), (size, 1))
    given, found = numbers(compared, grades, pool), np.full((size, len(grades.shares) - 1), np.inf)
    for one in np.unique(pool):
        totals, grade = (values[(pool == one) & ~np.isnan(compared)] for values in (compared, given))
        for place in range(found.shape[1]):
            inside, outside = totals[grade <= place], totals[grade > place]
            if inside.size:
                found[one, place] = (inside.min() + outside.max()) / 2 if outside.size else -np.inf
    return found


def _asked(panel: Panel, scheme: Scheme, batch: Batch) -> Iterator[tuple[Mapping[str, str], str]]:
    """Each indicator that is weighed or conditions a grade, with its dimension by role."""
    pairs = {pair: scheme.dimension_of(*pair) for pair in batch.pairs}
    for indicator in dict.fromkeys([*scheme.indicators, *scheme.eligibility]):
        if indicator not in panel.values:
            continue
        named = {pair[0]: placed[indicator] for pair, placed in pairs.items() if indicator in placed}
        if indicator in scheme.eligibility:
            named = dict.fromkeys((pair[0] for pair in pairs), CONDITION) | named
        yield named, indicator


def _slopes(
    grading: _Grading, dimensions: Mapping[str, str], indicator: str
) -> Iterator[tuple[str, str, str, Array, Mask]]:
    """By role: dimension, indicator, everybody's slope of expected pay by it, (schemes, n), and who is in the role."""
    panel = grading.panel
    role = panel.people["role"].astype(str).to_numpy()
    values, card = panel.values[indicator].to_numpy(np.float64), panel.cards[indicator]
    bounds = (0.0, 1.0) if card.unit == "share" else (-np.inf, np.inf)
    spread = np.full(len(values), np.nan)
    for one in dimensions:
        known = values[(role == one) & np.isfinite(values)]
        spread[role == one] = known.std(ddof=1) if known.size > 1 else np.nan
    step = _STEP * np.where(spread > 0, spread, np.nan) * (1 if card.better == "higher" else -1)
    ends = [np.clip(values + way * step, *bounds) for way in (1, -1)]
    # Where all values of a role are one but for rounding nobody can be moved by its spread.
    known = np.isfinite(values) & (ends[0] != ends[1]) & np.isfinite(step)
    up, down = (grading.paid(np.where(known, end, values), indicator) for end in ends)
    steps = np.where(
        known, (ends[0] - ends[1]) / np.where(known, step, 1.0) * _STEP, 1.0
    )  # in standard deviations, better being above 0
    slope = np.where(known, (up - down) / steps, 0.0)
    for one, dimension in dimensions.items():
        yield one, dimension, indicator, slope, role == one


def _rules(scheme: Scheme) -> list[Rule]:
    return [*scheme.rules.values(), *(rule for override in scheme.overrides for rule in override.rules.values())]


def _framed(rows: list[tuple[str, str, str, float, int, int]]) -> pd.DataFrame:
    import pandas as pd

    found = pd.DataFrame(rows, columns=["role", "dimension", "indicator", "amount", "moves", "people"])
    above = found["amount"].clip(lower=0)
    whole = above.groupby(found["role"]).transform("sum")
    found["share"] = (above / whole.where(whole > 0, 1.0)).where(whole > 0, 0.0)
    ordered = found[["role", "dimension", "indicator", "amount", "share", "moves", "people"]]
    return ordered.sort_values("role", kind="stable").set_index(["role", "dimension", "indicator"])
