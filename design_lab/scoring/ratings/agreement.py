"""Agreement: whether raters of one person say the same, by the F test of people and by the scatter of their answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from design_lab.display import Quantity, Shown
from design_lab.errors import DataError
from design_lab.finding import Finding, state
from design_lab.scoring.intervals import share_interval
from design_lab.scoring.ratings.blocks import Array, Ints
from design_lab.scoring.ratings.forms import MINIMUM_RATERS, Forms
from design_lab.scoring.ratings.severity import LEVEL

if TYPE_CHECKING:
    import pandas as pd

AGREED = 0.70  # r_wg from which raters are usually taken to agree (a convention; James, Demaree and Wolf, 1984)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The answers that a form offers: `options` of them, evenly spaced from `low` to `high` points.

    >>> Scale(low=1, high=5, options=5).chance_variance
    2.0
    """

    low: float
    high: float
    options: int

    def __post_init__(self) -> None:
        if self.options < 2 or self.low >= self.high:
            raise DataError(
                f"rating scale from {self.low:g} to {self.high:g}: {self.options} options; a form offers at least two"
            )

    @classmethod
    def used_in(cls, points: pd.Series) -> Scale:
        """Take the scale for what was used of it: the least to the greatest answer, by the least step between two."""
        used = np.unique(points.to_numpy(np.float64))
        if len(used) < 2:
            raise DataError("ratings: every answer is the same, so the form's scale cannot be seen; state it")
        step = float(np.diff(used).min())
        return cls(low=float(used[0]), high=float(used[-1]), options=round(float(used[-1] - used[0]) / step) + 1)

    @property
    def chance_variance(self) -> float:
        """The variance of blind answers, each option as often as any other."""
        step = (self.high - self.low) / (self.options - 1)
        return step**2 * (self.options**2 - 1) / 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Icc:
    """Intraclass correlations with intervals at `LEVEL`: of one rater's form, and of the mean of `raters` forms.

    ICC(1) and ICC(k) of the one-way analysis of variance (Shrout and Fleiss, Psychological Bulletin 86, 1979): severity
    counts as error, as it does in a plain mean. With unequal numbers `raters` is the effective number (Searle, Casella
    and McCulloch, 1992, chapter 3) and the intervals are approximate.
    """

    one: float
    one_interval: tuple[float, float]
    mean: float
    mean_interval: tuple[float, float]
    raters: float
    people: int


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Agreement(Shown):
    """How far raters of one person agree.

    `icc` is None with fewer than two people or no second rater. `r_wg`, keyed by `employee_id`, is 1 - the variance
    between raters (mean over items) / that of blind answers on `scale`: 1 where all say the same, 0 at chance, below 0
    further apart than chance; only people with at least `MINIMUM_RATERS` raters on each item have one. `scale_stated`
    tells whether the scale was stated or is what was used of it.
    """

    units: ClassVar = {"value": "correlation", "low": "correlation", "high": "correlation"}
    icc: Icc | None
    r_wg: pd.Series
    scale: Scale
    scale_stated: bool

    @property
    def agreed(self) -> int:
        """How many people's raters agree by the usual convention."""
        return int((self.r_wg >= AGREED).sum())

    def table(self) -> pd.DataFrame:
        """Return one row a measure: measure, value, low, high."""
        import pandas as pd

        rows: list[tuple[str, float, float | None, float | None]] = []
        if self.icc:
            rows.append(("ICC(1)", self.icc.one, *self.icc.one_interval))
            rows.append(("ICC(k)", self.icc.mean, *self.icc.mean_interval))
        if len(self.r_wg):
            rows.append(("r_wg (median)", float(self.r_wg.median()), None, None))
        return pd.DataFrame(rows, columns=["measure", "value", "low", "high"])

    def findings(self) -> tuple[Finding, ...]:
        """State how far one form and the mean of the forms tell people apart, and for how many the raters agree."""
        return *self._icc(), self._agreement()

    def _icc(self) -> tuple[Finding, ...]:
        if self.icc is None:
            return tuple(
                state(
                    f"ratings.{what}", None, says="ratings.icc_unknown", unit="correlation", n=0, claim="unidentified"
                )
                for what in ("icc", "icc_k")
            )
        pairs = (("icc", self.icc.one, self.icc.one_interval), ("icc_k", self.icc.mean, self.icc.mean_interval))
        return tuple(
            state(
                f"ratings.{what}", value, says=f"ratings.{what}", unit="correlation", n=self.icc.people,
                claim="association", bounds=bounds, level=LEVEL, limits=["severity_is_error"],
                raters=f"{self.icc.raters:.1f}",
            )
            for what, value, bounds in pairs
        )  # fmt: skip

    def _agreement(self) -> Finding:
        least = str(MINIMUM_RATERS)
        if not len(self.r_wg):
            return state(
                "ratings.agreement", None, says="ratings.agreement_unknown", unit="share", n=0, claim="unidentified",
                least=least,
            )  # fmt: skip
        limits = ["blind_answers", *([] if self.scale_stated else ["scale_as_used"])]
        return state(
            "ratings.agreement", self.agreed / len(self.r_wg), says="ratings.agreement", unit="share",
            n=len(self.r_wg), claim="association", bounds=share_interval(self.agreed, len(self.r_wg), level=LEVEL),
            level=LEVEL, limits=limits, least=least, agreed=Quantity(AGREED, "correlation"),
            median=Quantity(float(self.r_wg.median()), "correlation"), options=str(self.scale.options),
        )  # fmt: skip


def agreement(given: Forms, *, scale: Scale | None = None) -> Agreement:
    """Judge how far raters of the same person agree, ratings of oneself left out.

    `scale` is what the form offers; absent, it is taken to be what was used of it.
    """
    import pandas as pd

    others = given.answers[given.answers["rater_id"] != given.answers["employee_id"]]
    if scale is None and others["points"].nunique() < 2:
        return Agreement(
            icc=None, r_wg=pd.Series(dtype="float64"), scale=Scale(low=0.0, high=1.0, options=2), scale_stated=False
        )
    known = scale or Scale.used_in(others["points"])
    by_item = others.groupby(["employee_id", "item"])["points"]
    enough = (by_item.size() >= MINIMUM_RATERS).groupby(level="employee_id").all()
    variance = by_item.var(ddof=1).groupby(level="employee_id").mean()
    design, _, _ = given.design()
    return Agreement(
        icc=icc(design.y, design.ratee),
        r_wg=(1 - variance / known.chance_variance)[enough],
        scale=known,
        scale_stated=scale is not None,
    )


def icc(y: Array, ratee: Ints) -> Icc | None:
    """Return ICC(1) and ICC(k) of ratings `y`, (n,), of `ratee` codes, with intervals by the F distribution.

    >>> found = icc(np.array([1.0, 2.0, 4.0, 5.0, 8.0, 9.0]), np.array([0, 0, 1, 1, 2, 2]))
    >>> round(found.one, 2), round(found.mean, 2)
    (0.96, 0.98)
    """
    from scipy import stats

    size = np.bincount(ratee)
    n, people = len(y), len(size)
    if people < 2 or n <= people:
        return None
    means = np.bincount(ratee, y) / size
    df = people - 1, n - people
    between = float(size @ (means - y.mean()) ** 2) / df[0]
    within = float(((y - means[ratee]) ** 2).sum()) / df[1]
    if within <= 1e-12 * float(y @ y) / n:
        return None
    raters = (n - float((size**2).sum()) / n) / df[0]
    ratio, tail = between / within, (1 + LEVEL) / 2
    ends = ratio / stats.f.ppf(tail, *df), ratio * stats.f.ppf(tail, df[1], df[0])
    low, high = (float(end) for end in ends)
    return Icc(
        one=(ratio - 1) / (ratio + raters - 1),
        one_interval=((low - 1) / (low + raters - 1), (high - 1) / (high + raters - 1)),
        mean=1 - 1 / ratio,
        mean_interval=(1 - 1 / low, 1 - 1 / high),
        raters=raters,
        people=people,
    )
