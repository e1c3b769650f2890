"""Scores under a scheme: points, weighted contributions, totals and grades, each person's reasons beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from design_lab.catalogue import Card, cards
from design_lab.display import Quantity, Shown
from design_lab.finding import Finding, state
from design_lab.scheme import Scheme
from design_lab.scoring.conditions import failing, protected, without_data
from design_lab.scoring.grades import grade
from design_lab.scoring.panel import Panel
from design_lab.scoring.points import Earned, Flags, Texts, Weighed, appraised, earned, weighed
from design_lab.scoring.roster import headcount, last_spells
from design_lab.scoring.totals import HAIR, nominal, totals

if TYPE_CHECKING:
    import pandas as pd

# Limits that say whose scores these are: of the people under one of several schemes in force.
WHOSE = ("several_schemes", "scheme_unknown", "scheme_changed")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Scores(Shown):
    """What each person earned under one scheme in one quarter; all frames are keyed like the panel.

    `points` (n, k) by indicator, missing where there are none; `why` (n, k) why a weighed indicator gave none, as a key
    below `reason.` in the word files; `contributions` (n, d) by dimension, weight x points after renormalisation over
    what is there, and `rules`, what aggregations that are not arithmetic, bounds, rounding and vetoes add or take away:
    a row sums to its total; `total` (n,), missing for people without a score; `grade` (n,), None for people without
    one; `reason` (n,), why someone has no score or no grade, as a key below `reason.` in the word files; `nominal` (n,
    d) the weights on paper, as shares, `weights` (n, d) those in force, shared out over what is there; `without_data`
    names indicators that the scheme weighs, and `not_applied` conditions that it sets, for which nobody has data;
    `limits` what limits the values that were scored, as keys below `limit.`; `cards` the panel's; `among` is the title
    of the scheme that these people were under where others were under another, None where all were under one.
    """

    units: ClassVar = {"people": "count", "scored": "count", "graded": "count", "median total": "points"}
    scheme: Scheme
    quarter: str
    people: pd.DataFrame
    points: pd.DataFrame
    why: pd.DataFrame
    contributions: pd.DataFrame
    total: pd.Series
    grade: pd.Series
    reason: pd.Series
    nominal: pd.DataFrame
    weights: pd.DataFrame
    without_data: tuple[str, ...]
    not_applied: tuple[str, ...]
    limits: tuple[str, ...] = ()
    cards: Mapping[str, Card] = field(default_factory=cards)
    among: Mapping[str, str] | None = None

    @property
    def whose(self) -> tuple[str, ...]:
        """Those of the limits that say whose scores these are."""
        return tuple(limit for limit in self.limits if limit in WHOSE)

    @property
    def told_apart(self) -> pd.Series:
        """Who has a total by which people may be held against each other, (n,): it is more than chance."""
        return self.total.notna() & self.reason.ne("no_signal")

    @property
    def coefficient(self) -> pd.Series:
        """The pay coefficient of each person's grade, (n,), missing without a grade."""
        return self.grade.map(dict(self.scheme.grades.coefficients)).astype("float64")

    def by_person(self, column: pd.Series) -> pd.Series:
        """Return a column (n,) keyed by `employee_id` alone; of somebody with several rows, the last one."""
        index = self.people.index
        return column.set_axis(index.get_level_values("employee_id"))[last_spells(index)]

    def table(self) -> pd.DataFrame:
        """Return one row a role: people, how many are scored and graded (in any spell), and the median total."""
        import pandas as pd

        return pd.DataFrame(
            [
                (role, *(headcount(rows) for rows in self._standing(self.people["role"].eq(role))), total.median())
                for role, total in self.total.groupby(self.people["role"])
            ],
            columns=["role", *self.units],
        )

    def _standing(self, chosen: pd.Series) -> tuple[pd.Index, pd.Index, pd.Index]:
        """The rows `chosen`, (n,), and of these the scored and the graded ones."""
        index = self.people.index
        return index[chosen], index[chosen & self.total.notna()], index[chosen & self.grade.notna()]

    def findings(self) -> tuple[Finding, ...]:
        """State how many of the roster could be scored and graded, and which indicators nobody has data on.

        Who is scored or graded in one of her spells counts, and counts once.
        """
        staff, scored, graded = map(headcount, self._standing(self.people["role"].notna()))
        return (
            *(
                state(
                    f"diagnosis.without_data.{indicator}", None, says="diagnosis.without_data",
                    unit=self.cards[indicator].unit, n=None, claim="unidentified", indicator=self.cards[indicator].name,
                    quarter=self.quarter,
                )
                for indicator in self.without_data
            ),
            state(
                "diagnosis.scored", scored, says=f"diagnosis.scored{'_under' if self.whose else ''}", unit="people",
                n=staff, claim="accounting", limits=self.limits, quarter=self.quarter, scheme=self.scheme.title,
                staff=Quantity(staff, "people"),
                graded=Quantity(graded, "people"),
            ),
        )  # fmt: skip


def score(panel: Panel, scheme: Scheme, *, medians: pd.DataFrame, refuse_chance: bool = True) -> Scores:
    """Score everybody in the panel under a scheme.

    `medians` are the targets by role and indicator (`targets.role_medians`). An indicator without data for a person is
    renormalised away, down to the scheme's least weight. Nobody is graded by differences that are chance: where less
    than that weight lies on indicators on which the people of a role can be told apart, they get no grade, unless
    `refuse_chance` is off, as in a client's own calculation.
    """
    of = weighed(panel.people, scheme)
    got = earned(panel, scheme, of, medians)
    made = totals(panel.people, scheme, of, got)
    excluded, absent = failing(panel, scheme, "no_score"), ~appraised(panel.people, scheme)
    total = made.total.mask(failing(panel, scheme, "zero") & made.total.notna(), 0.0).mask(excluded | absent)
    contributions = made.contributions.where(total.notna())
    contributions["rules"] = total - contributions.sum(axis="columns", skipna=False)
    told = panel.tells_apart(got.points.columns).to_numpy()
    reason = made.reason.mask(excluded & made.reason.eq(""), "not_eligible").mask(absent, "not_appraised")
    if refuse_chance:
        reason = reason.mask(_alike(told, scheme, of, got) & reason.eq(""), "no_signal")
    kept = protected(panel.people, scheme)
    ungraded = kept | failing(panel, scheme, "no_grade") | reason.eq("no_signal")
    reason = reason.mask(failing(panel, scheme, "no_grade") & reason.eq(""), "not_eligible")
    return Scores(
        scheme=scheme,
        quarter=panel.quarter,
        people=panel.people,
        points=got.points,
        why=got.why,
        contributions=contributions,
        total=total,
        grade=grade(total.mask(ungraded), panel, scheme),
        reason=reason.mask(kept & reason.eq(""), "protected"),
        nominal=nominal(of),
        weights=made.weights,
        without_data=tuple(indicator for indicator in scheme.indicators if indicator not in panel.values),
        not_applied=without_data(panel, scheme),
        limits=_limits(
            panel, scheme, total, untested=bool(((told == "untested") & got.points.notna().to_numpy()).any())
        ),
        cards=panel.cards,
    )


def _alike(told: Texts, scheme: Scheme, of: Weighed, got: Earned) -> Flags:
    """Whose points differ from those of the role by no more than chance, on too much of the weight, (n,).

    `told` (n, k) says of which indicators it can be told. What cannot be tested is not held against anybody; that there
    is such weight is a limit of the scores.
    """
    may_tell = got.points.notna().to_numpy() & (told != "no")
    telling = np.where(may_tell, of.weights.to_numpy(), 0.0).sum(axis=1)
    return np.asarray(telling < scheme.missing.min_weight / 100 - HAIR)


def _limits(panel: Panel, scheme: Scheme, total: pd.Series, *, untested: bool) -> tuple[str, ...]:
    """Limits of the indicators that are weighed, whether some could not be tested, and unknown days of presence."""
    found = [limit for indicator in scheme.indicators for limit in panel.limits.get(indicator, ())]
    if untested:
        found.append("not_tested")
    if scheme.protected and panel.people.loc[total.notna(), "days_present"].isna().any():
        found.append("presence_unknown")
    return tuple(dict.fromkeys(found))
