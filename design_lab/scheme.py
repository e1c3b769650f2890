"""A scheme: how people are scored and graded, as a file that introduces itself.

A scheme gives weights to dimensions and, within them, to indicators; says by which rule a value becomes points; who is
eligible; and how totals become grades. Weights may differ by role and, within it, by level.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from design_lab.catalogue import Card, cards
from design_lab.errors import SchemeError, StudyError, nearest
from design_lab.files import read_yaml, safe_name, sha256_of, validated
from design_lab.periods import Quarter

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Target = Number | Literal["role_median_prior_4_quarters"]
Part = Literal["weights", "indicators", "rules", "eligibility", "protected", "grades", "missing"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Attainment(_Model):
    """Points are 100 x value / target (target / value where lower is better), between floor and cap."""

    rule: Literal["attainment"]
    target: Target
    floor: Number
    cap: Number


class Linear(_Model):
    """Points run from 0 at `zero_at` to 100 at `full_at`, and stay there beyond."""

    rule: Literal["linear"]
    zero_at: Number
    full_at: Number


class Step(_Model):
    """One step of a ladder: values from `start` (included) to `end` (excluded) earn `points`; absent is unbounded."""

    start: Number | None = None
    end: Number | None = None
    points: Number


class Ladder(_Model):
    """Points jump from step to step; the steps must cover every value once."""

    rule: Literal["ladder"]
    steps: tuple[Step, ...]


class ZScore(_Model):
    """Points are centre + spread x z within the people of the same role and level, between floor and cap."""

    rule: Literal["z"]
    centre: Number
    spread: Number
    floor: Number
    cap: Number


Rule = Annotated[Attainment | Linear | Ladder | ZScore, Field(discriminator="rule")]


class Dimension(_Model):
    """A dimension's share of the score and its indicators' shares of the dimension, both in percent."""

    weight: Number
    indicators: dict[str, Number]


class Override(_Model):
    """Dimensions that differ for a role (and level); dimensions not named are inherited."""

    role: str
    level: str | None = None
    dimensions: dict[str, Dimension]


class Eligibility(_Model):
    """A condition: below `min` the grade is capped at `grade`; a veto zeroes the total or gives the last grade."""

    min: Number | None = None
    effect: Literal["cap_grade"] | None = None
    grade: str | None = None  # the best grade still open under cap_grade; absent: the second
    veto: Literal["zero", "lowest_grade"] | None = None


class Protected(_Model):
    """Who is scored but not graded: hired less than so many months ago, or present fewer than so many days."""

    tenure_months: StrictInt
    min_days: StrictInt


class Missing(_Model):
    """Weights are renormalised over what is there, while at least `min_weight` percent of the weight is there."""

    min_weight: Number


class ForcedGrades(_Model):
    """Grades by rank within a pool: shares in percent, best first; a share is rounded up in people's favour."""

    method: Literal["forced"]
    pool: Literal["role_level", "role", "all"]
    ties: Literal["better"]
    shares: dict[str, Number]
    coefficients: dict[str, Number]


class FixedGrades(_Model):
    """Grades by total: the least total of each grade, best first; the last grade takes the rest."""

    method: Literal["fixed"]
    bounds: dict[str, Number]
    coefficients: dict[str, Number]


Grades = Annotated[ForcedGrades | FixedGrades, Field(discriminator="method")]


class Scheme(_Model):
    """One appraisal scheme, checked: read it with `Scheme.read`.

    >>> scheme = Scheme.read("data/h_bank/schemes/current.yaml")
    >>> scheme.weights("customer_service", "agent")["calls_per_hour"]
    0.4
    """

    name: str
    title: dict[str, str]
    baseline: str | None = None
    effective_from: str | None = None
    why: str
    assumed: tuple[Part, ...] = ()
    dimensions: dict[str, Dimension]
    overrides: tuple[Override, ...] = ()
    rules: dict[str, Rule]
    eligibility: dict[str, Eligibility] = {}
    protected: Protected | None = None
    missing: Missing = Missing(min_weight=50)
    grades: Grades

    @classmethod
    def read(cls, path: str | Path, known: Mapping[str, Card] | None = None) -> Scheme:
        """Read and check a scheme file; each fault is a line of `SchemeError` with file, key and nearest known word.

        `known` are the metric cards that it may weigh, the catalogue's if nothing is said.
        """
        path = Path(path)
        try:
            scheme: Scheme = validated(cls, read_yaml(path), path)
        except StudyError as error:
            raise SchemeError(str(error)) from None
        if faults := _faults(scheme, cards() if known is None else known):
            raise SchemeError("\n".join(f"{path}: {fault}" for fault in faults))
        return scheme

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all that decides a score or a grade; titles and reasons are left out."""
        return sha256_of(self.model_dump(mode="json", exclude={"title", "why"}))

    @property
    def indicators(self) -> tuple[str, ...]:
        """All indicators that some role is scored on, in the file's order."""
        blocks = [self.dimensions, *(override.dimensions for override in self.overrides)]
        return tuple(dict.fromkeys(i for block in blocks for d in block.values() for i in d.indicators))

    def dimensions_for(self, role: str, level: str) -> Mapping[str, Dimension]:
        """Return the dimensions in force for a role and level."""
        merged = dict(self.dimensions)
        for override in sorted(self.overrides, key=lambda override: override.level is not None):
            if override.role == role and override.level in (None, level):
                merged |= override.dimensions
        return merged

    def weights(self, role: str, level: str) -> dict[str, float]:
        """Return each indicator's share of the total for a role and level; the shares sum to 1."""
        return {
            indicator: dimension.weight * part / 10_000
            for dimension in self.dimensions_for(role, level).values()
            for indicator, part in dimension.indicators.items()
            if dimension.weight and part
        }

    def dimension_of(self, role: str, level: str) -> dict[str, str]:
        """Return the dimension in which each indicator is weighed for a role and level."""
        dimensions = self.dimensions_for(role, level)
        return {i: name for name, d in dimensions.items() if d.weight for i, part in d.indicators.items() if part}


def _faults(scheme: Scheme, known: Mapping[str, Card]) -> list[str]:
    return [
        *_name_faults(scheme),
        *_weight_faults(scheme, known),
        *_rule_faults(scheme, known),
        *_eligibility_faults(scheme, known),
        *_grade_faults(scheme),
    ]


def _name_faults(scheme: Scheme) -> list[str]:
    faults = []
    try:
        safe_name(scheme.name, "scheme")
        if scheme.effective_from is not None:
            Quarter.parse(scheme.effective_from)
    except StudyError as error:
        faults.append(str(error))
    if not scheme.title.get("en") or not scheme.title.get("zh"):
        faults.append("title: needs the languages en and zh")
    return faults


def _weight_faults(scheme: Scheme, known: Mapping[str, Card]) -> list[str]:
    places: list[tuple[str, Mapping[str, Dimension]]] = [("dimensions", scheme.dimensions)]
    for number, override in enumerate(scheme.overrides):
        where = f"overrides.{number} ({override.role}{' ' + override.level if override.level else ''})"
        places.append((where, scheme.dimensions_for(override.role, override.level or "")))
    faults = []
    for where, dimensions in places:
        total = math.fsum(d.weight for d in dimensions.values())
        if abs(total - 100) > 1e-9:
            faults.append(f"{where}: the weights sum to {total:g}, but must sum to 100")
        weighed = [i for d in dimensions.values() if d.weight for i, part in d.indicators.items() if part]
        faults += [
            f"{where}: {indicator} is weighed in two dimensions; weigh it in one"
            for indicator in sorted({i for i in weighed if weighed.count(i) > 1})
        ]
        for name, dimension in dimensions.items():
            faults += _dimension_faults(f"{where}.{name}", dimension, known)
    return list(dict.fromkeys(faults))


def _dimension_faults(where: str, dimension: Dimension, known: Mapping[str, Card]) -> list[str]:
    faults = []
    if not 0 <= dimension.weight <= 100:
        faults.append(f"{where}.weight: {dimension.weight:g} is not between 0 and 100")
    inner = math.fsum(dimension.indicators.values())
    if dimension.weight and abs(inner - 100) > 1e-9:
        faults.append(f"{where}.indicators: sum to {inner:g}, but must sum to 100")
    for indicator, weight in dimension.indicators.items():
        if weight < 0:
            faults.append(f"{where}.indicators.{indicator}: {weight:g} is negative")
        faults += _indicator_faults(f"{where}.indicators.{indicator}", indicator, known)
    return faults


def _indicator_faults(where: str, indicator: str, known: Mapping[str, Card]) -> list[str]:
    if indicator not in known:
        return [f"{where}: is not a known indicator; {nearest(indicator, known)}"]
    if not known[indicator].scored:
        return [f"{where}: {known[indicator].not_scored['en']}, so nobody can be scored on it"]
    return []


def _rule_faults(scheme: Scheme, known: Mapping[str, Card]) -> list[str]:
    faults = [
        f"rules.{indicator}: is missing; every weighed indicator needs a rule"
        for indicator in scheme.indicators
        if indicator not in scheme.rules
    ]
    for indicator, rule in scheme.rules.items():
        where = f"rules.{indicator}"
        faults += _indicator_faults(where, indicator, known)
        faults += [f"{where}: {fault}" for fault in _rule_fault(rule)]
    return faults


def _rule_fault(rule: Any) -> list[str]:
    if isinstance(rule, Linear) and rule.zero_at == rule.full_at:
        return ["zero_at and full_at are equal, so that a value earns nothing and everything"]
    if isinstance(rule, Attainment | ZScore) and rule.floor >= rule.cap:
        return [f"floor {rule.floor:g} is not below cap {rule.cap:g}"]
    if isinstance(rule, Attainment) and isinstance(rule.target, float) and rule.target <= 0:
        return [f"target {rule.target:g} is not above 0"]
    if isinstance(rule, Ladder):
        return _ladder_faults(rule.steps)
    return []


def _ladder_faults(steps: tuple[Step, ...]) -> list[str]:
    ordered = sorted(steps, key=lambda step: -math.inf if step.start is None else step.start)
    if not ordered or ordered[0].start is not None or ordered[-1].end is not None:
        return ["the ladder must be open below (a step without start) and above (a step without end)"]
    faults = []
    for lower, upper in itertools.pairwise(ordered):
        if lower.end is None or upper.start is None or lower.end != upper.start:
            faults.append(f"values between {lower.end} and {upper.start} fall on no step or on two")
    return faults


def _eligibility_faults(scheme: Scheme, known: Mapping[str, Card]) -> list[str]:
    faults = []
    for indicator, condition in scheme.eligibility.items():
        where = f"eligibility.{indicator}"
        faults += _indicator_faults(where, indicator, known)
        if (condition.veto is None) == (condition.effect is None):
            faults.append(f"{where}: needs either veto, or min with effect")
        elif condition.effect and condition.min is None:
            faults.append(f"{where}.min: is missing beside effect")
        if condition.grade is not None and condition.grade not in scheme.grades.coefficients:
            faults.append(f"{where}.grade: {nearest(condition.grade, scheme.grades.coefficients)}")
    return faults


def _grade_faults(scheme: Scheme) -> list[str]:
    grades = scheme.grades
    faults = []
    if isinstance(grades, ForcedGrades):
        total = math.fsum(grades.shares.values())
        if abs(total - 100) > 1e-9:
            faults.append(f"grades.shares: sum to {total:g}, but must sum to 100")
        if any(share < 0 for share in grades.shares.values()):
            faults.append("grades.shares: a share is negative")
        names = list(grades.shares)
    else:
        names = list(grades.bounds)
        if names and list(grades.bounds.values()) != sorted(grades.bounds.values(), reverse=True):
            faults.append("grades.bounds: must fall from the best grade to the last")
    if list(grades.coefficients) != names:
        faults.append(f"grades.coefficients: must name the grades {', '.join(names)} in this order")
    if len(names) < 2:
        faults.append("grades: at least two grades are needed")
    return faults
