"""Conditions, protection and grades, as a scheme file states them, and what cannot be meant.

docs/schemes.md shows every key with an example. `scoring/grades.py` applies them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, StrictInt

from design_lab.errors import nearest
from design_lab.rulebook import Number, Record


class Eligibility(Record):
    """A condition on a value: below `min` or above `max` its effect follows; a veto without bounds hits above 0.

    cap_grade: the grade is at best `grade`; no_grade: scored, not graded; no_score: neither. veto zero: the total is 0;
    veto lowest_grade: the last grade. Who has no value meets the condition.
    """

    min: Number | None = None
    max: Number | None = None
    effect: Literal["cap_grade", "no_grade", "no_score"] | None = None
    grade: str | None = None  # the best grade still open under cap_grade; absent: the second
    veto: Literal["zero", "lowest_grade"] | None = None

    def faults(self, grades: list[str]) -> Iterator[str]:
        """Yield what cannot be meant, as (key and) sentence; `grades` are the scheme's, best first."""
        if (self.veto is None) == (self.effect is None):
            yield ": needs either veto, or min with effect"
        elif self.effect and self.min is None and self.max is None:
            yield ".min: is missing beside effect; state min or max"
        if self.min is not None and self.max is not None and self.min > self.max:
            yield f".min: {self.min:g} is above max {self.max:g}, so that nobody meets the condition"
        if self.grade is not None and self.effect != "cap_grade":
            yield ".grade: is for cap_grade alone"
        elif self.grade is not None and self.grade not in grades:
            yield f".grade: {self.grade!r} is no grade; {nearest(self.grade, grades)}"


class Protected(Record):
    """Who is scored but not graded: hired less than so many months ago, or present fewer than so many days."""

    tenure_months: Annotated[StrictInt, Field(ge=0)]
    min_days: Annotated[StrictInt, Field(ge=0)]


class _Grades(Record):
    """What both ways of grading say: what a grade is worth in pay, and what having none is worth."""

    coefficients: dict[str, Number]
    ungraded: Number = 1.0

    def names(self) -> list[str]:
        """Return the grades, best first."""
        return list(self.coefficients)


class ForcedGrades(_Grades):
    """Grades by rank within a pool: shares in percent, best first.

    The first g grades together hold their cumulated share of the pool's people, rounded as `heads` says. Tied people
    all take the better, the worse or the mean of the ranks that they share.
    """

    method: Literal["forced"]
    pool: Literal["role_level", "role", "team", "all"]
    ties: Literal["better", "worse", "mean"]
    heads: Literal["up", "nearest", "down"] = "up"
    shares: dict[str, Number]

    def faults(self) -> Iterator[str]:
        """Yield what cannot be meant, as key and sentence."""
        total = math.fsum(self.shares.values())
        if abs(total - 100) > 1e-9:
            yield f".shares: sum to {total:g}, but must sum to 100"
        if any(share < 0 for share in self.shares.values()):
            yield ".shares: a share is negative"
        yield from _order_faults(list(self.shares), self.coefficients)


class FixedGrades(_Grades):
    """Grades by total: the least total of each grade, best first; the last grade takes the rest."""

    method: Literal["fixed"]
    bounds: dict[str, Number]

    def faults(self) -> Iterator[str]:
        """Yield what cannot be meant, as key and sentence."""
        if list(self.bounds.values()) != sorted(set(self.bounds.values()), reverse=True):
            yield ".bounds: must fall from the best grade to the last"
        yield from _order_faults(list(self.bounds), self.coefficients)


def _order_faults(stated: list[str], worth: dict[str, float]) -> Iterator[str]:
    for (better, more), (worse, less) in itertools.pairwise(worth.items()):
        if more < less:
            yield f".coefficients.{worse}: {less:g} is more than the {more:g} of {better}, which is the better grade"
    if list(worth) != stated:
        yield f".coefficients: must name the grades {', '.join(stated)} in this order"
    if len(stated) < 2:
        yield ": at least two grades are needed"


Grades = Annotated[ForcedGrades | FixedGrades, Field(discriminator="method")]
