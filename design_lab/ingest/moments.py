"""Text and numbers become dates and times, by stated formats, Excel's serials or a count of periods."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Literal

from design_lab.ingest.origin import SERIAL, Count, From
from design_lab.periods import period_begins

if TYPE_CHECKING:
    import pyarrow as pa

_ISO_DATES = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S")
_EXCEL_DAY_0 = dt.date(1899, 12, 30)
# Excel believes in 29 February 1900, so that 59 and 60 are two names of one day and all before are a day off.
_FIRST_SERIAL, _LAST_SERIAL = 61, 2_958_465
_EPOCH = dt.date(1970, 1, 1)
_SECONDS_A_DAY = 86_400


def moments(raw: pa.Array, origin: From, to: pa.DataType) -> pa.Array:
    """Read each moment by the first of the mapping's formats that fits; what fits none is null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_temporal(raw.type):
        return raw.cast(pa.timestamp("s"), safe=False).cast(to, safe=False)
    if origin.counted:
        return _counted(raw, origin.counted).cast(to, safe=False)
    if not (pa.types.is_string(raw.type) or pa.types.is_large_string(raw.type)):
        raw = raw.cast(pa.string())
    found = pa.nulls(len(raw), pa.timestamp("s"))
    for form in origin.formats or _ISO_DATES:
        found = pc.coalesce(found, _serial(raw) if form == SERIAL else _real_days(raw, form))
    return found.cast(to, safe=False)


def of_month(days: pa.Array, which: Literal["first", "last"], month_ends_on: int | None) -> pa.Array:
    """Return the first or the last day of the client's month that each day names by its calendar month.

    The month of 2026-07 ends on 20 July, and begins on 21 June, where months end on the 20th.
    """
    import pyarrow as pa

    coded = days.dictionary_encode()
    found = [period_begins(day.replace(day=1), "month", month_ends_on) for day in coded.dictionary.to_pylist()]
    if which == "last":
        following = [period_begins(first + dt.timedelta(days=31), "month", month_ends_on) for first in found]
        found = [first - dt.timedelta(days=1) for first in following]
    return pa.array(found, pa.date32()).take(coded.indices)


def _serial(raw: pa.Array) -> pa.Array:
    """Excel's count of days since 1899-12-30, with the time of day as a fraction, to the second."""
    import pyarrow as pa
    import pyarrow.compute as pc

    plain = pc.match_substring_regex(raw, r"^\d{1,7}(\.\d+)?$")
    number = pc.if_else(plain, raw, pa.scalar(None, raw.type)).cast(pa.float64())
    meant = pc.and_(pc.greater_equal(number, float(_FIRST_SERIAL)), pc.less(number, float(_LAST_SERIAL + 1)))
    seconds = pc.round(pc.multiply(pc.if_else(meant, number, pa.scalar(None, pa.float64())), float(_SECONDS_A_DAY)))
    return _after(_EXCEL_DAY_0, seconds.cast(pa.int64()))


def _counted(raw: pa.Array, count: Count) -> pa.Array:
    """The day that a period's number stands for: week 3 begins 14 days after week 1."""
    import pyarrow as pa
    import pyarrow.compute as pc

    text = raw.cast(pa.string())
    plain = pc.match_substring_regex(text, r"^\d{1,5}(\.0+)?$")
    number = pc.if_else(plain, text, pa.scalar(None, pa.string())).cast(pa.float64()).cast(pa.int64())
    return _after(count.first_day, pc.multiply(pc.subtract(number, 1), count.days * _SECONDS_A_DAY))


def _after(day: dt.date, seconds: pa.Array) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.add(seconds, (day - _EPOCH).days * _SECONDS_A_DAY).cast(pa.timestamp("s"))


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
