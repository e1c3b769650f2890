"""The section on the trade: what it publishes of itself, beside the centre."""

from __future__ import annotations

import re

from design_lab.catalogue import words
from design_lab.finding import Finding
from design_lab.report.content import Chart, Row, Section, Table, once
from design_lab.report.facts import Facts, capital

_YEAR = re.compile(r"sector\.(?P<measure>\w+)\.y(?P<year>\d+)")
_DRAWN = "calls_per_person_year"


def sector_sections(facts: Facts) -> tuple[Section, ...]:
    """Say how the centre stands beside its trade; nothing where the study names none."""
    found = facts.results.under("sector")
    if not found:
        return ()
    measures = once(one.id.split(".")[1] for one in found)
    chart = _chart(facts)
    return (
        Section(
            key="peers",
            kicker=facts.say("kicker.peers"),
            heading=_heading(facts),
            lead=(facts.say("peers.lead"),),
            blocks=(*((chart,) if chart else ()), _table(facts, measures)),
            brief=facts.statements(_own(facts, measure) for measure in measures),
        ),
    )


def _own(facts: Facts, measure: str) -> Finding | None:
    return facts.get(f"sector.{measure}.own")


def _years(facts: Facts, measure: str) -> dict[str, Finding]:
    found = ((one, _YEAR.fullmatch(one.id)) for one in facts.results.under(f"sector.{measure}"))
    return {match["year"]: one for one, match in found if match}


def _heading(facts: Facts) -> str:
    own, years = facts.measured(f"sector.{_DRAWN}.own"), _years(facts, _DRAWN)
    if own is None or not years:
        return facts.say("peers.plain")
    last = max(years)
    return facts.say("peers.heading", own=facts.shown(own), year=last, value=facts.shown(years[last]))


def _table(facts: Facts, measures: tuple[str, ...]) -> Table:
    """A row a measure: the centre, and each year that was published."""
    held = {measure: _years(facts, measure) for measure in measures}
    years = sorted({year for one in held.values() for year in one})
    rows = []
    for measure, one in held.items():
        own = _own(facts, measure)
        cells = (
            facts.shown(own),
            *(facts.shown(one[year]) if year in one else facts.say("unstated") for year in years),
        )
        name = capital(words(facts.lang).say(f"measure.{measure}"))
        rows.append(Row(cells=(name, *cells), shows=facts.statements((own, *one.values()))))
    return Table(
        title=facts.say("peers.table"),
        columns=(facts.say("peers.measure_column"), facts.say("peers.own_column"), *years),
        rows=tuple(rows),
        notes=(facts.say("peers.note"),),
    )


def _chart(facts: Facts) -> Chart | None:
    own, years = facts.measured(f"sector.{_DRAWN}.own"), _years(facts, _DRAWN)
    if own is None or not years:
        return None
    names = (*years, facts.say("peers.own_column"))
    empty: list[Finding | None] = [None] * len(years)
    bars = (*years.values(), own)
    items = (
        facts.chart_word("peers_item", name=name, value=facts.shown(one)) for name, one in zip(names, bars, strict=True)
    )
    return Chart(
        name="peers",
        title=facts.chart_word("peers"),
        alt=facts.alt("peers", items),
        categories=names,
        series=(
            facts.series("peers_trade", "paper", [*years.values(), None]),
            facts.series("peers_own", "effect", [*empty, own]),
        ),
        percent=False,
        shows=facts.statements(bars),
    )
