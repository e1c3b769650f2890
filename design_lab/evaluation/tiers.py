"""Into how many classes of people totals can be told, whatever the number of grades."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from design_lab.evaluation.rerun import Rerun
from design_lab.evaluation.shares import Array
from design_lab.scoring.roster import headcount

TOLD_APART = 1.96  # standard errors of a difference by which two totals are told apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiers:
    """How many tiers the totals of one role and level fall into, and how many people they rest on."""

    people: int
    tiers: int


def tiers_of(again: Rerun, *, least: int) -> dict[tuple[str, str], Tiers]:
    """Return the tiers of each role and level with at least `least` people whose totals may be compared."""
    scores = again.realised
    found: dict[tuple[str, str], Tiers] = {}
    for key, members in scores.people[scores.told_apart].groupby(["role", "level"], sort=True):
        if (people := headcount(members.index)) >= least:
            totals = scores.total[members.index].to_numpy(float)
            told = tiers(totals, again.total_variance[members.index].to_numpy())
            found[str(key[0]), str(key[1])] = Tiers(people=people, tiers=told)
    return found


def tiers(totals: Array, variances: Array) -> int:
    """Return into how many tiers totals (n,) with sampling variances (n,) fall.

    >>> tiers(np.array([90.0, 89.0, 80.0]), np.array([1.0, 1.0, 1.0]))
    2
    """
    return len(tier_heads(totals, variances))


def tier_heads(totals: Array, variances: Array) -> Array:
    """Return the best total of each tier, from the top; a tier goes down to the next one's best.

    From the top, a tier takes everybody whose total is not told from that of its best person; who is told from it opens
    the next tier.

    >>> tier_heads(np.array([90.0, 89.0, 80.0]), np.array([1.0, 1.0, 1.0])).tolist()
    [90.0, 80.0]
    """
    order = np.argsort(-totals, kind="stable")
    heads: list[int] = []
    for place in order:
        best = heads[-1] if heads else -1
        if best < 0 or totals[best] - totals[place] > TOLD_APART * np.sqrt(variances[best] + variances[place]):
            heads.append(int(place))
    return totals[heads]
