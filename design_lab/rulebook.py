"""The rules by which a value becomes points, as a scheme file states them, and what cannot be meant.

docs/schemes.md shows every key with an example. `scoring/rules.py` applies them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Count = Annotated[int, Field(strict=True, ge=0)]
Better = Literal["higher", "lower"]
MEDIAN = "role_median_prior_4_quarters"
Target = Number | Literal["role_median_prior_4_quarters"]
Peer = Literal["role", "level", "team", "queue", "shift", "tenure_band", "site"]


class Record(BaseModel):
    """A block of a scheme file: unknown keys and numbers that are not finite are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class _Rule(Record):
    """What every rule may say: score the shrunk value, and on how many observations a value must rest."""

    shrink: StrictBool = False  # the empirical-Bayes value in place of the observed one
    min_n: Count | None = None  # absent: the minimum of the indicator's metric card

    def faults(self, better: Better) -> Iterator[str]:
        """Yield what cannot be meant, given which way the indicator is better."""
        return self._faults(better)

    def least(self) -> float:
        """Return the fewest points that the rule can give."""
        return 0.0

    def most(self) -> float | None:
        """Return the most points that a value can earn by being good enough; None where that hangs on the others."""
        return None

    def _faults(self, better: Better) -> Iterator[str]:
        yield from ()


class _Bounded(_Rule):
    """A rule whose points stay between `floor` and `cap`."""

    floor: Number
    cap: Number

    def _faults(self, better: Better) -> Iterator[str]:
        if self.floor >= self.cap:
            yield f"floor {self.floor:g} is not below cap {self.cap:g}"

    def least(self) -> float:
        """Return the floor."""
        return self.floor

    def most(self) -> float | None:
        """Return the cap."""
        return self.cap


class _AmongPeers(_Rule):
    """A rule that holds people against their peers: those who are alike in all that `peers` names."""

    peers: tuple[Peer, ...] = ("role", "level")  # an empty list: everybody
    min_group: Annotated[StrictInt, Field(ge=1)] = 2  # people with a value; a smaller group gets no points

    def _faults(self, better: Better) -> Iterator[str]:
        yield from super()._faults(better)
        if len(set(self.peers)) < len(self.peers):
            yield f"peers: {', '.join(self.peers)} names something twice"


class Attainment(_Bounded):
    """Points are 100 x value / target, between floor and cap.

    Where lower is better they are 100 x target / value (`inverse: ratio`) or 100 x (2 - value / target)
    (`inverse: difference`).
    """

    rule: Literal["attainment"]
    target: Target
    inverse: Literal["ratio", "difference"] = "ratio"

    def _faults(self, better: Better) -> Iterator[str]:
        yield from super()._faults(better)
        if not isinstance(self.target, str) and self.target <= 0:
            yield f"target {self.target:g} is not above 0"
        if self.inverse != "ratio" and better == "higher":
            yield "inverse: is for indicators of which lower is better"


class Stretch(_Rule):
    """Points run straight from threshold over target to stretch, which earn `points` in this order.

    Worse than the threshold earns `below`; better than the stretch earns no more.
    """

    rule: Literal["stretch"]
    threshold: Number
    target: Number
    stretch: Number
    points: tuple[Number, Number, Number] = (60, 100, 120)
    below: Number = 0

    def _faults(self, better: Better) -> Iterator[str]:
        knots = (self.threshold, self.target, self.stretch)
        if not _rising(knots if better == "higher" else knots[::-1]):
            way = "rise" if better == "higher" else "fall"
            yield f"threshold, target and stretch must {way}, because {better} is better, but are {_listed(knots)}"
        if not _rising(self.points) or self.below > self.points[0]:
            yield f"below and points must rise, but are {_listed((self.below, *self.points))}"

    def least(self) -> float:
        """Return what a value below the threshold earns."""
        return self.below

    def most(self) -> float | None:
        """Return what the stretch earns."""
        return self.points[-1]


class Linear(_Rule):
    """Points run from 0 at `zero_at` to 100 at `full_at`, and stay there beyond."""

    rule: Literal["linear"]
    zero_at: Number
    full_at: Number

    def _faults(self, better: Better) -> Iterator[str]:
        if self.zero_at == self.full_at:
            yield "zero_at and full_at are equal, so that a value earns nothing and everything"
        elif (self.full_at > self.zero_at) != (better == "higher"):
            yield f"{better} is better, but zero_at {self.zero_at:g} and full_at {self.full_at:g} reward the opposite"

    def most(self) -> float | None:
        """Return what full_at earns."""
        return 100.0


class Step(Record):
    """One step of a ladder: values from `start` (included) to `end` (excluded) earn `points`; absent is unbounded."""

    start: Number | None = None
    end: Number | None = None
    points: Number


class Ladder(_Rule):
    """Points jump from step to step; the steps must cover every value once."""

    rule: Literal["ladder"]
    steps: tuple[Step, ...]

    def _faults(self, better: Better) -> Iterator[str]:
        ordered = sorted(self.steps, key=lambda step: -math.inf if step.start is None else step.start)
        if not ordered or ordered[0].start is not None or ordered[-1].end is not None:
            yield "the ladder must be open below (a step without start) and above (a step without end)"
            return
        for lower, upper in itertools.pairwise(ordered):
            if lower.end is None or upper.start is None or lower.end != upper.start:
                yield f"values between {lower.end} and {upper.start} fall on no step or on two"
        along = [step.points for step in ordered]
        against = sorted(along, reverse=better == "higher")
        if along == against and along[0] != along[-1]:
            yield f"{better} is better, but the points of the steps reward the opposite"

    def least(self) -> float:
        """Return what the worst step earns."""
        return min(step.points for step in self.steps)

    def most(self) -> float | None:
        """Return what the best step earns."""
        return max(step.points for step in self.steps)


class Deduction(_Bounded):
    """Points are `base`, and `per_unit` more for each unit of the value beyond `start`, between floor and cap.

    A negative `per_unit` deducts, a positive one gives a bonus; `side: below` counts the units below `start`.
    """

    rule: Literal["deduction"]
    base: Number
    per_unit: Number
    start: Number = 0
    side: Literal["above", "below"] = "above"

    def _faults(self, better: Better) -> Iterator[str]:
        yield from super()._faults(better)
        if not self.floor <= self.base <= self.cap:
            yield f"base {self.base:g} is not between floor {self.floor:g} and cap {self.cap:g}"
        if self.per_unit == 0:
            yield "per_unit is 0, so that every value earns the same"
        elif (self.per_unit > 0) != ((better == "higher") == (self.side == "above")):
            side = f"{self.per_unit:g} points a unit {self.side} {self.start:g}"
            yield f"{better} is better, but {side} reward the opposite"


class ZScore(_AmongPeers, _Bounded):
    """Points are centre + spread x z among peers, between floor and cap; peers who do not differ get the centre."""

    rule: Literal["z"]
    centre: Number
    spread: Number
    sd: Literal["sample", "population"] = "sample"  # divided by n - 1 or by n

    def _faults(self, better: Better) -> Iterator[str]:
        yield from super()._faults(better)
        if self.spread <= 0:
            yield f"spread {self.spread:g} is not above 0"
        if self.sd == "sample" and self.min_group < 2:
            yield "min_group: a sample standard deviation needs 2 people"


class Percentile(_AmongPeers):
    """Points are 100 x (rank - 0.5) / n among peers, the worst at rank 1; tied people share the mean rank."""

    rule: Literal["percentile"]


class Rank(_AmongPeers):
    """Points are 100 x the share of the other peers who are strictly worse; a person alone gets 50."""

    rule: Literal["rank"]


class MinMax(_AmongPeers, _Bounded):
    """Points run from floor at the worst peer to cap at the best; peers who do not differ get the middle."""

    rule: Literal["min_max"]
    floor: Number = 0
    cap: Number = 100

    def most(self) -> float | None:
        """Return None: somebody is always the best."""
        return None


class Goalposts(_Bounded):
    """Points run from floor to cap between two fixed values, the better of which earns the cap; beyond they stay."""

    rule: Literal["goalposts"]
    low: Number
    high: Number
    floor: Number = 0
    cap: Number = 100

    def _faults(self, better: Better) -> Iterator[str]:
        yield from super()._faults(better)
        if self.low >= self.high:
            yield f"low {self.low:g} is not below high {self.high:g}"


Rule = Annotated[
    Attainment | Stretch | Linear | Ladder | Deduction | ZScore | Percentile | Rank | MinMax | Goalposts,
    Field(discriminator="rule"),
]
AmongPeers = ZScore | Percentile | Rank | MinMax


def _rising(values: tuple[float, ...]) -> bool:
    return all(low < high for low, high in itertools.pairwise(values))


def _listed(values: tuple[float, ...]) -> str:
    return ", ".join(f"{value:g}" for value in values)
