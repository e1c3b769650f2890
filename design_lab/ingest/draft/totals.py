"""Rows that are totals: which column names them, by which words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from design_lab.catalogue.headers import folded, headers
from design_lab.ingest.draft.parts import Part

_MOST_WORDS = 60
_ALONE = frozenset({"sum", "全部", "汇总"})  # at the end of a longer word they are no totals


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The column that names totals, and their words, the inner first; `checked` if they can be held to their rows."""

    column: str
    words: tuple[str, ...]
    checked: bool


def totals_of(part: Part) -> Totals | None:
    """Return how a part's totals are told from its rows; None if there seem to be none."""
    found = {
        header: counted
        for header in part.sample.columns
        if header not in part.sample.repeated and (counted := _counted(part, header))
    }
    if not found:
        return None
    column = max(found, key=lambda header: sum(found[header].values()))
    counted = found[column]
    order = [folded(word) for word in headers().totals]
    exact = [word for word in counted if folded(word) in order]
    if len(exact) == len(counted):
        words = sorted(exact, key=lambda word: (-counted[word], order.index(folded(word))))
        return Totals(column=column, words=tuple(words), checked=True)
    # 'Team A total' stands for its own rows alone, which words in a fixed rank cannot say.
    return Totals(column=column, words=tuple(sorted(counted)[:_MOST_WORDS]), checked=False)


def _counted(part: Part, header: str) -> Counter[str]:
    import pyarrow as pa

    array = part.column(header)
    if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
        return Counter()
    exact = {folded(word) for word in headers().totals}
    ends = tuple(word for word in exact - _ALONE if len(word) > 1)
    counted = Counter(str(value).strip() for value in array.drop_null().to_pylist())
    return Counter({word: n for word, n in counted.items() if folded(word) in exact or folded(word).endswith(ends)})
