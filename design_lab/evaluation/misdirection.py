"""Whom the grades honour and whom they pass over: top grades with poor satisfaction, low grades with good quality."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from design_lab.display import Quantity, Shown, Term
from design_lab.evaluation.grounds import claim_of, is_reconstructed, limits_of
from design_lab.evaluation.rerun import Rerun
from design_lab.evaluation.shares import LEVEL
from design_lab.finding import Claim, Finding, state
from design_lab.scoring import Panel, Scores

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Groups = npt.NDArray[np.integer[Any]]
QUALITY = ("qa_score", "first_contact_resolution")
BEST = 0.25  # of a role and level: who is among the best on quality


@dataclass(frozen=True, slots=True, kw_only=True)
class Misdirected:
    """How many of the `people` with a grade are misdirected, by `measured` values, and the share by true ones.

    The share comes with its interval over draws, None where the sampling error of the indicator is not known.
    """

    people: int
    measured: int
    true_share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Misdirection(Shown):
    """Top grades below the CSAT target, and last grades among the best quarter of their role and level on quality.

    `below_target` is None without a target for CSAT or without CSAT of anybody with the top grade; `passed_over` None
    where nobody has the last grade and a quality indicator. Of fewer than `least` people nothing is stated.
    `quality` is the indicator that stands for quality, called by `names`.
    """

    units: ClassVar = {"measured": "share", "true": "share", "low": "share", "high": "share"}
    quarter: str
    least: int
    top: str
    last: str
    target: float | None
    quality: str | None
    names: Mapping[str, str]
    below_target: Misdirected | None
    passed_over: Misdirected | None
    reconstructed: bool
    limits: tuple[str, ...] = ()  # of the scores themselves: whose they are
    among: Mapping[str, str] | None = None  # the scheme, where these are only the people under it

    def table(self) -> pd.DataFrame:
        """Return one row a question: people with the grade, share by measured and by true values."""
        import pandas as pd

        rows = [
            (question, one.people, one.measured / one.people, one.true_share, one.low, one.high)
            for question, one in (("below target", self.below_target), ("passed over", self.passed_over))
            if one and one.people >= self.least
        ]
        return pd.DataFrame(rows, columns=["question", "people", "measured", "true", "low", "high"])

    def findings(self) -> tuple[Finding, ...]:
        """State both shares, by measured values and by what true values may be."""
        return (*self._below(), *self._passed())

    @property
    def _claim(self) -> Claim:
        return claim_of(self.reconstructed)

    @property
    def _limits(self) -> list[str]:
        return [*limits_of(self.reconstructed), "self_selected_ratings", "one_quarter", *self.limits]

    def _below(self) -> list[Finding]:
        name = "top_grade_below_csat_target"
        if self.below_target is None or self.target is None:
            what = "no_csat_target" if self.target is None else "no_top_csat"
            return [self._unknown(name, what)]
        said = {"target": Quantity(self.target, "share"), "grade": self.top}
        return self._both(name, self.below_target, said, "top_true_csat_below_target")

    def _passed(self) -> list[Finding]:
        name = "low_grade_best_quality"
        if self.passed_over is None or self.quality is None:
            return [self._unknown(name, "no_low_quality")]
        said = {"indicator": self.names, "grade": self.last}
        return self._both(name, self.passed_over, said, "low_true_best_quality")

    def _both(self, name: str, one: Misdirected, said: Mapping[str, Any], true_name: str) -> list[Finding]:
        if one.people < self.least:
            return [self._unknown(name, "too_few_graded_so")]
        measured = state(
            f"diagnosis.{name}", one.measured / one.people, says=f"diagnosis.{name}", unit="share", n=one.people,
            claim=self._claim, limits=[*self._limits, "noise_in_values"], among=self.among,
            people=Quantity(one.measured, "people"), graded=Quantity(one.people, "people"),
            quarter=self.quarter, **said,
        )  # fmt: skip
        if one.true_share is None or one.low is None or one.high is None:
            return [measured]
        true = state(
            f"diagnosis.{true_name}", one.true_share, says=f"diagnosis.{true_name}", unit="share", n=one.people,
            claim=self._claim, bounds=(one.low, one.high), level=LEVEL, limits=[*self._limits, "measured_again"],
            among=self.among, quarter=self.quarter, **said,
        )  # fmt: skip
        return [measured, true]

    def _unknown(self, name: str, why: str) -> Finding:
        return state(
            f"diagnosis.{name}", None, says=f"diagnosis.{name}_unknown", unit="share", n=0, claim="unidentified",
            among=self.among, why=Term(f"unknown.{why}"),
        )  # fmt: skip


def misdirection(panel: Panel, scores: Scores, again: Rerun, *, csat_target: float | None, least: int) -> Misdirection:
    """Count top grades below the CSAT target and last grades among the best on quality.

    Quality is the first of `QUALITY` that the panel holds. By measured values the counts are of the panel's usable
    values; true values are those of the draws of `again`. `least` is the number of people that a published share must
    rest on.
    """
    grades = [*scores.scheme.grades.coefficients]
    quality = next((name for name in QUALITY if name in panel.values), None)
    return Misdirection(
        quarter=scores.quarter,
        least=least,
        top=grades[0],
        last=grades[-1],
        target=csat_target,
        quality=quality,
        names=panel.cards[quality].name if quality else {},
        below_target=None if csat_target is None else _below_target(panel, scores, again, csat_target),
        passed_over=None if quality is None else _passed_over(panel, scores, again, quality),
        reconstructed=is_reconstructed(scores.scheme, "grades"),
        limits=scores.whose,
        among=scores.among,
    )


def _below_target(panel: Panel, scores: Scores, again: Rerun, target: float) -> Misdirected | None:
    if "csat" not in panel.values:
        return None
    values = panel.usable()["csat"].to_numpy(float)
    asked = scores.grade.eq(next(iter(scores.scheme.grades.coefficients))).to_numpy() & np.isfinite(values)
    truths = again.truths.get("csat")
    return _counted(asked, values < target, None if truths is None else truths < target)


def _passed_over(panel: Panel, scores: Scores, again: Rerun, quality: str) -> Misdirected | None:
    values = panel.usable()[quality].to_numpy(float)
    groups = scores.people.groupby(["role", "level"]).ngroup().to_numpy()
    asked = scores.grade.eq([*scores.scheme.grades.coefficients][-1]).to_numpy() & np.isfinite(values)
    truths = again.truths.get(quality)
    best = (
        None if truths is None else np.stack([_best(np.where(np.isfinite(values), t, np.nan), groups) for t in truths])
    )
    return _counted(asked, _best(values, groups), best)


def _best(values: Array, groups: Groups) -> Flags:
    """Who is among the best quarter of the group, (n,); nobody whose value is missing."""
    found = np.zeros(values.size, dtype=bool)
    for group in np.unique(groups):
        there = np.flatnonzero((groups == group) & np.isfinite(values))
        if there.size:
            found[there] = values[there] >= np.quantile(values[there], 1 - BEST)
    return found


def _counted(asked: Flags, measured: Flags, true: Flags | None) -> Misdirected | None:
    """Count the `measured` (n,) and the `true` (draws, n) among the people `asked` about; None if there are none."""
    people = int(asked.sum())
    if not people:
        return None
    by_draw = None if true is None else true[:, asked].mean(axis=1)
    ends = None if by_draw is None else np.quantile(by_draw, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Misdirected(
        people=people,
        measured=int(measured[asked].sum()),
        true_share=None if by_draw is None else float(by_draw.mean()),
        low=None if ends is None else float(ends[0]),
        high=None if ends is None else float(ends[1]),
    )
