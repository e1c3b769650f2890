"""One file's rows brought into a canonical table's shape; each row that does not fit is left out with every reason."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING

from design_lab.arrivals import Fault, SetAside
from design_lab.errors import DataError, place
from design_lab.ingest.convert import Converted, arrow_type, convert, days, pseudonym, pseudonyms, standing
from design_lab.ingest.mapping import Source
from design_lab.ingest.moments import of_month
from design_lab.ingest.origin import From
from design_lab.ingest.readers import RawRows
from design_lab.ingest.sieve import Sieve
from design_lab.ingest.spans import days_covered, either, last_day, middle_day
from design_lab.ingest.stated import stated_values
from design_lab.schema import ID_MAP, Column, Table

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

LISTED = 5  # of each fault, unless more are asked for
_FAR = dt.date(9999, 12, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a row is held against: the quarter's days, the key of pseudonyms, who is on the roster, whose ids these are.

    `identities` has the columns external_id, employee_id, valid_from, valid_to; None while it is itself being read.
    Where the roster or the map could not be read, nobody is `knowable` and no row is told to belong to nobody. Of each
    fault the first `listed` cells are kept.
    """

    first_day: dt.date
    last_day: dt.date
    key: str
    month_ends_on: int | None = None  # of the client's calendar
    digests: Mapping[str, str] = field(default_factory=dict)  # of a quarter's rows in databases, if they must be these
    people: frozenset[str] | None = None
    identities: pd.DataFrame | None = None
    systems: frozenset[str] = frozenset()
    knowable: bool = True
    listed: int = LISTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Conformed:
    """A file's rows in the table's columns, the account of the others, and the means that the file states itself."""

    rows: pa.Table
    excluded: int
    faults: tuple[Fault, ...]
    set_aside: tuple[SetAside, ...]
    stated: pa.Table | None


def conform(rows: RawRows, table: Table, source: Source, context: Context, name: str) -> Conformed:
    """Bring a file's rows into the table's columns; `name` is how errors call the file."""
    import pyarrow as pa

    count = rows.columns.num_rows
    may_show = _may_show(rows, table, source, context, name)
    sieve = Sieve(rows.row_numbers, listed=context.listed, may_show=may_show)
    done: dict[str, pa.Array] = {}
    moments = None
    # The columns that date the rows come first: ids are matched on their day, and bounds are those of their days.
    order = sorted(table.columns, key=lambda column: (column != table.when, column != table.until))
    dated_by = table.until if table.until in source.columns else table.when
    for column in order:
        spec = table.columns[column]
        origin = source.columns.get(column)
        if origin is None:
            done[column] = pa.nulls(count, arrow_type(spec))
            continue
        parts = raw_parts(rows, origin, name, column)
        if origin.is_span:
            done[column] = _span(parts, spec, origin, sieve)
        else:
            instead = raw_parts(rows, origin.otherwise, name, column)[0][1] if origin.otherwise else None
            checked = [_checked(raw, shown, spec, origin, sieve, context, moments, instead) for shown, raw in parts]
            done[column] = checked[0] if len(checked) == 1 else _total(checked, parts, spec, origin, sieve)
        if column == dated_by:
            moments = _place_in_time(done, table, sieve, context, source)
    whole = pa.table({column: done[column] for column in table.columns})
    if source.distinct:
        _put_repeated_aside(whole, sieve)
    if table is ID_MAP:
        _mark_overlaps(whole, sieve)
    _mark_duplicates(whole, table, sieve)
    return Conformed(
        rows=whole.filter(sieve.sound), excluded=sieve.excluded, faults=tuple(sieve.faults),
        set_aside=tuple(sieve.set_aside), stated=stated_values(rows, whole, source, sieve.sound),
    )  # fmt: skip


def _may_show(rows: RawRows, table: Table, source: Source, context: Context, name: str) -> Callable[[str], bool]:
    """Tell which texts may stand in a message: in a damaged row an identity can stand in any column."""
    systems = context.systems | {origin.system for origin in source.columns.values() if origin.system}

    @functools.cache
    def identities_here() -> frozenset[str]:
        import pyarrow.compute as pc

        texts = (
            raw
            for column, origin in source.columns.items()
            if table.columns[column].kind == "person" or (table is ID_MAP and column == "external_id")
            for _, raw in raw_parts(rows, origin, name, column)
        )
        return frozenset(str(text).strip() for raw in texts for text in pc.unique(raw).to_pylist() if text is not None)

    @functools.cache
    def identities_elsewhere() -> frozenset[str]:
        known = context.identities
        return (context.people or frozenset()) | (frozenset() if known is None else frozenset(known["external_id"]))

    def may_show(text: str) -> bool:
        text = text.strip()
        hidden = {pseudonym(context.key, text), *(pseudonym(context.key, system, text) for system in systems)}
        return text not in identities_here() and not hidden & identities_elsewhere()

    return may_show


def _total(
    parts: list[pa.Array], named: list[tuple[str, pa.Array]], spec: Column, origin: From, sieve: Sieve
) -> pa.Array:
    """The sum of several columns, those in `minus` taken away, held against the column's bounds again."""
    import pyarrow.compute as pc

    added = len(parts) - len(origin.minus)
    whole = functools.reduce(pc.add, parts[:added])
    whole = functools.reduce(pc.subtract, parts[added:], whole)
    shown = " + ".join(name for name, _ in named[:added]) + "".join(f" - {name}" for name, _ in named[added:])
    return _within_bounds(whole, spec, shown, whole, sieve)


def _span(named: list[tuple[str, pa.Array]], spec: Column, origin: From, sieve: Sieve) -> pa.Array:
    """Milliseconds from the moment in `minus` to the one in `from`."""
    import pyarrow as pa
    import pyarrow.compute as pc

    moment = Column(kind="time", required=spec.required)
    moments = [_read(raw, convert(raw, moment, origin), shown, moment, sieve) for shown, raw in named]
    span = pc.multiply(pc.subtract(*(moment.cast(pa.int64()) for moment in moments)), 1000)
    return _within_bounds(span, spec, " - ".join(name for name, _ in named), span, sieve)


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
    raw: pa.Array, shown: str, spec: Column, origin: From, sieve: Sieve, context: Context, moments: pa.Array | None,
    instead: pa.Array | None,
) -> pa.Array:  # fmt: skip
    import pyarrow as pa
    import pyarrow.compute as pc

    said, converted = _said(raw, instead, spec, origin)
    if origin.of_month is not None:
        named = of_month(converted.values, origin.of_month, context.month_ends_on)
        converted = Converted(values=named, unread=converted.unread)
    values = _within_bounds(_read(said, converted, shown, spec, sieve), spec, shown, said, sieve)
    if spec.kind != "person":
        return values
    people = _people(values, origin, context, moments)
    if moments is not None and sieve.days is not None and origin.system is not None:
        people = either(people, _people(values, origin, context, last_day(moments, sieve.days)))
    if context.knowable:
        unknown = pc.is_null(people)
        if context.people is not None:
            roster = pa.array(sorted(context.people), pa.string())
            unknown = pc.or_(unknown, pc.invert(pc.is_in(people, value_set=roster)))
        if moments is not None and origin.system is not None:
            unknown = pc.and_(unknown, pc.is_valid(moments))  # whose id it is cannot be asked without a day
        sieve.mark(pc.and_(unknown, pc.is_valid(values)), "unmatched", shown)
    return people


def _said(raw: pa.Array, instead: pa.Array | None, spec: Column, origin: From) -> tuple[pa.Array, Converted]:
    """What stands in a column and its reading; where nothing stands, what the mapping says is taken otherwise."""
    import pyarrow as pa
    import pyarrow.compute as pc

    first = convert(raw, spec, origin)
    if origin.otherwise is None or instead is None:
        return raw, first
    stood = standing(raw, origin.empty)
    second = pc.if_else(pc.is_null(stood), instead, pa.scalar(None, instead.type))
    taken = convert(second, spec, origin.otherwise)
    return pc.coalesce(stood.cast(pa.string()), second.cast(pa.string())), Converted(
        values=pc.coalesce(first.values, taken.values), unread=pc.or_(first.unread, taken.unread)
    )


def _read(raw: pa.Array, converted: Converted, shown: str, spec: Column, sieve: Sieve) -> pa.Array:
    """The column in its kind; cells that cannot be read, or are empty though needed, are marked and null."""
    import pyarrow.compute as pc

    sieve.mark(converted.unread, "unread", shown, raw)
    if spec.required:
        sieve.mark(pc.and_not(pc.is_null(converted.values), converted.unread), "empty", shown)
    return converted.values


def _within_bounds(values: pa.Array, spec: Column, shown: str, raw: pa.Array, sieve: Sieve) -> pa.Array:
    """The values with those out of bounds marked and null, so that no sum of them is blamed again."""
    import pyarrow as pa
    import pyarrow.compute as pc

    beyond = [pc.less(values, spec.low)] if spec.low is not None else []
    if spec.high is not None:
        most = pc.multiply(sieve.days, spec.high) if spec.per_day and sieve.days is not None else spec.high
        beyond.append(pc.greater(values, most))
    if spec.values:
        beyond.append(pc.invert(pc.is_in(values, value_set=pa.array(spec.values, pa.string()))))
    if not beyond:
        return values
    wrong = pc.and_(pc.is_valid(values), functools.reduce(pc.or_, beyond))
    sieve.mark(wrong, "out_of_bounds", shown, raw)
    return pc.if_else(wrong, pa.scalar(None, values.type), values)


def _place_in_time(
    done: Mapping[str, pa.Array], table: Table, sieve: Sieve, context: Context, source: Source
) -> pa.Array:
    """The moments on which ids can be matched; those of rows outside the quarter are marked, or put aside, and null.

    A row of several days is of the quarter that holds most of them, and no longer than a quarter.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    when = str(table.when)
    moments, on = done[when], days(done[when])
    if table.until in source.columns:
        covered = days_covered(on, done[table.until])
        longest = (context.last_day - context.first_day).days + 1
        odd = pc.or_(pc.less(covered, 1), pc.greater(covered, longest))
        sieve.mark(odd, "out_of_bounds", table.until, done[table.until])
        sieve.days = pc.if_else(odd, pa.scalar(None, covered.type), covered)  # what has no days has no bounds either
        on = middle_day(on, covered)
    outside = _mark_other_quarters(on, when, sieve, context, source)
    return pc.if_else(outside, pa.scalar(None, moments.type), moments)


def _mark_other_quarters(on: pa.Array, column: str, sieve: Sieve, context: Context, source: Source) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    first, last = (pa.scalar(day, pa.date32()) for day in (context.first_day, context.last_day))
    outside = pc.or_(pc.less(on, first), pc.greater(on, last))
    if source.every_quarter:
        sieve.put_aside(outside, "other_quarter", column)
    else:
        sieve.mark(outside, "outside_quarter", column, on)
    return outside


def _put_repeated_aside(whole: pa.Table, sieve: Sieve) -> None:
    """Of rows that are alike in every column the first stands for all."""
    import pyarrow as pa

    sound = sieve.sound.to_pandas()
    repeated = whole.to_pandas()[sound].duplicated(keep="first").reindex(sound.index, fill_value=False)
    sieve.put_aside(pa.array(repeated.to_numpy(dtype=bool)), "repeated", "all columns")


def _mark_overlaps(whole: pa.Table, sieve: Sieve) -> None:
    """An id that two people hold on one day tells nothing of whose the work of that day is.

    A sound row clashes with sound rows only, since the others are not used; a faulty one with any.
    """
    import pandas as pd
    import pyarrow as pa

    frame = whole.to_pandas()
    frame["from"] = pd.to_datetime(frame["valid_from"])
    frame["to"] = pd.to_datetime(frame["valid_to"]).astype("datetime64[s]").fillna(pd.Timestamp(_FAR).as_unit("s"))
    frame["at"], frame["sound"] = frame.index, sieve.sound.to_pandas()
    shared = frame[frame.groupby(["system", "external_id"])["employee_id"].transform("nunique") > 1]
    pairs = shared.merge(shared, on=["system", "external_id"], suffixes=("", "_other"))
    clash = (pairs["employee_id"] != pairs["employee_id_other"]) & (pairs["from"] <= pairs["to_other"])
    clash &= (pairs["from_other"] <= pairs["to"]) & (pairs["sound_other"] | ~pairs["sound"])
    clash &= pairs["employee_id"].notna() & pairs["employee_id_other"].notna()
    sieve.mark(pa.array(frame.index.isin(pairs.loc[clash, "at"])), "overlap", "external_id")


def _mark_duplicates(whole: pa.Table, table: Table, sieve: Sieve) -> None:
    """A sound row repeats the key of an earlier sound row, the others not being used; a faulty one that of any."""
    import pyarrow as pa

    keys = whole.select(list(table.key)).to_pandas()
    sound = sieve.sound.to_pandas()
    repeats = keys[sound].duplicated(keep="first").reindex(keys.index, fill_value=False)
    if sieve.excluded:
        named = keys[sieve.in_table.to_pandas()].dropna()
        anywhere = named.duplicated(keep="first").reindex(keys.index, fill_value=False)
        repeats |= anywhere & ~sound
    sieve.mark(pa.array(repeats.to_numpy(dtype=bool)), "duplicate", " + ".join(table.key))


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
