"""The words that clients write over their columns, and which field of which table each of them means."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from design_lab.files import read_yaml

_FILE = Path(__file__).with_name("headers.yaml")
_BRACKETS = re.compile(r"[(\[【]([^)\]】]*)[)\]】]")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_TOKEN = re.compile(r"[a-z]+|\d+|[\u4e00-\u9fff]+")
_LEAST_PART = {"latin": 4, "chinese": 2}  # letters of a word that may be found within a longer header


def plain(text: str) -> str:
    """Return a header without case, blanks, punctuation and what stands in brackets.

    >>> plain("Talk Time (sec)"), plain("通话时长（秒）")
    ('talktime', '通话时长')
    """
    return "".join(_tokens(text))


def folded(text: str) -> str:
    """Return a cell's word without case and blanks, its width folded.

    >>> folded(" Very Satisfied"), folded("Ｙ")
    ('verysatisfied', 'y')
    """
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).casefold()


def _tokens(text: str) -> list[str]:
    whole = unicodedata.normalize("NFKC", text)
    bare = _BRACKETS.sub(" ", whole)
    return _TOKEN.findall(_HUMP.sub(" ", bare if bare.strip() else whole).casefold())


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the trade as it is compared: its letters alone, and the same by parts."""

    letters: str
    parts: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Word:
        """Read a word of headers.yaml."""
        parts = tuple(_tokens(text))
        return cls("".join(parts), parts)

    def is_within(self, parts: list[str]) -> bool:
        """Tell whether a header's parts hold this word: Latin words as whole words, Chinese ones as letters."""
        latin = self.letters.isascii()
        if len(self.letters) < _LEAST_PART["latin" if latin else "chinese"]:
            return False
        if not latin:
            return any(self.letters in part for part in parts)
        width = len(self.parts)
        return any(tuple(parts[at : at + width]) == self.parts for at in range(len(parts) - width + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Headers:
    """What headers.yaml says; columns by table and column, codes by 'table.column' and the cell's folded word."""

    columns: Mapping[str, Mapping[str, tuple[Word, ...]]]
    named: Mapping[str, tuple[Word, ...]]
    codes: Mapping[str, Mapping[str, str]]
    flags: Mapping[str, Mapping[str, bool]]
    yes_no: Mapping[str, bool]
    clock: tuple[Word, ...]
    finished: tuple[Word, ...]
    personal: frozenset[str]
    totals: tuple[str, ...]
    units: Mapping[str, tuple[str, ...]]
    systems: Mapping[str, tuple[str, ...]]
    other_quantities: tuple[Word, ...]
    exact: frozenset[str]

    def strength(self, header: str, wanted: tuple[Word, ...]) -> float:
        """Return how well a header fits a list of words: 1 for the first of them, 0.9 or more for one, 0 for none.

        Between 0.4 and 0.6 one of the words stands within a longer header that names no other quantity.
        """
        for at, word in enumerate(wanted):
            if word.letters in _variants(header):
                return max(1 - at / 1000, 0.9)
        return max((self._part(_tokens(header), word) for word in wanted), default=0.0)

    def _part(self, parts: list[str], word: Word) -> float:
        if not word.is_within(parts):
            return 0.0
        rest = [part.replace(word.letters, " ") for part in parts if part not in word.parts]
        if any(_says(rest, other) for other in self.other_quantities):
            return 0.0
        return 0.4 + 0.2 * len(word.letters) / max(len("".join(parts)), 1)

    def knows(self, header: str) -> bool:
        """Tell whether a header is one of the trade's words, of whatever table, or a personal one."""
        return any(letters in self.exact for letters in _variants(header))

    def is_personal(self, header: str) -> bool:
        """Tell whether a header names people or what belongs to them alone."""
        return any(letters in self.personal for letters in _variants(header))

    def unit(self, header: str) -> str | None:
        """Return the unit of time that a header names.

        >>> headers().unit("通话时长(秒)"), headers().unit("talk_min"), headers().unit("签入时长")
        ('seconds', 'minutes', None)
        """
        whole = unicodedata.normalize("NFKC", header).casefold()
        bracketed = {part.strip() for part in _BRACKETS.findall(whole)}
        last = _TOKEN.findall(_HUMP.sub(" ", _BRACKETS.sub(" ", header)).casefold())[-1:]
        for unit, names in self.units.items():
            if bracketed & set(names) or (last and last[0] in names and last[0].isascii() and len(last[0]) > 1):
                return unit
        chinese = ((name, unit) for unit, names in self.units.items() for name in names if not name.isascii())
        told = [(len(name), unit) for name, unit in chinese if name in whole and name not in ("时", "分")]
        return max(told)[1] if told else None

    def system(self, header: str) -> str | None:
        """Return the system whose ids a header seems to hold; None for those of the roster."""
        letters = plain(header)
        return next((name for name, marks in self.systems.items() if any(mark in letters for mark in marks)), None)


def _says(parts: Iterable[str], other: Word) -> bool:
    if other.letters.isascii():
        return other.letters in parts
    return any(other.letters in part for part in parts)


def _variants(header: str) -> tuple[str, ...]:
    """A header as it stands and, of a two-row one ('时长/登录'), its last part alone and the two turned."""
    if "/" not in header:
        return (plain(header),)
    group, last = (plain(part) for part in header.rsplit("/", 1))
    return (plain(header), last, last + group)


@functools.cache
def headers() -> Headers:
    """Return the dictionary of headers.

    >>> headers().knows("员工编号"), headers().knows("Colour")
    (True, False)
    """
    content = read_yaml(_FILE)
    shared, tables = content["shared"], content["tables"]
    columns = {
        name: {column: _words(given, shared) for column, given in table["columns"].items()}
        for name, table in tables.items()
    }
    codes = {
        f"{name}.{column}": {folded(word): code for code, given in known.items() for word in given}
        for name, table in tables.items()
        for column, known in table.get("codes", {}).items()
    }
    codes["staff_survey.role"] = codes["staff.role"]
    flags = {
        f"{name}.{column}": {folded(word): said == "true" for said, given in known.items() for word in given}
        for name, table in tables.items()
        for column, known in table.get("flags", {}).items()
    }
    said = {True: content["words_of_yes"], False: content["words_of_no"]}
    personal = frozenset(plain(word) for word in content["personal"])
    listed = {word.letters for table in columns.values() for words in table.values() for word in words}
    return Headers(
        columns=columns,
        named={name: _words(table["named"], shared) for name, table in tables.items()},
        codes=codes,
        flags=flags,
        yes_no={folded(word): meant for meant, given in said.items() for word in given},
        clock=_words(shared["clock"], shared),
        finished=_words(shared["finished"], shared),
        personal=personal,
        totals=tuple(content["totals"]),
        units={unit: tuple(names) for unit, names in content["units"].items()},
        systems={name: tuple(marks) for name, marks in content["systems"].items()},
        other_quantities=_words(content["other_quantities"], shared),
        exact=personal | listed,
    )


def _words(given: list[Any], shared: Mapping[str, list[Any]]) -> tuple[Word, ...]:
    texts = [word for text in given for word in (shared[text[1:]] if str(text).startswith("=") else [text])]
    return tuple(dict.fromkeys(Word.of(str(text)) for text in texts))
