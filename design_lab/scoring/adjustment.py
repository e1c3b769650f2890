"""What case mix makes of the differences between people: each adjusted indicator beside its raw one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from design_lab.catalogue import Card
from design_lab.display import Quantity, Shown, number
from design_lab.finding import Finding, state
from design_lab.scoring.panel import Panel
from design_lab.scoring.roster import headcount

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """An indicator raw and adjusted, for the `people` who have both, in its card's unit.

    The spreads are standard deviations between people of the same role, chance included.
    """

    indicator: str
    adjusted: str
    people: int
    raw_spread: float
    adjusted_spread: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Adjustment(Shown):
    """Each adjusted indicator beside its raw one, and the medians of both by queue.

    `medians` has one row an indicator and queue (of most calls): queue, people, raw and adjusted. Empty where no single
    contacts were delivered.
    """

    quarter: str
    pairs: tuple[Pair, ...]
    medians: pd.DataFrame
    limits: Mapping[str, tuple[str, ...]]
    cards: Mapping[str, Card]

    def table(self) -> pd.DataFrame:
        """Return the medians by indicator and queue."""
        return self.medians

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the medians, each in its indicator's unit."""
        shown = self.medians.astype(object)
        units = [self.cards[name].unit for name in self.medians["indicator"]]
        shown["indicator"] = [self.cards[name].name[lang] for name in self.medians["indicator"]]
        for column in ("raw", "adjusted"):
            shown[column] = [number(value, unit, lang) for value, unit in zip(self.medians[column], units, strict=True)]
        return shown

    def findings(self) -> tuple[Finding, ...]:
        """State how far people of a role differ on each indicator, raw and adjusted."""
        return tuple(
            state(
                f"indicators.{pair.indicator}.adjusted_spread", pair.adjusted_spread, says="indicators.adjusted_spread",
                unit=self.cards[pair.indicator].unit, n=pair.people, claim="accounting",
                limits=["chance_included", *self.limits.get(pair.adjusted, ())],
                indicator=self.cards[pair.indicator].name, quarter=self.quarter,
                raw=Quantity(pair.raw_spread, self.cards[pair.indicator].unit),
                people=Quantity(pair.people, "people"),
            )
            for pair in self.pairs
        )  # fmt: skip


def adjustment(panel: Panel) -> Adjustment:
    """Hold each indicator adjusted for case mix beside its raw one, for people with enough observations of both."""
    import pandas as pd

    usable = panel.usable()
    pairs, medians = [], [pd.DataFrame(columns=["indicator", "queue", "people", "raw", "adjusted"])]
    for name, card in panel.cards.items():
        raw = card.adjusted.adjusts if card.adjusted and card.adjusted.takes_out == "case_mix" else ""
        if not {raw, name} <= set(usable):
            continue
        both = usable[[raw, name]].set_axis(["raw", "adjusted"], axis="columns").dropna()
        role, queue = (panel.people.loc[both.index, key] for key in ("role", "queue"))
        freedom = len(both) - role.nunique()
        if freedom > 0:
            apart = both - both.groupby(role).transform("mean")
            spread = np.sqrt((apart**2).sum() / freedom)
            pairs.append(
                Pair(
                    indicator=raw, adjusted=name, people=headcount(both.index),
                    raw_spread=float(spread["raw"]), adjusted_spread=float(spread["adjusted"]),
                )
            )  # fmt: skip
        held = {key: headcount(both.loc[rows].index) for key, rows in both.groupby(queue).groups.items()}
        people = pd.Series(held, dtype="int64")
        by_queue = both.groupby(queue).median().assign(people=people, indicator=raw)
        medians.append(by_queue.rename_axis("queue").reset_index()[list(medians[0].columns)])
    found = [frame for frame in medians if len(frame)] or medians[:1]
    return Adjustment(
        quarter=panel.quarter,
        pairs=tuple(pairs),
        medians=pd.concat(found, ignore_index=True),
        limits=panel.limits,
        cards=panel.cards,
    )
