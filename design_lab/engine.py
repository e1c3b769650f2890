"""The engine of a study: where its calls are counted and summed; only counts and sums by person and day come back.

`duckdb` counts in this process. Spark (`local[2]`, `spark://…`, `yarn`, `k8s://…`) reads the canonical parquet files
itself. Any other engine, by an ibis URL, holds them as tables of a schema of its own, `design_lab_<study>`: each is
loaded once, under a name with the digest of its file, and taken away when the file has changed.
"""

from __future__ import annotations

import atexit
import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from design_lab.address import Address, missing_driver, url_fault
from design_lab.errors import StudyError, nearest
from design_lab.files import sha256

if TYPE_CHECKING:
    from ibis.backends import BaseBackend

DUCKDB = "duckdb"
_SPARK = re.compile(r"local(\[(\d+|\*)\])?|yarn|(spark|k8s)://.+")
_EXAMPLES = (DUCKDB, "local[2]", "spark://host:7077", "yarn", "postgres://user:${NAME}@host/database")
_LONGEST_NAME = 40  # of a study in the name of its schema, of which PostgreSQL keeps 63 letters
_BATCH = 200_000  # rows that are sent at once


def engine_fault(engine: str) -> str | None:
    """Return what is wrong with `engine` as study.yaml writes it, None if nothing.

    >>> engine_fault("local[2]"), engine_fault("duckbd")
    (None, "'duckbd' is no engine; did you mean 'duckdb'?")
    """
    if engine == DUCKDB or _SPARK.fullmatch(engine):
        return None
    if "://" not in engine and "${" not in engine:
        return f"{engine!r} is no engine; {nearest(engine, _EXAMPLES)}"
    return url_fault(engine)


def connect(engine: str, where: str) -> BaseBackend:
    """Open an engine; one that lacks its driver or cannot be reached raises `StudyError` in a sentence.

    DuckDB is opened anew at each call; of another engine there is one connection a process.
    """
    import ibis

    if engine == DUCKDB:
        # One thread and insertion order: the same input gives the same bytes.
        return ibis.duckdb.connect(threads=1, preserve_insertion_order=True)
    return _opened(Address(url=engine, where=f"{where}, engine", refusal=StudyError))


@functools.lru_cache
def _opened(address: Address) -> BaseBackend:
    import ibis

    if _SPARK.fullmatch(address.url):
        return _spark(address)
    try:
        opened = address.ask("cannot be reached", lambda: ibis.connect(address.expanded))
    except ImportError:
        raise StudyError(f"{address.where}: {missing_driver(address.scheme)}") from None
    atexit.register(opened.disconnect)
    return opened


def _spark(address: Address) -> BaseBackend:
    import ibis

    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise StudyError(f"{address.where}: Spark is not installed; pip install 'design_lab[spark]'") from None
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.arrow.pyspark.enabled": "true",  # results come back by column, not row by row
        "spark.sql.shuffle.partitions": "8",  # of sums by person and day, which are small; not 200
    }

    def start() -> BaseBackend:
        builder = SparkSession.builder.master(address.url).appName("design_lab")
        for key, value in settings.items():
            builder = builder.config(key, value)
        return ibis.pyspark.connect(builder.getOrCreate())

    return address.ask("Spark does not start (it needs Java 17, and a master that can be reached)", start)


def table_on(engine: BaseBackend, path: Path, study: str) -> Any:
    """Return a canonical parquet file as a table of the engine, loaded first if it must be; None if there is none."""
    if not path.is_file():
        return None
    if engine.name == DUCKDB:
        return engine.read_parquet(path)
    if engine.name == "pyspark":
        return engine.read_parquet(path.resolve().as_uri())
    home, name = f"design_lab_{study[:_LONGEST_NAME].lower()}", f"{path.parent.name}_{path.stem}_{_digest(path)}"
    if name not in _held(engine, home):
        _load(engine, path, home, name)
        _held.cache_clear()
    return engine.table(name, database=home)


def _digest(path: Path) -> str:
    stat = path.stat()
    return _digest_of(path, stat.st_size, stat.st_mtime_ns)[:16]


@functools.cache
def _digest_of(path: Path, size: int, changed: int) -> str:
    return sha256(path)


@functools.cache
def _held(engine: BaseBackend, home: str) -> frozenset[str]:
    engine.create_database(home, force=True)
    return frozenset(engine.list_tables(database=home))


def _load(engine: BaseBackend, path: Path, home: str, name: str) -> None:
    """Put a file's rows into a new table, whole or not at all, and take away what older files left of it."""
    from pyarrow import parquet

    replaced = [old for old in _held(engine, home) if old.rpartition("_")[0] == name.rpartition("_")[0]]
    if engine.name == "postgres":
        _copy(engine, parquet.ParquetFile(path), home, name)
    else:
        engine.create_table(name, parquet.read_table(path), database=home)
    for old in replaced:
        engine.drop_table(old, database=home, force=True)


def _copy(engine: Any, file: Any, home: str, name: str) -> None:
    """PostgreSQL's own way in; letters are ordered by their code as everywhere else, not by the server's language."""
    import ibis
    import pyarrow as pa
    from pyarrow import csv

    with engine.con.transaction(), engine.con.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"{home}.{name}"])
        if name in engine.list_tables(database=home):  # another process was quicker
            return
        engine.create_table(name, schema=ibis.schema(file.schema_arrow), database=home)
        texts = [field.name for field in file.schema_arrow if pa.types.is_string(field.type)]
        changes = ", ".join(f'ALTER COLUMN "{text}" TYPE text COLLATE "C"' for text in texts)
        cursor.execute(f'ALTER TABLE "{home}"."{name}" {changes}')
        with cursor.copy(f'COPY "{home}"."{name}" FROM STDIN (FORMAT csv)') as copy:
            for batch in file.iter_batches(_BATCH):
                sink = pa.BufferOutputStream()
                csv.write_csv(pa.Table.from_batches([batch]), sink, csv.WriteOptions(include_header=False))
                copy.write(sink.getvalue())
        cursor.execute(f'ANALYZE "{home}"."{name}"')
