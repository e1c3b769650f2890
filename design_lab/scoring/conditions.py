"""Who does not meet a scheme's conditions, and who is protected from being graded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from design_lab.gradebook import Eligibility
from design_lab.scheme import Scheme
from design_lab.scoring.panel import Panel

if TYPE_CHECKING:
    import pandas as pd


def failing(panel: Panel, scheme: Scheme, consequence: str) -> pd.Series:
    """Return who, (n,), fails some condition with this veto or effect; who has no value meets it."""
    import pandas as pd

    hit = pd.Series(False, index=panel.people.index)
    for indicator, condition in scheme.eligibility.items():
        if consequence in (condition.veto, condition.effect) and indicator in panel.values:
            hit |= fails(panel.values[indicator], condition)
    return hit


def fails(values: pd.Series, condition: Eligibility) -> pd.Series:
    """Return whether each value lies outside the condition's bounds; a veto without bounds is hit above 0."""
    low, high = condition.min, condition.max
    if condition.veto is not None and low is None and high is None:
        high = 0.0
    below = values.lt(low) if low is not None else values.isna() & False
    above = values.gt(high) if high is not None else values.isna() & False
    return below | above


def without_data(panel: Panel, scheme: Scheme) -> tuple[str, ...]:
    """Return the conditions that could not be applied, because nobody has data on them."""
    return tuple(indicator for indicator in scheme.eligibility if indicator not in panel.values)


def protected(people: pd.DataFrame, scheme: Scheme) -> pd.Series:
    """Return who is scored but not graded: newcomers, and people who were present too few days, as far as is known."""
    import pandas as pd

    if scheme.protected is None:
        return pd.Series(False, index=people.index)
    new = people["tenure_months"] < scheme.protected.tenure_months
    seldom = people["days_present"] < scheme.protected.min_days
    return new | seldom.fillna(False).astype(bool)
