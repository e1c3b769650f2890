"""Many sets of weights on the same points: totals and grades of each, as `score` gives them, in matrix products.

What a value is worth does not hang on weights, so points are computed once. A block of schemes is scored at a time, so
that memory does not grow with their number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from design_lab.composite import rank
from design_lab.errors import SchemeError
from design_lab.gradebook import ForcedGrades
from design_lab.rulebook import AmongPeers, Rule
from design_lab.scheme import Scheme
from design_lab.scoring.conditions import failing, protected
from design_lab.scoring.grades import NONE, best_open, capped, numbers, pools
from design_lab.scoring.panel import Panel
from design_lab.scoring.points import appraised, earned, positions, weighed
from design_lab.scoring.totals import HAIR, by_own_rule, closed, combine, dimension_names, rules_of, weight_of

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.integer[Any]]
_CELLS = 1 << 18  # totals that are worked on at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """The m people of one role and level: their rows, points (k, m), which there are and which tell people apart.

    `columns` are the indicators of each dimension, by its name.
    """

    rows: Numbers
    points: Array
    there: Array
    telling: Array
    columns: dict[str, Numbers]

    @property
    def complete(self) -> bool:
        return bool(self.there.all())

    def part(self, chosen: Flags, places: Numbers) -> _Group:
        kept = chosen[self.rows]
        return replace(
            self,
            rows=places[self.rows[kept]],
            points=np.ascontiguousarray(self.points[:, kept]),
            there=np.ascontiguousarray(self.there[:, kept]),
            telling=np.ascontiguousarray(self.telling[:, kept]),
        )


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
    `indicators`. Everything else is the scheme's, the dimension of an indicator too. `people` (n rows) are the panel's;
    `pool` (n,) numbers the pools in which they are graded.
    """

    scheme: Scheme
    people: pd.DataFrame
    indicators: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    pool: Numbers
    _groups: tuple[_Group, ...]
    _ruled: dict[str, list[tuple[Rule, Flags]]]  # the rules that dimensions have of their own
    _weighed: Flags  # (pairs, k), under the scheme itself
    _crossing: Flags  # (k,): points hang on who else is weighed, in another role or level
    _zeroed: Flags
    _unscored: Flags
    _ungraded: Flags
    _best: Numbers
    _refuse_chance: bool

    def __repr__(self) -> str:
        return f"Batch({self.scheme.name}: {len(self.people)} people, {', '.join(self.indicators)})"

    @classmethod
    def of(cls, panel: Panel, scheme: Scheme, *, medians: pd.DataFrame, refuse_chance: bool = True) -> Batch:
        """Compute the points of everybody on all that the scheme weighs; `score` has the same arguments.

        What a scheme does not weigh for a role and level has no points there, so that no other weights can use it.
        """
        of = weighed(panel.people, scheme)
        got = earned(panel, scheme, of, medians)
        absent = ~appraised(panel.people, scheme).to_numpy()
        values = got.points.to_numpy(np.float64)
        there = np.isfinite(values) & ~absent[:, None]
        telling = there & (panel.tells_apart(got.points.columns).to_numpy() != "no") if refuse_chance else there
        pairs, at = positions(panel.people)
        columns = list(scheme.indicators)
        placed = [scheme.dimension_of(*pair) for pair in pairs]
        groups = []
        for number, place in enumerate(placed):
            rows = np.flatnonzero(at == number)
            names = [place.get(indicator, "") for indicator in columns]
            groups.append(
                _Group(
                    rows=rows,
                    points=np.where(there[rows], np.nan_to_num(values[rows]), 0.0).T.copy(),
                    there=there[rows].T.astype(np.float64),
                    telling=telling[rows].T.astype(np.float64),
                    columns={one: np.flatnonzero([name == one for name in names]) for one in dict.fromkeys(names)},
                )
            )
        ruled = {name: rules_of(panel.people, scheme, name) for name in dimension_names(of)}
        return cls(
            scheme=scheme,
            people=panel.people,
            indicators=tuple(columns),
            pairs=tuple(pairs),
            pool=pools(panel.people, scheme),
            _groups=tuple(groups),
            _ruled={name: rules for name, rules in ruled.items() if rules},
            _weighed=np.array([[one in place for one in columns] for place in placed], dtype=bool),
            _crossing=np.array([_crosses(scheme, pairs, one) for one in columns], dtype=bool),
            _zeroed=failing(panel, scheme, "zero").to_numpy(),
            _unscored=failing(panel, scheme, "no_score").to_numpy() | absent,
            _ungraded=(protected(panel.people, scheme) | failing(panel, scheme, "no_grade")).to_numpy(),
            _best=best_open(panel, scheme),
            _refuse_chance=refuse_chance,
        )

    def stand_alone(self, chosen: Flags) -> bool:
        """Whether no total or grade of the people `chosen`, (n,), hangs on anybody else's, whatever the weights."""
        shared = np.intersect1d(self.pool[chosen], self.pool[~chosen]).size > 0
        among = self._crossing.any() or any(
            isinstance(r, AmongPeers) for rules in self._ruled.values() for r, _ in rules
        )
        return not among and not (shared and isinstance(self.scheme.grades, ForcedGrades))

    def part(self, chosen: Flags) -> Batch:
        """Return the batch of people who `stand_alone`, (n,), with the pairs that they are in; their points stay.

        Others raise `ValueError`.
        """
        if not self.stand_alone(chosen):
            raise ValueError("people are held against others who are left out")
        places = np.cumsum(chosen) - 1
        held = [number for number, group in enumerate(self._groups) if chosen[group.rows].any()]
        return replace(
            self,
            people=self.people.loc[chosen, ["role", "level", "team"]],
            pairs=tuple(self.pairs[number] for number in held),
            pool=self.pool[chosen],
            _groups=tuple(self._groups[number].part(chosen, places) for number in held),
            _ruled={name: [(rule, flags[chosen]) for rule, flags in rules] for name, rules in self._ruled.items()},
            _weighed=self._weighed[held],
            _zeroed=self._zeroed[chosen],
            _unscored=self._unscored[chosen],
            _ungraded=self._ungraded[chosen],
            _best=self._best[chosen],
        )

    def weights(self, schemes: Iterable[Scheme]) -> Array:
        """Return the weights (schemes, pairs, k) of schemes that differ from the batch's in weights alone.

        One that weighs something that the batch does not, or in another dimension, raises `SchemeError`.
        """
        found = []
        for scheme in schemes:
            for number, pair in enumerate(self.pairs):
                self._refuse(scheme, number, pair)
            stated = [scheme.weights(*pair) for pair in self.pairs]
            found.append([[shares.get(one, 0.0) for one in self.indicators] for shares in stated])
        return np.array(found, dtype=np.float64).reshape(-1, len(self.pairs), len(self.indicators))

    def _refuse(self, scheme: Scheme, number: int, pair: tuple[str, str]) -> None:
        placed = self.scheme.dimension_of(*pair)
        for indicator, dimension in scheme.dimension_of(*pair).items():
            if placed.get(indicator) != dimension:
                raise SchemeError(
                    f"scheme {scheme.name}: {indicator} is weighed in {dimension} for {' '.join(pair)}, but scheme "
                    f"{self.scheme.name} has points for it in {placed.get(indicator, 'no dimension')}; score it alone"
                )

    def blocks(self, weights: Array, *, graded: bool = True) -> Iterator[Block]:
        """Score and grade a block of schemes at a time; without `graded` everybody's grade is none.

        Weights of the wrong shape, below 0 or not summing to 1 raise `ValueError`; so do weights that let people be
        compared with others than under the batch's scheme, where a rule holds them against other roles or levels.
        """
        self._check(weights)
        size = max(1, _CELLS // max(len(self.people), 1))
        for start in range(0, len(weights), size):
            which = slice(start, min(start + size, len(weights)))
            totals = self._totals(weights[which])
            given = self._grades(weights[which], totals) if graded else np.full(totals.shape, NONE, dtype=np.int8)
            yield Block(which=which, totals=totals, grades=given)

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
        found = np.zeros((len(weights), len(self.people)))
        if self._linear:
            for number, group in enumerate(self._groups):
                inside = np.zeros(len(self.indicators))
                for name in chosen & set(group.columns):
                    inside[group.columns[name]] = 1.0
                there = weights[:, number] @ group.there
                parts = (weights[:, number] * inside) @ group.points
                found[:, group.rows] = np.divide(parts, there, out=np.zeros(there.shape), where=there > 0)
            return found
        weight, added, _ = self._dimensions(weights)
        present = sum(weight.values())
        for name in chosen & set(weight):
            found += weight[name] * added[name] / np.where(present > 0, present, 1.0)
        return found

    def known(self) -> Iterator[tuple[Numbers, Array]]:
        """Return, pair by pair, the rows of its m people and on which indicators they have points, (k, m), 1 or 0."""
        for group in self._groups:
            yield group.rows, group.there

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
        if not (weights.min(initial=0.0) >= 0 and np.abs(weights.sum(axis=2) - 1).max(initial=0.0) <= HAIR):
            raise ValueError("weights must be shares of 0 or more that sum to 1 for each role and level")
        moved = ((weights > 0) != self._weighed).any(axis=(0, 1)) & self._crossing
        if moved.any():
            names = [one for one, off in zip(self.indicators, moved, strict=True) if off]
            raise ValueError(f"{', '.join(names)}: people are held against other roles, so all must stay weighed on it")

    def _totals(self, weights: Array) -> Array:
        totals = self._sums(weights) if self._linear else self._combined(weights)
        totals = closed(totals, self.scheme)
        if self._zeroed.any():
            totals[:, self._zeroed] = np.where(np.isnan(totals[:, self._zeroed]), np.nan, 0.0)
        totals[:, self._unscored] = np.nan
        return totals

    def _sums(self, weights: Array) -> Array:
        """Totals before bounds where nothing but sums makes them."""
        least = max(self.scheme.missing.min_weight / 100 - HAIR, HAIR)
        totals = np.empty((len(weights), len(self.people)))
        for number, group in enumerate(self._groups):
            sums = weights[:, number] @ group.points
            if not group.complete:
                there = weights[:, number] @ group.there
                sums /= np.where(there >= least, there, np.nan)
            totals[:, group.rows] = sums
        return totals

    def _combined(self, weights: Array) -> Array:
        """Totals before bounds under any aggregation, dimension by dimension."""
        weight, _, combined = self._dimensions(weights)
        weighing, values = (np.stack([*by_name.values()], axis=-1) for by_name in (weight, combined))
        present = weighing.sum(axis=-1)
        shares = weighing / np.where(present > 0, present, 1.0)[..., None]
        enough = (present > 0) & (present >= self.scheme.missing.min_weight / 100 - HAIR)
        return np.where(enough, combine(values, shares, self.scheme.aggregation.over), np.nan)

    def _dimensions(self, weights: Array) -> tuple[dict[str, Array], dict[str, Array], dict[str, Array]]:
        """By dimension: what it weighs, what its points add up to and are combined to, each (schemes, n)."""
        shape = (len(weights), len(self.people))
        names = dict.fromkeys(name for group in self._groups for name in group.columns if name)
        weight, added, combined = ({name: np.zeros(shape) for name in names} for _ in range(3))
        for number, group in enumerate(self._groups):
            for name, columns in group.columns.items():
                if name:
                    found = self._within(weights[:, number][:, columns], group, columns)
                    for kept, one in zip((weight, added, combined), found, strict=True):
                        kept[name][:, group.rows] = one
        for name, rules in self._ruled.items():
            for row in range(len(weights)):
                weight[name][row], combined[name][row], ruled = by_own_rule(
                    self.people, rules, weight[name][row], combined[name][row]
                )
                added[name][row] = np.where(ruled, combined[name][row], added[name][row])
        return weight, added, combined

    def _within(self, weights: Array, group: _Group, columns: Numbers) -> tuple[Array, Array, Array]:
        there, points = group.there[columns], group.points[columns]
        present = weights @ there
        size = np.where(present > 0, present, 1.0)
        added = weights @ points / size
        by = self.scheme.aggregation.within
        if by.method == "arithmetic":
            combined = added
        else:
            shares = weights[:, None, :] * there.T / size[..., None]
            combined = np.where(present > 0, combine(np.broadcast_to(points.T, shares.shape), shares, by), 0.0)
        return weight_of(weights.sum(axis=1)[:, None], present, self.scheme.missing), added, combined

    def _grades(self, weights: Array, totals: Array) -> Numbers:
        compared = totals.copy()
        compared[:, self._ungraded] = np.nan
        if self._refuse_chance:
            least = self.scheme.missing.min_weight / 100 - HAIR
            for number, group in enumerate(self._groups):
                if not group.telling.all():
                    alike = weights[:, number] @ group.telling < least
                    compared[:, group.rows] = np.where(alike, np.nan, compared[:, group.rows])
        return capped(numbers(compared, self.scheme.grades, self.pool), self._best)


def _crosses(scheme: Scheme, pairs: list[tuple[str, str]], indicator: str) -> bool:
    """Whether a rule for the indicator holds people of one role and level against those of another."""
    held = [scheme.rules_for(*pair).get(indicator) for pair in pairs]
    among = [rule for rule in held if isinstance(rule, AmongPeers) and not {"role", "level"} <= set(rule.peers)]
    return len(among) > 1
