"""The section on how far each scheme's grades hold, and which choice behind it matters."""

from __future__ import annotations

from design_lab.catalogue import words
from design_lab.display import number
from design_lab.finding import Finding
from design_lab.report.content import Chart, Group, Row, Section, Table, once
from design_lab.report.facts import Facts

_FACTORS = ("weights", "rule", "aggregation", "missing", "sampling")
_STABLE = (
    ("robust_sampling", "paper", "grade_stability_by.sampling"),
    ("robust_choices", "down", "grade_stability_by.choices"),
    ("robust_all", "effect", "grade_stability"),
)
_SAID = ("grade_stability", "grades_holding", "top_factor", "cheapest")


def robust_section(facts: Facts) -> Section:
    """Whose grades would stay the same in another sample and under neighbouring choices, scheme by scheme."""
    names = _schemes(facts)
    told = [finding for name in names for what in _SAID if (finding := facts.get(f"robustness.{name}.{what}"))]
    chart, table = _chart(facts, names), _table(facts, names)
    said = facts.statements(told)
    missing = facts.say("missing_finding", what=facts.say("what.robustness"))
    return Section(
        key="robustness",
        kicker=facts.say("kicker.robustness"),
        heading=_heading(facts, names),
        lead=(facts.say("robustness.lead") if told else missing,),
        blocks=(
            *((chart,) if chart else ()),
            *((table,) if table.rows else ()),
            *((Group(title=facts.say("findings"), statements=said, folded=True),) if said else ()),
        ),
        brief=said[:2],
    )


def _schemes(facts: Facts) -> tuple[str, ...]:
    """The schemes with findings, those of the cover in its order first."""
    found = once(finding.id.split(".")[1] for finding in facts.results.under("robustness"))
    return once([*(name for name in facts.cover.schemes if name in found), *found])


def _heading(facts: Facts, names: tuple[str, ...]) -> str:
    for name in names:
        if stable := facts.measured(f"robustness.{name}.grade_stability"):
            return facts.say("robustness.heading", scheme=facts.quoted(name), value=facts.shown(stable))
    return facts.say("robustness.none")


def _chart(facts: Facts, names: tuple[str, ...]) -> Chart | None:
    held = {what: [facts.measured(f"robustness.{name}.{what}") for name in names] for _, _, what in _STABLE}
    shown: list[Finding | None] = [finding for found in held.values() for finding in found]
    if not any(shown):
        return None
    items = (
        facts.chart_word(
            "robustness_item",
            scheme=facts.scheme(name),
            **{series.removeprefix("robust_"): facts.shown(held[what][place]) for series, _, what in _STABLE},
        )
        for place, name in enumerate(names)
    )
    level = next((finding.level for finding in shown if finding and finding.interval), None)
    return Chart(
        name="robustness",
        title=facts.chart_word("robustness"),
        alt=facts.alt("robustness", items),
        categories=tuple(facts.scheme(name) for name in names),
        series=tuple(facts.series(series, tone, held[what]) for series, tone, what in _STABLE),
        percent=True,
        shows=facts.statements(shown),
        note=facts.say("robustness.draws", level=number(level, "weight", facts.lang)) if level else "",
    )


def _table(facts: Facts, names: tuple[str, ...]) -> Table:
    rows = []
    for name in names:
        found = [facts.measured(f"robustness.{name}.factor.{factor}") for factor in _FACTORS]
        if any(found):
            cells = (facts.scheme(name), *(facts.shown(finding) for finding in found))
            rows.append(Row(cells=cells, shows=facts.statements(found)))
    spoken = words(facts.lang)
    return Table(
        title=facts.say("robustness.table"),
        columns=(facts.say("robustness.scheme_column"), *(spoken.say(f"robust.short.{factor}") for factor in _FACTORS)),
        rows=tuple(rows),
        notes=(facts.say("robustness.note"),),
    )
