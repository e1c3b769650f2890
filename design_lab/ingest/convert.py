"""Columns of text become typed canonical columns; what cannot be read is marked, never guessed."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from design_lab.ingest.mapping import CLOCK, DURATION_UNITS, From
from design_lab.schema import Column

if TYPE_CHECKING:
    import pyarrow as pa

_ARROW_TYPES = {
    "person": "string", "text": "string", "code": "string", "date": "date32", "time": "timestamp[s]",
    "count": "int64", "milliseconds": "int64", "points_x100": "int64", "money_x100": "int64",
    "flag": "bool",
}  # fmt: skip
_SCALES = {"milliseconds": 1, "points_x100": 100, "money_x100": 100, "count": 1}
_ISO_DATES = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S")


def arrow_type(column: Column) -> pa.DataType:
    """Return the arrow type of a canonical column."""
    import pyarrow as pa

    return {"timestamp[s]": pa.timestamp("s"), "date32": pa.date32(), "bool": pa.bool_()}.get(
        _ARROW_TYPES[column.kind]
    ) or getattr(pa, _ARROW_TYPES[column.kind])()


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """A canonical column, (n,), null where nothing stood or what stood could not be read; `unread` marks the latter."""

    values: pa.Array
    unread: pa.Array


def convert(raw: pa.Array, column: Column, origin: From) -> Converted:
    """Read one column's text as its canonical kind, by the formats, unit and codes of its mapping."""
    import pyarrow as pa
    import pyarrow.compute as pc

    raw = raw.combine_chunks() if isinstance(raw, pa.ChunkedArray) else raw
    if pa.types.is_string(raw.type) or pa.types.is_large_string(raw.type):
        trimmed = pc.utf8_trim_whitespace(raw)
        raw = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, raw.type), trimmed)
    values = _values(raw, column, origin).cast(arrow_type(column))
    return Converted(values=values, unread=pc.and_(pc.is_valid(raw), pc.is_null(values)))


def _values(raw: pa.Array, column: Column, origin: From) -> pa.Array:
    import pyarrow as pa

    if origin.codes is not None:
        return _coded(raw, origin.codes, arrow_type(column))
    if column.kind in ("date", "time"):
        return _moments(raw, origin.formats or _ISO_DATES, arrow_type(column))
    if origin.unit == CLOCK:
        return _clock(raw)
    if column.kind in _SCALES:
        return _whole(raw, DURATION_UNITS[origin.unit] if origin.unit else _SCALES[column.kind])
    if column.kind == "flag":
        return _coded(raw, {"true": True, "false": False, "True": True, "False": False}, pa.bool_())
    return raw.cast(pa.string())


def _coded(raw: pa.Array, codes: dict[str, Any], to: pa.DataType) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    places = pc.index_in(raw.cast(pa.string()), value_set=pa.array(list(codes), pa.string()))
    return pa.array(list(codes.values()), to).take(places)


def _moments(raw: pa.Array, formats: tuple[str, ...], to: pa.DataType) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_temporal(raw.type):
        return raw.cast(pa.timestamp("s"), safe=False).cast(to, safe=False)
    found = pa.nulls(len(raw), pa.timestamp("s"))
    for form in formats:
        found = pc.coalesce(found, _real_days(raw, form))
    return found.cast(to, safe=False)


def _real_days(raw: pa.Array, form: str) -> pa.Array:
    """Parse by one format; 30 February, which the parser would take for 2 March, is null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    parsed = pc.strptime(raw, format=form, unit="s", error_is_null=True)
    early = pc.fill_null(pc.less_equal(pc.day(parsed), 3), False)  # a day that ran over ends on the 1st to the 3rd
    places = pc.indices_nonzero(early)
    said, meant = raw.take(places), pc.strftime(parsed.take(places), format=form)
    ran_over = places.filter(pc.not_equal(_without_zeros(said), _without_zeros(meant)))
    return pc.if_else(pc.is_in(_places(len(raw)), value_set=ran_over), pa.scalar(None, parsed.type), parsed)


def _without_zeros(texts: pa.Array) -> pa.Array:
    """2026-07-01 and 2026-7-1 are the same day."""
    import pyarrow.compute as pc

    return pc.replace_substring_regex(texts, pattern=r"(^|[^0-9])0+([0-9])", replacement=r"\1\2")


def _places(count: int) -> pa.Array:
    import numpy as np
    import pyarrow as pa

    return pa.array(np.arange(count, dtype=np.uint64))


def _clock(raw: pa.Array) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    parts = pc.extract_regex(raw.cast(pa.string()), r"^(?P<h>\d{1,3}):(?P<m>[0-5]?\d):(?P<s>[0-5]?\d)$")
    hours, minutes, seconds = (pc.struct_field(parts, part).cast(pa.int64()) for part in ("h", "m", "s"))
    return pc.multiply(pc.add(pc.add(pc.multiply(hours, 3600), pc.multiply(minutes, 60)), seconds), 1000)


def _whole(raw: pa.Array, scale: int) -> pa.Array:
    """Numbers times `scale`, rounded to whole ones; thousands separators are read, anything else is null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_integer(raw.type):
        return pc.multiply(raw.cast(pa.int64()), scale)
    if pa.types.is_string(raw.type) or pa.types.is_large_string(raw.type):
        plain = pc.match_substring_regex(raw, r"^-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$")
        raw = pc.replace_substring(pc.if_else(plain, raw, pa.scalar(None, raw.type)), ",", "")
    scaled = pc.multiply(raw.cast(pa.float64()), float(scale))
    # Beyond 2^53 a float is no whole number any more; nothing that is measured here comes near.
    readable = pc.and_(pc.is_finite(scaled), pc.less(pc.abs(scaled), float(2**53)))
    return pc.round(pc.if_else(readable, scaled, pa.scalar(None, pa.float64()))).cast(pa.int64())


def pseudonym(key: str, *parts: str) -> str:
    """Return the keyed pseudonym of an identity (HMAC-SHA256, 64 bits of it).

    >>> pseudonym("a published key", "010023")
    'E8c024c137289b598'
    """
    message = "\x1f".join(parts).encode("utf-8")
    return "E" + hmac.new(key.encode("utf-8"), message, hashlib.sha256).hexdigest()[:16]


def pseudonyms(values: pa.Array, key: str, *prefix: str) -> pa.Array:
    """Return the pseudonyms of a column of identities; each distinct one is hashed once."""
    import pyarrow as pa

    coded = values.dictionary_encode()
    hidden = [pseudonym(key, *prefix, identity) for identity in coded.dictionary.to_pylist()]
    return pa.array(hidden, pa.string()).take(coded.indices)


def days(moments: pa.Array) -> pa.Array:
    """Return the day of each moment."""
    import pyarrow as pa

    return moments.cast(pa.timestamp("s")).cast(pa.date32(), safe=False)
