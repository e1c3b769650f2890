"""Whether a quarter's tables are those that the present files, mapping and program would make, and if not, why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from design_lab.errors import first_few
from design_lab.files import sha256_of
from design_lab.periods import Quarter

_MOST_TOLD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What decides a quarter's tables: `parts` maps its name to its digest; the key of pseudonyms stands apart."""

    parts: Mapping[str, str]
    key: str

    @property
    def digest(self) -> str:
        """One SHA-256 of all, the key included."""
        return sha256_of([dict(self.parts), self.key])


def reason(written: Mapping[str, Any] | None, wanted: Wanted, otherwise: Sequence[str]) -> str | None:
    """Say why a quarter is to be built, or None if it is built.

    `written` is the account of its last build, `otherwise` the tables that are not as it left them.

    >>> now = Wanted(parts={"raw/2026Q4/calls.csv": "2", "sources.yaml": "1"}, key="")
    >>> reason({"inputs": "", "parts": {"raw/2026Q4/calls.csv": "1", "sources.yaml": "1"}}, now, [])
    'raw/2026Q4/calls.csv changed'
    """
    if written is None:
        return "not built yet"
    if written["inputs"] == wanted.digest:
        return f"{', '.join(otherwise)} is gone or was changed since they were built" if otherwise else None
    if "parts" not in written:
        return "an earlier version of the program built them"
    changed = list(_changed(written["parts"], wanted.parts)) or ["the key of pseudonyms changed"]
    return first_few(changed, _MOST_TOLD)


def _changed(then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(then.keys() | now.keys()):
        if then.get(name) != now.get(name):
            yield f"{name} {'is gone' if name not in now else 'is new' if name not in then else 'changed'}"


def told(reasons: Mapping[Quarter, str | None]) -> list[str]:
    """Say of all quarters which tables are reused, and why the others are built, those for the same reason in a line.

    >>> told({Quarter.parse("2026Q3"): None, Quarter.parse("2026Q4"): "not built yet"})
    ['tables of 2026Q3 reused', 'tables of 2026Q4 are built: not built yet']
    """
    together: dict[str | None, list[str]] = {}
    for quarter, why in reasons.items():
        together.setdefault(why, []).append(str(quarter))
    lines = []
    for why, quarters in together.items():
        which = quarters[0] if len(quarters) == 1 else f"{len(quarters)} quarters"
        lines.append(f"tables of {which} are built: {why}" if why else f"tables of {which} reused")
    return lines
