"""What reports on paper share: their annex, how broad columns are, and texts that can break and be shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from design_lab.catalogue import words
from design_lab.report.content import Block, Group, Report, Section, Statement, Table, clean, once, width

_MOST = 60  # letters that a column counts for, however many its longest cell has
_UNBROKEN = 24  # letters of a word that stand in a line without a place to break
_BREAK = "\u200b"
_LONG = re.compile(rf"[^\s\u2e80-\uffff]{{{_UNBROKEN + 1},}}")  # Chinese breaks anywhere as it is


def say(report: Report, key: str, **parts: str) -> str:
    """Say the report's words at `report.<key>` in its language."""
    return words(report.lang).say(f"report.{key}", **parts)


def is_folded(block: Block) -> bool:
    """Whether a block is a detail, which on paper stands in the annex."""
    return isinstance(block, Group | Table) and block.folded


def annex(report: Report) -> Iterator[tuple[Section, tuple[Block, ...]]]:
    """The sections with details, and those details."""
    for section in report.sections:
        if details := tuple(block for block in section.blocks if is_folded(block)):
            yield section, details


def each_claim(shows: Sequence[Statement]) -> tuple[Statement, ...]:
    """The first statement of each kind of claim."""
    kinds = once(statement.claim for statement in shows)
    return tuple(next(statement for statement in shows if statement.claim == kind) for kind in kinds)


def own_limits(group: Group, statement: Statement, report: Report) -> str:
    """The limits that a statement bears alone, as one text; empty where there are none."""
    own = group.own(statement)
    return say(report, "slide.limits", limits=say(report, "sentence_join").join(own)) if own else ""


def column_shares(rows: Sequence[Sequence[str]], letters: int) -> tuple[float, ...]:
    """How broad each column of a table is, as shares of a line of so many letters.

    Each has room for its longest word; what is left is shared by how much longer its longest cell is.

    >>> column_shares([["Role", "People"], ["Customer service", "180"]], 26)
    (0.6923076923076923, 0.3076923076923077)
    """
    columns = list(zip(*rows, strict=True))
    least = [max(map(_longest_word, column)) + 2 for column in columns]
    more = [min(max(0, *(width(cell) for cell in column)), _MOST) for column in columns]
    more = [max(0, longest + 2 - word) for longest, word in zip(more, least, strict=True)]
    over = max(0.0, min(letters - sum(least), sum(more))) / (sum(more) or 1)
    wide = [word + over * rest for word, rest in zip(least, more, strict=True)]
    return tuple(one / sum(wide) for one in wide)


def is_broad(rows: Sequence[Sequence[str]], letters: int) -> bool:
    """Whether the longest words of a table's columns need more than a line of so many letters."""
    return sum(max(map(_longest_word, column)) + 2 for column in zip(*rows, strict=True)) > letters


def _longest_word(text: str) -> int:
    """Letters of the longest word, as `breakable` leaves it; Chinese breaks anywhere, but not a word of two."""
    words_ = re.findall(r"[\u2e80-\uffff]{1,3}|[^\s\u2e80-\uffff]+", breakable(text).replace(_BREAK, " "))
    return max((width(word) for word in words_), default=0)


def breakable(text: str) -> str:
    """Clean a text, and let a word break that is longer than a column may be broad.

    >>> breakable("candidates.quality_first.grade_changes").split("\u200b")
    ['candidates.', 'quality_', 'first.', 'grade_', 'changes']
    """
    return _LONG.sub(lambda found: _broken(found[0]), clean(text))


def _broken(word: str) -> str:
    parts = re.sub(r"(?<=[._/-])(?=\w)", _BREAK, word).split(_BREAK)
    pieces = [part[at : at + _UNBROKEN] for part in parts for at in range(0, len(part), _UNBROKEN)]
    return _BREAK.join(pieces)
