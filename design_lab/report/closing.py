"""The section that closes a report: what was found, under which conditions, what not to claim, and what comes next."""

from __future__ import annotations

from design_lab.finding import CAUSAL, Finding
from design_lab.report.content import Points, Section
from design_lab.report.facts import Facts
from design_lab.report.forecast import greatest_effect
from design_lab.report.gaps import gaps, telling, widest

_CONDITIONS = ("congress", "service", "same_measure", "frozen")
_NOT_CLAIMED = ("scenario", "association", "person", "elsewhere", "fair")
_NEXT = ("confirm", "freeze", "pilot", "train", "review")


def closing_section(facts: Facts) -> Section:
    """Conclude from the findings alone; conditions, claims and steps are words of the project."""
    found = _found(facts)
    rules = ("rules",) if facts.cover.assumed else ()
    points = {
        "conditions": (*rules, *_CONDITIONS),
        "not_claimed": (*(("synthetic",) if facts.cover.synthetic else ()), *_NOT_CLAIMED),
        "next": _NEXT,
    }
    return Section(
        key="conclusions",
        kicker=facts.say("kicker.conclusions"),
        heading=facts.say(f"conclusions.heading_{_kind(facts)}"),
        blocks=(
            *facts.groups({"conclusions.found": found}),
            *(
                Points(
                    title=facts.say(f"conclusions.{part}"),
                    sentences=tuple(facts.say(f"conclusions.{part}_{key}") for key in keys),
                )
                for part, keys in points.items()
            ),
        ),
        brief=facts.statements(found[:3]),
    )


def _kind(facts: Facts) -> str:
    """By what kind of claim the past allows: `piloted`, `judged`, `open`, or `unasked` where nobody asked."""
    claim = facts.get("evidence.claim")
    if claim is None:
        return "unasked"
    if claim.claim == "unidentified":
        return "open"
    return "piloted" if claim.claim in CAUSAL else "judged"


def _found(facts: Facts) -> list[Finding]:
    """The widest gap, what the past says, the greatest effect expected, what it asks for, and a pilot."""
    gap = telling(gaps(facts)) or widest(gaps(facts))
    most = greatest_effect(facts)
    scheme = most.id.split(".")[1] if most else ""
    asked = [facts.get(f"expected.{scheme}.{end}") for end in ("fte", "net_value")] if most else []
    held = [gap.effective if gap else None, facts.get("evidence.claim"), most, *asked, facts.get("pilot.power")]
    return [one for one in held if one is not None]
