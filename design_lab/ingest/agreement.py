"""Whether a quarter's tables agree with each other: what is counted twice must be equal, nobody is in two places.

What disagrees is reported, not left out: which of the two is right is for the client to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

Tables = Mapping[str, Any]  # ibis tables by canonical name


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One rule across tables: `count` of `of` cases break it; `rule` is a key below `agreement.` in the word files."""

    rule: str
    quarter: str
    count: int
    of: int

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON-like content."""
        return asdict(self)


def agreements(tables: Mapping[str, pa.Table], quarter: str) -> tuple[Agreement, ...]:
    """Hold a quarter's canonical tables against each other by every rule whose tables are there."""
    import ibis

    engine = ibis.duckdb.connect(threads=1)
    held = {name: ibis.memtable(table) for name, table in tables.items()}
    found = []
    for rule, (needed, broken) in RULES.items():
        if set(needed) <= set(held):
            answer = engine.to_pyarrow(broken(held))
            count, of = (answer[column][0].as_py() or 0 for column in ("broken", "of"))
            found.append(Agreement(rule=rule, quarter=quarter, count=int(count), of=int(of)))
    engine.disconnect()
    return tuple(found)


def _counted(rows: Any, breaks: Any) -> Any:
    """How many rows break a rule, and how many there are."""
    return rows.aggregate(broken=breaks.fill_null(False).sum().cast("int64"), of=rows.count())


def _handled_ms(rows: Any) -> Any:
    """Talk, hold and wrap-up together; what was not delivered counts nothing."""
    return rows.talk_ms + rows.hold_ms.fill_null(0) + rows.wrap_ms.fill_null(0)


def _last_day(sheet: Any) -> Any:
    """The last day of a sheet's row, which is of one day or of several."""
    return sheet.period_end.fill_null(sheet.date)


def _by_sheet_row(tables: Tables) -> Any:
    """Calls and their time by person and row of the sheets, from the detail; a day in no row stands for itself.

    Agent sheets know of no other channel.
    """
    detail, sheet = tables["interactions"].filter(lambda t: t.channel == "phone"), tables["agent_periods"]
    by_day = (
        detail.mutate(day=detail.started_at.date(), handled=_handled_ms(detail))
        .group_by(["employee_id", "day"])
        .aggregate(contacts=lambda t: t.count(), detail_ms=lambda t: t.handled.sum())
    )
    spans = sheet.select("employee_id", "date", last_day=_last_day(sheet))
    within = [by_day.employee_id == spans.employee_id, by_day.day >= spans.date, by_day.day <= spans.last_day]
    placed = by_day.left_join(spans, within).mutate(date=lambda t: t.date.fill_null(t.day))
    return placed.group_by(["employee_id", "date"]).aggregate(
        contacts=lambda t: t.contacts.sum(), detail_ms=lambda t: t.detail_ms.sum()
    )


def _sheet_and_detail(tables: Tables) -> Any:
    sheet = tables["agent_periods"]
    reported = _handled_ms(sheet)
    days = sheet.mutate(reported_ms=reported).select("employee_id", "date", "answered", "reported_ms", "signed_in_ms")
    both = days.join(_by_sheet_row(tables), ["employee_id", "date"], how="outer")
    zeros = {name: both[name].fill_null(0) for name in ("answered", "reported_ms", "contacts", "detail_ms")}
    return both.mutate(**zeros)


def _count_differs(tables: Tables) -> Any:
    both = _sheet_and_detail(tables)
    return _counted(both, both.answered != both.contacts)


def _time_differs(tables: Tables) -> Any:
    both = _sheet_and_detail(tables)
    rounding = both.contacts * 3000  # three durations a contact, each rounded to a second
    return _counted(both, (both.answered == both.contacts) & ((both.reported_ms - both.detail_ms).abs() > rounding))


def _longer_than_signed_in(tables: Tables) -> Any:
    sheet = tables["agent_periods"]
    reported = _handled_ms(sheet)
    return _counted(sheet, reported + sheet.aux_ms.fill_null(0) > sheet.signed_in_ms)


def _overlapping(tables: Tables) -> Any:
    import ibis

    detail = tables["interactions"].filter(lambda t: t.channel == "phone")
    length = detail.talk_ms + detail.hold_ms.fill_null(0)
    timed = detail.mutate(start_ms=detail.started_at.epoch_seconds() * 1000, length=length)
    window = ibis.window(group_by="employee_id", order_by=["start_ms", "interaction_id"])
    follows = timed.mutate(ended_ms=(timed.start_ms + timed.length).lag().over(window))
    return _counted(follows, follows.start_ms < follows.ended_ms - 1000)  # starts are whole seconds


def _not_employed(tables: Tables) -> Any:
    staff = tables["staff"]
    employed = staff.group_by("employee_id").aggregate(
        hired=staff.hire_date.min(), left=staff.leave_date.max(), staying=staff.leave_date.isnull().sum()
    )
    days = tables["agent_periods"].filter(lambda t: t.signed_in_ms > 0).join(employed, "employee_id", how="left")
    return _counted(days, (_last_day(days) < days.hired) | ((days.staying == 0) & (days.date > days.left)))


def _rating_without_contact(tables: Tables) -> Any:
    detail = tables["interactions"].select("interaction_id", handled_by="employee_id")
    rated = tables["surveys"].join(detail, "interaction_id", how="left")
    return _counted(rated, rated.handled_by.isnull() | (rated.handled_by != rated.employee_id))


RULES: Mapping[str, tuple[tuple[str, ...], Callable[[Tables], Any]]] = {
    "count_differs": (("agent_periods", "interactions"), _count_differs),
    "time_differs": (("agent_periods", "interactions"), _time_differs),
    "longer_than_signed_in": (("agent_periods",), _longer_than_signed_in),
    "overlapping": (("interactions",), _overlapping),
    "not_employed": (("agent_periods", "staff"), _not_employed),
    "rating_without_contact": (("surveys", "interactions"), _rating_without_contact),
}
