"""What cannot be meant in a scheme file: weights that do not sum to 100, gaps, unknown words, rules against the grain.

`Scheme.read` refuses a file with these; what can be scored and is doubtful all the same, `evaluation/lint` says.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from design_lab.catalogue import Card
from design_lab.catalogue.lints import lint_cards
from design_lab.errors import Fault, StudyError, nearest
from design_lab.files import safe_name
from design_lab.periods import Quarter
from design_lab.rulebook import MEDIAN, Attainment, Better, Ladder

# Keys of rules and conditions that are said in the unit of their indicator.
_IN_UNIT = {"target", "threshold", "stretch", "zero_at", "full_at", "low", "high", "start", "end", "min", "max"}
_NO_SHARE = 2  # a straight line may end somewhat beyond what there can be

if TYPE_CHECKING:
    from pydantic import BaseModel

    from design_lab.scheme import Combine, Dimension, Override, Scheme


def places(scheme: Scheme) -> Iterator[tuple[str, str, str]]:
    """Yield each place where weights and rules are stated: its key, and the role and level for which they hold."""
    yield "dimensions", "", ""
    for number, override in enumerate(scheme.overrides):
        named = f"{override.role}{' ' + override.level if override.level else ''}"
        yield f"overrides.{number} ({named})", override.role, override.level or ""


def scheme_faults(scheme: Scheme, known: Mapping[str, Card]) -> Iterator[Fault]:
    """Yield every fault of a scheme whose keys are right, by the metric cards that it may weigh."""
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
        yield from _share_faults(where, condition, known.get(indicator))
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
            yield from _id_faults(f"{where}.{name}", name)
            yield from _dimension_faults(f"{where}.{name}", dimension, known)
        for indicator in weighed:
            if indicator not in rules:
                yield Fault("missing_key", f"rules.{indicator}", "is missing; every weighed indicator needs a rule")


def _sum_faults(where: str, said: str, parts: Iterable[float]) -> Iterator[Fault]:
    total = math.fsum(parts)
    if abs(total - 100) > 1e-9:
        told = f"{total:.12g}"  # 100.0000001 is not said to be 100
        yield Fault("weights_sum", where, f"{said} {told}, but must sum to 100", {"total": told})


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


def _id_faults(where: str, name: str) -> Iterator[Fault]:
    """A dimension's id stands in the ids of findings, beside the part of a score that is called rules."""
    if name == "rules":
        yield Fault("contradiction", where, "is what the rules add beside all dimensions; choose another word")
        return
    try:
        safe_name(name, "dimension")
    except StudyError as error:
        yield Fault("contradiction", where, f"{error}; what it is called stands in study.yaml (dimensions)")


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
            yield from _share_faults(f"{block}.{indicator}", rule, known.get(indicator))


def _of_rule(where: str, rule: Any, better: Better) -> Iterator[Fault]:
    kind = "ladder_gap" if isinstance(rule, Ladder) else "contradiction"
    yield from (Fault(kind, where, fault) for fault in rule.faults(better))


def _share_faults(where: str, stated: BaseModel, card: Card | None) -> Iterator[Fault]:
    """Percent where a share is meant, which nobody would reach, or everybody."""
    if card is None or card.unit != "share":
        return
    blocks = [("", stated), *((f".steps.{at}", step) for at, step in enumerate(getattr(stated, "steps", ())))]
    for inside, block in blocks:
        for key in sorted(_IN_UNIT & set(type(block).model_fields)):
            value = getattr(block, key)
            if isinstance(value, int | float) and abs(value) > _NO_SHARE:
                said = f"{value:g} is far beyond any share; write {value / 100:g} for {value:g} %"
                yield Fault("contradiction", f"{where}{inside}.{key}", said)


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
