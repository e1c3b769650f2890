"""Lints: what may be said of a scheme before anybody is scored under it, how grave each is and where it comes from."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from design_lab.files import read_yaml, validated

_FILE = Path(__file__).with_name("lints.yaml")
Severity = Literal["error", "warning", "note"]
Needs = Literal["file", "baseline", "study", "panel"]


class LintCard(BaseModel):
    """One lint: its severity, what it must know beside the catalogue, the bound beyond which it speaks, its source."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    severity: Severity
    needs: Needs
    bound: float | None = None
    source: dict[str, str]  # by language


class _Lints(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    lints: dict[str, LintCard]


@functools.cache
def lint_cards() -> Mapping[str, LintCard]:
    """Return all lints by id, the gravest first.

    >>> lint_cards()["small_weight"].severity, lint_cards()["small_weight"].bound
    ('warning', 0.05)
    """
    read: _Lints = validated(_Lints, {"lints": read_yaml(_FILE)}, _FILE)
    return read.lints
