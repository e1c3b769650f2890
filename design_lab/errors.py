"""The named errors, and how one is worded: a sentence with the place, the value and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class DesignLabError(Exception):
    """A refusal in words; the command line prints it and exits with 1."""


class StudyError(DesignLabError):
    """A study folder, its YAML files or a parameter cannot be used."""


class SchemeError(DesignLabError):
    """A scheme file says something that cannot be scored."""


class DataError(DesignLabError):
    """A client's file or table does not hold what its mapping promises."""


class WeightingError(DesignLabError):
    """Data or judgements from which no weights follow."""


class FindingError(DesignLabError):
    """A finding breaks the contract of results.json."""


class NotebookError(DesignLabError):
    """A notebook did not run to its end."""


class ReportError(DesignLabError):
    """A report cannot be made, published or verified."""


class LedgerError(DesignLabError):
    """A ledger holds a line that was changed after it was written."""


def place(file: object, *, sheet: str | None = None, row: int | None = None, column: str | None = None) -> str:
    """Word the place of a fault, the widest part first.

    >>> place("raw/2026Q3/roster.xlsx", sheet="staff", row=12, column="id")
    'raw/2026Q3/roster.xlsx, sheet staff, row 12, column id'
    """
    parts = [str(file)]
    if sheet is not None:
        parts.append(f"sheet {sheet}")
    if row is not None:
        parts.append(f"row {row}")
    if column is not None:
        parts.append(f"column {column}")
    return ", ".join(parts)


def nearest(word: str, known: Iterable[str]) -> str:
    """Name the known word that comes nearest, or list what is known.

    >>> nearest("wieght", ["weight", "indicators"])
    "did you mean 'weight'?"
    >>> nearest("zzz", ["weight", "indicators"])
    'known are: indicators, weight'
    """
    words = sorted(set(known))
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    return "known are: " + ", ".join(words) if words else "nothing is known here"
