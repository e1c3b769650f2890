"""Appeals of a period in numbers: how many, of whom, with what success, how soon; and what upheld ones correct."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from design_lab.evaluation.criteria import Estimate
from design_lab.evaluation.shares import LEVEL
from design_lab.scoring.intervals import share_interval

STANDARD = (5, 10)  # working days to a decision, between which practice sets its limit; the client may have its own
WINDOW = 10  # working days to file, upon being told


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Appeals against the results of one quarter or of several.

    `people` have an official result (None where no results were delivered), `appellants` of them appealed at least
    once, `without_result` appeals are by others. Of `filed` appeals `open` have no decision, `decided` say whether they
    were upheld and `upheld` were. `days` are the working days from filing to decision where both are known, `waited`
    those from being told of the result to filing; `holidays` says whether study.yaml names holidays of all years
    in which these days lie.
    """

    quarters: int
    people: int | None
    appellants: int
    without_result: int
    filed: int
    open: int
    decided: int
    upheld: int
    days: npt.NDArray[np.float64]
    waited: npt.NDArray[np.float64]
    holidays: bool

    @property
    def median(self) -> float | None:
        """The fewest working days within which half of the dated decisions were made; None without any."""
        return float(np.quantile(self.days, 0.5, method="inverted_cdf")) if self.days.size else None

    @property
    def rate(self) -> Estimate | None:
        """The share of people with an official result who appealed; None without any."""
        return share(self.appellants, self.people) if self.people else None

    @property
    def upheld_share(self) -> Estimate | None:
        """The share of decided appeals that were upheld; None without any."""
        return share(self.upheld, self.decided) if self.decided else None

    @property
    def filed_in_window(self) -> Estimate | None:
        """The share of appeals filed within `WINDOW` working days of being told; None where no such day is known."""
        return share(int((self.waited <= WINDOW).sum()), self.waited.size) if self.waited.size else None

    def decided_within(self, days: int) -> Estimate | None:
        """Return the share of appeals decided within some working days; None where none is dated or open.

        An open appeal may or may not be decided in time: the ends reach from none of them to all, beyond the interval
        of a share at level .95. Decisions without a usable date are left out.
        """
        n, hits = self.days.size + self.open, int((self.days <= days).sum())
        if not n:
            return None
        low, high = share_interval(hits, n, level=LEVEL)[0], share_interval(hits + self.open, n, level=LEVEL)[1]
        return Estimate(value=hits / n, low=low, high=high, n=n)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What the corrected values of `cases` upheld appeals do together.

    `regraded` of the appellants would get another grade, and so would `others` who did not appeal.

    `pool_x100` is the bonus pool before and after, None where no performance pay was delivered.
    """

    title: Mapping[str, str]
    reconstructed: bool
    limits: tuple[str, ...]
    cases: int
    regraded: int
    others: int
    pool_x100: tuple[int, int] | None


def share(hits: int, n: int) -> Estimate:
    """Return a share of `n`, at least 1, with Wilson's interval.

    >>> found = share(3, 11)
    >>> [round(end, 3) for end in (found.value, found.low, found.high)]
    [0.273, 0.097, 0.566]
    """
    low, high = share_interval(hits, n, level=LEVEL)
    return Estimate(value=hits / n, low=low, high=high, n=n)
