"""The section on starts and targets: each goal's indicator, where it stands, its steps over a year, and its guard."""

from __future__ import annotations

from design_lab.finding import Finding
from design_lab.report.content import Row, Section, Table, once
from design_lab.report.facts import Facts

_STEPS = ("m3", "m6", "m12")


def targets_section(facts: Facts) -> Section:
    """Give each goal a row: what follows it, where that starts, its targets, and what must not get worse meanwhile."""
    goals = once(one.id.split(".")[1] for one in facts.results.under("goal_tree"))
    missing = (facts.say("missing_finding", what=facts.say("what.baseline")),)
    columns = ("goal", "indicator", "start", *_STEPS, "guard")
    table = Table(
        title=facts.say("baseline.table"),
        columns=facts.heads("baseline", *columns),
        rows=tuple(_row(facts, goal) for goal in goals),
        notes=(facts.say("baseline.note"),),
        worded=True,
    )
    shown = [one for goal in goals for step in _STEPS if (one := facts.measured(f"goal_tree.{goal}.{step}"))]
    return Section(
        key="baseline",
        kicker=facts.say("kicker.baseline"),
        heading=_heading(facts, goals),
        lead=(facts.say("baseline.lead"),) if goals else missing,
        blocks=(
            *((table,) if goals else ()),
            *facts.groups({"baseline.steps": facts.results.under("goal_tree")}, folded=True),
        ),
        brief=facts.statements(shown[:3]),
    )


def _heading(facts: Facts, goals: tuple[str, ...]) -> str:
    without = [facts.quoted_goal(goal) for goal in goals if not facts.measured(f"goal_tree.{goal}.{_STEPS[-1]}")]
    return facts.say("baseline.heading_open" if without else "baseline.heading", goals=facts.joined(without))


def _row(facts: Facts, goal: str) -> Row:
    start, guard = (_held(facts, goal, kind) for kind in ("baseline", "guard"))
    steps = [facts.measured(f"goal_tree.{goal}.{step}") for step in _STEPS]
    dash = facts.say("unstated")
    guarded = facts.say("baseline.guarded", indicator=_indicator(facts, guard), value=facts.shown(guard))
    cells = (
        facts.goal(goal), _indicator(facts, start) if start else dash, facts.bounded(start),
        *(facts.shown(step) for step in steps), guarded if guard else dash,
    )  # fmt: skip
    unknown = [one for one in (facts.get(f"goal_tree.{goal}.{_STEPS[-1]}"),) if one and one.value is None]
    return Row(cells=cells, shows=facts.statements((start, *steps, guard, *unknown)))


def _held(facts: Facts, goal: str, kind: str) -> Finding | None:
    return next(iter(facts.results.under(f"goal_tree.{goal}.{kind}")), None)


def _indicator(facts: Facts, finding: Finding | None) -> str:
    return facts.indicator(finding.id.rpartition(".")[2]) if finding else ""
