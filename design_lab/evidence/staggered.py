"""Staggered adoption as arrays: effects by cohort and period, their mean, and all of it without each unit at once.

Effects compare each cohort's change since its last period before adoption with the change of those that have not yet
adopted by then (Callaway and Sant'Anna, J. Econometrics 2021, not-yet-treated, without covariates). Two-way fixed
effects would take those already treated for controls and are biased where effects differ (Goodman-Bacon, 2021).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Periods = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """Who adopts when: `adopted` (units,) is a place among `periods`, or `periods` for never; `weights` (units,).

    `lots` (units,) tells draws of lots apart, within each of which units are compared; None: all are of one. Units that
    adopt in the first period have no past and take no part.
    """

    adopted: Periods
    periods: int
    weights: Array
    lots: Periods | None = None

    @property
    def cohorts(self) -> Periods:
        """The places at which some unit adopts and has a past."""
        dates = np.unique(self.adopted)
        return dates[(dates > 0) & (dates < self.periods)]

    @property
    def apart(self) -> list[npt.NDArray[np.bool_]]:
        """Which units are of each draw, (draws, units)."""
        return _apart(self.lots, len(self.adopted))

    @property
    def groups(self) -> list[npt.NDArray[np.bool_]]:
        """Which units are of each cohort of each draw, the earliest cohorts first, (groups, units)."""
        held = [(self.adopted == date) & own for date in self.cohorts for own in self.apart]
        return [group for group in held if group.any()]

    @property
    def waiting(self) -> float:
        """How many units wait when the first of their draw adopt, as if they weighed alike (`weighed_alike`)."""
        return weighed_alike([_sides(self.adopted[own], self.periods) for own in self.apart])

    @property
    def dates(self) -> Periods:
        """The place at which each of the groups adopts."""
        return np.array([self.adopted[group][0] for group in self.groups], dtype=np.int64)

    @property
    def sizes(self) -> Array:
        """The weight of the units of each of the groups."""
        return np.array([self.weights[group].sum() for group in self.groups])

    def without(self, unit: int) -> Design:
        """Return the same without one unit."""
        return Design(
            adopted=np.delete(self.adopted, unit), periods=self.periods, weights=np.delete(self.weights, unit),
            lots=None if self.lots is None else np.delete(self.lots, unit),
        )  # fmt: skip


def weighed_alike(sides: Iterable[tuple[int, int]]) -> float:
    """Return how many waiting units, of (treated, waiting) in each draw, decide a mean effect over all treated.

    Each waiting unit weighs as many treated as are held against it; of unlike weights fewer count (Kish, 1965).

    >>> weighed_alike([(9, 4)]), round(weighed_alike([(9, 2), (2, 9)]), 2)
    (4.0, 2.96)
    """
    held = [(treated, waiting) for treated, waiting in sides if treated and waiting]
    return sum(treated for treated, _ in held) ** 2 / sum(one**2 / waiting for one, waiting in held) if held else 0.0


def _sides(adopted: Periods, periods: int) -> tuple[int, int]:
    """How many units of a draw adopt, and how many wait when the first of them do."""
    treated = adopted[adopted < periods]
    return len(treated), int((adopted > treated.min()).sum()) if len(treated) else 0


def _apart(lots: Periods | None, units: int) -> list[npt.NDArray[np.bool_]]:
    """Which units are of each draw, (draws, units)."""
    return [np.ones(units, dtype=bool)] if lots is None else [lots == lot for lot in np.unique(lots)]


def effects(values: Array, design: Design, lead: int = 1) -> Array:
    """Return the effect of each group in each period, (groups, periods): NaN where nobody is left to compare with.

    `values` is (units, periods), whole. The base is `lead` periods before adoption for all periods, so that those
    before it are placebo effects on the same footing.
    """
    groups, apart = design.groups, design.apart
    found = np.full((len(groups), design.periods), np.nan)
    for row, group in enumerate(groups):
        date = int(design.adopted[group][0])
        if date < lead:
            continue
        change = values - values[:, [date - lead]]
        treated = np.where(group, design.weights, 0.0)
        own = next(lot for lot in apart if lot[group].all())
        waiting = _waiting(design.adopted, design.weights * own, date, design.periods)
        there = waiting.sum(axis=0)
        with np.errstate(invalid="ignore"):
            found[row] = treated @ change / treated.sum() - np.where(
                there > 0, (waiting * change).sum(0) / there, np.nan
            )
    return found


def _waiting(adopted: Periods, weights: Array, date: int, periods: int) -> Array:
    """The weights of those that have not adopted by the later of a period and the cohort's date, (units, periods)."""
    by_then = np.maximum(np.arange(periods), date)
    return np.asarray((adopted[:, None] > by_then) * weights[:, None])


def mean_effect(values: Array, design: Design) -> tuple[Array, Array]:
    """Return the mean effect of a design, (1,), and the same without each unit, (1, units), as `overall`."""
    return overall(values, design.adopted[None], design.weights, design.lots)


def overall(values: Array, adopted: Periods, weights: Array, lots: Periods | None = None) -> tuple[Array, Array]:
    """Return the mean effect over all units and periods under treatment, and the same without each unit.

    `values` is (units, periods) or one such for each draw, (draws, units, periods); `adopted` (draws, units). Returned
    are (draws,) and (draws, units); NaN where a cohort, or whoever it is compared with, is gone altogether. A cell
    counts with the weight of its units; cells that nobody can be compared with are left out of the mean. With `lots`
    (units,) cells are of each draw apart.
    """
    draws, units = adopted.shape
    periods = values.shape[-1]
    dates = np.unique(adopted)
    total, total_less = np.zeros(draws), np.zeros((draws, units))
    size, size_less = np.zeros(draws), np.zeros((draws, units))
    after = dates[(dates > 0) & (dates < periods)]
    for date, own in itertools.product(after, _apart(lots, units)):
        change = values[..., date:] - values[..., [date - 1]]
        part = _Cohort.of(change, adopted, weights * own, int(date), periods)
        for (sums, counts), moved in (((total, size), None), ((total_less, size_less), change)):
            cells, there = part.cells(moved)
            np.add(sums, (np.where(there > 0, cells, 0.0) * there).sum(axis=-1), out=sums)
            np.add(counts, there.sum(axis=-1), out=counts)
    with np.errstate(invalid="ignore", divide="ignore"):
        return total / size, total_less / size_less


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cohort:
    """Sums of one cohort and of those waiting, by draw: their changes (draws, periods after) and their weights."""

    treated: Array
    waiting: Array
    treated_sum: Array
    waiting_sum: Array

    @classmethod
    def of(cls, change: Array, adopted: Periods, weights: Array, date: int, periods: int) -> _Cohort:
        treated = (adopted == date) * weights
        waiting = (adopted[:, :, None] > np.arange(date, periods)) * weights[None, :, None]
        shape = "up" if change.ndim == 2 else "dup"
        return cls(
            treated=treated,
            waiting=waiting,
            treated_sum=np.einsum(f"du,{shape}->dp", treated, change),
            waiting_sum=np.einsum(f"dup,{shape}->dp", waiting, change),
        )

    def cells(self, change: Array | None) -> tuple[Array, Array]:
        """Effects and their weights, (draws, periods after), or without each unit (draws, units, periods after)."""
        treated, waiting = self.treated.sum(axis=1)[:, None], self.waiting.sum(axis=1)
        of_treated, of_waiting = self.treated_sum, self.waiting_sum
        if change is not None:
            treated = treated[:, None] - self.treated[:, :, None]
            waiting = waiting[:, None] - self.waiting
            of_treated = of_treated[:, None] - self.treated[:, :, None] * change
            of_waiting = of_waiting[:, None] - self.waiting * change
        there = np.where(waiting > 1e-12, np.broadcast_to(treated, waiting.shape), 0.0)
        there = np.where(there > 1e-12, there, 0.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            return of_treated / treated - of_waiting / waiting, there


def by_event(values: Array, design: Design, lead: int = 1) -> tuple[Periods, Array, Array]:
    """Return event times, the mean effect at each, and the same without each unit, (units, events).

    Event 0 is the first period of adoption; the base, `-lead`, is left out. NaN where no cohort is seen without a unit.
    """
    events = _events(design, lead)
    whole = _means_by_event(values, design, events, lead)
    less = [
        _means_by_event(np.delete(values, unit, axis=0), design.without(unit), events, lead)
        for unit in range(len(values))
    ]
    return events, whole, np.array(less)


def event_weights(design: Design, events: Periods) -> Array:
    """Return how much weight of units is seen under treatment at each event time: what the mean effect is made of."""
    seen = np.isfinite(effects(np.zeros((len(design.adopted), design.periods)), design))
    at, sizes = np.arange(design.periods) - design.dates[:, None], design.sizes
    return np.array([(sizes[:, None] * ((at == event) & seen)).sum() for event in events])


def _events(design: Design, lead: int) -> Periods:
    seen = effects(np.zeros((len(design.adopted), design.periods)), design, lead)
    events = np.unique((np.arange(design.periods) - design.dates[:, None])[np.isfinite(seen)])
    return np.asarray(events[events != -lead])


def _means_by_event(values: Array, design: Design, events: Periods, lead: int) -> Array:
    found = effects(values, design, lead)
    at, sizes = np.arange(design.periods) - design.dates[:, None], design.sizes
    means = np.full(len(events), np.nan)
    for place, event in enumerate(events):
        here = (at == event) & np.isfinite(found)
        if here.any():
            weights = (sizes[:, None] * here)[here]
            means[place] = found[here] @ weights / weights.sum()
    return means
