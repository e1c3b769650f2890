"""What each of many sets of weights would have been worth, measured on the same people: sums over matrix products."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from design_lab.evaluation.search.space import Percents, Space
from design_lab.gradebook import ForcedGrades
from design_lab.scoring import Batch
from design_lab.scoring.batch import Block
from design_lab.scoring.grades import alike, stretch

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
Groups = npt.NDArray[np.integer[Any]]
_AT_ONCE = 4096  # schemes whose weights are spread over all roles and levels at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What totals are held against, of the n people of a panel; nothing here is counted in their totals.

    `goals` (n, g) are the goals' indicators in the quarter before, higher being better, missing where unknown; `groups`
    (n, h) whether somebody is in each group of employment, missing where unknown; `noise` (n, k) the variance of each
    indicator's points by measurement alone; `pay` (n,) is each person's performance pay at a coefficient of 1, `paid`
    what all of them get by today's grades.
    """

    goals: Array
    groups: Array
    noise: Array
    pay: Array
    paid: float

    def part(self, rows: Groups) -> Beside:
        """Return the same of the people at some rows."""
        own = {name: getattr(self, name)[rows] for name in ("goals", "groups", "noise", "pay")}
        return Beside(**own, paid=self.paid)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Each of many schemes, all (schemes,): what it would have been worth.

    `alignment` is the mean correlation of totals with the goals' indicators; `reliability` the share of the variance of
    totals that is not sampling error; `weight` the effective weight of the key dimensions; `gap` the largest difference
    between a group of employment and the others, in standard deviations; `pool` the change of the bonus pool against
    today, as a share; `distance` how many points of weight move. What cannot be told is NaN throughout.
    """

    alignment: Array
    reliability: Array
    weight: Array
    gap: Array
    pool: Array
    distance: Array

    def part(self, which: slice) -> Measured:
        """Return some of the schemes."""
        return Measured(**{name: getattr(self, name)[which] for name in self.__slots__})

    def at(self, place: int) -> dict[str, float]:
        """Return one scheme's figures by name."""
        return {name: float(getattr(self, name)[place]) for name in self.__slots__}


def measured(
    batch: Batch, today: Array, space: Space, weights: Percents, beside: Beside, *, key: tuple[str, ...]
) -> tuple[Measured, Measured]:
    """Measure the weights of `today`, (1, pairs, indicators), and `weights` (schemes, k), in percent, for a space.

    Everybody else keeps today's weights. Totals are held as deviations from the mean of role and level. Who has no
    total under a scheme is left out of it; who has no value of a goal counts as average on it.
    """
    ground = _Ground(batch, today, space, beside)
    rows = [ground.of(block, shares, key) for block, shares in ground.blocks(weights)]
    alignment, reliability, weight, gap, paid = (np.concatenate(column) for column in zip(*rows, strict=True))
    moved = np.abs(weights - space.today).sum(axis=1) / 2 + space.elsewhere / 2
    found = Measured(
        alignment=alignment,
        reliability=reliability,
        weight=weight,
        gap=gap,
        pool=np.round((paid - paid[0]) / beside.paid, 12),
        distance=np.concatenate([[0.0], moved]),
    )
    return found.part(slice(1)), found.part(slice(1, None))


def paid_in_all(batch: Batch, today: Array, pay: Array) -> float:
    """Return what performance pay (n,), stated at a coefficient of 1, sums to by the grades under today's weights."""
    return float(_worth(batch)[batch.grades(today)[0]] @ pay)


def _worth(batch: Batch) -> Array:
    """The coefficient of each grade, by its number; that of having none is the last."""
    grades = batch.scheme.grades
    return np.array([*grades.coefficients.values(), grades.ungraded])


def alignment_errors(
    batch: Batch,
    today: Array,
    space: Space,
    weights: Percents,
    beside: Beside,
    *,
    rng: np.random.Generator,
    draws: int,
) -> Array | None:
    """Return draws of the error of each scheme's alignment, (schemes, draws), from one joint bootstrap of teams.

    Schemes are measured on the same resampled people, those with a total under all of them. None with one team alone.
    """
    ground = _Ground(batch, today, space, beside)
    people = batch.people.iloc[ground.batch.rows[ground.rows]]
    teams = people.groupby("team", dropna=False).ngroup().to_numpy()
    count = int(teams.max()) + 1
    if count < 2:
        return None
    totals = np.concatenate([block.totals[:, ground.rows] for block, _ in ground.blocks(weights)])[1:]
    there = np.isfinite(totals).all(axis=0)
    times = np.stack([np.bincount(rng.integers(0, count, count), minlength=count)[teams] for _ in range(draws)], axis=1)
    whole = np.ones((int(there.sum()), 1))
    found = [
        _aligned(totals[:, there], ground.columns[there, : ground.goals], ground.cells[there], each)
        for each in (times[there].astype(np.float64), whole)
    ]
    return np.nan_to_num(found[0] - found[1])


def _aligned(totals: Array, goals: Array, cells: Groups, times: Array) -> Array:
    """The mean correlation, (schemes, b), of totals (schemes, n) with goals (n, g) within cells.

    People are counted so many `times` (n, b).
    """
    centred = totals - totals.mean(axis=1, keepdims=True)
    known = goals.any(axis=0)
    sums = [(centred * column) @ times for column in goals[:, known].T]
    variance = centred**2 @ times
    spreads = [column**2 @ times for column in goals[:, known].T]
    for cell in np.unique(cells):
        inside = cells == cell
        counted = times[inside]
        n = np.maximum(counted.sum(axis=0), 1e-12)
        first = centred[:, inside] @ counted
        variance -= first**2 / n
        for number, column in enumerate(goals[inside][:, known].T):
            second = column @ counted
            sums[number] -= first * second / n
            spreads[number] = spreads[number] - second**2 / n
    length = np.sqrt(np.where(variance > 1e-12, variance, np.nan))
    parts = [cov / length / np.sqrt(np.where(s > 1e-12, s, np.nan)) for cov, s in zip(sums, spreads, strict=True)]
    return np.asarray(np.mean(parts, axis=0))


class _Ground:
    """The people of one space within a batch, and what does not change with weights.

    The `batch` is that of the space's people where nobody else is held against them, else that of their role, else the
    whole.
    """

    def __init__(self, batch: Batch, today: Array, space: Space, beside: Beside) -> None:
        self.batch, self.space = _alone(batch, space), space
        self.beside = beside.part(self.batch.rows)
        self.today = today[:, [batch.pairs.index(pair) for pair in self.batch.pairs]]
        self.worth = _worth(batch)
        pairs = enumerate(self.batch.pairs)
        self.pairs = [n for n, (role, level) in pairs if role == space.role and level in space.levels]
        places = np.arange(len(self.batch.rows))
        rows = [places[self.batch.rows_of(pair)] for pair in self.pairs]
        self.rows = stretch(np.concatenate(rows))
        self.cells = np.repeat(np.arange(len(rows)), [len(one) for one in rows])
        self.member = np.eye(len(rows))[self.cells]
        self.goals = self.beside.goals.shape[1]
        self.columns = _centred(np.hstack([self.beside.goals, self.beside.groups])[self.rows], self.member)
        crossed = self.columns[:, None, :] * self.member[:, :, None]
        self.squares = np.hstack([self.columns**2, crossed.reshape(len(self.cells), -1), self.member])

    def spread(self, weights: npt.NDArray[Any]) -> Array:
        """Weights of every pair of the batch, (schemes, pairs, all indicators), from those of the space in percent."""
        batch, space = self.batch, self.space
        whole = np.repeat(self.today, len(weights), axis=0)
        places = [batch.indicators.index(one) for one in space.indicators]
        for number in self.pairs:
            whole[:, number] = 0.0
            whole[:, number, places] = weights / 100
        return whole

    def blocks(self, weights: Percents) -> Iterator[tuple[Block, Array]]:
        """Score today's weights and then so many at a time that those of all pairs take little memory."""
        for start in range(0, max(len(weights), 1), _AT_ONCE):
            shares = self.spread(weights[start : start + _AT_ONCE])
            if start == 0:
                shares = np.concatenate([self.today, shares])
            for block in self.batch.blocks(shares):
                yield block, shares[block.which]

    def pool(self, block: Block) -> Array:
        """What the grades of everybody in the batch pay, (schemes,)."""
        return np.asarray(self.worth.take(block.grades, mode="wrap") @ self.beside.pay)  # -1, no grade, is the last

    def of(self, block: Block, shares: Array, key: tuple[str, ...]) -> tuple[Array, ...]:
        """Alignment, reliability, weight of the key dimensions, gap and pool, each (schemes,)."""
        totals = block.totals[:, self.rows]
        there = alike(np.isfinite(totals))
        counted = there.astype(np.float64)
        deviation = self._deviations(totals, there, counted)
        squares = np.vecdot(deviation, deviation)
        size = np.where(squares > 1e-12, squares, np.nan)
        people = counted.sum(axis=1)
        goals, groups = np.split(self.columns.T @ deviation.T, [self.goals])
        of_goals, of_groups = np.split(self._spread(counted), [self.goals])
        deviant = np.sqrt(size / np.maximum(people - 1, 1))
        noise = self.batch.variance_sums(shares, self.beside.noise, self._placed(counted))
        freedom = np.maximum(people - len(self.pairs), 1)
        return (
            _mean(goals / np.sqrt(of_goals) / np.sqrt(size)),
            1 - noise / np.maximum(people, 1) / (size / freedom),
            self.batch.added_sums(shares, key, self._placed(deviation)) / size,
            _greatest(np.abs(groups / of_groups / deviant)),
            self.pool(block),
        )

    def _placed(self, of: Array) -> Array:
        """What is held of the space's people, (schemes, n), among everybody of the batch, 0 for the others."""
        if len(self.cells) == len(self.batch.rows):
            return of
        found = np.zeros((len(of), len(self.batch.rows)))
        found[:, self.rows] = of
        return found

    def _deviations(self, totals: Array, there: npt.NDArray[np.bool_], counted: Array) -> Array:
        """Totals (schemes, n) as deviations from the mean of their cell; 0 where missing."""
        found = _emptied(totals.copy(), there)
        found -= found @ self.member / np.maximum(counted @ self.member, 1) @ self.member.T
        return _emptied(found, there)

    def _spread(self, counted: Array) -> Array:
        """The sum of squares of the columns (n, c) within cells, (c, schemes), among who is counted, (schemes, n).

        Missing where a column is the same for all of them.
        """
        cells, columns = self.member.shape[1], self.columns.shape[1]
        squares, sums, sizes = np.split(self.squares.T @ counted.T, [columns, columns * (1 + cells)])
        between = sums.reshape(cells, columns, -1) ** 2 / np.maximum(sizes, 1)[:, None]
        found = squares - between.sum(axis=0)
        return np.where(found > 1e-9, found, np.nan)


def _alone(batch: Batch, space: Space) -> Batch:
    """The smallest part of a batch with the people of a space in which nobody is held against somebody outside it."""
    everybody = range(len(batch.pairs))
    of_role = [number for number in everybody if batch.pairs[number][0] == space.role]
    of_levels = [number for number in of_role if batch.pairs[number][1] in space.levels]
    parts = (batch.part(pairs) for pairs in (of_levels, of_role, everybody))
    return next(part for part in parts if part is not None)


def _emptied(totals: Array, there: npt.NDArray[np.bool_]) -> Array:
    """Set totals (schemes, n) to 0, in place, where nobody is there."""
    totals[(slice(None), ~there[0]) if len(there) == 1 else ~there] = 0.0
    return totals


def agreement(reliability: Array, grades: ForcedGrades) -> Array:
    """Return the share of people with the same grade on a re-run, by the reliability of normal totals, (...).

        Given a true value z the chance of each grade is normal, and two measurements agree with the sum of its squares;
        the mean over z is taken by Gauss and Hermite's rule.

        >>> from design_lab.gradebook import ForcedGrades
    >>> shares = {"A": 20, "B": 40, "C": 30, "D": 10}
    >>> worth = dict.fromkeys(shares, 1.0)
    >>> usual = ForcedGrades(method="forced", pool="all", ties="better", shares=shares, coefficients=worth)
    >>> agreement(np.array([0.5, 0.7, 0.8, 0.9]), usual).round(2)
    array([0.42, 0.52, 0.59, 0.7 ])
    """
    from scipy import stats

    nodes, masses = np.polynomial.hermite_e.hermegauss(120)
    bounds = stats.norm.isf(np.clip(np.cumsum([*grades.shares.values()]) / 100, 0, 1)[:-1])
    true = np.clip(np.asarray(reliability), 0.0, 1 - 1e-6)[..., None, None]
    above = stats.norm.sf((bounds[:, None] - np.sqrt(true) * nodes) / np.sqrt(1 - true))
    edges = np.concatenate([np.zeros_like(above[..., :1, :]), above, np.ones_like(above[..., :1, :])], axis=-2)
    same = (np.diff(edges, axis=-2) ** 2).sum(axis=-2)
    return np.asarray(same @ masses / masses.sum())


def _centred(values: Array, member: Array) -> Array:
    """Columns (n, c) as deviations from the mean of their cell among who is known; 0 where unknown."""
    known = np.isfinite(values)
    held = np.where(known, values, 0.0)
    means = member.T @ held / np.maximum(member.T @ known, 1)
    return np.where(known, held - member @ means, 0.0)


def _mean(rows: Array) -> Array:
    """The mean over the rows (c, schemes) that are known, (schemes,)."""
    known = np.isfinite(rows).any(axis=1)
    return np.asarray(rows[known].mean(axis=0) if known.any() else np.full(rows.shape[1], np.nan))


def _greatest(rows: Array) -> Array:
    known = np.isfinite(rows).any(axis=1)
    return np.asarray(rows[known].max(axis=0) if known.any() else np.full(rows.shape[1], np.nan))


def employment(people: pd.DataFrame, *, least: int) -> Array:
    """Return who is in each kind of employment of at least `least` people, (n, h); NaN where the kind is not known."""
    held = people["employment_type"]
    sizes = held.value_counts()
    kinds = [kind for kind in sorted(sizes.index) if min(sizes[kind], sizes.sum() - sizes[kind]) >= least]
    columns = [held.eq(kind).to_numpy(dtype=np.float64) for kind in kinds]
    flags: Array = np.stack(columns, axis=1) if columns else np.zeros((len(people), 0))
    flags[held.isna().to_numpy()] = np.nan
    return flags
