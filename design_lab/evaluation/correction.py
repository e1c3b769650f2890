"""One datum of one person changed: the same quarter scored again, for what-if questions and for appeals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from design_lab.catalogue import Card
from design_lab.errors import DataError, nearest
from design_lab.schema import TABLES
from design_lab.scoring import InForce, Panel, Scores, everybody, score_in_force
from design_lab.scoring.grades import NONE
from design_lab.scoring.in_force import BatchInForce, pay_in_force
from design_lab.scoring.roster import last_spells

if TYPE_CHECKING:
    import pandas as pd

Way = Literal["better", "worse"]
# The steps in which a value is said, by unit.
_STEPS: Mapping[str, float] = {"share": 0.001, "points": 0.1, "per_hour": 0.1, "seconds": 1.0, "count": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What corrected data of one person do, everybody's behaviour and all other data as they were.

    `row` is her row in the scores `before` and `after`, `changes` the corrected values by indicator, `others` how many
    other people's grades differ, `pool_x100` the bonus pool before and after in hundredths of the pay file's currency,
    None where no performance pay was delivered.
    """

    before: Scores
    after: Scores
    row: Any
    changes: Mapping[str, float]
    others: int
    pool_x100: tuple[int, int] | None

    @property
    def totals(self) -> tuple[float | None, float | None]:
        """Her total before and after, None without one."""
        before, after = (_known(scores.total[self.row]) for scores in (self.before, self.after))
        return before, after

    @property
    def grades(self) -> tuple[str | None, str | None]:
        """Her grade before and after, None without one."""
        return self.before.grade[self.row], self.after.grade[self.row]

    def points(self, indicator: str) -> tuple[float | None, float | None]:
        """Her points on an indicator before and after, None without any."""
        before, after = (_known(scores.points.at[self.row, indicator]) for scores in (self.before, self.after))
        return before, after


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """The nearest value of one indicator, her others as they are, at which a person's grade is another.

    `value` and `grade` are None where no possible value gives another grade; `now` is her value, `change` the distance
    in standard deviations of the people of her role, None where they do not differ.
    """

    indicator: str
    way: Way
    now: float
    value: float | None
    grade: str | None
    change: float | None


def last_row(panel: Panel, employee: str) -> Any:
    """Return the row of a person's last spell in the panel; an unknown pseudonym raises `DataError`."""
    ids = panel.people.index.get_level_values("employee_id")
    found = np.flatnonzero(ids == employee)
    if not found.size:
        near = nearest(employee, map(str, ids), listed=False)
        said = near or "none comes near; look it up in the report's tables or in the client's id list"
        raise DataError(f"{employee}: nobody of this pseudonym is on the roster of {panel.quarter}; {said}")
    return panel.people.index[found[-1]]


def bounds(card: Card, known: Mapping[str, Card]) -> tuple[float, float | None]:
    """Return between which values an indicator lies; None where it has no upper end.

    Shares lie between 0 and 1, mean points where the points themselves lie (schema), everything else from 0 on.
    """
    if card.adjusted:
        return bounds(known[card.adjusted.adjusts], known)
    if card.unit == "share":
        return 0.0, 1.0
    if card.unit == "points" and card.computed:
        way = card.computed[0]
        ends = [TABLES[way.numerator.table or way.table].columns[name] for name in way.numerator.sum]
        if len(ends) == 1 and ends[0].low is not None and ends[0].high is not None:
            return ends[0].low * way.scale, ends[0].high * way.scale
    return 0.0, None


def parse_change(text: str, scores: Scores) -> tuple[str, float]:
    """Read `indicator=value`; 92% is .92. What is not weighed, no number or out of bounds raises `DataError`."""
    name, mark, said = (part.strip() for part in text.partition("="))
    if not mark:
        raise DataError(f"{text!r}: write a corrected datum as indicator=value, such as qa_score=92.5")
    if name not in scores.scheme.indicators:
        raise DataError(
            f"{text}: scheme {scores.scheme.name} weighs no {name!r}; {nearest(name, scores.scheme.indicators)}"
        )
    try:
        value = float(said.removesuffix("%")) / (100 if said.endswith("%") else 1)
    except ValueError:
        raise DataError(f"{text}: {said!r} is not a number; write one such as 92.5, or 92% of a share") from None
    low, high = bounds(scores.cards[name], scores.cards)
    if not math.isfinite(value) or value < low or (high is not None and value > high):
        upto = f"between {low:g} and {high:g}" if high is not None else f"at {low:g} or above"
        hint = "; write 0.92 or 92% for 92 percent" if scores.cards[name].unit == "share" else ""
        raise DataError(f"{text}: {name} lies {upto}{hint}")
    return name, value


def correct(
    panel: Panel,
    before: Scores,
    row: Any,
    changes: Mapping[str, float],
    *,
    medians: pd.DataFrame,
    pay: pd.DataFrame | None = None,
    held: InForce | None = None,
) -> Correction:
    """Score the quarter again with corrected values in one row, under the scheme of `before`.

    A corrected value counts as resting on as many observations as the scheme demands, if there were fewer. Targets and
    what is known of chance stay as they were. `pay` is the canonical table; `held` says which schemes were in force
    beside hers, and counts other people's grades and pay under theirs.
    """
    after, moved, pool = rescored(panel, before, {row: changes}, medians=medians, pay=pay, held=held)
    return Correction(
        before=before,
        after=after,
        row=row,
        changes=dict(changes),
        others=int(moved.drop(row).sum()),
        pool_x100=pool,
    )


def rescored(
    panel: Panel,
    before: Scores,
    changes: Mapping[Any, Mapping[str, float]],
    *,
    medians: pd.DataFrame,
    pay: pd.DataFrame | None = None,
    held: InForce | None = None,
) -> tuple[Scores, pd.Series, tuple[int, int] | None]:
    """Return the scores with corrected values, by row and indicator, whose grades differ (n,), and the pool's sizes."""
    import pandas as pd

    corrected = panel
    for row, values in changes.items():
        corrected = _with(corrected, before, row, values)
    held = (held or everybody(panel, before.scheme)).stating(before.scheme)
    made = [score_in_force(one, held, medians=medians) for one in (panel, corrected)]
    was, will = (pd.concat([scores.grade for scores in one.values()]).reindex(panel.people.index) for one in made)
    moved = ~(was.eq(will) | (was.isna() & will.isna()))
    pool = None
    if pay is not None and pay["performance_x100"].sum() > 0:
        under = _by_person(held.under)
        paid = [
            sum(one.due_x100 for one in pay_in_force(pay, _by_person(grades), under, held)) for grades in (was, will)
        ]
        pool = (paid[0], paid[1])
    return made[1][before.scheme.name], moved, pool


def _by_person(column: pd.Series) -> pd.Series:
    """A column (n,) of the panel by `employee_id`; of somebody with several rows, the last one."""
    index = column.index
    return column.set_axis(index.get_level_values("employee_id"))[last_spells(index)]


def flips(
    panel: Panel, scores: Scores, row: Any, *, medians: pd.DataFrame, held: InForce | None = None
) -> tuple[Flip, ...]:
    """Return for each indicator that gives a person points the nearest value on either side with another grade.

    Found by bisection on the re-scored quarter, in the steps in which the unit is said, which is the nearest for rules
    that never turn back; `held` says which schemes were in force beside hers. Where an indicator has no upper end, no
    value is possible beyond those seen in her role.
    """
    if scores.grade[row] is None:
        return ()
    held = (held or everybody(panel, scores.scheme)).stating(scores.scheme)
    batch = BatchInForce(panel, held, scores.scheme, medians=medians)
    return tuple(
        _flip(panel, scores, batch, row, str(name), way)
        for name, got in scores.points.loc[row].items()
        if math.isfinite(got)
        for way in ("better", "worse")
    )


def _flip(panel: Panel, scores: Scores, batch: BatchInForce, row: Any, name: str, way: Way) -> Flip:
    card, values, people = panel.cards[name], panel.values[name].astype("float64"), panel.people
    now = float(values[row])
    theirs = values[people["role"].eq(str(people.at[row, "role"]))]
    low, high = bounds(card, panel.cards)
    upwards = (way == "better") == (card.better == "higher")
    end = (float(theirs.max()) if high is None else high) if upwards else low
    step, sign = _STEPS[card.unit], 1 if upwards else -1
    steps = math.floor(abs(end - now) / step + 1e-9) if (end - now) * sign > 0 else 0
    names, place = scores.scheme.grades.names(), panel.people.index.get_loc(row)
    start = math.floor(now / step + 1e-9) if upwards else math.ceil(now / step - 1e-9)

    def at(number: int) -> float:
        return round((start + sign * number) * step, 6)

    def given(number: int) -> str | None:
        found = batch.grades([_with(panel, scores, row, {name: at(number)})])[0, place]
        return None if found == NONE else names[found]

    spread = float(theirs.std())
    if not steps or given(steps) == scores.grade[row]:
        return Flip(indicator=name, way=way, now=now, value=None, grade=None, change=None)
    same, other = 0, steps
    while other - same > 1:
        middle = (same + other) // 2
        same, other = (middle, other) if given(middle) == scores.grade[row] else (same, middle)
    change = abs(at(other) - now) / spread if spread > 0 else None
    return Flip(indicator=name, way=way, now=now, value=at(other), grade=given(other), change=change)


def _with(panel: Panel, scores: Scores, row: Any, changes: Mapping[str, float]) -> Panel:
    """The panel with other values in one row."""
    rules = scores.scheme.rules_for(str(panel.people.at[row, "role"]), str(panel.people.at[row, "level"]))
    values, counts = panel.values.copy(), panel.counts.copy()
    n: Any = counts.loc[row]
    for name, value in changes.items():
        if name not in values:
            raise DataError(
                f"{name}: nobody has data on it in {panel.quarter}, so that one person's cannot be corrected"
            )
        stated = rules[name].min_n if name in rules else None
        values.loc[row, name] = value
        counts.loc[row, name] = max(n[name], panel.cards[name].minimum_n if stated is None else stated)
    return replace(panel, values=values, counts=counts)


def _known(value: Any) -> float | None:
    return None if math.isnan(value) else float(value)
