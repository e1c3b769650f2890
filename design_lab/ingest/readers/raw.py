"""A client's rows as they were received, and what is said of a file that cannot give them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from design_lab.errors import DataError, nearest, place

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRows:
    """A file's, or a sheet's, rows as they were received.

    `columns` holds the mapped columns (arrow strings, typed ones where the file was typed), all of the same length;
    `row_numbers` the rows' places in the file, counted from 1.
    """

    columns: pa.Table
    row_numbers: pa.Array
    sheet: str | None


def columns_there(
    name: str, sheet: str | None, wanted: list[str], header: Sequence[str], *, hint: str | None = None
) -> None:
    """Raise `DataError` naming each wanted column that the header lacks or holds twice; `hint` says what may help."""
    advice = hint or "Correct the mapping in sources.yaml or ask for the file again"
    # A row that holds none of the columns may be no header at all, and what stands there may be people's names.
    known = header if set(wanted) & set(header) else ["(none of the other mapped columns stands in this row either)"]
    near = {column: nearest(column, known) for column in wanted}
    faults = [
        f"{place(name, sheet=sheet, column=column)}: there is no such column; "
        f"{near[column]}{'' if near[column].endswith('?') else '.'} {advice}"
        for column in wanted
        if column not in header
    ]
    faults += [
        f"{place(name, sheet=sheet, column=column)}: the header holds it {header.count(column)} times, so nobody can "
        "say which is meant; ask for the file with a name of its own for each"
        for column in wanted
        if header.count(column) > 1
    ]
    if faults:
        raise DataError("\n".join(faults))


def joined_header(rows: Sequence[Sequence[str | None]]) -> list[str]:
    """Two-row headers are joined as 'group/column'; a cell merged over both rows stands once."""
    return ["/".join(dict.fromkeys(part for part in parts if part)) for parts in zip(*rows, strict=True)]


def header_elsewhere(wanted: list[str], rows: Sequence[Sequence[str | None]], stated: int) -> str | None:
    """Say in which of the first rows the wanted columns stand, if in another than the stated one."""
    for number, row in enumerate(rows, 1):
        if number != stated and set(wanted) <= {cell for cell in row if cell}:
            return f"They stand in row {number}: set header: {{first_row: {number}}} in sources.yaml"
    return None
