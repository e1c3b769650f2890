"""Checks on the time before adoption, when nothing can have happened yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from design_lab.evidence.adoption import assignments
from design_lab.evidence.checks.check import Check, cannot, farthest, few, passed_unless, with_past
from design_lab.evidence.frames import staggered
from design_lab.evidence.inference import LEVEL, inverted, least_share, share_as_large
from design_lab.evidence.staggered import Array, Design, by_event

if TYPE_CHECKING:
    import pandas as pd

_DATES = 4  # pretend dates tried at most: more of them only make each one harder to tell
_LEAST_EARLIER = 2  # periods that a dip is held against


def pre_trend(
    frame: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    adopted: str,
    weights: str | None = None,
    drawn: str | None = None,
    level: float = LEVEL,
) -> Check:
    """Check whether those that adopt moved apart before they did, all placebo effects together.

    `frame` is as for `adoption`; units that adopt in the second period have no placebo effect and are left out. The
    value is the placebo effect farthest from 0, its interval and p hold for all of them (Bonferroni over jackknife
    t). That it passes raises no claim: slow drifts pass (docs/method.md). DataError says why a frame cannot be used.

    >>> import numpy as np, pandas as pd
    >>> frame = pd.DataFrame({"team": np.repeat(range(8), 4), "quarter": np.tile(range(4), 8)})
    >>> frame["start"] = np.where(frame["team"] < 4, 3, np.nan)
    >>> frame["csat"] = frame["team"] + 0.5 * frame["quarter"] * (frame["team"] < 4)
    >>> pre_trend(frame, outcome="csat", unit="team", time="quarter", adopted="start").verdict
    'failed'
    """
    panel = staggered(frame, outcome=outcome, unit=unit, time=time, adopted=adopted, weights=weights, drawn=drawn)
    values, design = with_past(panel, 2)
    if few(design):
        return cannot("pre_trend", "few_units", len(values))
    events, means, without = by_event(values, design)
    placebo = (events < 0) & (events >= -int(design.cohorts.min()))
    return farthest("pre_trend", means[placebo], without[:, placebo], level)


def placebo_dates(
    frame: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    adopted: str,
    weights: str | None = None,
    drawn: str | None = None,
    level: float = LEVEL,
) -> Check:
    """Check whether pretend dates, up to four periods before adoption, show an effect in data without treatment.

    For each date the value is the mean effect from it to the last period before adoption, against those that have not
    adopted by then; shown is the one farthest from 0, as in `pre_trend`. DataError says why a frame cannot be used.
    """
    panel = staggered(frame, outcome=outcome, unit=unit, time=time, adopted=adopted, weights=weights, drawn=drawn)
    values, design = with_past(panel, 2)
    if few(design):
        return cannot("placebo_dates", "few_units", len(values))
    found = [_pretended(values, design, shift) for shift in range(1, min(_DATES, int(design.cohorts.min()) - 1) + 1)]
    return farthest(
        "placebo_dates", np.array([mean for mean, _ in found]), np.stack([less for _, less in found], axis=1), level
    )


def _pretended(values: Array, design: Design, shift: int) -> tuple[float, Array]:
    """The mean effect if adoption had been `shift` periods earlier, until it was, with and without each unit."""
    events, means, without = by_event(values, design, lead=shift + 1)
    there = (events < 0) & (events >= -shift)
    return float(means[there].mean()), without[:, there].mean(axis=1)


def anticipation(
    frame: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    adopted: str,
    weights: str | None = None,
    drawn: str | None = None,
    level: float = LEVEL,
) -> Check:
    """Check whether the last period before adoption already differs from the one before it.

    The value is the effect in that period when the base is moved one period back, which is what the estimate loses if
    people knew. DataError says why a frame cannot be used.
    """
    panel = staggered(frame, outcome=outcome, unit=unit, time=time, adopted=adopted, weights=weights, drawn=drawn)
    values, design = with_past(panel, 2)
    if few(design):
        return cannot("anticipation", "few_units", len(values))
    events, means, without = by_event(values, design, lead=2)
    return farthest("anticipation", means[events == -1], without[:, events == -1], level)


def dip_before(
    frame: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    adopted: str,
    weights: str | None = None,
    drawn: str | None = None,
    level: float = LEVEL,
) -> Check:
    """Check whether those that adopt stood unusually low or high in the last period before (Ashenfelter's dip).

    The value is that period's outcome less the mean of the earlier ones, each less what those not yet treated did
    meanwhile; what dips by chance comes back by itself and looks like an effect (Ashenfelter, Review of Economics and
    Statistics 1978). DataError says why a frame cannot be used.
    """
    panel = staggered(frame, outcome=outcome, unit=unit, time=time, adopted=adopted, weights=weights, drawn=drawn)
    values, design = with_past(panel, 1 + _LEAST_EARLIER)
    if few(design):
        enough = not few(with_past(panel, 1)[1])
        return cannot("dip_before", "few_periods_before" if enough else "few_units", len(values))
    events, means, without = by_event(values, design)
    earlier = (events < 0) & (events >= -int(design.cohorts.min()))
    dip, less = -means[earlier].mean(keepdims=True), -without[:, earlier].mean(axis=1, keepdims=True)
    return farthest("dip_before", dip, less, level)


def selection_on_past(
    frame: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    adopted: str,
    rng: np.random.Generator,
    weights: str | None = None,
    drawn: str | None = None,
    draws: int = 999,
    level: float = LEVEL,
) -> Check:
    """Check whether outcomes before anybody adopted tell who would: chosen, not drawn.

    The value is the mean outcome before the first date of those that adopt less that of those that never do (where all
    do: of the first to adopt less the others); p and interval are of other draws of the lot, every one of them where
    there are at most 2,000. DataError says why a frame cannot be used.
    """
    panel = staggered(frame, outcome=outcome, unit=unit, time=time, adopted=adopted, weights=weights, drawn=drawn)
    design = panel.design
    last = design.periods if (design.adopted == design.periods).any() else int(design.cohorts[0]) + 1
    past = panel.values[:, : int(design.cohorts[0])].mean(axis=1)
    dealt, exact = assignments((design.adopted >= last).astype(np.int64), rng, draws, design.lots)
    chosen = (design.adopted < last).astype(np.float64)
    return _told_by(past, chosen, (dealt == 0).astype(np.float64), design, exact=exact, level=level)


def _told_by(past: Array, chosen: Array, dealt: Array, design: Design, *, exact: bool, level: float) -> Check:
    """Hold the difference between those chosen and the others against that under other draws, (draws, units)."""
    units, share = len(past), np.empty_like(past)
    for own in design.apart:
        share[own] = chosen[own].mean()  # every draw chooses as many of each lot
    size = float((share * (1 - share)).sum())
    unlike = dealt - share

    def differences(null: float) -> Array:
        return np.asarray(unlike @ (past - null * chosen) / size)

    least = least_share(differences(0.0), exact=exact)
    if least > 1 - level:
        return cannot("selection_on_past", "lot_too_small", units)
    value = float((chosen - share) @ past / size)

    def p_at(null: float) -> float:
        return share_as_large(value - null, differences(null), exact=exact)

    p, spread = p_at(0.0), float(differences(0.0).std())
    ends = (inverted(p_at, value, spread, level) if spread > 0 else None) or (None, None)
    return Check(
        name="selection_on_past", verdict=passed_unless(p < 1 - level), value=value, low=ends[0], high=ends[1], p=p,
        n=units,
    )  # fmt: skip
