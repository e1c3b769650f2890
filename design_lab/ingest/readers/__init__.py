"""A client's file as columns of text, each row with its number in the file; one module a format."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from design_lab.errors import DataError
from design_lab.files import TEMPORARY_MARK
from design_lab.ingest.mapping import EVERY_QUARTER, Source
from design_lab.ingest.readers.delimited import read_delimited
from design_lab.ingest.readers.raw import RawRows
from design_lab.ingest.readers.warehouse import read_parquet
from design_lab.ingest.readers.workbook import read_workbook

__all__ = ["RawRows", "matching", "read"]

_READERS = {"csv": read_delimited, "xlsx": read_workbook, "xls": read_workbook, "parquet": read_parquet}


def read(path: Path, source: Source, name: str) -> list[RawRows]:
    """Read the mapped columns of a file, one `RawRows` a sheet; `name` is how errors call it.

    A file that cannot be read, or lacks a sheet or a column, raises `DataError` saying which and what is there.
    """
    try:
        if not path.is_file():
            what = "a folder" if path.is_dir() else "a link that leads nowhere or no plain file"
            raise DataError(f"{name}: is {what}, where sources.yaml expects a file; put the file itself there")
        return _READERS[source.format](path, source, name)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(f"{name}: cannot be opened ({reason}); check its rights, or copy it again") from None


def matching(raw: Path, quarter: str, source: Source) -> Iterator[Path]:
    """Yield what a source's pattern finds for a quarter below `raw`, in the order of the names.

    A file that lies elsewhere, reached by a link, raises `DataError`: what is read must be what was received.
    """
    folder = raw / (EVERY_QUARTER if source.every_quarter else quarter)
    # Excel's lock files (~$…) and what a killed writer left behind are no data.
    for path in sorted(folder.glob(source.files)):
        if path.name.startswith(("~$", ".")) or TEMPORARY_MARK in path.name:
            continue
        if path.is_file() and not path.resolve().is_relative_to(raw.resolve()):
            name = path.relative_to(raw).as_posix()
            raise DataError(f"{name}: is a link that leads out of the study's raw files; put the file itself there")
        yield path
