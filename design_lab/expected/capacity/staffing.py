"""A change of handle time: the people it asks for, and what callers meet if nobody is hired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from design_lab.display import Quantity, Shown, number
from design_lab.evaluation.goals import in_brackets
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
        """Return one row a measure: measure, today, then (the median), low, high; no ends where nothing was drawn."""
        import pandas as pd

        columns = ["measure", "today", "then", "low", "high"]
        return pd.DataFrame(self._rows(), columns=columns).astype(dict.fromkeys(columns[1:], "float64"))

    def _rows(self) -> list[tuple[str, float | None, float, float | None, float | None]]:
        held: dict[str, Array] = {"handle_change": self.handle_seconds, "fte_change": self.fte, **self.met}
        return [
            (name, self.standing.today.get(name) if self.met else None, float(np.median(draws)),
             *(_ends(draws) or (None, None)))
            for name, draws in held.items()
        ]  # fmt: skip

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with every number in its measure's unit."""
        shown = self.table().astype(object)
        units = {"handle_change": "seconds_apart", "fte_change": "people_each", **UNITS}
        rows = [[number(value, units[name], lang) for value in told] for name, *told in self._rows()]
        shown[["today", "then", "low", "high"]] = rows
        return shown

    def findings(self) -> tuple[Finding, ...]:
        """State the people that the change asks for and what callers meet if nobody is hired, as a scenario."""
        held, ends = self.standing, _ends(self.fte)
        people = state(
            f"expected.{self.scheme}.fte", float(np.median(self.fte)), says="capacity.fte_change", unit="people_each",
            n=held.profile.people, claim="scenario", bounds=ends, level=LEVEL if ends else None,
            limits=(*held.limits_of_people, *self._limits), scheme=self.title,
            change=Quantity(float(np.median(self.handle_seconds)), "seconds_apart"), quarter=held.profile.quarter,
            target=Quantity(held.service.service_level, "weight"),
            within=Quantity(held.service.within_seconds, "seconds"),
            changes=in_brackets(_ends(self.handle_seconds), "seconds_apart"), range=in_brackets(ends, "people_each"),
        )  # fmt: skip
        return (people, *(self._met(name) for name in ASKED))

    @property
    def _limits(self) -> tuple[str, ...]:
        return ("handle_time_assumed", *(() if _ends(self.handle_seconds) else ("one_change",)))

    def _met(self, name: str) -> Finding:
        id, unit, held = f"expected.{self.scheme}.{name}", UNITS[name], self.standing
        parts: dict[str, Any] = {"scheme": self.title, "quarter": held.profile.quarter}
        if name not in self.met:
            return state(
                id, None, says="capacity.change_not_followed", unit=unit, n=held.profile.people, claim="unidentified",
                **parts,
            )  # fmt: skip
        if name == "service_level":
            parts["within"] = Quantity(held.service.within_seconds, "seconds")
        ends = _ends(self.met[name])
        return state(
            id, float(np.median(self.met[name])), says=f"capacity.{name}_unhired", unit=unit, n=held.profile.people,
            claim="scenario", bounds=ends, level=LEVEL if ends else None, limits=(*held.limits_of_met, *self._limits),
            range=in_brackets(ends, unit), today=Quantity(held.today[name], unit), **parts,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NoCapacity(Shown):
    """That nobody knows how many people a scheme asks for: `why` is a key below `finding.capacity.`."""

    scheme: str
    title: Mapping[str, str]
    quarter: str
    why: str

    def table(self) -> pd.DataFrame:
        """Return no row: nothing is known."""
        import pandas as pd

        return pd.DataFrame(columns=["measure", "today", "then", "low", "high"])

    def findings(self) -> tuple[Finding, ...]:
        """State that the people needed cannot be told, and what would tell."""
        parts: dict[str, Any] = {"keys": ", ".join(_NEEDED)} if self.why == "service_missing" else {}
        return (
            state(
                f"expected.{self.scheme}.fte", None, says=f"capacity.{self.why}", unit="people_each", n=None,
                claim="unidentified", scheme=self.title, quarter=self.quarter, **parts,
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


def _ends(draws: Array) -> tuple[float, float] | None:
    """Return the ends of the middle 95 % of draws; None where all are one number, which has no interval."""
    return spread(draws)[1:] if np.ptp(draws) > 0 else None
