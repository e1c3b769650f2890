"""A timetable as a report holds it: stages over weeks, before any format."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from design_lab.report.content import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A bar of a timetable: the week in which it starts, counted from 0, how many it takes, and what it is told with.

    A `deciding` one, in which go or stop is said, stands out.
    """

    name: str
    start: int
    weeks: int
    label: str
    deciding: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A timetable: stages below each other over weeks from `begins`; without that day weeks are counted alone."""

    kind: ClassVar[str] = "chart"

    name: str
    title: str
    alt: str
    stages: tuple[Stage, ...]
    begins: dt.date | None
    shows: tuple[Statement, ...]
    note: str = ""

    @property
    def end(self) -> int:
        """The week in which the last stage ends."""
        return max(stage.start + stage.weeks for stage in self.stages)

    @property
    def step(self) -> int:
        """How many weeks lie between two ticks: a month, a quarter or half a year."""
        return next((step for step in (2, 4, 13, 26) if self.end <= 7 * step), 52)

    def tick(self, week: int) -> str:
        """Name a week by the day on which it begins, or by its number."""
        return (self.begins + dt.timedelta(weeks=week)).isoformat() if self.begins else str(week)

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything that is written in it."""
        return (self.title, self.note, *(text for stage in self.stages for text in (stage.name, stage.label)))
