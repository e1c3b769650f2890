"""What a designer might have chosen otherwise, and how uniform numbers become such choices.

Weights within some points of those stated, another rule of points, another aggregation, another treatment of missing
data, and the sample in which people were measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from design_lab.evaluation.contexts import RULES, with_rule
from design_lab.scheme import Aggregation, Combine, Scheme

Array = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.integer[Any]]
REACH = 0.05  # of the total: how far each weight may lie from the one stated
FACTORS = ("weights", "rule", "aggregation", "missing", "sampling")
OTHER_RULES: Mapping[str, Mapping[str, Any]] = MappingProxyType({**RULES, "percentile": {"rule": "percentile"}})
_KEPT = 0.1  # of a stated weight at least: what is weighed stays weighed


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The schemes that share the weights of `scheme` but differ in one choice, the one as stated first in each.

    What would be the same as stated is not there twice. A geometric mean is left out where points may be negative.
    """

    scheme: Scheme
    rules: tuple[Scheme, ...]
    aggregations: tuple[Aggregation, ...]
    missing: tuple[str, ...]

    @classmethod
    def of(cls, scheme: Scheme) -> Choices:
        """Return the choices beside those of a scheme."""
        rules = (scheme, *other_rules(scheme).values())
        means = [scheme.aggregation, Aggregation()]
        if all(_never_negative(one) for one in rules):
            geometric = Combine(method="geometric")
            means.append(Aggregation(within=geometric, over=geometric))
        stated = scheme.missing.incomplete
        return cls(
            scheme=scheme,
            rules=rules,
            aggregations=tuple(dict.fromkeys(means)),
            missing=tuple(dict.fromkeys((stated, "shrink", "keep", "drop"))),
        )


def other_rules(scheme: Scheme) -> dict[str, Scheme]:
    """Return the scheme under each of `OTHER_RULES` that gives some indicator another rule than it has, by name."""
    found = {name: with_rule(scheme, rule) for name, rule in OTHER_RULES.items()}

    def differs(other: Scheme) -> bool:
        return any(other.rules[name] != scheme.rules.get(name) for name in scheme.indicators)

    return {name: other for name, other in found.items() if differs(other)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """Draws of choices: `weights` (draws, k), uniform numbers by indicator; the others number a choice, (draws,).

    0 is the choice as stated; `sampling` is 0 for people as observed and 1, 2, ... for them measured again.
    """

    weights: Array
    rule: Numbers
    aggregation: Numbers
    missing: Numbers
    sampling: Numbers

    def __len__(self) -> int:
        return len(self.weights)


def category(uniform: Array, count: int) -> Numbers:
    """Return which of `count` equally likely categories uniform numbers in [0, 1] stand for.

    >>> category(np.array([0.0, 0.49, 0.5, 1.0]), 2).tolist()
    [0, 0, 1, 1]
    """
    return np.minimum((uniform * count).astype(np.int64), count - 1)


def halved(uniform: Array, count: int) -> Numbers:
    """Return 0 for the lower half of uniform numbers, and 1 to `count` equally likely for the upper.

    >>> halved(np.array([0.0, 0.4, 0.5, 0.99]), 2).tolist()
    [0, 0, 1, 2]
    """
    return np.where(uniform < 0.5, 0, 1 + category(2 * uniform - 1, count))


def shifted(weights: Array, uniform: Array, reach: float = REACH) -> Array:
    """Return weights (draws, k) that sum to 1 and lie within `reach` of those stated, (k,), by uniform numbers.

    Each weight moves by reach x (2 u - 1); the mean of the moves is taken off, so that they sum to 0, and all are drawn
    back by one factor where one would go beyond the reach or below a tenth of its weight. At u = .5 throughout nothing
    moves. The draws fill the range, though not evenly. What is not weighed stays so.

    >>> shifted(np.array([0.6, 0.4, 0.0]), np.array([[1.0, 0.0, 0.3], [0.5, 0.5, 0.5]])).round(3).tolist()
    [[0.65, 0.35, 0.0], [0.6, 0.4, 0.0]]
    """
    held = weights > 0
    moves = np.where(held, reach * (2 * uniform - 1), 0.0)
    moves = np.where(held, moves - moves.sum(axis=1, keepdims=True) / max(held.sum(), 1), 0.0)
    room = np.where(moves < 0, np.minimum((1 - _KEPT) * weights, reach), reach)
    size = np.abs(moves)
    factor = np.divide(room, size, out=np.ones(moves.shape), where=size > 1e-15).min(axis=1, initial=1.0)
    return np.asarray(weights + moves * factor[:, None])


def moved(weights: Array, place: int, by: float) -> Array:
    """Return weights (k,) with one moved by `by` and the others rescaled, so that they still sum to 1.

    It stays between a tenth of its weight and all; without others to rescale, or where it is not weighed, nothing
    moves.

    >>> moved(np.array([0.5, 0.25, 0.25]), 0, 0.1).round(3).tolist()
    [0.6, 0.2, 0.2]
    """
    stated = weights[place]
    if stated <= 0 or stated >= 1:
        return weights.copy()
    new = min(max(stated + by, _KEPT * stated), 1.0)
    found = np.asarray(weights * (1 - new) / (1 - stated))
    found[place] = new
    return found


def _never_negative(scheme: Scheme) -> bool:
    blocks = (scheme.rules, *(override.rules for override in scheme.overrides))
    rules = [rule for block in blocks for rule in block.values()]
    rules += [dimension.rule for dimension in _dimensions(scheme) if dimension.rule]
    return all(rule.least() >= 0 for rule in rules)


def _dimensions(scheme: Scheme) -> list[Any]:
    blocks = (scheme.dimensions, *(override.dimensions for override in scheme.overrides))
    return [dimension for block in blocks for dimension in block.values()]
