"""Which of a file's rows still stand: rows set aside, rows with faults, and every fault that they have."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from design_lab.arrivals import Cell, Fault, SetAside

if TYPE_CHECKING:
    import pyarrow as pa


class Sieve:
    """Each row of a file is sound, faulty, or set aside as none of the table's; faults hide no other faults.

    `numbers` are the rows' places in the file; of each fault the first `listed` cells are kept. `may_show` tells of a
    cell's text whether it may stand in a message that is passed on. `days` says how many days each row stands for, None
    where each is of one day or none.
    """

    def __init__(self, numbers: pa.Array, *, listed: int, may_show: Callable[[str], bool]) -> None:
        import pyarrow as pa

        self.numbers, self._listed, self._may_show = numbers, listed, may_show
        self.in_table = pa.array([True] * len(numbers), pa.bool_())
        self.faulty = pa.array([False] * len(numbers), pa.bool_())
        self.days: pa.Array | None = None
        self.faults: list[Fault] = []
        self.set_aside: list[SetAside] = []

    @property
    def sound(self) -> pa.Array:
        """Marks the rows that can be used."""
        import pyarrow.compute as pc

        return pc.and_not(self.in_table, self.faulty)

    @property
    def excluded(self) -> int:
        """How many rows have a fault, each counted once."""
        return _count(self.faulty)

    def put_aside(self, rows: pa.Array, reason: str, column: str) -> None:
        """Take sound rows out that are no fault."""
        import pyarrow.compute as pc

        hit = pc.and_(self.sound, pc.fill_null(rows, False))
        if count := _count(hit):
            self.set_aside.append(SetAside(reason=reason, column=column, value=None, count=count))
            self.in_table = pc.and_not(self.in_table, hit)

    def mark(self, faulty: pa.Array, rule: str, column: str, said: pa.Array | None = None) -> None:
        """Mark rows that break a rule; `said` is what stood in their cells, None where that may be an identity."""
        import pyarrow.compute as pc

        hit = pc.and_(self.in_table, pc.fill_null(faulty, False))
        if not (count := _count(hit)):
            return
        first = pc.indices_nonzero(hit)[: self._listed]
        rows = self.numbers.take(first).to_pylist()
        values = [None] * len(rows) if said is None else said.take(first).to_pylist()
        cells = tuple(Cell(row=row, value=self._shown(value)) for row, value in zip(rows, values, strict=True))
        self.faults.append(Fault(rule=rule, column=column, count=count, cells=cells))
        self.faulty = pc.or_(self.faulty, hit)

    def _shown(self, value: object) -> str | None:
        text = None if value is None else str(value)
        return text if text is not None and self._may_show(text) else None


def _count(marks: pa.Array) -> int:
    import pyarrow.compute as pc

    return int(pc.sum(marks).as_py() or 0)
