"""Adjustment for case mix: what a person did over what the centre's people do with like calls, in like hours.

Indirect standardisation. Calls are alike that came in the same month, shift and hour of day to the same queue and,
where it is recorded, with the same contact type. A person's expected time is what the centre took on average for the
calls that she had; the adjusted value is the centre's, times observed over expected. Cells in which one person alone
worked compare nobody and are left out. Months are kept apart so that longer periods are sums of shorter ones.

The shift is told by the hour of the person's first contact that day. Hours of a cell are clock hours in which the
person had a call; an hour without one is not seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from design_lab.catalogue import Adjusted, Card
from design_lab.periods import Span, period_begins
from design_lab.scoring.measures import calls_by_cell, contact_days, hours_by_cell
from design_lab.scoring.roster import Roster, in_order
from design_lab.scoring.sums import Told, by_weeks, in_period, tables_of
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_SHIFT_STARTS = (6, 10, 14, 20)  # hours of the first contact at which another shift begins
SHIFTS = ("night", "early", "middle", "late", "night")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMix:
    """Observed and expected by row of the roster, added over quarters.

    `calls` (rows) has n, observed and expected handle time (ms) and variance (of the observed, ms squared); `hours`
    (rows x weeks) has calls, expected calls and hours; `peers` (rows) the queue of most calls and the shift of most
    days, missing where unknown.
    """

    calls: pd.DataFrame
    hours: pd.DataFrame
    peers: pd.DataFrame


def case_mix(study: Study, span: Span, people: Roster, cards: Mapping[str, Card]) -> CaseMix | None:
    """Compare everybody's calls with like ones, a quarter at a time; None where single contacts of one are missing."""
    import pandas as pd

    closing = study.settings.calendar.month_ends_on
    within = {one.adjusts: list(one.within) for one in _adjustments(cards).values()}
    employee = people.people.index.get_level_values("employee_id").to_numpy()
    calls, hours, queues, shifts = [], [], [], []
    quarters = span.quarters(closing)
    for quarter in quarters:
        for _, rows in tables_of(study, quarter, ["interactions"]):
            days = in_period(contact_days(rows), quarter.span(closing), span, people)
            keyed = _days(days, closing)
            by_cell = calls_by_cell(rows, keyed).to_pyarrow().to_pandas()
            by_hour = hours_by_cell(rows, keyed).to_pyarrow().to_pandas()
            calls.append(expected_time(by_cell, within.get("handle_seconds", []), employee))
            hours.append(expected_calls(by_hour, within.get("calls_per_hour", []), employee))
            queues.append(by_cell.groupby(["row", "queue"])[["n"]].sum())
            shifts.append(days.assign(shift=_shifts(days), n=1).groupby(["row", "shift"])[["n"]].sum())
    if len(calls) < len(quarters):
        return None
    peers = {"queue": _most(queues, "queue"), "shift": _most(shifts, "shift")}
    return CaseMix(calls=in_order(calls, ["row"]), hours=in_order(hours, ["row", "week"]), peers=pd.DataFrame(peers))


def _shifts(days: pd.DataFrame) -> Any:
    return np.array(SHIFTS)[np.searchsorted(_SHIFT_STARTS, days["first_hour"], side="right")]


def _days(days: pd.DataFrame, closing: int | None) -> pa.Table:
    """What the engine must know of each person's day: row of the roster, month, week and shift."""
    import pyarrow as pa

    dates = days["day"].dt.date.tolist()
    month = {day: period_begins(day, "month", closing) for day in set(dates)}
    columns = {
        "employee_id": pa.array(days["employee_id"], pa.string()),
        "day": pa.array(dates, pa.date32()),
        "row": pa.array(days["row"], pa.int64()),
        "month": pa.array([month[day] for day in dates], pa.date32()),
        "week": pa.array(days["week"].dt.date.tolist(), pa.date32()),
        "shift": pa.array(_shifts(days), pa.string()),
    }
    return pa.table(columns)


def _most(parts: Sequence[pd.DataFrame], what: str) -> pd.Series:
    """Of what each row has most; of equals, what comes first by name."""
    ordered = (
        in_order(parts, ["row", what]).reset_index().sort_values(["row", "n", what], ascending=[True, False, True])
    )
    return ordered.groupby("row")[what].first()


def expected_time(by_cell: pd.DataFrame, within: Sequence[str], employee: Any) -> pd.DataFrame:
    """Return n, observed, expected and variance of handle time by row, from calls by row and cell.

    `by_cell` has row, month, the columns of `within`, n, handle_ms and handle_ms_squared; `employee` (rows,) names
    whose each row is. The variance is that of single calls of one person in one cell, pooled by cell.
    """
    cells = by_cell.groupby(["row", "month", *within], dropna=False)[["n", "handle_ms", "handle_ms_squared"]].sum()
    cells = _comparable(cells.reset_index(), within, employee).astype({"n": "float64", "handle_ms": "float64"})
    cells["apart"] = cells["handle_ms_squared"].astype("float64") - cells["handle_ms"] ** 2 / cells["n"]
    cells["freedom"] = cells["n"] - 1
    whole = cells.groupby("cell")[["n", "handle_ms", "apart", "freedom"]].transform("sum")
    pooled = cells["apart"].sum() / max(float(cells["freedom"].sum()), 1.0)
    single = (whole["apart"] / whole["freedom"].where(whole["freedom"] > 0)).fillna(pooled)
    made = {
        "n": cells["n"],
        "observed": cells["handle_ms"],
        "expected": cells["n"] * whole["handle_ms"] / whole["n"],
        "variance": cells["n"] * single.clip(lower=0),
    }
    return cells[["row"]].assign(**made).groupby("row").sum()


def expected_calls(by_hour: pd.DataFrame, within: Sequence[str], employee: Any) -> pd.DataFrame:
    """Return calls, expected calls and hours by row and week, from hours and calls by row, week and cell."""
    cells = by_hour.groupby(["row", "week", "month", *within], dropna=False)[["hours", "calls"]].sum().reset_index()
    cells = _comparable(cells, within, employee)
    whole = cells.groupby("cell")[["hours", "calls"]].transform("sum")
    cells["expected"] = cells["hours"] * whole["calls"] / whole["hours"]
    return cells.groupby(["row", "week"])[["calls", "expected", "hours"]].sum()


def _comparable(cells: pd.DataFrame, within: Sequence[str], employee: Any) -> pd.DataFrame:
    """Number the cells, and leave out those in which one person alone worked."""
    cell = cells.groupby(["month", *within], dropna=False).ngroup()
    whose = cells["row"].map(dict(enumerate(employee)))
    return cells.assign(cell=cell)[whose.groupby(cell).transform("nunique") > 1]


def adjusted(cards: Mapping[str, Card], mix: CaseMix, raw: Mapping[str, Told]) -> dict[str, Told]:
    """Make the adjusted indicators; the centre's value is that of the raw one, where there is one."""
    make = {"handle_seconds": _time_told, "calls_per_hour": _calls_told}
    found = {name: make[one.adjusts](mix, raw.get(one.adjusts)) for name, one in _adjustments(cards).items()}
    return {name: one for name, one in found.items() if one is not None}


def _adjustments(cards: Mapping[str, Card]) -> dict[str, Adjusted]:
    """The cards that take case mix out of another."""
    held = {name: card.adjusted for name, card in cards.items()}
    return {name: one for name, one in held.items() if one and one.takes_out == "case_mix"}


def _time_told(mix: CaseMix, raw: Told | None) -> Told | None:
    by_row = mix.calls
    if raw is None or by_row["n"].sum() == 0:
        return None
    centre = raw.centre[0]
    value = centre * by_row["observed"] / by_row["expected"]
    # Squares such that the deviations of n single calls have the variance that the cells tell.
    deviations = (centre / by_row["expected"]) ** 2 * by_row["variance"] * by_row["n"] * (by_row["n"] - 1)
    n = by_row["n"]
    frame = by_row.assign(over=value * n, under=n, units=n, squares=n * value**2 + deviations)
    return Told(table="interactions", frame=frame, centre=(centre, int(n.sum())))


def _calls_told(mix: CaseMix, raw: Told | None) -> Told | None:
    whole = mix.hours.sum()
    if not whole["hours"]:
        return None
    centre = raw.centre[0] if raw else float(whole["calls"] / whole["hours"])
    weeks = mix.hours.assign(over=centre * mix.hours["calls"], under=mix.hours["expected"])
    made = weeks.groupby("row")[["over", "under", "calls"]].sum().rename(columns={"calls": "n"})
    frame = by_weeks(made, weeks[weeks["under"] > 0])
    return Told(table="interactions", frame=frame, centre=(centre, int(whole["calls"])))
