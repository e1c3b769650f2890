"""The words of reports, findings and limits, by language, from one file a language."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from design_lab.errors import FindingError, nearest
from design_lab.files import read_yaml

LANGUAGES = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Words:
    """All words of one language, by dotted key such as 'claim.accounting'."""

    lang: str
    _by_key: Mapping[str, str]

    def say(self, key: str, **parts: str) -> str:
        """Return the words at `key` with `{placeholders}` filled; an unknown key or missing part raises `FindingError`.

        >>> words("en").say("claim.scenario")
        'scenario'
        """
        if key not in self._by_key:
            raise FindingError(f"words.{self.lang}.yaml has no {key!r}; {nearest(key, self._by_key)}")
        try:
            return self._by_key[key].format_map(parts)
        except KeyError as missing:
            raise FindingError(f"words.{self.lang}.yaml: {key!r} needs the part {missing}") from None

    def __contains__(self, key: object) -> bool:
        return key in self._by_key

    @property
    def keys(self) -> frozenset[str]:
        """All keys of this language."""
        return frozenset(self._by_key)

    @property
    def ordered(self) -> tuple[str, ...]:
        """All keys in the order of the word file."""
        return tuple(self._by_key)


@functools.cache
def catalogue_text() -> str:
    """Return all files of the catalogue as one text: the words that any report may hold."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.glob("*.yaml")))


@functools.cache
def words(lang: str) -> Words:
    """Return the words of a language; one that is not spoken raises `FindingError`."""
    if lang not in LANGUAGES:
        raise FindingError(f"language {lang!r} is not spoken here; {nearest(lang, LANGUAGES)}")
    content = read_yaml(Path(__file__).with_name(f"words.{lang}.yaml"))
    return Words(lang, MappingProxyType(dict(_flat(content))))


def dimension_in(name: str, lang: str, names: Mapping[str, Mapping[str, str]] = MappingProxyType({})) -> str:
    """Return a dimension's name: the study's (`names`, by id), else that of the words, else its id as it is spoken.

    >>> dimension_in("csat", "en"), dimension_in("new_ideas", "zh")
    ('customer satisfaction', 'new ideas')
    """
    if name in names:
        return names[name].get(lang) or next(iter(names[name].values()))
    key = f"dimension.{name}"
    return words(lang).say(key) if key in words(lang) else name.replace("_", " ")


def limit_in(sentence: str, lang: str) -> str:
    """Return the twin in `lang` of an English limit; a sentence of the consultant's own stays as it is."""
    key = _limit_keys().get(sentence)
    return words(lang).say(key) if key else sentence


@functools.cache
def _limit_keys() -> Mapping[str, str]:
    english = words("en")
    return {english.say(key): key for key in english.keys if key.startswith("limit.")}


def _flat(content: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in content.items():
        if isinstance(value, Mapping):
            pairs += _flat(value, f"{prefix}{key}.")
        else:
            pairs.append((f"{prefix}{key}", str(value)))
    return pairs
