"""How much of what a scheme rewards is sampling error: in scores, in grades, and between people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from design_lab.catalogue import LANGUAGES, words
from design_lab.display import Quantity, Shown, Term, number
from design_lab.evaluation.alike import Alike, alike
from design_lab.evaluation.criteria import Estimate
from design_lab.evaluation.diagnosis import What
from design_lab.evaluation.grounds import Decided, claim_of, is_reconstructed, limits_of
from design_lab.evaluation.rerun import Rerun, agreement_of
from design_lab.evaluation.shares import LEVEL, Array, margins, variance_within
from design_lab.evaluation.tiers import Tiers, tiers_of
from design_lab.finding import Finding, state
from design_lab.scheme import Scheme
from design_lab.scoring.roster import headcount

if TYPE_CHECKING:
    import pandas as pd

_Z = 1.96  # standard errors to each side of an estimate
_NOTHING = 1e-12  # what is left of a variance where nothing varies


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseShare:
    """The share of a variance that is one dimension's sampling error, with its margin.

    `at_least` says that the error of some of its indicators is not known and not counted; where it is of all of them,
    nothing is `told`.
    """

    dimension: str
    noise: float
    margin: float | None
    at_least: bool = False

    @property
    def interval(self) -> tuple[float, float] | None:
        """The interval at level .95."""
        return None if self.margin is None else (self.noise - self.margin, self.noise + self.margin)

    @property
    def told(self) -> bool:
        """Whether any of the sampling error is known."""
        return not self.at_least or self.noise > _NOTHING


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Noise(Shown):
    """Signal and noise of one quarter's scores and grades.

    `shares` by dimension of the variance of total scores; they sum to 1 less the reliability of the total, whose
    interval has half the width `margin` (None with fewer than five teams), and rest on `people`. `grade_shares` of the
    variance of the grades' pay coefficients, of `grade_people`; none where nobody is graded or coefficients do not
    differ. `agreement` is the share of the `graded` people who would get the same grade on a re-run, with its interval
    over draws, None where nobody is graded. `tiers` by (role, level), called by `names`; `unmeasured` names indicators
    whose error is not known and was taken as none: noise is then at least, reliability and agreement at most what is
    stated. `unknown` says why there is nothing to split, as a key below `unknown.`.
    """

    units: ClassVar = {"noise": "share", "low": "share", "high": "share", "noise of grade": "share"}
    shares: tuple[NoiseShare, ...]
    margin: float | None
    people: int
    grade_shares: tuple[NoiseShare, ...]
    grade_people: int
    agreement: tuple[float, float, float] | None
    graded: int
    tiers: Mapping[tuple[str, str], Tiers]
    names: Mapping[str, Mapping[str, str]]
    scheme: Scheme
    unmeasured: tuple[str, ...]
    limits: tuple[str, ...] = ()  # of the scores themselves: whose they are
    among: Mapping[str, str] | None = None  # the scheme, where these are only the people under it
    unknown: str = ""

    @property
    def reliability(self) -> float:
        """The share of the variance of total scores that is not sampling error, as far as that is known."""
        return 1 - sum(share.noise for share in self.shares)

    @property
    def interval(self) -> tuple[float, float] | None:
        """The interval of the reliability at level .95."""
        if self.margin is None:
            return None
        return max(0.0, self.reliability - self.margin), min(1.0, self.reliability + self.margin)

    def estimates(self) -> tuple[Estimate | None, Estimate | None]:
        """Return the share of same grades on a re-run and the reliability of the score, None where unknown.

        Where some sampling error is not known both may be anything below.
        """
        same = self._estimate(*self.agreement, n=self.graded) if self.agreement else None
        if self.unknown or self.interval is None:
            return same, None
        return same, self._estimate(self.reliability, *self.interval, n=self.people)

    def _estimate(self, value: float, low: float, high: float, *, n: int) -> Estimate:
        return Estimate(value=value, low=0.0 if self.unmeasured else low, high=high, n=n)

    def table(self) -> pd.DataFrame:
        """Return one row a dimension: dimension, noise, low, high, and noise of the grade; missing where unknown."""
        import pandas as pd

        of_grade = {share.dimension: share.noise for share in self.grade_shares if share.told}
        rows = [
            (
                share.dimension,
                *((share.noise, *(share.interval or (None, None))) if share.told else (None, None, None)),
                of_grade.get(share.dimension),
            )
            for share in self.shares
        ]
        return pd.DataFrame(rows, columns=["dimension", *self.units])

    def findings(self) -> tuple[Finding, ...]:
        """State the noise of each dimension in score and grade, the reliability of the score, same grades and tiers."""
        if self.unknown:
            return self._unknown()
        return (
            *(self._noise("score", share) for share in self.shares if share.dimension != "rules"),
            *(self._noise("grade", share) for share in self.grade_shares if share.dimension != "rules"),
            self._reliability(),
            self._agreement(),
            *self._tiers(),
        )

    def _grounds(self, decided: Decided, *, alone: bool = False) -> dict[str, Any]:
        """What may be claimed of what is decided, and what limits it; `alone` is without an interval."""
        assumed = is_reconstructed(self.scheme, decided)
        unknown = ["error_unknown"] if self.unmeasured else []
        few = ["too_few_for_interval"] if alone else []
        limits = [*limits_of(assumed), "measured_again", *unknown, *few, *self.limits]
        return {"claim": claim_of(assumed), "limits": limits, "among": self.among}

    @property
    def _at_most(self) -> str:
        return "_at_most" if self.unmeasured else ""

    def _unknown(self) -> tuple[Finding, ...]:
        return tuple(_not_told(f"diagnosis.{what}", self.unknown) for what in ("score_reliability", "grade_agreement"))

    def _noise(self, what: What, share: NoiseShare) -> Finding:
        stem = "diagnosis.effective_noise" if what == "score" else "diagnosis.effective_noise_of_grade"
        dimension = self.scheme.named(share.dimension)
        if not share.told:
            return _not_told(f"{stem}.{share.dimension}", "error_not_known", says=stem, dimension=dimension)
        return state(
            f"{stem}.{share.dimension}", share.noise, says=f"{stem}_at_least" if share.at_least else stem, unit="share",
            n=self.people if what == "score" else self.grade_people, bounds=share.interval,
            level=LEVEL if share.interval else None, dimension=dimension,
            **self._grounds("totals" if what == "score" else "grades", alone=share.margin is None),
        )  # fmt: skip

    def _reliability(self) -> Finding:
        return state(
            "diagnosis.score_reliability", self.reliability, says=f"diagnosis.score_reliability{self._at_most}",
            unit="share", n=self.people, bounds=self.interval, level=LEVEL if self.interval else None,
            **self._grounds("totals", alone=self.margin is None),
        )  # fmt: skip

    def _agreement(self) -> Finding:
        if self.agreement is None:
            return _not_told("diagnosis.grade_agreement", "nobody_graded")
        mean, low, high = self.agreement
        return state(
            "diagnosis.grade_agreement", mean, says=f"diagnosis.grade_agreement{self._at_most}", unit="share",
            n=self.graded, bounds=(low, high), level=LEVEL, **self._grounds("grades"),
        )  # fmt: skip

    def _tiers(self) -> tuple[Finding, ...]:
        """One finding for all roles and levels, those with equally many tiers named together; none without any."""
        if not self.tiers:
            return ()
        by_count: dict[int, list[tuple[str, str]]] = {}
        for key, one in self.tiers.items():
            by_count.setdefault(one.tiers, []).append(key)
        listed = {
            lang: words(lang)
            .say("tiers.join")
            .join(self._told_into(count, by_count[count], lang) for count in sorted(by_count))
            for lang in LANGUAGES
        }
        found = state(
            "diagnosis.tiers", max(by_count), says=f"diagnosis.tiers{self._at_most}", unit="count",
            n=sum(one.people for one in self.tiers.values()), groups=Quantity(len(self.tiers), "count"), listed=listed,
            grades=Quantity(len(self.scheme.grades.coefficients), "count"), **self._grounds("totals"),
        )  # fmt: skip
        return (found,)

    def _told_into(self, count: int, keys: list[tuple[str, str]], lang: str) -> str:
        """The roles and levels that can be told into so many tiers, with their people."""
        spoken = words(lang)
        named = [
            spoken.say(
                "tiers.one", role=self.names.get(role, {}).get(lang, role),
                rank=self.names.get(level, {}).get(lang, level),
                people=number(self.tiers[role, level].people, "people", lang),
            )
            for role, level in keys
        ]  # fmt: skip
        return spoken.say("tiers.count", tiers=number(count, "count", lang), named=spoken.say("run.join").join(named))


def _not_told(id: str, why: str, *, says: str = "", **said: Any) -> Finding:
    return state(
        id, None, says=f"{says or id}_unknown", unit="share", n=0, claim="unidentified", why=Term(f"unknown.{why}"),
        **said,
    )  # fmt: skip


def noise(again: Rerun, *, names: Mapping[str, Mapping[str, str]], least: int) -> Noise:
    """Part the variance of total scores and of grades' pay coefficients between people alike into signal and noise.

    The noise of dimension k in the score is the mean over people of cov(c_k, S) between measurements of the same truth,
    over the variance of S between people alike (`alike`); it stands beside the effective weight, whose denominator is
    the same. In the grade it is the share of the variance of its pay coefficient y that measurement makes, parted as
    effective weights of the grade are: by cov(c_k, y) / cov(S, y) between measurements. Tiers are stated for roles and
    levels, called by `names`, of at least `least` people.
    """
    realised = again.realised
    held = alike(realised, realised.told_apart)
    unmeasured = again.unmeasured[held.rows].any()
    shared: dict[str, Any] = {
        "agreement": None, "graded": 0, "tiers": {}, "names": names, "scheme": realised.scheme,
        "unmeasured": tuple(str(name) for name in unmeasured.index[unmeasured]), "grade_shares": (), "grade_people": 0,
        "limits": realised.whose, "among": realised.among,
    }  # fmt: skip
    totals, noisy = realised.total[held.rows].to_numpy(float), again.noise[held.rows].to_numpy()
    if not held.people or variance_within(totals, held.groups) <= _NOTHING:
        unknown = "no_signal" if realised.total.notna().any() else "nobody_scored"
        return Noise(shares=(), margin=None, people=0, unknown=unknown, **shared)

    def estimate(kept: npt.NDArray[np.bool_]) -> Array:
        return np.asarray(noisy[kept].mean(axis=0) / max(variance_within(totals[kept], held.groups[kept]), 1e-300))

    (whole,) = margins(lambda kept: estimate(kept).sum(keepdims=True), held.teams)
    graded = alike(realised, realised.told_apart & realised.grade.notna())
    shared |= {
        "agreement": _agreement(again),
        "graded": headcount(realised.people.index[realised.grade.notna()]),
        "tiers": tiers_of(again, least=least),
        "grade_shares": _of_grade(again, graded),
        "grade_people": graded.people,
    }
    found = estimate(np.ones(totals.size, dtype=bool))
    return Noise(
        shares=_shares(again, held, found, margins(estimate, held.teams)), margin=whole, people=held.people, **shared
    )


def _of_grade(again: Rerun, held: Alike) -> tuple[NoiseShare, ...]:
    """The noise shares of the grade's pay coefficient; none where coefficients do not differ."""
    paid = again.realised.coefficient[held.rows].to_numpy(float)
    noisy, variance = again.grade_noise[held.rows].to_numpy(), again.grade_variance[held.rows].to_numpy()
    if not held.people or variance_within(paid, held.groups) <= _NOTHING:
        return ()

    def estimate(kept: npt.NDArray[np.bool_]) -> Array:
        parts, whole = noisy[kept].mean(axis=0), float(variance[kept].mean())
        if whole <= _NOTHING:
            return np.zeros(parts.size)
        together, between = float(parts.sum()), variance_within(paid[kept], held.groups[kept])
        known = together > _NOTHING and between > _NOTHING
        return parts / together * whole / between if known else np.full(parts.size, np.nan)

    found = estimate(np.ones(paid.size, dtype=bool))
    return _shares(again, held, found, margins(estimate, held.teams)) if np.isfinite(found).all() else ()


def _shares(again: Rerun, held: Alike, found: Array, widths: list[float | None]) -> tuple[NoiseShare, ...]:
    """Name what was found by dimension, and say where some of the error is not known."""
    realised = again.realised
    untested = again.unmeasured[held.rows]
    places = realised.people.loc[held.rows, ["role", "level"]].drop_duplicates()
    role, level = (realised.people.loc[held.rows, name] for name in ("role", "level"))
    unknown = {
        realised.scheme.dimension_of(*place)[str(indicator)]
        for place in places.itertuples(index=False, name=None)
        for indicator, some in untested[role.eq(place[0]) & level.eq(place[1])].any().items()
        if some
    }
    return tuple(
        NoiseShare(dimension=str(name), noise=float(value), margin=margin, at_least=name in unknown)
        for name, value, margin in zip(again.noise.columns, found, widths, strict=True)
    )


def _agreement(again: Rerun) -> tuple[float, float, float] | None:
    told = np.array([*agreement_of(again.same_grade)])
    if not told.size:
        return None
    mean, width = float(told.mean()), _Z * float(told.std())
    return mean, max(0.0, mean - width), min(1.0, mean + width)
