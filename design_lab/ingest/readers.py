"""A client's file as columns of text, each row with its number in the file."""

from __future__ import annotations

import codecs
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from design_lab.errors import DataError, nearest, place
from design_lab.files import TEMPORARY_MARK
from design_lab.ingest.mapping import Source

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRows:
    """A file's rows as they were received.

    `columns` holds the mapped columns (arrow strings, typed ones where the file was typed), all of the same length;
    `row_numbers` the rows' places in the file, counted from 1; `dropped` how many subtotal rows were left aside.
    """

    columns: pa.Table
    row_numbers: pa.Array
    sheet: str | None
    dropped: int


def read(path: Path, source: Source, name: str) -> RawRows:
    """Read the mapped columns of a file; `name` is how errors call it.

    A file that cannot be read, or lacks a sheet or a column, raises `DataError` saying which and what is there.
    """
    wanted = [column for origin in source.columns.values() for column in origin.columns]
    if source.drop_rows:
        wanted.append(source.drop_rows.column)
    reader = {"csv": _read_csv, "xlsx": _read_xlsx, "parquet": _read_parquet}[source.format]
    return _without_dropped(reader(path, source, name, list(dict.fromkeys(wanted))), source)


def _without_dropped(rows: RawRows, source: Source) -> RawRows:
    if source.drop_rows is None:
        return rows
    import pyarrow as pa
    import pyarrow.compute as pc

    words = pa.array(source.drop_rows.words, pa.string())
    marked = pc.is_in(pc.utf8_trim_whitespace(rows.columns[source.drop_rows.column]), value_set=words)
    kept = pc.invert(marked)
    return RawRows(
        columns=rows.columns.filter(kept),
        row_numbers=rows.row_numbers.filter(kept.combine_chunks()),
        sheet=rows.sheet,
        dropped=pc.sum(marked).as_py() or 0,
    )


def _missing_columns(name: str, sheet: str | None, wanted: list[str], there: list[str]) -> None:
    missing = [column for column in wanted if column not in there]
    if missing:
        raise DataError(
            "\n".join(
                f"{place(name, sheet=sheet, column=column)}: there is no such column; {nearest(column, there)}. "
                "Correct the mapping in sources.yaml or ask for the file again"
                for column in missing
            )
        )


def _read_csv(path: Path, source: Source, name: str, wanted: list[str]) -> RawRows:
    import pyarrow as pa
    from pyarrow import csv

    header = _csv_header(path, source, name)
    _missing_columns(name, None, wanted, header)
    try:
        table = csv.read_csv(
            path,
            read_options=csv.ReadOptions(encoding=source.encoding, use_threads=False),
            parse_options=csv.ParseOptions(delimiter=source.delimiter),
            convert_options=csv.ConvertOptions(
                column_types={column: pa.string() for column in header},
                include_columns=wanted,
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
    except UnicodeDecodeError as error:
        raise DataError(_not_decoded(name, source, error)) from None
    except pa.ArrowInvalid as error:
        raise DataError(f"{name}: cannot be read as CSV: {str(error).splitlines()[0]}; ask for it again") from None
    return RawRows(columns=table, row_numbers=pa.array(range(2, table.num_rows + 2), pa.int64()), sheet=None, dropped=0)


def _csv_header(path: Path, source: Source, name: str) -> list[str]:
    import csv

    try:
        codecs.lookup(source.encoding)
        with path.open(encoding=source.encoding, newline="") as file:
            header = next(csv.reader(file, delimiter=source.delimiter), None)
    except LookupError:
        raise DataError(f"{name}: the encoding {source.encoding!r} of sources.yaml is not known") from None
    except UnicodeDecodeError as error:
        raise DataError(_not_decoded(name, source, error)) from None
    if not header:
        raise DataError(f"{name}: is empty; ask for it again")
    return [column.removeprefix("\ufeff") for column in header]


def _not_decoded(name: str, source: Source, error: UnicodeDecodeError) -> str:
    return (
        f"{name}: is not in the encoding {source.encoding}: byte {error.object[error.start]:#04x} does not belong "
        "there; set the right encoding in sources.yaml (gb18030 for most Chinese exports, utf-8 for most others)"
    )


def _read_parquet(path: Path, source: Source, name: str, wanted: list[str]) -> RawRows:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        there = parquet.read_schema(path).names
        _missing_columns(name, None, wanted, there)
        table = parquet.read_table(path, columns=wanted, use_threads=False)
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError(f"{name}: cannot be read as parquet: {str(error).splitlines()[0]}; ask for it again") from None
    return RawRows(columns=table, row_numbers=pa.array(range(1, table.num_rows + 1), pa.int64()), sheet=None, dropped=0)


def _read_xlsx(path: Path, source: Source, name: str, wanted: list[str]) -> RawRows:
    import pyarrow as pa

    sheet, cells = _sheet_cells(path, source, name)
    first = source.header.first_row - 1
    body_at = first + source.header.rows
    if len(cells) < body_at:
        raise DataError(f"{place(name, sheet=sheet)}: has {len(cells)} rows, so no header in row {first + 1}")
    header = _joined_header(cells[first:body_at])
    _missing_columns(name, sheet, wanted, header)
    filled = [(number, row) for number, row in enumerate(cells[body_at:], body_at + 1) if any(c != "" for c in row)]
    columns = {
        column: pa.array([_as_text(row[header.index(column)]) for _, row in filled], pa.string()) for column in wanted
    }
    numbers = pa.array([number for number, _ in filled], pa.int64())
    return RawRows(columns=pa.table(columns), row_numbers=numbers, sheet=sheet, dropped=0)


def _sheet_cells(path: Path, source: Source, name: str) -> tuple[str, list[list[Any]]]:
    """The cells of the sheet, merged ranges filled with the value that stands at their upper left."""
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_path(path)
        sheet_name = source.sheet if source.sheet is not None else book.sheet_names[0]
        if sheet_name not in book.sheet_names:
            raise DataError(
                f"{place(name, sheet=sheet_name)}: there is no such sheet; {nearest(sheet_name, book.sheet_names)}"
            )
        sheet = book.get_sheet_by_name(sheet_name)
        cells = sheet.to_python(skip_empty_area=False)
        merged = sheet.merged_cell_ranges or []
    except calamine.PasswordError:
        raise DataError(f"{name}: is protected by a password; ask for it without one") from None
    except (calamine.CalamineError, OSError) as error:
        raise DataError(f"{name}: cannot be read as a workbook ({error}); ask for it again") from None
    for (top, left), (bottom, right) in merged:
        for row in range(top, min(bottom + 1, len(cells))):
            for column in range(left, min(right + 1, len(cells[row]))):
                cells[row][column] = cells[top][left]
    return sheet_name, cells


def _joined_header(rows: list[list[Any]]) -> list[str]:
    """Two-row headers are joined as 'group/column'; a cell merged over both rows stands once."""
    names = []
    for parts in zip(*rows, strict=True):
        texts = [_as_text(part) or "" for part in parts]
        names.append("/".join(dict.fromkeys(text for text in texts if text)))
    return names


def _as_text(cell: Any) -> str | None:
    if cell == "" or cell is None:
        return None
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.timedelta):
        seconds = round(cell.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell).strip() or None


def matching(folder: Path, source: Source) -> Iterator[Path]:
    """Yield the files of a source below a quarter's folder, in the order of their names."""
    # Excel's lock files (~$…) and what a killed writer left behind are no data.
    for path in sorted(folder.glob(source.files)):
        if path.is_file() and not path.name.startswith(("~$", ".")) and TEMPORARY_MARK not in path.name:
            yield path
