"""Metric cards: one record an indicator."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict

from design_lab.files import read_yaml, validated

_FILE = Path(__file__).with_name("indicators.yaml")


class Card(BaseModel):
    """What an indicator is, where it comes from and which way is better."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    name: dict[str, str]  # by language
    definition: dict[str, str]  # by language
    unit: Literal["share", "points", "seconds", "per_hour", "count"]
    better: Literal["higher", "lower"]
    dimension: str
    kind: Literal["quantitative", "qualitative", "additional"]
    tables: tuple[str, ...]
    scored: bool
    minimum_n: int


@functools.cache
def cards() -> Mapping[str, Card]:
    """Return all metric cards by indicator id, in the catalogue's order.

    >>> cards()["csat"].better
    'higher'
    """
    content = read_yaml(_FILE)
    return MappingProxyType({key: validated(Card, card, _FILE) for key, card in content.items()})
