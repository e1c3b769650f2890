"""Differences in total score between known groups of people: gender, kind of employment, shift, tenure, site."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from design_lab.evaluation.shares import LEVEL, Array, Groups, apart, margins
from design_lab.scoring import Scores

Flags = npt.NDArray[np.bool_]
ATTRIBUTES = ("gender", "employment_type", "shift", "tenure_band", "site")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """How far a group's totals lie from those of the others of the same role and level, in standard deviations.

    `margin` is half the width of the interval that holds for all groups together, None with one team alone; `people`
    are in the group, `others` are not.
    """

    attribute: str
    group: str
    value: float
    margin: float | None
    people: int
    others: int


def gaps(scores: Scores, *, least: int) -> tuple[Gap, ...]:
    """Return the gap of each group of at least `least` people, beside as many others, of whom the attribute is known.

    Totals as deviations from the mean of role and level, over their standard deviation; regressed on being in the
    group, as deviation likewise. Of two groups the second is the first's mirror and left out. Intervals leave out one
    team at a time (jackknife, t) and are widened to hold for all gaps together (Bonferroni). Totals that do not tell
    people apart give none.
    """
    from scipy import stats

    chosen = scores.told_apart
    people = scores.people[chosen]
    total = scores.total[chosen].to_numpy(np.float64)
    if len(total) < 2 * least:
        return ()
    cells = people.groupby(["role", "level"]).ngroup().to_numpy()
    teams = people.groupby(["role", "team"], dropna=False).ngroup().to_numpy()
    asked = []
    for attribute in (name for name in ATTRIBUTES if name in people):
        known = people[attribute].notna().to_numpy()
        groups = people[attribute].dropna().astype(str).value_counts().sort_index()
        large = groups[(groups >= least) & (int(known.sum()) - groups >= least)].index.tolist()
        asked += [(attribute, group, known) for group in (large[:1] if len(groups) == 2 else large)]
    if not asked:
        return ()
    count = int(teams.max()) + 1
    tail = (1 - LEVEL) / 2
    wider = float(stats.t.isf(tail / len(asked), count - 1) / stats.t.isf(tail, count - 1)) if count > 1 else 1.0
    found = []
    for attribute, group, known in asked:
        inside = people[attribute].astype(str).eq(group).to_numpy()

        def estimate(kept: Flags, inside: Flags = inside, known: Flags = known) -> Array:
            return np.array([_gap(total, inside, cells, kept & known)])

        value = float(estimate(np.ones(len(total), dtype=bool))[0])
        (margin,) = margins(estimate, teams)
        if np.isfinite(value):
            held = int((inside & known).sum())
            found.append(
                Gap(
                    attribute=attribute, group=group, value=value, people=held, others=int(known.sum()) - held,
                    margin=None if margin is None else margin * wider,
                )
            )  # fmt: skip
    return tuple(found)


def _gap(total: Array, inside: Flags, cells: Groups, kept: Flags) -> float:
    """The difference in standard deviations within cells; nan where group or totals do not differ within any."""
    held = apart(inside[kept].astype(np.float64), cells[kept])
    deviation = apart(total[kept], cells[kept])
    spread, size = float(held @ held), np.sqrt(float(deviation @ deviation) / max(int(kept.sum()) - 1, 1))
    return float(held @ deviation / spread / size) if spread > 1e-9 and size > 1e-9 else float("nan")
