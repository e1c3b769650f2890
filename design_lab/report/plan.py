"""The sections on how a scheme would be put in force: timetable, responsibilities, and who is told what."""

from __future__ import annotations

import datetime as dt

from design_lab.finding import Finding
from design_lab.report.content import Row, Section, Table
from design_lab.report.facts import Facts, capital
from design_lab.report.timetable import Stage, Timeline

_PARTS = ("accountable", "responsible", "consulted", "informed")


def plan_sections(facts: Facts) -> tuple[Section, ...]:
    """The timetable with its gates, who is responsible for what (RACI), and the communication plan."""
    total = facts.measured("plan.weeks")
    if total is None:
        missing = facts.say("missing_finding", what=facts.say("what.plan"))
        kicker = facts.say("kicker.plan")
        return (Section(key="plan", kicker=kicker, heading=facts.say("plan.none"), lead=(missing,)),)
    return _timetable(facts, total), _responsibilities(facts), _communication(facts)


def day(facts: Facts, weeks: Finding | None, *, last: bool = False) -> str:
    """The first day of a week, or the last one before it; the week itself where the first day of all is not known."""
    if weeks is None:
        return facts.say("unstated")
    if facts.cover.begins is None:
        return facts.shown(weeks)
    count = float(weeks.value or 0)
    return _last_day(facts, count) if last else (facts.cover.begins + dt.timedelta(weeks=count)).isoformat()


def _last_day(facts: Facts, weeks: float) -> str:
    """The last day of so many weeks; nothing where the first day of all is not known."""
    begins = facts.cover.begins
    return (begins + dt.timedelta(weeks=weeks, days=-1)).isoformat() if begins else ""


def _timetable(facts: Facts, total: Finding) -> Section:
    pilot, gates = facts.get("plan.pilot.weeks"), _gates(facts)
    chart = _chart(facts)
    return Section(
        key="plan",
        kicker=facts.say("kicker.plan"),
        heading=facts.say("plan.heading", weeks=facts.shown(total), count=f"{total.n}", pilot=facts.shown(pilot)),
        lead=(facts.say("plan.lead"),),
        blocks=(chart, gates),
        brief=facts.statements((total, pilot)),
    )


def _chart(facts: Facts) -> Timeline:
    plan, stages, shows = facts.cover.rollout, [], []
    for id, phase in plan.phases.items():
        starts, weeks = facts.measured(f"plan.{id}.starts_week"), facts.measured(f"plan.{id}.weeks")
        if starts is None or weeks is None:
            continue
        first, many = int(starts.value or 0), int(weeks.value or 0)
        until = _last_day(facts, first + many)
        label = facts.chart_word(f"plan_label{'' if until else '_weeks'}", weeks=facts.shown(weeks), until=until)
        deciding = phase.accountable == plan.decision.owner
        stages.append(
            Stage(name=capital(phase.name[facts.lang]), start=first, weeks=many, label=label, deciding=deciding)
        )
        shows += [starts, weeks]
    return Timeline(
        name="plan",
        title=facts.chart_word("plan"),
        alt=facts.alt("plan", (facts.chart_word("plan_item", name=one.name, label=one.label) for one in stages)),
        stages=tuple(stages),
        begins=facts.cover.begins,
        shows=facts.statements(shows),
        note=facts.say("plan.note", owner=plan.stakeholders[plan.decision.owner][facts.lang]),
    )


def _gates(facts: Facts) -> Table:
    rows = []
    for id, phase in facts.cover.rollout.phases.items():
        found = [facts.measured(f"plan.{id}.{part}") for part in ("starts_week", "weeks")]
        texts = (phase.deliverable, phase.gate)
        cells = (capital(phase.name[facts.lang]), day(facts, found[0]), *(capital(text[facts.lang]) for text in texts))
        rows.append(Row(cells=cells, shows=facts.statements(found)))
    return Table(
        title=facts.say("plan.gates"),
        columns=facts.heads("plan", "phase", "begins", "deliverable", "gate"),
        rows=tuple(rows),
        worded=True,
        whole=frozenset({1}),
    )


def _responsibilities(facts: Facts) -> Section:
    plan = facts.cover.rollout
    rows = []
    for id, phase in plan.phases.items():
        named = ((phase.accountable,), phase.responsible, phase.consulted, phase.informed)
        cells = (capital(phase.name[facts.lang]), *(_who(facts, stakeholders) for stakeholders in named))
        rows.append(Row(cells=cells, shows=facts.statements((facts.measured(f"plan.{id}.starts_week"),))))
    return Section(
        key="responsibilities",
        kicker=facts.say("kicker.responsibilities"),
        heading=facts.say("responsibilities.heading", owner=plan.stakeholders[plan.decision.owner][facts.lang]),
        lead=(facts.say("responsibilities.lead"),),
        blocks=(
            Table(
                title=facts.say("responsibilities.table"),
                columns=(facts.say("plan.phase_column"), *(facts.say(f"responsibilities.{part}") for part in _PARTS)),
                rows=tuple(rows),
                worded=True,
            ),
        ),
    )


def _who(facts: Facts, stakeholders: tuple[str, ...]) -> str:
    named = [facts.cover.rollout.stakeholders[one][facts.lang] for one in stakeholders]
    return capital(facts.say("list_join").join(named)) or facts.say("unstated")


def _communication(facts: Facts) -> Section:
    plan = facts.cover.rollout
    rows = []
    for message in plan.messages.values():
        begins = facts.measured(f"plan.{message.phase}.starts_week")
        texts = [capital(text[facts.lang]) for text in (message.what, message.channel)]
        phase = capital(plan.phases[message.phase].name[facts.lang])
        cells = (_who(facts, message.to), texts[0], phase, day(facts, begins), _who(facts, (message.by,)), texts[1])
        rows.append(Row(cells=cells, shows=facts.statements((begins,))))
    columns = ("to", "what", "when", "from", "by", "channel")
    return Section(
        key="communication",
        kicker=facts.say("kicker.communication"),
        heading=facts.say("communication.heading"),
        lead=(facts.say("communication.lead"),),
        blocks=(
            Table(
                title=facts.say("communication.table"),
                columns=facts.heads("communication", *columns),
                rows=tuple(rows),
                worded=True,
                whole=frozenset({3}),
            ),
        ),
    )
