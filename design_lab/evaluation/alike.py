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
import numpy.typing as npt

from design_lab.evaluation.shares import Array, Groups
from design_lab.scoring import Scores
from design_lab.scoring.roster import headcount

if TYPE_CHECKING:
    import pandas as pd

Flags = npt.NDArray[np.bool_]
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
    return alike_by(scores.people, scores.nominal.to_numpy(), scores.weights.to_numpy(), chosen.to_numpy())


def alike_by(people: pd.DataFrame, paper: Array, in_force: Array, chosen: Flags) -> Alike:
    """Group people (n rows) as `alike` does, by their weights on paper and in force, both (n, d)."""
    import pandas as pd

    usual = chosen & _usual(people.index, paper, in_force, chosen)
    places = people.groupby(["role", "level"], dropna=False).ngroup().to_numpy()
    keys = np.column_stack([places, np.round(in_force, _DIGITS)])[usual]
    _, number, sizes = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    held = sizes[number] > 1
    rows = usual.copy()
    rows[usual] = held
    asked, judged, compared = (headcount(people.index[which]) for which in (chosen, usual, rows))
    return Alike(
        rows=pd.Series(rows, people.index),
        groups=number[held],
        teams=people[rows].groupby(["role", "team"], dropna=False).ngroup().to_numpy(),
        people=compared,
        left_out=asked - compared,
        alone=judged - compared,
    )


def _usual(index: pd.Index, paper: Array, in_force: Array, chosen: Flags) -> Flags:
    """Who lacks the dimensions that most of the chosen lack, (n,); of equally common lacks the smallest counts."""
    lacks = (paper > 0) & (in_force <= 0)
    kinds, kind = np.unique(lacks, axis=0, return_inverse=True)
    common = [headcount(index[chosen & (kind == number)]) for number in range(len(kinds))]
    sizes = [(people, -int(lacking.sum())) for people, lacking in zip(common, kinds, strict=True)]
    return kind == sizes.index(max(sizes)) if sizes else np.zeros(0, dtype=bool)
