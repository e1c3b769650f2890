"""The effect of adopting something at different times: overall, by event time, and against other draws of the lot."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from design_lab.catalogue import LANGUAGES, words
from design_lab.display import Shown, interval, number
from design_lab.errors import DataError
from design_lab.evidence.frames import Staggered, doses, staggered
from design_lab.evidence.inference import (
    LEVEL,
    Estimate,
    Tested,
    inverted,
    jackknife,
    jackknife_error,
    least_share,
    lot_said,
    share_as_large,
)
from design_lab.evidence.staggered import Array, Design, by_event, effects, event_weights, mean_effect, overall
from design_lab.evidence.trends import Allowed

if TYPE_CHECKING:
    import pandas as pd

LEAST_COHORT = 3  # units; a smaller one is reported, never inferred on alone
LEAST_SIDE = 4  # treated and untreated units below which only the lot itself can tell
_DUST = 1e-12
_ALL = 2_000  # assignments up to which every one is tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """The effect `time` periods after adoption (before it: a placebo); `estimate` is None where one unit decides it."""

    time: int
    value: float
    estimate: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """Units that adopted together, and their mean effect."""

    adopted: str
    units: int
    value: float | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Adoption(Shown):
    """What adoption went with: `value`, its `estimate` by leaving out units, and `lot`, the test by other draws.

    `estimate` is None where leaving out one unit leaves nothing to estimate; `treated`, `waiting` and `never` count
    units. `left_out` are units that were not there in every period, `always` those treated from the first one on.
    `trends` is what a departure from parallel trends is asked of; None with fewer than two periods before adoption.
    `doses` are what was adopted and by how many units, where that was named.
    """

    units: ClassVar = {"value": "effect", "low": "effect", "high": "effect", "p": "effect"}
    value: float
    estimate: Estimate | None
    lot: Tested | None
    events: tuple[Event, ...]
    cohorts: tuple[Cohort, ...]
    treated: int
    never: int
    periods: int
    left_out: tuple[str, ...]
    always: tuple[str, ...]
    trends: Allowed | None
    doses: tuple[tuple[str, int], ...] = ()

    def table(self) -> pd.DataFrame:
        """Return one row an event time: event, value, low, high, p; None where one unit decides it."""
        import pandas as pd

        rows = [
            (e.time, e.value, *((e.estimate.low, e.estimate.high, e.estimate.p) if e.estimate else (None,) * 3))
            for e in self.events
        ]
        return pd.DataFrame(rows, columns=["event", "value", "low", "high", "p"])

    @property
    def text(self) -> dict[str, str]:
        """Say the mean effect, its interval and what the lot gives, in each language."""
        return {lang: self._said(lang) for lang in LANGUAGES}

    def _said(self, lang: str) -> str:
        told = {"value": number(self.value, "effect", lang), "treated": f"{self.treated:,}"}
        told["units"] = f"{self.treated + self.never:,}"
        if self.estimate:
            told["interval"] = interval(self.estimate.low, self.estimate.high, "effect", lang)
        key = "estimated.adoption" if self.estimate else "estimated.adoption_bare"
        return words(lang).say(key, **told) + lot_said(self.lot, lang) + self._doses_said(lang)

    def _doses_said(self, lang: str) -> str:
        """The mix of doses that the mean effect is over; nothing where none was named."""
        if not self.doses:
            return ""
        spoken = words(lang)
        each = [spoken.say("estimated.dose", dose=dose, units=f"{units:,}") for dose, units in self.doses]
        return spoken.say("estimated.doses", each=spoken.say("report.join").join(each))

    @property
    def limits(self) -> tuple[str, ...]:
        """What the estimate rests on, as keys below `limit.`."""
        small = any(cohort.units < LEAST_COHORT for cohort in self.cohorts)
        lot_only = self.treated < LEAST_SIDE or self.estimate is None
        return (
            "parallel_without_adoption",
            *(("small_cohort",) if small else ()),
            *(("never_treated_none",) if not self.never else ()),
            *(("lot_only",) if lot_only else ()),
            *(("units_left_out",) if self.left_out or self.always else ()),
            *(("doses_differ",) if len(self.doses) > 1 else ()),
        )


def adoption(
    frame: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    adopted: str,
    weights: str | None = None,
    drawn: str | None = None,
    dose: str | None = None,
    rng: np.random.Generator | None = None,
    draws: int = 999,
    lead: int = 1,
    level: float = LEVEL,
) -> Adoption:
    """Estimate the mean effect of adoption on an outcome, from one row a unit and period.

    `unit` is the level at which adoption was decided, `adopted` holds the period of adoption (empty for never), and
    `weights` is fixed within a unit. Cohorts are compared with those not yet treated since `lead` periods before
    (Callaway and Sant'Anna, 2021). The interval leaves out one unit at a time, with t on units - 1 degrees of
    freedom: it covered .95 to .96 with 10 and 15 units where library standard errors cover .85 to .93
    (docs/method.md). With `rng` the same is asked of other draws of the lot that gave as many units to each date,
    every one of them where there are few: studentised, its interval by inversion. Only where adoption was drawn by
    lot is that a randomisation test. Where there were several draws (strata, places, years) `drawn` holds the one that
    each unit took part in: units are compared, and dates dealt out anew, within it alone. `dose` holds
    what each unit adopted, if that was not the same: the mean is over that mix, which is told with it. DataError says
    why a frame cannot be used.

    >>> import numpy as np, pandas as pd
    >>> frame = pd.DataFrame({"team": np.repeat(range(6), 4), "quarter": np.tile(range(4), 6)})
    >>> frame["start"] = np.where(frame["team"] < 3, 2, np.nan)
    >>> frame["csat"] = frame["team"] + frame["quarter"] + 2.0 * (frame["quarter"] >= frame["start"])
    >>> adoption(frame, outcome="csat", unit="team", time="quarter", adopted="start").value
    2.0
    """
    panel = staggered(frame, outcome=outcome, unit=unit, time=time, adopted=adopted, weights=weights, drawn=drawn)
    design, values = panel.design, panel.values
    value, left_out = mean_effect(values, design)
    if not math.isfinite(value[0]):
        raise DataError(f"when the first {unit} adopts, every other one has; there is nobody to compare with")
    events, means, without = by_event(values, design, lead)
    return Adoption(
        value=float(value[0]),
        estimate=_estimate(float(value[0]), left_out[0], level),
        lot=_lot(panel, rng, draws, level) if rng else None,
        events=tuple(
            Event(time=int(at), value=float(mean), estimate=_estimate(float(mean), less, level))
            for at, mean, less in zip(events, means, without.T, strict=True)
        ),
        cohorts=_cohorts(panel),
        treated=int((design.adopted < design.periods).sum()),
        never=int((design.adopted == design.periods).sum()),
        periods=design.periods,
        left_out=panel.not_whole,
        always=panel.always,
        trends=_trends(design, (value[0], left_out[0]), (events, means, without)) if lead == 1 else None,
        doses=doses(frame, panel, unit, dose) if dose else (),
    )


def _trends(
    design: Design, mean: tuple[float, Array], by_time: tuple[npt.NDArray[np.int64], Array, Array]
) -> Allowed | None:
    """The mean effect and the steps of placebo effects that all cohorts are seen in, with and without each unit."""
    events, means, without = by_time
    placebo = (events < 0) & (events >= -int(design.cohorts.min()))
    if not placebo.any() or not (np.isfinite(mean[1]).all() and np.isfinite(without[:, placebo]).all()):
        return None
    cells = event_weights(design, events[events >= 0])
    return Allowed(
        before=np.diff([*means[placebo], 0.0]),
        without_before=np.diff(np.column_stack([without[:, placebo], np.zeros(len(without))]), axis=1),
        value=float(mean[0]),
        without=mean[1],
        weights=cells / cells.sum(),
    )


def _estimate(value: float, left_out: Array, level: float) -> Estimate | None:
    return jackknife(value, left_out, level) if math.isfinite(value) and np.isfinite(left_out).all() else None


def _cohorts(panel: Staggered) -> tuple[Cohort, ...]:
    design, found = panel.design, []
    own = effects(panel.values, panel.design)
    for date in design.cohorts:
        cells = own[design.dates == date, date:]
        there = np.isfinite(cells) * design.sizes[design.dates == date][:, None]
        found.append(
            Cohort(
                adopted=panel.periods[date],
                units=int((design.adopted == date).sum()),
                value=float(np.nansum(cells * there) / there.sum()) if there.any() else None,
            )
        )
    return tuple(found)


def _lot(panel: Staggered, rng: np.random.Generator, draws: int, level: float) -> Tested:
    """Ask the same of other assignments of the dates to the units."""
    design, values = panel.design, panel.values
    assigned, exact = assignments(design.adopted, rng, draws, design.lots)
    under = (np.arange(design.periods) >= design.adopted[:, None]).astype(float)
    seen, ours = (mean_effect(part, design) for part in (values, under))
    drawn, theirs = (overall(part, assigned, design.weights, design.lots) for part in (values, under))

    def p_at(null: float) -> float:
        there = _studentised(seen, ours, null)[0]
        return share_as_large(there, _studentised(drawn, theirs, null), exact=exact)

    least = least_share(_studentised(drawn, theirs, 0.0), exact=exact)
    value, spread = float(seen[0][0]), jackknife_error(seen[0], seen[1].T)[0]
    bears = least <= 1 - level and math.isfinite(spread) and spread > 0
    return Tested(
        p=p_at(0.0), least_p=least, draws=len(assigned), exact=exact,
        interval=inverted(p_at, value, float(spread), level) if bears else None,
    )  # fmt: skip


def assignments(
    adopted: npt.NDArray[np.int64], rng: np.random.Generator, draws: int, lots: npt.NDArray[np.int64] | None = None
) -> tuple[npt.NDArray[np.int64], bool]:
    """Return other assignments of the same dates, (draws, units): all there are up to 2,000, else as many as asked.

    With `lots` (units,) dates change hands within each of several draws alone.

    >>> assignments(np.array([1, 1, 9]), np.random.default_rng(0), 5)[1]
    True
    """
    places = [np.arange(len(adopted))] if lots is None else [np.flatnonzero(lots == lot) for lot in np.unique(lots)]
    exact = math.prod(_ways(adopted[own]) for own in places) <= _ALL
    if exact:
        each = [list(_arrangements(sorted(adopted[own].tolist()))) for own in places]
        dealt = [[np.array(dates) for dates in one] for one in itertools.product(*each)]
    else:
        dealt = [[rng.permutation(adopted[own]) for own in places] for _ in range(draws)]
    found = np.empty((len(dealt), len(adopted)), dtype=np.int64)
    for own, dates in zip(places, zip(*dealt, strict=True), strict=True):
        found[:, own] = dates
    return found, exact


def _ways(adopted: npt.NDArray[np.int64]) -> int:
    """How many arrangements there are of the dates."""
    counts = np.unique(adopted, return_counts=True)[1]
    return math.factorial(len(adopted)) // math.prod(math.factorial(int(count)) for count in counts)


def _arrangements(dates: list[int]) -> itertools.chain[tuple[int, ...]]:
    if not dates:
        return itertools.chain([()])
    return itertools.chain.from_iterable(
        ((first, *rest) for rest in _arrangements([*dates[: dates.index(first)], *dates[dates.index(first) + 1 :]]))
        for first in sorted(set(dates))
    )


def _studentised(seen: tuple[Array, Array], under: tuple[Array, Array], null: float) -> Array:
    """The effects less what a null would have given, over their jackknife errors; bare where one unit decides them."""
    value, left_out = seen[0] - null * under[0], seen[1] - null * under[1]
    spread = jackknife_error(value, left_out.T)
    return np.asarray(value / np.where(np.isfinite(spread) & (spread > _DUST), spread, 1.0))
