"""Small cells: which counts of a table may not be shown, so that none can be found by subtraction either."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def hidden(counts: Counts, k: int) -> Flags:
    """Return which cells of a table of people, (rows, columns), are not shown where its sums are known.

    First each count from 1 to k - 1; then, in each row and column in which a single cell is hidden, the smallest of the
    others (a zero comes last: it is published as nobody), until every row and column hides none or at least two.

    >>> hidden(np.array([[3, 20, 30], [15, 25, 12], [40, 22, 18]]), 10).astype(int).tolist()
    [[1, 1, 0], [1, 1, 0], [0, 0, 0]]
    """
    mask = (counts > 0) & (counts < k)
    while (found := _alone(mask)) is not None:
        row, column = found
        cells = (
            [(row, at) for at in range(mask.shape[1])] if column is None else [(at, column) for at in range(len(mask))]
        )
        mask[min((cell for cell in cells if not mask[cell]), key=lambda cell: _loss(counts, mask, cell))] = True
    return mask


def _loss(counts: Counts, mask: Flags, cell: tuple[int, int]) -> tuple[bool, bool, int]:
    """What hiding a cell loses: least where its row and its column both have a single one hidden, then by its count."""
    needed_twice = mask[cell[0]].sum() == 1 and mask[:, cell[1]].sum() == 1
    return bool(counts[cell] == 0), not needed_twice, int(counts[cell])


def _alone(mask: Flags) -> tuple[int, int | None] | None:
    """A row, as (row, None), or a column, as (0, column), in which a single cell is hidden beside shown ones."""
    for row, held in enumerate(mask):
        if held.sum() == 1 and held.size > 1:
            return row, None
    for column, held in enumerate(mask.T):
        if held.sum() == 1 and held.size > 1:
            return 0, column
    return None
