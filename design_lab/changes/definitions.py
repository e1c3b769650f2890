"""Definitions of two reports held beside each other: metric cards, schemes, settings, where columns come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from design_lab.catalogue import LANGUAGES, words
from design_lab.display import Quantity, Term, Wording, worded
from design_lab.finding import Finding, state, words_of_cause

KINDS = ("indicators", "schemes", "settings", "sources")
Key = tuple[str, Wording | None, Wording | None]  # what it is called in its file, its old and its new value
HIDDEN = "#"  # begins a value that stands as a fingerprint
_NAME, _READS = "name", "reads"
_LONGEST, _MOST = 60, 6  # letters of a value that is shown; keys that are named


@dataclass(frozen=True, slots=True, kw_only=True)
class Redefined:
    """One definition that differs: its kind (of `KINDS`), what it is of, its keys, the indicators that it bears on.

    A definition that is new has no old values, one that is gone no new ones; values too long for a line are None both.
    """

    kind: str
    subject: str
    name: Wording
    how: str  # new, gone or changed
    keys: tuple[Key, ...]
    touches: tuple[Wording, ...] = ()

    def finding(self) -> Finding:
        """State which keys differ, with old and new value where they fit in a line."""
        said = {lang: self._told(lang) for lang in LANGUAGES}
        return state(
            f"changes.definition.{self.kind}.{self.subject}", len(self.keys), says=f"changes.definition_{self.how}",
            unit="count", n=None, claim="accounting", kind=Term(f"changes_kind.{self.kind}"), keys=said,
            name={lang: self._named(lang) for lang in LANGUAGES},
            touches={lang: self._touched(lang) for lang in LANGUAGES},
        )  # fmt: skip

    def _named(self, lang: str) -> str:
        name = worded(self.name, lang)
        return name if name == self.subject else words(lang).say("changes_key.named", name=name, subject=self.subject)

    def _told(self, lang: str) -> str:
        spoken = words(lang)
        told = [_key(lang, key) for key in self.keys[:_MOST]]
        if len(self.keys) > _MOST:
            rest = worded(Quantity(len(self.keys) - _MOST, "count"), lang)
            told.append(spoken.say("changes_key.more", count=rest))
        return spoken.say("changes_key.join").join(told)

    def _touched(self, lang: str) -> str:
        if not self.touches:
            return ""
        names = words(lang).say("report.join").join(worded(name, lang) for name in self.touches[:_MOST])
        rest = len(self.touches) - _MOST
        more = worded(Quantity(rest, "count"), lang)
        return words(lang).say(f"changes_key.touches{'_more' if rest > 0 else ''}", indicators=names, count=more)


def redefined(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Redefined, ...]:
    """Compare definitions, `{kind: {subject: {key: value}}}`; a value is a text, or a text by language.

    The key `name` says what the subject is called, `reads` of an indicator which columns it rests on: neither is
    compared, and values that begin with `HIDDEN` are not shown. Columns that no indicator rests on are left out.
    """
    found = []
    for kind in KINDS:
        then, today = before.get(kind, {}), now.get(kind, {})
        for subject in dict.fromkeys((*today, *then)):
            keys = tuple(_differing(then.get(subject, {}), today.get(subject, {})))
            if not keys:
                continue
            how = "new" if subject not in then else "gone" if subject not in today else "changed"
            touches = _touched(now.get("indicators", {}), subject, keys) if kind == "sources" else ()
            if kind != "sources" or touches:
                held = today.get(subject) or then[subject]
                name = Term(f"table.{subject}") if kind == "sources" else held.get(_NAME, subject)
                found.append(Redefined(kind=kind, subject=subject, name=name, how=how, keys=keys, touches=touches))
    return tuple(found)


def counted(definitions: Mapping[str, Any]) -> int:
    """Return how many definitions there are."""
    return sum(len(definitions.get(kind, {})) for kind in KINDS)


def _differing(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Key]:
    for key in dict.fromkeys((*now, *then)):
        if key not in (_NAME, _READS) and then.get(key) != now.get(key):
            yield key, then.get(key), now.get(key)


def _touched(indicators: Mapping[str, Any], table: str, keys: tuple[Key, ...]) -> tuple[Wording, ...]:
    """The indicators that rest on one of the columns; on the table, where something else of it differs."""
    parts = [key.partition("columns.")[2].split(".")[0] for key, *_ in keys]
    wanted = {f"{table}.{column}" for column in parts if column}
    whole = not all(parts)
    return tuple(
        card.get(_NAME, indicator)
        for indicator, card in indicators.items()
        if any(column in wanted or (whole and column.startswith(f"{table}.")) for column in card.get(_READS, ()))
    )


def _key(lang: str, key: Key) -> str:
    name, *values = key
    old, new = (None if value is None else worded(value, lang) for value in values)
    if any(text and (len(text) > _LONGEST or text.startswith(HIDDEN) or words_of_cause(text)) for text in (old, new)):
        return words(lang).say("changes_key.other", named=name)
    if old is None or new is None:
        return words(lang).say(f"changes_key.{'new' if old is None else 'gone'}", named=name, value=old or new or "")
    return words(lang).say("changes_key.changed", named=name, old=old, new=new)
