"""Tables of a database behind an ibis URL: one quarter's rows of the mapped columns, in one order.

Passwords stand in environment variables, never in sources.yaml; no message shows what such a variable holds.
"""

from __future__ import annotations

import datetime as dt
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from design_lab.address import Address, Answer, missing_driver
from design_lab.errors import DataError, nearest
from design_lab.ingest.mapping import Source
from design_lab.ingest.readers.raw import RawRows, columns_there
from design_lab.schema import Table

if TYPE_CHECKING:
    import pyarrow as pa

_FILES = ("duckdb", "sqlite")  # databases that are a file


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """What is asked of a database: a source's rows of one quarter of a study, for one canonical table."""

    folder: Path  # of the study, from which a relative path in the URL leads
    source: Source
    table: Table
    first_day: dt.date
    last_day: dt.date

    @property
    def where(self) -> str:
        """How errors call it."""
        return f"sources.yaml, {self.table.name}, table {self.source.table}"

    @property
    def address(self) -> Address:
        """Where the database is."""
        return Address(url=str(self.source.url), where=self.where, refusal=DataError)

    @property
    def file(self) -> Path | None:
        """The file that the database is, None for a server."""
        parts = urlsplit(self.address.expanded)
        if parts.scheme not in _FILES:
            return None
        path = re.sub(r"^/([A-Za-z]:)", r"\1", parts.netloc + parts.path)
        return self.folder / path


def read_extract(extract: Extract) -> pa.Table:
    """Read the quarter's rows, ordered by all columns; what cannot be opened, found or read is a `DataError`.

    Rows are chosen by the database where it dates them by a date or a time of its own; a day more is taken on either
    side (for rows of several days a quarter more), and ingest decides. Undated rows are read whole.
    """
    source = extract.source
    engine = _opened(extract)
    try:
        there = _table(extract, engine)
        columns_there(extract.where, None, source.read_columns, there.columns)
        wanted = _chosen(extract, there).select(source.read_columns).order_by(source.read_columns)
        return _asked(extract, "cannot be read", wanted.to_pyarrow)
    finally:
        engine.disconnect()


def read_database(extract: Extract) -> RawRows:
    """Read the quarter's rows as a file's are read, numbered in their order."""
    import numpy as np
    import pyarrow as pa

    rows = read_extract(extract)
    numbers = pa.array(np.arange(1, rows.num_rows + 1, dtype=np.int64))
    return RawRows(columns=rows, row_numbers=numbers, sheet=None)


def _chosen(extract: Extract, there: Any) -> Any:
    when, until = extract.table.when, extract.table.until
    origin = extract.source.columns.get(when or "")
    if origin is None or len(origin.columns) != 1 or not there[origin.columns[0]].type().is_temporal():
        return there
    moment = there[origin.columns[0]]
    if moment.type().is_time():
        return there
    margin = dt.timedelta(days=1)
    before = dt.timedelta(days=92) if until in extract.source.columns else margin
    return there.filter(moment >= extract.first_day - before, moment < extract.last_day + 2 * margin)


def _opened(extract: Extract) -> Any:
    import ibis

    address, file = extract.address, extract.file
    if file is not None and not file.is_file():
        raise DataError(f"{extract.where}: there is no database file {file}; correct url, or put the file there")
    scheme = address.scheme
    if scheme == "duckdb":
        # One thread, and nothing of the client's is ever written.
        return _asked(extract, "cannot be opened", lambda: ibis.duckdb.connect(file, read_only=True, threads=1))
    if scheme == "sqlite":
        return _asked(extract, "cannot be opened", lambda: ibis.sqlite.connect(file))
    try:
        return _asked(extract, "cannot be opened", lambda: ibis.connect(address.expanded))
    except ImportError:
        raise DataError(f"{extract.where}: {missing_driver(scheme)}") from None


def _table(extract: Extract, engine: Any) -> Any:
    from ibis.common.exceptions import TableNotFound

    *above, name = str(extract.source.table).split(".")
    database = {0: None, 1: above[0] if above else None}.get(len(above), tuple(above))
    try:
        return _asked(extract, "cannot be read", lambda: engine.table(name, database=database))
    except TableNotFound:
        known = _asked(extract, "cannot be read", lambda: _names(engine, database))
        raise DataError(f"{extract.where}: there is no such table; {nearest(name, known)}") from None


def _names(engine: Any, database: Any) -> list[str]:
    if engine.name != "duckdb":
        return list(engine.list_tables(database=database))
    # ibis 12 lists the tables of DuckDB by a method that DuckDB 2.0 has given up.
    return [name for (name,) in engine.con.sql("SELECT table_name FROM information_schema.tables").fetchall()]


def _asked(extract: Extract, what: str, ask: Callable[[], Answer]) -> Answer:
    with warnings.catch_warnings():
        # ibis 12 reads SQLite by way of a pandas option that pandas 3.1 has given up.
        warnings.filterwarnings("ignore", message="The 'future.infer_string' option")
        return extract.address.ask(what, ask)
