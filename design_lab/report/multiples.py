"""Courses over the same quarters side by side, as a report holds them: before any format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from design_lab.report.content import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One indicator over the quarters: values, their labels and intervals, None where there is none.

    `breaks` are the places at which what it is made from is not what it was made from before.
    """

    title: str
    values: tuple[float | None, ...]
    labels: tuple[str, ...]
    bounds: tuple[tuple[float, float] | None, ...]
    breaks: tuple[int, ...] = ()

    @property
    def ends(self) -> tuple[int, int]:
        """The places of the first and the last value."""
        there = [place for place, value in enumerate(self.values) if value is not None]
        return there[0], there[-1]

    @property
    def span(self) -> tuple[float, float]:
        """The least and the greatest value or end of an interval."""
        held = [value for value in self.values if value is not None]
        held += [end for bound in self.bounds if bound for end in bound]
        return min(held), max(held)


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiples:
    """Several courses, each on a scale of its own, over the same `quarters`."""

    kind: ClassVar[str] = "chart"

    name: str
    title: str
    alt: str
    quarters: tuple[str, ...]
    courses: tuple[Course, ...]
    shows: tuple[Statement, ...]
    note: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything that is written in it."""
        return (self.title, self.note, *self.quarters, *(t for one in self.courses for t in (one.title, *one.labels)))
