"""What a database holds of a study, told by the digest of its rows, since there is no file whose bytes could be.

A digest costs a reading of the quarter's mapped columns. It is remembered as long as nothing can have changed: for a
database in a file, while the file is the same; for a server, within one run.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from design_lab.files import read_json, sha256_of, write_json
from design_lab.ingest.mapping import Source, Sources, read_sources
from design_lab.ingest.readers.database import Extract, read_extract
from design_lab.periods import Quarter
from design_lab.schema import TABLES
from design_lab.study import Study

if TYPE_CHECKING:
    import pyarrow as pa

RUN = "DESIGN_LAB_RUN"  # the environment variable by which the processes of one run know each other


@contextlib.contextmanager
def one_run() -> Iterator[None]:
    """Within the block, in this process and those it starts, a server is asked once for each quarter's digest."""
    os.environ[RUN] = secrets.token_hex(16)
    try:
        yield
    finally:
        os.environ.pop(RUN, None)


def extract_of(study: Study, source: Source, table: str, quarter: Quarter) -> Extract:
    """Return what is asked of a database for a quarter."""
    calendar = study.settings.calendar.month_ends_on
    return Extract(
        folder=study.folder, source=source, table=TABLES[table],
        first_day=quarter.first_day(calendar), last_day=quarter.last_day(calendar),
    )  # fmt: skip


def database_digests(study: Study) -> dict[str, str]:
    """Return the digests of all that databases hold of a study, by quarter, table and source."""
    if not (study.folder / "sources.yaml").is_file():
        return {}
    sources = read_sources(study.folder)
    return {key: digest for q in study.quarters for key, digest in quarter_digests(study, sources, q).items()}


def quarter_digests(study: Study, sources: Sources, quarter: Quarter) -> dict[str, str]:
    """Return the digests of a quarter's rows in databases, by quarter, table and source."""
    asked = {
        f"{quarter}/{name}, source {number}: table {source.table}": extract_of(study, source, name, quarter)
        for name, parts in sources.tables.items()
        for number, source in enumerate(parts, 1)
        if source.format == "table"
    }
    if not asked:
        return {}
    memory = study.tables / ".databases.json"
    known: dict[str, list[Any]] = {}
    with contextlib.suppress(OSError, ValueError):
        known = read_json(memory)
    found = {}
    for key, extract in asked.items():
        mark = [sha256_of([extract.source.model_dump(mode="json"), str(extract.first_day)]), _mark(extract)]
        if mark[1] is None or known.get(key, [])[:2] != mark:
            known[key] = [*mark, digest_of(read_extract(extract))]
        found[key] = str(known[key][2])
    write_json(memory, known)
    return found


def _mark(extract: Extract) -> Any:
    """What is the same only while the database is: its files' size and time of change, or the run that asks."""
    file = extract.file
    if file is None:
        return os.environ.get(RUN)
    beside = [file.with_name(file.name + suffix) for suffix in ("", ".wal", "-wal", "-journal")]
    stats = [path.stat() for path in beside if path.is_file()]
    return [[stat.st_size, stat.st_mtime_ns, stat.st_ino] for stat in stats] or None


def digest_of(rows: pa.Table) -> str:
    """Return the SHA-256 of rows: of their columns, types and values in their order."""
    import pyarrow as pa

    digest = hashlib.sha256()
    with pa.ipc.new_stream(pa.PythonFile(_Sink(digest), mode="w"), rows.schema.remove_metadata()) as stream:
        stream.write_table(rows.replace_schema_metadata(None).combine_chunks(), max_chunksize=1 << 16)
    return digest.hexdigest()


class _Sink:
    """A file of which only the digest is kept."""

    closed = False

    def __init__(self, digest: Any) -> None:
        self._digest = digest

    def write(self, part: bytes) -> int:
        self._digest.update(part)
        return len(part)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is open."""
