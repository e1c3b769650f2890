"""How good forecasts were, said: coverage, bias and skill as findings, or that too few are there to judge."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from design_lab.display import Quantity, Term, Wording
from design_lab.evaluation.criteria import Estimate
from design_lab.expected.scores import BANDS, LEAST_LINES, LEAST_QUARTERS, LEVEL, Summary
from design_lab.finding import Finding, state

_UNITS: Mapping[str, str] = {"coverage": "share", "bias": "standard_deviations", "crps_skill": "share"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One thing that is said: what its id ends in, its kind, and what it rests on."""

    ends: str
    kind: str
    found: Estimate | None
    lines: int
    quarters: int
    more: Mapping[str, Any] = field(default_factory=dict)


def stated(
    stem: str,
    found: Summary,
    *,
    which: Wording,
    skills: Mapping[str, str],
    limits: Collection[str] = (),
    only: Collection[str] = (),
) -> tuple[Finding, ...]:
    """State coverage, bias and skill of forecasts below an id; `which` names them inside a sentence.

    `skills` says by reference what the finding's id ends in, `only` which parts are stated. Too few forecasts make
    sentences without a number.
    """
    parts = (*_coverage(found), _Part(ends="bias", kind="bias", found=found.bias, lines=found.n,
             quarters=found.quarters), *_skills(found, skills))  # fmt: skip
    return tuple(
        _finding(f"{stem}.{one.ends}", one, which, limits)
        for one in parts
        if not only or one.ends.partition(".")[0] in only
    )


def _coverage(found: Summary) -> list[_Part]:
    widest = max(BANDS)
    return [
        _Part(
            ends="coverage" if band == widest else f"coverage_{band}", kind="coverage", found=found.coverage[band],
            lines=found.n, quarters=found.quarters,
            more={"band": Quantity(band / 100, "weight"), "inside": Quantity(found.inside[band], "count")},
        )
        for band in sorted(BANDS, reverse=True)
    ]  # fmt: skip


def _skills(found: Summary, skills: Mapping[str, str]) -> list[_Part]:
    return [
        _Part(
            ends=f"crps_skill{end}", kind="crps_skill", found=found.skill[reference],
            lines=found.compared[reference][0], quarters=found.compared[reference][1],
            more={"reference": Term(f"reference.{reference}")},
        )
        for reference, end in skills.items()
    ]  # fmt: skip


def _finding(id: str, one: _Part, which: Wording, limits: Collection[str]) -> Finding:
    counts: dict[str, Any] = {
        "which": which, "quarters": Quantity(one.quarters, "count"), "lines": Quantity(one.lines, "count"),
        "least": Quantity(LEAST_LINES, "count"), "least_quarters": Quantity(LEAST_QUARTERS, "count"), **one.more,
    }  # fmt: skip
    unit, found = _UNITS[one.kind], one.found
    if found is None:
        says = f"review.{one.kind}_{'too_few' if one.lines else 'none'}"
        return state(id, None, says=says, unit=unit, n=one.lines, claim="unidentified", limits=limits, **counts)
    way = "" if one.kind == "coverage" else _way(found)
    return state(
        id, found.value, says=f"review.{one.kind}{way}", unit=unit, n=found.n, claim="association",
        bounds=(found.low, found.high), level=LEVEL, limits=("quarters_as_one", *limits), **counts,
    )  # fmt: skip


def _way(found: Estimate) -> str:
    if found.low > 0:
        return "_above"
    return "_below" if found.high < 0 else "_even"
