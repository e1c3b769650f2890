"""Drift: whether the values of a role's people are distributed as a quarter and as a year before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from design_lab.catalogue import Card
from design_lab.display import Quantity, Shown, written
from design_lab.evaluation.drift.distance import Apart, compared
from design_lab.finding import Finding, state
from design_lab.periods import Quarter
from design_lab.scoring.courses import Courses

if TYPE_CHECKING:
    import pandas as pd

BACK: Mapping[str, int] = {"quarter": 1, "year": 4}  # quarters by what they are called in ids
RATE = 0.05  # of false discoveries
_DRAWS = 1999
_CLOSER = 10  # times as many draws for what seems rare: adjusting for many p values asks for finer ones
_RARE = 0.01
_CLOSEST = 10_000  # people up to which that is done
_LEAST = 5  # people in a quarter below which no permutation can reach a small p


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One indicator of one role beside an earlier quarter, in the card's unit.

    `apart` is None where fewer than the least number of people have a value in either; `people` are those in this
    quarter, `both` those in both; `mean` is the mean now less the mean then; `adjusted` is p
    adjusted for all indicators and roles of the comparison.
    """

    role: str
    indicator: str
    back: str
    quarter: str
    people: int
    both: int
    apart: Apart | None
    mean: float | None = None
    adjusted: float | None = None

    @property
    def found(self) -> bool:
        """Whether it has drifted, by the rate of false discoveries."""
        return self.adjusted is not None and self.adjusted <= RATE


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Drift(Shown):
    """The shifts of a quarter beside the one before and beside the same quarter of the year before.

    `least` is how many people a quarter must have for a shift to be told; `roles` names roles by language.
    """

    quarter: str
    quarters: tuple[str, ...]
    shifts: tuple[Shift, ...]
    least: int
    roles: Mapping[str, Mapping[str, str]]
    cards: Mapping[str, Card]

    def table(self) -> pd.DataFrame:
        """Return one row a shift that can be told: role, indicator, earlier quarter, people, in both, p values."""
        import pandas as pd

        rows = [
            (one.role, one.indicator, one.quarter, one.people, one.both, one.apart.p, one.adjusted, one.found)
            for one in self.shifts
            if one.apart is not None
        ]
        heads = ["role", "indicator", "earlier_quarter", "people", "both", "p", "p_adjusted", "drifted"]
        return pd.DataFrame(rows, columns=heads)

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with indicators called by their cards in a language, and p values as sentences have them."""
        shown = self.table().astype(object)
        shown["indicator"] = [self.cards[name].name[lang] for name in shown["indicator"]]
        for column in ("p", "p_adjusted"):
            shown[column] = [written(p) for p in shown[column]]
        return shown

    def findings(self) -> tuple[Finding, ...]:
        """State how many indicators drifted beside each earlier quarter, and each of them."""
        return (*self._counts(), *(finding for one in self.shifts for finding in self._of(one)))

    def _counts(self) -> Iterator[Finding]:
        for back, steps in BACK.items():
            earlier = str(Quarter.parse(self.quarter).plus(-steps))
            told = [one for one in self.shifts if one.back == back and one.apart is not None]
            known = earlier in self.quarters and bool(told)
            yield state(
                f"drift.{back}", sum(one.found for one in told) if known else None,
                says=f"drift.{'count' if known else 'no_quarter'}", unit="count", n=len(told),
                claim="association" if known else "unidentified", quarter=self.quarter, earlier=earlier,
                rate=Quantity(RATE, "weight"), limits=["drift_people"] if known else [],
            )  # fmt: skip

    def _of(self, one: Shift) -> Iterator[Finding]:
        card, role = self.cards[one.indicator], self.roles.get(one.role, one.role)
        scale, unit = (100, "percentage_points") if card.unit == "share" else (1, card.unit)
        about = f"{one.role}.{one.indicator}.{one.back}"
        said: dict[str, Any] = {
            "role": role,
            "indicator": card.name,
            "quarter": self.quarter,
            "earlier": one.quarter,
        }
        if one.apart is None or one.mean is None or one.adjusted is None:
            yield state(
                f"drift.{about}", None, says="drift.few", unit=unit, n=None, claim="unidentified",
                least=Quantity(self.least, "people"), **said,
            )  # fmt: skip
            return
        tested: dict[str, Any] = {"p": written(one.adjusted), "both": Quantity(one.both, "people"), **said}
        yield state(
            f"drift.{about}", one.apart.distance * scale, says="drift.distance", unit=unit, n=one.people,
            claim="association", limits=["drift_people", "drift_noise"],
            chance=Quantity(one.apart.by_chance * scale, unit), **tested,
        )  # fmt: skip
        if one.found:
            yield state(
                f"drift.drifted.{about}", one.mean * scale, says="drift.drifted", unit=unit, n=one.people,
                claim="association", limits=["drift_people", "drift_noise"],
                distance=Quantity(one.apart.distance * scale, unit), **tested,
            )  # fmt: skip


def drift(
    held: Courses, quarter: Quarter, *, roles: Mapping[str, Mapping[str, str]], least: int, rng: np.random.Generator,
    draws: int = _DRAWS,
) -> Drift:  # fmt: skip
    """Hold a quarter's people beside those of a quarter and of a year before, by role and indicator.

    `least` is the fewest people that a cell may stand for. p values of one comparison are adjusted together for the
    rate of false discoveries (Benjamini and Hochberg 1995).
    """
    least = max(least, _LEAST)
    shifts: list[Shift] = []
    for back, steps in BACK.items():
        earlier = str(quarter.plus(-steps))
        if earlier in held.quarters:
            found = [*_shifts(held, str(quarter), earlier, back, least=least, draws=draws, rng=rng)]
            shifts += _adjusted(found)
    return Drift(
        quarter=str(quarter), quarters=held.quarters, shifts=tuple(shifts), least=least, roles=roles, cards=held.cards
    )


def _shifts(
    held: Courses, quarter: str, earlier: str, back: str, *, least: int, draws: int, rng: np.random.Generator
) -> Iterator[Shift]:
    values = held.values
    indicators = [name for name in values.columns if name not in ("quarter", "employee_id", "role")]
    now, then = (values[values["quarter"] == one].set_index("employee_id") for one in (quarter, earlier))
    for role in dict.fromkeys(sorted(now["role"])):
        for name in indicators:
            new, old = (frame.loc[frame["role"] == role, name].dropna().sort_index() for frame in (now, then))
            if new.empty and old.empty:
                continue
            both = new.index.intersection(old.index)
            alone = Shift(
                role=role, indicator=name, back=back, quarter=earlier, people=len(new), both=len(both), apart=None
            )  # fmt: skip
            if min(len(new), len(old)) < least:
                yield alone
                continue
            then_, now_ = (np.concatenate([one[both], one.drop(both)]).astype(float) for one in (old, new))
            apart = compared(then_, now_, len(both), draws=draws, rng=rng)
            if apart.p <= _RARE and len(then_) + len(now_) <= _CLOSEST:
                apart = compared(then_, now_, len(both), draws=_CLOSER * (draws + 1) - 1, rng=rng)
            yield replace(alone, apart=apart, mean=float(new.mean() - old.mean()))


def _adjusted(shifts: list[Shift]) -> list[Shift]:
    from scipy.stats import false_discovery_control

    ps = [one.apart.p for one in shifts if one.apart is not None]
    adjusted = iter(false_discovery_control(ps)) if ps else iter(())
    return [one if one.apart is None else replace(one, adjusted=float(next(adjusted))) for one in shifts]
