"""What a client's file holds, before anything is said about it: format, encoding, sheets and a sample of rows."""

from __future__ import annotations

import codecs
import csv
import itertools
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from design_lab.errors import DataError
from design_lab.files import TEMPORARY_MARK
from design_lab.ingest.draft.heads import Head, find_head
from design_lab.ingest.readers.workbook import as_text, read_sheets

if TYPE_CHECKING:
    import pyarrow as pa

Row = list[str | None]
_BEGINNING, _END = 1 << 22, 1 << 16  # bytes of a delimited file that are looked at
_DELIMITERS = (",", "\t", ";", "|")
_OTHERS = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"BM": "a picture",
    b"Rar!": "an archive",
    b"7z\xbc\xaf": "an archive",
    b"\x1f\x8b": "a compressed file",
    b"{\\rtf": "a text document",
}
_SYSTEM_FILES = ("thumbs.db", "desktop.ini")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One sheet, or one file without sheets: its columns under their names, (rows,) each, as the reader would see them.

    `repeated` are names that the header holds more than once, so that nobody can say which is meant; `whole` is false
    where only the beginning and the end of a long file were looked at.
    """

    format: str
    sheet: str | None
    sheets: int
    head: Head
    encoding: str
    delimiter: str
    columns: dict[str, pa.Array]
    repeated: tuple[str, ...]
    whole: bool

    @property
    def rows(self) -> int:
        """How many rows were looked at."""
        return len(next(iter(self.columns.values()), ()))

    @property
    def shape(self) -> tuple[object, ...]:
        """What files must have in common to be read by one mapping."""
        return (self.format, self.head, self.encoding, self.delimiter)


def read_samples(path: Path, name: str) -> list[Sample]:
    """Return a sample of each sheet that has a header; `DataError` says why a file is no table, or cannot be read."""
    if path.name.startswith("~$"):
        raise DataError(f"{name}: is the lock file of a workbook that is open elsewhere, no data")
    if path.name.startswith(".") or path.name.casefold() in _SYSTEM_FILES or TEMPORARY_MARK in path.name:
        raise DataError(f"{name}: is a file of the system, no data")
    try:
        with path.open("rb") as file:
            beginning = file.read(_BEGINNING)
        found = _opened(path, beginning, name)
    except OSError as error:
        raise DataError(f"{name}: cannot be opened ({error.strerror or error}); check its rights") from None
    if not found:
        raise DataError(f"{name}: holds no header with rows beneath it, so it is no table")
    return found


def _opened(path: Path, beginning: bytes, name: str) -> list[Sample]:
    for mark, what in _OTHERS.items():
        if beginning.startswith(mark):
            raise DataError(f"{name}: is {what}, no table; ask for the table behind it, if there is one")
    if not beginning.strip():
        raise DataError(f"{name}: is empty; ask for it again")
    if beginning.startswith(b"PAR1"):
        return _of_parquet(path, name)
    if beginning.startswith(b"PK"):
        _check_book(path, name)
        return _of_workbook(path, "xlsx", name)
    if beginning.startswith(b"\xd0\xcf\x11\xe0"):
        return _of_workbook(path, "xls", name)
    return _of_text(path, beginning, name)


def _check_book(path: Path, name: str) -> None:
    """A workbook is a zip archive, but not every archive is one."""
    try:
        with zipfile.ZipFile(path) as book:
            parts = book.namelist()
    except zipfile.BadZipFile:
        raise DataError(f"{name}: is a damaged workbook or archive; ask for it again") from None
    if not any(part.startswith("xl/workbook.") for part in parts):
        raise DataError(f"{name}: is a document or an archive without a workbook in it; unpack it, or leave it out")


def _of_workbook(path: Path, form: str, name: str) -> list[Sample]:
    sheets = read_sheets(path, name, list)
    found = []
    for sheet, cells in sheets:
        rows = [[as_text(cell) for cell in row] for row in cells]
        made = _sample(rows, form=form, sheet=sheet, sheets=len(sheets), encoding="utf-8", delimiter=",", whole=True)
        found += [made] if made else []
    return found


def _of_parquet(path: Path, name: str) -> list[Sample]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(path)
        groups = sorted({0, file.num_row_groups - 1})
        table = file.read_row_groups(groups, use_threads=False) if file.num_row_groups else file.read()
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError(f"{name}: cannot be read as parquet: {str(error).splitlines()[0]}; ask for it again") from None
    if not table.num_rows:
        raise DataError(f"{name}: has no rows; ask for it again")
    columns = {column: table[column].combine_chunks() for column in dict.fromkeys(table.column_names)}
    head = Head(first_row=1, rows=1, names=tuple(table.column_names))
    whole = file.num_row_groups <= len(groups)
    return [
        Sample(
            format="parquet", sheet=None, sheets=1, head=head, encoding="utf-8", delimiter=",",
            columns=columns, repeated=(), whole=whole,
        )
    ]  # fmt: skip


def _of_text(path: Path, beginning: bytes, name: str) -> list[Sample]:
    encoding = _encoding(beginning)
    if encoding is None:
        raise DataError(
            f"{name}: is neither a workbook nor parquet nor text in UTF-8, GB18030 or UTF-16; ask for it again"
        )
    if beginning.lstrip().lower().startswith((b"<html", b"<!doctype html", b"<table", b"<?xml")):
        raise DataError(f"{name}: is a web page or XML, whatever its name says; open it and save it as .xlsx")
    whole = path.stat().st_size <= len(beginning)
    text = _decoded(beginning, encoding)
    lines = text.splitlines() if whole else text.splitlines()[:-1]
    delimiter = _delimiter(lines[:50])
    if not whole:
        lines += _last_lines(path, encoding)
    try:
        rows = [
            [cell.removeprefix("\ufeff").strip() or None for cell in row]
            for row in csv.reader(lines, delimiter=delimiter)
        ]
    except csv.Error as error:
        raise DataError(f"{name}: cannot be read as delimited text ({error}); ask for it again") from None
    made = _sample(rows, form="csv", sheet=None, sheets=1, encoding=encoding, delimiter=delimiter, whole=whole)
    return [made] if made else []


def _encoding(beginning: bytes) -> str | None:
    """The first encoding in which the beginning of a file is text; a Chinese export is GB18030 or UTF-8."""
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in beginning:
        return None
    for encoding in ("utf-8", "gb18030"):
        try:
            text = _decoded(beginning, encoding)
        except UnicodeDecodeError:
            continue
        if all(letter.isprintable() or letter.isspace() or letter == "\ufeff" for letter in text[:20_000]):
            return encoding
    return None


def _decoded(content: bytes, encoding: str) -> str:
    """Decode the beginning of a file; a character cut at its end is no fault."""
    return codecs.getincrementaldecoder(encoding)().decode(content)


def _last_lines(path: Path, encoding: str) -> list[str]:
    """The last lines of a long file, so that its last day is seen."""
    with path.open("rb") as file:
        file.seek(-_END, 2)
        end = file.read()
    if encoding == "utf-16":  # its units have two bytes, and the mark of their order stands at the beginning alone
        encoding = "utf-16-le" if path.open("rb").read(2) == codecs.BOM_UTF16_LE else "utf-16-be"
    return end.decode(encoding, errors="ignore").splitlines()[1:]


def _delimiter(lines: Sequence[str]) -> str:
    """The delimiter that parts most of the lines into the same, greatest number of cells."""

    def judged(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        common = max(set(widths), key=lambda width: (widths.count(width), width), default=0)
        return (widths.count(common) if common > 1 else 0, common)

    return max(_DELIMITERS, key=judged)


def _sample(
    rows: list[Row], *, form: str, sheet: str | None, sheets: int, encoding: str, delimiter: str, whole: bool
) -> Sample | None:
    """A sample of the rows beneath the header, or None where none can be told."""
    import pyarrow as pa

    head = find_head(rows)
    if head is None:
        return None
    body = [row for row in rows[head.first_row - 1 + head.rows :] if any(row)]
    if not body:
        return None
    width = len(head.names)
    level = [[*row[:width], *[None] * (width - len(row))] for row in body]
    texts = dict(zip(head.names, itertools.zip_longest(*level), strict=False))
    counted = [name for name in head.names if name]
    return Sample(
        format=form, sheet=sheet, sheets=sheets, head=head, encoding=encoding, delimiter=delimiter,
        columns={name: pa.array(values, pa.string()) for name, values in texts.items() if name},
        repeated=tuple(dict.fromkeys(name for name in counted if counted.count(name) > 1)),
        whole=whole,
    )  # fmt: skip
