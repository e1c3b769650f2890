"""Who a pseudonym is: only where the key and the client's own roster are at hand, and only on the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from design_lab.errors import StudyError
from design_lab.ingest.convert import convert, pseudonyms
from design_lab.ingest.keys import pseudonym_key
from design_lab.ingest.mapping import read_sources
from design_lab.ingest.readers import matching, read
from design_lab.ingest.rows import raw_parts
from design_lab.ingest.selection import selected, without_totals
from design_lab.periods import Quarter
from design_lab.schema import STAFF
from design_lab.study import Study

if TYPE_CHECKING:
    import pyarrow as pa

_TOLD = 5  # pseudonyms named in a refusal


def identify(study: Study, wanted: Sequence[str], *, key: str = "") -> dict[str, str]:
    """Return the client's own id of each pseudonym, sought in the rosters from the newest quarter back.

    Nothing is written anywhere. `key` is the study's own if none is given. A pseudonym that nobody on any roster has
    under it raises `StudyError`.
    """
    key = key or pseudonym_key(study)
    found: dict[str, str] = {}
    for quarter in reversed(study.quarters):
        if set(wanted) <= set(found):
            break
        for ids in _roster_ids(study, quarter):
            hidden = pseudonyms(ids, key).to_pylist()
            found = dict(zip(hidden, ids.to_pylist(), strict=True)) | found
    if unknown := [pseudonym for pseudonym in wanted if pseudonym not in found]:
        more = f" and {len(unknown) - _TOLD} more" if len(unknown) > _TOLD else ""
        raise StudyError(
            f"study {study.name}: nobody on its rosters is {', '.join(unknown[:_TOLD])}{more}; pseudonyms are those of "
            "one key, so use the key with which the tables were built"
        )
    return {pseudonym: found[pseudonym] for pseudonym in wanted}


def _roster_ids(study: Study, quarter: Quarter) -> Iterator[pa.Array]:
    """Yield the ids of each roster file of a quarter, as the client writes them."""
    column = "employee_id"
    for source in read_sources(study.folder).tables.get(STAFF.name, ()):
        for path in matching(study.raw, str(quarter), source):
            name = path.relative_to(study.raw).as_posix()
            for raw in read(path, source, name):
                rows, _ = selected(without_totals(raw, STAFF, source)[0], source)
                ((_, texts),) = raw_parts(rows, source.columns[column], name, column)
                yield convert(texts, STAFF.columns[column], source.columns[column]).values.drop_null()
