"""How people rate themselves beside how others rate them; ratings of oneself are feedback and never part of a score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from design_lab.display import Quantity, Shown
from design_lab.finding import Finding, state
from design_lab.scoring.intervals import correlation_interval, mean_interval
from design_lab.scoring.ratings.forms import Forms
from design_lab.scoring.ratings.severity import LEVEL

if TYPE_CHECKING:
    import pandas as pd

_LEAST = 4  # people, for the interval of a correlation


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SelfOther(Shown):
    """`people` who rated themselves and were rated by others on the same items; points of the form, means of means.

    `difference` is own less others', with its interval at `LEVEL`; `correlation` that of the two over people, None
    where either does not vary. All are None with fewer than four people.
    """

    units: ClassVar = {"own": "rating_points", "others": "rating_points", "correlation": "correlation"}
    people: int
    own: float | None
    others: float | None
    difference_interval: tuple[float, float] | None
    correlation: float | None
    correlation_interval: tuple[float, float] | None

    @property
    def difference(self) -> float | None:
        """Own less others' points."""
        return None if self.own is None or self.others is None else self.own - self.others

    def table(self) -> pd.DataFrame:
        """Return one row: people, own, others, correlation."""
        import pandas as pd

        row = (self.people, self.own, self.others, self.correlation)
        return pd.DataFrame([row], columns=["people", "own", "others", "correlation"])

    def findings(self) -> tuple[Finding, ...]:
        """State the difference and the correlation."""
        if self.own is None or self.others is None:
            return tuple(
                self._unknown(*pair) for pair in (("self_other", "rating_points"), ("self_other_r", "correlation"))
            )
        difference = state(
            "ratings.self_other", self.difference, says="ratings.self_other", unit="rating_points", n=self.people,
            claim="association", bounds=self.difference_interval, level=LEVEL, limits=["self_left_out"],
            own=Quantity(self.own, "rating_points"), others=Quantity(self.others, "rating_points"),
        )  # fmt: skip
        if self.correlation is None:
            return difference, self._unknown("self_other_r", "correlation")
        return difference, state(
            "ratings.self_other_r", self.correlation, says="ratings.self_other_r", unit="correlation", n=self.people,
            claim="association", bounds=self.correlation_interval, level=LEVEL, limits=["severity_is_error"],
        )  # fmt: skip

    def _unknown(self, what: str, unit: str) -> Finding:
        return state(
            f"ratings.{what}", None, says=f"ratings.{what}_unknown", unit=unit, n=self.people, claim="unidentified"
        )


def self_other(given: Forms) -> SelfOther:
    """Hold people's ratings of themselves beside the mean of others' on the same items."""
    key = ["employee_id", "item"]
    own = given.answers["rater_id"] == given.answers["employee_id"]
    of_self = given.answers[own].set_index(key)["points"]
    of_others = given.answers[~own].groupby(key)["points"].mean()
    both = of_self.to_frame("own").join(of_others.rename("others"), how="inner").groupby(level="employee_id").mean()
    if len(both) < _LEAST:
        return SelfOther(
            people=len(both), own=None, others=None, difference_interval=None, correlation=None,
            correlation_interval=None,
        )  # fmt: skip
    apart = both["own"] - both["others"]
    bounds = mean_interval(
        float(apart.mean()), float(apart.std(ddof=1)) / np.sqrt(len(both)), len(both) - 1, level=LEVEL
    )
    r = float(both["own"].corr(both["others"])) if (both.std() > 1e-12).all() else None
    return SelfOther(
        people=len(both),
        own=float(both["own"].mean()),
        others=float(both["others"].mean()),
        difference_interval=bounds,
        correlation=r,
        correlation_interval=None if r is None else correlation_interval(r, len(both), level=LEVEL),
    )
