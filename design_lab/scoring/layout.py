"""What a batch scores: where people stand, what does not hang on their values, and what their values make of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from design_lab.rulebook import AmongPeers
from design_lab.scheme import Scheme
from design_lab.scoring.conditions import failing, protected
from design_lab.scoring.grades import Rows, best_open, stretch
from design_lab.scoring.panel import Panel
from design_lab.scoring.points import Held, appraised, holding, positions, weighed, worth

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.integer[Any]]
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What does not hang on values: pairs of role and level, the rows of each, and its indicators by dimension.

    `placed` is the dimension of each weighed indicator by pair, `weighed` (pairs, k) what the scheme weighs, `crossing`
    (k,) which points hang on who else is weighed, in another role or level; `held` the rules in force; `absent` and
    `protected` (n,), `tells` (n, k) what tells apart.
    """

    pairs: tuple[Pair, ...]
    rows: tuple[Rows, ...]
    placed: tuple[dict[str, str], ...]
    columns: tuple[dict[str, Numbers], ...]
    weighed: Flags
    crossing: Flags
    held: tuple[Held, ...]
    absent: Flags
    protected: Flags
    tells: Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The points of the m people of one role and level, (k, m), which there are, and which tell people apart.

    They are those at `rows`, in that order. Where each row of weights has points of its own, all have the rows before:
    (schemes, k, m). `lacking` are those of the m who lack points on something, `alike` those whom something does not
    tell apart; None if nobody.
    """

    rows: Rows
    points: Array
    there: Array
    telling: Array
    lacking: Rows | None
    alike: Rows | None

    @classmethod
    def of(cls, rows: Rows, points: Array, there: Array, telling: Array) -> Group:
        """Lay out the points of the people at some rows."""
        return cls(rows=rows, points=points, there=there, telling=telling, lacking=_short(there), alike=_short(telling))

    def sorted(self) -> tuple[Array, Array, Array]:
        """Return the points, which there are and which tell apart, of the people in the order of their rows."""
        held = self.points, self.there, self.telling
        if isinstance(self.rows, slice):
            return held
        order = np.argsort(self.rows)
        return held[0].take(order, axis=-1), held[1].take(order, axis=-1), held[2].take(order, axis=-1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What values make of people: groups by pair; the best grade open, whose total is 0, none or not graded, (n,).

    Where each row of weights has values of its own, the flags are (schemes, n).
    """

    groups: tuple[Group, ...]
    best: Numbers
    zeroed: Flags
    unscored: Flags
    ungraded: Flags


def ground(panel: Panel, scheme: Scheme, *, medians: pd.DataFrame, refuse_chance: bool) -> Ground:
    """Lay out a panel's people under a scheme."""
    people, columns = panel.people, list(scheme.indicators)
    pairs, at = positions(people)
    placed = [scheme.dimension_of(*pair) for pair in pairs]
    named = [[place.get(indicator, "") for indicator in columns] for place in placed]
    tells = np.ones((len(people), len(columns)), dtype=bool)
    return Ground(
        pairs=tuple(pairs),
        rows=tuple(stretch(np.flatnonzero(at == number)) for number in range(len(pairs))),
        placed=tuple(placed),
        columns=tuple(
            {one: np.flatnonzero([name == one for name in names]) for one in dict.fromkeys(names)} for names in named
        ),
        weighed=np.array([[one in place for one in columns] for place in placed], dtype=bool),
        crossing=np.array([_crosses(scheme, pairs, one) for one in columns], dtype=bool),
        held=holding(people, scheme, weighed(people, scheme), medians),
        absent=~appraised(people, scheme).to_numpy(),
        protected=protected(people, scheme).to_numpy(),
        tells=panel.tells_apart(columns).to_numpy() != "no" if refuse_chance else tells,
    )


def measured(panel: Panel, scheme: Scheme, known: Ground) -> Measured:
    """Give the people of a ground points by a panel's values, and hold them to the scheme's conditions.

    Those of a pair stand in an order in which who lacks nothing comes first: so who lacks something is a slice.
    """
    values = worth(panel, scheme, known.held)
    there = np.isfinite(values) & ~known.absent[:, None]
    values, telling = np.where(there, values, 0.0), there & known.tells
    short = np.add(~there.all(axis=1), ~telling.all(axis=1), dtype=np.int8)
    everybody = np.arange(len(short))
    orders = [stretch(everybody[rows][np.argsort(short[rows], kind="stable")]) for rows in known.rows]
    return Measured(
        groups=tuple(
            Group.of(rows, values[rows].T.copy(), there[rows].T.astype(np.float64), telling[rows].T.astype(np.float64))
            for rows in orders
        ),
        best=best_open(panel, scheme),
        zeroed=failing(panel, scheme, "zero").to_numpy(),
        unscored=failing(panel, scheme, "no_score").to_numpy() | known.absent,
        ungraded=known.protected | failing(panel, scheme, "no_grade").to_numpy(),
    )


def mixed(known: Ground, found: Sequence[Measured], at: Numbers) -> Measured:
    """Return what holds for rows of weights of which row r is scored by `found[at[r]]`, all of one ground."""
    used, places = np.unique(at, return_inverse=True)
    chosen: list[Measured] = [found[one] for one in used]
    if len(chosen) == 1:
        return chosen[0]

    def stacked(parts: Sequence[Any]) -> Any:
        return np.stack(parts)[places]

    return Measured(
        groups=tuple(
            Group.of(rows, *map(stacked, zip(*(one.sorted() for one in parts), strict=True)))
            for rows, *parts in zip(known.rows, *(one.groups for one in chosen), strict=True)
        ),
        best=stacked([one.best for one in chosen]),
        zeroed=stacked([one.zeroed for one in chosen]),
        unscored=stacked([one.unscored for one in chosen]),
        ungraded=stacked([one.ungraded for one in chosen]),
    )


def part(known: Ground, found: Measured, pairs: Collection[int]) -> tuple[Numbers, Ground, Measured]:
    """Return the rows of the people of some pairs, (n,), and what holds for them; their points stay.

    They stand pair by pair, in the order of the points: so they are slices. Other values cannot be given to them: rules
    that hold people against each other know of all.
    """
    kept, everybody = [*pairs], np.arange(len(known.absent))
    order = [everybody[found.groups[number].rows] for number in kept]
    ends = [0, *accumulate(map(len, order))]
    rows, all_of = tuple(map(slice, ends, ends[1:])), np.concatenate(order)
    some = Ground(
        pairs=tuple(known.pairs[number] for number in kept),
        rows=rows,
        placed=tuple(known.placed[number] for number in kept),
        columns=tuple(known.columns[number] for number in kept),
        weighed=known.weighed[kept],
        crossing=known.crossing,
        held=(),
        absent=known.absent[all_of],
        protected=known.protected[all_of],
        tells=known.tells[all_of],
    )
    values = Measured(
        groups=tuple(replace(found.groups[number], rows=own) for number, own in zip(kept, rows, strict=True)),
        best=found.best[..., all_of],
        zeroed=found.zeroed[..., all_of],
        unscored=found.unscored[..., all_of],
        ungraded=found.ungraded[..., all_of],
    )
    return all_of, some, values


def times(weights: Array, held: Array, out: Array | None = None) -> Array:
    """Return weighted sums, (schemes, m), of what is held, (k, m) or each row's own, (schemes, k, m); into `out`.

    >>> times(np.array([[0.5, 0.5], [1.0, 0.0]]), np.array([[10.0], [20.0]])).tolist()
    [[15.0], [10.0]]
    """
    if held.ndim == 2:
        return np.asarray(np.matmul(weights, held, out=out))
    return np.asarray(np.matmul(weights[:, None, :], held, out=None if out is None else out[:, None, :])[:, 0])


def without(totals: Array, flags: Flags) -> Array:
    """Take the totals (schemes, n) of those flagged, (n,) or (schemes, n), out of an array, in place."""
    totals[(..., flags) if flags.ndim == 1 else flags] = np.nan
    return totals


def _crosses(scheme: Scheme, pairs: Sequence[Pair], indicator: str) -> bool:
    """Whether a rule for the indicator holds people of one role and level against those of another."""
    held = [scheme.rules_for(*pair).get(indicator) for pair in pairs]
    among = [rule for rule in held if isinstance(rule, AmongPeers) and not {"role", "level"} <= set(rule.peers)]
    return len(among) > 1


def _short(flags: Array) -> Rows | None:
    """Which of m people have 0 somewhere in flags (..., k, m); None if nobody."""
    rows = np.flatnonzero(~flags.all(axis=tuple(range(flags.ndim - 1))))
    return stretch(rows) if rows.size else None
