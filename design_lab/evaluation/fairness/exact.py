"""How many of a group get a grade, held exactly against chance within strata of like people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
_TIE = 1e-7  # relative: probabilities closer than this count as equal, as in Fisher's test by table
_WIDEST = 40.0  # log odds ratio beyond which a limit counts as 0 or without end


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """People who are held against each other: all of them, those of the group, and how many of all got the grade."""

    people: int
    group: int
    received: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exact:
    """How many of the group could have got the grade, (m,), and the logarithm of the ways in which each may come.

    Given who is alike and how many got the grade, groups treated alike share it as if drawn by lot: a hypergeometric
    number in each stratum, whose sum over strata is convolved here (the exact test of Cochran, Mantel and Haenszel).
    With a common odds ratio each way weighs odds ratio ^ count.
    """

    counts: Array
    log_ways: Array

    def chances(self, log_odds: float = 0.0) -> Array:
        """Return the probability of each count, (m,)."""
        weighed = self.log_ways + log_odds * self.counts
        chances = np.exp(weighed - weighed.max())
        return np.asarray(chances / chances.sum())

    def mean(self, log_odds: float = 0.0) -> float:
        """Return the count that is expected."""
        return float(self.chances(log_odds) @ self.counts)

    def p(self, received: int) -> float:
        """Return the two-sided p of no difference: the chance of a count as rare as this one, or rarer."""
        chances = self.chances()
        own = float(chances[int(received - self.counts[0])])
        return min(1.0, float(chances[chances <= own * (1 + _TIE)].sum()))

    def expected_within(self, received: int, level: float) -> tuple[float, float]:
        """Return the interval of the expected count: the odds ratios that the count at hand does not reject.

        Each end leaves (1 - level) / 2 to one side (Clopper and Pearson's construction).
        """
        tail = (1 - level) / 2
        at = int(received - self.counts[0])
        lowest = at == 0
        highest = at == len(self.counts) - 1
        low = self.counts[0] if lowest else self.mean(self._odds(lambda chances: chances[at:].sum(), tail))
        high = self.counts[-1] if highest else self.mean(self._odds(lambda chances: -chances[: at + 1].sum(), -tail))
        return float(low), float(high)

    def _odds(self, rising: Callable[[Array], float], wanted: float) -> float:
        """The log odds ratio at which a share that rises with it is as wanted."""
        from scipy.optimize import brentq

        def beyond(log_odds: float) -> float:
            return float(rising(self.chances(log_odds)) - wanted)

        if beyond(-_WIDEST) >= 0:
            return -_WIDEST
        return float(brentq(beyond, -_WIDEST, _WIDEST)) if beyond(_WIDEST) > 0 else _WIDEST


def exact(strata: Sequence[Stratum]) -> Exact:
    """Return the distribution over all strata together.

    >>> tea = exact([Stratum(people=8, group=4, received=4)])
    >>> round(tea.p(3), 4), round(tea.p(4), 4)
    (0.4857, 0.0286)
    """
    from scipy.special import gammaln

    def log_choose(n: int, k: Array) -> Array:
        return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))

    first, ways, log_scale = 0, np.ones(1), 0.0
    for one in strata:
        least = max(0, one.group + one.received - one.people)
        counts = np.arange(least, min(one.group, one.received) + 1, dtype=np.float64)
        logs = log_choose(one.group, counts) + log_choose(one.people - one.group, one.received - counts)
        first += least
        ways = np.convolve(ways, np.exp(logs - logs.max()))
        log_scale += logs.max()
        top = ways.max()
        ways, log_scale = ways / top, log_scale + float(np.log(top))
    kept = np.maximum(ways, np.finfo(np.float64).tiny)
    return Exact(counts=first + np.arange(len(ways), dtype=np.float64), log_ways=np.log(kept) + log_scale)
