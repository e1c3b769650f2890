"""Grades from totals: forced shares within a pool or fixed bounds, with conditions that cap them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from design_lab.composite import rank
from design_lab.scheme import FixedGrades, ForcedGrades, Scheme

if TYPE_CHECKING:
    import pandas as pd

    from design_lab.scoring.panel import Panel

_POOLS = {"role_level": ["role", "level"], "role": ["role"], "all": []}


def grade(total: pd.Series, panel: Panel, scheme: Scheme) -> pd.Series:
    """Return each person's grade, (n,), None where the total is missing.

    Forced: within a pool the person at rank r (1 is best, tied people share the better rank) of n gets the first grade
    whose cumulated share exceeds (r - 1) / n, so that a broken share is rounded up in people's favour.
    """
    grades = scheme.grades
    if isinstance(grades, FixedGrades):
        given = _fixed(total, grades)
    else:
        columns = _POOLS[grades.pool]
        pools = panel.people.groupby(columns).ngroup() if columns else panel.people["role"].eq("").astype(int)
        given = total.groupby(pools).transform(lambda pool: _forced(pool, grades))
    return _capped(given, panel, scheme)


def protected(people: pd.DataFrame, scheme: Scheme) -> pd.Series:
    """Return who is scored but not graded: newcomers, and people who were present too few days, as far as is known."""
    import pandas as pd

    if scheme.protected is None:
        return pd.Series(False, index=people.index)
    new = people["tenure_months"] < scheme.protected.tenure_months
    seldom = people["days_present"] < scheme.protected.min_days
    return new | seldom.fillna(False).astype(bool)


def _forced(pool: pd.Series, grades: ForcedGrades) -> pd.Series:
    import pandas as pd

    names = np.array([*grades.shares], dtype=object)
    ceilings = np.cumsum([*grades.shares.values()]) / 100
    scored = pool.dropna()
    place = (rank(scored.to_numpy()) - 1) / max(len(scored), 1)
    # 1e-9: a share of 20 % of 10 people ends after the second, whatever 0.2 is in binary.
    at = np.searchsorted(ceilings, place + 1e-9, side="right").clip(max=len(names) - 1)
    return pd.Series(names[at], index=scored.index, dtype=object).reindex(pool.index).where(pool.notna(), None)


def _fixed(total: pd.Series, grades: FixedGrades) -> pd.Series:
    def name(value: float) -> str | None:
        if math.isnan(value):
            return None
        return next((grade for grade, least in grades.bounds.items() if value >= least), [*grades.bounds][-1])

    return total.map(name).astype(object)


def _capped(given: pd.Series, panel: Panel, scheme: Scheme) -> pd.Series:
    """Apply the conditions that leave the total but limit the grade."""
    order = [*scheme.grades.coefficients]
    capped = given.copy()
    for indicator, condition in scheme.eligibility.items():
        if indicator not in panel.values:
            continue
        values = panel.values[indicator]
        if condition.veto == "lowest_grade":
            hit, best = values.fillna(0) > 0, len(order) - 1
        elif condition.effect == "cap_grade" and condition.min is not None:
            hit, best = values < condition.min, order.index(condition.grade) if condition.grade else 1
        else:
            continue
        capped[hit] = [None if one is None else order[max(order.index(one), best)] for one in capped[hit]]
    return capped
