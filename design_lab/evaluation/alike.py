"""Whom people are held against: others of the same role and level, judged by the same weights.

Who lacks data has the weights shared out anew over what is there. Held against somebody who lacks nothing, whole points
and not differences between people would pass from one dimension to another, so that like is compared with like.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from design_lab.evaluation.shares import Groups
from design_lab.scoring import Scores
from design_lab.scoring.roster import headcount

if TYPE_CHECKING:
    import pandas as pd

_DIGITS = 9  # of weights as shares: float noise parts nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Who is held against somebody, (n,) in the order of the scores, of whom m are.

    `groups` (m,) numbers those of one role, level and weights in force; `teams` (m,) those of one role and team.
    `people` counts persons and not spells; `alone` those who were asked for and have nobody like them.
    """

    rows: pd.Series
    groups: Groups
    teams: Groups
    people: int
    alone: int


def alike(scores: Scores, chosen: pd.Series) -> Alike:
    """Group those who are `chosen`, (n,), by role, level and weights in force; who is alone in a group is left out.

    Weights in force are those by dimension after sharing out over what is there: equal for all of a role and level who
    have data on the same indicators.
    """
    keys = scores.people[["role", "level"]].join(scores.weights.round(_DIGITS).add_prefix("weight "))[chosen]
    number = keys.groupby([*keys.columns], dropna=False).ngroup()
    kept = number[number.map(number.value_counts()) > 1]
    rows = chosen & chosen.index.isin(kept.index)
    people = scores.people[rows]
    return Alike(
        rows=rows,
        groups=number[rows[chosen]].to_numpy(),
        teams=people.groupby(["role", "team"], dropna=False).ngroup().to_numpy(),
        people=headcount(people.index),
        alone=headcount(scores.people.index[chosen]) - headcount(people.index),
    )
