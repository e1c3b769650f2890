"""What the engine counts and sums of each canonical table: whole numbers only, so that any order gives the same sums.

A metric card's terms become `Sum`s, each an expression on the prepared rows of its table.
"""

from __future__ import annotations

import datetime as dt
import functools
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from design_lab.catalogue import Condition, Quotient, Term
from design_lab.schema import GRADES, PHONE, TABLES

Measures = Mapping[str, Any]
SATISFIED = ("very_satisfied", "satisfied")
Conditions = tuple[tuple[str, Condition], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """One sum over a table's rows by `person`, and by `each` where means of means are taken.

    Rows count where all conditions hold and each of `known` has one of its columns filled; `square` sums squares.
    """

    table: str
    person: str
    each: str | None
    kind: Literal["sum", "count", "hours"]
    columns: tuple[str, ...] = ()
    less: tuple[str, ...] = ()
    conditions: Conditions = ()
    known: tuple[tuple[str, ...], ...] = ()
    square: bool = False


def sums_of(way: Quotient) -> dict[str, Sum]:
    """Return the sums that make a quotient: `over`, `under` if there is one, `rows` used, and `squares` of single rows.

    Where both stand in one table a row counts only if it holds both, so that no sheet without hours raises calls an
    hour.
    """
    terms = {"over": way.numerator, **({"under": way.denominator} if way.denominator else {})}
    one_table = len(way.tables) == 1
    both = tuple(_needed(term) for term in terms.values())
    found = {
        role: _sum(term, way, known=both if one_table else (_needed(term),)) for role, term in terms.items()
    }  # fmt: skip
    last = terms.get("under", way.numerator)
    found["rows"] = _sum(Term(table=last.table, count="rows", where=last.where), way, known=both if one_table else ())
    if way.single == "rows":
        found["squares"] = _sum(way.numerator, way, known=both, square=True)
    return found


def _needed(term: Term) -> tuple[str, ...]:
    return term.sum or ((term.count,) if term.count and term.count != "rows" else ())


def _sum(term: Term, way: Quotient, *, known: Sequence[tuple[str, ...]], square: bool = False) -> Sum:
    return Sum(
        table=term.table or way.table,
        person=way.person if term.table in (None, way.table) else "employee_id",
        each=way.each,
        kind="sum" if term.sum else "hours" if term.hours else "count",
        columns=term.sum,
        less=term.less,
        conditions=tuple({**(way.where if term.table in (None, way.table) else {}), **term.where}.items()),
        known=tuple(dict.fromkeys(names for names in known if names)),
        square=square,
    )


def prepared(name: str, rows: Any) -> Any:
    """Add what is derived of a table's columns (`catalogue.DERIVED`); ratings of oneself are left out."""
    if name == "interactions":
        return rows.mutate(handle_ms=_handle_ms(rows))
    if name == "agent_periods":
        return rows.mutate(handle_ms=_handle_ms(rows), rated=_rated(rows))
    if name == "surveys":
        return rows.mutate(channel=rows.channel.fill_null(PHONE))
    if name == "complaints":
        return rows.mutate(days_to_close=rows.closed_on.delta(rows.received_on, unit="day"))
    return rows.filter(rows.rater_id != rows.employee_id) if name == "ratings" else rows


def summed(name: str, rows: Any, wanted: Sequence[Sum], last_day: dt.date) -> Any:
    """Sum a table's prepared rows by person and day, ordered by both; columns are numbered like `wanted`.

    All of `wanted` share person and each. Rows that bear no date belong to `last_day`.
    """
    import ibis

    when = TABLES[name].when
    day = rows[when].cast("date") if when else ibis.literal(last_day)
    keys = {"employee_id": rows[wanted[0].person], "day": day}
    if wanted[0].each:
        keys["each"] = rows[wanted[0].each]
    keyed = rows.filter(keys["employee_id"].notnull())
    columns = {f"s{number}": _expression(keyed, one) for number, one in enumerate(wanted)}
    return keyed.group_by(**keys).aggregate(**columns).order_by([*keys])


def _expression(rows: Any, wanted: Sum) -> Any:
    import ibis

    holds = [_holds(rows[name], condition) for name, condition in wanted.conditions]
    holds += [functools.reduce(operator.or_, (rows[name].notnull() for name in names)) for names in wanted.known]
    where = functools.reduce(operator.and_, holds, rows[wanted.person].notnull())
    if wanted.kind == "hours":
        return rows[TABLES[wanted.table].when].hour().nunique(where=where)
    if wanted.kind == "count":
        return whole(where).sum()
    value = sum((_known(rows[name]) for name in wanted.columns), start=ibis.literal(0))
    value = value - sum((_known(rows[name]) for name in wanted.less), start=ibis.literal(0))
    return where.ifelse(value * value if wanted.square else value, 0).sum()


def _known(column: Any) -> Any:
    return whole(column).fill_null(0)


def whole(column: Any) -> Any:
    """Return a column as whole numbers; PostgreSQL makes a flag one only by way of short ones."""
    return (column.cast("int32") if column.type().is_boolean() else column).cast("int64")


def seconds(moment: Any) -> Any:
    """Return the whole seconds since 1970: engines do not agree on minutes between two moments."""
    return moment.truncate("s").epoch_seconds()


def _holds(column: Any, condition: Condition) -> Any:
    import ibis

    if condition.empty:
        return column.isnull()
    if condition.flag is not None:
        return (column == condition.flag).fill_null(False)
    holds = ibis.literal(True)
    if condition.among:
        holds &= column.isin(condition.among)
    if condition.other_than:
        holds &= column.notin(condition.other_than)
    if condition.min is not None:
        holds &= column >= condition.min
    if condition.max is not None:
        holds &= column <= condition.max
    return holds.fill_null(False)


def of_interactions(rows: Any) -> Measures:
    """Contacts, their handle time and its square, and what was transferred and resolved, each with its own count."""
    handle_ms = _handle_ms(rows)
    return {
        "n": rows.count(),
        "handle_ms": handle_ms.sum(),
        "handle_ms_squared": (handle_ms * handle_ms).sum(),
        "transferred": rows.transferred.sum(),
        "transfer_n": rows.transferred.count(),
        "resolved": rows.resolved_first_contact.sum(),
        "resolved_n": rows.resolved_first_contact.count(),
    }


def presence(rows: Any, first_day: dt.date, last_day: dt.date) -> Any:
    """Days of presence by person and first day of the sheets' rows, ordered by both.

    A row of several days tells of presence by `days_worked` alone: `days_unknown` counts those without it. `crossing`
    counts rows that reach out of the quarter.
    """
    import ibis

    several = (rows.period_end > rows.date).fill_null(False)
    present = whole(ibis.coalesce(rows.signed_in_ms, rows.answered, rows.talk_ms) > 0)
    days = ibis.coalesce(rows.days_worked, several.ifelse(ibis.null("int64"), present))
    crossing = (rows.date < first_day) | (ibis.coalesce(rows.period_end, rows.date) > last_day)
    keys = {"employee_id": rows.employee_id, "day": rows.date}
    counted = {"days": days.sum(), "days_unknown": days.isnull().sum(), "crossing": crossing.sum()}
    return rows.group_by(**keys).aggregate(**counted).order_by([*keys])


def _rated(rows: Any) -> Any:
    """All ratings of a sheet's row; missing where good or bad ones are not counted, for a share needs both."""
    import ibis

    counts = {grade: getattr(rows, f"rated_{grade}") for grade in GRADES}
    lower = ibis.coalesce(*(count for grade, count in counts.items() if grade not in SATISFIED)).notnull()
    upper = ibis.coalesce(*(counts[grade] for grade in SATISFIED)).notnull()
    whole = sum((ibis.coalesce(count, 0) for count in counts.values()), start=ibis.literal(0))
    return (lower & upper).ifelse(whole, ibis.null("int64"))


def _handle_ms(rows: Any) -> Any:
    """Talk, hold and wrap-up together; of the latter two, what was not delivered counts nothing."""
    return rows.talk_ms + rows.hold_ms.fill_null(0) + rows.wrap_ms.fill_null(0)


def contact_days(rows: Any) -> Any:
    """The days on which each person had a contact of any channel, with the hour of the first, ordered by both."""
    keys = {"employee_id": rows.employee_id, "day": rows.started_at.date()}
    return rows.group_by(**keys).aggregate(first_hour=rows.started_at.hour().min()).order_by([*keys])


def calls_by_cell(rows: Any, days: Any) -> Any:
    """Calls, handle time and its square by what `days` says of each person's day, hour, queue and contact type.

    `days` (a pyarrow table) has employee_id, day, row, month, week and shift.
    """
    handled = _timed(rows, days)
    handle_ms = _handle_ms(handled)
    keys = ["row", "month", "shift", "hour", "queue", "contact_type"]
    sums = {"n": handled.count(), "handle_ms": handle_ms.sum(), "handle_ms_squared": (handle_ms * handle_ms).sum()}
    return handled.group_by(keys).aggregate(**sums).order_by(keys)


def hours_by_cell(rows: Any, days: Any) -> Any:
    """Clock hours with a call, and the calls in them, by person, week and cell; an hour's queue is that of most calls.

    Of equally many the queue that comes first by name. `days` as in `calls_by_cell`.
    """
    spent = ["row", "week", "month", "shift", "day", "hour"]
    timed = _timed(rows, days)
    by_queue = timed.group_by([*spent, "queue"]).aggregate(n=timed.count())
    whole = by_queue.group_by(spent).aggregate(calls=by_queue.n.sum(), most=by_queue.n.max())
    joined = by_queue.join(whole, spent)
    most = joined.filter(joined.n == joined.most)
    hours = most.group_by([*spent, "calls"]).aggregate(queue=most.queue.min())
    keys = ["row", "week", "month", "shift", "hour", "queue"]
    return hours.group_by(keys).aggregate(hours=hours.count(), calls=hours.calls.sum()).order_by(keys)


def _timed(rows: Any, days: Any) -> Any:
    import ibis

    calls = rows.filter(rows.channel == PHONE)
    return calls.mutate(day=calls.started_at.date(), hour=calls.started_at.hour()).join(
        ibis.memtable(days), ["employee_id", "day"]
    )
