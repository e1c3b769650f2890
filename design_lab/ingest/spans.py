"""Rows that stand for several days: how many they are, and the day by which a row belongs to a quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


def days_covered(first: pa.Array, last: pa.Array) -> pa.Array:
    """Return the number of days from `first` to `last`, both included; 1 where no last day is given."""
    import pyarrow as pa
    import pyarrow.compute as pc

    begins, ends = (day.cast(pa.int32()).cast(pa.int64()) for day in (first, pc.coalesce(last, first)))
    return pc.add(pc.subtract(ends, begins), 1)


def middle_day(first: pa.Array, days: pa.Array) -> pa.Array:
    """Return the middle one of a row's days, the earlier of two: the quarter that holds it holds the most of them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    begins = first.cast(pa.int32()).cast(pa.int64())
    middle = pc.add(begins, pc.divide(pc.subtract(pc.max_element_wise(days, 1), 1), 2))
    return middle.cast(pa.int32()).cast(pa.date32())


def last_day(first: pa.Array, days: pa.Array) -> pa.Array:
    """Return the last day of rows that begin on `first` and have so many days."""
    import pyarrow as pa
    import pyarrow.compute as pc

    begins = first.cast(pa.int32()).cast(pa.int64())
    return pc.subtract(pc.add(begins, days), 1).cast(pa.int32()).cast(pa.date32())


def either(on_first: pa.Array, on_last: pa.Array) -> pa.Array:
    """Return whose an id is over all of a row's days: known on its first day or its last, nobody's if they differ."""
    import pyarrow as pa
    import pyarrow.compute as pc

    differs = pc.fill_null(pc.not_equal(on_first, on_last), False)
    return pc.if_else(differs, pa.scalar(None, pa.string()), pc.coalesce(on_first, on_last))
