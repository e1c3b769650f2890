"""Many sets of weights on the same points: totals and grades of each, as `score` gives them, in matrix products.

What a value is worth does not hang on weights, so points are computed once. A block of schemes is scored at a time, so
that memory does not grow with their number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from design_lab.composite import rank
from design_lab.errors import SchemeError
from design_lab.gradebook import ForcedGrades
from design_lab.rulebook import AmongPeers, Rule
from design_lab.scheme import Scheme
from design_lab.scoring.grades import NONE, Rows, capped, numbers, pools, share_pools
from design_lab.scoring.layout import Ground, Group, Measured, ground, measured, mixed, part, times, without
from design_lab.scoring.panel import Panel
from design_lab.scoring.points import weighed
from design_lab.scoring.shared_out import per_weight, summed, within
from design_lab.scoring.totals import HAIR, by_own_rule, closed, combine, dimension_names, rules_of

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.integer[Any]]
_CELLS = 1 << 16  # totals that are worked on at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Some of many schemes, those at `which`: totals (schemes, n), NaN without one, and grades (schemes, n).

    A grade is a number in the scheme's order, 0 being the best and -1 none.
    """

    which: slice
    totals: Array
    grades: Numbers


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Batch:
    """One panel's points under one scheme's rules, ready for any weights.

    Weights are an array (schemes, pairs, k) of shares that sum to 1 for each of the `pairs` of role and level, of the k
    `indicators`. Everything else is the scheme's, the dimension of an indicator too. `people` are the panel's, `rows`
    (n,) those of them who are scored; `pool` (n,) numbers the pools in which they are graded.
    """

    scheme: Scheme
    people: pd.DataFrame
    rows: Numbers
    indicators: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    pool: Numbers
    _ground: Ground
    _measured: Measured
    _ruled: dict[str, list[tuple[Rule, Flags]]]  # the rules that dimensions have of their own
    _refuse_chance: bool

    def __repr__(self) -> str:
        return f"Batch({self.scheme.name}: {len(self.rows)} people, {', '.join(self.indicators)})"

    @classmethod
    def of(cls, panel: Panel, scheme: Scheme, *, medians: pd.DataFrame, refuse_chance: bool = True) -> Batch:
        """Compute the points of everybody on all that the scheme weighs; `score` has the same arguments.

        What a scheme does not weigh for a role and level has no points there, so that no other weights can use it.
        """
        people = panel.people
        known = ground(panel, scheme, medians=medians, refuse_chance=refuse_chance)
        ruled = {name: rules_of(people, scheme, name) for name in dimension_names(weighed(people, scheme))}
        return cls(
            scheme=scheme,
            people=people,
            rows=np.arange(len(people)),
            indicators=tuple(scheme.indicators),
            pairs=known.pairs,
            pool=pools(people, scheme),
            _ground=known,
            _measured=measured(panel, scheme, known),
            _ruled={name: rules for name, rules in ruled.items() if rules},
            _refuse_chance=refuse_chance,
        )

    def again(self, panel: Panel) -> Batch:
        """Return the batch of the same people with other values; what does not hang on values is not made again.

        A panel with another frame of people raises `ValueError`; so does a part of a batch.
        """
        if panel.people is not self.people or not self._ground.held:
            raise ValueError("the panel has other people; make a batch of it")
        return replace(self, _measured=measured(panel, self.scheme, self._ground))

    @staticmethod
    def mixed(batches: Sequence[Batch], at: Numbers) -> Batch:
        """Return a batch that scores the weights of row r by the points of `batches[at[r]]`.

        The batches are of one scheme and the same people (`again`). Totals and grades then want as many rows of weights
        as `at` has, all in one block.
        """
        return replace(batches[0], _measured=mixed(batches[0]._ground, [one._measured for one in batches], at))

    def _stand_alone(self, pairs: Collection[int]) -> bool:
        """Whether no total or grade of the people of some `pairs`, by number, hangs on anybody else's, ever."""
        if len(pairs) == len(self.pairs):
            return True
        among = self._ground.crossing.any() or any(
            isinstance(rule, AmongPeers) for rules in self._ruled.values() for rule, _ in rules
        )
        chosen = np.zeros(len(self.rows), dtype=bool)
        for number in pairs:
            chosen[self._ground.rows[number]] = True
        return not (among or (isinstance(self.scheme.grades, ForcedGrades) and share_pools(self.pool, chosen)))

    def part(self, pairs: Collection[int]) -> Batch | None:
        """Return the batch of the people of some `pairs`, by number; None if they are held against anybody else.

        They stand in an order of its own, at `rows`: pair by pair, so that a block of totals is made without copies.
        Their points stay.
        """
        if not self._stand_alone(pairs):
            return None
        order, known, values = part(self._ground, self._measured, pairs)
        return replace(
            self,
            rows=self.rows[order],
            pairs=known.pairs,
            pool=self.pool[order],
            _ground=known,
            _measured=values,
            _ruled={name: [(rule, flags[order]) for rule, flags in rules] for name, rules in self._ruled.items()},
        )

    def rows_of(self, pair: int) -> Rows:
        """Return which of the people who are scored, (n,), are of one of the `pairs`."""
        return self._ground.rows[pair]

    def weights(self, schemes: Iterable[Scheme]) -> Array:
        """Return the weights (schemes, pairs, k) of schemes that differ from the batch's in weights alone.

        One that weighs something that the batch does not, or in another dimension, raises `SchemeError`.
        """
        found = [
            self._shares(scheme, pair, placed)
            for scheme in schemes
            for pair, placed in zip(self.pairs, self._ground.placed, strict=True)
        ]
        return np.array(found, dtype=np.float64).reshape(-1, len(self.pairs), len(self.indicators))

    def _shares(self, scheme: Scheme, pair: tuple[str, str], placed: dict[str, str]) -> list[float]:
        shares = {}
        for indicator, dimension, share in scheme.weighed(*pair):
            if placed.get(indicator) != dimension:
                raise SchemeError(
                    f"scheme {scheme.name}: {indicator} is weighed in {dimension} for {' '.join(pair)}, but scheme "
                    f"{self.scheme.name} has points for it in {placed.get(indicator, 'no dimension')}; score it alone"
                )
            shares[indicator] = share
        return [shares.get(one, 0.0) for one in self.indicators]

    def blocks(self, weights: Array, *, graded: bool = True) -> Iterator[Block]:
        """Score and grade a block of schemes at a time; without `graded` everybody's grade is none.

        Weights of the wrong shape, below 0 or not summing to 1 raise `ValueError`; so do weights that let people be
        compared with others than under the batch's scheme, where a rule holds them against other roles or levels.
        """
        self._check(weights)
        size = max(1, _CELLS // max(len(self.rows), 1))
        for start in range(0, len(weights), size):
            which = slice(start, min(start + size, len(weights)))
            totals = self._totals(weights[which])
            given: Numbers = np.full(totals.shape, NONE, dtype=np.int8)
            if graded:
                given = self.grade(self._compared(weights[which], totals), self.best)
            yield Block(which=which, totals=totals, grades=given)

    def compared(self, weights: Array) -> Array:
        """Return the totals by which people are graded, (schemes, n), NaN for who is not; all in one block."""
        self._check(weights)
        return self._compared(weights, self._totals(weights))

    def grade(self, compared: Array, best: Numbers) -> Numbers:
        """Return the grades (schemes, n) of totals as `compared` gives them, none better than `best`."""
        return capped(numbers(compared, self.scheme.grades, self.pool), best)

    @property
    def best(self) -> Numbers:
        """The best grade that conditions leave open to each person, (n,), or (schemes, n) of a mixed batch."""
        return self._measured.best

    def totals(self, weights: Array) -> Array:
        """Return everybody's total under each scheme, (schemes, n), NaN without one."""
        return np.concatenate([block.totals for block in self.blocks(weights, graded=False)])

    def grades(self, weights: Array) -> Numbers:
        """Return everybody's grade under each scheme, (schemes, n): its number in the scheme's order, -1 for none."""
        return np.concatenate([block.grades for block in self.blocks(weights)])

    def ranks(self, totals: Array) -> Numbers:
        """Return the ranks of totals (schemes, n) within their pools, 1 being best; who has no total comes last."""
        if not self.pool.any():
            return rank(totals)
        ranks = np.empty(totals.shape, dtype=np.int64)
        for one in np.unique(self.pool):
            members = np.flatnonzero(self.pool == one)
            ranks[..., members] = rank(totals[..., members])
        return ranks

    def added(self, weights: Array, dimensions: Iterable[str]) -> Array:
        """Return what some dimensions contribute to each total, their arithmetic part, (schemes, n); 0 without data."""
        self._check(weights)
        chosen = set(dimensions)
        found = np.zeros((len(weights), len(self.rows)))
        if self._linear:
            for number, (rows, columns, group) in enumerate(self._groups()):
                parts = times(weights[:, number] * self._inside(columns, chosen), group.points)
                found[:, rows] = per_weight(parts, weights[:, number], group)
            return found
        weight, added, _ = self._dimensions(weights)
        present = sum(weight.values())
        for name in chosen & set(weight):
            found += weight[name] * added[name] / np.where(present > 0, present, 1.0)
        return found

    def contributions(self, weights: Array) -> dict[str, Array]:
        """Return what each dimension, and `rules`, add to each total, (schemes, n) by name; NaN without a total.

        They sum to the total, as the contributions of `score` do.
        """
        self._check(weights)
        weight, added, _ = self._dimensions(weights)
        present = np.sum([*weight.values()], axis=0)
        size = np.where(self._enough(present), present, np.inf)
        found = {name: weight[name] * added[name] / size for name in weight}
        totals = self._totals(weights)
        scored = np.where(np.isnan(totals), np.nan, 0.0)
        found = {name: part + scored for name, part in found.items()}
        return found | {"rules": totals - np.sum([*found.values()], axis=0)}

    def added_sums(self, weights: Array, dimensions: Sequence[str], beside: Array) -> Array:
        """Return the sums over people of `beside`, (schemes, n), times what some dimensions contribute, (schemes,)."""
        if not self._linear:
            return np.asarray(np.vecdot(self.added(weights, dimensions), beside))
        found = np.zeros(len(weights))
        for number, (rows, columns, group) in enumerate(self._groups()):
            held = weights[:, number]
            found += summed(held * self._inside(columns, dimensions), group.points, held, group, beside[:, rows], 1)
        return found

    def weighing(self, weights: Array) -> tuple[dict[str, Array], dict[str, Array]]:
        """Return each dimension's weight on paper and in force, (schemes, n) by name, as `score` has them.

        In force are shares after sharing out over what is there, 0 without a total.
        """
        self._check(weights)
        weight, _, _ = self._dimensions(weights)
        present = np.sum([*weight.values()], axis=0)
        size = np.where(self._enough(present), present, np.inf)
        paper = {name: np.zeros(present.shape) for name in weight}
        for number, (rows, columns, _) in enumerate(self._groups()):
            for name in columns.keys() & paper.keys():
                paper[name][:, rows] = weights[:, number][:, columns[name]].sum(axis=1)[:, None]
        return paper, {name: one / size for name, one in weight.items()}

    def told_apart(self, weights: Array, totals: Array) -> Flags:
        """Return who has a total, of those (schemes, n) under `weights`, that is more than chance."""
        told = ~np.isnan(totals)
        for rows, some, chance in self._untold(weights):
            held = told[:, rows]
            held[:, some] &= ~chance
            if not isinstance(rows, slice):
                told[:, rows] = held
        return told

    def _untold(self, weights: Array) -> Iterator[tuple[Rows, Rows, Flags]]:
        """By pair of role and level: the rows, who of them may be no more than chance, and under which weights."""
        if not self._refuse_chance:
            return
        least = self.scheme.missing.min_weight / 100 - HAIR
        for number, (rows, _, group) in enumerate(self._groups()):
            if group.alike is not None:
                yield rows, group.alike, times(weights[:, number], group.telling[..., group.alike]) < least

    def known(self) -> Iterator[tuple[Rows, Array]]:
        """Return, pair by pair, the rows of its m people and on which indicators they have points, (k, m), 1 or 0."""
        return ((group.rows, group.there) for group in self._measured.groups)

    def variance_sums(self, weights: Array, noise: Array, counted: Array) -> Array:
        """Return the summed variance of totals of who is `counted`, (1 or schemes, n), (schemes,).

        It is that of sums over what is there, from the variance of points, `noise` (n, k), which vary apart.
        """
        found = np.zeros(len(weights))
        for number, (rows, _, group) in enumerate(self._groups()):
            held = weights[:, number]
            found += summed(held**2, noise[rows].T * group.there, held, group, counted[:, rows], 2)
        return found

    def _inside(self, columns: dict[str, Numbers], dimensions: Iterable[str]) -> Array:
        """1 for the indicators of some dimensions of a pair, (k,), else 0."""
        found = np.zeros(len(self.indicators))
        for name in set(dimensions) & set(columns):
            found[columns[name]] = 1.0
        return found

    def _groups(self) -> Iterator[tuple[Rows, dict[str, Numbers], Group]]:
        """By pair of role and level: the rows, the columns of each dimension, and the points."""
        groups = self._measured.groups
        return zip([group.rows for group in groups], self._ground.columns, groups, strict=True)

    @property
    def _linear(self) -> bool:
        """Whether a total is the weighted sum of points over the weight that is there, and no more."""
        over, within = self.scheme.aggregation.over.method, self.scheme.aggregation.within.method
        plain = over == within == "arithmetic" and self.scheme.missing.incomplete == "shrink"
        return plain and not self._ruled

    def _check(self, weights: Array) -> None:
        shape = (len(self.pairs), len(self.indicators))
        if weights.ndim != 3 or weights.shape[1:] != shape:
            raise ValueError(f"weights have shape {weights.shape}, but need (schemes, {shape[0]} pairs, {shape[1]})")
        sums = weights.reshape(-1, shape[1]) @ np.ones(shape[1])
        if not (weights.min(initial=0.0) >= 0 and np.abs(sums - 1).max(initial=0.0) <= HAIR):
            raise ValueError("weights must be shares of 0 or more that sum to 1 for each role and level")
        if not self._ground.crossing.any():
            return
        moved = ((weights > 0) != self._ground.weighed).any(axis=(0, 1)) & self._ground.crossing
        if moved.any():
            names = [one for one, off in zip(self.indicators, moved, strict=True) if off]
            raise ValueError(f"{', '.join(names)}: people are held against other roles, so all must stay weighed on it")

    def _totals(self, weights: Array) -> Array:
        totals = self._sums(weights) if self._linear else self._combined(weights)
        totals = closed(totals, self.scheme)
        if self._measured.zeroed.any():
            totals = np.where(self._measured.zeroed & ~np.isnan(totals), 0.0, totals)
        return without(totals, self._measured.unscored)

    def _sums(self, weights: Array) -> Array:
        """Totals before bounds where nothing but sums makes them."""
        least = max(self.scheme.missing.min_weight / 100 - HAIR, HAIR)
        totals = np.empty((len(weights), len(self.rows)))
        for number, (rows, _, group) in enumerate(self._groups()):
            straight = isinstance(rows, slice)
            sums = times(weights[:, number], group.points, out=totals[:, rows] if straight else None)
            if group.lacking is not None:
                there = times(weights[:, number], group.there[..., group.lacking])
                sums[:, group.lacking] /= np.where(there >= least, there, np.nan)
            if not straight:
                totals[:, rows] = sums
        return totals

    def _combined(self, weights: Array) -> Array:
        """Totals before bounds under any aggregation, dimension by dimension."""
        weight, _, combined = self._dimensions(weights)
        weighing, values = (np.stack([*by_name.values()], axis=-1) for by_name in (weight, combined))
        present = weighing.sum(axis=-1)
        shares = weighing / np.where(present > 0, present, 1.0)[..., None]
        return np.where(self._enough(present), combine(values, shares, self.scheme.aggregation.over), np.nan)

    def _enough(self, present: Array) -> Flags:
        return (present > 0) & (present >= self.scheme.missing.min_weight / 100 - HAIR)

    def _dimensions(self, weights: Array) -> tuple[dict[str, Array], dict[str, Array], dict[str, Array]]:
        """By dimension: what it weighs, what its points add up to and are combined to, each (schemes, n)."""
        shape = (len(weights), len(self.rows))
        names = dict.fromkeys(name for columns in self._ground.columns for name in columns if name)
        weight, added, combined = ({name: np.zeros(shape) for name in names} for _ in range(3))
        for number, (rows, columns, group) in enumerate(self._groups()):
            for name, inside in columns.items():
                if name:
                    found = within(weights[:, number][:, inside], group, inside, self.scheme)
                    for kept, one in zip((weight, added, combined), found, strict=True):
                        kept[name][:, rows] = one
        people = self.people.iloc[self.rows] if self._ruled else self.people
        for name, rules in self._ruled.items():
            for row in range(len(weights)):
                weight[name][row], combined[name][row], ruled = by_own_rule(
                    people, rules, weight[name][row], combined[name][row]
                )
                added[name][row] = np.where(ruled, combined[name][row], added[name][row])
        return weight, added, combined

    def _compared(self, weights: Array, totals: Array) -> Array:
        compared = without(totals.copy(), self._measured.ungraded)
        for rows, some, chance in self._untold(weights):
            held = compared[:, rows]
            held[:, some] = np.where(chance, np.nan, held[:, some])
            if not isinstance(rows, slice):
                compared[:, rows] = held
        return compared
