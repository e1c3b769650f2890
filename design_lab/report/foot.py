"""What stands below a drawn chart: its note, and under it the mark of synthetic data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from design_lab.report.look import MARK, MUTED

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LINE, _FIRST = 0.2, 0.12  # inches: of a line, and from the edge to the first one


def foot_inches(note: str, mark: str | None) -> float:
    """Return how high the foot is.

    >>> foot_inches("", None), round(foot_inches("a note", "a mark"), 2)
    (0.0, 0.5)
    """
    lines = sum(1 for line in (note, mark) if line)
    return 0.1 + _LINE * lines if lines else 0.0


def write_foot(figure: Figure, note: str, mark: str | None, *, left: float) -> None:
    """Write a note, `left` inches from the edge, above the mark."""
    broad, high = figure.get_size_inches()
    if note:
        above = (_FIRST + (_LINE if mark else 0.0)) / high
        figure.text(left / broad, above, note, color=MUTED, fontsize=9.5, parse_math=False)
    if mark:
        end = 1 - 0.05 / broad
        figure.text(end, _FIRST / high, mark, color=MARK, fontsize=9.5, ha="right", parse_math=False)
