"""Raters' habits: leniency, answers in the middle, too little spread, one impression of a person over all items (halo).

They belong to the training of raters. Nothing here is about the people rated, and no rater's id is in a finding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from design_lab.display import Shown
from design_lab.finding import Finding, state
from design_lab.scoring.ratings.agreement import Scale
from design_lab.scoring.ratings.crossed import fixed_effects
from design_lab.scoring.ratings.forms import Forms, whole_forms
from design_lab.scoring.ratings.severity import LEVEL, Severity

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Habits(Shown):
    """How raters use the form.

    `raters`, keyed by `rater_id`: n_rated; top and middle (shares of a rater's answers on the best option and on the
    middle one, missing where the options are even in number); spread (standard deviation of the forms given) and
    restricted (whether it is less than the ratings at large would have it, by a chi-square test at 5 % for all raters
    together, Bonferroni); halo (correlation between the items of a form beyond the common view of the person and the
    rater's severity, missing with fewer than three whole forms). It stays with who runs the appraisal.
    `halo` is the same over all raters, with its interval at `LEVEL`, None with one item; `top`, `middle` and `alike`
    count the answers on the best and on the middle option, and the forms with one answer on every item, of `answers`
    and `forms`.
    """

    units: ClassVar = {"value": "share"}
    raters: pd.DataFrame
    halo: float | None
    halo_interval: tuple[float, float] | None
    top: int
    middle: int | None
    answers: int
    alike: int
    forms: int

    def table(self) -> pd.DataFrame:
        """Return one row a habit: habit, value."""
        import pandas as pd

        rows = [("answers on the best option", self.top / self.answers)]
        rows += [("answers on the middle option", self.middle / self.answers)] if self.middle is not None else []
        rows += [("forms with one answer throughout", self.alike / self.forms)] if self.forms else []
        rows += [("halo", self.halo)] if self.halo is not None else []
        return pd.DataFrame(rows, columns=["habit", "value"])

    def findings(self) -> tuple[Finding, ...]:
        """State leniency, central tendency, restricted raters and halo."""
        shares = [("top", self.top, self.answers), ("middle", self.middle, self.answers)]
        shares += [("alike", self.alike, self.forms)] if self.halo is not None else []
        told = [
            state(
                f"ratings.habit.{what}", count / n, says=f"ratings.habit_{what}", unit="share", n=n,
                claim="accounting",
            )
            for what, count, n in shares
            if count is not None
        ]  # fmt: skip
        tested = int(self.raters["restricted"].notna().sum())
        told.append(
            state(
                "ratings.habit.restricted", int(self.raters["restricted"].eq(True).sum()),
                says="ratings.habit_restricted", unit="people", n=tested, claim="association",
                limits=["many_tests"],
            )
        )  # fmt: skip
        return *told, self._halo()

    def _halo(self) -> Finding:
        if self.halo is None:
            return state(
                "ratings.halo", None, says="ratings.halo_unknown", unit="share", n=self.forms, claim="unidentified"
            )
        return state(
            "ratings.halo", self.halo, says="ratings.halo", unit="share", n=self.forms, claim="association",
            bounds=self.halo_interval, level=LEVEL if self.halo_interval else None, limits=["halo_or_acquaintance"],
        )  # fmt: skip


def habits(given: Forms, known: Severity, *, scale: Scale) -> Habits:
    """Describe how raters use the form, from forms by others and the severity found in them."""
    others = given.answers[given.answers["rater_id"] != given.answers["employee_id"]]
    top = others["points"] >= scale.high
    middle = others["points"].eq((scale.low + scale.high) / 2) if scale.options % 2 else None
    whole = whole_forms(others)
    alike = whole.nunique(axis="columns").eq(1)
    by_rater = others["rater_id"]
    raters = known.raters[["n_rated"]].assign(
        top=top.groupby(by_rater).mean(),
        middle=np.nan if middle is None else middle.groupby(by_rater).mean(),
        spread=given.others.groupby("rater_id")["points"].std(),
        restricted=_restricted(given, known),
        halo=_halo_by_rater(whole),
    )
    halo, bounds = _halo(given, known)
    return Habits(
        raters=raters,
        halo=halo,
        halo_interval=bounds,
        top=int(top.sum()),
        middle=None if middle is None else int(middle.sum()),
        answers=len(others),
        alike=int(alike.sum()),
        forms=len(whole),
    )


def _restricted(given: Forms, known: Severity) -> pd.Series:
    """Whose forms vary too little, missing where a rater gave one form or nothing is known of the spread."""
    import pandas as pd
    from scipy import stats

    grouped = given.others.groupby("rater_id")["points"]
    squares, df = grouped.var() * (grouped.size() - 1), grouped.size() - 1
    usual = known.sds["person"] ** 2 + known.sds["pair"] ** 2 if known.sds else 0.0
    usual += known.sds.get("answer", 0.0) ** 2 / float(given.others["items"].mean())
    tested = df > 0
    if usual <= 0 or not tested.any():
        return pd.Series(pd.NA, index=df.index, dtype="boolean")
    p = pd.Series(stats.chi2.cdf(squares / usual, df.where(tested, 1)), index=df.index)
    return (p < (1 - LEVEL) / int(tested.sum())).astype("boolean").where(tested)


def _halo(given: Forms, known: Severity) -> tuple[float | None, tuple[float, float] | None]:
    """The share of pair variance in pair and answer variance, by the F ratio of the two mean squares."""
    from scipy import stats

    if given.item_variance is None or given.item_variance <= 0 or known.unknown:
        return None, None
    design, _, _ = given.design()
    items, df = float(given.others["items"].mean()), (design.residual_df, given.item_df)
    ratio = items * fixed_effects(design).within / given.item_variance
    tail = (1 + LEVEL) / 2
    ends = ratio / stats.f.ppf(tail, *df), ratio * stats.f.ppf(tail, df[1], df[0])
    share, low, high = (max(0.0, (float(f) - 1) / (float(f) - 1 + items)) for f in (ratio, *ends))
    return share, (low, high)


def _halo_by_rater(whole: pd.DataFrame) -> pd.Series:
    """The correlation of items within a rater's forms, about people's common profile and the rater's own means."""
    apart = whole - whole.groupby(level="employee_id").transform("mean")
    apart = apart - apart.groupby(level="rater_id").transform("mean")
    items = whole.shape[1]
    form = apart.mean(axis="columns")
    grouped = (form**2).groupby(level="rater_id")
    freedom = (grouped.size() - 1).where(grouped.size() > 2)
    between = items * grouped.sum() / freedom
    within = (apart.sub(form, axis="index") ** 2).sum(axis="columns").groupby(level="rater_id").sum()
    within = within / (freedom * max(items - 1, 1))
    total = between + (items - 1) * within
    halo: pd.Series = (between - within) / total.where(total > 0)
    return halo if items > 1 else halo * np.nan
