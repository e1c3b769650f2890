"""What was counted of a period, kept beside its tables: where nothing behind it has changed, it is read again.

Panels, courses of indicators, sums of teams and what signs of gaming are screened from: each a line of JSON and columns
in Arrow's format, in which nothing can be executed. One that is damaged, or was made by another version of the program
or of its libraries, of other tables or settings, is made anew.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from design_lab.files import replacing, sha256, sha256_of, tree
from design_lab.periods import Span
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

_LIBRARIES = ("duckdb", "ibis-framework", "numpy", "pandas", "pyarrow", "scipy", "statsmodels")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What was made of a period: data frames by name, and what else is told, as JSON knows it."""

    frames: Mapping[str, pd.DataFrame]
    told: Mapping[str, Any]


def kept(study: Study, span: Span, kind: str, make: Callable[[], Parts]) -> Parts:
    """Return what is kept of a period, or what `make` returns, which is then kept.

    Either comes from the same bytes, so that no sum depends on which it was. Where nothing can be written it is made
    each time. `kind` tells apart what is made of one period.
    """
    key = _key(study, span, kind)
    name = f"{span.label}-{kind}"
    path = study.counted / f"{name}-{key}.arrow"
    with contextlib.suppress(OSError, ValueError):
        return _unpacked(_unsealed(path.read_bytes()))
    packed = _packed(make())
    if _key(study, span, kind) == key:  # else tables were built meanwhile
        with contextlib.suppress(OSError):
            _keep(path, packed, name)
    return _unpacked(packed)


def _key(study: Study, span: Span, kind: str) -> str:
    """One digest of all that anything of a period is made of."""
    digests = study.digests()
    tables = {}
    for quarter in span.quarters(study.settings.calendar.month_ends_on):
        for path in sorted(study.tables.glob(f"*/{quarter}.parquet")):
            tables[f"{path.parent.name}/{quarter}"] = digests.of(path)
    cards = {name: card.model_dump(mode="json") for name, card in study.cards.items()}
    days = [str(span.first_day), str(span.last_day)]
    return sha256_of([_program(), study.settings.model_dump(mode="json"), cards, tables, kind, days])[:32]


@functools.cache
def _program() -> str:
    package = Path(__file__).parent.parent
    return sha256_of([tree(package, sha256), sys.version, [metadata.version(name) for name in _LIBRARIES]])


def _packed(parts: Parts) -> bytes:
    import pyarrow as pa

    sink = io.BytesIO()
    sink.write(json.dumps([list(parts.frames), parts.told], ensure_ascii=False).encode() + b"\n")
    for frame in parts.frames.values():
        table = pa.Table.from_pandas(frame)
        with pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table)
    return sink.getvalue()


def _unpacked(packed: bytes) -> Parts:
    import pyarrow as pa

    line, _, columns = packed.partition(b"\n")
    names, told = json.loads(line)
    source = pa.BufferReader(columns)
    return Parts(frames={name: pa.ipc.open_stream(source).read_pandas() for name in names}, told=told)


def _keep(path: Path, packed: bytes, name: str) -> None:
    """Write it, sealed, and take away what was kept of the same before."""
    with replacing(path) as temporary:
        temporary.write_bytes(_seal(packed) + packed)
    for older in path.parent.glob(f"{name}-*.arrow"):
        if older != path:
            older.unlink(missing_ok=True)


def _unsealed(sealed: bytes) -> bytes:
    packed = sealed[32:]
    if _seal(packed) != sealed[:32]:
        raise ValueError("what was kept is damaged")
    return packed


def _seal(packed: bytes) -> bytes:
    return hashlib.sha256(packed).digest()
