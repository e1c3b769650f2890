"""Staggered adoption as arrays: effects by cohort and period, their mean, and all of it without each unit at once.

Effects compare each cohort's change since its last period before adoption with the change of those that have not yet
adopted by then (Callaway and Sant'Anna, J. Econometrics 2021, not-yet-treated, without covariates). Two-way fixed
effects would take those already treated for controls and are biased where effects differ (Goodman-Bacon, 2021).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Periods = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """Who adopts when: `adopted` (units,) is a place among `periods`, or `periods` for never; `weights` (units,).

    Units that adopt in the first period have no past and take no part.
    """

    adopted: Periods
    periods: int
    weights: Array

    @property
    def cohorts(self) -> Periods:
        """The places at which some unit adopts and has a past."""
        dates = np.unique(self.adopted)
        return dates[(dates > 0) & (dates < self.periods)]


def effects(values: Array, design: Design, lead: int = 1) -> Array:
    """Return the effect of each cohort in each period, (cohorts, periods): NaN where nobody is left to compare with.

    `values` is (units, periods), whole. The base is `lead` periods before adoption for all periods, so that those
    before it are placebo effects on the same footing.
    """
    found = np.full((len(design.cohorts), design.periods), np.nan)
    for row, date in enumerate(design.cohorts):
        if date < lead:
            continue
        change = values - values[:, [date - lead]]
        treated = np.where(design.adopted == date, design.weights, 0.0)
        waiting = _waiting(design.adopted, design.weights, date, design.periods)
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


def overall(values: Array, adopted: Periods, weights: Array) -> tuple[Array, Array]:
    """Return the mean effect over all units and periods under treatment, and the same without each unit.

    `values` is (units, periods) or one such for each draw, (draws, units, periods); `adopted` (draws, units). Returned
    are (draws,) and (draws, units); NaN where a cohort, or whoever it is compared with, is gone altogether. A cell
    counts with the weight of its units; cells that nobody can be compared with are left out of the mean.
    """
    draws, units = adopted.shape
    periods = values.shape[-1]
    dates = np.unique(adopted)
    total, total_less = np.zeros(draws), np.zeros((draws, units))
    size, size_less = np.zeros(draws), np.zeros((draws, units))
    for date in dates[(dates > 0) & (dates < periods)]:
        change = values[..., date:] - values[..., [date - 1]]
        part = _Cohort.of(change, adopted, weights, int(date), periods)
        for (sums, counts), own in (((total, size), None), ((total_less, size_less), change)):
            cells, there = part.cells(own)
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
        _means_by_event(np.delete(values, unit, axis=0), _without(design, unit), events, lead)
        for unit in range(len(values))
    ]
    return events, whole, np.array(less)


def event_weights(design: Design, events: Periods) -> Array:
    """Return how much weight of units is seen under treatment at each event time: what the mean effect is made of."""
    seen = np.isfinite(effects(np.zeros((len(design.adopted), design.periods)), design))
    at = np.arange(design.periods) - design.cohorts[:, None]
    sizes = np.array([design.weights[design.adopted == date].sum() for date in design.cohorts])
    return np.array([(sizes[:, None] * ((at == event) & seen)).sum() for event in events])


def _without(design: Design, unit: int) -> Design:
    return Design(
        adopted=np.delete(design.adopted, unit), periods=design.periods, weights=np.delete(design.weights, unit)
    )


def _events(design: Design, lead: int) -> Periods:
    seen = effects(np.zeros((len(design.adopted), design.periods)), design, lead)
    cohorts = design.cohorts[:, None]
    events = np.unique((np.arange(design.periods) - cohorts)[np.isfinite(seen)])
    return np.asarray(events[events != -lead])


def _means_by_event(values: Array, design: Design, events: Periods, lead: int) -> Array:
    found = effects(values, design, lead)
    sizes = np.array([design.weights[design.adopted == date].sum() for date in design.cohorts])
    at = np.arange(design.periods) - design.cohorts[:, None]
    means = np.full(len(events), np.nan)
    for place, event in enumerate(events):
        here = (at == event) & np.isfinite(found)
        if here.any():
            weights = (sizes[:, None] * here)[here]
            means[place] = found[here] @ weights / weights.sum()
    return means
