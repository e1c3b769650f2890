"""Differences in total score between known groups of people: gender, kind of employment, shift, tenure, site."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from design_lab.evaluation.fairness.groups import Flags, Group, groups
from design_lab.evaluation.shares import LEVEL, Array, Groups, apart, margins
from design_lab.scoring import Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """How far a group's totals lie from those of the others of the same role and level, in standard deviations.

    `margin` is half the width of the interval that holds for all groups together, None with fewer than five teams;
    `people` are in the group, `others` are not.
    """

    group: Group
    value: float
    margin: float | None
    people: int
    others: int


def gaps(scores: Scores, *, least: int, pairs: bool = False) -> tuple[Gap, ...]:
    """Return the gap of each group of at least `least` people, beside as many others, of whom the attribute is known.

    `pairs` adds groups by two attributes. Totals as deviations from the mean of role and level, over their standard
    deviation; regressed on being in the group, as deviation likewise. Intervals leave out one team at a time
    (jackknife, t) and are widened to hold for all gaps together (Bonferroni). Totals that do not tell people apart give
    none.
    """
    from scipy import stats

    chosen = scores.told_apart
    people = scores.people[chosen]
    total = scores.total[chosen].to_numpy(np.float64)
    asked = [*groups(people, least=least, pairs=pairs)]
    if not asked:
        return ()
    cells = people.groupby(["role", "level"]).ngroup().to_numpy()
    teams = people.groupby(["role", "team"], dropna=False).ngroup().to_numpy()
    count = int(teams.max()) + 1
    tail = (1 - LEVEL) / 2
    wider = float(stats.t.isf(tail / len(asked), count - 1) / stats.t.isf(tail, count - 1)) if count > 1 else 1.0
    found = []
    for group in asked:

        def estimate(kept: Flags, group: Group = group) -> Array:
            return np.array([_gap(total, group.inside, cells, kept & group.known)])

        value = float(estimate(np.ones(len(total), dtype=bool))[0])
        (margin,) = margins(estimate, teams)
        if np.isfinite(value):
            wide = None if margin is None else margin * wider
            found.append(Gap(group=group, value=value, margin=wide, people=group.people, others=group.others))
    return tuple(found)


def _gap(total: Array, inside: Flags, cells: Groups, kept: Flags) -> float:
    """The difference in standard deviations within cells; nan where group or totals do not differ within any."""
    held = apart(inside[kept].astype(np.float64), cells[kept])
    deviation = apart(total[kept], cells[kept])
    spread, size = float(held @ held), np.sqrt(float(deviation @ deviation) / max(int(kept.sum()) - 1, 1))
    return float(held @ deviation / spread / size) if spread > 1e-9 and size > 1e-9 else float("nan")
