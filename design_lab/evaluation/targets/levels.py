"""Levels: how much of the pay hangs on the appraisal, and a leader's targets if the people below meet theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from design_lab.catalogue import Card, words
from design_lab.display import Quantity, Shown, number
from design_lab.evaluation.targets.proposals import Proposals, Way
from design_lab.finding import Finding, state
from design_lab.scoring import Panel
from design_lab.scoring.roster import last_spells
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

# Of one Chinese pay table: specialist, supervisor, manager, director; a template page, not a survey.
USUAL_SHARES = (0.15, 0.20, 0.25, 0.30)


@dataclass(frozen=True, slots=True, kw_only=True)
class PayShare:
    """Performance pay as a share of all pay at one level: `usual` in practice, `paid` here (None where not known)."""

    level: str
    usual: float
    paid: float | None
    people: int


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PayShares(Shown):
    """How much of the pay hangs on the appraisal at each level, those who lead nobody first."""

    found: tuple[PayShare, ...]
    levels: Mapping[str, Mapping[str, str]]

    def table(self) -> pd.DataFrame:
        """Return one row a level: people, the usual share and the one paid here."""
        import pandas as pd

        rows = [(one.level, one.people, one.usual, one.paid) for one in self.found]
        return pd.DataFrame(rows, columns=["level", "people", "usual", "paid"])

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with names for ids and shares in percent."""
        shown = self.table().astype(object)
        shown["level"] = [self.levels[one.level].get(lang, one.level) for one in self.found]
        shown["usual"] = [number(one.usual, "share", lang) for one in self.found]
        shown["paid"] = [number(one.paid, "share", lang) for one in self.found]
        return shown.rename(columns={key: words(lang).say(f"targets.{key}") for key in shown.columns})

    def findings(self) -> tuple[Finding, ...]:
        """State the share paid at each level beside the usual one; without a pay table the usual one alone."""
        return tuple(
            state(
                f"targets.pay_share.{one.level}", one.usual if one.paid is None else one.paid,
                says=f"targets.pay_share{'_usual' if one.paid is None else ''}", unit="share",
                n=one.people if one.paid is not None else None,
                claim="scenario" if one.paid is None else "accounting", level_name=self.levels[one.level],
                usual=Quantity(one.usual, "share"),
            )
            for one in self.found
        )  # fmt: skip


def pay_shares(study: Study, panel: Panel, rows: pd.DataFrame | None) -> PayShares:
    """Say how much of the pay hangs on the appraisal; `rows` is the canonical `pay` table, None if there is none.

    Levels with fewer people than the strictest audience's k are told by the usual share alone.
    """
    leads, least = list(study.settings.leads), study.settings.privacy.strictest
    index = panel.people.index
    level_of = panel.people["level"].set_axis(index.get_level_values("employee_id"))[last_spells(index)]
    found = []
    for level in study.settings.levels:
        rank = leads.index(level) + 1 if level in leads else 0
        mine = None if rows is None else rows[rows["employee_id"].map(level_of).eq(level).to_numpy()]
        people = 0 if mine is None else int(mine["employee_id"].nunique())
        paid = None
        if mine is not None and people >= least:
            performance, base = (int(mine[column].sum()) for column in ("performance_x100", "base_x100"))
            paid = performance / (performance + base) if performance + base else None
        usual = USUAL_SHARES[min(rank, len(USUAL_SHARES) - 1)]
        found.append(PayShare(level=level, usual=usual, paid=paid, people=people))
    return PayShares(found=tuple(found), levels=study.settings.levels)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitTarget:
    """What a leader's unit would stand at if everybody in it met her own target, and where it stands."""

    level: str  # of the leader
    unit: str
    indicator: str
    members: int
    target: float
    value: float
    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Cascade(Shown):
    """Leaders' targets by unit and indicator; units with few members are left out (`left_out` of them)."""

    found: tuple[UnitTarget, ...]
    left_out: int
    levels: Mapping[str, Mapping[str, str]]
    cards: Mapping[str, Card]

    def table(self) -> pd.DataFrame:
        """Return one row a unit and indicator: the leader's level, unit, members, target and present value."""
        import pandas as pd

        rows = [(one.level, one.unit, one.indicator, one.members, one.target, one.value) for one in self.found]
        return pd.DataFrame(rows, columns=["level", "unit", "indicator", "members", "target", "value"])

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with names for ids and every number in its unit."""
        shown = self.table().astype(object)
        shown["level"] = [self.levels[one.level].get(lang, one.level) for one in self.found]
        shown["indicator"] = [self.cards[one.indicator].name[lang] for one in self.found]
        for column in ("target", "value"):
            shown[column] = [number(getattr(one, column), self.cards[one.indicator].unit, lang) for one in self.found]
        return shown.rename(columns={key: words(lang).say(f"targets.{key}") for key in shown.columns})

    def findings(self) -> tuple[Finding, ...]:
        """State for each level that leads and each indicator how many units stand at their target today."""
        held: dict[tuple[str, str], list[UnitTarget]] = {}
        for one in self.found:
            held.setdefault((one.level, one.indicator), []).append(one)
        return tuple(self._finding(*key, units) for key, units in held.items())

    def _finding(self, level: str, indicator: str, units: list[UnitTarget]) -> Finding:
        card, ends = self.cards[indicator], sorted(one.target for one in units)
        return state(
            f"targets.cascade.{level}.{indicator}", sum(one.reached for one in units) / len(units),
            says="targets.cascade", unit="share", n=len(units), claim="accounting",
            limits=("one_quarter", "chance_included"), level_name=self.levels[level], indicator=card.name,
            low=Quantity(ends[0], card.unit), high=Quantity(ends[-1], card.unit),
        )  # fmt: skip


def cascade(panel: Panel, proposals: Proposals, study: Study, *, way: Way = "usual") -> Cascade:
    """Say what each leader's unit would stand at if everybody whom she leads met the target of her role and level.

    Members' targets are weighed by their observations, as a unit's own value is; totals that only count are averaged by
    head. `leads` in study.yaml says which level leads which unit. Units with fewer members with data than the strictest
    audience's k are left out.
    """
    aims, usable = proposals.of(way), panel.usable().astype("float64")
    led = panel.people[~panel.people["level"].isin([*study.settings.leads])]
    indicators = list(dict.fromkeys(indicator for _, _, indicator in aims))
    found, left_out = [], set()
    for level, unit in study.settings.leads.items():
        for indicator in (one for one in indicators if one in usable):
            card = study.cards[indicator]
            aim = [aims.get((*pair, indicator), np.nan) for pair in zip(led["role"], led["level"], strict=True)]
            rows = led[[unit]].assign(
                aim=aim,
                value=usable.loc[led.index, indicator],
                n=1.0 if card.unit == "count" else panel.counts.loc[led.index, indicator].astype("float64"),
            )
            for name, members in rows.dropna().groupby(unit):
                if len(members) < study.settings.privacy.strictest:
                    left_out.add((level, name))
                    continue
                target, value = (float(np.average(members[key], weights=members["n"])) for key in ("aim", "value"))
                sign = 1 if card.better == "higher" else -1
                found.append(
                    UnitTarget(level=level, unit=str(name), indicator=indicator, members=len(members), target=target,
                               value=value, reached=sign * value >= sign * target)
                )  # fmt: skip
    return Cascade(found=tuple(found), left_out=len(left_out), levels=study.settings.levels, cards=study.cards)
