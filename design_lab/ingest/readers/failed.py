"""What the workbook library does not say of an .xlsx: failed formulas (#REF!), given as blanks, and how large it is."""

from __future__ import annotations

import html
import re
import struct
import zipfile
import zlib
from pathlib import Path

from design_lab.errors import DataError, place

DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, UnicodeDecodeError, EOFError, RuntimeError)  # archives
_MOST_CELLS = 60_000_000  # of a sheet, blank ones between others too: 1.5 GB in the library's memory
_FEW_COLUMNS, _MOST_COLUMNS = 26, 16_384  # those of one letter, those of the format
_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*\br="(\d{1,7})"')
_WIDE = re.compile(rb'<(?:\w+:)?c\b[^>]*\br="([A-Z]{2,3})\d+"')
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_FAILED = re.compile(
    rb'<(?:\w+:)?c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]+)(\d+)"[^>]*>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]*)<',
    re.DOTALL,
)


def failed_cells(content: bytes) -> dict[tuple[int, int], str]:
    """Return what stands in each failed cell of a sheet's `sheet_part`, by (row, column) from 0."""
    if b't="e"' not in content:
        return {}
    return {(int(row) - 1, _column(name)): said.decode("utf-8") for name, row, said in _FAILED.findall(content)}


def refuse_vast(content: bytes, sheet: str, name: str) -> None:
    """Raise `DataError` for a sheet whose corners lie so far apart that no memory holds what is between them."""
    rows = max((int(row) for row in _ROW.findall(content)), default=0)
    if rows * _MOST_COLUMNS > _MOST_CELLS:
        columns = max((_column(letters) + 1 for letters in set(_WIDE.findall(content))), default=_FEW_COLUMNS)
        if rows * columns > _MOST_CELLS:
            raise DataError(
                f"{place(name, sheet=sheet)}: a cell stands in row {rows:,} and one in column number {columns:,}, too "
                "far apart to be read; delete the rows and columns below and beside the table, and save it again"
            )


def sheet_part(path: Path, sheet: str) -> bytes:
    """Return the bytes of the part that holds a sheet; none for other formats, or where it is not found."""
    if not zipfile.is_zipfile(path):
        return b""
    with zipfile.ZipFile(path) as book:
        part = _part(book, sheet)
        return book.read(part) if part in book.namelist() else b""


def _part(book: zipfile.ZipFile, sheet: str) -> str:
    """The name of the part that holds a sheet, by the workbook's list and its relations; empty if unknown."""
    names = {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"}
    if not names <= set(book.namelist()):
        return ""
    listed = {_said(tag, b"name"): _said(tag, b"r:id") for tag in _SHEET.findall(book.read("xl/workbook.xml"))}
    relations = _RELATION.findall(book.read("xl/_rels/workbook.xml.rels"))
    targets = {_said(tag, b"Id"): _said(tag, b"Target") for tag in relations}
    target = targets.get(listed.get(sheet, ""), "")
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _said(tag: bytes, attribute: bytes) -> str:
    match = re.search(rb"\s" + attribute + rb'="([^"]*)"', tag)
    return html.unescape(match[1].decode("utf-8")) if match else ""


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
