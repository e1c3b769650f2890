"""The two sections that the others rest on: what arrived, and what the scheme in force rewards."""

from __future__ import annotations

from design_lab.display import interval
from design_lab.finding import Finding
from design_lab.report.content import Chart, Group, Row, Section, Table, clean, once
from design_lab.report.facts import Facts, capital
from design_lab.report.gaps import gaps, widest

_CENTRE = (
    "data.capacity",
    "indicators.csat.target",
    "diagnosis.scored",
    "data.unassigned_share",
    "data.contacts_per_day",
)


def data_section(facts: Facts) -> Section:
    """What arrived, who works there and how the centre stands."""
    rows = facts.results.under("data.rows")
    delivered = _delivered_table(facts, rows)
    odd = [finding for finding in facts.results.under("data.check") if finding.value]
    disagreeing = Group(title=facts.say("data.disagree"), statements=facts.statements(odd))
    centre = Group(title=facts.say("data.centre"), statements=facts.statements(facts.get(id) for id in _CENTRE))
    chart, indicators = _staff_chart(facts), _indicator_table(facts)
    absent = [] if rows else [facts.say("missing_finding", what=facts.say("what.data"))]
    absent += [] if chart else [facts.say("missing_finding", what=facts.say("what.staff"))]
    return Section(
        key="data",
        kicker=facts.say("kicker.data"),
        heading=_data_heading(facts, rows),
        lead=tuple(absent),
        blocks=(
            *(group for group in (centre, disagreeing) if group.statements),
            *((chart,) if chart else ()),
            *(table for table in (delivered, indicators) if table.rows),
        ),
        brief=centre.statements,
    )


def _delivered_table(facts: Facts, rows: tuple[Finding, ...]) -> Table:
    """The rows used of each table; how many were left out is told below."""
    excluded = facts.get("data.excluded_rows")
    return Table(
        title=facts.say("data.tables"),
        columns=(facts.say("data.table_column"), facts.say("data.rows_column")),
        rows=tuple(
            Row(cells=(capital(facts.table(row.id.split(".")[2])), facts.shown(row)), shows=facts.statements((row,)))
            for row in rows
        ),
        notes=(clean(excluded.text[facts.lang]),) if excluded else (),
        folded=True,
    )


def _data_heading(facts: Facts, rows: tuple[Finding, ...]) -> str:
    missing = [facts.table(row.id.split(".")[2]) for row in rows if row.value is None]
    scored = facts.measured("diagnosis.scored")
    if missing:
        return facts.say("data.gaps", quarter=facts.cover.quarter, tables=facts.joined(missing))
    if scored:
        return facts.say("data.scored", quarter=facts.cover.quarter, scored=facts.shown(scored))
    return facts.say("data.arrived", quarter=facts.cover.quarter) if rows else facts.say("data.none")


def _staff(facts: Facts) -> tuple[Finding, ...]:
    """People by role, in the study's order of roles."""
    order = {role: place for place, role in enumerate(facts.cover.roles)}
    found = [finding for finding in facts.results.under("data.staff") if finding.value is not None]
    return tuple(sorted(found, key=lambda finding: order.get(finding.id.split(".")[2], len(order))))


def _staff_chart(facts: Facts) -> Chart | None:
    staff = _staff(facts)
    if not staff:
        return None
    roles = tuple(facts.role(finding.id.split(".")[2]) for finding in staff)
    items = (facts.chart_word("staff_item", role=r, value=facts.shown(f)) for r, f in zip(roles, staff, strict=True))
    return Chart(
        name="staff",
        title=facts.chart_word("staff"),
        alt=facts.alt("staff", items),
        categories=roles,
        series=(facts.series("people", "effect", staff, "count"),),
        percent=False,
        shows=facts.statements(staff),
    )


def _indicator_table(facts: Facts) -> Table:
    ids = once(finding.id.split(".")[1] for finding in facts.results.under("indicators"))
    rows = []
    for id in ids:
        pair = (facts.get(f"indicators.{id}.centre"), facts.get(f"indicators.{id}.spread"))
        if any(pair):
            cells = (facts.indicator(id), *(facts.shown(finding) for finding in pair))
            rows.append(Row(cells=cells, shows=facts.statements(pair)))
    columns = facts.heads("data", "indicator", "centre", "spread")
    notes = (facts.say("data.spread_note"),)
    return Table(title=facts.say("data.indicators"), columns=columns, rows=tuple(rows), notes=notes, folded=True)


def weights_section(facts: Facts) -> Section:
    """What the scheme in force says it rewards, and what separates people's scores."""
    effective = facts.results.under("diagnosis.effective_weight")
    told = [gap for kind in ("more", "less") if (gap := widest(gaps(facts), kind))]
    brief = [gap.effective for gap in told] or [finding for finding in effective if finding.value is not None][:2]
    missing = (facts.say("missing_finding", what=facts.say("what.weights")),)
    lead = (facts.say("weights.lead"), facts.say("weights.lead_effective")) if effective else missing
    under = facts.statements(facts.results.under("diagnosis.people_by_scheme"))
    if under:
        lead = (*lead, facts.say("weights.lead_under", scheme=facts.leading_scheme()))
    by_scheme = _by_scheme_table(facts)
    silent = facts.statements(finding for finding in effective if finding.value is None)
    chart, table = _weights_chart(facts), _weights_table(facts)
    return Section(
        key="weights",
        kicker=facts.say("kicker.weights"),
        heading=_weights_heading(facts),
        lead=lead,
        blocks=(
            *((chart,) if chart else ()),
            *(one for one in (table, by_scheme) if one.rows),
            *((Group(title=facts.say("weights.under"), statements=under),) if under else ()),
            *((Group(title=facts.say("findings"), statements=silent),) if silent else ()),
        ),
        brief=facts.statements(brief[:2]),
    )


def _weights_heading(facts: Facts) -> str:
    found = gaps(facts)
    if not found:
        return facts.say("weights.none")
    parts: dict[str, str] = {}
    for kind in ("more", "less"):
        if gap := widest(found, kind):
            name = facts.dimension(gap.dimension)
            parts[kind] = name if parts else capital(name)
            parts[f"{kind}_value"] = facts.shown(gap.effective)
            parts[f"{kind}_nominal"] = facts.shown(gap.nominal)
    if not parts and (gap := widest(found, "alone")):
        values = {"value": facts.shown(gap.effective), "nominal": facts.shown(gap.nominal)}
        return facts.say("weights.alone", dimension=capital(facts.dimension(gap.dimension)), **values)
    kinds = [kind for kind in ("more", "less") if kind in parts]
    return facts.say(f"weights.{'both' if len(kinds) == 2 else kinds[0] if kinds else 'same'}", **parts)


def _weights_pairs(facts: Facts) -> list[tuple[str, Finding | None, Finding | None]]:
    ids = facts.dimensions()
    paper, effect = ("diagnosis.nominal_weight", "diagnosis.effective_weight")
    return [(id, facts.get(f"{paper}.{id}"), facts.get(f"{effect}.{id}")) for id in ids]


def _weights_table(facts: Facts) -> Table:
    rows, negative = [], False
    for id, nominal, effective in _weights_pairs(facts):
        bounds = effective.interval if effective else None
        between = interval(*bounds, effective.unit, facts.lang) if effective and bounds else facts.say("unstated")
        negative = negative or bool(effective and (effective.value or 0) < 0)
        told = (facts.shown(one) for one in (nominal, effective))
        cells = (capital(facts.dimension(id)), *told, between)
        rows.append(Row(cells=cells, shows=facts.statements((nominal, effective))))
    columns = ("dimension", "nominal", "effective", "interval")
    return Table(
        title=facts.say("weights.table"),
        columns=facts.heads("weights", *columns),
        rows=tuple(rows),
        notes=(facts.say("weights.negative"),) if negative else (),
    )


def _by_scheme_table(facts: Facts) -> Table:
    """Weight on paper and effective weight of each dimension, a column a scheme in force; empty where there is one."""
    paper, real = ("diagnosis.nominal_weight_by_scheme", "diagnosis.effective_weight_by_scheme")
    names = once(finding.id.split(".")[2] for finding in facts.results.under(paper))
    rows = []
    for id in facts.dimensions():
        pairs = [(facts.get(f"{paper}.{name}.{id}"), facts.get(f"{real}.{name}.{id}")) for name in names]
        if any(effective for _, effective in pairs):
            cells = (" / ".join((facts.shown(on_paper), facts.bounded(effective))) for on_paper, effective in pairs)
            shows = facts.statements(one for pair in pairs for one in pair)
            rows.append(Row(cells=(capital(facts.dimension(id)), *cells), shows=shows))
    return Table(
        title=facts.say("weights.by_scheme"),
        columns=(facts.say("weights.dimension_column"), *(facts.scheme(name) for name in names)),
        rows=tuple(rows),
        notes=(facts.say("weights.by_scheme_note"),),
    )


def _weights_chart(facts: Facts) -> Chart | None:
    pairs = _weights_pairs(facts)
    effective = [finding for _, _, finding in pairs if finding]
    if not any(finding.value is not None for finding in effective):
        return None
    items = (
        facts.chart_word(
            "weights_item",
            dimension=capital(facts.dimension(id)),
            nominal=facts.shown(nominal),
            value=facts.shown(effect),
        )
        for id, nominal, effect in pairs
    )
    return Chart(
        name="weights",
        title=facts.chart_word("weights"),
        alt=facts.alt("weights", items),
        categories=tuple(capital(facts.dimension(id)) for id, _, _ in pairs),
        series=(
            facts.series("nominal", "paper", [nominal for _, nominal, _ in pairs]),
            facts.series("effective", "effect", [effect for _, _, effect in pairs]),
        ),
        percent=True,
        shows=facts.statements(finding for _, *both in pairs for finding in both),
        note=facts.level(effective),
    )
