"""A change of handle time: the people it asks for, and what callers meet if nobody is hired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from design_lab.display import Quantity, Shown, interval, number
from design_lab.expected.capacity.standing import ASKED, UNITS, Standing
from design_lab.expected.draws import COUNT, LEVEL, Array, spread
from design_lab.finding import Finding, state

if TYPE_CHECKING:
    import pandas as pd

_POINTS = 13  # changes at which the week is worked out; between them its sums are taken as straight
_NEEDED = ("service_level", "within_seconds", "weekly_hours", "shrinkage")
_FLOOR = 0.05  # of today's handle time: a change to less than that is no change of handle time


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleChange:
    """By how much a call takes longer: `draws` (n,) of one distribution, or (1,) for one number.

    `unit` "seconds" adds them to every call, "share" multiplies each queue's handle time by 1 + the draw.

    >>> HandleChange.of(0.05).draws.tolist()
    [0.05]
    """

    draws: Array
    unit: Literal["seconds", "share"] = "share"

    @classmethod
    def of(cls, change: float | Array, unit: Literal["seconds", "share"] = "share") -> HandleChange:
        """Take a number or draws; none, or one that is not finite, raises `ValueError`."""
        draws = np.atleast_1d(np.asarray(change, dtype=np.float64))
        if draws.ndim != 1 or not draws.size or not np.isfinite(draws).all():
            raise ValueError("a change of handle time is a finite number or a list of such draws")
        return cls(draws=draws, unit=unit)

    def applied(self, handle_seconds: Array, changes: Array) -> Array:
        """Return handle times by change and cell, (changes, cells)."""
        beside = changes[:, None]
        changed = handle_seconds + beside if self.unit == "seconds" else handle_seconds * (1 + beside)
        if (changed < _FLOOR * handle_seconds).any():
            raise ValueError(
                f"a change of handle time by {changes.min():g} {self.unit} leaves under {_FLOOR:.0%} of it; "
                "check the unit: seconds, or a share such as 0.05"
            )
        return changed


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Capacity(Shown):
    """What a scheme's change of handle time asks for, as draws (n,) of one distribution.

    `fte` are full-time people more (or fewer) than today's calls ask for; `met` what callers meet if nobody is hired,
    by name, empty where it cannot be told.
    """

    scheme: str
    title: Mapping[str, str]
    standing: Standing
    handle_seconds: Array  # the change of a call's mean, by draw
    fte: Array
    met: Mapping[str, Array]

    def table(self) -> pd.DataFrame:
        """Return one row a measure: measure, today, then (the median), low, high."""
        import pandas as pd

        return pd.DataFrame(self._rows(), columns=["measure", "today", "then", "low", "high"])

    def _rows(self) -> list[tuple[str, float | None, float, float, float]]:
        held: dict[str, Array] = {"handle_change": self.handle_seconds, "fte_change": self.fte, **self.met}
        return [
            (name, self.standing.today[name] if name in UNITS else None, *spread(draws)) for name, draws in held.items()
        ]

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with every number in its measure's unit."""
        shown = self.table().astype(object)
        units = {"handle_change": "seconds_apart", "fte_change": "people_each", **UNITS}
        rows = [[number(value, units[name], lang) for value in told] for name, *told in self._rows()]
        shown[["today", "then", "low", "high"]] = rows
        return shown

    def findings(self) -> tuple[Finding, ...]:
        """State the people that the change asks for and what callers meet if nobody is hired, as a scenario."""
        middle, low, high = spread(self.fte)
        change, shortest, longest = spread(self.handle_seconds)
        people = state(
            f"expected.{self.scheme}.fte", middle, says="capacity.fte_change", unit="people_each",
            n=self.standing.profile.people, claim="scenario", bounds=(low, high), level=LEVEL,
            limits=(*self.standing.limits_of_people, "handle_time_assumed"), scheme=self.title,
            change=Quantity(change, "seconds_apart"), quarter=self.standing.profile.quarter,
            target=Quantity(self.standing.service.service_level, "weight"),
            within=Quantity(self.standing.service.within_seconds, "seconds"),
            changes={lang: interval(shortest, longest, "seconds_apart", lang) for lang in ("en", "zh")},
        )  # fmt: skip
        return (people, *(self._met(name) for name in ASKED))

    def _met(self, name: str) -> Finding:
        id, unit = f"expected.{self.scheme}.{name}", UNITS[name]
        quarter, people = self.standing.profile.quarter, self.standing.profile.people
        if name not in self.met:
            return state(
                id, None, says="capacity.change_not_followed", unit=unit, n=people, claim="unidentified",
                scheme=self.title, quarter=quarter,
            )  # fmt: skip
        middle, low, high = spread(self.met[name])
        within = {"within": Quantity(self.standing.service.within_seconds, "seconds")}
        return state(
            id, middle, says=f"capacity.{name}_unhired", unit=unit, n=people, claim="scenario", bounds=(low, high),
            level=LEVEL, limits=(*self.standing.limits_of_met, "handle_time_assumed"), scheme=self.title,
            quarter=quarter, today=Quantity(self.standing.today[name], unit), **(within if name == "service_level" else {}),
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NoService(Shown):
    """That study.yaml states no service, without which nobody knows how many people a scheme asks for."""

    scheme: str
    title: Mapping[str, str]

    def table(self) -> pd.DataFrame:
        """Return one row a key of study.yaml that is needed: key."""
        import pandas as pd

        return pd.DataFrame({"key": [f"service.{name}" for name in _NEEDED]})

    def findings(self) -> tuple[Finding, ...]:
        """State that the people needed cannot be told, and which keys would tell."""
        return (
            state(
                f"expected.{self.scheme}.fte", None, says="capacity.service_missing", unit="people_each", n=None,
                claim="unidentified", scheme=self.title, keys=", ".join(_NEEDED),
            ),
        )  # fmt: skip


def staffing(
    held: Standing, change: HandleChange, *, scheme: str, title: Mapping[str, str], rng: np.random.Generator
) -> Capacity:
    """Carry a change of handle time through the week's profile; shrinkage is drawn beside it from its stated range.

    People are needed for the average week; what callers meet if nobody is hired is that of the quarter's own intervals.
    Both are worked out at the changes themselves where they are few, else at 13 between their ends (and at none,
    so that no change is exactly no change), with straight lines between. A change that leaves next to nothing of the
    handle time raises `ValueError`.
    """
    draws = np.repeat(change.draws, COUNT) if change.draws.size == 1 else change.draws
    points = np.unique(np.append(change.draws, 0.0))
    if points.size > _POINTS + 1:
        points = np.unique(np.append(np.linspace(change.draws.min(), change.draws.max(), _POINTS), 0.0))
    handle = change.applied(held.handle, points)
    calls = held.profile.calls
    hours = held.hours(held.needed(handle))
    none = int(np.flatnonzero(points == 0.0)[0])
    lost = held.service.shrinkage.draws(draws.size, rng)
    met: dict[str, Array] = {}
    if held.followed:
        found = held.averaged(held.met(change.applied(held.profile.slot("handle_seconds"), points)))
        met = {name: np.interp(draws, points, values) for name, values in found.items()}
    means = handle @ calls / calls.sum()
    return Capacity(
        scheme=scheme, title=title, standing=held,
        handle_seconds=np.interp(draws, points, means - means[none]),
        fte=held.people(np.interp(draws, points, hours - hours[none]), lost), met=met,
    )  # fmt: skip
