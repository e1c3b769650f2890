"""A scheme: how people are scored and graded, as a file that introduces itself.

A scheme gives weights to dimensions and, within them, to indicators; says by which rule a value becomes points
(`rulebook`), how points are combined, who is eligible and how totals become grades (`gradebook`). Weights and rules may
differ by role and, within it, by level. docs/schemes.md shows every key.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from design_lab.catalogue import Card, cards
from design_lab.catalogue.lints import lint_cards
from design_lab.errors import MOST_FAULTS, Fault, SchemeError, StudyError, nearest
from design_lab.files import read_yaml, safe_name, sha256_of, validated, write_yaml
from design_lab.gradebook import Eligibility, Grades, Protected
from design_lab.periods import Quarter
from design_lab.provenance import Provenance
from design_lab.rulebook import MEDIAN, Attainment, Better, Ladder, Number, Record, Rule

Part = Literal[
    "weights", "indicators", "rules", "aggregation", "missing", "total", "rounding", "appraised", "eligibility",
    "protected", "grades",
]  # fmt: skip
# Everybody, for each spell in one role and level; or who is there on the last day, for the whole period in that one.
Appraised = Literal["roster", "on_last_day"]
_LARGEST = 50_000  # bytes of a scheme file; larger ones would be read for seconds


class Dimension(Record):
    """A dimension's share of the score and its indicators' shares of the dimension, both in percent.

    A rule of its own turns the indicators' combined points into the dimension's: z of a composite, say.
    """

    weight: Number
    indicators: dict[str, Number]
    rule: Rule | None = None


class Override(Record):
    """Dimensions and rules that differ for a role (and level); what is not named is inherited."""

    role: str
    level: str | None = None
    dimensions: dict[str, Dimension] = Field({})
    rules: dict[str, Rule] = Field({})

    def holds_for(self, role: str, level: str) -> bool:
        """Whether somebody of this role and level is meant."""
        return self.role == role and self.level in (None, level)


class Combine(Record):
    """How several points become one; its name alone may stand in its place.

    owa gives `places` (percent, best first) to the ordered points, beside the weights of who earned them: with equal
    weights it is Yager's ordered mean, with equal places the weighted mean (Torra 1997).
    """

    method: Literal["arithmetic", "geometric", "harmonic", "owa"] = "arithmetic"
    places: tuple[Number, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _named(cls, given: Any) -> Any:
        return {"method": given} if isinstance(given, str) else given


class Aggregation(Record):
    """How indicators are combined within a dimension, and dimensions over the total."""

    within: Combine = Combine()
    over: Combine = Combine()


class Missing(Record):
    """What happens where data are missing: weights are renormalised over what is there.

    At least `min_weight` percent of the weight must be there. A dimension of which a part is missing weighs as much as
    what is there of it (shrink), all it has on paper (keep), or nothing (drop). `total` is what people get who would
    have no score.
    """

    min_weight: Number
    incomplete: Literal["shrink", "keep", "drop"] = "shrink"
    total: Number | None = None


class Total(Record):
    """Between which bounds a total is kept; absent is unbounded."""

    floor: Number | None = None
    cap: Number | None = None


class Round(Record):
    """To how many decimals, and where a half goes: up, or to the even neighbour."""

    decimals: Annotated[int, Field(strict=True, ge=0, le=6)]
    half: Literal["up", "even"] = "up"


class Rounding(Record):
    """What is rounded: the points of each indicator, the total, or both; absent is not rounded."""

    points: Round | None = None
    total: Round | None = None


class Scheme(Record):
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
    provenance: Provenance | None = None
    assumed: tuple[Part, ...] = ()
    dimensions: dict[str, Dimension]
    overrides: tuple[Override, ...] = ()
    rules: dict[str, Rule]
    aggregation: Aggregation = Aggregation()
    missing: Missing = Missing(min_weight=50)
    total: Total = Total()
    rounding: Rounding = Rounding()
    appraised: Appraised = "roster"
    eligibility: dict[str, Eligibility] = Field({})
    protected: Protected | None = None
    grades: Grades
    waive: dict[str, str] = Field({})

    @classmethod
    def read(cls, path: str | Path, known: Mapping[str, Card] | None = None) -> Scheme:
        """Read and check a scheme file; each fault is a line of `SchemeError` with file, key and nearest known word.

        `known` are the metric cards that it may weigh, the catalogue's if nothing is said.
        """
        path = Path(path)
        try:
            scheme: Scheme = validated(cls, read_yaml(path, largest=_LARGEST), path)
        except StudyError as error:
            raise SchemeError.of(path, error.faults) from None
        found = _faults(scheme, cards() if known is None else known)
        faults = [*dict.fromkeys(itertools.islice(found, 4 * MOST_FAULTS))]
        if scheme.name != path.stem:
            said = f"the name in the file is {scheme.name!r}, but the file is called {path.name}"
            faults.append(Fault("file_name", "name", said))
        if faults:
            raise SchemeError.of(path, faults)
        return scheme

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all that decides a score or a grade; what tells of it and keys at their defaults are left out."""
        told = {"title", "why", "provenance", "waive"}
        return sha256_of(self.model_dump(mode="json", exclude=told, exclude_defaults=True))

    def write(self, path: Path) -> None:
        """Write the scheme as a file that `read` reads back as it is; what was never stated stays unsaid."""
        write_yaml(path, self.model_dump(mode="json", exclude_unset=True))

    @property
    def indicators(self) -> tuple[str, ...]:
        """All indicators that some role is scored on, in the file's order."""
        blocks = [self.dimensions, *(override.dimensions for override in self.overrides)]
        return tuple(dict.fromkeys(i for block in blocks for d in block.values() for i in d.indicators))

    def dimensions_for(self, role: str, level: str) -> Mapping[str, Dimension]:
        """Return the dimensions in force for a role and level."""
        merged = dict(self.dimensions)
        for override in self._overrides_for(role, level):
            merged |= override.dimensions
        return merged

    def rules_for(self, role: str, level: str) -> Mapping[str, Rule]:
        """Return the rules in force for a role and level, by indicator."""
        merged = dict(self.rules)
        for override in self._overrides_for(role, level):
            merged |= override.rules
        return merged

    def _overrides_for(self, role: str, level: str) -> list[Override]:
        """Those that hold, the role's before its levels'."""
        found = [override for override in self.overrides if override.holds_for(role, level)]
        return sorted(found, key=lambda override: override.level is not None)

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


def places(scheme: Scheme) -> Iterator[tuple[str, str, str]]:
    """Yield each place where weights and rules are stated: its key, and the role and level for which they hold."""
    yield "dimensions", "", ""
    for number, override in enumerate(scheme.overrides):
        named = f"{override.role}{' ' + override.level if override.level else ''}"
        yield f"overrides.{number} ({named})", override.role, override.level or ""


def _faults(scheme: Scheme, known: Mapping[str, Card]) -> Iterator[Fault]:
    yield from _name_faults(scheme)
    yield from _weight_faults(scheme, known)
    yield from _rule_faults(scheme, known)
    yield from _override_faults(scheme)
    yield from _aggregation_faults(scheme)
    yield from _bound_faults(scheme)
    for indicator, condition in scheme.eligibility.items():
        where = f"eligibility.{indicator}"
        yield from _indicator_faults(where, indicator, known)
        yield from (_meant(where, fault) for fault in condition.faults(scheme.grades.names()))
    yield from (_meant("grades", fault) for fault in scheme.grades.faults())
    yield from _waiver_faults(scheme)


def _meant(where: str, fault: str) -> Fault:
    """A fault of a block that begins with the key within it, such as '.min: is missing'."""
    key, _, said = fault.partition(": ")
    return Fault("contradiction", f"{where}{key}", said)


def _name_faults(scheme: Scheme) -> Iterator[Fault]:
    try:
        safe_name(scheme.name, "scheme")
    except StudyError as error:
        yield Fault("contradiction", "name", str(error))
    try:
        if scheme.effective_from is not None:
            Quarter.parse(scheme.effective_from)
    except StudyError as error:
        yield Fault("contradiction", "effective_from", str(error))
    if not scheme.title.get("en") or not scheme.title.get("zh"):
        yield Fault("missing_key", "title", "needs the languages en and zh")


def _weight_faults(scheme: Scheme, known: Mapping[str, Card]) -> Iterator[Fault]:
    for where, role, level in places(scheme):
        dimensions, rules = scheme.dimensions_for(role, level), scheme.rules_for(role, level)
        yield from _sum_faults(where, "the weights sum to", (d.weight for d in dimensions.values()))
        weighed = Counter(i for d in dimensions.values() if d.weight for i, part in d.indicators.items() if part)
        for indicator in sorted(i for i, times in weighed.items() if times > 1):
            yield Fault("weighed_twice", where, f"{indicator} is weighed in two dimensions; weigh it in one")
        for name, dimension in dimensions.items():
            yield from _dimension_faults(f"{where}.{name}", dimension, known)
        for indicator in weighed:
            if indicator not in rules:
                yield Fault("missing_key", f"rules.{indicator}", "is missing; every weighed indicator needs a rule")


def _sum_faults(where: str, said: str, parts: Iterable[float]) -> Iterator[Fault]:
    total = math.fsum(parts)
    if abs(total - 100) > 1e-9:
        yield Fault("weights_sum", where, f"{said} {total:g}, but must sum to 100", {"total": f"{total:g}"})


def _dimension_faults(where: str, dimension: Dimension, known: Mapping[str, Card]) -> Iterator[Fault]:
    if not 0 <= dimension.weight <= 100:
        yield Fault("contradiction", f"{where}.weight", f"{dimension.weight:g} is not between 0 and 100")
    if dimension.weight:
        yield from _sum_faults(f"{where}.indicators", "sum to", dimension.indicators.values())
    for indicator, weight in dimension.indicators.items():
        if weight < 0:
            yield Fault("contradiction", f"{where}.indicators.{indicator}", f"{weight:g} is negative")
        yield from _indicator_faults(f"{where}.indicators.{indicator}", indicator, known)
    if rule := dimension.rule:
        yield from _of_rule(f"{where}.rule", rule, "higher")
        if rule.shrink or rule.min_n is not None:
            said = "shrink and min_n are for an indicator's rule; points have no observations"
            yield Fault("contradiction", f"{where}.rule", said)
        if isinstance(rule, Attainment) and rule.target == MEDIAN:
            yield Fault("contradiction", f"{where}.rule.target", "points have no history; state a number")


def _indicator_faults(where: str, indicator: str, known: Mapping[str, Card]) -> Iterator[Fault]:
    if indicator not in known:
        yield Fault("unknown_word", where, f"is not a known indicator; {nearest(indicator, known)}")
    elif not known[indicator].scored:
        why = known[indicator].not_scored
        yield Fault("not_scored", where, f"nobody can be scored on it: {why['en']}", {"why": why})


def _rule_faults(scheme: Scheme, known: Mapping[str, Card]) -> Iterator[Fault]:
    blocks = [("rules", scheme.rules)]
    blocks += [(f"overrides.{number}.rules", override.rules) for number, override in enumerate(scheme.overrides)]
    for block, rules in blocks:
        for indicator, rule in rules.items():
            yield from _indicator_faults(f"{block}.{indicator}", indicator, known)
            better = known[indicator].better if indicator in known else "higher"
            yield from _of_rule(f"{block}.{indicator}", rule, better)


def _of_rule(where: str, rule: Any, better: Better) -> Iterator[Fault]:
    kind = "ladder_gap" if isinstance(rule, Ladder) else "contradiction"
    yield from (Fault(kind, where, fault) for fault in rule.faults(better))


def _override_faults(scheme: Scheme) -> Iterator[Fault]:
    seen = set()
    for number, override in enumerate(scheme.overrides):
        where = f"overrides.{number}"
        if not override.dimensions and not override.rules:
            yield Fault("contradiction", where, "changes nothing; state dimensions or rules")
        if (override.role, override.level) in seen:
            whose = f"{override.role} {override.level or ''}".strip()
            yield Fault("contradiction", where, f"{whose} has an override before; write them as one")
        seen.add((override.role, override.level))


def _aggregation_faults(scheme: Scheme) -> Iterator[Fault]:
    for stage in ("within", "over"):
        combine: Combine = getattr(scheme.aggregation, stage)
        where = f"aggregation.{stage}"
        if (combine.method == "owa") != bool(combine.places):
            yield Fault("contradiction", f"{where}.places", "belong to owa, and owa needs them")
        elif combine.places and (min(combine.places) < 0 or abs(math.fsum(combine.places) - 100) > 1e-9):
            yield Fault("contradiction", f"{where}.places", "must be 0 or more and sum to 100")
        if combine.method in ("geometric", "harmonic"):
            for name, rule in _scoring_rules(scheme):
                if (least := rule.least()) < 0:
                    said = f"a {combine.method} mean needs points of 0 or more; {name} goes down to {least:g}"
                    yield Fault("contradiction", where, said)


def _scoring_rules(scheme: Scheme) -> Iterator[tuple[str, Any]]:
    blocks: list[tuple[str, Scheme | Override]] = [("", scheme)]
    blocks += [(f"overrides.{number}.", override) for number, override in enumerate(scheme.overrides)]
    for where, block in blocks:
        yield from ((f"{where}rules.{indicator}", rule) for indicator, rule in block.rules.items())
        yield from ((f"{where}dimensions.{name}.rule", d.rule) for name, d in block.dimensions.items() if d.rule)


def _bound_faults(scheme: Scheme) -> Iterator[Fault]:
    floor, cap = scheme.total.floor, scheme.total.cap
    if floor is not None and cap is not None and floor >= cap:
        yield Fault("contradiction", "total", f"floor {floor:g} is not below cap {cap:g}")
    if not 0 <= scheme.missing.min_weight <= 100:
        said = f"{scheme.missing.min_weight:g} is not between 0 and 100"
        yield Fault("contradiction", "missing.min_weight", said)


def _waiver_faults(scheme: Scheme) -> Iterator[Fault]:
    known = lint_cards()
    waivable = [name for name, card in known.items() if card.severity != "error"]
    for name, reason in scheme.waive.items():
        if name not in known:
            yield Fault("unknown_word", f"waive.{name}", f"is not a lint; {nearest(name, waivable)}")
        elif name not in waivable:
            yield Fault("contradiction", f"waive.{name}", "is an error, which cannot be waived; correct it")
        elif not reason.strip():
            yield Fault("contradiction", f"waive.{name}", "says no reason; a waiver needs one")
