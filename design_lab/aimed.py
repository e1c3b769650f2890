"""What a study states that the client aims at."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field, StrictInt

from design_lab.rulebook import Number, Record

MILESTONES = (3, 6, 12)  # months at which a target may be stated


class Target(Record):
    """What the client aims at: the least (or, where lower is better, the most) of an indicator."""

    value: Number
    definition: str  # of the client, as far as known
    # by months from the latest quarter on, where the client states them
    milestones: dict[StrictInt, Number] = Field(default_factory=dict)

    def faults(self, key: str, *, share: bool) -> Iterator[str]:
        """Yield what cannot be meant at a key of study.yaml; a `share` lies between 0 and 1."""
        for months in self.milestones:
            if months not in MILESTONES:
                yield f"{key}.milestones.{months}: state them for {', '.join(map(str, MILESTONES))} months"
        stated = {"value": self.value} | {f"milestones.{months}": one for months, one in self.milestones.items()}
        for name, one in stated.items():
            if share and not 0 <= one <= 1:
                yield f"{key}.{name}: {one:g} is out of range; a share lies between 0 and 1, 90 % is 0.90"
