"""Two sections behind the weights: how much of scores and grades is chance, and whom the grades honour."""

from __future__ import annotations

from design_lab.catalogue import words
from design_lab.finding import Finding
from design_lab.report.content import Chart, Group, Row, Section, Table, once
from design_lab.report.facts import Facts, capital

_CYCLES = (("month", "paper"), ("quarter", "effect"), ("year", "down"))
_MOST_INDICATORS = 6  # in a chart
_SLOPES = ("pooled", "between", "within")
_GRADES = (
    "diagnosis.top_grade_below_csat_target",
    "diagnosis.top_true_csat_below_target",
    "diagnosis.low_grade_best_quality",
    "diagnosis.low_true_best_quality",
)


def noise_section(facts: Facts) -> Section:
    """What of scores and grades would come out again, how reliable each indicator is, and the weights elsewhere."""
    agreement, reliability = facts.get("diagnosis.grade_agreement"), facts.get("diagnosis.score_reliability")
    told = [finding for finding in (agreement, reliability, facts.get("diagnosis.tiers")) if finding]
    chart, tables = _reliability_chart(facts), (_noise_table(facts), _elsewhere_table(facts))
    again = Group(title=facts.say("noise.again"), statements=facts.statements(told))
    missing = facts.say("missing_finding", what=facts.say("what.noise"))
    return Section(
        key="noise",
        kicker=facts.say("kicker.noise"),
        heading=_noise_heading(facts, agreement),
        lead=(facts.say("noise.lead"),) if told else (missing,),
        blocks=(
            *((again,) if again.statements else ()),
            *((chart,) if chart else ()),
            *(table for table in tables if table.rows),
        ),
        brief=facts.statements(told[:2]),
    )


def _noise_heading(facts: Facts, agreement: Finding | None) -> str:
    if agreement is None or agreement.value is None:
        return facts.say("noise.none")
    return facts.say("noise.heading", value=facts.shown(agreement))


def _noise_table(facts: Facts) -> Table:
    """What each dimension makes of the differences in total score, and what sampling error in it makes of them."""
    rows = []
    for finding in facts.results.under("diagnosis.effective_noise"):
        dimension = finding.id.rpartition(".")[2]
        effective = facts.get(f"diagnosis.effective_weight.{dimension}")
        cells = (capital(facts.dimension(dimension)), facts.shown(effective), facts.shown(finding))
        rows.append(Row(cells=cells, shows=facts.statements((effective, finding))))
    return Table(
        title=facts.say("noise.parts"),
        columns=facts.heads("noise", "dimension", "effective", "chance"),
        rows=tuple(rows),
        notes=(facts.say("noise.parts_note"),),
    )


def _reliability_chart(facts: Facts) -> Chart | None:
    """Reliability in a month, a quarter and a year of the indicators stated first, those that the scheme weighs."""
    found = [f for f in facts.results.under("diagnosis.reliability") if f.value is not None][:_MOST_INDICATORS]
    found.sort(key=lambda finding: -float(finding.value or 0))
    ids = [finding.id.split(".")[2] for finding in found]
    by_cycle: dict[str, list[Finding | None]] = {
        cycle: [facts.measured(f"diagnosis.reliability_by_cycle.{cycle}.{id}") for id in ids] for cycle, _ in _CYCLES
    }
    by_cycle["quarter"] = [*found]  # measured, not computed, and so with an interval
    if not found:
        return None
    items = (
        facts.chart_word(
            "reliability_item",
            indicator=facts.indicator(id),
            **{cycle: facts.shown(by_cycle[cycle][place]) for cycle, _ in _CYCLES},
        )
        for place, id in enumerate(ids)
    )
    return Chart(
        name="reliability",
        title=facts.chart_word("reliability"),
        alt=facts.alt("reliability", items),
        categories=tuple(facts.indicator(id) for id in ids),
        series=tuple(facts.series(f"cycle_{cycle}", tone, by_cycle[cycle]) for cycle, tone in _CYCLES),
        percent=False,
        shows=facts.statements(finding for cycle in by_cycle.values() for finding in cycle),
        note=facts.level(found),
        digits=2,
    )


def _elsewhere_table(facts: Facts) -> Table:
    """Effective weights for the grade, by role, by quarter and under other rules, a row each."""
    dimensions = [dimension for dimension in facts.dimensions() if dimension != "rules"]
    rows = [_row(facts, facts.say("noise.for_grade"), "diagnosis.effective_weight_of_grade", dimensions)]
    for by in ("role", "quarter", "rule"):
        stem = f"diagnosis.effective_weight_by_{by}"
        keys = once(finding.id.split(".")[2] for finding in facts.results.under(stem))
        rows += [_row(facts, _named(facts, by, key), f"{stem}.{key}", dimensions) for key in keys]
    return Table(
        title=facts.say("noise.table"),
        columns=(facts.say("noise.where_column"), *(capital(facts.dimension(one)) for one in dimensions)),
        rows=tuple(row for row in rows if row.shows),
    )


def _named(facts: Facts, by: str, key: str) -> str:
    if by == "rule":
        return facts.say("noise.under_rule", rule=words(facts.lang).say(f"rule.{key}"))
    return facts.role(key) if by == "role" else key


def _row(facts: Facts, name: str, stem: str, dimensions: list[str]) -> Row:
    found = [facts.get(f"{stem}.{dimension}") for dimension in dimensions]
    return Row(cells=(name, *(facts.shown(finding) for finding in found)), shows=facts.statements(found))


def direction_section(facts: Facts) -> Section:
    """Top grades below the CSAT target, low grades with good quality, and what volume goes with."""
    grades = [finding for id in _GRADES if (finding := facts.get(id))]
    slopes = [finding for kind in _SLOPES if (finding := facts.get(f"evidence.volume_csat.{kind}"))]
    chart = _slopes_chart(facts, slopes)
    groups = (
        Group(title=facts.say("direction.grades"), statements=facts.statements(grades)),
        Group(title=facts.say("direction.slopes"), statements=facts.statements(slopes)),
    )
    caps = _caps_table(facts)
    told = facts.statements([*grades[:1], *slopes[-1:]])
    missing = facts.say("missing_finding", what=facts.say("what.direction"))
    return Section(
        key="direction",
        kicker=facts.say("kicker.direction"),
        heading=_direction_heading(facts),
        lead=(facts.say("direction.lead"),) if told else (missing,),
        blocks=(
            *(group for group in groups[:1] if group.statements),
            *((chart,) if chart else ()),
            *(group for group in groups[1:] if group.statements),
            *((caps,) if caps.rows else ()),
            *facts.groups({"direction.gaming": facts.results.under("evidence.gaming")}, folded=True),
        ),
        brief=told,
    )


def _direction_heading(facts: Facts) -> str:
    below = facts.measured(_GRADES[0])
    within = facts.measured("evidence.volume_csat.within")
    if below:
        return facts.say("direction.below", value=facts.shown(below))
    if within and within.interval and within.interval[0] <= 0 <= within.interval[1]:
        return facts.say("direction.flat")
    if within:
        return facts.say("direction.slope", value=facts.shown(within))
    return facts.say("direction.none")


def _caps_table(facts: Facts) -> Table:
    """How many people of each indicator have the most points that its rule gives."""
    found = facts.results.under("diagnosis.at_cap")
    return Table(
        title=facts.say("direction.caps"),
        columns=(facts.say("data.indicator_column"), facts.say("direction.cap_column")),
        rows=tuple(
            Row(cells=(facts.indicator(one.id.split(".")[2]), facts.shown(one)), shows=facts.statements((one,)))
            for one in found
        ),
        notes=(facts.say("direction.caps_note"),),
    )


def _slopes_chart(facts: Facts, slopes: list[Finding]) -> Chart | None:
    if not any(finding.value is not None for finding in slopes):
        return None
    kinds = [facts.chart_word(f"slope_{finding.id.rpartition('.')[2]}") for finding in slopes]
    items = (
        facts.chart_word("slopes_item", kind=kind, value=facts.shown(finding))
        for kind, finding in zip(kinds, slopes, strict=True)
    )
    return Chart(
        name="slopes",
        title=facts.chart_word("slopes"),
        alt=facts.alt("slopes", items),
        categories=tuple(kinds),
        series=(facts.series("slope", "effect", slopes),),
        percent=False,
        shows=facts.statements(slopes),
        note=facts.level(slopes),
        digits=2,
    )
