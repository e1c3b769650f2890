"""Where points end: who earns the most or the least that a rule gives, so that better or worse counts nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from design_lab.catalogue import Card
from design_lab.display import Quantity, Shown
from design_lab.evaluation.grounds import claim_of, is_reconstructed, limits_of
from design_lab.finding import Finding, state
from design_lab.scoring import Scores

if TYPE_CHECKING:
    import pandas as pd

_HAIR = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """Of the `people` with points on one indicator, how many earn the most and how many the least of its rule."""

    indicator: str
    people: int
    at_cap: int
    at_floor: int


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Ceilings(Shown):
    """The ends of points by indicator, for rules that have ends; `cards` are the study's."""

    units: ClassVar = {"at cap": "share", "at floor": "share"}
    quarter: str
    found: tuple[Ceiling, ...]
    cards: Mapping[str, Card]
    reconstructed: bool
    limits: tuple[str, ...] = ()  # of the scores themselves: whose they are
    among: Mapping[str, str] | None = None  # the scheme, where these are only the people under it

    def table(self) -> pd.DataFrame:
        """Return one row an indicator: people, and the shares of them at the cap and at the floor."""
        import pandas as pd

        rows = [(one.indicator, one.people, one.at_cap / one.people, one.at_floor / one.people) for one in self.found]
        return pd.DataFrame(rows, columns=["indicator", "people", "at cap", "at floor"])

    def findings(self) -> tuple[Finding, ...]:
        """State the share of people at the cap of each indicator, with those at the floor beside."""
        return tuple(
            state(
                f"diagnosis.at_cap.{one.indicator}", one.at_cap / one.people, says="diagnosis.at_cap", unit="share",
                n=one.people, claim=claim_of(self.reconstructed),
                limits=[*limits_of(self.reconstructed), "one_quarter", *self.limits], among=self.among,
                indicator=self.cards[one.indicator].name, floor=Quantity(one.at_floor / one.people, "share"),
                people=Quantity(one.people, "people"), quarter=self.quarter,
            )
            for one in self.found
        )  # fmt: skip


def ceilings(scores: Scores) -> Ceilings:
    """Count who stands at the ends of each rule's points, among people for whom the indicator carries weight.

    The ends are those of the rule of a person's role and level; a rule without a highest number of points has none and
    is left out. Points are compared to within a rounding error.
    """
    pairs = list(zip(scores.people["role"], scores.people["level"], strict=True))
    rules = {pair: scores.scheme.rules_for(*pair) for pair in dict.fromkeys(pairs)}
    weighed = {pair: scores.scheme.weights(*pair) for pair in rules}
    found = []
    for indicator in scores.scheme.indicators:
        told = [
            (float(points), rules[pair][indicator].least(), most)
            for points, pair in zip(scores.points[indicator].fillna(np.inf), pairs, strict=True)
            if points < np.inf and indicator in weighed[pair] and (most := rules[pair][indicator].most()) is not None
        ]
        if told:
            cap = sum(points >= most - _HAIR for points, _, most in told)
            floor = sum(points <= least + _HAIR for points, least, _ in told)
            found.append(Ceiling(indicator=indicator, people=len(told), at_cap=cap, at_floor=floor))
    return Ceilings(
        quarter=scores.quarter,
        found=tuple(found),
        cards=scores.cards,
        reconstructed=is_reconstructed(scores.scheme, "points"),
        limits=scores.whose,
        among=scores.among,
    )
