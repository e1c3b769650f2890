"""Parquet files, as a warehouse exports them: typed, without sheets or header rows."""

from __future__ import annotations

from pathlib import Path

from design_lab.errors import DataError
from design_lab.ingest.mapping import Source
from design_lab.ingest.readers.raw import RawRows, columns_there


def read_parquet(path: Path, source: Source, name: str) -> list[RawRows]:
    """Read the mapped columns of a parquet file, each of its own type."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import parquet

    wanted = source.read_columns
    try:
        columns_there(name, None, wanted, parquet.read_schema(path).names)
        table = parquet.read_table(path, columns=wanted, use_threads=False)
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError(f"{name}: cannot be read as parquet: {str(error).splitlines()[0]}; ask for it again") from None
    numbers = pa.array(np.arange(1, table.num_rows + 1, dtype=np.int64))
    return [RawRows(columns=table, row_numbers=numbers, sheet=None)]
