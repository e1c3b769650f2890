"""Two schemes on the same past data: who would be ranked and graded otherwise, with everybody behaving as before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from design_lab.display import Quantity, Shown
from design_lab.evaluation.grounds import claim_of, either_reconstructed, limits_of_both, unchanged_behaviour
from design_lab.finding import Claim, Finding, state
from design_lab.scheme import Scheme
from design_lab.scoring import Scores
from design_lab.scoring.roster import headcount, last_spells

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Comparison(Shown):
    """What a candidate would change against the scheme in force.

    `rank_correlation` is Spearman's, on ranks within role and level, of `ranked` people, None where too few can be
    ranked under both; `transitions` counts people by grade today (rows) and under the candidate (columns), `graded` in
    all, of whom `up` get a better grade and `down` a worse one. `reconstructed` says whether the client has not
    confirmed how totals come about under either scheme, `grades_reconstructed` whether grades; `in_one_order` whether
    it can be told which of two grades is better.
    """

    name: str
    title: dict[str, str]
    quarter: str
    rank_correlation: float | None
    ranked: int
    transitions: pd.DataFrame
    up: int
    down: int
    reconstructed: bool
    grades_reconstructed: bool
    in_one_order: bool = True
    limits: tuple[str, ...] = ()  # of the scores themselves
    among: Mapping[str, str] | None = None  # the scheme, where these are only the people under it

    @property
    def graded(self) -> int:
        """How many people have a grade under both."""
        return int(self.transitions.to_numpy().sum())

    @property
    def changes(self) -> float:
        """The share of those graded under both who would get another grade."""
        return (self.up + self.down) / self.graded

    def table(self) -> pd.DataFrame:
        """Return the transition matrix, today's grades as rows."""
        return self.transitions.rename_axis("today").reset_index()

    def findings(self) -> tuple[Finding, ...]:
        """State the rank correlation and how many people would change grade."""
        if self.rank_correlation is None:
            correlation = self._unknown("rank_correlation", "correlation", self.ranked)
        else:
            correlation = state(
                f"candidates.{self.name}.rank_correlation", self.rank_correlation, says="candidates.rank_correlation",
                unit="correlation", n=self.ranked, claim=claim_of(self.reconstructed),
                limits=unchanged_behaviour(self.reconstructed, self.limits), among=self.among,
                scheme=self.title,
            )  # fmt: skip
        if not self.graded:
            why = "" if self.in_one_order else "_apart"
            return correlation, self._unknown("grade_changes", "share", 0, why=why)
        claim, limits = self.claim_of_grades, self.limits_of_grades
        up, down = Quantity(self.up, "people"), Quantity(self.down, "people")
        changes = state(
            f"candidates.{self.name}.grade_changes", self.changes,
            says="candidates.grade_changes", unit="share", n=self.graded, claim=claim, limits=limits,
            among=self.among, scheme=self.title, up=up, down=down,
        )  # fmt: skip
        ways = tuple(
            state(
                f"candidates.{self.name}.{way}", count, says=f"candidates.{way}", unit="people", n=self.graded,
                claim=claim, limits=limits, among=self.among, scheme=self.title,
            )
            for way, count in (("grade_up", self.up), ("grade_down", self.down))
        )  # fmt: skip
        return (correlation, changes, *ways)

    @property
    def claim_of_grades(self) -> Claim:
        """What may be claimed of grades that change."""
        return claim_of(self.grades_reconstructed)

    @property
    def limits_of_grades(self) -> tuple[str, ...]:
        """What limits what is said of grades that change, as keys below `limit.`."""
        return unchanged_behaviour(self.grades_reconstructed, self.limits)

    def _unknown(self, what: str, unit: str, n: int, *, why: str = "") -> Finding:
        return state(
            f"candidates.{self.name}.{what}", None, says=f"candidates.{what}_unknown{why}", unit=unit, n=n,
            claim="unidentified", among=self.among, scheme=self.title, quarter=self.quarter,
        )  # fmt: skip


def compare(today: Scores, candidate: Scores) -> Comparison:
    """Compare two schemes' scores of the same people and quarter, as far as people can be told apart under both.

    Ranks are of spells in a role and level; of grades each person's last one counts, so that a change is one person's.
    """
    import pandas as pd

    both = today.told_apart & candidate.told_apart
    graded = graded_under_both(today, candidate)
    known = grades_of_both(today.scheme, candidate.scheme)
    order = known or [*today.scheme.grades.names()]
    before = pd.Categorical(today.grade[graded], categories=order, ordered=True)
    after = pd.Categorical(candidate.grade[graded], categories=order, ordered=True)

    return Comparison(
        name=candidate.scheme.name,
        title=candidate.scheme.title,
        quarter=today.quarter,
        rank_correlation=_rank_correlation(today, candidate, both),
        ranked=headcount(both.index[both]),
        transitions=pd.crosstab(before, after, dropna=False).reindex(index=order, columns=order, fill_value=0),
        up=int((after.codes < before.codes).sum()),
        down=int((after.codes > before.codes).sum()),
        reconstructed=either_reconstructed(today, candidate, "totals"),
        grades_reconstructed=either_reconstructed(today, candidate, "grades"),
        in_one_order=known is not None,
        limits=limits_of_both(today, candidate),
        among=today.among,
    )


def grades_of_both(today: Scheme, candidate: Scheme) -> list[str] | None:
    """Return the grades of two schemes in one order, best first; one that only the candidate has stands in its place.

    None where they have no grade in common, or common ones in another order: nobody can tell then whose is better.
    """
    order, theirs = today.grades.names(), candidate.grades.names()
    shared = [name for name in theirs if name in order]
    if not shared or shared != [name for name in order if name in theirs]:
        return None
    for at, name in enumerate(theirs):
        if name not in order:
            following = next((one for one in theirs[at:] if one in order), None)
            order.insert(len(order) if following is None else order.index(following), name)
    return order


def graded_under_both(today: Scores, candidate: Scores) -> pd.Series:
    """Return who has a grade under both, (n,), each person once: the last of her spells in which she has.

    Nobody has where the two schemes' grades cannot be put in one order.
    """
    graded = today.grade.notna() & candidate.grade.notna()
    if grades_of_both(today.scheme, candidate.scheme) is None:
        graded &= False
    once = graded.copy()
    once[graded] = last_spells(graded.index[graded])
    return once


def _rank_correlation(today: Scores, candidate: Scores, both: pd.Series) -> float | None:
    """Spearman's correlation of ranks within role and level, the groups pooled; None if ranks do not vary in any."""
    groups = [today.people.loc[both, "role"], today.people.loc[both, "level"]]
    apart = []
    for scores in (today, candidate):
        # Rounded, so that totals that differ by float noise alone share a rank.
        ranks = scores.total[both].round(9).groupby(groups).rank()
        apart.append((ranks - ranks.groupby(groups).transform("mean")).to_numpy())
    size = float(np.sqrt((apart[0] ** 2).sum() * (apart[1] ** 2).sum()))
    return float(apart[0] @ apart[1] / size) if size else None
