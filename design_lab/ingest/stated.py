"""Means that a client's file states beside its counts: read to be compared with them, never to be used."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from design_lab.ingest.convert import convert
from design_lab.ingest.mapping import Source
from design_lab.ingest.origin import CLOCK, DURATION_UNITS, SHARE, From
from design_lab.ingest.readers import RawRows
from design_lab.schema import STATED_MEANS

if TYPE_CHECKING:
    import pyarrow as pa


def stated_values(rows: RawRows, whole: pa.Table, source: Source, sound: pa.Array) -> pa.Table | None:
    """Return what the file states for each sound row, or None if the mapping names no such column.

    Columns: employee_id, date, period_end, mean (a key of `STATED_MEANS`), stated (in its unit there) and slack, half
    of the last digit that the file writes. What cannot be read as a number, such as a failed division, states nothing.
    """
    import pyarrow as pa

    if not source.checks:
        return None
    means = {name: column for columns in STATED_MEANS.values() for name, column in columns.items()}
    parts = []
    for name, origin in source.checks.items():
        raw = rows.columns[origin.columns[0]].combine_chunks()
        stated = convert(raw, means[name], origin).values
        count = len(stated)
        part = whole.select(["employee_id", "date", "period_end"])
        part = part.append_column("mean", pa.array([name] * count, pa.string()))
        part = part.append_column("stated", stated)
        part = part.append_column("slack", pa.array([_half_digit(raw.to_pylist(), origin)] * count, pa.int64()))
        parts.append(part.filter(sound).filter(stated.filter(sound).is_valid()))
    return pa.concat_tables(parts)


def _half_digit(texts: list[object], origin: From) -> int:
    """How far a written number may stand from its true value, in the unit of the table, and at least 1."""
    said = [str(text).strip() for text in texts if text is not None]
    decimals = max((len(match[1]) for text in said if (match := re.search(r"\.(\d+)", text))), default=0)
    if origin.unit in DURATION_UNITS or origin.unit == CLOCK:
        unit = DURATION_UNITS.get(origin.unit or "", 1000)
    else:
        is_share = origin.unit == SHARE and not any(text.endswith(("%", "\uff05")) for text in said)
        unit = 10_000 if is_share else 100
    return max(1, math.ceil(unit * 10.0**-decimals / 2))
