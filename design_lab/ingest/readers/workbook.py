"""Workbooks, .xlsx and .xls: sheets by name, number or pattern, two-row headers, merged cells."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from design_lab.errors import DataError, nearest, place
from design_lab.ingest.mapping import Source
from design_lab.ingest.readers.compound import refuse_circles
from design_lab.ingest.readers.failed import DAMAGED, failed_cells, refuse_vast, sheet_part
from design_lab.ingest.readers.raw import RawRows, columns_there, header_elsewhere, joined_header

_LOOKED_AT = 20  # rows in which a header is sought
# A full sheet of 1,048,576 rows and 12 columns of calls was measured at 0.58 GB of XML, 9 times its file; zeros at 14.
_LARGEST, _SUSPICIOUS, _MOST_PACKED = 2_000_000_000, 100_000_000, 100
Cells = list[list[Any]]


def read_workbook(path: Path, source: Source, name: str) -> list[RawRows]:
    """Read the mapped columns of a workbook's sheets as text, cells of merged ranges filled."""
    sheets = read_sheets(path, name, lambda there: _chosen(there, source, name))
    return [_rows(cells, source, name, sheet) for sheet, cells in sheets]


def read_sheets(path: Path, name: str, choose: Callable[[list[str]], list[str]]) -> list[tuple[str, Cells]]:
    """Read the cells of the sheets chosen by name, merged ranges filled; a locked or damaged file is `DataError`."""
    import python_calamine as calamine

    try:
        refuse_circles(path, name)
        _refuse_bombs(path, name)
        book = calamine.CalamineWorkbook.from_path(path)
        failed = []
        for sheet in choose(book.sheet_names):
            content = sheet_part(path, sheet)
            refuse_vast(content, sheet, name)
            failed.append((sheet, failed_cells(content)))
        return [(sheet, _filled(book.get_sheet_by_name(sheet), said)) for sheet, said in failed]
    except calamine.PasswordError:
        raise DataError(f"{name}: is protected by a password; ask for it without one") from None
    except (*DAMAGED, calamine.CalamineError, OSError) as error:
        raise DataError(f"{name}: cannot be read as a workbook ({error}); ask for it again") from None
    except BaseException as error:  # the library is written in Rust, and its panics are no `Exception`
        if type(error).__name__ != "PanicException":
            raise
        raise DataError(f"{name}: cannot be read as a workbook (it is damaged); ask for it again") from None


def _refuse_bombs(path: Path, name: str) -> None:
    """A workbook is unpacked in memory; one that is huge there, or is packed as no workbook packs, is not opened."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as book:
        size = sum(part.file_size for part in book.infolist())
    ratio = size / max(path.stat().st_size, 1)
    if size > _LARGEST or (size > _SUSPICIOUS and ratio > _MOST_PACKED):
        raise DataError(
            f"{name}: unpacks to {size / 1e6:,.0f} MB, {ratio:,.0f} times its size, which is more than is read as a "
            "workbook; ask for the data as CSV or parquet"
        )


def _chosen(there: list[str], source: Source, name: str) -> list[str]:
    """The sheets to be read: all of a pattern, one by name or number, else the first."""
    if not there:
        raise DataError(f"{name}: cannot be read as a workbook (it holds no sheet); ask for it again")
    if source.sheets is not None:
        found = [sheet for sheet in there if re.fullmatch(source.sheets, sheet)]
        if not found:
            raise DataError(f"{name}: no sheet is called like {source.sheets!r}; there are: {', '.join(there)}")
        return found
    if isinstance(source.sheet, int):
        if source.sheet > len(there):
            raise DataError(f"{name}: there is no sheet number {source.sheet}; there are {len(there)}")
        return [there[source.sheet - 1]]
    wanted = source.sheet if source.sheet is not None else there[0]
    if wanted not in there:
        raise DataError(f"{place(name, sheet=wanted)}: there is no such sheet; {nearest(wanted, there)}")
    return [wanted]


def _filled(sheet: Any, failed: dict[tuple[int, int], str]) -> Cells:
    """The cells of a sheet, failed formulas named, merged ranges filled with what stands at their upper left."""
    cells: Cells = sheet.to_python(skip_empty_area=False)
    for (row, column), said in failed.items():
        if row < len(cells) and column < len(cells[row]):
            cells[row][column] = said
    try:
        merged = sheet.merged_cell_ranges or []
    except Exception as error:  # the library has no name of its own for formats without such ranges
        if "merge" not in str(error).lower():
            raise
        merged = []
    for (top, left), (bottom, right) in merged:
        for row in range(top, min(bottom + 1, len(cells))):
            for column in range(left, min(right + 1, len(cells[row]))):
                cells[row][column] = cells[top][left]
    return cells


def _rows(cells: Cells, source: Source, name: str, sheet: str) -> RawRows:
    import pyarrow as pa

    first = source.header.first_row - 1
    body_at = first + source.header.rows
    if len(cells) < body_at:
        raise DataError(f"{place(name, sheet=sheet)}: has {len(cells)} rows, so no header in row {first + 1}")
    header = joined_header([[as_text(cell) for cell in row] for row in cells[first:body_at]])
    wanted = source.read_columns
    if not set(wanted) <= set(header):
        tops = [[as_text(cell) for cell in row] for row in cells[:_LOOKED_AT]]
        columns_there(name, sheet, wanted, header, hint=header_elsewhere(wanted, tops, first + 1))
    columns_there(name, sheet, wanted, header)
    filled = [(number, row) for number, row in enumerate(cells[body_at:], body_at + 1) if any(c != "" for c in row)]
    columns = {
        column: pa.array([as_text(row[at]) for _, row in filled], pa.string())
        for column, at in ((column, header.index(column)) for column in wanted)
    }
    numbers = pa.array([number for number, _ in filled], pa.int64())
    return RawRows(columns=pa.table(columns), row_numbers=numbers, sheet=sheet)


def as_text(cell: Any) -> str | None:
    """Write a cell as a CSV of the same sheet would hold it."""
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
