"""What trades publish of themselves, with its source."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from design_lab.files import read_yaml, validated

_FILE = Path(__file__).with_name("sectors.yaml")


class Published(BaseModel):
    """One measure of a trade: its unit, which end is better, and what was published, by year."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unit: str
    better: Literal["higher", "lower", "none"]
    published: dict[int, float]


class Sector(BaseModel):
    """A trade: its name and where the figures are from, by language, and the measures."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: dict[str, str]
    source: dict[str, str]
    measures: dict[str, Published]


class _Sectors(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    sectors: dict[str, Sector]


@cache
def sectors() -> dict[str, Sector]:
    """Return every trade of the catalogue by id.

    >>> sectors()["china_banking"].measures["connect_rate"].published[2023]
    0.9288
    """
    read: _Sectors = validated(_Sectors, {"sectors": read_yaml(_FILE)}, _FILE)
    return read.sectors
