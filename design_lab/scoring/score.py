"""Scores under a scheme: points, weighted contributions, totals and grades, each person's reasons beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from design_lab.catalogue import Card, cards
from design_lab.display import Quantity, Shown
from design_lab.finding import Finding, state
from design_lab.scheme import Attainment, Scheme
from design_lab.scoring.grades import grade, protected
from design_lab.scoring.panel import Panel
from design_lab.scoring.rules import points

if TYPE_CHECKING:
    import pandas as pd

MEDIAN = "role_median_prior_4_quarters"
_HAIR = 1e-9  # a hair's breadth of float must not turn a person away


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Scores(Shown):
    """What each person earned under one scheme in one quarter; all frames are keyed like the panel, by `employee_id`.

    `points` (n, k) by indicator, missing without data; `contributions` (n, d) by dimension, after renormalisation over
    what is there, and `rules`, what vetoes took away: a row sums to its total; `total` (n,), missing for people without
    a score; `grade` (n,), None for people without one; `reason` (n,), why someone has no score or no grade, as a key
    below `reason.` in the word files; `nominal` (n, d) the weights on paper, as shares; `without_data` names indicators
    that the scheme weighs, and `not_applied` conditions that it sets, for which nobody has data;
    `limits` what limits the values that were scored, as keys below `limit.`; `cards` the panel's.
    """

    units: ClassVar = {"people": "count", "scored": "count", "graded": "count", "median total": "points"}
    scheme: Scheme
    quarter: str
    people: pd.DataFrame
    points: pd.DataFrame
    contributions: pd.DataFrame
    total: pd.Series
    grade: pd.Series
    reason: pd.Series
    nominal: pd.DataFrame
    without_data: tuple[str, ...]
    not_applied: tuple[str, ...]
    limits: tuple[str, ...] = ()
    cards: Mapping[str, Card] = field(default_factory=cards)

    @property
    def told_apart(self) -> pd.Series:
        """Who has a total by which people may be held against each other, (n,): it is more than chance."""
        return self.total.notna() & self.reason.ne("no_signal")

    def table(self) -> pd.DataFrame:
        """Return one row a role: people, how many are scored and graded, and their median total."""
        import pandas as pd

        by_role = self.people["role"]
        return pd.DataFrame(
            {
                "people": by_role.groupby(by_role).size(),
                "scored": self.total.notna().groupby(by_role).sum(),
                "graded": self.grade.notna().groupby(by_role).sum(),
                "median total": self.total.groupby(by_role).median(),
            }
        ).reset_index()

    def findings(self) -> tuple[Finding, ...]:
        """State how many of the roster could be scored and graded, and which indicators nobody has data on."""
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
                "diagnosis.scored", int(self.total.notna().sum()), says="diagnosis.scored", unit="people",
                n=len(self.total), claim="accounting", limits=self.limits, quarter=self.quarter,
                staff=Quantity(len(self.total), "people"), graded=Quantity(int(self.grade.notna().sum()), "people"),
            ),
        )  # fmt: skip


def score(panel: Panel, scheme: Scheme, *, medians: pd.DataFrame) -> Scores:
    """Score everybody in the panel under a scheme.

    `medians` are the targets by role and indicator (`targets.role_medians`). An indicator without data for a person is
    renormalised away, down to the scheme's least weight. Nobody is graded by differences that are chance: where less
    than that weight lies on indicators on which the people of a role can be told apart, they get no grade.
    """
    earned = _points(panel, scheme, medians)
    weights, dimensions = _weights(panel, scheme)
    telling = weights.where(earned.notna() & panel.tells_apart(earned.columns), 0.0).sum(axis="columns")
    alike = telling < scheme.missing.min_weight / 100 - _HAIR
    shares, reason = _renormalised(weights, earned, scheme.missing.min_weight / 100)
    by_indicator = (shares * earned.fillna(0.0)).where(reason.eq(""))
    contributions = _by_dimension(by_indicator, dimensions)
    total = contributions.sum(axis="columns", skipna=False)
    vetoed, not_applied = _vetoes(panel, scheme)
    contributions["rules"] = (-total).where(vetoed, 0.0).where(total.notna())
    total = total + contributions["rules"]
    reason = reason.mask(alike & reason.eq(""), "no_signal")
    kept = protected(panel.people, scheme)
    grades = grade(total.mask(kept | reason.eq("no_signal")), panel, scheme)
    return Scores(
        scheme=scheme,
        quarter=panel.quarter,
        people=panel.people,
        points=earned,
        contributions=contributions,
        total=total,
        grade=grades,
        reason=reason.mask(kept & reason.eq(""), "protected"),
        nominal=_by_dimension(weights, dimensions),
        without_data=tuple(indicator for indicator in scheme.indicators if indicator not in panel.values),
        not_applied=not_applied,
        limits=_limits(panel, scheme, total),
        cards=panel.cards,
    )


def _limits(panel: Panel, scheme: Scheme, total: pd.Series) -> tuple[str, ...]:
    """Limits of the indicators that are weighed, and whether days of presence that protect are not known."""
    found = [limit for indicator in scheme.indicators for limit in panel.limits.get(indicator, ())]
    if scheme.protected and panel.people.loc[total.notna(), "days_present"].isna().any():
        found.append("presence_unknown")
    return tuple(dict.fromkeys(found))


def _points(panel: Panel, scheme: Scheme, medians: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    usable = panel.usable().reindex(columns=list(scheme.indicators))
    role = panel.people["role"]
    groups = panel.people.groupby(["role", "level"]).ngroup().to_numpy()
    earned = {}
    for indicator in scheme.indicators:
        rule = scheme.rules[indicator]
        aims = pd.Series(np.nan, index=role.index)
        if isinstance(rule, Attainment):
            if rule.target != MEDIAN:
                aims[:] = float(rule.target)
            elif indicator in medians:
                aims = role.map(medians[indicator])
        earned[indicator] = points(
            usable[indicator].to_numpy(),
            rule,
            better=panel.cards[indicator].better,
            targets=np.asarray(aims, dtype=np.float64),
            groups=groups,
        )
    return pd.DataFrame(earned, index=role.index)


def _weights(panel: Panel, scheme: Scheme) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Each person's weights by indicator, and the name of the dimension in which each is weighed (both (n, k))."""
    import pandas as pd

    pairs = list(zip(panel.people["role"], panel.people["level"], strict=True))
    by_pair = {pair: scheme.weights(*pair) for pair in dict.fromkeys(pairs)}
    named = {pair: scheme.dimension_of(*pair) for pair in by_pair}
    columns = list(scheme.indicators)
    weights = [[by_pair[pair].get(indicator, 0.0) for indicator in columns] for pair in pairs]
    dimensions = [[named[pair].get(indicator, "") for indicator in columns] for pair in pairs]
    index = panel.people.index
    return pd.DataFrame(weights, index, columns), pd.DataFrame(dimensions, index, columns)


def _renormalised(weights: pd.DataFrame, earned: pd.DataFrame, least: float) -> tuple[pd.DataFrame, pd.Series]:
    """Weights over what is there, summing to 1, and the reason ('' if none) why a person has no score."""
    import pandas as pd

    there = weights.where(earned.notna(), 0.0)
    present = there.sum(axis="columns")
    reason = pd.Series("", index=weights.index)
    reason = reason.mask(present < least - _HAIR, "too_little_weight").mask(present <= 0, "no_data")
    return there.div(present.where(present > 0), axis="index").fillna(0.0), reason


def _by_dimension(by_indicator: pd.DataFrame, dimensions: pd.DataFrame) -> pd.DataFrame:
    """Sum what stands under indicators into dimensions; a person may have her own assignment of the two."""
    import pandas as pd

    names = dict.fromkeys(name for name in dimensions.to_numpy().ravel() if name)
    summed = {
        name: by_indicator.where(dimensions.eq(name), 0.0)
        .sum(axis="columns", skipna=False)
        .where(by_indicator.notna().all(axis="columns"))
        for name in names
    }
    return pd.DataFrame(summed, index=by_indicator.index)


def _vetoes(panel: Panel, scheme: Scheme) -> tuple[pd.Series, tuple[str, ...]]:
    """Who loses the whole total, and which of the scheme's conditions have no data to be applied to."""
    import pandas as pd

    vetoed = pd.Series(False, index=panel.people.index)
    for indicator, condition in scheme.eligibility.items():
        if condition.veto == "zero" and indicator in panel.values:
            vetoed |= panel.values[indicator].fillna(0) > 0
    return vetoed, tuple(indicator for indicator in scheme.eligibility if indicator not in panel.values)
