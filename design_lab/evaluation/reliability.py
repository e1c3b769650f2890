"""How well each indicator tells people apart, and how much longer a cycle would have to be to do it better.

Reliability is the share of the variance between people's values that is not sampling error. It grows with the number of
observations, so with the length of the cycle: timeliness is paid for with accuracy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from design_lab.catalogue import Card, cards
from design_lab.display import Shown, Term, number
from design_lab.evaluation.shares import LEVEL
from design_lab.finding import Finding, state
from design_lab.periods import MONTHS
from design_lab.scheme import Scheme
from design_lab.scoring import Panel, Signal

if TYPE_CHECKING:
    import pandas as pd

ENOUGH = 0.7  # the least at which people are commonly graded (domain practice: .7 for a group, .9 for one person)
MOST_N = 100_000  # beyond, no cycle gathers so many observations


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """One indicator's reliability among the people of one role, in the quarter at hand.

    `low` and `high` bound it at level .95; `observations` is the usual number a person and quarter; `by_cycle` what a
    month, quarter, half-year and year would give if they held as many observations a month; `enough_n` the least number
    of observations for a reliability of .70, None where people do not differ.
    """

    role: str
    indicator: str
    people: int
    observations: float
    reliability: float
    low: float
    high: float
    by_cycle: Mapping[str, float]
    enough_n: int | None
    tells_apart: bool


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Reliabilities(Shown):
    """Reliability by role and indicator; `roles` names the roles by language, `cards` are the study's.

    `untested` names weighed indicators with values of which nobody can say whether they tell people apart.
    """

    quarter: str
    found: tuple[Reliability, ...]
    roles: Mapping[str, Mapping[str, str]]
    untested: tuple[str, ...] = ()
    cards: Mapping[str, Card] = field(default_factory=cards)

    def table(self) -> pd.DataFrame:
        """Return one row a role and indicator: people, observations a person, reliability by cycle, n for .70."""
        import pandas as pd

        rows = [
            {
                "role": one.role,
                "indicator": one.indicator,
                "people": one.people,
                "observations": one.observations,
                **one.by_cycle,
                "n for .70": one.enough_n,
            }
            for one in self.found
        ]
        return pd.DataFrame(rows, columns=["role", "indicator", "people", "observations", *MONTHS, "n for .70"])

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with names for ids."""
        shown = self.table().astype(object)
        shown["role"] = [self.roles.get(one.role, {}).get(lang, one.role) for one in self.found]
        shown["indicator"] = [self.cards[one.indicator].name[lang] for one in self.found]
        shown["observations"] = [number(one.observations, "count", lang) for one in self.found]
        shown["n for .70"] = [number(one.enough_n, "count", lang) for one in self.found]
        for cycle in MONTHS:
            shown[cycle] = [number(one.by_cycle[cycle], "correlation", lang) for one in self.found]
        return shown

    @property
    def leading(self) -> tuple[Reliability, ...]:
        """For each indicator the role that stands for it: the one with the most people."""
        most: dict[str, Reliability] = {}
        for one in self.found:
            if one.indicator not in most or one.people > most[one.indicator].people:
                most[one.indicator] = one
        return tuple(most.values())

    def findings(self) -> tuple[Finding, ...]:
        """State each indicator's reliability in its leading role, at this and at other cycles, and the least n.

        Of weighed indicators that cannot be tested that is said.
        """
        told = tuple(finding for one in self.leading for finding in self._of(one))
        return (*told, *(self._untested(indicator) for indicator in self.untested))

    def _untested(self, indicator: str) -> Finding:
        return state(
            f"diagnosis.reliability.{indicator}", None, says="diagnosis.reliability_unknown", unit="correlation",
            n=None, claim="unidentified", indicator=self.cards[indicator].name,
        )  # fmt: skip

    def _of(self, one: Reliability) -> tuple[Finding, ...]:
        said: dict[str, Any] = {
            "indicator": self.cards[one.indicator].name,
            "role": self.roles.get(one.role, {"en": one.role}),
        }
        whole = state(
            f"diagnosis.reliability.{one.indicator}", one.reliability, says="diagnosis.reliability", unit="correlation",
            n=one.people, claim="association", bounds=(one.low, one.high), level=LEVEL, limits=["raw_difference"],
            quarter=self.quarter, observations=number(one.observations, "count"), **said,
        )  # fmt: skip
        cycles = tuple(
            state(
                f"diagnosis.reliability_by_cycle.{cycle}.{one.indicator}", value, says="diagnosis.reliability_by_cycle",
                unit="correlation", n=one.people, claim="scenario", limits=["same_rate", "raw_difference"],
                cycle=Term(f"cycle.{cycle}"), **said,
            )
            for cycle, value in one.by_cycle.items()
        )  # fmt: skip
        told = one.enough_n is not None
        least = state(
            f"diagnosis.minimum_n.{one.indicator}", one.enough_n,
            says=f"diagnosis.minimum_n{'' if told else '_unknown'}", unit="count", n=one.people,
            claim="association" if told else "unidentified", limits=["raw_difference"], **said,
        )  # fmt: skip
        return whole, *cycles, least


def reliabilities(panel: Panel, scheme: Scheme, *, roles: Mapping[str, Mapping[str, str]], least: int) -> Reliabilities:
    """Say how reliable each tested indicator is among the people of each role with at least `least` people.

    Those that the scheme weighs come first, in its order. Intervals are those of the F ratio of a one-way analysis of
    variance (Searle, Casella and McCulloch 1992, 3.5); other cycles follow from the variance components, as Spearman
    and Brown's formula does.
    """
    order = [*scheme.indicators, *panel.values]

    def place(pair: tuple[tuple[str, str], Signal]) -> tuple[int, str]:
        return order.index(pair[0][1]), pair[0][0]

    found = [
        _reliability(role, indicator, signal)
        for (role, indicator), signal in sorted(panel.signals.items(), key=place)
        if signal.people >= least
    ]
    tested = {indicator for _, indicator in panel.signals}
    untested = tuple(name for name in scheme.indicators if name in panel.values and name not in tested)
    return Reliabilities(quarter=panel.quarter, found=tuple(found), roles=roles, untested=untested, cards=panel.cards)


def _reliability(role: str, indicator: str, signal: Signal) -> Reliability:
    from scipy import stats

    between, within = signal.compared - 1, signal.freedom
    ratio = 1 / (1 - signal.reliability) if signal.reliability else float(stats.f.isf(signal.p, between, within))
    tail = (1 - LEVEL) / 2
    usual = signal.observations / signal.compared
    monthly = usual / MONTHS["quarter"]
    return Reliability(
        role=role,
        indicator=indicator,
        people=signal.people,
        observations=usual,
        reliability=signal.reliability,
        low=_at_least_0(1 - float(stats.f.isf(tail, between, within)) / max(ratio, 1e-300)),
        high=_at_least_0(1 - float(stats.f.isf(1 - tail, between, within)) / max(ratio, 1e-300)),
        by_cycle={cycle: float(signal.reliability_at(monthly * months)) for cycle, months in MONTHS.items()},
        enough_n=_enough(signal),
        tells_apart=signal.tells_apart,
    )


def _at_least_0(value: float) -> float:
    return min(max(value, 0.0), 1.0)


def _enough(signal: Signal) -> int | None:
    """The least n for a reliability of .70; None where people are not told apart or no cycle would do."""
    import math

    if not signal.tells_apart or not signal.between_variance:
        return None
    needed = math.ceil(ENOUGH / (1 - ENOUGH) * signal.within_variance / signal.between_variance)
    return max(needed, 1) if needed <= MOST_N else None
