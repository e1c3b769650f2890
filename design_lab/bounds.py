"""Among which weights a study seeks schemes: steps, limits and the bounds of dimensions, by role and level."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import Field, StrictInt

from design_lab.errors import nearest
from design_lab.rulebook import Number, Record

# By dimension, in percent: starting ranges by judgement for agents in customer service, where a study states none.
STARTING: Mapping[str, tuple[int, int]] = {
    "workload": (15, 35), "service_quality": (20, 35), "csat": (15, 30), "complaints": (0, 30), "sales": (0, 40),
    "teamwork": (10, 25), "additional": (0, 10),
}  # fmt: skip


class Search(Record):
    """Among which weights schemes are sought, in percent of the total; the defaults are common practice.

    Weights are multiples of `step`; an indicator weighs nothing or `least` to `most`, and `least` where its reliability
    is under `reliability`. `bounds` are those of dimensions for `default`, a role, or a role's level
    (`customer_service.team_leader`); the nearer wins. `key` names the dimensions that together weigh no less than
    today, `less` those that together weigh less and `more` those that weigh more; `pool` is by how much the bonus pool
    may change.
    """

    step: Annotated[StrictInt, Field(ge=1, le=50)] = 5
    least: StrictInt = 5
    most: StrictInt = 40
    indicators: StrictInt = 7
    reliability: Number = 0.6
    qualitative: StrictInt = 30
    pool: Number = 1.0
    key: tuple[str, ...] = ("csat", "complaints")
    less: tuple[str, ...] = ("workload",)
    more: tuple[str, ...] = ("teamwork",)
    bounds: dict[str, dict[str, tuple[StrictInt, StrictInt]]] = Field(default_factory=dict)

    def bounds_for(self, role: str, levels: Sequence[str] = ()) -> dict[str, tuple[int, int]]:
        """Return the bounds of dimensions that hold for all of some levels of a role; what none states has none.

        Of each level its own, else the role's, else the default's, else the tool's; several levels meet all of theirs.
        """
        common = dict(STARTING) | self.bounds.get("default", {}) | self.bounds.get(role, {})
        each = [common | self.bounds.get(f"{role}.{level}", {}) for level in levels] or [common]
        return {
            name: (max(one[name][0] for one in held), min(one[name][1] for one in held))
            for name in dict.fromkeys(name for one in each for name in one)
            if (held := [one for one in each if name in one])
        }

    def states(self, dimension: str, role: str, levels: Sequence[str] = ()) -> bool:
        """Whether the study itself bounds a dimension for all of some levels of a role."""
        wide = dimension in self.bounds.get("default", {}) or dimension in self.bounds.get(role, {})
        own = [dimension in self.bounds.get(f"{role}.{level}", {}) for level in levels]
        return wide or (bool(own) and all(own))

    def faults(self, roles: Iterable[str], levels: Iterable[str]) -> Iterator[str]:
        """Yield what cannot be meant in a study with these roles and levels, as key and sentence."""
        held = [*roles]
        known = ["default", *held, *(f"{role}.{level}" for role in held for level in levels)]
        for key, bounds in self.bounds.items():
            if key not in known:
                yield f"search.bounds.{key}: is neither a role nor a role's level; {nearest(key, known)}"
            for name, (low, high) in bounds.items():
                if low > high:
                    yield f"search.bounds.{key}.{name}: {low} is above {high}"
        if 100 % self.step:
            yield f"search.step: {self.step} does not divide 100"
