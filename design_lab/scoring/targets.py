"""Targets that a scheme takes from history instead of naming a number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from design_lab.scoring.panel import Panel, panel
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

    from design_lab.periods import Quarter

MEMORY = 4  # quarters before, from which targets are taken


def role_medians(history: Sequence[Panel]) -> pd.DataFrame:
    """Return the median person-quarter value by role (rows) and indicator (columns), missing where nobody has data."""
    import pandas as pd

    if not history:
        return pd.DataFrame()
    pooled = pd.concat([past.usable().assign(role=past.people["role"]) for past in history])
    return pooled.groupby("role").median().sort_index()


def remembered(held: Iterable[Quarter], quarter: Quarter) -> list[Quarter]:
    """Return those of the quarters held, in order, from which a quarter takes its targets."""
    return [past for past in sorted(held) if quarter.plus(-MEMORY) <= past < quarter]


def targets(study: Study, quarter: Quarter) -> pd.DataFrame:
    """Return the role medians of the up to four quarters before `quarter` that the study holds."""
    return role_medians([panel(study, past) for past in remembered(study.quarters, quarter)])
