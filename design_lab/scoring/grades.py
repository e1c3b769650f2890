"""Grades from totals: forced shares within a pool or fixed bounds, with conditions that cap them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from design_lab.composite import rank
from design_lab.gradebook import FixedGrades, ForcedGrades
from design_lab.scheme import Scheme
from design_lab.scoring.conditions import fails
from design_lab.scoring.rules import Array, Groups

if TYPE_CHECKING:
    import pandas as pd

    from design_lab.scoring.panel import Panel

_POOLS = {"role_level": ["role", "level"], "role": ["role"], "team": ["role", "team"], "all": []}
_TAKEN = {"up": 1.0, "nearest": 0.5, "down": 0.0}  # of a rank: how much of a person must fit below a ceiling
_DUST = 9  # decimals to which totals are compared: float noise separates nobody
_HAIR = 1e-9


def grade(total: pd.Series, panel: Panel, scheme: Scheme) -> pd.Series:
    """Return each person's grade, (n,), None where the total is missing.

    Forced: of n people in a pool with totals the first g grades together hold n x their cumulated share, rounded to
    heads as the scheme says; tied people take the better, worse or mean of their ranks and so share a grade, which may
    then hold more or fewer. Who is in no team shares a pool with the others of the role who are in none. Conditions
    that cap a grade come last: who is capped keeps the place in the pool, and nobody moves up.
    """
    import pandas as pd

    grades = scheme.grades
    if isinstance(grades, FixedGrades):
        given = _fixed(total, grades)
    else:
        given = pd.Series(_forced(total.to_numpy(dtype=np.float64), _pools(panel.people, grades), grades), total.index)
    return _capped(given.astype(object).where(total.notna(), None), panel, scheme)


def _pools(people: pd.DataFrame, grades: ForcedGrades) -> Groups:
    """The number of each person's pool, (n,); what is not known is one value of its own."""
    columns = _POOLS[grades.pool]
    known = [people[column].astype(object).where(people[column].notna(), None).tolist() for column in columns]
    each = list(zip(*known, strict=True)) if columns else [()] * len(people)
    number = {key: place for place, key in enumerate(dict.fromkeys(each))}
    return np.array([number[key] for key in each], dtype=np.int64)


def _forced(total: Array, pools: Groups, grades: ForcedGrades) -> npt.NDArray[np.object_]:
    """The grade of each person with a total, (n,), by rank within the pool."""
    names = np.array([*grades.shares], dtype=object)
    ceilings = np.cumsum([*grades.shares.values()]) / 100
    given = np.full(total.size, None, dtype=object)
    for pool in np.unique(pools):
        there = (pools == pool) & np.isfinite(total)
        scored = total[there].round(_DUST)
        place = (rank(scored, grades.ties) - _TAKEN[grades.heads]) / max(scored.size, 1)
        # A share of 20 % of 10 people ends after the second, whatever 0.2 is in binary.
        reached = place + (_HAIR if grades.heads == "up" else -_HAIR)
        given[there] = names[np.searchsorted(ceilings, reached, side="right").clip(max=len(names) - 1)]
    return given


def _fixed(total: pd.Series, grades: FixedGrades) -> pd.Series:
    def name(value: float) -> str | None:
        if math.isnan(value):
            return None
        return next((grade for grade, least in grades.bounds.items() if value >= least - _HAIR), grades.names()[-1])

    return total.map(name).astype(object)


def _capped(given: pd.Series, panel: Panel, scheme: Scheme) -> pd.Series:
    """Apply the conditions that leave the total but limit the grade."""
    order = scheme.grades.names()
    capped = given.copy()
    for indicator, condition in scheme.eligibility.items():
        if indicator not in panel.values:
            continue
        if condition.veto == "lowest_grade":
            best = len(order) - 1
        elif condition.effect == "cap_grade":
            best = order.index(condition.grade) if condition.grade else 1
        else:
            continue
        hit = fails(panel.values[indicator], condition)
        capped[hit] = [None if one is None else order[max(order.index(one), best)] for one in capped[hit]]
    return capped
