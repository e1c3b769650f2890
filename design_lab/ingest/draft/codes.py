"""Which of the project's codes a client's words stand for: yes and no, keys of satisfaction, roles, levels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from design_lab.catalogue.headers import folded, headers
from design_lab.schema import GRADES, Column

if TYPE_CHECKING:
    import pyarrow as pa

_MOST_WORDS = 40  # more different words than this are no codes
_KEYS = {  # how many keys there are -> their meaning, the best first
    2: (GRADES[1], GRADES[3]),
    3: (GRADES[0], GRADES[1], GRADES[3]),
    4: (GRADES[0], GRADES[1], GRADES[2], GRADES[3]),
    5: GRADES,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """Codes by the client's word; `guessed` says which words are guesses and why, `open` names the unknown ones."""

    known: Mapping[str, str | bool] = field(default_factory=dict)
    guessed: Mapping[str, str] = field(default_factory=dict)
    open: Mapping[str, str] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()


def coded(table: str, column: str, spec: Column, raw: pa.Array) -> Codes:
    """Return the codes of a column, from the words that stand in it, the most frequent first."""
    import pyarrow as pa

    if pa.types.is_boolean(raw.type):
        return Codes()
    counted = Counter(text for value in raw.to_pylist() if (text := str(value).strip()) and value is not None)
    said = sorted(counted, key=lambda word: (-counted[word], word))
    if spec.kind == "flag":
        return _flags(f"{table}.{column}", said)
    words = headers().codes.get(f"{table}.{column}")
    if words is None:
        return Codes()
    if len(said) > _MOST_WORDS:
        return Codes(doubts=(f"holds {len(said)} different words, many for a code",))
    if spec.values == GRADES and all(re.fullmatch(r"\d{1,3}(\.0+)?", word) for word in said):
        return _keys(said)
    return _words(column, spec, words, said)


def _flags(name: str, said: Sequence[str]) -> Codes:
    meant = {**headers().yes_no, **headers().flags.get(name, {})}
    known = {word: meant[folded(word)] for word in said if folded(word) in meant}
    unknown = [word for word in said if word not in known]
    if len(unknown) > _MOST_WORDS:
        return Codes(known=known, doubts=(f"holds {len(unknown)} different words, many for yes and no",))
    return Codes(known=known, open=dict.fromkeys(unknown, "true or false"))


def _keys(said: Sequence[str]) -> Codes:
    """Keys of a telephone count from the best to the worst, stars the other way; the scale must be asked for."""
    numbers = sorted({int(float(word)) for word in said} - {0})
    meanings = _KEYS.get(len(numbers), _KEYS[5] if len(numbers) == 1 else ())
    if len(numbers) > 5 or not meanings:
        return Codes(doubts=("the scale is not known; say codes, such as {'1': very_satisfied, '2': satisfied}",))
    best_first = len(numbers) < 5
    order = numbers if best_first else numbers[::-1]
    meant: dict[int, Any] = dict(zip(order, meanings, strict=False))
    known = {word: meant[int(float(word))] for word in sorted(said) if int(float(word)) in meant}
    way = (
        "1 is taken for the best, as on a telephone's keys"
        if best_first
        else "the highest is taken for the best, as of stars"
    )
    return Codes(
        known=known,
        open={word: f"one of {', '.join(GRADES)}; or ask what it means" for word in said if word not in known},
        doubts=(f"{way}; ask for the wording of the scale",),
    )


def _words(column: str, spec: Column, words: Mapping[str, str], said: Sequence[str]) -> Codes:
    own = {folded(code): code for code in words.values()}
    known: dict[str, str | bool] = {}
    guessed: dict[str, str] = {}
    unknown: dict[str, str] = {}
    for word in said:
        letters = folded(word)
        if code := words.get(letters) or own.get(letters):
            known[word] = code
            continue
        within = [held for held in words if len(held) >= 2 and held in letters and not held.isascii()]
        if within and not spec.values:
            known[word] = words[max(within, key=len)]
            guessed[word] = f"holds {max(within, key=len)}; give it a code of its own if it is another {_name(column)}"
        elif spec.values:
            unknown[word] = f"one of {', '.join(spec.values)}"
        else:
            known[word] = _slug(word, column, set(known.values()))
            guessed[word] = f"a code for this {_name(column)}; rename it as you like, in study.yaml too"
    return Codes(known=known, guessed=guessed, open=unknown)


def _name(column: str) -> str:
    return column.replace("_", " ")


def _slug(word: str, column: str, taken: set[Any]) -> str:
    """A code in plain letters: the word's own if it has them, else the column's name with a number."""
    letters = re.sub(r"[^a-z0-9]+", "_", word.casefold()).strip("_")
    if letters and word.isascii() and letters not in taken:
        return letters
    number = 1
    while f"{column}_{number}" in taken:
        number += 1
    return f"{column}_{number}"
