"""Whether people differ by more than chance on an indicator; where they do not, nobody may be ranked on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
LEVEL = 0.05  # of the test that people do not differ at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """How far `people` with `observations` in all can be told apart on one indicator.

    `p` is that of the one-way F test of no differences between people; `reliability` the share of the variance between
    people's means that is not sampling error, (F - 1) / F and never below 0. `between_variance` is that of people's
    true means, `within_variance` that of single observations of one person, both in the indicator's unit squared.
    `units` are the single observations where they are fewer: weeks, which stand for the calls in them. `spells` are
    those held against each other where they are more than the people: who changed level within the role has two.
    """

    people: int
    observations: int
    p: float
    reliability: float
    between_variance: float
    within_variance: float
    units: int | None = None
    spells: int | None = None

    @property
    def compared(self) -> int:
        """How many means were held against each other: one a person, or a spell."""
        return self.people if self.spells is None else self.spells

    @property
    def freedom(self) -> int:
        """Degrees of freedom of the variance within people."""
        return (self.observations if self.units is None else self.units) - self.compared

    @property
    def tells_apart(self) -> bool:
        """Whether differences as large as these would be rare by chance."""
        return self.p < LEVEL

    def reliability_at(self, n: float) -> float:
        """Return the reliability of a person's mean of `n` observations, 0 where people do not differ.

        >>> csat = signal(np.array([50.0, 50.0]), np.array([45.0, 30.0]), np.array([45.0, 30.0]))
        >>> round(csat.reliability_at(50), 2), round(csat.reliability_at(200), 2)
        (0.93, 0.98)
        """
        return (
            self.between_variance / (self.between_variance + self.within_variance / n) if self.between_variance else 0
        )


def signal(n: Array, total: Array, squares: Array, units: Array | None = None) -> Signal | None:
    """Test whether people's means differ, from each person's count, sum and sum of squares, all (people,).

    None with fewer than two people or no repeated observation: then there is nothing to judge by. A share is the case
    in which squares equal the sums. `units` are the single observations, where weeks stand for the n calls in them; the
    variances are still those of one of the n.

    One-way analysis of variance with random persons and unequal n, its variance
    components by equating mean squares to what is expected of them, the one between people never below 0 (Searle,
    Casella and McCulloch, Variance Components, 1992, chapter 3).

    >>> found = signal(np.array([50.0, 50.0]), np.array([45.0, 44.0]), np.array([45.0, 44.0]))
    >>> found.tells_apart, round(found.reliability, 2)
    (False, 0.0)
    """
    from scipy import stats

    people, observations = len(n), float(n.sum())
    freedom = float((n if units is None else units).sum()) - people
    if people < 2 or freedom <= 0:
        return None
    mean = total.sum() / observations
    between = float((n * (total / n - mean) ** 2).sum()) / (people - 1)
    within = float((squares - total**2 / n).sum()) / freedom
    # Rounding of sums must not pass for variance.
    floor = 1e-12 * max(float(squares.sum()) / observations, 1e-300)
    if max(between, within) <= floor:
        ratio, p, between, within = 0.0, 1.0, 0.0, 0.0
    else:
        ratio = between / max(within, floor)
        p = float(stats.f.sf(ratio, people - 1, freedom))
    usual_n = (observations - float((n**2).sum()) / observations) / (people - 1)
    return Signal(
        people=people,
        observations=int(observations),
        p=p,
        reliability=max(0.0, 1 - 1 / max(ratio, 1e-300)),
        between_variance=max(0.0, (between - within) / usual_n),
        within_variance=max(0.0, within),
        units=None if units is None else int(units.sum()),
    )
