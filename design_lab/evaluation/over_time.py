"""A candidate against today's scheme in every past quarter: whether the last quarter is like the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from design_lab.display import Quantity, Shown
from design_lab.evaluation.comparison import Comparison, compare
from design_lab.finding import Finding, state
from design_lab.scoring import History, Scores, score_moved

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class OverTime(Shown):
    """One candidate compared with today's scheme in each quarter, the oldest first."""

    units: ClassVar = {"rank_correlation": "correlation", "grade_changes": "share", "people": "count"}
    quarters: tuple[Comparison, ...]

    @property
    def told(self) -> tuple[Comparison, ...]:
        """The quarters in which people were graded under both."""
        return tuple(one for one in self.quarters if one.graded)

    def table(self) -> pd.DataFrame:
        """Return one row a quarter: its rank correlation, the share of grades that change, people graded."""
        import pandas as pd

        rows = [(one.quarter, one.rank_correlation, one.changes, one.graded) for one in self.quarters]
        return pd.DataFrame(rows, columns=["quarter", *self.units])

    def findings(self) -> tuple[Finding, ...]:
        """State the share of grades that change in each quarter, and from where to where it goes."""
        if len(self.told) < 2:
            return ()
        newest = self.told[-1]
        each = tuple(
            state(
                f"candidates.{one.name}.grade_changes_by_quarter.{one.quarter}", one.changes,
                says="candidates.grade_changes_by_quarter", unit="share", n=one.graded, claim=one.claim_of_grades,
                limits=one.limits_of_grades, among=one.among, scheme=one.title, quarter=one.quarter,
            )
            for one in self.told
        )  # fmt: skip
        shares = [one.changes for one in self.told]
        span = state(
            f"candidates.{newest.name}.grade_changes_over_time", sum(shares) / len(shares),
            says="candidates.grade_changes_over_time", unit="share", n=min(one.graded for one in self.told),
            claim=newest.claim_of_grades, among=newest.among, scheme=newest.title,
            limits=[limit for limit in newest.limits_of_grades if limit != "one_quarter"],
            quarters=Quantity(len(shares), "count"), lowest=Quantity(min(shares), "share"),
            highest=Quantity(max(shares), "share"),
        )  # fmt: skip
        return (span, *each)


def over_time(past: History, today: Scores, candidates: Sequence[Scores]) -> tuple[OverTime, ...]:
    """Compare each candidate with today's scheme in each past quarter in which anybody was under it.

    Compared are the people who were; everybody else stays under her own scheme. Targets are each quarter's own. `today`
    and `candidates` are scores of one quarter, which is not scored again if it is among those of `past`.
    """
    under = {
        one: held.stating(today.scheme) for one, held in past.in_force.items() if held.leading.name == today.scheme.name
    }

    def quarters(known: Scores) -> list[Scores]:
        return [
            known
            if past.panels[one].quarter == known.quarter
            else score_moved(past.panels[one], held, known.scheme, medians=past.medians(one))
            for one, held in under.items()
        ]

    before = quarters(today)
    return tuple(
        OverTime(quarters=tuple(compare(one, other) for one, other in zip(before, quarters(candidate), strict=True)))
        for candidate in candidates
    )
