"""Grades from totals: forced shares within a pool or fixed bounds, with conditions that cap them.

Totals may be of one scheme, (n,), or of many at once, (schemes, n). Grades are numbers in the scheme's order, 0 being
the best and `NONE` no grade.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from design_lab.gradebook import FixedGrades, ForcedGrades
from design_lab.scheme import Scheme
from design_lab.scoring.conditions import fails

if TYPE_CHECKING:
    import pandas as pd

    from design_lab.scoring.panel import Panel

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.integer[Any]]
Rows = Numbers | slice
NONE = -1
_POOLS = {"role_level": ["role", "level"], "role": ["role"], "team": ["role", "team"], "all": []}
_TAKEN = {"up": 1.0, "nearest": 0.5, "down": 0.0}  # of a rank: how much of a person must fit below a ceiling
_FINE = 1e9  # parts of a point, to which totals are compared: float noise separates nobody
_HAIR = 1e-9
_FEW = 1 << 12  # cells of pools side by side: so few cost less than a call for each pool


def grade(total: pd.Series, panel: Panel, scheme: Scheme) -> pd.Series:
    """Return each person's grade, (n,), None where the total is missing.

    Forced: of n people in a pool with totals the first g grades together hold n x their cumulated share, rounded to
    heads as the scheme says; tied people take the better, worse or mean of their ranks and so share a grade, which may
    then hold more or fewer. Who is in no team shares a pool with the others of the role who are in none. Conditions
    that cap a grade come last: who is capped keeps the place in the pool, and nobody moves up.
    """
    import pandas as pd

    names = np.array([*scheme.grades.names(), None], dtype=object)
    given = numbers(total.to_numpy(np.float64), scheme.grades, pools(panel.people, scheme))
    return pd.Series(names[capped(given, best_open(panel, scheme))], index=total.index, dtype=object)


def share_pools(pool: Numbers, chosen: Flags) -> bool:
    """Whether one of the pools that people are in, (n,), holds some of those `chosen`, (n,), and somebody else."""
    size = int(pool.max(initial=0)) + 1
    inside, outside = (np.bincount(pool[some], minlength=size) for some in (chosen, ~chosen))
    return bool((inside * outside).any())


def pools(people: pd.DataFrame, scheme: Scheme) -> Numbers:
    """Return the number of the pool in which each person is graded, (n,)."""
    columns = _POOLS[scheme.grades.pool] if isinstance(scheme.grades, ForcedGrades) else []
    if not columns:
        return np.zeros(len(people), dtype=np.int64)
    return people.groupby(columns, dropna=False).ngroup().to_numpy()


def numbers(totals: Array, grades: ForcedGrades | FixedGrades, pool: Numbers) -> Numbers:
    """Return the grades that totals (..., n) with pools (n,) earn before conditions, (..., n)."""
    if isinstance(grades, FixedGrades):
        return _fixed(totals, grades)
    sizes = np.bincount(pool)
    held = np.flatnonzero(sizes)
    if totals.size // max(len(pool), 1) * len(sizes) * sizes.max(initial=0) <= _FEW:
        return _forced_together(totals, grades, pool, sizes[held])
    given, reached = np.empty(totals.shape, dtype=np.int8), _reached(grades)
    for one in held:
        members = stretch(np.flatnonzero(pool == one))
        given[..., members] = _forced(totals[..., members], reached, grades)
    return given


def stretch(rows: Numbers) -> Rows:
    """Return rows as a slice where they follow each other, so that taking them copies nothing.

    >>> stretch(np.array([2, 3, 4])), stretch(np.array([2, 4])).tolist()
    (slice(2, 5, None), [2, 4])
    """
    if rows.size and (rows[1:] - rows[:-1] == 1).all():
        return slice(int(rows[0]), int(rows[-1]) + 1)
    return rows


def alike(flags: Flags) -> Flags:
    """Return flags (s, m) as (1, m) where they are the same in all rows.

    >>> alike(np.array([[True, False], [True, False]])).tolist()
    [[True, False]]
    """
    return flags[:1] if (flags == flags[:1]).all() else flags


def best_open(panel: Panel, scheme: Scheme) -> Numbers:
    """Return the best grade that the conditions leave open to each person, (n,)."""
    order = scheme.grades.names()
    best = np.zeros(len(panel.people), dtype=np.int8)
    for indicator, condition in scheme.eligibility.items():
        if indicator not in panel.values:
            continue
        if condition.veto == "lowest_grade":
            still = len(order) - 1
        elif condition.effect == "cap_grade":
            still = order.index(condition.grade) if condition.grade else 1
        else:
            continue
        best = np.where(fails(panel.values[indicator], condition), np.maximum(best, still), best)
    return best


def capped(given: Numbers, best: Numbers) -> Numbers:
    """Limit grades (..., n) to the best that is open to each person, (n,)."""
    if not best.any():
        return given
    return np.asarray(np.where(given == NONE, NONE, np.maximum(given, best)))


def _forced_together(totals: Array, grades: ForcedGrades, pool: Numbers, sizes: Numbers) -> Numbers:
    """Grades (..., n) of many pools at once, each a row that is filled up with nobody."""
    order = np.argsort(pool, kind="stable")
    inside = np.arange(sizes.max(initial=0)) < sizes[:, None]
    rows = np.full((*totals.shape[:-1], *inside.shape), np.nan)
    rows[..., inside] = totals[..., order]
    given = np.empty(totals.shape, dtype=np.int8)
    given[..., order] = _forced(rows, _reached(grades), grades)[..., inside]
    return given


def _reached(grades: ForcedGrades) -> Array:
    """The share of people whom each grade but the last reaches, together with those before, (g,)."""
    # A share of 20 % of 10 people ends after the second, whatever 0.2 is in binary.
    cumulated = [*accumulate(grades.shares.values())][:-1]
    return np.array(cumulated) / 100 - (_HAIR if grades.heads == "up" else -_HAIR)


def _forced(totals: Array, reached: Array, grades: ForcedGrades) -> Numbers:
    """Grades within one pool, (..., m): who stands below the cut of a grade gets a later one."""
    compared = totals * _FINE
    compared = np.rint(compared, out=compared).reshape(-1, totals.shape[-1])
    ordered = np.sort(compared)  # worst first, missing last
    nobody = np.isnan(compared)
    people = nobody.shape[-1] - np.count_nonzero(alike(nobody), axis=-1, keepdims=True)
    cuts = _cuts(ordered, people, people * reached + _TAKEN[grades.heads], grades.ties)
    given = -nobody.view(np.int8)  # they stand below no cut: one before the best is `NONE`
    for cut in cuts.T:
        given += (compared < cut[:, None]).view(np.int8)
    return given.reshape(totals.shape)


def _cuts(ordered: Array, people: Numbers, below: Array, ties: str) -> Array:
    """The least totals that get a rank under each of `below`, (s or 1, g), of totals (s, m) with the worst first.

    The `people` (s or 1, 1) with totals are ranked from the best.
    """
    last = np.ceil(below).astype(np.int64) - 1  # the last whole rank that lies below
    at, row = np.maximum(people - np.maximum(last, 1), 0), np.arange(len(ordered))[:, None]
    value = ordered[row, at]
    if ties == "better":
        return np.where(last < 1, np.inf, value)
    shared = (last < people) & (ordered[row, np.maximum(at - 1, 0)] == value)
    if ties == "worse":
        admitted = ~shared
    else:
        beside, against = ordered[:, None, :], value[:, :, None]
        ahead, upto = (beside > against).sum(axis=-1), (beside >= against).sum(axis=-1)
        admitted = ~shared | ((ahead + 1 + upto) / 2 < below)
    return np.where(last < 1, np.inf, np.where(admitted, value, np.nextafter(value, np.inf)))


def _fixed(totals: Array, grades: FixedGrades) -> Numbers:
    """Grades by bounds, (..., n): who stands below the bound of a grade gets a later one."""
    given = np.zeros(totals.shape, dtype=np.int8)
    for least in [*grades.bounds.values()][:-1]:
        given += totals < least - _HAIR
    given[np.isnan(totals)] = NONE
    return given
