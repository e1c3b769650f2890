"""What must never be published of a study's people: their own ids, known by pseudonym alone, and their names."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from design_lab.catalogue.headers import headers
from design_lab.ingest.convert import pseudonym
from design_lab.ingest.keys import pseudonym_key
from design_lab.ingest.mapping import Source, read_sources
from design_lab.ingest.readers import matching
from design_lab.ingest.readers.raw import joined_header
from design_lab.ingest.readers.workbook import as_text, read_sheets
from design_lab.schema import ID_MAP, STAFF
from design_lab.study import Study

# Two to four characters (a middle dot in names of minorities), or two words and more of an alphabet.
_NAME = re.compile(r"[㐀-鿿]{2,4}|[㐀-鿿]+(?:·[㐀-鿿]+)+|[^\W\d_]{2,}(?:[ .'-]+[^\W\d_]+)+")
Rows = Iterator[Sequence[str | None]]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Private:
    """What is private in a study, without holding any id: `pseudonyms` of its people and their ids, and `names`."""

    key: str
    systems: tuple[str, ...]
    pseudonyms: frozenset[str]
    names: frozenset[str]

    def holds(self, word: str) -> bool:
        """Whether a word is somebody's own id, of the roster or of another system."""
        hidden = (pseudonym(self.key, word), *(pseudonym(self.key, system, word) for system in self.systems))
        return not self.pseudonyms.isdisjoint(hidden)


def private(study: Study) -> Private:
    """Return what is private in a study whose tables are built.

    Ids are those of the tables, where they stand as pseudonyms; names stand in columns of the roster's files that no
    table takes (`personal` in catalogue/headers.yaml).
    """
    staff, ids = _column(study, STAFF.name, "employee_id"), _column(study, ID_MAP.name, "external_id")
    return Private(
        key=pseudonym_key(study),
        systems=tuple(sorted(_column(study, ID_MAP.name, "system"))),
        pseudonyms=frozenset(staff | ids),
        names=frozenset(_names(study)),
    )


def _column(study: Study, table: str, column: str) -> set[str]:
    import pyarrow.parquet as pq

    found: set[str] = set()
    for path in sorted((study.tables / table).glob("*.parquet")):
        found.update(pq.read_table(path, columns=[column])[column].drop_null().to_pylist())
    return found


def _names(study: Study) -> Iterator[str]:
    for source in read_sources(study.folder).tables.get(STAFF.name, ()):
        if source.format == "table":
            continue
        for quarter in ("",) if source.every_quarter else map(str, study.quarters):
            for path in matching(study.raw, quarter, source):
                for rows in _sheets(path, source):
                    yield from _named(rows)


def _sheets(path: Path, source: Source) -> Iterator[Rows]:
    """Yield the rows of each sheet from the header on, which comes as one row."""
    if source.format == "parquet":
        import pyarrow.parquet as pq

        names = [name for name in pq.read_schema(path).names if headers().is_personal(name)]
        columns = [map(as_text, column) for column in pq.read_table(path, columns=names).to_pydict().values()]
        yield itertools.chain([names], zip(*columns, strict=True))
    elif source.format == "csv":
        with path.open(encoding=source.encoding, newline="") as file:
            yield _from_header(csv.reader(file, delimiter=source.delimiter), source)
    else:
        for _, cells in read_sheets(path, path.name, lambda there: there):
            yield _from_header((list(map(as_text, row)) for row in cells), source)


def _from_header(rows: Rows, source: Source) -> Rows:
    first = source.header.first_row - 1
    head = list(itertools.islice(rows, first, first + source.header.rows))
    widest = max(map(len, head), default=0)
    yield joined_header([[*row, *[None] * (widest - len(row))] for row in head])
    yield from rows


def _named(rows: Rows) -> Iterator[str]:
    """Yield what looks like a name in the personal columns."""
    header = next(rows, ())
    places = [at for at, name in enumerate(header) if headers().is_personal((name or "").rpartition("/")[2])]
    for row in rows:
        for at in places:
            text = " ".join((row[at] or "").split()) if at < len(row) else ""
            if _NAME.fullmatch(text):
                yield text
