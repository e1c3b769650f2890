"""The section on a pilot: what it would find by teams and quarters, what must not get worse, and how it came out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from design_lab.catalogue import words
from design_lab.display import Quantity, worded
from design_lab.finding import Finding
from design_lab.report.content import Chart, Points, Row, Section, Series, Table
from design_lab.report.facts import Facts, capital

_ANSWER = (
    "pilot.verdict", "pilot.power", "pilot.quarters", "pilot.teams", "pilot.assurance", "pilot.volume",
    "pilot.mde.shadow",
)  # fmt: skip
_GROUND = ("pilot.past", "pilot.free_teams", "pilot.effect")
_OF_CURVE = re.compile(r"pilot\.power\.(?P<kind>\w+)\.t(?P<teams>\d+)\.q(?P<quarters>\d+)")
_TONES = ("paper", "effect", "proposed")  # of the fewest teams, those there are, and the most


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tried:
    """A design whose power is told: its kind, its teams, its quarters after the first change."""

    kind: str
    teams: int
    quarters: int
    finding: Finding


def pilot_section(facts: Facts) -> Section:
    """Which pilot would tell, what it would find and what would not; the verdict first where a plan was carried out."""
    known = facts.results.under("pilot")
    answer = [found for id in _ANSWER if (found := facts.get(id))]
    plain = facts.get("pilot.mde")
    answer = answer if any(one.id == "pilot.power" for one in answer) or plain is None else [plain, *answer]
    tried = _tried(facts)
    chart, tables = _chart(facts, tried), (_by_design(facts, tried), _by_outcome(facts))
    missing = facts.say("missing_finding", what=facts.say("what.pilot"))
    ground = [found for id in _GROUND if (found := facts.get(id))]
    shadow = [*facts.results.under("pilot.shadow")]
    lot = [found for id in ("pilot.lot",) if (found := facts.get(id))]
    rules = Points(title=facts.say("pilot.rules"), sentences=_rules(facts)) if tried else None
    return Section(
        key="pilot",
        kicker=facts.say("kicker.pilot"),
        heading=_heading(facts),
        lead=(facts.say("pilot.lead") if known else missing,),
        blocks=(
            *facts.groups({"pilot.answer": answer}),
            *((chart,) if chart else ()),
            *(table for table in tables if table.rows),
            *facts.groups({"pilot.ground": ground, "pilot.shadow": shadow}),
            *facts.groups({"pilot.lot": lot}, folded=True),
            *((rules,) if rules else ()),
        ),
        brief=facts.statements(answer[:3]),
    )


def _heading(facts: Facts) -> str:
    """Say how long a pilot of the teams there are takes, or what the one proposed would find at least."""
    quarters, least, power = (facts.measured(f"pilot.{name}") for name in ("quarters", "mde", "power"))
    if quarters and power:
        teams = worded(Quantity(quarters.n or 0, "teams"), facts.lang)
        return facts.say("pilot.enough", teams=teams, quarters=facts.shown(quarters), value=facts.shown(power))
    if power:
        return facts.say("pilot.short", value=facts.shown(power), outcome=_outcome(facts))
    if least:
        return facts.say("pilot.least", value=facts.shown(least), outcome=_outcome(facts))
    return facts.say(f"pilot.{'cannot' if facts.get('pilot.mde') else 'none'}")


def _outcome(facts: Facts) -> str:
    """The primary outcome, which stands first among those whose least effects are told."""
    return _called(facts, next(iter(facts.results.under("pilot.mde_by"))))


def _called(facts: Facts, finding: Finding) -> str:
    return words(facts.lang).say(f"outcome.{finding.id.rpartition('.')[2]}")


def _tried(facts: Facts) -> list[_Tried]:
    found = ((_OF_CURVE.fullmatch(one.id), one) for one in facts.results.under("pilot.power"))
    return [
        _Tried(kind=at["kind"], teams=int(at["teams"]), quarters=int(at["quarters"]), finding=one)
        for at, one in found
        if at
    ]


def _chart(facts: Facts, tried: list[_Tried]) -> Chart | None:
    """Power by quarters for each number of teams, of the kind that was tried with several."""
    if not tried:
        return None
    kind = max({one.kind for one in tried}, key=lambda kind: len({one.teams for one in tried if one.kind == kind}))
    mine = [one for one in tried if one.kind == kind]
    lengths, sizes = (sorted({getattr(one, name) for one in mine}) for name in ("quarters", "teams"))
    shown = {(one.teams, one.quarters): one.finding for one in mine}
    names = [worded(Quantity(length, "quarters"), facts.lang) for length in lengths]
    teams = [worded(Quantity(size, "teams"), facts.lang) for size in sizes]
    tones = _TONES if len(sizes) == len(_TONES) else _TONES[1:]
    items = (
        facts.chart_word("pilot_item", teams=team, quarters=name, value=facts.shown(shown.get((size, length))))
        for team, size in zip(teams, sizes, strict=True)
        for name, length in zip(names, lengths, strict=True)
    )
    return Chart(
        name="pilot",
        title=facts.chart_word("pilot", design=words(facts.lang).say(f"design.{kind}")),
        alt=facts.alt("pilot", items),
        categories=tuple(names),
        series=tuple(
            Series(
                name=team,
                tone=tone,
                values=tuple(_value(shown.get((size, length))) for length in lengths),
                labels=tuple(facts.shown(shown.get((size, length))) for length in lengths),
                bounds=(None,) * len(lengths),
            )
            for team, size, tone in zip(teams, sizes, tones, strict=False)
        ),
        percent=True,
        shows=facts.statements(one.finding for one in mine),
        note=facts.say("pilot.usual"),
    )


def _value(finding: Finding | None) -> float | None:
    return None if finding is None or finding.value is None else float(finding.value)


def _by_design(facts: Facts, tried: list[_Tried]) -> Table:
    """Power of each kind of design with the teams that both were tried with, by quarters."""
    kinds = tuple(dict.fromkeys(one.kind for one in tried))
    shared = [set.intersection(*({one.teams for one in tried if one.kind == kind} for kind in kinds))] if kinds else []
    size = min(shared[0], default=0) if shared else 0
    rows = []
    for length in sorted({one.quarters for one in tried}):
        found = [
            next((one.finding for one in tried if (one.kind, one.teams, one.quarters) == (kind, size, length)), None)
            for kind in kinds
        ]
        cells = (worded(Quantity(length, "quarters"), facts.lang), *(facts.shown(one) for one in found))
        rows.append(Row(cells=cells, shows=facts.statements(found)))
    spoken = words(facts.lang)
    return Table(
        title=facts.say("pilot.by_design", teams=worded(Quantity(size, "teams"), facts.lang)),
        columns=(facts.say("pilot.quarters_column"), *(capital(spoken.say(f"design.{kind}")) for kind in kinds)),
        rows=tuple(rows),
        notes=(facts.say("pilot.by_design_note"),),
    )


def _by_outcome(facts: Facts) -> Table:
    """The least effect that the proposed pilot finds of each outcome."""
    return Table(
        title=facts.say("pilot.by_outcome"),
        columns=(facts.say("evidence.outcome_column"), facts.say("pilot.least_column")),
        rows=tuple(
            Row(cells=(capital(_called(facts, one)), facts.shown(one)), shows=facts.statements((one,)))
            for one in facts.results.under("pilot.mde_by")
        ),
        folded=True,
    )


def _rules(facts: Facts) -> tuple[str, ...]:
    return tuple(facts.say(f"pilot.rule_{name}") for name in ("go", "no_go", "stop", "plan"))
