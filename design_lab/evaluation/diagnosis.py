"""What a scheme rewards: how much of the differences in total score each dimension really makes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from design_lab.display import Quantity, Shown, Term
from design_lab.errors import DataError
from design_lab.finding import Claim, Finding, state
from design_lab.scoring import Scores

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
LEVEL = 0.95
_SAME_WITHIN = 0.02  # a share this near to the weight on paper is called about the same


@dataclass(frozen=True, slots=True, kw_only=True)
class DimensionWeight:
    """One dimension's weight on paper and its effective weight with interval, as shares of 1."""

    dimension: str
    nominal: float
    effective: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class EffectiveWeights(Shown):
    """Nominal and effective weight of each dimension and of `rules`; the effective ones sum to 1.

    `people` is how many scored people it rests on, `teams` how many teams were resampled for the intervals at level
    .95; `reconstructed` says that the client has not confirmed how points are made.
    """

    units: ClassVar = {"nominal": "weight", "effective": "share", "low": "share", "high": "share"}
    weights: tuple[DimensionWeight, ...]
    people: int
    teams: int
    reconstructed: bool

    def table(self) -> pd.DataFrame:
        """Return one row a dimension: dimension, nominal, effective, low, high."""
        import pandas as pd

        return pd.DataFrame([asdict(weight) for weight in self.weights])

    def findings(self) -> tuple[Finding, ...]:
        """State the weight on paper and the effective weight of each dimension, and the share of the rules."""
        on_paper = [self._nominal(weight) for weight in self.weights if weight.dimension != "rules"]
        return (*on_paper, *(self._effective(weight) for weight in self.weights))

    def _nominal(self, weight: DimensionWeight) -> Finding:
        return state(
            f"diagnosis.nominal_weight.{weight.dimension}", weight.nominal, says="diagnosis.nominal_weight",
            unit="weight", n=self.people, claim="accounting", dimension=Term(f"dimension.{weight.dimension}"),
        )  # fmt: skip

    def _effective(self, weight: DimensionWeight) -> Finding:
        claim: Claim = "scenario" if self.reconstructed else "accounting"
        limits = ["reconstructed_scheme", "no_official_results"] if self.reconstructed else []
        return state(
            f"diagnosis.effective_weight.{weight.dimension}",
            weight.effective,
            says=f"diagnosis.effective_weight_{_compared(weight)}",
            unit="share",
            n=self.people,
            claim=claim,
            bounds=(weight.low, weight.high),
            level=LEVEL,
            limits=[*limits, "noise_included", "one_quarter", "few_teams"],
            dimension=Term(f"dimension.{weight.dimension}"),
            nominal=Quantity(weight.nominal, "weight"),
        )


def _compared(weight: DimensionWeight) -> str:
    if weight.dimension == "rules":
        return "rules"
    if abs(weight.effective - weight.nominal) < _SAME_WITHIN:
        return "same"
    return "more" if weight.effective > weight.nominal else "less"


def effective_weights(scores: Scores, *, rng: np.random.Generator, draws: int = 999) -> EffectiveWeights:
    """Split the variance of totals within role and level into the dimensions' shares and that of the rules.

    The effective weight of dimension k is cov(c_k, S) / var(S), c_k its realised contributions and S their sum, both as
    deviations from the mean of role and level, pooled (Becker et al. 2017 call it the main effect of a linear
    composite). Intervals resample whole teams within roles, `draws` times. Totals that do not differ raise `DataError`.
    """
    scored = scores.total.notna()
    people = scores.people[scored]
    parts = scores.contributions[scored]
    groups = people.groupby(["role", "level"]).ngroup().to_numpy()
    teams = people.groupby(["role", "team"], dropna=False).ngroup().to_numpy()
    strata = people.groupby("role").ngroup().to_numpy()
    shares = _shares(parts.to_numpy(), groups, np.ones(len(parts)))
    if not np.isfinite(shares).all():
        raise DataError(
            f"scheme {scores.scheme.name!r}, {scores.quarter}: the totals of people of the same role and level do not "
            "differ, so no dimension makes any difference"
        )
    counts = _resampled(teams, strata, rng, draws)
    drawn = np.stack([_shares(parts.to_numpy(), groups, times) for times in counts])
    low, high = np.nanquantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    nominal = scores.nominal[scored].mean().reindex(parts.columns).fillna(0.0)
    columns = zip(parts.columns, nominal, shares, low, high, strict=True)
    return EffectiveWeights(
        weights=tuple(
            DimensionWeight(dimension=name, nominal=float(paper), effective=float(real), low=float(least), high=float(most))
            for name, paper, real, least, most in columns
        ),
        people=int(scored.sum()),
        teams=len(np.unique(teams)),
        reconstructed=bool({"rules", "indicators"} & set(scores.scheme.assumed)),
    )


def _shares(parts: Array, groups: npt.NDArray[np.intp], times: Array) -> Array:
    """cov(c_k, S) / var(S) within groups, (d,); each person counts `times` (n,) often; nan where S does not vary."""
    size = np.bincount(groups, weights=times)
    with np.errstate(invalid="ignore"):
        means = np.stack([np.bincount(groups, weights=times * part) / size for part in parts.T], axis=1)
    apart = np.where(times[:, None] > 0, parts - np.nan_to_num(means)[groups], 0.0)
    total = apart.sum(axis=1)
    variance = float(times @ total**2)
    # Contributions run to 100 points; below 1e-9 of that, variance is rounding.
    return (times * total) @ apart / variance if variance > 1e-12 else np.full(parts.shape[1], np.nan)


def _resampled(
    teams: npt.NDArray[np.intp], strata: npt.NDArray[np.intp], rng: np.random.Generator, draws: int
) -> Array:
    """How often each person stands in each bootstrap draw, (draws, n): whole teams, drawn within their stratum."""
    counts = np.zeros((draws, teams.max() + 1))
    for stratum in np.unique(strata):
        own = np.unique(teams[strata == stratum])
        chosen = rng.integers(0, len(own), size=(draws, len(own)))
        for position in range(len(own)):
            counts[:, own[position]] = (chosen == position).sum(axis=1)
    return counts[:, teams]
