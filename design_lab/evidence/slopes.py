"""Volume and customer satisfaction in the past: three slopes side by side, none of them an effect of weights.

Pooled over everybody, between people and within people, the same question has three answers, and the pooled one mixes
the other two: it can have the opposite sign of both (Simpson). All are associations: how much somebody takes on in a
week is not drawn at random, and no slope says what other weights would do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from design_lab.display import Quantity, Term
from design_lab.errors import DataError
from design_lab.evidence.frames import refuse_unusable
from design_lab.evidence.inference import LEVEL, jackknife
from design_lab.evidence.left_out import slopes_without_each
from design_lab.finding import Finding, Stated, state

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["pooled", "between", "within"]
KINDS: tuple[Kind, ...] = ("pooled", "between", "within")
LEAST_TEAMS = 5  # below, an interval that leaves out one at a time says next to nothing, as elsewhere
LEAST_PERIODS = 3  # of a person, for her own ups and downs to be seen
_COUNTED = ("calls", "days", "worked_ms", "rated", "satisfied")
_TEN_PERCENT = math.log(1.1)
_MS_PER_HOUR = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """Percentage points of CSAT that go with 10 % more calls per hour (or day), with its interval at level .95.

    `rows` person-periods (of `between`: people) of `people` in `teams`.
    """

    kind: Kind
    value: float
    low: float
    high: float
    rows: int
    people: int
    teams: int

    @property
    def sign(self) -> int:
        """-1 or 1 where the interval excludes 0, else 0."""
        return int(self.low > 0) - int(self.high < 0)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class VolumeCsat(Stated):
    """The three slopes of CSAT on volume; without them `unknown` says why, as a key below `unknown.`.

    `by_hour` says that volume is calls per signed-in hour, else calls per day at work; `adjusted` that the kinds of
    contact are held fixed within people; `weekly` that the rows are weeks, else months.
    """

    units: ClassVar = {"slope": "slope", "low": "slope", "high": "slope"}
    slopes: tuple[Slope, ...]
    by_hour: bool
    adjusted: bool
    weekly: bool
    first: str
    last: str
    unknown: str = ""

    def table(self) -> pd.DataFrame:
        """Return one row a slope: kind, slope, low, high, rows, people, teams."""
        import pandas as pd

        rows = [(s.kind, s.value, s.low, s.high, s.rows, s.people, s.teams) for s in self.slopes]
        return pd.DataFrame(rows, columns=["kind", "slope", "low", "high", "rows", "people", "teams"])

    def slope(self, kind: Kind) -> Slope | None:
        """Return one of the slopes, None if it could not be estimated."""
        return next((slope for slope in self.slopes if slope.kind == kind), None)

    @property
    def reversed(self) -> bool:
        """Whether the pooled slope has the opposite sign of the one within people, both told from 0."""
        pooled, within = self.slope("pooled"), self.slope("within")
        return bool(pooled and within and pooled.sign * within.sign < 0)

    def findings(self) -> tuple[Finding, ...]:
        """State each slope, as an association."""
        return tuple(self._state(kind) for kind in KINDS)

    def _state(self, kind: Kind) -> Finding:
        slope = self.slope(kind)
        if slope is None:
            return state(
                f"evidence.volume_csat.{kind}", None, says=f"evidence.volume_csat_{kind}_unknown",
                unit="slope", n=None, claim="unidentified", why=Term(f"unknown.{self.unknown}"),
            )  # fmt: skip
        adjusted = ["slope_adjusted" if self.adjusted else "no_mix_held"] if kind == "within" else []
        limits = ["not_an_effect", *adjusted, "self_selected_ratings", "few_teams"]
        limits += ["pooled_reversed"] if kind == "pooled" and self.reversed else []
        told = "" if slope.sign else "_flat"
        return state(
            f"evidence.volume_csat.{kind}", slope.value, says=f"evidence.volume_csat_{kind}{told}",
            unit="slope", n=slope.rows, claim="association", bounds=(slope.low, slope.high), level=LEVEL,
            limits=limits, volume=Term(f"finding.evidence.{'by_hour' if self.by_hour else 'by_day'}"),
            people=Quantity(slope.people, "people"), first=self.first, last=self.last,
            period=Term(f"finding.evidence.{'weeks' if self.weekly else 'months'}"),
        )  # fmt: skip


def volume_csat(rows: pd.DataFrame, *, timed: bool, weekly: bool, first: str, last: str) -> VolumeCsat:
    """Estimate the slopes of CSAT on volume from person-weeks (`scoring.person_weeks`), between `first` and `last`.

    `rows` is keyed by (employee_id, begins) with role, team, calls, days, worked_ms, rated, satisfied and columns
    `mix_*`. CSAT is in percentage points, weighted by the number of ratings, volume in units of 10 % (on the log
    scale), both within role; within people, week and person are fixed effects and the shares of kinds of contact are
    held fixed. Intervals leave out one team at a time (CRV3, t with teams - 1 degrees of freedom; MacKinnon,
    Nielsen and Webb 2023); with person clusters they would be too narrow. DataError says why rows cannot be used.
    """
    _refuse(rows)
    usable = _prepared(rows, timed)
    unknown = _why_unknown(rows, usable)
    mix = [] if unknown else _mix_shares(usable)
    found = () if unknown else (_pooled(usable), _between(usable), _within(usable, mix))
    slopes = tuple(slope for slope in found if slope)
    return VolumeCsat(
        slopes=slopes,
        by_hour=timed,
        adjusted=bool(mix),
        weekly=weekly,
        first=first,
        last=last,
        unknown=unknown or ("" if len(slopes) == len(KINDS) else "no_spread"),
    )


def _refuse(rows: pd.DataFrame) -> None:
    """Refuse rows without the columns, with holes (roles and teams aside), or with counts that are none."""
    import pandas as pd

    frame = rows.reset_index() if isinstance(rows, pd.DataFrame) and "begins" not in rows else rows
    refuse_unusable(frame, ["employee_id", "begins", *_COUNTED], numeric=_COUNTED, may_miss=["role", "team"])
    if negative := [column for column in _COUNTED if (frame[column] < 0).any()]:
        raise DataError(f"{negative[0]} is below 0 in some rows; it must count what was done")


def _prepared(rows: pd.DataFrame, timed: bool) -> pd.DataFrame:
    """Rated person-periods with volume, of people in a team and with enough of them."""
    import numpy as np

    effort = rows["worked_ms"] / _MS_PER_HOUR if timed else rows["days"]
    worked, known = (effort > 0) & (rows["calls"] > 0) & (rows["rated"] > 0), rows[["role", "team"]].notna().all(axis=1)
    usable = rows[worked & known].reset_index()
    effort = usable["worked_ms"] / _MS_PER_HOUR if timed else usable["days"]
    usable["volume"] = np.log(usable["calls"] / effort) / _TEN_PERCENT
    usable["csat"] = 100 * usable["satisfied"] / usable["rated"]
    usable["weight"] = usable["rated"].astype(float)
    periods = usable.groupby("employee_id")["begins"].transform("size")
    return usable[periods >= LEAST_PERIODS].reset_index(drop=True)


def _why_unknown(rows: pd.DataFrame, usable: pd.DataFrame) -> str:
    if not rows["rated"].sum():
        return "no_ratings"
    if (rows["satisfied"] > rows["rated"]).any():
        return "ratings_contradict"
    if rows["team"].isna().all():
        return "no_teams"
    if usable.empty:
        return "too_few_periods"
    if usable["team"].nunique() < LEAST_TEAMS:
        return "too_few_teams"
    return "" if usable["volume"].std() > 0 and usable["csat"].std() > 0 else "no_spread"


def _mix_shares(usable: pd.DataFrame) -> list[str]:
    """Add the share of each kind of contact but the commonest."""
    kinds = sorted(usable.filter(like="mix_").sum().sort_values(ascending=False).index[1:])
    known = [kind for kind in kinds if usable[kind].sum() > 0]
    for number, kind in enumerate(known):
        usable[f"share{number}"] = usable[kind] / usable["calls"]
    return [f"share{number}" for number in range(len(known))]


def _pooled(usable: pd.DataFrame) -> Slope | None:
    return _fit("pooled", usable, "role")


def _between(usable: pd.DataFrame) -> Slope | None:
    """People's means, each weighted by its ratings; a person stands in the team of most of her periods."""
    weighed = usable.assign(csat=usable["csat"] * usable["weight"], volume=usable["volume"] * usable["weight"])
    means = weighed.groupby("employee_id")[["csat", "volume", "weight"]].sum()
    means = means.assign(csat=means["csat"] / means["weight"], volume=means["volume"] / means["weight"])
    home = usable.groupby("employee_id")[["role", "team"]].agg(_commonest)
    return _fit("between", means.join(home).reset_index(), "role")


def _within(usable: pd.DataFrame, mix: list[str]) -> Slope | None:
    return _fit("within", usable, "employee_id", mix, times="begins")


def _fit(kind: Kind, rows: pd.DataFrame, unit: str, held: Sequence[str] = (), times: str | None = None) -> Slope | None:
    """The slope with units' (and times') effects held fixed; None where volume does not vary without some team."""
    import numpy as np
    import pandas as pd

    codes = {name: pd.factorize(rows[name], sort=True)[0] for name in ("team", unit, times) if name}
    columns = rows[["volume", "csat", *held]].to_numpy(dtype=float)
    weights = rows["weight"].to_numpy(dtype=float)
    value, left_out = slopes_without_each(columns, codes[unit], codes["team"], weights, codes[times] if times else None)
    if not np.isfinite([value, *left_out]).all():
        return None
    found = jackknife(value, left_out, LEVEL)
    return Slope(
        kind=kind,
        value=value,
        low=found.low,
        high=found.high,
        rows=len(rows),
        people=int(rows["employee_id"].nunique()),
        teams=len(left_out),
    )


def _commonest(known: pd.Series) -> str:
    return str(known.mode().iloc[0])
