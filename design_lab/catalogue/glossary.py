"""The settled terms of the field, in both languages, each with its meaning."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from design_lab.files import read_yaml, validated

_FILE = Path(__file__).with_name("glossary.yaml")


class Term(BaseModel):
    """A term and what it means, by language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: dict[str, str]
    meaning: dict[str, str]


class _Glossary(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    terms: tuple[Term, ...]


@cache
def glossary() -> tuple[Term, ...]:
    """Return the terms in their order.

    >>> glossary()[0].name["zh"]
    '绩效考核'
    """
    read: _Glossary = validated(_Glossary, read_yaml(_FILE), _FILE)
    return read.terms
