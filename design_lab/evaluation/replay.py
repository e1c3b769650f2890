"""Replay: whether the rules of the schemes in force give the scores, grades and bonus that were officially given.

Where they do, what is said of the scheme describes the client's own calculation; where they do not, it describes a
reconstruction, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from design_lab.display import Shown
from design_lab.evaluation.grounds import Decided, is_reconstructed, without_assuming
from design_lab.evaluation.official import Official
from design_lab.evaluation.shares import LEVEL
from design_lab.finding import Finding
from design_lab.scheme import Scheme
from design_lab.scoring import InForce, Panel, Scores, score_in_force
from design_lab.scoring.in_force import grade_in_force, pay_in_force
from design_lab.scoring.pay import Payroll
from design_lab.scoring.roster import last_spells

if TYPE_CHECKING:
    import pandas as pd

TOLERANCE = 0.05  # points
CONFIRMED = 0.95  # share of the official results that must come out for the rules to count as confirmed
FEW = 5  # a team with fewer people is small


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Replay(Shown):
    """Official results beside those of the rules of the schemes in force, each person under her own.

    `people` (n) is keyed by `employee_id`, a row each who has an official result: `role`, `team`, `scheme` (its name),
    `official` (score as published), `adjustment`, `reason`, `recomputed` (before adjustments, missing where the scheme
    gives no total), `gap` (official less recomputed and adjustment), `official_grade`, `grade` (recomputed, of adjusted
    scores) and `grade_unadjusted`; and, by the scheme's grading of official scores, `graded` with adjustments and
    `graded_unadjusted` without. None if no results were delivered. `unmatched` counts people whom a scheme scores and
    who have no official result. `payrolls` pay the recomputed grades and `paid` the official ones, one for each way of
    grading that was in force; none without pay.
    """

    units: ClassVar = {"n": "count", "gap": "points", "margin": "points"}
    held: InForce
    quarter: str
    tolerance: float
    people: pd.DataFrame | None
    unmatched: int
    payrolls: tuple[Payroll, ...]
    paid: tuple[Payroll, ...]
    limits: tuple[str, ...] = ()
    least: int = 1  # people of whom something is told

    @property
    def reconstructed(self) -> bool:
        """Whether rules that decide a score are assumed in some scheme."""
        return any(is_reconstructed(scheme, "totals") for scheme in self.held.schemes.values())

    @property
    def grades_assumed(self) -> bool:
        """Whether rules that decide a grade are assumed in some scheme."""
        return any(is_reconstructed(scheme, "grading") for scheme in self.held.schemes.values())

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

    def of(self, name: str) -> Replay:
        """Return what the replay says of the people under one of the schemes."""
        theirs = None if self.people is None else self.people[self.people["scheme"].eq(name)]
        return replace(self, held=replace(self.held, schemes={name: self.held.schemes[name]}), people=theirs)

    @property
    def settled(self) -> InForce:
        """The schemes, none assuming what the replay of its people confirms: that describes the client's own."""
        return self.held.stating(*(_settled(self.of(name), scheme) for name, scheme in self.held.schemes.items()))

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
        return rows[["role", "team", "scheme", "adjustment", "reason", "graded_unadjusted", "graded"]]

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
        """Return one row a team: scheme, role, team, n, mean gap, half its interval (level .95), whether it is small.

        The interval allows for the number of teams (Bonferroni); it is missing for small teams.
        """
        import pandas as pd
        from scipy import stats

        if self.people is None:
            return pd.DataFrame(columns=["scheme", "role", "team", "n", "gap", "margin", "small"])
        known = self.people[self.people["gap"].notna() & self.people["team"].notna()]
        by = known.groupby(["scheme", "role", "team"])["gap"]
        found = pd.DataFrame({"n": by.size(), "gap": by.mean(), "sd": by.std()}).reset_index()
        found["small"] = found["n"] < FEW
        teams = max(int((~found["small"]).sum()), 1)
        t = stats.t.ppf(1 - (1 - LEVEL) / 2 / teams, (found["n"] - 1).clip(lower=1))
        found["margin"] = (t * found["sd"] / np.sqrt(found["n"])).where(~found["small"])
        return found[["scheme", "role", "team", "n", "gap", "margin", "small"]]


def replay(
    panel: Panel, held: InForce, given: Official, *, medians: pd.DataFrame, tolerance: float = TOLERANCE
) -> Replay:
    """Score a quarter as the schemes in force say and hold it against the official results.

    Nobody is left out of the grades for want of signal: a client's own calculation knows no such refusal. `medians`
    are the targets by role and indicator; `tolerance` is in points.
    """
    scored = score_in_force(panel, held, medians=medians, refuse_chance=False)
    results = given.results
    own = _beside(panel, held, scored, results)
    people = None if results is None else _matched(own, results)
    limits = dict.fromkeys(limit for scores in scored.values() for limit in scores.limits)
    known = own["recomputed"].dropna().index
    return Replay(
        held=held,
        quarter=panel.quarter,
        tolerance=tolerance,
        people=people,
        unmatched=0 if people is None else len(known.difference(people.index)),
        payrolls=pay_in_force(given.pay, own["grade"], own["scheme"], held),
        paid=() if results is None else pay_in_force(given.pay, results["grade"], own["scheme"], held),
        limits=tuple(limits),
        least=given.least,
    )


def _settled(found: Replay, scheme: Scheme) -> Scheme:
    scores: tuple[Decided, ...] = ("totals",) if found.confirms_scores else ()
    return without_assuming(scheme, (*scores, "grading") if found.confirms_grades else scores)


def _beside(panel: Panel, held: InForce, scored: Mapping[str, Scores], results: pd.DataFrame | None) -> pd.DataFrame:
    """What her scheme gives everybody, by `employee_id`: with the official adjustments, and of official scores."""
    import pandas as pd

    if results is None:
        results = pd.DataFrame(columns=["score", "adjustment", "grade"], dtype="float64")
    index = panel.people.index
    ids = index.get_level_values("employee_id")
    last = last_spells(index)
    said = results.reindex(ids[last]).set_axis(index[last]).reindex(index)
    kept = said["grade"].notna() if results["grade"].notna().any() else said["score"].notna()
    total, given = (
        pd.concat([getattr(scores, name) for scores in scored.values()]).reindex(index) for name in ("total", "grade")
    )
    adjusted = total + said["adjustment"].astype("float64").fillna(0.0)
    for name, scheme in held.schemes.items():
        bounded = adjusted.clip(scheme.total.floor, scheme.total.cap)
        adjusted = adjusted.mask(held.under.eq(name), bounded)
    of = {
        "grade": adjusted.where(given.notna()),
        "graded": said["score"].where(kept),
        "graded_unadjusted": (said["score"] - said["adjustment"]).where(kept),
    }
    found = {
        "role": panel.people["role"],
        "team": panel.people["team"],
        "scheme": held.under,
        "recomputed": total,
        "adjusted": adjusted,
        "grade_unadjusted": given,
        **{name: grade_in_force(totals.astype("float64"), panel, held) for name, totals in of.items()},
    }
    return pd.DataFrame({name: column.set_axis(ids)[last] for name, column in found.items()})


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
