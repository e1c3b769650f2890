"""Trends: each indicator of the whole centre over all quarters, and where its source changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from design_lab.display import Quantity, Shown, Term, number
from design_lab.finding import Finding, state
from design_lab.scoring.courses import Courses, Point

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Trends(Shown):
    """The courses of all indicators that at least `least` people have data on."""

    held: Courses
    least: int

    def table(self) -> pd.DataFrame:
        """Return one row an indicator, one column a quarter, in the card's unit."""
        return self._frame(lambda point, unit: point.value)

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with each row in its own unit and indicators called by their cards."""
        shown = self._frame(lambda point, unit: number(point.value, unit, lang)).astype(object)
        shown["indicator"] = [self.held.cards[name].name[lang] for name in shown["indicator"]]
        return shown.where(shown.notna(), number(None, "count", lang))

    def _frame(self, cell: object) -> pd.DataFrame:
        import pandas as pd

        rows = [
            {"indicator": name, **{one.quarter: cell(one, self.held.cards[name].unit) for one in points}}  # type: ignore[operator]
            for name, points in self._courses()
        ]
        return pd.DataFrame(rows, columns=["indicator", *self.held.quarters])

    def _courses(self) -> Iterator[tuple[str, tuple[Point, ...]]]:
        for name in dict.fromkeys(point.indicator for point in self.held.points):
            points = tuple(point for point in self.held.of(name) if point.people >= self.least)
            if points:
                yield name, points

    def findings(self) -> tuple[Finding, ...]:
        """State each indicator in each quarter, and each step at which its source changed."""
        return tuple(finding for _, points in self._courses() for finding in self._of(points))

    def _of(self, points: tuple[Point, ...]) -> Iterator[Finding]:
        before: Point | None = None
        for one in points:
            card = self.held.cards[one.indicator]
            rated = ["self_selected_ratings"] if "surveys" in card.tables else []
            yield state(
                f"trend.{one.indicator}.{one.quarter}", one.value,
                says=f"trend.{'value' if one.interval else 'plain'}", unit=card.unit, n=one.observations,
                claim="accounting", bounds=one.interval, level=self.held.level if one.interval else None,
                limits=[*rated, *(["trend_people"] if one.interval else [])], indicator=card.name, quarter=one.quarter,
                people=Quantity(one.people, "people"),
            )  # fmt: skip
            if before and before.table != one.table:
                points_ = card.unit == "share"
                step = (one.value - before.value) * (100 if points_ else 1)
                yield state(
                    f"trend.{one.indicator}.source.{one.quarter}", step, says="trend.source",
                    unit="percentage_points" if points_ else card.unit, n=one.observations, claim="accounting",
                    indicator=card.name, quarter=one.quarter, earlier=before.quarter,
                    table=Term(f"table.{one.table}"), old=Term(f"table.{before.table}"),
                )  # fmt: skip
            before = one


def trends(held: Courses, *, least: int) -> Trends:
    """Tell the courses of all indicators; a quarter in which fewer than `least` people have data is left out."""
    return Trends(held=held, least=least)
