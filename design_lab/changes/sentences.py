"""One change as a finding: what is said now, what was said, and the difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from design_lab.catalogue import LANGUAGES
from design_lab.changes.beyond import Pair
from design_lab.display import Term, Wording, interval, number
from design_lab.finding import Finding, state

PARTS = ("data", "code", "parameters", "together")
_IDS = {"no_more": "gone"}
_POINTS = ("share", "weight", "chance")  # these differ by percentage points


def moved(pair: Pair, base: Wording) -> Finding:
    """State a finding that moved beyond its interval; the value is the difference, new less old."""
    return _differs("moved", pair, base)


def differing(pair: Pair, base: Wording) -> Finding:
    """State a finding of the same claim whose value is another one."""
    return _differs("value", pair, base)


def claim_changed(pair: Pair, base: Wording) -> Finding:
    """State a finding that makes another kind of claim than before; the value is what it says now."""
    then, now = pair.before, pair.now
    told = state(
        f"changes.claim.{now.id}", now.value, says="changes.claim", unit=now.unit, n=now.n, claim=now.claim,
        said=now.text, base=base, old=Term(f"claim_short.{then.claim}"), new=Term(f"claim_short.{now.claim}"),
    )  # fmt: skip
    return replace(told, limits=now.limits)


def new(finding: Finding, base: Wording) -> Finding:
    """State a finding that the last report did not hold."""
    return _once("new", finding, base)


def gone(finding: Finding, base: Wording) -> Finding:
    """State a finding that is not made any more, as the last report said it."""
    return _once("no_more", finding, base)


def shares_of(change: Finding, parts: Mapping[str, Mapping[str, float | None]]) -> Iterator[Finding]:
    """State how much of a change is data, code and parameters, and what only comes of them together."""
    kind, id = change.id.split(".", 2)[1:]
    if kind not in ("moved", "value") or id not in parts:
        return
    scale = 100 if change.unit == "percentage_points" else 1
    for part in PARTS:
        value = parts[id].get(part)
        known = value is not None
        yield state(
            f"changes.part.{part}.{id}", value * scale if value is not None else None,
            says=f"changes.part.{part if known else 'unknown'}", unit=change.unit, n=change.n,
            claim="accounting" if known else "unidentified",
            whole={lang: number(change.value, change.unit, lang) for lang in LANGUAGES},
        )  # fmt: skip


def _differs(kind: str, pair: Pair, base: Wording) -> Finding:
    then, now = pair.before, pair.now
    points = now.unit in _POINTS and then.unit in _POINTS
    difference = None
    if then.unit == now.unit and then.value is not None and now.value is not None:
        difference = (now.value - then.value) * (100 if points else 1)
    told = state(
        f"changes.{kind}.{now.id}", difference, says=f"changes.{kind if difference is not None else 'otherwise'}",
        unit="percentage_points" if points else now.unit, n=now.n,
        claim=now.claim, said=now.text, base=base,
        old={lang: written(then, lang) for lang in LANGUAGES},
    )  # fmt: skip
    return replace(told, limits=now.limits)


def _once(kind: str, finding: Finding, base: Wording) -> Finding:
    told = state(
        f"changes.{_IDS.get(kind, kind)}.{finding.id}", finding.value, says=f"changes.{kind}", unit=finding.unit,
        n=finding.n, claim=finding.claim, said=finding.text, base=base,
    )  # fmt: skip
    return replace(told, limits=finding.limits)


def written(finding: Finding, lang: str) -> str:
    """Write a value with its interval in brackets, where it has one."""
    told = number(finding.value, finding.unit, lang)
    return f"{told} ({interval(*finding.interval, finding.unit, lang)})" if finding.interval else told
