"""Lints on rules of points: jumps that chance can cross, targets that nearly everybody reaches or misses."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from design_lab.catalogue import Card
from design_lab.display import Quantity
from design_lab.evaluation.lint.record import Lint, bound, say
from design_lab.rulebook import MEDIAN, Attainment, Ladder, Rule, Stretch
from design_lab.scheme import Scheme
from design_lab.scoring import Panel
from design_lab.scoring.points import positions

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class _Jump:
    """Points that change by `points` at the value `at`, and the `width` of the narrower step beside it."""

    at: float
    points: float
    width: float


def rules_of(scheme: Scheme) -> Iterator[tuple[str, str, str, str, Rule]]:
    """Yield every rule of an indicator that is weighed where it holds: key, role, level, indicator, rule."""
    for indicator, rule in scheme.rules.items():
        if indicator in scheme.indicators:
            yield f"rules.{indicator}", "", "", indicator, rule
    for number, override in enumerate(scheme.overrides):
        for indicator, rule in override.rules.items():
            if indicator in scheme.weights(override.role, override.level or ""):
                yield f"overrides.{number}.rules.{indicator}", override.role, override.level or "", indicator, rule


def of_rules(scheme: Scheme, cards: Mapping[str, Card], panel: Panel | None) -> Iterator[Lint]:
    """Where points jump at a value that a person cannot hold: its standard error is wider than the step.

    The usual standard error in the panel; without one that of a share at the least number of observations that is
    scored, binomial. What has neither is not judged.
    """
    for key, _, _, indicator, rule in rules_of(scheme):
        card = cards[indicator]
        for jump in _jumps(rule):
            if abs(jump.points) < bound("cliff"):
                continue
            error = _usual_error(panel, indicator)
            least = card.minimum_n if rule.min_n is None else rule.min_n
            says = "cliff_measured" if error is not None else "cliff"
            if error is None:
                error = _least_error(card, jump.at, least)
            if error is not None and error > jump.width:
                yield say(
                    "cliff", key, says=says, indicator=card.name, at=Quantity(jump.at, card.unit),
                    points=Quantity(abs(jump.points), "points"), width=Quantity(jump.width, card.unit),
                    error=Quantity(error, card.unit), n=Quantity(least, "count"),
                    people=None if panel is None else len(panel.people),
                )  # fmt: skip


def _jumps(rule: Rule) -> Iterator[_Jump]:
    if isinstance(rule, Stretch):
        width = abs(rule.target - rule.threshold)
        yield _Jump(at=rule.threshold, points=rule.points[0] - rule.below, width=width)
    if isinstance(rule, Ladder):
        ordered = sorted(rule.steps, key=lambda step: -math.inf if step.start is None else step.start)
        for lower, upper in itertools.pairwise(ordered):
            widths = [
                step.end - step.start for step in (lower, upper) if step.start is not None and step.end is not None
            ]
            if upper.start is not None and widths:
                yield _Jump(at=upper.start, points=upper.points - lower.points, width=min(widths))


def _usual_error(panel: Panel | None, indicator: str) -> float | None:
    if panel is None or indicator not in panel.standard_errors:
        return None
    usual = float(panel.standard_errors[indicator].astype("float64").median())
    return usual if math.isfinite(usual) else None


def _least_error(card: Card, at: float, n: int) -> float | None:
    yes_no = card.unit == "share" and 0 < at < 1 and all(way.of == "person" for way in card.computed)
    return math.sqrt(at * (1 - at) / n) if yes_no and n else None


def of_targets(
    scheme: Scheme, panel: Panel, usable: pd.DataFrame, medians: pd.DataFrame, *, least: int
) -> Iterator[Lint]:
    """Targets that more than four in five people reach, or fewer than one in five, among at least `least` with data."""
    for key, role, level, indicator, rule in rules_of(scheme):
        if indicator not in usable or not isinstance(rule, Attainment | Stretch):
            continue
        mine = _in_force(scheme, panel.people, indicator, rule, role, level) & usable[indicator].notna()
        roles = panel.people.loc[mine, "role"]
        aims = roles.map(medians[indicator]) if rule.target == MEDIAN and indicator in medians else None
        if rule.target != MEDIAN:
            aims = roles.map(lambda _, target=float(rule.target): target)
        if aims is None or (known := aims.notna()).sum() < least:
            continue
        values, aims = usable.loc[mine, indicator][known].astype("float64"), aims[known].astype("float64")
        sign = 1 if panel.cards[indicator].better == "higher" else -1
        reached = float((sign * values >= sign * aims).mean())
        for id, beyond in (
            ("target_reached_by_most", reached > bound("target_reached_by_most")),
            ("target_missed_by_most", reached < bound("target_missed_by_most")),
        ):
            if beyond:
                yield say(
                    id, f"{key}.target", people=len(values), indicator=panel.cards[indicator].name,
                    share=Quantity(reached, "share"), n=Quantity(len(values), "people"),
                )  # fmt: skip


def _in_force(scheme: Scheme, people: pd.DataFrame, indicator: str, rule: Rule, role: str, level: str) -> pd.Series:
    """Whom the rule that is stated for a role and level scores on the indicator, (n,)."""
    import pandas as pd

    pairs, at = positions(people)
    held = [
        role in ("", one) and level in ("", other) and indicator in scheme.weights(one, other)
        and scheme.rules_for(one, other).get(indicator) == rule
        for one, other in pairs
    ]  # fmt: skip
    return pd.Series(np.array(held, dtype=bool)[at], people.index)
