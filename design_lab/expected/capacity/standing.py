"""Today's week: what callers meet with those who are there, and how many people the service level asks for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from design_lab.budget import Service
from design_lab.display import Quantity, Shown
from design_lab.expected.capacity.erlang import Queue, agents_for, erlang_a
from design_lab.expected.capacity.profile import Profile
from design_lab.expected.draws import LEVEL, Array
from design_lab.finding import Finding, state

if TYPE_CHECKING:
    import pandas as pd

ASKED = ("service_level", "connected", "abandoned", "wait_seconds", "occupancy")  # of what callers and agents meet
UNITS = {
    "service_level": "share", "connected": "share", "abandoned": "share", "wait_seconds": "seconds",
    "occupancy": "share",
}  # fmt: skip
_PATIENCE = (1.0, 86400.0)  # seconds between which callers' patience is sought


@dataclass(frozen=True, kw_only=True, repr=False)
class Standing(Shown):
    """The week of a profile under a stated service; `patience` is None where neither study nor data tell it.

    With patience, people are counted and callers followed by Erlang A, without it by Erlang C, which has nobody hang
    up. `fitted` says that patience is the one at which the queues lose as many calls as were lost.
    """

    units: ClassVar = {
        "calls_a_day": "count", "handle_seconds": "seconds", "agents_there": "hours", "agents_needed": "hours", **UNITS,
    }  # fmt: skip
    profile: Profile
    service: Service
    occupancy_max: float
    patience: float | None
    fitted: bool

    @property
    def followed(self) -> bool:
        """Whether it can be told what callers meet with those who are there."""
        return self.profile.staffed and self.patience is not None

    def needed(self, handle_seconds: Array) -> Array:
        """Return the agents that the service level asks for in each cell, (..., cells), at these handle times."""
        return np.asarray(
            agents_for(
                self.profile.calls, handle=handle_seconds, within=self.service.within_seconds,
                level=self.service.service_level, occupancy=self.occupancy_max, patience=self.patience,
            ),
            dtype=np.float64,
        )  # fmt: skip

    def met(self, handle_seconds: Array) -> Queue:
        """Return what callers of each interval of the quarter meet at these handle times with those who were there."""
        if self.patience is None or not self.profile.staffed:
            raise ValueError("what callers meet is not known without their patience and the agents there")
        return _followed(self.profile, handle_seconds, self.service.within_seconds, self.patience)

    def averaged(self, met: Queue, slots: Array | None = None) -> dict[str, Array]:
        """Average what is met over a quarter's intervals: by calls, the occupancy by agents; `slots` weigh them."""
        calls, agents = self.profile.slot_calls, self.profile.slot("agents")
        kept = np.ones_like(calls) if slots is None else slots

        def mean(values: Array, weights: Array) -> Array:
            return np.asarray(values @ weights / weights.sum())

        shares = {name: mean(getattr(met, name), kept * calls) for name in ASKED if name != "occupancy"}
        return shares | {"occupancy": mean(met.occupancy, kept * agents)}

    @cached_property
    def today(self) -> dict[str, float]:
        """What is met today, averaged over the quarter."""
        met = self.met(self.profile.slot("handle_seconds"))
        return {name: float(value) for name, value in self.averaged(met).items()}

    @property
    def handle(self) -> Array:
        """Today's handle times in seconds, by cell."""
        return self.profile.column("handle_seconds")

    @property
    def hours_a_week(self) -> float:
        """Hours in which somebody must be ready, a week, for today's calls."""
        return float(self.hours(self.needed(self.handle)))

    def hours(self, agents: Array) -> Array:
        """Sum agents by cell, (..., cells), to hours a week."""
        return np.asarray(agents.sum(axis=-1) * self.profile.minutes / 60)

    def people(self, hours: Array | float, shrinkage: Array | float) -> Array:
        """Return full-time people for hours a week of being ready, of whose paid time the share `shrinkage` is lost."""
        return np.asarray(hours / (self.service.weekly_hours * (1 - np.asarray(shrinkage))))

    @property
    def overloaded(self) -> float | None:
        """The share of calls that come when the work alone fills everybody there; None where nobody is counted."""
        if not self.profile.staffed:
            return None
        calls = self.profile.slot_calls
        full = calls * self.profile.slot("handle_seconds") / 3600 >= self.profile.slot("agents")
        return float(calls[full].sum() / calls.sum())

    def table(self) -> pd.DataFrame:
        """Return one row a queue.

        Columns: queue, calls_a_day, handle_seconds, agents_needed (hours a week), then, where it can be told,
        agents_there (hours a week) and what callers meet.
        """
        import pandas as pd

        cells, needed, rows = self.profile.cells, self.needed(self.handle), []
        met = self.met(self.profile.slot("handle_seconds")) if self.followed else None
        for queue in cells["queue"].unique():
            its = (cells["queue"] == queue).to_numpy(np.float64)
            days = cells.loc[its > 0, "weekday"].nunique()
            row = {
                "queue": queue, "calls_a_day": float(self.profile.column("offered") @ its) / days,
                "handle_seconds": float(self.handle @ its / its.sum()),
                "agents_needed": float(self.hours(needed * its)),
            }  # fmt: skip
            if met:
                row["agents_there"] = float(self.hours(self.profile.column("agents") * its))
                slots = (self.profile.slots["queue"] == queue).to_numpy(np.float64)
                row |= {name: float(value) for name, value in self.averaged(met, slots).items()}
            rows.append(row)
        return pd.DataFrame(rows)

    @property
    def limits_of_people(self) -> tuple[str, ...]:
        """What limits the people needed, as keys below `limit.`."""
        return (*self._limits, "average_week", "shifts_not_fitted")

    @property
    def limits_of_met(self) -> tuple[str, ...]:
        """What limits what callers meet, as keys below `limit.`."""
        return (*self._limits, "realised_calls", *(("overloaded",) if self.overloaded else ()))

    @property
    def _limits(self) -> tuple[str, ...]:
        model = "no_hanging_up" if self.patience is None else "fitted_patience" if self.fitted else "stated_patience"
        return (*self.profile.limits, "steady_queue", model)

    def findings(self) -> tuple[Finding, ...]:
        """State the people needed for the service level, and what callers meet with those who are there."""
        low, central, high = self._people_today()
        target = Quantity(self.service.service_level, "weight")
        needed = state(
            "capacity.fte", central, says="capacity.fte", unit="people_each", n=self.profile.people,
            claim="accounting", bounds=(low, high), level=LEVEL, limits=(*self.limits_of_people, "shrinkage_only"),
            target=target, within=Quantity(self.service.within_seconds, "seconds"), quarter=self.profile.quarter,
            hours=Quantity(self.hours_a_week, "hours"), weekly=Quantity(self.service.weekly_hours, "hours"),
            occupancy=Quantity(self.occupancy_max, "weight"),
            shrinkage=Quantity(self.service.shrinkage.central, "weight"),
        )  # fmt: skip
        return (needed, *self._cells(), *(self._met(name) for name in ASKED))

    def _cells(self) -> Iterator[Finding]:
        """What is told of the week's cells: those that are lost, and those whose work is more than anybody can do."""
        held = self.profile
        if held.holes:
            yield state(
                "capacity.holes",
                held.holes,
                says="capacity.holes",
                unit="count",
                n=held.expected,
                claim="accounting",
                quarter=held.quarter,
            )
        if self.overloaded is not None:
            yield state(
                "capacity.overloaded",
                self.overloaded,
                says="capacity.overloaded",
                unit="share",
                n=held.people,
                claim="accounting",
                limits=held.limits,
                quarter=held.quarter,
            )

    def _people_today(self) -> tuple[float, float, float]:
        """People at the shrinkage's lower end, its likeliest value and its upper end, of 95 % of its distribution."""
        lost, hours = self.service.shrinkage, self.hours_a_week
        shares = lost.quantile((1 - LEVEL) / 2), lost.central, lost.quantile((1 + LEVEL) / 2)
        low, central, high = (float(self.people(hours, one)) for one in shares)
        return low, central, high

    def _met(self, name: str) -> Finding:
        id, unit, parts = f"capacity.{name}", UNITS[name], dict[str, Any](quarter=self.profile.quarter)
        if not self.followed:
            return state(
                id, None, says="capacity.not_followed", unit=unit, n=self.profile.people, claim="unidentified", **parts
            )
        seen = {"service_level": self.profile.in_20_seconds, "abandoned": self.profile.abandoned}.get(name)
        if name == "service_level" and self.service.within_seconds != 20:
            seen = None
        says = f"capacity.{name}" + ("_seen" if seen is not None else "")
        if name == "service_level":
            parts["within"] = Quantity(self.service.within_seconds, "seconds")
        if seen is not None:
            parts["seen"] = Quantity(seen, unit)
        return state(
            id, self.today[name], says=says, unit=unit, n=self.profile.people, claim="accounting",
            limits=self.limits_of_met, **parts,
        )  # fmt: skip


def standing(profile: Profile, service: Service, occupancy_max: float) -> Standing:
    """Follow a week's calls under a stated service; `occupancy_max` is the most of agents' ready time spent on calls.

    Where the study states no patience, the one is taken at which the queues of the quarter, with those who were there,
    lose as many calls as were lost (Erlang A); where no patience does, or the losses are not delivered, it is None.
    """
    stated = service.patience_seconds
    return Standing(
        profile=profile, service=service, occupancy_max=occupancy_max, fitted=stated is None,
        patience=_fitted(profile) if stated is None else stated,
    )  # fmt: skip


def _followed(profile: Profile, handle_seconds: Array, within: float, patience: float) -> Queue:
    agents, calls = profile.slot("agents"), profile.slot_calls
    return erlang_a(agents, calls, handle=handle_seconds, within=within, patience=patience)


def _fitted(profile: Profile) -> float | None:
    from scipy.optimize import brentq

    if not profile.staffed or not profile.abandoned:
        return None
    calls, handle = profile.slot_calls, profile.slot("handle_seconds")

    def beyond(log_patience: float) -> float:
        met = _followed(profile, handle, 0.0, float(np.exp(log_patience)))
        return float(met.abandoned @ calls / calls.sum()) - float(profile.abandoned or 0.0)

    low, high = (float(np.log(end)) for end in _PATIENCE)
    if beyond(low) < 0 or beyond(high) > 0:  # no patience loses so many, or so few
        return None
    return float(np.exp(brentq(beyond, low, high, xtol=1e-6)))
