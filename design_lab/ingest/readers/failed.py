"""Cells of an .xlsx whose formula failed (#REF!): the workbook library gives them as blanks, but they are no blanks."""

from __future__ import annotations

import html
import re
import zipfile
from pathlib import Path

_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_FAILED = re.compile(
    rb'<(?:\w+:)?c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]+)(\d+)"[^>]*>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]*)<',
    re.DOTALL,
)


def failed_cells(path: Path, sheet: str) -> dict[tuple[int, int], str]:
    """Return what stands in each failed cell of a sheet, by (row, column) from 0; none for other formats."""
    if not zipfile.is_zipfile(path):
        return {}
    with zipfile.ZipFile(path) as book:
        part = _part(book, sheet)
        content = book.read(part) if part in book.namelist() else b""
    if b't="e"' not in content:
        return {}
    return {(int(row) - 1, _column(name)): said.decode("utf-8") for name, row, said in _FAILED.findall(content)}


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
