"""Delimited text (CSV, TSV and their kin) in any encoding that Python knows."""

from __future__ import annotations

import codecs
import csv
import itertools
import re
from pathlib import Path
from typing import TYPE_CHECKING

from design_lab.errors import DataError, place
from design_lab.ingest.mapping import Source, unknown_encoding
from design_lab.ingest.readers.raw import RawRows, columns_there, header_elsewhere, joined_header

if TYPE_CHECKING:
    import pyarrow as pa

_LOOKED_AT = 20  # rows in which a header is sought
_ENCODINGS = ("utf-8", "gb18030", "utf-16")


def read_delimited(path: Path, source: Source, name: str) -> list[RawRows]:
    """Read the mapped columns of a delimited file as text."""
    import numpy as np
    import pyarrow as pa

    header = _header(path, source, name)
    body_at = source.header.first_row - 1 + source.header.rows
    table = _body(path, source, name, header, body_at)
    numbers = pa.array(np.arange(body_at + 1, body_at + 1 + table.num_rows, dtype=np.int64))
    return [RawRows(columns=table, row_numbers=numbers, sheet=None)]


def _header(path: Path, source: Source, name: str) -> list[str]:
    if unknown_encoding(source.encoding):
        raise DataError(f"{name}: the encoding {source.encoding!r} of sources.yaml is not known")
    _without_nul(path, source, name)
    try:
        rows = _first_rows(path, source, source.encoding)
    except (UnicodeError, csv.Error) as error:
        raise DataError(_not_decoded(path, name, source, error)) from None
    if not any(rows):
        raise DataError(f"{name}: is empty; ask for it again")
    first = source.header.first_row - 1
    if len(rows) < first + source.header.rows:
        raise DataError(f"{name}: has {len(rows)} rows, so no header in row {first + 1}")
    parts = rows[first : first + source.header.rows]
    widest = max(map(len, parts))
    header = joined_header([[*part, *[""] * (widest - len(part))] for part in parts])
    wanted = source.read_columns
    if not set(wanted) <= set(header):
        hint = header_elsewhere(wanted, rows, first + 1) or _other_encoding(path, source, wanted)
        columns_there(name, None, wanted, header, hint=hint or _other_delimiter(header))
    columns_there(name, None, wanted, header)
    return header


def _first_rows(path: Path, source: Source, encoding: str) -> list[list[str]]:
    count = max(_LOOKED_AT, source.header.first_row + source.header.rows)
    with path.open(encoding=encoding, newline="") as file:
        rows = list(itertools.islice(csv.reader(file, delimiter=source.delimiter), count))
    return [[cell.removeprefix("\ufeff").strip() for cell in row] for row in rows]


def _without_nul(path: Path, source: Source, name: str) -> None:
    """A NUL byte in text is the trace of a crash while writing, unless the encoding is made of such bytes."""
    if source.encoding.lower().replace("_", "-").startswith(("utf-16", "utf-32")):
        return
    line = 1
    with path.open("rb") as file:
        while block := file.read(1 << 22):
            at = block.find(b"\0")
            if at >= 0:
                if block.startswith((b"\xff\xfe", b"\xfe\xff")) and line == 1:
                    return  # UTF-16: the decoder says so
                row = line + block.count(b"\n", 0, at)
                raise DataError(f"{place(name, row=row)}: holds a NUL byte, so the file is damaged; ask for it again")
            line += block.count(b"\n")


def _other_encoding(path: Path, source: Source, wanted: list[str]) -> str | None:
    for encoding in _ENCODINGS:
        if codecs.lookup(encoding).name == codecs.lookup(source.encoding).name:
            continue
        try:
            rows = _first_rows(path, source, encoding)
        except (UnicodeError, csv.Error):
            continue
        if any(set(wanted) <= set(row) for row in rows):
            return f"Read as {encoding} its columns are there: set encoding: {encoding} in sources.yaml"
    return None


def _other_delimiter(header: list[str]) -> str | None:
    if len(header) != 1:
        return None
    for word, mark in (("tab", "\t"), ("semicolon", ";"), ("comma", ","), ("pipe", "|")):
        if mark in header[0]:
            return f"The header seems to be parted by another delimiter: set delimiter: {word} in sources.yaml"
    return None


def _body(path: Path, source: Source, name: str, header: list[str], skipped: int) -> pa.Table:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    # Columns that nobody asked for may be nameless or of one name.
    names = [column if column in source.read_columns else f"\0{at}" for at, column in enumerate(header)]
    try:
        return arrow_csv.read_csv(
            path,
            read_options=arrow_csv.ReadOptions(
                encoding=source.encoding, use_threads=False, skip_rows=skipped, column_names=names
            ),
            parse_options=arrow_csv.ParseOptions(delimiter=source.delimiter, newlines_in_values=False),
            convert_options=arrow_csv.ConvertOptions(
                column_types={column: pa.string() for column in names},
                include_columns=source.read_columns,
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
    except UnicodeError as error:
        raise DataError(_not_decoded(path, name, source, error)) from None
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            return pa.table({column: pa.array([], pa.string()) for column in source.read_columns})
        said = re.sub(r"(got \d+):.*", r"\1", str(error).splitlines()[0])  # the row itself may hold a name
        raise DataError(f"{name}: cannot be read as CSV: {said}; ask for it again") from None


def _not_decoded(path: Path, name: str, source: Source, error: Exception) -> str:
    row, byte = None, ""
    if isinstance(error, UnicodeDecodeError):
        byte = f": byte {error.object[error.start]:#04x} does not belong there"
        row = _first_bad_line(path, source.encoding)
    advice = "set the right encoding in sources.yaml (gb18030 for most Chinese exports, utf-8 for most others)"
    if hint := _other_encoding(path, source, source.read_columns):
        advice = hint[:1].lower() + hint[1:]
    return f"{place(name, row=row)}: is not in the encoding {source.encoding}{byte}; {advice}"


def _first_bad_line(path: Path, encoding: str) -> int | None:
    if encoding.lower().startswith(("utf-16", "utf-32", "utf_16", "utf_32")):
        return None
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode(encoding)
            except UnicodeDecodeError:
                return number
    return None
