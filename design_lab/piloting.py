"""What a study states of a pilot to come: how large an effect is worth finding, and what must not get worse by it."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from design_lab.catalogue.outcomes import OUTCOMES
from design_lab.errors import nearest
from design_lab.rulebook import Number, Record

MOST_MARGIN = 0.5  # of today's volume: who would bear half of it gone asks for no guard


class Piloting(Record):
    """What is wanted of a pilot; what is absent is not known.

    `least_effects` are the smallest effects worth finding, by outcome and without a sign, in the unit in which effects
    on it are told: percentage points of rates, points of scores, seconds, calls per hour, complaints per 10,000 calls.
    `volume_margin` is the share of today's calls per hour that may be lost at most: volume is held to no worse than
    that (non-inferiority).
    """

    least_effects: dict[str, Number] = Field(default_factory=dict)
    volume_margin: Number | None = None

    def faults(self) -> Iterator[str]:
        """Yield what cannot be meant, as key and sentence."""
        for outcome, effect in self.least_effects.items():
            key = f"pilot.least_effects.{outcome}"
            if outcome not in OUTCOMES:
                yield f"{key}: {outcome!r} is no outcome; {nearest(outcome, OUTCOMES)}"
            elif not effect > 0:
                yield f"{key}: {effect:g} is not above 0; state the size of the least effect, without a sign"
        if self.volume_margin is not None and not 0 < self.volume_margin <= MOST_MARGIN:
            margin, most = f"{self.volume_margin:g}", f"{MOST_MARGIN:g}"
            yield f"pilot.volume_margin: {margin} is not above 0 and at most {most}; 3 % is 0.03"
