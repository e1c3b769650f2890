"""Which groups of people are held against each other, by which attributes, and what they are called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from design_lab.catalogue import LANGUAGES, words
from design_lab.files import sha256_of

if TYPE_CHECKING:
    import pandas as pd

Flags = npt.NDArray[np.bool_]
ATTRIBUTES = ("employment_type", "gender", "age_band", "tenure_band", "shift", "site")  # agency staff before all others
PAIRS = (("employment_type", "gender"), ("employment_type", "tenure_band"), ("gender", "age_band"))
_BESIDE = "\x1f"  # between the two values of a pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """People who share a value of an attribute (or of two, joined by +); `known` are all whose value is known."""

    attribute: str
    value: str
    inside: Flags
    known: Flags

    @property
    def people(self) -> int:
        """How many are in the group."""
        return int(self.inside.sum())

    @property
    def others(self) -> int:
        """How many are known not to be in it."""
        return int(self.known.sum()) - self.people

    @property
    def key(self) -> str:
        """The attribute and the value as part of a finding's id."""
        values = "-".join(as_id(value) for value in self.value.split(_BESIDE))
        return f"{self.attribute.replace('+', '-')}-{values}"

    def name(self, names: Mapping[str, Mapping[str, str]] = MappingProxyType({})) -> dict[str, str]:
        """Return what the group is called, by language; `names` are the client's own, of roles say."""
        return {
            lang: words(lang).say("fairness.and").join(
                names[value][lang] if value in names else _value(value, lang) for value in self.value.split(_BESIDE)
            )
            for lang in LANGUAGES
        }  # fmt: skip

    @property
    def attribute_name(self) -> dict[str, str]:
        """What the attribute is called, by language."""
        return {
            lang: words(lang).say("fairness.and").join(
                words(lang).say(f"attribute.{name}") for name in self.attribute.split("+")
            )
            for lang in LANGUAGES
        }  # fmt: skip


def groups(people: pd.DataFrame, *, least: int, pairs: bool = False, team: bool = False) -> Iterator[Group]:
    """Yield each group of at least `least` people, beside as many others, of whom the attribute is known.

    Of two groups the second is the first's mirror and left out. Where a single group is too small to be shown, the
    smallest of the others is left out too, for their difference would show it. `pairs` adds groups by two attributes,
    `team` the teams.
    """
    asked = [*ATTRIBUTES, *(("team",) if team else ()), *(("+".join(pair) for pair in PAIRS) if pairs else ())]
    for attribute in asked:
        yield from groups_by(people, attribute, least=least)


def groups_by(people: pd.DataFrame, attribute: str, *, least: int) -> Iterator[Group]:
    """Yield the groups by one attribute that may be shown, by the rule of `groups`."""
    held = sorted(all_groups(people, attribute), key=lambda group: group.people)
    small = sum(group.people < least for group in held)
    kept = held[small + (small == 1) :]
    shown = sorted((group for group in kept if group.others >= least), key=lambda group: group.value)
    yield from shown[:1] if len(held) == 2 else shown


def all_groups(people: pd.DataFrame, attribute: str) -> list[Group]:
    """Return every group by an attribute (or by two, joined by +) in the order of its values, small ones too."""
    values = _values(people, attribute)
    if values is None:
        return []
    known = values.notna().to_numpy()
    return [
        Group(attribute=attribute, value=value, inside=values.eq(value).to_numpy(), known=known)
        for value in sorted(values.dropna().unique())
    ]


def _values(people: pd.DataFrame, attribute: str) -> pd.Series | None:
    """Everybody's value as text, (n,), None where it is not known; of a pair, nothing where one of them is constant."""
    names = attribute.split("+")
    if not all(name in people for name in names):
        return None
    texts = [people[name].astype("object").map(str, na_action="ignore") for name in names]
    if len(texts) == 1:
        return texts[0]
    return texts[0].str.cat(texts[1], sep=_BESIDE) if all(text.nunique() > 1 for text in texts) else None


def _value(value: str, lang: str) -> str:
    key = f"group.{value}"
    return words(lang).say(key) if key in words(lang) else value


def as_id(value: str) -> str:
    """Return a value as part of an id, or what stands for one that an id cannot hold."""
    bare = value.replace("+", "plus")
    return bare if re.fullmatch(r"[A-Za-z0-9_-]+", bare) else sha256_of(value)[:8]
