"""Parquet files, as a warehouse exports them: typed, without sheets or header rows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from design_lab.errors import DataError
from design_lab.ingest.mapping import Source
from design_lab.ingest.readers.raw import RawRows, columns_there

if TYPE_CHECKING:
    import pyarrow as pa


def read_parquet(path: Path, source: Source, name: str) -> list[RawRows]:
    """Read the mapped columns of a parquet file, each of its own type."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import parquet

    wanted = source.read_columns
    try:
        columns_there(name, None, wanted, parquet.read_schema(path).names)
        table = parquet.read_table(path, columns=wanted, use_threads=False)
        table.validate(full=True)
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{name}: cannot be read as parquet: {str(error).splitlines()[0]}; ask for it again") from None
    table = pa.table({column: _plain(table[column], f"{name}, column {column}") for column in table.column_names})
    numbers = pa.array(np.arange(1, table.num_rows + 1, dtype=np.int64))
    return [RawRows(columns=table, row_numbers=numbers, sheet=None)]


def _plain(column: pa.ChunkedArray, where: str) -> pa.ChunkedArray:
    """A column as texts, numbers, flags or moments; what is none of them raises `DataError`."""
    import pyarrow as pa

    kind, types = column.type, pa.types
    if types.is_dictionary(kind):
        return _plain(column.cast(kind.value_type), where)
    if types.is_nested(kind) or types.is_duration(kind) or types.is_interval(kind) or "binary" in str(kind):
        raise DataError(f"{where}: holds values of type {kind}; export it as text, as numbers or as dates")
    if types.is_time(kind):  # to the second, as clocks are written
        return column.cast(pa.time32("s"), safe=False).cast(pa.string())
    return column.cast(pa.string()) if types.is_large_string(kind) else column
