"""Each indicator over the quarters: of all people together with an interval, and by person; adjusted ones aside."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from design_lab.catalogue import Card, cards
from design_lab.periods import Quarter, Span
from design_lab.scoring.kept import Parts, kept
from design_lab.scoring.roster import roster
from design_lab.scoring.sums import Told, collected, told
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

_LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One indicator in one quarter, in its card's unit: all `observations` of all `people` together.

    `interval` takes people as drawn from like people; None for totals and for what a team shares. `table` is what the
    value was made from.
    """

    indicator: str
    quarter: str
    value: float
    interval: tuple[float, float] | None
    people: int
    observations: int
    table: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Courses:
    """Indicators over quarters, the oldest first.

    `points` are those of all people together; `values` has a row a quarter, person and role, with the columns quarter,
    employee_id and role and one an indicator in its card's unit, missing below its minimum of observations; what all of
    a team share is left out there. `cards` are the study's metric cards.
    """

    quarters: tuple[str, ...]
    points: tuple[Point, ...]
    values: pd.DataFrame
    cards: Mapping[str, Card] = field(default_factory=cards)
    level: float = _LEVEL

    def of(self, indicator: str) -> tuple[Point, ...]:
        """The course of one indicator."""
        return tuple(point for point in self.points if point.indicator == indicator)


def courses(study: Study, quarters: Sequence[Quarter]) -> Courses:
    """Read each indicator over quarters whose tables are built; one quarter is read at a time."""
    import pandas as pd

    points: list[Point] = []
    frames = []
    for quarter in quarters:
        span = quarter.span(study.settings.calendar.month_ends_on)
        made = kept(study, span, "course", functools.partial(_of_quarter, study, quarter, span))
        points += [_read(point) for point in made.told["points"]]
        frames.append(made.frames["values"])
    order = {name: place for place, name in enumerate(study.cards)}
    return Courses(
        quarters=tuple(map(str, quarters)),
        points=tuple(sorted(points, key=lambda point: (order[point.indicator], point.quarter))),
        values=pd.concat(frames, ignore_index=True),
        cards=study.cards,
    )


def _of_quarter(study: Study, quarter: Quarter, span: Span) -> Parts:
    """The points and values of one quarter."""
    known = {name: card for name, card in study.cards.items() if card.computed}
    people = roster(study, span)
    found = told(known, collected(study, span, people, known), people)
    who = people.people.reset_index()[["employee_id", "role"]]
    points = [asdict(_point(name, known[name], one, who, str(quarter))) for name, one in found.items()]
    values = _by_person(found, known, who).assign(quarter=str(quarter))
    return Parts(frames={"values": values}, told={"points": points})


def _read(point: dict[str, Any]) -> Point:
    return Point(**point | {"interval": tuple(point["interval"]) if point["interval"] else None})


def _point(name: str, card: Card, one: Told, who: pd.DataFrame, quarter: str) -> Point:
    value, observations = one.centre
    sums = one.frame[["over", "under"]].groupby(who["employee_id"].reindex(one.frame.index)).sum()
    single = one.of_team or any(way.denominator is None and not way.each for way in card.computed)
    return Point(
        indicator=name,
        quarter=quarter,
        value=float(value),
        interval=None if single else ratio_interval(sums["over"].to_numpy(float), sums["under"].to_numpy(float)),
        people=len(sums),
        observations=int(observations),
        table=one.table,
    )


def ratio_interval(over: np.ndarray, under: np.ndarray, level: float = _LEVEL) -> tuple[float, float] | None:
    """Return the interval of a ratio of sums over people, (n,) each; None for fewer than two people.

    By linearisation: the variance of the residuals over - ratio * under between people, n / (n - 1) times their sum of
    squares over the squared sum of `under`; Student's t with n - 1 degrees of freedom (Cochran 1977, 6.3).

    >>> ends = ratio_interval(np.array([1.0, 3.0, 2.0]), np.array([2.0, 2.0, 2.0]))
    >>> [round(end, 3) for end in ends]
    [-0.242, 2.242]
    """
    from scipy.stats import t

    n, whole = len(over), under.sum()
    if n < 2 or whole <= 0:
        return None
    ratio = over.sum() / whole
    residuals = over - ratio * under
    error = np.sqrt(n / (n - 1) * (residuals**2).sum()) / whole
    reach = float(t.ppf(0.5 + level / 2, n - 1) * error)
    return float(ratio) - reach, float(ratio) + reach


def _by_person(found: Mapping[str, Told], known: Mapping[str, Card], who: pd.DataFrame) -> pd.DataFrame:
    """A row a person and role with each indicator's value, where it rests on enough observations."""
    import pandas as pd

    values = {}
    for name, one in found.items():
        if not one.of_team:
            part = one.frame[["over", "under", "n"]].astype("float64")
            sums = part.groupby([who["employee_id"].reindex(part.index), who["role"].reindex(part.index)]).sum()
            enough = (sums["n"] >= known[name].minimum_n) & (sums["under"] > 0)
            values[name] = (sums["over"] / sums["under"].where(sums["under"] > 0)).where(enough)
    keys = pd.MultiIndex.from_frame(who.drop_duplicates(), names=["employee_id", "role"]).sort_values()
    return pd.DataFrame({name: one.reindex(keys) for name, one in values.items()}, index=keys).reset_index()
