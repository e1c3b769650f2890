"""The named errors, and how one is worded: a sentence with the place, the value and what to do."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

MOST_FAULTS = 50  # that are told of one file
# A password in an address may itself hold an @; what stands for one (***, ${NAME}) is none.
_PASSWORD = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://[^\s/:@\"'<>]*:)(?!\*+@|\$\{)[^\s/\"'<>]+@")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a file: its kind, the key at which it stands ('' for the whole file), and a sentence.

    `parts` are the numbers and words in the sentence, for who words it in another language.

    >>> str(Fault("weights_sum", "dimensions", "the weights sum to 101"))
    'dimensions: the weights sum to 101'
    """

    kind: str
    where: str
    said: str
    parts: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        return f"{self.where}: {self.said}" if self.where else self.said


def without_passwords(text: str) -> str:
    """Return a text in which no address holds a password any more.

    >>> without_passwords("cannot reach postgres://ana:s3cret@db.bank/calls")
    'cannot reach postgres://ana:***@db.bank/calls'
    """
    return _PASSWORD.sub(r"\1***@", text)


class DesignLabError(Exception):
    """A refusal in words; the command line prints it and exits with 1. `faults` are its parts, where it has several."""

    faults: tuple[Fault, ...] = ()

    def __init__(self, said: str = "") -> None:
        super().__init__(without_passwords(said))

    @classmethod
    def of(cls, file: object, faults: Iterable[Fault]) -> Self:
        """Return the refusal of a file, a line a fault; of very many the first `MOST_FAULTS` are told."""
        told = tuple(itertools.islice(faults, MOST_FAULTS + 1))
        lines = [f"{file}: {fault}" for fault in told[:MOST_FAULTS]]
        if len(told) > MOST_FAULTS:
            lines.append(f"{file}: and more; correct these first")
        error = cls("\n".join(lines))
        error.faults = told[:MOST_FAULTS]
        return error


class StudyError(DesignLabError):
    """A study folder, its YAML files or a parameter cannot be used."""


class SchemeError(DesignLabError):
    """A scheme file says something that cannot be scored."""


class DataError(DesignLabError):
    """A client's file or table does not hold what its mapping promises."""


class WeightingError(DesignLabError):
    """Data or judgements from which no weights follow."""


class ForecastError(DesignLabError):
    """Beliefs, estimates or parameters from which no forecast follows."""


class FindingError(DesignLabError):
    """A finding breaks the contract of results.json."""


class NotebookError(DesignLabError):
    """A notebook did not run to its end."""


class ReportError(DesignLabError):
    """A report cannot be made, published or verified."""


class LackingError(ReportError):
    """A font or a library that a format needs is not installed; what does not need it can still be made."""


class LedgerError(DesignLabError):
    """A ledger holds a line that was changed after it was written."""


def system_refusal(error: OSError) -> str:
    """Word what the system refused (no space, no right to write); any other error is a defect, of which '' is said."""
    import errno

    advice = {
        errno.ENOSPC: "make room on the disk and run again",
        errno.EDQUOT: "make room within your quota and run again",
        errno.EROFS: "choose a folder that can be written",
        errno.EACCES: "it is open in another program, or may not be read or written; close it or choose another folder",
        errno.EPERM: "it may not be written; choose another folder",
        errno.EIO: "the disk cannot be read or written there; try again, and another disk if it stays so",
        errno.EFBIG: "a file may not become so large here; choose another folder, or raise the limit",
        errno.ENOTDIR: "a part of the path is no folder; name another path",
        errno.EISDIR: "it is a folder; name a file",
        errno.EEXIST: "it is there already and is no folder; name another path",
        errno.ENAMETOOLONG: "choose a shorter name",
        errno.ELOOP: "links lead in a circle there; name another path",
        errno.EMFILE: "too many files are open; raise the limit (ulimit -n) and run again",
        errno.ENFILE: "too many files are open; close other programs and run again",
        errno.EAGAIN: "the system starts no more processes; close other programs and run again",
        errno.ENOMEM: "no memory is left; close other programs and run again",
        errno.ENOLCK: "no file can be locked there; choose a folder on another disk",
    }
    if error.errno not in advice:
        return ""
    return f"{error.filename or 'the disk'}: {error.strerror}; {advice[error.errno]}"


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


def first_few(names: Sequence[str], most: int) -> str:
    """Return at most `most` names in a row, and how many more there are.

    >>> first_few(["a", "b", "c", "d"], 2), first_few(["a"], 2)
    ('a, b, and 2 more', 'a')
    """
    left = len(names) - most
    return ", ".join([*names[:most], *([f"and {left} more"] if left > 0 else [])])


def nearest(word: str, known: Iterable[str], *, listed: bool = True) -> str:
    """Name the known word that comes nearest, or list what is known; nothing ('') if that may not be `listed`.

    >>> nearest("wieght", ["weight", "indicators"])
    "did you mean 'weight'?"
    >>> nearest("zzz", ["weight", "indicators"])
    'known are: indicators, weight'
    """
    words = sorted(set(known))
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    if not listed:
        return ""
    return "known are: " + ", ".join(words) if words else "nothing is known here"
