"""How long a cycle must be for each role, so that what people are graded by is more than chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from design_lab.catalogue import Card, words
from design_lab.catalogue.lints import lint_cards
from design_lab.display import Quantity, Shown, Term, number
from design_lab.evaluation.reliability import ENOUGH, Reliabilities
from design_lab.finding import Finding, state
from design_lab.periods import MONTHS, Cycle
from design_lab.scheme import Scheme
from design_lab.scoring import Panel
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

_LIGHT = lint_cards()["small_weight"].bound or 0.0  # weights up to which reliability is not asked for
_HAIR = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleAdvice:
    """What the reliability of its indicators says of the cycle of one role, at its level with the most people.

    `reliable` is the share of the tested weight that lies on indicators with a reliability of .70 or more, by cycle;
    `shortest` the shortest cycle in which all tested indicators over 5 % have it, None where even a year is too short;
    `deciding` the one that needs the longest; `tested` the share of all weight that is tested.
    """

    role: str
    level: str
    people: int
    current: Cycle
    shortest: Cycle | None
    deciding: str
    tested: float
    reliable: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Cycles(Shown):
    """Advice on the cycle of each role with tested indicators."""

    found: tuple[CycleAdvice, ...]
    roles: Mapping[str, Mapping[str, str]]
    cards: Mapping[str, Card]

    def table(self) -> pd.DataFrame:
        """Return one row a role: people, cycle in force, shortest cycle, and the reliable share of weight by cycle."""
        import pandas as pd

        rows = [(one.role, one.people, one.current, one.shortest, *one.reliable.values()) for one in self.found]
        return pd.DataFrame(rows, columns=["role", "people", "current", "shortest", *MONTHS])

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with names for ids and shares in percent."""
        spoken, shown = words(lang), self.table().astype(object)
        shown["role"] = [self.roles.get(one.role, {}).get(lang, one.role) for one in self.found]
        shown["current"] = [spoken.say(f"cycle.{one.current}") for one in self.found]
        shown["shortest"] = [spoken.say(f"cycle.{one.shortest}") if one.shortest else "–" for one in self.found]
        for cycle in MONTHS:
            shown[cycle] = [number(one.reliable[cycle], "weight", lang) for one in self.found]
        return shown.rename(columns={key: spoken.say(f"targets.{key}") for key in shown.columns})

    def findings(self) -> tuple[Finding, ...]:
        """State for each role the shortest cycle in months, and what decides it."""
        return tuple(self._finding(one) for one in self.found)

    def _finding(self, one: CycleAdvice) -> Finding:
        reached = one.shortest is not None
        return state(
            f"targets.cycle.{one.role}", MONTHS[one.shortest] if one.shortest else None,
            says=f"targets.cycle{'' if reached else '_too_short'}", unit="months", n=one.people,
            claim="scenario" if reached else "unidentified", limits=("same_rate", "raw_difference"),
            role=self.roles.get(one.role, {"en": one.role}), deciding=self.cards[one.deciding].name,
            current=Term(f"cycle.{one.current}"), reliable=Quantity(one.reliable[one.current], "weight"),
            tested=Quantity(one.tested, "weight"), enough=Quantity(ENOUGH, "correlation"),
        )  # fmt: skip


def advise_cycles(panel: Panel, scheme: Scheme, study: Study, reliable: Reliabilities) -> Cycles:
    """Advise on the cycle of each role from the reliability of what it is weighed on (`reliabilities`).

    Indicators that weigh 5 % or less may be unreliable; those that could not be tested count for nothing, and how much
    weight is tested is said.
    """
    found = []
    for role in study.settings.roles:
        levels = panel.people.loc[panel.people["role"] == role, "level"].value_counts().sort_index()
        if levels.empty:
            continue
        level = str(levels.idxmax())
        weights = scheme.weights(role, level)
        tested = {one.indicator: one for one in reliable.found if one.role == role and one.indicator in weights}
        heavy = [one for name, one in tested.items() if weights[name] > _LIGHT + _HAIR]
        if not heavy:
            continue
        total = sum(weights[name] for name in tested)
        shares = {
            cycle: sum(weights[name] for name, one in tested.items() if one.by_cycle[cycle] >= ENOUGH) / total
            for cycle in MONTHS
        }
        cycles: list[Cycle] = ["month", "quarter", "half-year", "year"]
        found.append(
            CycleAdvice(
                role=role,
                level=level,
                people=max(one.people for one in heavy),
                current=study.cycle_of(role, level),
                shortest=next((c for c in cycles if all(one.by_cycle[c] >= ENOUGH for one in heavy)), None),
                deciding=min(heavy, key=lambda one: one.by_cycle["year"]).indicator,
                tested=total,
                reliable=shares,
            )
        )
    return Cycles(found=tuple(found), roles=study.settings.roles, cards=study.cards)
