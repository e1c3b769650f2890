"""Which of a file's rows belong to the table: totals are checked and put away, other rows set aside by their words."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from design_lab.arrivals import Disagreement, SetAside
from design_lab.ingest.convert import convert
from design_lab.ingest.mapping import Rows, Source
from design_lab.ingest.origin import CLOCK, DURATION_UNITS, From
from design_lab.ingest.readers import RawRows
from design_lab.schema import Column, Table

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

_NAMED_VALUES = 20  # of the words whose rows were set aside, the most frequent


def without_totals(rows: RawRows, table: Table, source: Source) -> tuple[RawRows, int, tuple[Disagreement, ...]]:
    """Return the rows without totals, how many totals there were, and which of them are not the sum of their rows."""
    if source.subtotals is None:
        return rows, 0, ()
    import pyarrow as pa
    import pyarrow.compute as pc

    words = pa.array(source.subtotals.words, pa.string())
    ranks = pc.fill_null(pc.index_in(_text(rows, source.subtotals.column), value_set=words), -1)
    ranked = ranks.to_numpy(zero_copy_only=False)
    found = [
        disagreement
        for column, origin in source.columns.items()
        if _is_summed(table.columns[column], origin)
        for shown in origin.columns
        for disagreement in _disagreements(rows, shown, table.columns[column], origin, ranked)
    ]
    return _kept(rows, pc.less(ranks, 0)), int((ranked >= 0).sum()), tuple(found)


def selected(rows: RawRows, source: Source) -> tuple[RawRows, tuple[SetAside, ...]]:
    """Return the rows that the mapping keeps, and for the others how many there were of each word."""
    import pyarrow.compute as pc

    aside: list[SetAside] = []
    for choice, reason in [(c, "keep_rows") for c in source.keep_rows] + [(c, "drop_rows") for c in source.drop_rows]:
        marked = _marked(rows, choice)
        kept = marked if reason == "keep_rows" else pc.invert(marked)
        aside += _tally(_text(rows, choice.column).filter(pc.invert(kept)), reason, choice.column)
        rows = _kept(rows, kept)
    return rows, tuple(aside)


def _text(rows: RawRows, column: str) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    whole = rows.columns[column].cast(pa.string())
    return pc.utf8_trim_whitespace(whole.combine_chunks() if isinstance(whole, pa.ChunkedArray) else whole)


def _marked(rows: RawRows, choice: Rows) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.is_in(_text(rows, choice.column), value_set=pa.array(choice.words, pa.string()))


def _kept(rows: RawRows, kept: pa.Array) -> RawRows:
    return replace(rows, columns=rows.columns.filter(kept), row_numbers=rows.row_numbers.filter(kept))


def _tally(values: pa.Array, reason: str, column: str) -> list[SetAside]:
    counted = Counter(values.to_pylist()).most_common()
    found = [
        SetAside(reason=reason, column=column, value=value, count=count) for value, count in counted[:_NAMED_VALUES]
    ]
    if rest := sum(count for _, count in counted[_NAMED_VALUES:]):
        found.append(SetAside(reason=reason, column=column, value="(other words)", count=rest))
    return found


def _is_summed(column: Column, origin: From) -> bool:
    return column.kind in ("count", "milliseconds") and bool(origin.columns) and not origin.is_span


def _disagreements(rows: RawRows, shown: str, column: Column, origin: From, ranks: np.ndarray) -> list[Disagreement]:
    """Hold each total of one column against the rows between it and the last total of its own or an outer rank."""
    import numpy as np
    import pyarrow.compute as pc

    raw = rows.columns[shown].combine_chunks()
    values = convert(raw, column, origin).values
    stated = values.to_pylist()
    parts = np.where(ranks < 0, pc.fill_null(values, 0).to_numpy(zero_copy_only=False), 0)
    up_to = np.concatenate([[0], np.cumsum(parts)])
    slack = _rounding(raw.to_pylist(), column, origin)
    begins = dict.fromkeys(range(int(ranks.max(initial=-1)) + 1), 0)
    found = []
    for at in np.flatnonzero(ranks >= 0):
        rank, total = int(ranks[at]), stated[at]
        counted = int(up_to[at] - up_to[begins[rank]])
        allowed = slack * (at - begins[rank] + 1)
        if total is not None and abs(total - counted) > allowed:
            number = rows.row_numbers[int(at)].as_py()
            found.append(
                Disagreement(column=shown, row=number, stated=str(raw[int(at)]), counted=_said(counted, origin))
            )
        begins |= {inner: int(at) + 1 for inner in begins if inner <= rank}
    return found


def _rounding(texts: list[object], column: Column, origin: From) -> float:
    """How far one rounded number may stand from its true value, in the unit of the table; a count is exact."""
    if column.kind == "count":
        return 0.0
    unit = DURATION_UNITS.get(origin.unit or "", 1000)
    decimals = max((len(match[1]) for text in texts if (match := re.search(r"\.(\d+)$", str(text)))), default=0)
    return unit * 10.0**-decimals / 2


def _said(counted: int, origin: From) -> str:
    """The sum in the client's own unit."""
    if origin.unit == CLOCK:
        seconds = counted // 1000
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{counted / DURATION_UNITS.get(origin.unit or '', 1):.10g}"
