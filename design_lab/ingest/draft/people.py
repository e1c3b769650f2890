"""Whose ids stand in a column: the roster's, the roster's without their zeros, or another system's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from design_lab.catalogue.headers import folded, headers

if TYPE_CHECKING:
    import pyarrow as pa

_MOST = 0.5  # from this share on, ids are taken for those of a list that holds them
_ALL_BUT = 0.98


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The ids of the roster as they stand there, and those of other systems by the identity map."""

    roster: frozenset[str] = frozenset()
    systems: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def width(self) -> int | None:
        """How many digits the roster's ids have, if they are numbers that begin with zeros."""
        widths = {len(identity) for identity in self.roster if identity.isdigit()}
        padded = any(identity.startswith("0") for identity in self.roster)
        return max(widths) if padded and widths else None


def ids_in(raw: pa.Array) -> frozenset[str]:
    """Return the different ids of a column as text; the word of a total is none."""
    totals = {folded(word) for word in headers().totals}
    texts = (str(value).strip() for value in raw.unique().to_pylist() if value not in (None, ""))
    return frozenset(text for text in texts if folded(text) not in totals)


def roster_ids(raw: pa.Array) -> tuple[dict[str, Any], list[str]]:
    """Return what a mapping must say of the roster's own ids beside their column, and what is doubtful."""
    ids = ids_in(raw)
    if sum(any(letter.isdigit() for letter in identity) for identity in ids) < len(ids) / 2:
        return {}, ["these look like names; ask for staff numbers (what stands here is pseudonymised all the same)"]
    return _lost_zeros(ids)


def _lost_zeros(ids: frozenset[str]) -> tuple[dict[str, Any], list[str]]:
    digits = {re.sub(r"\.0+$", "", identity) for identity in ids}
    whole = all(identity.isdigit() for identity in digits)
    widest = max(map(len, digits), default=0)
    zeros = any(identity.startswith("0") for identity in digits)
    if whole and (digits != set(ids) or (zeros and len({len(identity) for identity in digits}) > 1)):
        return {"width": widest}, ["some ids lost their leading zeros, it seems"]
    return {}, []


def other_ids(raw: pa.Array, name: str, people: People) -> tuple[dict[str, Any], list[str]]:
    """Return what a mapping must say so that ids become those of the roster, and what is doubtful."""
    ids = ids_in(raw)
    if not people.roster or not ids:
        return {}, []
    direct = len(ids & people.roster) / len(ids)
    if direct >= _MOST:
        return {}, _strangers(ids - people.roster, len(ids), "on the roster") if direct < _ALL_BUT else []
    if people.width:
        padded = {re.sub(r"\.0+$", "", identity).rjust(people.width, "0") for identity in ids}
        if len(padded & people.roster) / len(ids) >= _MOST:
            return {"width": people.width}, []
    shares = {system: len(ids & known) / len(ids) for system, known in people.systems.items()}
    best = max(shares, key=lambda system: shares[system], default=None)
    if best is not None and shares[best] >= _MOST:
        left = ids - people.systems[best]
        return {"system": best}, _strangers(left, len(ids), "in the identity map") if shares[best] < _ALL_BUT else []
    system = headers().system(name) or "another system"
    return {}, [
        f"{len(ids - people.roster)} of {len(ids)} ids are not on the roster; if they are those of {system}, ask for "
        "the identity map (工号对照表) and say {from: …, system: …}"
    ]


def _strangers(left: frozenset[str], count: int, where: str) -> list[str]:
    return [f"{len(left)} of {count} ids are not {where}; their rows will be left out"]
