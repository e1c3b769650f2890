"""Old workbooks (.xls) are small file systems: one whose chains of sectors run in a circle would be read for ever.

The layout is that of Microsoft's [MS-CFB], version 3 and 4.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from design_lab.errors import DataError

_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
_HEADER = 512
_LAST = 0xFFFFFFFA  # the largest number of a sector; what is above marks ends and free ones
_ENTRY = 128  # bytes of a directory entry
_MINI = 64  # bytes of a small sector


def refuse_circles(path: Path, name: str) -> None:
    """Raise `DataError` for a compound file in which a chain of sectors leads out of the file or into a circle."""
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            return
        content = _MAGIC + file.read()
    try:
        whole = all(_ends(content))
    except (struct.error, IndexError):
        whole = False
    if not whole:
        raise DataError(f"{name}: cannot be read as a workbook (it is cut off or damaged); ask for it again")


def _ends(content: bytes) -> Iterator[bool]:
    """Whether each chain of the file comes to its end."""
    shift = struct.unpack_from("<H", content, 30)[0]
    if shift not in (9, 12):
        yield False
        return
    size = 1 << shift
    sectors = (len(content) - max(size, _HEADER) + size - 1) // size
    directory, small_table, listed = (struct.unpack_from("<I", content, place)[0] for place in (48, 60, 68))
    tables = [number for number in struct.unpack_from("<109I", content, 76) if number <= _LAST]
    while listed <= _LAST:  # further lists of tables, each with the number of the next at its end
        if listed >= sectors or len(tables) > sectors:
            yield False
            return
        *more, listed = struct.unpack_from(f"<{size // 4}I", content, (listed + 1) * size)
        tables += [number for number in more if number <= _LAST]
    if len(set(tables)) < len(tables):
        yield False
        return
    table = [one for number in tables for one in struct.unpack_from(f"<{size // 4}I", content, (number + 1) * size)]
    folders = _chain(directory, table, sectors)
    smalls = _chain(small_table, table, sectors)
    yield folders is not None
    yield smalls is not None
    small = [one for n in smalls or () for one in struct.unpack_from(f"<{size // 4}I", content, (n + 1) * size)]
    for number in folders or ():
        for place in range((number + 1) * size, (number + 2) * size, _ENTRY):
            kind, start, length = content[place + 66], *struct.unpack_from("<II", content, place + 116)
            if kind == 5 or (kind == 2 and length >= 4096):
                yield _chain(start, table, sectors) is not None
            elif kind == 2 and length:
                yield _chain(start, small, len(small)) is not None


def _chain(start: int, table: list[int], most: int) -> list[int] | None:
    """The sectors of a chain; None where it does not end."""
    found: list[int] = []
    while start <= _LAST:
        if start >= len(table) or len(found) >= most:
            return None
        found.append(start)
        start = table[start]
    return found
