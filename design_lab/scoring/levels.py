"""Where the centre stands on each indicator, and how far its people differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from design_lab.aimed import Target
from design_lab.catalogue import Card
from design_lab.display import Quantity, Shown, number
from design_lab.finding import Finding, state
from design_lab.scoring.panel import Panel
from design_lab.scoring.roster import headcount
from design_lab.scoring.signal import Signal

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One indicator in one quarter, in its card's unit.

    `centre` is all `observations` together; `median` and `spread` (standard deviation, chance included) are of the
    `people` with at least the card's minimum n, each of their spells a value. All are None where people are too few.
    """

    indicator: str
    people: int
    observations: int
    centre: float | None
    median: float | None
    spread: float | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Levels(Shown):
    """Where a quarter stands on each indicator that somebody has data on; `limits` and `signals` are the panel's.

    `roles` names the roles by language; `cards` are the panel's metric cards.
    """

    quarter: str
    levels: tuple[Level, ...]
    csat_target: float | None
    least: int
    limits: Mapping[str, tuple[str, ...]]
    signals: Mapping[tuple[str, str], Signal]
    roles: Mapping[str, Mapping[str, str]]
    cards: Mapping[str, Card]

    def table(self) -> pd.DataFrame:
        """Return one row an indicator, as `Level` holds it."""
        import pandas as pd

        return pd.DataFrame([asdict(level) for level in self.levels])

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with each row written in its own unit."""
        shown = self.table().astype(object)
        units = [self.cards[level.indicator].unit for level in self.levels]
        shown["indicator"] = [self.cards[level.indicator].name[lang] for level in self.levels]
        for column in ("centre", "median", "spread"):
            values = [getattr(level, column) for level in self.levels]
            shown[column] = [number(value, unit, lang) for value, unit in zip(values, units, strict=True)]
        return shown

    def findings(self) -> tuple[Finding, ...]:
        """State each indicator's value and spread, where people cannot be told apart, and CSAT beside its target."""
        found = [finding for level in self.levels for finding in self._of(level)]
        return (*found, *self._alike(), *self._target())

    def _alike(self) -> list[Finding]:
        return [
            state(
                f"indicators.{indicator}.no_signal.{role}", None, says="indicators.no_signal",
                unit=self.cards[indicator].unit, n=found.observations, claim="unidentified",
                limits=self._limits(indicator), indicator=self.cards[indicator].name,
                people=Quantity(found.people, "people"), role=self.roles.get(role, role), quarter=self.quarter,
                p=f"{found.p:.2f}",
            )
            for (role, indicator), found in sorted(self.signals.items())
            if not found.tells_apart
        ]  # fmt: skip

    def _of(self, level: Level) -> list[Finding]:
        card = self.cards[level.indicator]
        limits = self._limits(level.indicator)
        if level.centre is None:
            return [
                state(
                    f"indicators.{level.indicator}.centre", None, says="indicators.few", unit=card.unit,
                    n=level.observations, claim="unidentified", limits=limits, indicator=card.name,
                    quarter=self.quarter, least=Quantity(self.least, "people"),
                )
            ]  # fmt: skip
        found = [
            state(
                f"indicators.{level.indicator}.centre", level.centre, says="indicators.centre", unit=card.unit,
                n=level.observations, claim="accounting", limits=limits, indicator=card.name,
                definition=card.definition, quarter=self.quarter, people=Quantity(level.people, "people"),
            )
        ]  # fmt: skip
        if level.spread is not None:
            points = card.unit == "share"  # shares differ by percentage points
            found.append(
                state(
                    f"indicators.{level.indicator}.spread", level.spread * 100 if points else level.spread,
                    says="indicators.spread", unit="percentage_points" if points else card.unit, n=level.people,
                    claim="accounting", limits=["raw_difference", *limits], indicator=card.name, quarter=self.quarter,
                )
            )  # fmt: skip
        return found

    def _limits(self, indicator: str) -> list[str]:
        rated = ["self_selected_ratings"] if "surveys" in self.cards[indicator].tables else []
        return [*rated, *self.limits.get(indicator, ())]

    def _target(self) -> list[Finding]:
        csat = next((level for level in self.levels if level.indicator == "csat"), None)
        if csat is None or csat.centre is None or self.csat_target is None:
            return []
        says = "indicators.target_met" if csat.centre >= self.csat_target else "indicators.target_missed"
        return [
            state(
                "indicators.csat.target", csat.centre, says=says, unit="share", n=csat.observations,
                claim="accounting", limits=self._limits("csat"), quarter=self.quarter,
                target=Quantity(self.csat_target, "share"),
            )
        ]  # fmt: skip


def levels(
    panel: Panel, *, targets: Mapping[str, Target], roles: Mapping[str, Mapping[str, str]], least: int
) -> Levels:
    """Describe every indicator that somebody has data on.

    `targets` are the study's, by indicator; `roles` its names of the roles, by language. Values of
    fewer people than `least` (privacy.strictest of a study's settings) are not told.
    """
    usable = panel.usable()
    found = []
    for indicator, centre, observations in panel.centre.itertuples():
        values = usable[indicator].dropna()
        if observations:
            people = headcount(values.index)
            told = people >= least
            known = headcount(panel.values[indicator].dropna().index) >= least
            found.append(
                Level(
                    indicator=indicator,
                    people=people,
                    observations=int(observations),
                    centre=float(centre) if known else None,
                    median=float(values.median()) if told and len(values) > 1 else None,
                    spread=float(values.std()) if told and len(values) > 1 else None,
                )
            )
    target = targets.get("csat")
    return Levels(
        quarter=panel.quarter,
        levels=tuple(found),
        csat_target=target.value if target else None,
        least=least,
        limits=panel.limits,
        signals=panel.signals,
        roles=roles,
        cards=panel.cards,
    )
