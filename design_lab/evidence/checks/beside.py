"""Checks on what stands beside an estimate: single units, people who moved, queues that are shared, other events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from design_lab.errors import DataError, nearest
from design_lab.evidence.checks.check import Check, cannot, farthest, few, passed_unless
from design_lab.evidence.frames import Staggered, staggered
from design_lab.evidence.inference import LEVEL, jackknife
from design_lab.evidence.staggered import Array, Design, effects, mean_effect

if TYPE_CHECKING:
    import pandas as pd

_LEAST_STEPS = 6  # from one period to the next, for the volume of those not treated
_DUST = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Concurrent:
    """What else came to some units (None: to all of them) from the period `begins` to `ends` (None: for good).

    Units and periods are in the frame's own terms.
    """

    what: str
    begins: Any
    units: tuple[Any, ...] | None = None
    ends: Any = None


def leave_one_out(
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
    """Check whether an effect told from 0 hangs on one unit: its sign, or that it is told from 0.

    `low` and `high` are the least and the largest estimate without one unit. An estimate that is not told from 0 has no
    sign to lose and passes. There is no test in it, and so no p. DataError says why a frame cannot be used.
    """
    panel = staggered(frame, outcome=outcome, unit=unit, time=time, adopted=adopted, weights=weights, drawn=drawn)
    values, design = panel.values, panel.design
    mean, without = mean_effect(values, design)
    units = len(values)
    if not (np.isfinite(mean).all() and np.isfinite(without).all()):
        return cannot("leave_one_out", "one_unit_decides", units)
    if few(design):
        return cannot("leave_one_out", "few_units", units)
    sign = jackknife(float(mean[0]), without[0], level).sign
    failed = bool(sign) and any(_sign_without(values, design, one, level) != sign for one in range(units))
    return Check(
        name="leave_one_out", verdict=passed_unless(failed), value=float(mean[0]), low=float(without.min()),
        high=float(without.max()), n=units,
    )  # fmt: skip


def _sign_without(values: Array, design: Design, one: int, level: float) -> int:
    """The sign of the effect without a unit, 0 where it is not told from 0 or a second unit decides it."""
    mean, without = mean_effect(np.delete(values, one, axis=0), design.without(one))
    return jackknife(float(mean[0]), without[0], level).sign if np.isfinite(without).all() else 0


def moves(
    frame: pd.DataFrame,
    *,
    outcome: str,
    frozen: str,
    unit: str,
    time: str,
    adopted: str,
    weights: str | None = None,
    drawn: str | None = None,
    level: float = LEVEL,
) -> Check:
    """Check whether people who changed teams make the effect: as people stood, less as they stood before any adoption.

    `frozen` holds the outcome of the unit's people of before, wherever they went. The value is the difference of the
    two estimates. DataError says why a frame cannot be used.
    """
    stood, before = (
        staggered(frame, outcome=column, unit=unit, time=time, adopted=adopted, weights=weights, drawn=drawn)
        for column in (outcome, frozen)
    )
    design = stood.design
    if few(design):
        return cannot("moves", "few_units", len(stood.units))
    # The estimate is linear in outcomes: that of the difference is the difference of the two.
    mean, without = mean_effect(stood.values - before.values, design)
    return farthest("moves", mean, without.T, level)


def untreated_volume(
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
    """Check whether the volume of units not treated moved when others adopted: work shed through shared queues.

    `outcome` is volume. The value is what it moves by if all units adopt, from one series: the steps of volume from
    each period to the next among units not treated in either, on the share of units treated, a steady trend held fixed.
    Least squares on steps is right where shocks that all units share stay, on their sums where they pass; which of the
    two holds cannot be told from a dozen periods, so the one with the larger p is taken. Whatever else came on the
    dates of adoption looks the same. DataError says why a frame cannot be used.
    """
    panel = staggered(frame, outcome=outcome, unit=unit, time=time, adopted=adopted, weights=weights, drawn=drawn)
    volume, exposure = _steps(panel)
    units = len(panel.units)
    if len(volume) < _LEAST_STEPS:
        return cannot("untreated_volume", "few_periods", units)
    if np.ptp(exposure) < _DUST:
        return cannot("untreated_volume", "exposure_alike", units)
    steady = np.ones_like(volume)
    since = np.arange(len(volume) + 1.0)
    chained = [np.concatenate([[0.0], np.cumsum(steps)]) for steps in (volume, exposure)]
    of_steps = _slope(volume, np.column_stack([exposure, steady]), level)
    of_levels = _slope(chained[0], np.column_stack([chained[1], since, np.ones_like(since)]), level)
    value, low, high, p = max(of_steps, of_levels, key=lambda told: told[3])
    return Check(
        name="untreated_volume", verdict=passed_unless(p < 1 - level), value=value, low=low, high=high, p=p, n=units
    )


def _steps(panel: Staggered) -> tuple[Array, Array]:
    """Steps of the mean volume of those not treated and of the share treated, by period while somebody is not."""
    design = panel.design
    untreated = np.arange(1, design.periods) < design.adopted[:, None]
    weight = untreated * design.weights[:, None]
    there = weight.sum(axis=0)
    some = there > 0
    volume = (weight * np.diff(panel.values, axis=1)).sum(axis=0)[some] / there[some]
    treated = (np.arange(design.periods) >= design.adopted[:, None]) * design.weights[:, None]
    return volume, np.diff(treated.sum(axis=0) / design.weights.sum())[some]


def _slope(volume: Array, explained: Array, level: float) -> tuple[float, float, float, float]:
    """The coefficient of the first column by least squares, its ends and its p by t."""
    from scipy import stats

    inverse = np.linalg.inv(explained.T @ explained)
    coefficients = inverse @ explained.T @ volume
    left, free = volume - explained @ coefficients, len(volume) - explained.shape[1]
    value = float(coefficients[0])
    error = float(np.sqrt(left @ left / free * inverse[0, 0]))
    margin = float(stats.t.ppf((1 + level) / 2, free)) * error
    p = float(2 * stats.t.sf(abs(value) / error, free)) if error > _DUST else float(abs(value) < _DUST)
    return value, value - margin, value + margin, p


def concurrent_events(
    frame: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    adopted: str,
    events: Sequence[Concurrent] | None,
    weights: str | None = None,
    drawn: str | None = None,
) -> Check:
    """Check whether other events came to those that adopt and to those that they are compared with alike.

    The value is, of the event that lies farthest off, the share of units it came to since adoption among those treated
    less that among those they are compared with: 1 says that it cannot be told from adoption at all, 0 in every
    comparison passes. With no events listed it passes; None says that nobody recorded them. DataError says why a frame,
    or an event's unit, cannot be used.
    """
    panel = staggered(frame, outcome=outcome, unit=unit, time=time, adopted=adopted, weights=weights, drawn=drawn)
    if events is None:
        return cannot("concurrent_events", "events_unknown", 0)
    periods = sorted(frame[time].unique())
    shares = [_share(panel, _in_force(panel, event, periods, set(map(str, frame[unit])))) for event in events]
    value = max(shares, key=abs, default=0.0)
    return Check(name="concurrent_events", verdict=passed_unless(abs(value) > _DUST), value=value, n=len(events))


def _in_force(panel: Staggered, event: Concurrent, periods: Sequence[Any], known: set[str]) -> Array:
    """Whether an event is in force, (units, periods)."""
    named = known if event.units is None else set(map(str, event.units))
    if unknown := sorted(named - known):
        raise DataError(f"event {event.what!r} names the unit {unknown[0]!r}, which the frame does not hold; "
                        f"{nearest(unknown[0], sorted(known))}")  # fmt: skip
    try:
        during = [period >= event.begins and (event.ends is None or period <= event.ends) for period in periods]
    except TypeError:
        raise DataError(f"event {event.what!r} begins at {event.begins!r} and ends at {event.ends!r}, which cannot be "
                        f"held against periods such as {periods[0]!r}; write them alike") from None  # fmt: skip
    return np.outer([name in named for name in panel.units], during).astype(float)


def _share(panel: Staggered, held: Array) -> float:
    """The effect of adoption on an event: the mean over treated cells, or the farthest single cell where that is 0."""
    design = panel.design
    mean = float(mean_effect(held, design)[0][0])
    after = np.arange(design.periods) >= design.dates[:, None]
    cells = effects(held, design)[after]
    cells = cells[np.isfinite(cells)]
    if abs(mean) > _DUST or not len(cells):
        return mean
    return float(cells[np.abs(cells).argmax()])
