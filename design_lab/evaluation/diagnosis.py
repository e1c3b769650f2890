"""What a scheme rewards: how much of the differences in total score each dimension really makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from design_lab.display import Quantity, Shown, Term
from design_lab.evaluation.alike import Alike, alike, alike_by
from design_lab.evaluation.grounds import claim_of, is_reconstructed, limits_of
from design_lab.evaluation.shares import LEVEL, Array, share_margins, shares
from design_lab.finding import Claim, Finding, state
from design_lab.scheme import Scheme
from design_lab.scoring import Batch, Scores
from design_lab.scoring.score import WHOSE

if TYPE_CHECKING:
    import pandas as pd

What = Literal["score", "grade"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DimensionWeight:
    """One dimension's weight on paper and its effective weight, as shares of 1.

    `effective` is None where it cannot be said, `margin`, half the width of the interval at level .95, also where there
    are too few teams for one.
    """

    dimension: str
    nominal: float
    effective: float | None
    margin: float | None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The interval of the effective weight."""
        if self.effective is None or self.margin is None:
            return None
        return self.effective - self.margin, self.effective + self.margin

    @property
    def compared(self) -> str:
        """How the effective weight stands to the one on paper: more, less, same, alone without an interval, unknown."""
        if self.effective is None:
            return "unknown"
        if self.dimension == "rules":
            return "rules"
        if self.margin is None:
            return "alone"
        if abs(self.effective - self.nominal) <= self.margin:
            return "same"
        return "more" if self.effective > self.nominal else "less"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class EffectiveWeights(Shown):
    """Nominal and effective weight of each dimension and of `rules`; the effective ones sum to 1.

    `what` they are shares of: the differences in total score, or in the pay coefficient of the grade. `people` is how
    many it rests on, in how many `teams`; `left_out` how many more there are, of whom `alone` have nobody like them and
    the others are judged by other dimensions; `reconstructed` says that the client has not confirmed how they come
    about; `unknown` says why no effective weight can be given ('' if it can), as a key below `unknown.` in the word
    files. `same_on_paper` says whether all of them have the same weights on paper, which else are means.
    """

    units: ClassVar = {"nominal": "weight", "effective": "share", "low": "share", "high": "share"}
    scheme: Scheme
    what: What = "score"
    weights: tuple[DimensionWeight, ...]
    people: int
    left_out: int
    alone: int
    teams: int
    reconstructed: bool
    limits: tuple[str, ...]  # of the scores themselves
    unknown: str
    same_on_paper: bool = True
    among: Mapping[str, str] | None = None  # the scheme, where these are only the people under it

    def table(self) -> pd.DataFrame:
        """Return one row a dimension: dimension, nominal, effective, low, high."""
        import pandas as pd

        rows = [(w.dimension, w.nominal, w.effective, *(w.interval or (None, None))) for w in self.weights]
        return pd.DataFrame(rows, columns=["dimension", "nominal", "effective", "low", "high"])

    def findings(self) -> tuple[Finding, ...]:
        """State the weight on paper and the effective weight of each dimension, and the share of the rules.

        What makes the differences in grade is stated without repeating the weights on paper, and who is left out.
        """
        dimensions = [weight for weight in self.weights if weight.dimension != "rules"]
        on_paper = [self._nominal(weight) for weight in dimensions if self.what == "score"]
        if self.unknown:
            return (*on_paper, *(self._unknown(weight) for weight in dimensions))
        left_out = [self._left_out()] if self.left_out and self.what == "score" else []
        return (*on_paper, *(self._effective(weight) for weight in self.weights), *left_out)

    @property
    def _stem(self) -> str:
        return "diagnosis.effective_weight" if self.what == "score" else "diagnosis.effective_weight_of_grade"

    def _unknown(self, weight: DimensionWeight) -> Finding:
        return state(
            f"{self._stem}.{weight.dimension}", None, says=f"{self._stem}_unknown", unit="share", n=self.people,
            claim="unidentified", among=self.among, dimension=self.scheme.named(weight.dimension),
            why=Term(f"unknown.{self.unknown}"),
        )  # fmt: skip

    def _nominal(self, weight: DimensionWeight) -> Finding:
        return state(
            f"diagnosis.nominal_weight.{weight.dimension}", weight.nominal,
            says=f"diagnosis.nominal_weight{'' if self.same_on_paper else '_mean'}",
            unit="weight", n=self.people, claim="accounting", limits=self.whose, among=self.among,
            dimension=self.scheme.named(weight.dimension),
        )  # fmt: skip

    def _left_out(self) -> Finding:
        return state(
            "diagnosis.left_out", self.left_out, says="diagnosis.left_out", unit="people",
            n=self.people + self.left_out, claim=self.claim, limits=(*limits_of(self.reconstructed), *self.whose),
            among=self.among,
            otherwise=Quantity(self.left_out - self.alone, "people"), alone=Quantity(self.alone, "people"),
        )  # fmt: skip

    def _effective(self, weight: DimensionWeight) -> Finding:
        compared = weight.compared
        if self.what == "grade" and compared not in ("alone", "rules"):
            compared = "told"
        return state(
            f"{self._stem}.{weight.dimension}", weight.effective, says=f"{self._stem}_{compared}", unit="share",
            n=self.people, claim=self.claim, bounds=weight.interval, level=LEVEL if weight.interval else None,
            limits=self.all_limits, among=self.among, dimension=self.scheme.named(weight.dimension),
            nominal=Quantity(weight.nominal, "weight"),
        )  # fmt: skip

    @property
    def whose(self) -> tuple[str, ...]:
        """Those of the limits that say whose scores these are."""
        return tuple(limit for limit in self.limits if limit in WHOSE)

    @property
    def claim(self) -> Claim:
        """What may be claimed of these shares."""
        return claim_of(self.reconstructed)

    @property
    def all_limits(self) -> tuple[str, ...]:
        """What limits each of these shares, as keys below `limit.`."""
        return (
            *limits_of(self.reconstructed),
            "noise_included",
            "not_adjusted",
            "one_quarter",
            "few_teams",
            *self.limits,
        )


def effective_weights(scores: Scores, *, what: What = "score", who: pd.Series | None = None) -> EffectiveWeights:
    """Split what separates people alike (`alike`) into the shares of the dimensions and that of the rules.

    The effective weight of dimension k is cov(c_k, y) / cov(S, y), c_k its realised contributions, S their sum and y
    the total itself or, with `what` the grade, the pay coefficient of the grade; all as deviations from the mean of
    those alike, pooled (for the total Becker et al. 2017 call it the main effect of a linear composite). Only people
    are counted who are judged by the dimensions that most are, each held against those of the role and level with the
    same weights. `who` (n,) limits it to some people. Intervals draw whole teams anew (`share_margins`). Where nobody
    is scored, nobody is like another, totals do not differ or people cannot be told apart, no effective weight is
    given.
    """
    counted = scores.told_apart if who is None else scores.told_apart & who
    outcome = scores.total if what == "score" else scores.coefficient
    if what == "grade":
        counted &= outcome.notna()
    if not counted.any():
        return _without_shares(scores, what, _why_nobody(scores, what))
    held = alike(scores, counted)
    if not held.people:
        return _without_shares(scores, what, "nobody_alike", held=held)
    parts = scores.contributions[held.rows]
    contributed, told, groups = parts.to_numpy(), outcome[held.rows].to_numpy(float), held.groups
    found = shares(contributed, told, groups)
    if not np.isfinite(found).all():
        return _without_shares(scores, what, "no_difference", held=held)
    widths = share_margins(contributed, told, groups, held.teams)
    nominal = scores.nominal[held.rows].mean().reindex(parts.columns).fillna(0.0)
    columns = zip(parts.columns, nominal, found, widths, strict=True)
    return EffectiveWeights(
        scheme=scores.scheme,
        what=what,
        weights=tuple(
            DimensionWeight(dimension=name, nominal=float(paper), effective=float(real), margin=margin)
            for name, paper, real, margin in columns
        ),
        people=held.people,
        left_out=held.left_out,
        alone=held.alone,
        teams=int(held.teams.max()) + 1,
        reconstructed=_is_reconstructed(scores, what),
        limits=(*_judged_alike(scores, counted), *scores.limits),
        unknown="",
        same_on_paper=_same_on_paper(scores, held.rows),
        among=scores.among,
    )


def effective_shares(batch: Batch, weights: Array, totals: Array) -> dict[str, float]:
    """Return the effective weight of each dimension and of `rules` under one row of weights of a batch, (1, pairs, k).

    The shares are those of `effective_weights` of the same scores, for which `totals` (1, n) are known already, without
    intervals; empty where none can be given.
    """
    paper, in_force = (np.concatenate([*held.values()]).T for held in batch.weighing(weights))
    held = alike_by(batch.people, paper, in_force, batch.told_apart(weights, totals)[0])
    if not held.people:
        return {}
    rows, parts = held.rows.to_numpy(), batch.contributions(weights)
    found = shares(np.stack([part[0, rows] for part in parts.values()], axis=1), totals[0, rows], held.groups)
    return dict(zip(parts, found.tolist(), strict=True)) if np.isfinite(found).all() else {}


def _judged_alike(scores: Scores, counted: pd.Series) -> tuple[str, ...]:
    """The limit that somebody's weights were shared out anew, and that only people with the same are compared."""
    return ("judged_alike",) if bool((scores.why[counted].to_numpy() != "").any()) else ()


def _same_on_paper(scores: Scores, rows: pd.Series) -> bool:
    """Whether everybody there has the same weights on paper; roles and levels may have their own."""
    return len(scores.nominal[rows].round(9).drop_duplicates()) == 1


def _is_reconstructed(scores: Scores, what: What) -> bool:
    return is_reconstructed(scores.scheme, "totals" if what == "score" else "grades")


def _why_nobody(scores: Scores, what: What) -> str:
    if not scores.total.notna().any():
        return "nobody_scored"
    return "nobody_graded" if what == "grade" and scores.told_apart.any() else "no_signal"


def _without_shares(scores: Scores, what: What, unknown: str, *, held: Alike | None = None) -> EffectiveWeights:
    """The weights on paper alone."""
    nominal = scores.nominal.mean().reindex(scores.contributions.columns).fillna(0.0)
    return EffectiveWeights(
        scheme=scores.scheme,
        what=what,
        weights=tuple(
            DimensionWeight(dimension=str(name), nominal=float(paper), effective=None, margin=None)
            for name, paper in nominal.items()
        ),
        people=0,
        left_out=held.left_out if held else 0,
        alone=held.alone if held else 0,
        teams=0,
        reconstructed=_is_reconstructed(scores, what),
        limits=scores.limits,
        unknown=unknown,
        among=scores.among,
    )
