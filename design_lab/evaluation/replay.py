"""Replay: whether a scheme's rules give the scores, grades and bonus that were officially given.

Where they do, what is said of the scheme describes the client's own calculation; where they do not, it describes a
reconstruction, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from design_lab.display import Shown
from design_lab.evaluation.grounds import Decided, is_reconstructed, without_assuming
from design_lab.evaluation.official import Official
from design_lab.evaluation.shares import LEVEL
from design_lab.finding import Finding
from design_lab.scheme import Scheme
from design_lab.scoring import Panel, Scores, score
from design_lab.scoring.grades import grade
from design_lab.scoring.pay import Payroll, payroll

if TYPE_CHECKING:
    import pandas as pd

TOLERANCE = 0.05  # points
CONFIRMED = 0.95  # share of the official results that must come out for the rules to count as confirmed
FEW = 5  # a team with fewer people is small


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Replay(Shown):
    """Official results beside those of a scheme's rules.

    `people` (n) is keyed by `employee_id`, a row each who has an official result: `role`, `team`, `official` (score as
    published), `adjustment`, `reason`, `recomputed` (before adjustments, missing where the scheme gives no total),
    `gap` (official less recomputed and adjustment), `official_grade`, `grade` (recomputed, of adjusted scores) and
    `grade_unadjusted`; and, by the scheme's grading of official scores, `graded` with adjustments and
    `graded_unadjusted` without. None if no results were delivered. `unmatched` counts people whom the scheme scores and
    who have no official result. `payroll` pays the recomputed grades, `paid` the official ones, None without pay.
    """

    units: ClassVar = {"n": "count", "gap": "points", "margin": "points"}
    scheme: Scheme
    quarter: str
    tolerance: float
    people: pd.DataFrame | None
    unmatched: int
    payroll: Payroll | None
    paid: Payroll | None
    limits: tuple[str, ...] = ()

    @property
    def reconstructed(self) -> bool:
        """Whether rules that decide a score are assumed."""
        return is_reconstructed(self.scheme, "totals")

    @property
    def grades_assumed(self) -> bool:
        """Whether rules that decide a grade are assumed."""
        return is_reconstructed(self.scheme, "grading")

    @property
    def scores_reproduced(self) -> float | None:
        """Share of official scores that come out within the tolerance, once recorded adjustments are added."""
        return None if self.people is None else self._share(self.people["gap"])

    @property
    def scores_reproduced_before(self) -> float | None:
        """The same without the adjustments."""
        return None if self.people is None else self._share(self.people["gap"] + self.people["adjustment"])

    def _share(self, gap: pd.Series) -> float:
        # A hair of float must not turn a gap of exactly the tolerance away.
        return float((gap.abs() <= self.tolerance + 1e-9).mean())

    @property
    def officially_graded(self) -> pd.DataFrame:
        """The people who have an official grade; none if no results were delivered."""
        import pandas as pd

        return pd.DataFrame() if self.people is None else self.people[self.people["official_grade"].notna()]

    @property
    def grades_reproduced(self) -> float | None:
        """Share of official grades that come out; None where nobody has one."""
        known = self.officially_graded
        return float((known["grade"] == known["official_grade"]).mean()) if len(known) else None

    @property
    def confirms_scores(self) -> bool:
        """Whether the rules of scores may be taken for the client's own."""
        return (self.scores_reproduced or 0.0) >= CONFIRMED

    @property
    def confirms_grades(self) -> bool:
        """Whether the rules of grades may be taken for the client's own."""
        return (self.grades_reproduced or 0.0) >= CONFIRMED

    @property
    def settled(self) -> Scheme:
        """The scheme without assuming what the replay confirms: what is then said of it describes the client's own."""
        scores: tuple[Decided, ...] = ("totals",) if self.confirms_scores else ()
        return without_assuming(self.scheme, (*scores, "grading") if self.confirms_grades else scores)

    @property
    def rank_correlation(self) -> float | None:
        """Spearman's correlation of recomputed with unadjusted official scores, on ranks within role, pooled."""
        if self.people is None:
            return None
        both = self.people[self.people["recomputed"].notna()]
        scores = (both["recomputed"], both["official"] - both["adjustment"])
        ranks = [scored.round(9).groupby(both["role"]).rank() for scored in scores]
        apart = [(rank - rank.groupby(both["role"]).transform("mean")).to_numpy(dtype="float64") for rank in ranks]
        size = float(np.sqrt((apart[0] ** 2).sum() * (apart[1] ** 2).sum()))
        return float(apart[0] @ apart[1] / size) if size else None

    @property
    def adjusted(self) -> pd.DataFrame:
        """Return the manual adjustments, a row each: adjustment, reason, and the grade without and with all of them."""
        import pandas as pd

        if self.people is None:
            return pd.DataFrame()
        rows = self.people[self.people["adjustment"] != 0]
        return rows[["role", "team", "adjustment", "reason", "graded_unadjusted", "graded"]]

    def regraded(self) -> tuple[int, int]:
        """Return how many adjusted people, and how many others, have another grade than without the adjustments."""
        if self.people is None:
            return 0, 0
        graded = self.people[self.people["graded"].notna() & self.people["graded_unadjusted"].notna()]
        moved = graded["graded"] != graded["graded_unadjusted"]
        own = graded["adjustment"] != 0
        return int((moved & own).sum()), int((moved & ~own).sum())

    def findings(self) -> tuple[Finding, ...]:
        """State what came out of scores, grades and pool, the adjustments, and the teams that stand apart."""
        from design_lab.evaluation.replay_findings import findings_of

        return findings_of(self)

    def table(self) -> pd.DataFrame:
        """Return one row a team: role, team, n, mean gap, half its interval (level .95), whether the team is small.

        The interval allows for the number of teams (Bonferroni); it is missing for small teams.
        """
        import pandas as pd
        from scipy import stats

        if self.people is None:
            return pd.DataFrame(columns=["role", "team", "n", "gap", "margin", "small"])
        known = self.people[self.people["gap"].notna() & self.people["team"].notna()]
        by = known.groupby(["role", "team"])["gap"]
        found = pd.DataFrame({"n": by.size(), "gap": by.mean(), "sd": by.std()}).reset_index()
        found["small"] = found["n"] < FEW
        teams = max(int((~found["small"]).sum()), 1)
        t = stats.t.ppf(1 - (1 - LEVEL) / 2 / teams, (found["n"] - 1).clip(lower=1))
        found["margin"] = (t * found["sd"] / np.sqrt(found["n"])).where(~found["small"])
        return found[["role", "team", "n", "gap", "margin", "small"]]


def replay(
    panel: Panel, scheme: Scheme, given: Official, *, medians: pd.DataFrame, tolerance: float = TOLERANCE
) -> Replay:
    """Score a quarter as the scheme says and hold it against the official results.

    Nobody is left out of the grades for want of signal: a client's own calculation knows no such refusal. `medians`
    are the targets by role and indicator; `tolerance` is in points.
    """
    scores = score(panel, scheme, medians=medians, refuse_chance=False)
    results = given.results
    scored = scores.by_person(scores.total).dropna().index
    if results is None:
        own, people = scores.by_person(scores.grade), None
    else:
        beside = _beside(panel, scores, results)
        own, people = beside["grade"], _matched(beside, results)
    paid = None if given.pay is None or results is None else payroll(given.pay, results["grade"], scheme)
    return Replay(
        scheme=scheme,
        quarter=panel.quarter,
        tolerance=tolerance,
        people=people,
        unmatched=0 if people is None else len(scored.difference(people.index)),
        payroll=None if given.pay is None else payroll(given.pay, own, scheme),
        paid=paid,
        limits=scores.limits,
    )


def _beside(panel: Panel, scores: Scores, results: pd.DataFrame) -> pd.DataFrame:
    """What the scheme gives everybody, by `employee_id`: with the official adjustments, and of official scores."""
    import pandas as pd

    index = panel.people.index
    ids = index.get_level_values("employee_id")
    last = ~ids.duplicated(keep="last")
    said = results.reindex(ids[last]).set_axis(index[last]).reindex(index)
    kept = said["grade"].notna() if results["grade"].notna().any() else said["score"].notna()
    graded = scores.grade.notna()
    bounds = scores.scheme.total.floor, scores.scheme.total.cap
    adjusted = (scores.total + said["adjustment"].fillna(0.0)).clip(*bounds)
    unadjusted = said["score"] - said["adjustment"]
    found = {
        "role": panel.people["role"],
        "team": panel.people["team"],
        "recomputed": scores.total,
        "adjusted": adjusted,
        "grade": grade(adjusted.where(graded), panel, scores.scheme),
        "grade_unadjusted": scores.grade,
        "graded": grade(said["score"].where(kept), panel, scores.scheme),
        "graded_unadjusted": grade(unadjusted.where(kept), panel, scores.scheme),
    }
    return pd.DataFrame({name: scores.by_person(column) for name, column in found.items()})


def _matched(beside: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    """One row an official result, with what the scheme gives the same person; nothing for who is on no roster."""
    people = beside.reindex(results.index)
    grades = ["grade", "grade_unadjusted", "graded", "graded_unadjusted"]
    people[grades] = people[grades].astype(object).where(people[grades].notna(), None)
    return people.drop(columns="adjusted").assign(
        official=results["score"],
        adjustment=results["adjustment"],
        reason=results["reason"],
        official_grade=results["grade"],
        gap=results["score"] - people["adjusted"],
    )
