"""Columns of text become typed canonical columns; what cannot be read is marked, never guessed."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from design_lab.ingest.moments import moments
from design_lab.ingest.origin import CLOCK, DURATION_UNITS, PERCENT, SHARE, From
from design_lab.schema import Column

if TYPE_CHECKING:
    import pyarrow as pa

_ARROW_TYPES = {
    "person": "string", "text": "string", "code": "string", "date": "date32", "time": "timestamp[s]",
    "count": "int64", "milliseconds": "int64", "points_x100": "int64", "money_x100": "int64",
    "flag": "bool",
}  # fmt: skip
_SCALES = {"milliseconds": 1, "points_x100": 100, "money_x100": 100, "count": 1}


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
    import pyarrow.compute as pc

    raw = standing(raw, origin.empty)
    values = _values(raw, column, origin).cast(arrow_type(column))
    return Converted(values=values, unread=pc.and_(pc.is_valid(raw), pc.is_null(values)))


def standing(raw: pa.Array, empty: tuple[str, ...] = ()) -> pa.Array:
    """Return a column's text trimmed, null where nothing stands: no text, or a word that says so."""
    import pyarrow as pa
    import pyarrow.compute as pc

    raw = raw.combine_chunks() if isinstance(raw, pa.ChunkedArray) else raw
    if pa.types.is_string(raw.type) or pa.types.is_large_string(raw.type):
        raw = pc.utf8_trim_whitespace(raw)
    elif not empty:
        return raw
    nothing = pc.is_in(raw.cast(pa.string()), value_set=pa.array(["", *empty], pa.string()))
    return pc.if_else(nothing, pa.scalar(None, raw.type), raw)


def _values(raw: pa.Array, column: Column, origin: From) -> pa.Array:
    import pyarrow as pa

    if origin.codes is not None:
        return _coded(raw, origin.codes, arrow_type(column))
    if column.kind in ("date", "time"):
        return moments(raw, origin, arrow_type(column))
    if column.kind in _SCALES:
        return _measured(raw, column, origin.unit)
    if column.kind == "flag":
        return _coded(raw, {"true": True, "false": False, "True": True, "False": False}, pa.bool_())
    return raw.cast(pa.string()) if origin.width is None else _padded(raw.cast(pa.string()), origin.width)


def _measured(raw: pa.Array, column: Column, unit: str | None) -> pa.Array:
    if unit == CLOCK:
        return _clock(raw)
    if unit in (SHARE, PERCENT):
        return _shares(raw, unit)
    return _whole(raw, DURATION_UNITS[unit] if unit else _SCALES[column.kind])


def _padded(raw: pa.Array, width: int) -> pa.Array:
    """Ids that became numbers (10023.0) with their leading zeros again; what is no such number is null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    digits = pc.replace_substring_regex(raw, pattern=r"\.0+$", replacement="")
    fits = pc.match_substring_regex(digits, rf"^\d{{1,{width}}}$")
    return pc.utf8_lpad(pc.if_else(fits, digits, pa.scalar(None, digits.type)), width=width, padding="0")


def _shares(raw: pa.Array, unit: str) -> pa.Array:
    """Hundredths of a percent: 92.3% is 92.3 percent wherever it stands; a bare number is what the unit says."""
    import pyarrow as pa
    import pyarrow.compute as pc

    bare = 10_000 if unit == SHARE else 100
    if not (pa.types.is_string(raw.type) or pa.types.is_large_string(raw.type)):
        return _whole(raw, bare)
    signed = pc.match_substring_regex(raw, r"[%\x{FF05}]$")
    number = pc.replace_substring_regex(raw, pattern=r"\s*[%\x{FF05}]$", replacement="")
    return pc.if_else(signed, _whole(number, 100), _whole(number, bare))


def _coded(raw: pa.Array, codes: dict[str, Any], to: pa.DataType) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    places = pc.index_in(raw.cast(pa.string()), value_set=pa.array(list(codes), pa.string()))
    return pa.array(list(codes.values()), to).take(places)


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

    if pa.types.is_temporal(raw.type):
        raw = raw.cast(pa.string())
    if pa.types.is_string(raw.type) or pa.types.is_large_string(raw.type):
        plain = pc.match_substring_regex(raw, r"^-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$")
        raw = pc.replace_substring(pc.if_else(plain, raw, pa.scalar(None, raw.type)), ",", "")
    scaled = pc.multiply(raw.cast(pa.float64(), safe=False), float(scale))
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
