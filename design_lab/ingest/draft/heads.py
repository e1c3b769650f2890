"""Where the header of a sheet stands: below titles, in one row or in two."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from design_lab.catalogue.headers import headers
from design_lab.ingest.readers.raw import joined_header

_LOOKED_AT = 20  # rows in which a header is sought
_NUMBER = re.compile(r"[-+]?[\d.,:/%\-\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A header: its first row, counted from 1, how many rows it has, and the names as the reader joins them."""

    first_row: int
    rows: int
    names: tuple[str, ...]


def find_head(rows: Sequence[Sequence[str | None]]) -> Head | None:
    """Return the header that holds the most words of the trade, one row rather than two, the upper rather than a lower.

    Without two such words it is the first row of several different texts; None if there is none.
    """
    candidates = [
        head
        for at in range(min(_LOOKED_AT, len(rows)))
        for span in (1, 2)
        if (head := _head(rows, at, span)) is not None
    ]
    best = max(candidates, key=_merit, default=None)
    if best is not None and _merit(best)[0] >= 2:
        return best
    return next((head for head in candidates if head.rows == 1 and _is_wordy(head.names)), None)


def _head(rows: Sequence[Sequence[str | None]], at: int, span: int) -> Head | None:
    parts = rows[at : at + span]
    if len(parts) < span or len({cell for cell in parts[-1] if cell}) < 2:
        return None
    widest = max(map(len, parts))
    names = joined_header([[*part, *[None] * (widest - len(part))] for part in parts])
    return Head(first_row=at + 1, rows=span, names=tuple(names))


def _merit(head: Head) -> tuple[int, int, int]:
    filled = [name for name in head.names if name]
    known = sum(headers().knows(name) for name in set(filled))
    repeated = len(filled) - len(set(filled))
    return (known - repeated, -head.rows, -head.first_row)


def _is_wordy(names: Sequence[str]) -> bool:
    filled = [name for name in names if name]
    words = [name for name in filled if not _NUMBER.fullmatch(name)]
    return len(set(words)) >= 2 and len(words) == len(filled)
