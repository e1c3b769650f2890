"""Whom people are held against: others of the same role and level, judged by the same weights.

Who lacks data has the weights shared out anew over what is there. Held against somebody who lacks nothing, whole points
would pass from one dimension to another; and who is judged by teamwork alone differs from her like by ten times the
points that teamwork is worth to others. So like is compared with like, and only those are counted who are judged by the
dimensions that most are judged by.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from design_lab.evaluation.shares import Groups
from design_lab.scoring import Scores
from design_lab.scoring.roster import headcount

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

_DIGITS = 9  # of weights as shares: float noise parts nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Who is held against somebody, (n,) in the order of the scores, of whom m are.

    `groups` (m,) numbers those of one role, level and weights in force; `teams` (m,) those of one role and team. Counts
    are of persons and not of spells: `people` who are held against somebody, `left_out` who were asked for and are not,
    of whom `alone` are judged by the usual dimensions and have nobody like them.
    """

    rows: pd.Series
    groups: Groups
    teams: Groups
    people: int
    left_out: int
    alone: int


def alike(scores: Scores, chosen: pd.Series) -> Alike:
    """Group those who are `chosen`, (n,), by role, level and weights in force.

    Weights in force are those by dimension after sharing out over what is there: equal for all of a role and level who
    have data on the same indicators. Left out is who lacks other dimensions of those on paper than most of the chosen
    do (most usually lack none), and who is alone in a group.
    """
    usual = chosen & _usual(scores, chosen)
    keys = scores.people[["role", "level"]].join(scores.weights.round(_DIGITS).add_prefix("weight "))[usual]
    number = keys.groupby([*keys.columns], dropna=False).ngroup()
    held = number.map(number.value_counts()) > 1
    rows = usual.copy()
    rows[usual] = held
    people = scores.people[rows]
    asked, judged, compared = (headcount(scores.people.index[which]) for which in (chosen, usual, rows))
    return Alike(
        rows=rows,
        groups=number[held].to_numpy(),
        teams=people.groupby(["role", "team"], dropna=False).ngroup().to_numpy(),
        people=compared,
        left_out=asked - compared,
        alone=judged - compared,
    )


def _usual(scores: Scores, chosen: pd.Series) -> npt.NDArray[np.bool_]:
    """Who lacks the dimensions that most of the chosen lack, (n,); of equally common lacks the smallest counts."""
    lacks = ((scores.nominal > 0) & (scores.weights <= 0)).to_numpy()
    kinds, kind = np.unique(lacks, axis=0, return_inverse=True)
    index = scores.people.index
    common = [headcount(index[chosen & (kind == number)]) for number in range(len(kinds))]
    sizes = [(people, -int(lacking.sum())) for people, lacking in zip(common, kinds, strict=True)]
    return kind == sizes.index(max(sizes)) if sizes else np.zeros(0, dtype=bool)
