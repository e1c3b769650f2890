"""The ledger: what was said of the future, frozen before it could be known.

Lines are only appended. Each holds the hash of its content with that of the line before it, so that a line that was
changed, taken out or put in is named.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from design_lab.errors import LedgerError
from design_lab.files import replacing, sha256_of, sweep

FILE = "ledger.jsonl"
_FIRST = ""  # what stands before the first line


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line, counted from 1: its content, the hash of the line before, and its own of both."""

    number: int
    content: Mapping[str, Any]
    before: str
    hash: str


def read_ledger(path: Path) -> tuple[Line, ...]:
    """Return all lines in order, none if there is no file; the first that does not hold raises `LedgerError`."""
    if not path.is_file():
        return ()
    lines: list[Line] = []
    *whole, rest = path.read_bytes().split(b"\n")
    for number, text in enumerate(whole, 1):
        line = _line(text, number, lines[-1].hash if lines else _FIRST)
        if line is None:
            raise _changed(path, number)
        lines.append(line)
    if rest or not whole:
        raise _changed(path, len(lines) + 1)
    return tuple(lines)


def append(path: Path, contents: Sequence[Mapping[str, Any]]) -> tuple[Line, ...]:
    """Append lines to a ledger that holds, all of them or none, and return them; earlier lines keep their bytes."""
    sweep(path.parent)
    lines = list(read_ledger(path))
    kept = b"".join(_written(line) for line in lines)
    for content in contents:
        before = lines[-1].hash if lines else _FIRST
        lines.append(Line(number=len(lines) + 1, content=content, before=before, hash=_hash(before, content)))
    new = lines[len(lines) - len(contents) :]
    with replacing(path) as temporary:
        temporary.write_bytes(kept + b"".join(_written(line) for line in new))
        if (path.read_bytes() if path.is_file() else b"") != kept:
            raise LedgerError(f"{_shown(path)}: was written to by another command at the same time; run this one again")
    return tuple(new)


def _line(text: bytes, number: int, before: str) -> Line | None:
    """Read one line as it was written after one with the hash `before`; None if it was not."""
    try:
        line = Line(number=number, **json.loads(text))
        holds = line.before == before and line.hash == _hash(before, line.content) and _written(line) == text + b"\n"
    except (ValueError, TypeError, RecursionError):
        return None
    return line if holds and isinstance(line.content, dict) else None


def _written(line: Line) -> bytes:
    content = {"content": line.content, "before": line.before, "hash": line.hash}
    return json.dumps(content, ensure_ascii=False, allow_nan=False).encode("utf-8") + b"\n"


def _hash(before: str, content: Any) -> str:
    return sha256_of([before, content])


def _changed(path: Path, number: int) -> LedgerError:
    return LedgerError(
        f"{_shown(path)}, line {number}: was changed after it was written, or is not whole; restore "
        "the file from a copy, since a frozen line is never edited"
    )


def _shown(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
