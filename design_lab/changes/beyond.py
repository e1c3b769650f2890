"""When a finding has moved beyond its interval, and how often chance alone would have it so."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist

from design_lab.finding import Finding

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One finding in two reports, with a value and an interval in both, in the same unit."""

    before: Finding
    now: Finding

    @property
    def moved(self) -> bool:
        """Whether each value lies outside the other's interval."""
        return beyond(_value(self.before), _interval(self.before), _value(self.now), _interval(self.now))

    @property
    def apart(self) -> bool:
        """Whether the intervals share no point."""
        return apart(_interval(self.before), _interval(self.now))

    @property
    def by_chance(self) -> float:
        """The greatest probability that chance alone moves it, by the lower of the two levels."""
        return by_chance(min(self.before.level or 0.0, self.now.level or 0.0))


def pairs(before: Iterable[Finding], now: Iterable[Finding]) -> tuple[Pair, ...]:
    """Return what can be compared by intervals, in the order of the new report."""
    then = {finding.id: finding for finding in before if finding.interval and finding.value is not None}
    return tuple(
        Pair(before=then[finding.id], now=finding)
        for finding in now
        if finding.interval and finding.value is not None and finding.id in then
        if then[finding.id].unit == finding.unit
    )


def beyond(before: float, before_interval: Interval, now: float, now_interval: Interval) -> bool:
    """Whether the new value lies outside the old interval and the old value outside the new one.

    >>> beyond(0.61, (0.57, 0.65), 0.66, (0.60, 0.72)), beyond(0.61, (0.57, 0.65), 0.66, (0.62, 0.70))
    (False, True)
    """
    return not (before_interval[0] <= now <= before_interval[1] or now_interval[0] <= before <= now_interval[1])


def apart(before: Interval, now: Interval) -> bool:
    """Whether two intervals share no point.

    >>> apart((0.57, 0.65), (0.64, 0.70)), apart((0.57, 0.65), (0.66, 0.70))
    (False, True)
    """
    return before[1] < now[0] or now[1] < before[0]


def by_chance(level: float) -> float:
    """Return how often, at most, `beyond` holds for two independent estimates of one unchanged quantity.

    Two normal estimates differ by more than z times the larger standard error with a probability that is greatest where
    both are equal: 2 (1 - F(z / sqrt 2)), with z the quantile of the level (after Cumming and Maillardet 2006, on how
    often a replication falls into an interval). Estimates that share data differ less, and it is rarer. A level of 1 is
    of bounds that hold whatever the draw.

    >>> round(by_chance(0.95), 3), round(by_chance(0.9), 3)
    (0.166, 0.245)
    """
    if level >= 1:
        return 0.0
    normal = NormalDist()
    return 2 * (1 - normal.cdf(normal.inv_cdf(0.5 + level / 2) / math.sqrt(2)))


def _value(finding: Finding) -> float:
    return float(finding.value or 0)


def _interval(finding: Finding) -> Interval:
    return finding.interval or (-math.inf, math.inf)
