"""Where a dimension's effective weight and its weight on paper part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from design_lab.finding import Finding
from design_lab.report.facts import Facts

Kind = Literal["more", "less", "same", "alone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A dimension with both of its weights, as shares."""

    dimension: str
    nominal: Finding
    effective: Finding

    @property
    def size(self) -> float:
        """Effective weight less weight on paper."""
        return float(self.effective.value or 0) - float(self.nominal.value or 0)

    @property
    def kind(self) -> Kind:
        """'same' if the weight on paper lies within the effective one's interval, 'alone' if there is no interval."""
        if not self.effective.interval:
            return "alone"
        low, high = self.effective.interval
        nominal = float(self.nominal.value or 0)
        if low <= nominal <= high:
            return "same"
        return "more" if nominal < low else "less"


def gaps(facts: Facts) -> tuple[Gap, ...]:
    """Return the gap of every dimension that has both weights, in the scheme's order."""
    found = []
    for dimension in facts.dimensions():
        nominal = facts.measured(f"diagnosis.nominal_weight.{dimension}")
        effective = facts.measured(f"diagnosis.effective_weight.{dimension}")
        if nominal and effective:
            found.append(Gap(dimension=dimension, nominal=nominal, effective=effective))
    return tuple(found)


def widest(found: tuple[Gap, ...], kind: Kind | None = None) -> Gap | None:
    """Return the widest gap (of a kind), the first of equals; None if there is none."""
    return max((gap for gap in found if kind in (None, gap.kind)), key=lambda gap: abs(gap.size), default=None)


def telling(found: tuple[Gap, ...]) -> Gap | None:
    """Return the widest gap that its interval tells from none; None if there is none."""
    return widest(tuple(gap for gap in found if gap.kind in ("more", "less")))


def heaviest(found: tuple[Gap, ...]) -> Gap:
    """Return the dimension that makes the most of the differences, the first of equals."""
    return max(found, key=lambda gap: float(gap.effective.value or 0))
