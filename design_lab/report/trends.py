"""The section on trends: each indicator over all quarters, and whether people are distributed otherwise than before."""

from __future__ import annotations

from collections.abc import Mapping

from design_lab.display import number
from design_lab.finding import Finding
from design_lab.report.content import Block, Row, Section, Table, once
from design_lab.report.facts import Facts
from design_lab.report.multiples import Course, Multiples

_STEM, _DRIFT = "trend", "drift"
_BACK = ("quarter", "year")
_OPEN = 6  # indicators that drifted, shown unasked
_FIRST, _MOST = "csat", 6  # the indicator that is drawn first, and how many are


def trends_sections(facts: Facts) -> tuple[Section, ...]:
    """Say how the centre stood over all quarters, and what drifted; nothing where no run looked."""
    held, drifted = _held(facts), facts.results.under(_DRIFT)
    if not held and not drifted:
        return ()
    quarters = tuple(sorted(once(quarter for course in held.values() for quarter in course)))
    counts = [finding for back in _BACK if (finding := facts.get(f"{_DRIFT}.{back}"))]
    sources = [one for one in facts.results.under(_STEM) if one.id.split(".")[2] == "source"]
    first = list(facts.results.under(f"{_DRIFT}.drifted"))
    rest = [one for one in drifted if one.value is not None and one not in (*counts, *first)]
    blocks: list[Block] = [
        *((_chart(facts, held, quarters, sources),) if held else ()),
        *facts.groups({"trends.sources": sources, "trends.drift": [*counts, *first[:_OPEN]]}),
        *((_table(facts, held, quarters),) if held else ()),
        *facts.groups({"trends.rest": [*first[_OPEN:], *rest]}, folded=True),
    ]
    return (
        Section(
            key="trends",
            kicker=facts.say("kicker.trends"),
            heading=_heading(facts, counts, quarters),
            lead=(facts.say("trends.lead"),),
            blocks=tuple(blocks),
            brief=facts.statements([*counts, *first[:1]]),
        ),
    )


def _held(facts: Facts) -> Mapping[str, Mapping[str, Finding]]:
    """The findings of each indicator by quarter, in the order of the cards."""
    held: dict[str, dict[str, Finding]] = {}
    for finding in facts.results.under(_STEM):
        _, indicator, *rest = finding.id.split(".")
        if len(rest) == 1:
            held.setdefault(indicator, {})[rest[0]] = finding
    return held


def _heading(facts: Facts, counts: list[Finding], quarters: tuple[str, ...]) -> str:
    told = counts[0] if counts else None
    if told is None or told.value is None:
        return (
            facts.say("trends.heading_plain", first=quarters[0], last=quarters[-1])
            if quarters
            else facts.say("trends.none")
        )
    return facts.say("trends.heading", value=facts.shown(told), n=f"{told.n:,}")


def _chosen(facts: Facts, held: Mapping[str, Mapping[str, Finding]]) -> tuple[str, ...]:
    """The indicators that are drawn: that of the target, then those that some scheme weighs, then any."""
    return once(name for name in (_FIRST, *facts.cover.definitions, *held) if name in held)[:_MOST]


def _chart(
    facts: Facts, held: Mapping[str, Mapping[str, Finding]], quarters: tuple[str, ...], sources: list[Finding]
) -> Multiples:
    names = _chosen(facts, held)
    broken = {tuple(one.id.split(".")[1::2]) for one in sources}
    drawn = {name: [held[name].get(quarter) for quarter in quarters] for name in names}
    items = (
        facts.chart_word("trends_item", indicator=facts.indicator(name), first=facts.bounded(_known(course)[0]),
                         last=facts.bounded(_known(course)[-1]))
        for name, course in drawn.items()
    )  # fmt: skip
    shows = [one for course in drawn.values() for one in course if one]
    level = next((one.level for one in shows if one.interval), None)
    notes = (
        facts.chart_word("trends_note", level=number(level, "weight", facts.lang)) if level else "",
        facts.chart_word("trends_breaks") if broken else "",
    )
    return Multiples(
        name="trends",
        title=facts.chart_word("trends"),
        alt=facts.alt("trends", items),
        quarters=quarters,
        courses=tuple(
            Course(
                title=facts.indicator(name),
                values=tuple(float(one.value) if one and one.value is not None else None for one in course),
                labels=tuple(facts.shown(one) for one in course),
                bounds=tuple(one.interval if one else None for one in course),
                breaks=tuple(place for place, quarter in enumerate(quarters) if (name, quarter) in broken),
            )
            for name, course in drawn.items()
        ),
        shows=facts.statements(shows),
        note=facts.say("sentence_join").join(note for note in notes if note),
    )


def _known(course: list[Finding | None]) -> list[Finding]:
    return [one for one in course if one]


def _table(facts: Facts, held: Mapping[str, Mapping[str, Finding]], quarters: tuple[str, ...]) -> Table:
    rows = []
    for name, course in held.items():
        cells = (facts.shown(course.get(quarter)) for quarter in quarters)
        rows.append(Row(cells=(facts.indicator(name), *cells), shows=facts.statements(course.values())))
    return Table(
        title=facts.say("trends.table"),
        columns=(facts.say("data.indicator_column"), *quarters),
        rows=tuple(rows),
        folded=True,
    )
