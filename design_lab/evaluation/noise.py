"""How much of what a scheme rewards is sampling error: in scores, in grades, and between people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from design_lab.display import Quantity, Shown, Term
from design_lab.evaluation.alike import alike
from design_lab.evaluation.criteria import Estimate
from design_lab.evaluation.grounds import Decided, claim_of, is_reconstructed, limits_of
from design_lab.evaluation.rerun import Rerun, agreement_of
from design_lab.evaluation.shares import LEVEL, margins, variance_within
from design_lab.finding import Finding, state
from design_lab.scheme import Scheme

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
_Z = 1.96  # standard errors to each side of an estimate, or by which two totals are told apart


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseShare:
    """The share of the variance of total scores that is one dimension's sampling error, with its margin."""

    dimension: str
    noise: float
    margin: float | None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The interval at level .95."""
        return None if self.margin is None else (self.noise - self.margin, self.noise + self.margin)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiers:
    """How many tiers the totals of one role and level fall into, and how many people they rest on."""

    people: int
    tiers: int


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Noise(Shown):
    """Signal and noise of one quarter's scores.

        `shares` by dimension; they sum to 1 less the reliability of the total score, whose interval has half the width
    `margin` (None with one team alone). `agreement` is the share of graded
    people who would get the same grade on a re-run, with its interval over draws, None where nobody is graded. `tiers`
    by (role, level), called by `names`; `unmeasured` names indicators whose error is not known and was taken as none.
    `unknown` says why there is nothing to split, as a key below `unknown.`.
    """

    units: ClassVar = {"noise": "share", "low": "share", "high": "share"}
    shares: tuple[NoiseShare, ...]
    margin: float | None
    people: int
    agreement: tuple[float, float, float] | None
    graded: int
    tiers: Mapping[tuple[str, str], Tiers]
    names: Mapping[str, Mapping[str, str]]
    scheme: Scheme
    unmeasured: tuple[str, ...]
    unknown: str = ""

    @property
    def reliability(self) -> float:
        """The share of the variance of total scores that is not sampling error."""
        return 1 - sum(share.noise for share in self.shares)

    @property
    def interval(self) -> tuple[float, float] | None:
        """The interval of the reliability at level .95."""
        if self.margin is None:
            return None
        return max(0.0, self.reliability - self.margin), min(1.0, self.reliability + self.margin)

    def estimates(self) -> tuple[Estimate | None, Estimate | None]:
        """Return the share of same grades on a re-run and the reliability of the score, None where unknown."""
        same = _estimate(self.agreement, self.graded) if self.agreement else None
        if self.unknown or self.interval is None:
            return same, None
        low, high = self.interval
        return same, Estimate(value=self.reliability, low=low, high=high, n=self.people)

    def table(self) -> pd.DataFrame:
        """Return one row a dimension: dimension, noise, low, high."""
        import pandas as pd

        rows = [(share.dimension, share.noise, *(share.interval or (None, None))) for share in self.shares]
        return pd.DataFrame(rows, columns=["dimension", "noise", "low", "high"])

    def findings(self) -> tuple[Finding, ...]:
        """State the noise of each dimension, the reliability of the score, grades on a re-run and tiers."""
        if self.unknown:
            return self._unknown()
        return (
            *(self._noise(share) for share in self.shares if share.dimension != "rules"),
            self._reliability(),
            self._agreement(),
            *(self._tiers(*key, tiers) for key, tiers in self.tiers.items()),
        )

    def _grounds(self, decided: Decided) -> dict[str, Any]:
        """What may be claimed of what is decided, and what limits it."""
        assumed = is_reconstructed(self.scheme, decided)
        unknown = ["error_unknown"] if self.unmeasured else []
        return {"claim": claim_of(assumed), "limits": [*limits_of(assumed), "measured_again", *unknown]}

    def _unknown(self) -> tuple[Finding, ...]:
        why = Term(f"unknown.{self.unknown}")
        return tuple(
            state(
                f"diagnosis.{what}",
                None,
                says=f"diagnosis.{what}_unknown",
                unit="share",
                n=0,
                claim="unidentified",
                why=why,
            )
            for what in ("score_reliability", "grade_agreement")
        )

    def _noise(self, share: NoiseShare) -> Finding:
        return state(
            f"diagnosis.effective_noise.{share.dimension}", share.noise, says="diagnosis.effective_noise", unit="share",
            n=self.people, bounds=share.interval, level=LEVEL if share.interval else None,
            **self._grounds("totals"), dimension=Term(f"dimension.{share.dimension}"),
        )  # fmt: skip

    def _reliability(self) -> Finding:
        return state(
            "diagnosis.score_reliability", self.reliability, says="diagnosis.score_reliability", unit="share",
            n=self.people, bounds=self.interval, level=LEVEL if self.interval else None, **self._grounds("totals"),
        )  # fmt: skip

    def _agreement(self) -> Finding:
        if self.agreement is None:
            why = Term("unknown.nobody_graded")
            return state(
                "diagnosis.grade_agreement", None, says="diagnosis.grade_agreement_unknown", unit="share", n=0,
                claim="unidentified", why=why,
            )  # fmt: skip
        mean, low, high = self.agreement
        return state(
            "diagnosis.grade_agreement", mean, says="diagnosis.grade_agreement", unit="share", n=self.graded,
            bounds=(low, high), level=LEVEL, **self._grounds("grades"),
        )  # fmt: skip

    def _tiers(self, role: str, level: str, tiers: Tiers) -> Finding:
        return state(
            f"diagnosis.tiers.{role}.{level}", tiers.tiers, says="diagnosis.tiers", unit="count", n=tiers.people,
            **self._grounds("totals"), role=self.names.get(role, {"en": role}),
            rank=self.names.get(level, {"en": level}), grades=Quantity(len(self.scheme.grades.coefficients), "count"),
        )  # fmt: skip


def noise(again: Rerun, *, names: Mapping[str, Mapping[str, str]], least: int) -> Noise:
    """Part the variance of total scores between people alike (`alike`) into signal and noise.

    The noise of dimension k is the mean over people of cov(c_k, S) between measurements of the same truth, over the
    variance of S within role and level; it stands beside the effective weight, whose denominator is the same. Tiers are
    stated for roles and levels, called by `names`, of at least `least` people: a tier holds all whose total is not told
    from its best.
    """
    realised = again.realised
    held = alike(realised, realised.told_apart)
    totals, groups = realised.total[held.rows].to_numpy(float), held.groups
    if not held.people or variance_within(totals, groups) <= 1e-12:
        return _nothing(again, "no_signal" if realised.total.notna().any() else "nobody_scored")
    noisy = again.noise[held.rows].to_numpy()

    def estimate(kept: npt.NDArray[np.bool_]) -> Array:
        return np.asarray(noisy[kept].mean(axis=0) / max(variance_within(totals[kept], groups[kept]), 1e-300))

    found = estimate(np.ones(totals.size, dtype=bool))
    (whole,) = margins(lambda kept: estimate(kept).sum(keepdims=True), held.teams)
    dimensions = again.noise.columns
    return Noise(
        shares=tuple(
            NoiseShare(dimension=str(name), noise=float(value), margin=margin)
            for name, value, margin in zip(dimensions, found, margins(estimate, held.teams), strict=True)
        ),
        margin=whole,
        people=held.people,
        agreement=_agreement(again),
        graded=int(realised.grade.notna().sum()),
        tiers=_tiers(again, least),
        names=names,
        scheme=realised.scheme,
        unmeasured=again.unmeasured,
    )


def _nothing(again: Rerun, unknown: str) -> Noise:
    return Noise(
        shares=(),
        margin=None,
        people=0,
        agreement=None,
        graded=0,
        tiers={},
        names={},
        scheme=again.realised.scheme,
        unmeasured=again.unmeasured,
        unknown=unknown,
    )


def _agreement(again: Rerun) -> tuple[float, float, float] | None:
    told = np.array([*agreement_of(again.same_grade)])
    if not told.size:
        return None
    mean, width = float(told.mean()), _Z * float(told.std())
    return mean, max(0.0, mean - width), min(1.0, mean + width)


def _tiers(again: Rerun, least: int) -> dict[tuple[str, str], Tiers]:
    scores = again.realised
    found: dict[tuple[str, str], Tiers] = {}
    compared = scores.people[scores.told_apart]
    for key, members in compared.groupby(["role", "level"], sort=True):
        if len(members) >= least:
            totals = scores.total[members.index].to_numpy(float)
            found[str(key[0]), str(key[1])] = Tiers(
                people=len(members), tiers=tiers(totals, again.total_variance[members.index].to_numpy())
            )
    return found


def tiers(totals: Array, variances: Array) -> int:
    """Return into how many tiers totals (n,) with sampling variances (n,) fall.

    >>> tiers(np.array([90.0, 89.0, 80.0]), np.array([1.0, 1.0, 1.0]))
    2
    """
    return len(tier_heads(totals, variances))


def tier_heads(totals: Array, variances: Array) -> Array:
    """Return the best total of each tier, from the top; a tier goes down to the next one's best.

    From the top, a tier takes everybody whose total is not told from that of its best person; who is told from it opens
    the next tier.

    >>> tier_heads(np.array([90.0, 89.0, 80.0]), np.array([1.0, 1.0, 1.0])).tolist()
    [90.0, 80.0]
    """
    order = np.argsort(-totals, kind="stable")
    heads: list[int] = []
    for place in order:
        best = heads[-1] if heads else -1
        if best < 0 or totals[best] - totals[place] > _Z * np.sqrt(variances[best] + variances[place]):
            heads.append(int(place))
    return totals[heads]


def _estimate(found: tuple[float, float, float], n: int) -> Estimate:
    value, low, high = found
    return Estimate(value=value, low=low, high=high, n=n)
