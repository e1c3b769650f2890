"""One file's rows brought into a canonical table's shape; each row that does not fit is left out with every reason."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from design_lab.arrivals import Fault, SetAside
from design_lab.errors import DataError, place
from design_lab.ingest.convert import arrow_type, convert, days, pseudonym, pseudonyms
from design_lab.ingest.mapping import Source
from design_lab.ingest.origin import From
from design_lab.ingest.readers import RawRows
from design_lab.ingest.sieve import Sieve
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
    # The column that dates the rows comes first: ids are matched on their day.
    order = sorted(table.columns, key=lambda column: column != table.when)
    for column in order:
        spec = table.columns[column]
        origin = source.columns.get(column)
        if origin is None:
            done[column] = pa.nulls(count, arrow_type(spec))
            continue
        parts = _raw(rows, origin, name, column)
        if origin.is_span:
            done[column] = _span(parts, spec, origin, sieve)
        else:
            checked = [_checked(raw, shown, spec, origin, sieve, context, moments) for shown, raw in parts]
            done[column] = checked[0] if len(checked) == 1 else _total(checked, parts, spec, origin, sieve)
        if column == table.when:
            moments = _within_quarter(done[column], column, sieve, context, source)
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
            for _, raw in _raw(rows, origin, name, column)
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

    moments = [_read(raw, shown, Column(kind="time", required=spec.required), origin, sieve) for shown, raw in named]
    span = pc.multiply(pc.subtract(*(moment.cast(pa.int64()) for moment in moments)), 1000)
    return _within_bounds(span, spec, " - ".join(name for name, _ in named), span, sieve)


def _raw(rows: RawRows, origin: From, name: str, column: str) -> list[tuple[str, pa.Array]]:
    """What stands in the file for a canonical column, with the name to call it by; several columns are to be added."""
    import pyarrow as pa
    import pyarrow.compute as pc

    count = rows.columns.num_rows
    if origin.join is not None:
        texts = [rows.columns[shown].combine_chunks().cast(pa.string()) for shown in origin.columns]
        joined = pc.binary_join_element_wise(*(pc.utf8_trim_whitespace(text) for text in texts), origin.join)
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
    raw: pa.Array, shown: str, spec: Column, origin: From, sieve: Sieve, context: Context, moments: pa.Array | None
) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    values = _within_bounds(_read(raw, shown, spec, origin, sieve), spec, shown, raw, sieve)
    if spec.kind != "person":
        return values
    people = _people(values, origin, context, moments)
    if context.knowable:
        unknown = pc.is_null(people)
        if context.people is not None:
            roster = pa.array(sorted(context.people), pa.string())
            unknown = pc.or_(unknown, pc.invert(pc.is_in(people, value_set=roster)))
        if moments is not None and origin.system is not None:
            unknown = pc.and_(unknown, pc.is_valid(moments))  # whose id it is cannot be asked without a day
        sieve.mark(pc.and_(unknown, pc.is_valid(values)), "unmatched", shown)
    return people


def _read(raw: pa.Array, shown: str, spec: Column, origin: From, sieve: Sieve) -> pa.Array:
    """The column in its kind; cells that cannot be read, or are empty though needed, are marked and null."""
    import pyarrow.compute as pc

    converted = convert(raw, spec, origin)
    sieve.mark(converted.unread, "unread", shown, raw)
    if spec.required:
        sieve.mark(pc.and_not(pc.is_null(converted.values), converted.unread), "empty", shown)
    return converted.values


def _within_bounds(values: pa.Array, spec: Column, shown: str, raw: pa.Array, sieve: Sieve) -> pa.Array:
    """The values with those out of bounds marked and null, so that no sum of them is blamed again."""
    import pyarrow as pa
    import pyarrow.compute as pc

    beyond = [pc.less(values, spec.low)] if spec.low is not None else []
    beyond += [pc.greater(values, spec.high)] if spec.high is not None else []
    if spec.values:
        beyond.append(pc.invert(pc.is_in(values, value_set=pa.array(spec.values, pa.string()))))
    if not beyond:
        return values
    wrong = pc.and_(pc.is_valid(values), functools.reduce(pc.or_, beyond))
    sieve.mark(wrong, "out_of_bounds", shown, raw)
    return pc.if_else(wrong, pa.scalar(None, values.type), values)


def _within_quarter(moments: pa.Array, column: str, sieve: Sieve, context: Context, source: Source) -> pa.Array:
    """The moments on which ids can be matched; those outside the quarter are marked, or put aside, and null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    on = days(moments)
    first, last = (pa.scalar(day, pa.date32()) for day in (context.first_day, context.last_day))
    outside = pc.or_(pc.less(on, first), pc.greater(on, last))
    if source.every_quarter:
        sieve.put_aside(outside, "other_quarter", column)
    else:
        sieve.mark(outside, "outside_quarter", column, on)
    return pc.if_else(outside, pa.scalar(None, moments.type), moments)


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
