"""The section of decisions requested: the options, the one recommended, its conditions, who decides and until when."""

from __future__ import annotations

from design_lab.finding import Finding
from design_lab.report.content import Row, Section, Table
from design_lab.report.facts import Facts, capital
from design_lab.report.plan import day

_OPTIONS = ("keep", "pilot", "adopt", "not_now")


def decision_section(facts: Facts) -> Section:
    """What those who decide are asked: each option with what it rests on and its condition, and the recommendation."""
    advice = next(iter(facts.results.under("decision.recommended")), None)
    if advice is None:
        missing = facts.say("missing_finding", what=facts.say("what.decision"))
        kicker = facts.say("kicker.decision")
        return Section(key="decision", kicker=kicker, heading=facts.say("decision.none"), lead=(missing,))
    table = _options(facts, advice)
    told = [advice, facts.get("decision.deadline"), facts.get("decision.overturn")]
    candidates = list(facts.results.under("decision.candidate"))
    return Section(
        key="decision",
        kicker=facts.say("kicker.decision"),
        heading=_called(facts, "heading", advice),
        lead=(facts.say("decision.lead"),),
        blocks=(
            table,
            *facts.groups({"decision.why": [one for one in told if one]}),
            *facts.groups({"decision.candidates": candidates}, folded=True),
        ),
        brief=facts.statements(told),
    )


def _options(facts: Facts, advice: Finding) -> Table:
    owner = capital(facts.cover.rollout.stakeholders[facts.cover.rollout.decision.owner][facts.lang])
    due = day(facts, facts.measured("decision.deadline"), last=True)
    rows = []
    for option in _OPTIONS:
        found = next((one for one in facts.results.under("decision.option") if one.id.split(".")[2] == option), None)
        condition = facts.get(f"decision.condition.{option}")
        if found is None:
            continue
        chosen = advice.id.split(".")[2:] == found.id.split(".")[2:]
        cells = (
            _called(facts, "option", found),
            facts.say(f"decision.{'recommended' if chosen else 'not_recommended'}"),
            _rests(facts, found),
            condition.text[facts.lang] if condition else facts.say("unstated"),
            owner,
            due,
        )
        holes = frozenset({2}) if found.claim == "unidentified" else frozenset()
        rows.append(Row(cells=cells, shows=facts.statements((found, condition)), holes=holes))
    columns = ("option", "advice", "rests", "condition", "owner", "due")
    return Table(
        title=facts.say("decision.options"),
        columns=facts.heads("decision", *columns),
        rows=tuple(rows),
        notes=(facts.say("decision.note"),),
        worded=True,
        whole=frozenset({5}),
    )


def _rests(facts: Facts, found: Finding) -> str:
    if found.claim == "unidentified":
        return facts.say("decision.unmeasured")
    return facts.bounded(found) if found.value is not None else facts.say("unstated")


def _called(facts: Facts, kind: str, found: Finding) -> str:
    """Name an option by its finding's id, with the scheme that the id may end in."""
    _, _, option, *scheme = found.id.split(".")
    quoted = facts.quoted(scheme[0]) if scheme else ""
    return facts.say(
        f"decision.{kind}_{option}{'' if scheme or option in ('keep', 'not_now') else '_none'}", scheme=quoted
    )
