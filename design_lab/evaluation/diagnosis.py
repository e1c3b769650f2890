"""What a scheme rewards: how much of the differences in total score each dimension really makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from design_lab.display import Quantity, Shown, Term
from design_lab.finding import Claim, Finding, state
from design_lab.scoring import Scores

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
Groups = npt.NDArray[np.integer[Any]]  # a number for each person's group
LEVEL = 0.95


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

    `people` is how many scored people it rests on, in how many `teams`; `reconstructed` says that the client has not
    confirmed how points are made; `unknown` says why no effective weight can be given ('' if it can), as a key below
    `unknown.` in the word files.
    """

    units: ClassVar = {"nominal": "weight", "effective": "share", "low": "share", "high": "share"}
    weights: tuple[DimensionWeight, ...]
    people: int
    teams: int
    reconstructed: bool
    limits: tuple[str, ...]  # of the scores themselves
    unknown: str

    def table(self) -> pd.DataFrame:
        """Return one row a dimension: dimension, nominal, effective, low, high."""
        import pandas as pd

        rows = [(w.dimension, w.nominal, w.effective, *(w.interval or (None, None))) for w in self.weights]
        return pd.DataFrame(rows, columns=["dimension", "nominal", "effective", "low", "high"])

    def findings(self) -> tuple[Finding, ...]:
        """State the weight on paper and the effective weight of each dimension, and the share of the rules."""
        on_paper = [self._nominal(weight) for weight in self.weights if weight.dimension != "rules"]
        if self.unknown:
            return (*on_paper, *(self._unknown(weight) for weight in self.weights if weight.dimension != "rules"))
        return (*on_paper, *(self._effective(weight) for weight in self.weights))

    def _unknown(self, weight: DimensionWeight) -> Finding:
        return state(
            f"diagnosis.effective_weight.{weight.dimension}", None, says="diagnosis.effective_weight_unknown",
            unit="share", n=self.people, claim="unidentified", dimension=Term(f"dimension.{weight.dimension}"),
            why=Term(f"unknown.{self.unknown}"),
        )  # fmt: skip

    def _nominal(self, weight: DimensionWeight) -> Finding:
        return state(
            f"diagnosis.nominal_weight.{weight.dimension}", weight.nominal, says="diagnosis.nominal_weight",
            unit="weight", n=self.people, claim="accounting", dimension=Term(f"dimension.{weight.dimension}"),
        )  # fmt: skip

    def _effective(self, weight: DimensionWeight) -> Finding:
        claim: Claim = "scenario" if self.reconstructed else "accounting"
        limits = ["reconstructed_scheme", "not_replayed"] if self.reconstructed else []
        return state(
            f"diagnosis.effective_weight.{weight.dimension}",
            weight.effective,
            says=f"diagnosis.effective_weight_{weight.compared}",
            unit="share",
            n=self.people,
            claim=claim,
            bounds=weight.interval,
            level=LEVEL if weight.interval else None,
            limits=[*limits, "noise_included", "not_adjusted", "one_quarter", "few_teams", *self.limits],
            dimension=Term(f"dimension.{weight.dimension}"),
            nominal=Quantity(weight.nominal, "weight"),
        )


def effective_weights(scores: Scores) -> EffectiveWeights:
    """Split the variance of totals within role and level into the dimensions' shares and that of the rules.

    The effective weight of dimension k is cov(c_k, S) / var(S), c_k its realised contributions and S their sum, both as
    deviations from the mean of role and level, pooled (Becker et al. 2017 call it the main effect of a linear
    composite). Intervals leave out one team at a time (jackknife, t with teams - 1 degrees of freedom): resampling
    teams covers .90 instead of .95 with 15 of them. Where nobody is scored, totals do not differ or people cannot be
    told apart, no effective weight is given.
    """
    scored = scores.told_apart
    if unknown := _why_unknown(scores):
        return _without_shares(scores, unknown)
    people = scores.people[scored]
    parts = scores.contributions[scored]
    groups = people.groupby(["role", "level"]).ngroup().to_numpy()
    teams = people.groupby(["role", "team"], dropna=False).ngroup().to_numpy()
    shares = _shares(parts.to_numpy(), groups)
    if not np.isfinite(shares).all():
        return _without_shares(scores, "no_difference")
    margins = _margins(parts.to_numpy(), groups, teams)
    nominal = scores.nominal[scored].mean().reindex(parts.columns).fillna(0.0)
    columns = zip(parts.columns, nominal, shares, margins, strict=True)
    return EffectiveWeights(
        weights=tuple(
            DimensionWeight(dimension=name, nominal=float(paper), effective=float(real), margin=margin)
            for name, paper, real, margin in columns
        ),
        people=int(scored.sum()),
        teams=len(np.unique(teams)),
        reconstructed=_is_reconstructed(scores),
        limits=scores.limits,
        unknown="",
    )


def _is_reconstructed(scores: Scores) -> bool:
    return bool({"rules", "indicators"} & set(scores.scheme.assumed))


def _why_unknown(scores: Scores) -> str:
    if scores.told_apart.any():
        return ""
    return "no_signal" if scores.total.notna().any() else "nobody_scored"


def _without_shares(scores: Scores, unknown: str) -> EffectiveWeights:
    """The weights on paper alone."""
    nominal = scores.nominal.mean().reindex(scores.contributions.columns).fillna(0.0)
    return EffectiveWeights(
        weights=tuple(
            DimensionWeight(dimension=str(name), nominal=float(paper), effective=None, margin=None)
            for name, paper in nominal.items()
        ),
        people=0,
        teams=0,
        reconstructed=_is_reconstructed(scores),
        limits=scores.limits,
        unknown=unknown,
    )


def _shares(parts: Array, groups: Groups) -> Array:
    """cov(c_k, S) / var(S) within groups, (d,); nan where S does not vary."""
    size = np.bincount(groups)
    means = np.stack([np.bincount(groups, weights=part) / np.maximum(size, 1) for part in parts.T], axis=1)
    apart = parts - means[groups]
    total = apart.sum(axis=1)
    variance = float(total @ total)
    # Contributions run to 100 points; below a hair of that, variance is rounding.
    return total @ apart / variance if variance > 1e-12 else np.full(parts.shape[1], np.nan)


def _margins(parts: Array, groups: Groups, teams: Groups) -> list[float | None]:
    """Half the width of each share's interval, by leaving out one team at a time; None with fewer than two teams."""
    from scipy import stats

    count = int(teams.max()) + 1
    if count < 2:
        return [None] * parts.shape[1]
    left_out = np.stack([_shares(parts[teams != team], groups[teams != team]) for team in range(count)])
    if not np.isfinite(left_out).all():
        return [None] * parts.shape[1]
    variance = (count - 1) / count * ((left_out - left_out.mean(axis=0)) ** 2).sum(axis=0)
    return [float(margin) for margin in stats.t.ppf((1 + LEVEL) / 2, count - 1) * np.sqrt(variance)]
