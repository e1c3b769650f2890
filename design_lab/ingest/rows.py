"""One file's rows brought into a canonical table's shape; each row that does not fit is left out with a reason."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING

from design_lab.errors import DataError, place
from design_lab.ingest.arrivals import Exclusion, SetAside
from design_lab.ingest.convert import Converted, arrow_type, convert, days, pseudonyms, standing
from design_lab.ingest.mapping import Source
from design_lab.ingest.origin import From
from design_lab.ingest.readers import RawRows
from design_lab.ingest.spans import days_covered, either, last_day, middle_day
from design_lab.schema import ID_MAP, Column, Table

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_FAR = dt.date(9999, 12, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a row is held against: the quarter's days, the key of pseudonyms, who is on the roster, whose ids these are.

    `identities` has the columns external_id, employee_id, valid_from, valid_to; None while it is itself being read.
    """

    first_day: dt.date
    last_day: dt.date
    key: str
    digests: Mapping[str, str] = field(default_factory=dict)  # of a quarter's rows in databases, if they must be these
    people: frozenset[str] | None = None
    identities: pd.DataFrame | None = None


@dataclass(slots=True)
class _Sieve:
    """Which rows still stand, and why the others fell; `days` says how many days each stands for, None for one each."""

    numbers: pa.Array
    standing: pa.Array
    days: pa.Array | None = None
    exclusions: list[Exclusion] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)

    def put_aside(self, rows: pa.Array, reason: str, column: str) -> None:
        """Take rows out that are no fault."""
        import pyarrow.compute as pc

        hit = pc.and_(self.standing, pc.fill_null(rows, False))
        if count := pc.sum(hit).as_py() or 0:
            self.set_aside.append(SetAside(reason=reason, column=column, value=None, count=count))
            self.standing = pc.and_not(self.standing, hit)

    def drop(self, faulty: pa.Array, rule: str, column: str, said: pa.Array | None) -> None:
        import pyarrow.compute as pc

        hit = pc.and_(self.standing, pc.fill_null(faulty, False))
        count = pc.sum(hit).as_py() or 0
        if not count:
            return
        first = pc.index(hit, True).as_py()
        sample = None if said is None else said[first].as_py()
        self.exclusions.append(
            Exclusion(
                rule=rule, column=column, count=count, first_row=self.numbers[first].as_py(),
                sample=None if sample is None else str(sample),
            )
        )  # fmt: skip
        self.standing = pc.and_not(self.standing, hit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conformed:
    """A file's rows in the table's columns, and the account of the others."""

    rows: pa.Table
    exclusions: tuple[Exclusion, ...]
    set_aside: tuple[SetAside, ...]


def conform(rows: RawRows, table: Table, source: Source, context: Context, name: str) -> Conformed:
    """Bring a file's rows into the table's columns; `name` is how errors call the file."""
    import pyarrow as pa

    count = rows.columns.num_rows
    sieve = _Sieve(numbers=rows.row_numbers, standing=pa.array([True] * count, pa.bool_()))
    done: dict[str, pa.Array] = {}
    # The columns that date the rows come first: ids are matched on their day, and bounds are those of their days.
    order = sorted(table.columns, key=lambda column: (column != table.when, column != table.until))
    dated_by = table.until if table.until in source.columns else table.when
    for column in order:
        spec = table.columns[column]
        origin = source.columns.get(column)
        if origin is None:
            done[column] = pa.nulls(count, arrow_type(spec))
            continue
        moments = done[table.when] if table.when and table.when != column else None
        parts = raw_parts(rows, origin, name, column)
        if origin.is_span:
            done[column] = _span(parts, spec, origin, sieve)
        else:
            instead = raw_parts(rows, origin.otherwise, name, column)[0][1] if origin.otherwise else None
            checked = [_checked(raw, shown, spec, origin, sieve, context, moments, instead) for shown, raw in parts]
            done[column] = checked[0] if len(checked) == 1 else _total(checked, parts, spec, origin, sieve)
        if column == dated_by:
            _place_in_time(done, table, sieve, context, source)
    whole = pa.table({column: done[column] for column in table.columns})
    if source.distinct:
        _put_repeated_aside(whole, sieve)
    if table is ID_MAP:
        _drop_overlaps(whole, sieve)
    _drop_duplicates(whole, table, sieve)
    return Conformed(
        rows=whole.filter(sieve.standing), exclusions=tuple(sieve.exclusions), set_aside=tuple(sieve.set_aside)
    )


def _total(
    parts: list[pa.Array], named: list[tuple[str, pa.Array]], spec: Column, origin: From, sieve: _Sieve
) -> pa.Array:
    """The sum of several columns, those in `minus` taken away, held against the column's bounds again."""
    import pyarrow.compute as pc

    added = len(parts) - len(origin.minus)
    whole = functools.reduce(pc.add, parts[:added])
    whole = functools.reduce(pc.subtract, parts[added:], whole)
    shown = " + ".join(name for name, _ in named[:added]) + "".join(f" - {name}" for name, _ in named[added:])
    _drop_out_of_bounds(whole, spec, shown, whole, sieve)
    return whole


def _span(named: list[tuple[str, pa.Array]], spec: Column, origin: From, sieve: _Sieve) -> pa.Array:
    """Milliseconds from the moment in `minus` to the one in `from`."""
    import pyarrow as pa
    import pyarrow.compute as pc

    seconds = []
    for shown, raw in named:
        converted = convert(raw, Column(kind="time"), origin)
        sieve.drop(converted.unread, "unread", shown, raw)
        seconds.append(converted.values.cast(pa.int64()))
    shown = " - ".join(name for name, _ in named)
    span = pc.multiply(pc.subtract(*seconds), 1000)
    if spec.required:
        sieve.drop(pc.is_null(span), "empty", shown, None)
    _drop_out_of_bounds(span, spec, shown, span, sieve)
    return span


def raw_parts(rows: RawRows, origin: From, name: str, column: str) -> list[tuple[str, pa.Array]]:
    """What stands in the file for a canonical column, with the name to call it by; several columns are to be added."""
    import pyarrow as pa
    import pyarrow.compute as pc

    count = rows.columns.num_rows
    if origin.join is not None:
        # Where nothing stands in one of them, nothing stands in the whole.
        texts = [standing(rows.columns[shown], origin.empty).cast(pa.string()) for shown in origin.columns]
        joined = pc.binary_join_element_wise(*texts, origin.join)
        return [(" + ".join(origin.columns), joined)]
    if origin.columns:
        return [(shown, rows.columns[shown].combine_chunks()) for shown in origin.columns]
    if origin.row_number:
        return [(column, pa.array(range(1, count + 1), pa.int64()))]
    if origin.constant is not None:
        return [(column, pa.array([origin.constant] * count, pa.string()))]
    match = re.search(origin.file_name or "", PurePath(name).name)
    if not match:
        raise DataError(
            f"{place(name, column=column)}: the file's name does not hold {origin.file_name!r} "
            "(sources.yaml, file_name)"
        )
    return [(column, pa.array([match[1]] * count, pa.string()))]


def _checked(
    raw: pa.Array, shown: str, spec: Column, origin: From, sieve: _Sieve, context: Context, moments: pa.Array | None,
    instead: pa.Array | None,
) -> pa.Array:  # fmt: skip
    import pyarrow as pa
    import pyarrow.compute as pc

    converted = convert(raw, spec, origin)
    if origin.otherwise and instead is not None:
        raw, converted = _otherwise(standing(raw, origin.empty), converted, instead, spec, origin.otherwise)
    sieve.drop(converted.unread, "unread", shown, raw)
    if spec.required:
        sieve.drop(pc.is_null(converted.values), "empty", shown, None)
    _drop_out_of_bounds(converted.values, spec, shown, raw, sieve)
    if spec.kind != "person":
        return converted.values
    people = _people(converted.values, origin, context, moments)
    if sieve.days is not None and origin.system is not None:
        people = either(people, _people(converted.values, origin, context, last_day(moments, sieve.days)))
    unknown = pc.is_null(people)
    if context.people is not None:
        roster = pa.array(sorted(context.people), pa.string())
        unknown = pc.or_(unknown, pc.invert(pc.is_in(people, value_set=roster)))
    # The identity itself must not reach a message that may be passed on.
    sieve.drop(unknown, "unmatched", shown, None)
    return people


def _otherwise(
    raw: pa.Array, converted: Converted, instead: pa.Array, spec: Column, origin: From
) -> tuple[pa.Array, Converted]:
    """Where nothing stands, take what the mapping says is taken otherwise; return what stood there, and its reading."""
    import pyarrow as pa
    import pyarrow.compute as pc

    second = pc.if_else(pc.is_null(raw), instead, pa.scalar(None, instead.type))
    taken = convert(second, spec, origin)
    return pc.coalesce(raw.cast(pa.string()), second.cast(pa.string())), Converted(
        values=pc.coalesce(converted.values, taken.values), unread=pc.or_(converted.unread, taken.unread)
    )


def _drop_out_of_bounds(values: pa.Array, spec: Column, shown: str, raw: pa.Array, sieve: _Sieve) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    if spec.low is not None:
        sieve.drop(pc.less(values, spec.low), "out_of_bounds", shown, raw)
    if spec.high is not None:
        most = pc.multiply(sieve.days, spec.high) if spec.per_day and sieve.days is not None else spec.high
        sieve.drop(pc.greater(values, most), "out_of_bounds", shown, raw)
    if spec.values:
        known = pc.is_in(values, value_set=pa.array(spec.values, pa.string()))
        sieve.drop(pc.and_(pc.is_valid(values), pc.invert(known)), "out_of_bounds", shown, raw)


def _place_in_time(done: Mapping[str, pa.Array], table: Table, sieve: _Sieve, context: Context, source: Source) -> None:
    """Keep the rows of the quarter: a row of several days is of the quarter that holds most of them, and no longer."""
    import pyarrow.compute as pc

    when = str(table.when)
    on = days(done[when])
    if table.until not in source.columns:
        _drop_other_quarters(on, when, sieve, context, source)
        return
    sieve.days = days_covered(on, done[table.until])
    sieve.drop(pc.less(sieve.days, 1), "out_of_bounds", table.until, done[table.until])
    _drop_other_quarters(middle_day(on, sieve.days), when, sieve, context, source)
    longest = (context.last_day - context.first_day).days + 1
    sieve.drop(pc.greater(sieve.days, longest), "out_of_bounds", table.until, done[table.until])


def _drop_other_quarters(on: pa.Array, column: str, sieve: _Sieve, context: Context, source: Source) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    first, last = (pa.scalar(day, pa.date32()) for day in (context.first_day, context.last_day))
    outside = pc.or_(pc.less(on, first), pc.greater(on, last))
    if source.every_quarter:
        sieve.put_aside(outside, "other_quarter", column)
    else:
        sieve.drop(outside, "outside_quarter", column, on)


def _put_repeated_aside(whole: pa.Table, sieve: _Sieve) -> None:
    """Of rows that are alike in every column the first stands for all."""
    import pyarrow as pa

    standing = sieve.standing.to_pandas()
    repeated = whole.to_pandas()[standing].duplicated(keep="first").reindex(standing.index, fill_value=False)
    sieve.put_aside(pa.array(repeated.to_numpy(dtype=bool)), "repeated", "all columns")


def _drop_overlaps(whole: pa.Table, sieve: _Sieve) -> None:
    """An id that two people hold on one day tells nothing of whose the work of that day is."""
    import pandas as pd
    import pyarrow as pa

    frame = whole.to_pandas()
    frame["from"] = pd.to_datetime(frame["valid_from"])
    frame["to"] = pd.to_datetime(frame["valid_to"]).astype("datetime64[s]").fillna(pd.Timestamp(_FAR).as_unit("s"))
    frame["at"] = frame.index
    frame = frame[sieve.standing.to_pandas()]
    shared = frame[frame.groupby(["system", "external_id"])["employee_id"].transform("nunique") > 1]
    pairs = shared.merge(shared, on=["system", "external_id"], suffixes=("", "_other"))
    clash = (pairs["employee_id"] != pairs["employee_id_other"]) & (pairs["from"] <= pairs["to_other"])
    clash &= pairs["from_other"] <= pairs["to"]
    hit = whole.to_pandas().index.isin(pairs.loc[clash, "at"])
    sieve.drop(pa.array(hit), "overlap", "external_id", None)


def _drop_duplicates(whole: pa.Table, table: Table, sieve: _Sieve) -> None:
    import pyarrow as pa

    keys = whole.select(list(table.key)).to_pandas()
    standing = sieve.standing.to_pandas()
    repeated = keys[standing].duplicated(keep="first").reindex(keys.index, fill_value=False)
    sieve.drop(pa.array(repeated.to_numpy(dtype=bool)), "duplicate", " + ".join(table.key), None)


def _people(values: pa.Array, origin: From, context: Context, moments: pa.Array | None) -> pa.Array:
    """The pseudonym of each identity: of the roster's ids directly, of another system's by its map on the day."""
    if origin.system is None:
        return pseudonyms(values, context.key)
    import pandas as pd
    import pyarrow as pa

    hidden = pseudonyms(values, context.key, origin.system)
    if context.identities is None:
        return pa.nulls(len(values), pa.string())
    on = days(moments).to_pandas() if moments is not None else pd.Series([context.last_day] * len(values))
    # Each id and day is looked up once, not each row.
    asked = pd.DataFrame({"external_id": hidden.to_pandas(), "day": pd.to_datetime(on)})
    distinct = asked.drop_duplicates()
    candidates = distinct.merge(context.identities, on="external_id", how="inner")
    held = candidates[(candidates["valid_from"] <= candidates["day"]) & (candidates["day"] <= candidates["valid_to"])]
    held = held.drop_duplicates(["external_id", "day"])[["external_id", "day", "employee_id"]]
    found = asked.merge(held, on=["external_id", "day"], how="left")["employee_id"]
    return pa.Array.from_pandas(found, type=pa.string())


def identities(id_map: pa.Table) -> pd.DataFrame:
    """Return the identity map as `Context.identities` wants it; an open end lasts for ever."""
    import pandas as pd

    frame = id_map.to_pandas()
    frame["valid_from"] = pd.to_datetime(frame["valid_from"]).astype("datetime64[s]")
    ends = pd.to_datetime(frame["valid_to"]).astype("datetime64[s]")
    frame["valid_to"] = ends.fillna(pd.Timestamp(_FAR).as_unit("s"))
    return pd.DataFrame(frame[["external_id", "employee_id", "valid_from", "valid_to"]])


def hidden_external_ids(id_map: pa.Table, key: str) -> pa.Table:
    """Return the identity map with each system's ids as pseudonyms, so that no client's id reaches a table."""
    import pyarrow as pa

    frame = id_map.to_pandas()
    hidden = [
        pseudonyms(pa.array([identity]), key, system)[0].as_py()
        for system, identity in zip(frame["system"], frame["external_id"], strict=True)
    ]
    at = id_map.schema.get_field_index("external_id")
    return id_map.set_column(at, "external_id", pa.array(hidden, pa.string()))
