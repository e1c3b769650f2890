"""How soon people were told of their official results, counted from the end of the period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from design_lab.display import Shown, Term
from design_lab.evaluation.criteria import Estimate
from design_lab.evaluation.official import Official
from design_lab.evaluation.shares import LEVEL
from design_lab.finding import Finding, state
from design_lab.periods import Quarter
from design_lab.scoring.intervals import share_interval
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

_LIMITS = ("told_as_recorded", "one_quarter")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Feedback(Shown):
    """The days from the end of a quarter to each person being told of her result.

    `days` (n) is keyed by `employee_id`, a row each who has an official result: 1 on the day after the quarter's last;
    missing without a date, or with one before the quarter had ended. None if no results were delivered.
    """

    units: ClassVar = {"results": "people", "dated": "people", "median": "days", "p90": "days"}
    quarter: str
    days: pd.Series | None

    @property
    def dated(self) -> pd.Series | None:
        """The days of those whose date is known; None if nobody's is."""
        known = None if self.days is None else self.days.dropna()
        return None if known is None or known.empty else known

    def quantile(self, share: float) -> float | None:
        """Return the fewest days within which at least this share of people with a dated result were told."""
        known = self.dated
        return None if known is None else float(np.quantile(known.to_numpy(float), share, method="inverted_cdf"))

    def told_within(self, days: float) -> Estimate | None:
        """Return the share of people with a result who were told within some days; None where no date is known.

        Whose date is not known may or may not have been told: the ends reach from none of them to all of them, beyond
        the interval of a share at level .95.
        """
        if self.days is None or self.dated is None:
            return None
        n, told = len(self.days), int((self.days <= days).sum())
        open_ = int(self.days.isna().sum())
        low, high = share_interval(told, n, level=LEVEL)[0], share_interval(told + open_, n, level=LEVEL)[1]
        return Estimate(value=told / n, low=low, high=high, n=n)

    def table(self) -> pd.DataFrame:
        """Return one row: results, how many of them are dated, median and 90th percentile of the days."""
        import pandas as pd

        counts = 0 if self.days is None else len(self.days), 0 if self.dated is None else len(self.dated)
        return pd.DataFrame([(*counts, self.quantile(0.5), self.quantile(0.9))], columns=[*self.units])

    def findings(self) -> tuple[Finding, ...]:
        """State the median and the 90th percentile of the days, and how many results bear no date."""
        if self.days is None or self.dated is None:
            why = Term("unknown.no_results" if self.days is None else "unknown.feedback_undated")
            return (
                state(
                    "diagnosis.feedback.median", None, says="diagnosis.feedback.unknown", unit="days", n=0,
                    claim="unidentified", quarter=self.quarter, why=why,
                ),
            )  # fmt: skip
        found = [
            state(
                f"diagnosis.feedback.{name}", self.quantile(share), says=f"diagnosis.feedback.{name}", unit="days",
                n=len(self.dated), claim="accounting", limits=_LIMITS, quarter=self.quarter,
            )
            for name, share in (("median", 0.5), ("p90", 0.9))
        ]  # fmt: skip
        if undated := int(self.days.isna().sum()):
            found.append(
                state(
                    "diagnosis.feedback.undated", undated, says="diagnosis.feedback.undated", unit="people",
                    n=len(self.days), claim="accounting", limits=_LIMITS, quarter=self.quarter,
                )
            )  # fmt: skip
        return tuple(found)


def feedback(study: Study, quarter: Quarter, given: Official) -> Feedback:
    """Count the days from a quarter's last day to the day on which each person was told of her official result."""
    import pandas as pd

    if given.results is None:
        return Feedback(quarter=str(quarter), days=None)
    ended = pd.Timestamp(quarter.last_day(study.settings.calendar.month_ends_on))
    days = (pd.to_datetime(given.results["told_on"]) - ended).dt.days.astype("float64")
    return Feedback(quarter=str(quarter), days=days.where(days > 0))
