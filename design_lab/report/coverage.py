"""The section on what an appraisal looks at: roles by goals, with every hole."""

from __future__ import annotations

from design_lab.catalogue import words
from design_lab.finding import Finding
from design_lab.report.content import Row, Section, Table, once
from design_lab.report.facts import Facts, capital

_COVERED = ("goals", "contents", "dimensions")


def coverage_section(facts: Facts) -> Section:
    """Which dimensions look at which goal for whom, what is covered at all, and what the client itself names."""
    matrix, shares, unnamed = _matrix(facts), _shares(facts), _unnamed(facts)
    told = (
        *((matrix,) if matrix.rows else ()),
        *facts.groups({"coverage.shares_title": [*shares, *unnamed]}),
        *facts.groups({"coverage.holes": _holes(facts)}, folded=True),
    )
    missing = facts.say("missing_finding", what=facts.say("what.coverage"))
    return Section(
        key="coverage",
        kicker=facts.say("kicker.coverage"),
        heading=_heading(facts, unnamed),
        lead=(facts.say("coverage.lead"),) if told else (missing,),
        blocks=told,
        brief=facts.statements([*unnamed, *shares]),
    )


def _heading(facts: Facts, unnamed: list[Finding]) -> str:
    covered = facts.measured("diagnosis.coverage.goals")
    if covered is None:
        return facts.say("coverage.none")
    goals = facts.joined([facts.quoted_goal(found.id.split(".")[3].removeprefix("goal_")) for found in unnamed])
    return facts.say("coverage.unnamed" if unnamed else "coverage.shares", goals=goals, value=facts.shown(covered))


def _shares(facts: Facts) -> list[Finding]:
    return [found for name in _COVERED if (found := facts.get(f"diagnosis.coverage.{name}"))]


def _unnamed(facts: Facts) -> list[Finding]:
    """The goals for which the client itself names no indicator."""
    found = facts.results.under("diagnosis.coverage.unnamed")
    return [one for one in found if one.id.split(".")[3].startswith("goal_")]


def _holes(facts: Facts) -> list[Finding]:
    """The holes of goals and contents, each with the roles that have it."""
    found = facts.results.under("diagnosis.coverage")
    return [one for one in found if one.id.split(".")[2].startswith(("goal_", "content_"))]


def _matrix(facts: Facts) -> Table:
    """Roles by goals: the dimensions that look at each, with the share of people who have data, or what is lacking."""
    cells: dict[tuple[str, str], list[Finding]] = {}
    for finding in facts.results.under("diagnosis.coverage_by_role"):
        role, goal = finding.id.split(".")[2:4]
        cells.setdefault((role, goal), []).append(finding)
    goals = once([*(g for g in facts.cover.goals if any(g == goal for _, goal in cells)), *(goal for _, goal in cells)])
    roles = once([*(r for r in facts.cover.roles if any(r == role for role, _ in cells)), *(role for role, _ in cells)])
    rows = [_row(facts, facts.role(role), [cells.get((role, goal), []) for goal in goals]) for role in roles]
    named = [[one for kind in ("named", "unnamed") if (one := _named_for(facts, kind, goal))] for goal in goals]
    return Table(
        title=facts.say("coverage.matrix"),
        columns=(facts.say("coverage.role_column"), *(facts.goal(goal) for goal in goals)),
        rows=(*((_row(facts, facts.say("coverage.named"), named),) if any(named) and rows else ()), *rows),
        notes=(facts.say("coverage.matrix_note"),),
        worded=True,
    )


def _named_for(facts: Facts, kind: str, goal: str) -> Finding | None:
    return facts.get(f"diagnosis.coverage.{kind}.goal_{goal}")


def _row(facts: Facts, name: str, cells: list[list[Finding]]) -> Row:
    """A role's row, or that of the client's own paper; a cell that nothing with enough data fills is a hole."""
    return Row(
        cells=(name, *(_cell(facts, found) for found in cells)),
        shows=facts.statements(finding for found in cells for finding in found),
        holes=frozenset(place for place, found in enumerate(cells, 1) if not found or _is_hole(found[0])),
    )


def _is_hole(finding: Finding) -> bool:
    parts = finding.id.split(".")
    return not finding.value if parts[1] == "coverage" else parts[4] not in ("covered", "assumed")


def _cell(facts: Facts, found: list[Finding]) -> str:
    if not found:
        return facts.say("unstated")
    parts = found[0].id.split(".")
    if parts[1] == "coverage":
        return facts.say("coverage.named_none") if not found[0].value else facts.shown(found[0])
    seen = [f"{facts.dimension(one.id.split('.')[5])} {facts.shown(one)}" for one in found if one.id.count(".") == 5]
    said = words(facts.lang).say(f"coverage.{parts[4]}", dimensions=words(facts.lang).say("run.join").join(seen))
    return capital(said)
