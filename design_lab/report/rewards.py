"""Two sections behind the weights: how much of scores and grades is chance, and whom the grades honour."""

from __future__ import annotations

from design_lab.catalogue import words
from design_lab.display import number
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
    told = [*(finding for finding in (agreement, reliability) if finding), *facts.results.under("diagnosis.tiers")]
    noise = [finding for finding in facts.results.under("diagnosis.effective_noise") if finding.value]
    chart, table = _reliability_chart(facts), _elsewhere_table(facts)
    groups = (
        Group(title=facts.say("noise.again"), statements=facts.statements(told)),
        Group(title=facts.say("noise.parts"), statements=facts.statements(noise)),
    )
    missing = facts.say("missing_finding", what=facts.say("what.noise"))
    return Section(
        key="noise",
        kicker=facts.say("kicker.noise"),
        heading=_noise_heading(facts, agreement),
        lead=(facts.say("noise.lead"),) if told else (missing,),
        blocks=(
            *((chart,) if chart else ()),
            *(group for group in groups if group.statements),
            *((table,) if table.rows else ()),
        ),
        brief=facts.statements(told[:2]),
    )


def _noise_heading(facts: Facts, agreement: Finding | None) -> str:
    if agreement is None or agreement.value is None:
        return facts.say("noise.none")
    return facts.say("noise.heading", value=facts.shown(agreement))


def _reliability_chart(facts: Facts) -> Chart | None:
    """Reliability in a month, a quarter and a year of the indicators stated first, those that the scheme weighs."""
    found = [f for f in facts.results.under("diagnosis.reliability") if f.value is not None][:_MOST_INDICATORS]
    found.sort(key=lambda finding: -float(finding.value or 0))
    ids = [finding.id.split(".")[2] for finding in found]
    by_cycle = {
        cycle: [facts.measured(f"diagnosis.reliability_by_cycle.{cycle}.{id}") for id in ids] for cycle, _ in _CYCLES
    }
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
        alt=facts.chart_word("reliability_alt", items=facts.say("sentence_join").join(items)),
        categories=tuple(facts.indicator(id) for id in ids),
        series=tuple(facts.series(f"cycle_{cycle}", tone, by_cycle[cycle]) for cycle, tone in _CYCLES),
        percent=False,
        shows=facts.statements([*found, *(finding for cycle in by_cycle.values() for finding in cycle)]),
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
        Group(title=facts.say("direction.caps"), statements=facts.statements(facts.results.under("diagnosis.at_cap"))),
        Group(title=facts.say("direction.slopes"), statements=facts.statements(slopes)),
    )
    told = facts.statements([*grades[:1], *slopes[-1:]])
    missing = facts.say("missing_finding", what=facts.say("what.direction"))
    return Section(
        key="direction",
        kicker=facts.say("kicker.direction"),
        heading=_direction_heading(facts),
        lead=(facts.say("direction.lead"),) if told else (missing,),
        blocks=(*((chart,) if chart else ()), *(group for group in groups if group.statements)),
        brief=told,
    )


def _direction_heading(facts: Facts) -> str:
    below = facts.measured(_GRADES[0])
    within = facts.measured("evidence.volume_csat.within")
    if below:
        return facts.say("direction.below", value=facts.shown(below))
    if within:
        return facts.say("direction.slope", value=facts.shown(within))
    return facts.say("direction.none")


def _slopes_chart(facts: Facts, slopes: list[Finding]) -> Chart | None:
    if not any(finding.value is not None for finding in slopes):
        return None
    kinds = [facts.chart_word(f"slope_{finding.id.rpartition('.')[2]}") for finding in slopes]
    items = (
        facts.chart_word("slopes_item", kind=kind, value=facts.shown(finding))
        for kind, finding in zip(kinds, slopes, strict=True)
    )
    level = next((finding.level for finding in slopes if finding.interval), None)
    return Chart(
        name="slopes",
        title=facts.chart_word("slopes"),
        alt=facts.chart_word("slopes_alt", items=facts.say("sentence_join").join(items)),
        categories=tuple(kinds),
        series=(facts.series("slope", "effect", slopes),),
        percent=False,
        shows=facts.statements(slopes),
        note=facts.say("level", level=number(level, "weight", facts.lang)) if level else "",
        digits=2,
    )
