"""Targets that a scheme takes from history instead of naming a number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from design_lab.rulebook import MEDIAN, Attainment
from design_lab.scheme import Scheme
from design_lab.scoring.panel import Panel, panel, usable_values
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

    from design_lab.periods import Quarter

MEMORY = 4  # quarters before, from which targets are taken


def role_medians(history: Sequence[Panel]) -> pd.DataFrame:
    """Return the median person-quarter value by role (rows) and indicator (columns), missing where nobody has data."""
    return _medians([past.usable().assign(role=past.people["role"]) for past in history])


def _medians(quarters: Sequence[pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    return pd.concat(quarters).groupby("role").median().sort_index() if quarters else pd.DataFrame()


def remembered(held: Iterable[Quarter], quarter: Quarter) -> list[Quarter]:
    """Return those of the quarters held, in order, from which a quarter takes its targets."""
    return [past for past in sorted(held) if quarter.plus(-MEMORY) <= past < quarter]


def targets(study: Study, quarter: Quarter, *, schemes: Sequence[Scheme] | None = None) -> pd.DataFrame:
    """Return the role medians of the up to four quarters before `quarter` that the study holds.

    With `schemes` only those of the indicators that one of them holds against such medians.
    """
    past = remembered(study.quarters, quarter)
    if schemes is None:
        return role_medians([panel(study, one) for one in past])
    wanted = {name for scheme in schemes for name in _held_to_medians(scheme)}
    return _medians([usable_values(study, one, wanted) for one in past] if wanted else [])


def _held_to_medians(scheme: Scheme) -> set[str]:
    blocks = (scheme.rules, *(override.rules for override in scheme.overrides))
    return {
        name
        for block in blocks
        for name, rule in block.items()
        if isinstance(rule, Attainment) and rule.target == MEDIAN
    }
