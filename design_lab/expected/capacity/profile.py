"""The calls of a week: how many come to each queue in each interval, how long they take, and how many are there."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from design_lab.errors import DataError
from design_lab.expected.draws import Array
from design_lab.periods import Quarter
from design_lab.schema import PHONE
from design_lab.scoring.sums import tables_of
from design_lab.study import Study

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

SHORTEST = 5  # minutes; starts on no coarser grid are no intervals
EVIDENT = 5.0  # calls: where so many come on other days, an interval without a row is a hole (by chance: e^-5)
MOST_HOLES = 0.2  # share of a queue's intervals without a row above which its profile is refused
_SHARED = 0.05  # share of a queue's calls taken by people of other queues above which it is told
_DAY = 24 * 60
_CELL = ["queue", "weekday", "start"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The average week of a quarter, a row a queue, weekday and interval, and the quarter's own intervals.

    `cells` has queue, weekday (0 is Monday), start (minutes after midnight), offered (calls in the interval on an
    average such day), handle_seconds (mean of the queue) and agents (mean number ready for its calls; NaN where
    `staffed` is false, for want of signed-in times); `slots` has queue, day, offered, handle_seconds and agents of each
    interval of the quarter that is no hole. `minutes` is the length of an interval, `holes` how many of the
    `expected` intervals of the quarter bear no row though calls must have come, `people` who took calls; `abandoned`
    and `in_20_seconds` are the shares seen of all calls offered, None where they are not delivered; `shared` are the
    queues that people of other queues help with.
    """

    quarter: str
    minutes: int
    cells: pd.DataFrame
    slots: pd.DataFrame
    staffed: bool
    people: int
    holes: int
    expected: int
    abandoned: float | None
    in_20_seconds: float | None
    shared: tuple[str, ...] = ()
    one_handle: bool = False  # handle time is the whole centre's, for want of calls by queue

    @property
    def calls(self) -> Array:
        """Calls an hour, by cell."""
        return self.column("offered") * 60 / self.minutes

    @property
    def slot_calls(self) -> Array:
        """Calls an hour, by interval of the quarter."""
        return self.slot("offered") * 60 / self.minutes

    def column(self, name: str) -> Array:
        """Return a column of the cells as numbers."""
        return self.cells[name].to_numpy(np.float64)

    def slot(self, name: str) -> Array:
        """Return a column of the quarter's intervals as numbers."""
        return self.slots[name].to_numpy(np.float64)

    @property
    def limits(self) -> tuple[str, ...]:
        """What of the profile limits what it tells, as keys below `limit.`."""
        told = ("profile_holes",) if self.holes else ()
        apart = ("queues_apart",) if self.shared else ()
        return (*told, *apart, *(("one_handle_time",) if self.one_handle else ()))


def read_profile(study: Study, quarter: Quarter) -> Profile:
    """Read the profile of a quarter from `queue_intervals`, `interactions` and `agent_periods`.

    Without the first, or without handle times, `DataError` says what is missing. Where only sheets by agent tell of
    handle times, all queues have the centre's; then, and without signed-in times, nobody knows how many were ready.
    """
    tables = dict(tables_of(study, quarter, ("queue_intervals", "interactions", "agent_periods")))
    where = f"study {study.name}, {quarter}, queue_intervals"
    if "queue_intervals" not in tables:
        raise DataError(f"{where}: is not delivered; the people needed rest on it")
    intervals = _frame(tables["queue_intervals"].order_by(["queue", "starts_at"]))
    closing = study.settings.calendar.month_ends_on
    days = _days(quarter.first_day(closing), quarter.last_day(closing))
    given: dict[str, Any] = {"quarter": str(quarter), "minutes": _minutes(intervals, where), "where": where}
    calls, sheets = tables.get("interactions"), tables.get("agent_periods")
    if calls is not None:
        presence = _presence(calls, given["minutes"])
        people = int(presence.loc[presence["phone"], "employee_id"].nunique())
        return profile_of(
            intervals, days, handle=_handle(calls), presence=presence, ready_hours=_ready_hours(sheets), people=people,
            **given,
        )  # fmt: skip
    told = _centre_handle(sheets) if sheets is not None else None
    if told is None:
        raise DataError(f"{where}: neither calls nor sheets by agent tell how long a call takes; deliver one of them")
    seconds, people = told
    handle = dict.fromkeys(intervals["queue"].unique(), seconds)
    found = profile_of(intervals, days, handle=handle, presence=None, ready_hours=None, people=people, **given)
    return replace(found, one_handle=True)


def profile_of(
    intervals: pd.DataFrame,
    days: Sequence[dt.date],
    *,
    quarter: str,
    minutes: int,
    where: str,
    handle: Mapping[str, float],
    presence: pd.DataFrame | None,
    ready_hours: float | None,
    people: int,
) -> Profile:
    """Make the profile from finished inputs; `where` names the table in errors.

    `intervals` is the canonical table; `handle` seconds by queue; `presence` has employee_id, queue, day (a date),
    start (minutes) and phone (whether by telephone), a row for each interval in which a person took a contact of a
    queue; `ready_hours` what the same people were signed in without AUX, by which their presence is scaled. Where one
    of the two is None, nobody knows how many were ready. A queue with too many holes, or without handle time, raises
    `DataError`.
    """
    slots = _slots(intervals, days, where)
    if unknown := sorted({*slots["queue"]} - {*handle}):
        raise DataError(f"{where}: no call of queue {unknown[0]!r} stands in interactions; its handle time is unknown")
    held = slots[~slots["hole"]].assign(handle_seconds=slots["queue"].map(handle))
    staffed = presence is not None and ready_hours is not None
    held["agents"] = _agents(held, presence, minutes, ready_hours)
    cells = held.groupby(_CELL, as_index=False)[["offered", "handle_seconds", "agents"]].mean()
    offered = float(intervals["offered"].sum())
    return Profile(
        quarter=quarter, minutes=minutes, cells=cells, slots=held.reset_index(drop=True),
        staffed=staffed, people=people, holes=int(slots["hole"].sum()), expected=len(slots),
        abandoned=_share(intervals, "abandoned", offered),
        in_20_seconds=_share(intervals, "answered_within_20s", offered),
        shared=() if presence is None else _shared(presence),
    )  # fmt: skip


def _frame(rows: Any) -> pd.DataFrame:
    frame: pd.DataFrame = rows.to_pyarrow().to_pandas()
    return frame


def _days(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + type(last - first)(step) for step in range((last - first).days + 1)]


def _share(intervals: pd.DataFrame, column: str, offered: float) -> float | None:
    """Return a column's share of all calls offered; None where an interval does not state it."""
    known = column in intervals and intervals[column].notna().all() and offered > 0
    return float(intervals[column].sum()) / offered if known else None


def _minutes(intervals: pd.DataFrame, where: str) -> int:
    starts = intervals["starts_at"].dt.hour * 60 + intervals["starts_at"].dt.minute
    step = math.gcd(_DAY, *starts.unique().tolist())
    if not len(intervals) or step < SHORTEST:
        raise DataError(f"{where}: starts_at is on no grid of {SHORTEST} minutes or more; deliver one row an interval")
    return step


def _handle(calls: Any) -> dict[str, float]:
    """Seconds of talk, hold and wrap-up of a call, by queue."""
    phone = calls.filter((calls.channel == PHONE) & calls.queue.notnull())
    parts = sum((phone[name].fill_null(0) for name in ("hold_ms", "wrap_ms") if name in calls.columns), phone.talk_ms)
    rows = _frame(
        phone.mutate(all_ms=parts)
        .group_by("queue")
        .aggregate(ms=lambda t: t.all_ms.cast("int64").sum(), n=lambda t: t.count())
        .order_by("queue")
    )
    return {queue: int(ms) / int(n) / 1000 for queue, ms, n in rows[["queue", "ms", "n"]].itertuples(index=False)}


def _centre_handle(sheets: Any) -> tuple[float, int] | None:
    """Seconds of talk, hold and wrap-up of a call of the whole centre, and how many people answered any."""
    known = sheets.filter(sheets.answered.notnull() & sheets.talk_ms.notnull() & (sheets.answered > 0))
    parts = sum((known[name].fill_null(0) for name in ("hold_ms", "wrap_ms")), known.talk_ms).cast("int64")
    told = known.aggregate(ms=parts.sum(), calls=known.answered.sum(), people=known.employee_id.nunique())
    row = _frame(told).iloc[0]
    return (float(row["ms"]) / float(row["calls"]) / 1000, int(row["people"])) if row["people"] else None


def _presence(calls: Any, minutes: int) -> pd.DataFrame:
    """Who took a contact of which queue in which interval, each once."""
    minute = calls.started_at.hour() * 60 + calls.started_at.minute()
    seen = calls.filter(calls.employee_id.notnull()).select(
        employee_id=calls.employee_id, queue=calls.queue, day=calls.started_at.date(),
        start=(minute / minutes).floor().cast("int64") * minutes, phone=calls.channel == PHONE,
    )  # fmt: skip
    return _frame(seen.distinct().order_by(["employee_id", "day", "start", "queue"]))


def _ready_hours(sheets: Any | None) -> float | None:
    """Hours signed in and not in AUX; None where either is not delivered for every row."""
    if sheets is None or not {"signed_in_ms", "aux_ms"} <= {*sheets.columns}:
        return None
    told = sheets.aggregate(
        rows=sheets.count(), known=(sheets.signed_in_ms.notnull() & sheets.aux_ms.notnull()).sum(),
        ms=(sheets.signed_in_ms.cast("int64") - sheets.aux_ms.cast("int64")).sum(),
    )  # fmt: skip
    row = _frame(told).iloc[0]
    return float(row["ms"]) / 3_600_000 if row["rows"] and row["known"] == row["rows"] else None


def _slots(intervals: pd.DataFrame, days: Sequence[dt.date], where: str) -> pd.DataFrame:
    """Return a row for each interval of each day in which a queue is open: offered, and whether it is a hole.

    A queue is open on a weekday from the first to the last interval that has rows on at least half of such days; rows
    outside those hours count too. Of what bears no row, as many calls are taken to have come as on other days: none
    where those are few, and unknown (a hole) where they are not.
    """
    import pandas as pd

    rows = intervals.assign(
        day=intervals["starts_at"].dt.normalize(),
        start=intervals["starts_at"].dt.hour * 60 + intervals["starts_at"].dt.minute,
        weekday=intervals["starts_at"].dt.day_of_week,
    )[["queue", "day", "weekday", "start", "offered"]]
    calendar = pd.DataFrame({"day": pd.to_datetime([*days])})
    calendar["weekday"] = calendar["day"].dt.day_of_week
    seen = rows.groupby(_CELL, as_index=False).agg(usual=("offered", "mean"), rows=("day", "size"))
    hours = _hours(seen, calendar["weekday"].value_counts(), _step(rows["start"]))
    slots = hours.merge(calendar, on="weekday").merge(rows, on=["queue", "day", "weekday", "start"], how="outer")
    slots = slots.merge(seen[[*_CELL, "usual"]], on=_CELL, how="left").sort_values(["queue", "day", "start"])
    beside = slots.groupby(["queue", "day"])["usual"]
    usual = slots["usual"].fillna((beside.ffill() + beside.bfill()) / 2)
    missing = slots["offered"].isna()
    slots["hole"] = missing & (usual >= EVIDENT)
    slots["offered"] = slots["offered"].astype(float).fillna(0.0)
    for queue, share in slots.groupby("queue")["hole"].mean().items():
        if share > MOST_HOLES:
            count = int(slots.loc[slots["queue"] == queue, "hole"].sum())
            raise DataError(
                f"{where}: queue {queue!r} has no row for {count} intervals ({share:.0%} of those in which it is "
                "open) in which calls come on other days; ask the client for the whole table"
            )
    return slots.reset_index(drop=True)


def _step(starts: pd.Series) -> int:
    return math.gcd(_DAY, *starts.unique().tolist())


def _hours(seen: pd.DataFrame, days: pd.Series, step: int) -> pd.DataFrame:
    """Return the cells of each queue's and weekday's opening hours, and of rows outside them."""
    import pandas as pd

    usual = seen[2 * seen["rows"] >= seen["weekday"].map(days)]
    ends = usual.groupby(["queue", "weekday"])["start"].agg(["min", "max"])
    inside = [
        (queue, weekday, start)
        for (queue, weekday), first, last in ends.itertuples()
        for start in range(int(first), int(last) + 1, step)
    ]
    every = dict.fromkeys([*inside, *seen[_CELL].itertuples(index=False, name=None)])
    return pd.DataFrame([*every], columns=_CELL)


def _agents(slots: pd.DataFrame, presence: pd.DataFrame | None, minutes: int, ready_hours: float | None) -> Array:
    """Return the people ready in each interval: who took a call in it, scaled to the time that they were ready."""
    if presence is None or ready_hours is None:
        return np.full(len(slots), np.nan)
    import pandas as pd

    there = presence[["employee_id", "day", "start"]].drop_duplicates()
    scale = ready_hours / (len(there) * minutes / 60)
    phone = presence[presence["phone"]].assign(day=lambda rows: pd.to_datetime(rows["day"]).astype(slots["day"].dtype))
    counts = phone.groupby(["queue", "day", "start"])["employee_id"].nunique()
    found = counts.reindex(pd.MultiIndex.from_frame(slots[["queue", "day", "start"]]))
    return np.asarray(found.fillna(0).to_numpy(np.float64) * scale)


def _shared(presence: pd.DataFrame) -> tuple[str, ...]:
    """Return the queues of which people who are mostly in another take more than a few intervals."""
    held = presence[presence["phone"]].groupby(["employee_id", "queue"], as_index=False).size()
    main = held.groupby("employee_id")["size"].transform("max") == held["size"]
    help_ = held["size"].where(~main, 0).groupby(held["queue"]).sum() / held.groupby("queue")["size"].sum()
    return tuple(str(queue) for queue, share in help_.items() if share > _SHARED)
