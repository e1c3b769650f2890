"""Schemes out of weights: today's scheme with other weights for some roles and levels, whole and valid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from design_lab.evaluation.search.space import Percents, Space
from design_lab.files import write_yaml
from design_lab.scheme import Scheme


def with_weights(
    base: Scheme, chosen: Iterable[tuple[Space, Percents]], others: Sequence[Scheme], **changed: Any
) -> Scheme:
    """Return `base` with the weights (k,), in percent, chosen for each space; `changed` are other keys of the file.

    Each role and level of a space gets an override that names all of its dimensions. Rules that `base` lacks are taken
    from `others`.
    """
    content = base.model_dump(exclude_unset=True, mode="json") | changed
    overrides = {(one["role"], one.get("level")): dict(one) for one in content.get("overrides", ())}
    for space, weights in chosen:
        for level in space.levels:
            own = overrides.setdefault((space.role, level), {"role": space.role, "level": level})
            own["dimensions"] = _dimensions(base, space, level, weights)
            if rules := _rules(base, space, level, weights, others):
                own["rules"] = own.get("rules", {}) | rules
    return base.remade(content | {"overrides": [*overrides.values()]})


def write(scheme: Scheme, folder: Path) -> Path:
    """Write a scheme as a file that `Scheme.read` accepts, `<folder>/<name>.yaml`, and return its path."""
    path = folder / f"{scheme.name}.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    write_yaml(path, scheme.model_dump(exclude_unset=True, mode="json"))
    return path


def carrier(base: Scheme, spaces: Iterable[Space], others: Sequence[Scheme]) -> Scheme:
    """Return `base` weighing evenly whatever it or a space's candidates weigh: so there are points for all."""
    content = base.model_dump(exclude_unset=True, mode="json")
    overrides = {(one["role"], one.get("level")): dict(one) for one in content.get("overrides", ())}
    for space in spaces:
        for level in space.levels:
            placed = {one.indicator: one.dimension for one in space.candidates}
            placed = base.dimension_of(space.role, level) | placed
            own = overrides.setdefault((space.role, level), {"role": space.role, "level": level})
            held = base.dimensions_for(space.role, level)
            own["dimensions"] = {
                name: (held[name].model_dump(exclude_unset=True, mode="json") if name in held else {})
                | _even(name, placed)
                for name in dict.fromkeys([*held, *placed.values()])
            }
            if rules := _rules(base, space, level, np.ones(len(space.candidates), dtype=np.int64), others):
                own["rules"] = own.get("rules", {}) | rules
    return base.remade(content | {"overrides": [*overrides.values()]})


def _even(name: str, placed: Mapping[str, str]) -> dict[str, Any]:
    inside = [indicator for indicator, dimension in placed.items() if dimension == name]
    weight = 100 / len(set(placed.values())) if inside else 0.0
    return {"weight": weight, "indicators": dict.fromkeys(inside, 100 / max(len(inside), 1))}


def _dimensions(base: Scheme, space: Space, level: str, weights: Percents) -> dict[str, Any]:
    stated = base.dimensions_for(space.role, level)
    names = dict.fromkeys([*stated, *(one.dimension for one in space.candidates)])
    found: dict[str, Any] = {}
    for name in names:
        kept = stated[name].model_dump(exclude_unset=True, mode="json") if name in stated else {"indicators": {}}
        inside: Mapping[str, int] = {
            one.indicator: int(weight)
            for one, weight in zip(space.candidates, weights, strict=True)
            if one.dimension == name and weight
        }
        if total := sum(inside.values()):
            kept["indicators"] = {indicator: 100 * weight / total for indicator, weight in inside.items()}
        found[name] = kept | {"weight": total}
    return found


def _rules(base: Scheme, space: Space, level: str, weights: Percents, others: Sequence[Scheme]) -> dict[str, Any]:
    known = base.rules_for(space.role, level)
    lacking = [one for one, weight in zip(space.indicators, weights, strict=True) if weight and one not in known]
    sources = [other.rules_for(space.role, level) for other in others]
    return {
        one: next(rules[one] for rules in sources if one in rules).model_dump(exclude_unset=True, mode="json")
        for one in lacking
    }
