"""What another scheme weighs otherwise, and whether more than weights is otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from design_lab.catalogue import LANGUAGES
from design_lab.catalogue.words import dimension_in
from design_lab.scheme import Scheme
from design_lab.study import Study

_DUST = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a dimension (or, where dimensions keep theirs, an indicator) weighed before and after, as shares.

    `title` is its name by language, as the study calls it.
    """

    name: str
    title: Mapping[str, str]
    before: float
    after: float
    of: Literal["dimension", "indicator"] = "dimension"


def reweighed(study: Study, schemes: Sequence[Scheme], role: str) -> tuple[tuple[Change, ...], bool]:
    """Return what the second of two schemes weighs otherwise for a role, and whether that differs by level.

    By dimension, or where dimensions keep their weights by indicator; nothing without schemes. Without a role the first
    for which something differs is told.
    """
    if not schemes:
        return (), False
    before, after = schemes
    roles = [role] if role else [*study.settings.roles]
    by_pair = [_between(study, (before, after), one, level) for one in roles for level in study.settings.levels]
    told = next((one for one in by_pair if one), ())
    return told, any(one != told for one in by_pair)


def _between(study: Study, schemes: tuple[Scheme, Scheme], role: str, level: str) -> tuple[Change, ...]:
    """The dimensions, or else the indicators, that weigh otherwise for one role and level."""
    by_dimension = [
        {name: one.weight / 100 for name, one in each.dimensions_for(role, level).items()} for each in schemes
    ]
    by_indicator = [each.weights(role, level) for each in schemes]
    named = study.settings.dimensions
    dimensions = tuple(
        Change(name=name, title={lang: dimension_in(name, lang, named) for lang in LANGUAGES}, before=was, after=now)
        for name, was, now in _unequal(*by_dimension)
    )
    return dimensions or tuple(
        Change(name=name, title=study.cards[name].name, before=was, after=now, of="indicator")
        for name, was, now in _unequal(*by_indicator)
    )


def _unequal(before: Mapping[str, float], after: Mapping[str, float]) -> Iterator[tuple[str, float, float]]:
    """What is weighed otherwise: its name, and both weights."""
    for name in dict.fromkeys([*before, *after]):
        was, now = before.get(name, 0.0), after.get(name, 0.0)
        if abs(was - now) > _DUST:
            yield name, was, now


def rules_differ(schemes: Sequence[Scheme]) -> bool:
    """Return whether more than weights differ: rules of what both weigh, conditions, grades, how points combine."""
    if not schemes:
        return False
    before, after = schemes
    parts = ("aggregation", "missing", "total", "rounding", "appraised", "eligibility", "protected", "grades")
    shared = {*before.rules} & {*after.rules}
    return any(before.rules[one] != after.rules[one] for one in shared) or any(
        getattr(before, part) != getattr(after, part) for part in parts
    )
