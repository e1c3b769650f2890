"""The section on risks: how likely and grave by judgement, what these data show of each, and who does what about it."""

from __future__ import annotations

from design_lab.catalogue import words
from design_lab.catalogue.rollout import Risk
from design_lab.finding import Finding
from design_lab.report.content import Row, Section, Table
from design_lab.report.facts import Facts, capital


def risks_section(facts: Facts) -> Section:
    """The register, the gravest first, with what the findings that watch each risk show."""
    plan = facts.cover.rollout
    ids = [id for id in plan.ranked() if facts.measured(f"risk.{id}")]
    signs = facts.get("risks.signs")
    if not ids or signs is None:
        missing = facts.say("missing_finding", what=facts.say("what.risks"))
        return Section(key="risks", kicker=facts.say("kicker.risks"), heading=facts.say("risks.none"), lead=(missing,))
    watching = [one for id in ids for one in _watching(facts, plan.risks[id])]
    told = facts.groups({"risks.watching": list({one.id: one for one in watching}.values())}, folded=True)
    said = facts.groups({"risks.each": [one for id in ids for one in facts.results.under(f"risk.{id}")]}, folded=True)
    return Section(
        key="risks",
        kicker=facts.say("kicker.risks"),
        heading=_heading(facts, signs),
        lead=(facts.say("risks.lead"),),
        blocks=(_register(facts, ids), *said, *told),
        brief=facts.statements((signs,)),
    )


def _heading(facts: Facts, signs: Finding) -> str:
    if signs.value is None:
        return facts.say("risks.unwatched", count=f"{signs.n}")
    return facts.say(f"risks.heading{'' if signs.value else '_none'}", count=f"{signs.n}", seen=facts.shown(signs))


def _register(facts: Facts, ids: list[str]) -> Table:
    plan, degree = facts.cover.rollout, words(facts.lang)
    rows = []
    for id in ids:
        risk, score, sign = plan.risks[id], facts.measured(f"risk.{id}"), facts.get(f"risk.{id}.sign")
        degrees = {name: degree.say(f"degree.{getattr(risk, name)}") for name in ("likelihood", "impact")}
        cells = (
            capital(risk.name[facts.lang]),
            facts.say("risks.degrees", score=facts.shown(score), **degrees),
            _shown(facts, sign),
            capital(risk.mitigation[facts.lang]),
            capital(plan.stakeholders[risk.owner][facts.lang]),
        )
        holes = frozenset({2}) if sign is not None and sign.value else frozenset()
        rows.append(Row(cells=cells, shows=facts.statements((score, sign)), holes=holes))
    columns = ("risk", "degrees", "shown", "mitigation", "owner")
    return Table(
        title=facts.say("risks.table"),
        columns=facts.heads("risks", *columns),
        rows=tuple(rows),
        notes=(facts.say("risks.note"),),
        worded=True,
        whole=frozenset({1}),
    )


def _shown(facts: Facts, sign: Finding | None) -> str:
    """What the data show of a risk, in a few words."""
    if sign is None or sign.value is None:
        return facts.say("risks.not_watched")
    return facts.say(f"risks.sign{'' if sign.value else '_none'}", seen=facts.shown(sign), watched=f"{sign.n}")


def _watching(facts: Facts, risk: Risk) -> list[Finding]:
    """The findings that watch a risk, in the order of its watches."""
    return [one for watch in risk.watch for one in facts.results.findings if watch.sees(one.id)]
