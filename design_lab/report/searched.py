"""The section on the search: the picture of what was tried, and the few schemes that are worth proposing."""

from __future__ import annotations

from collections.abc import Mapping

from design_lab.catalogue import words
from design_lab.display import worded
from design_lab.finding import Finding
from design_lab.landscape import Landscape
from design_lab.report.content import Field, Row, Scatter, Section, Spot, Table, clean, once
from design_lab.report.facts import Facts, capital

_WAYS = ("even", "nearest", "reliable")
_FIGURES = ("alignment", "reliability", "agreement", "weight", "gap", "distance", "pool")
_SHARES = ("reliability", "weight", "distance")  # of a landscape's axes, those that are shares
_MARKS: Mapping[str, tuple[str, str]] = {
    "today": ("down", "s"), "even": ("proposed", "o"), "nearest": ("proposed", "^"), "reliable": ("proposed", "D"),
}  # fmt: skip
_SIDE_BY_SIDE = 3  # fields that a page has room for


def search_section(facts: Facts) -> Section:
    """How many schemes were tried, what the best is worth when its luck is taken off, and the three proposed."""
    results = facts.results
    tried, front = facts.get("search.tried"), facts.get("search.front_size")
    chart = _chart(facts, results.landscapes[:_SIDE_BY_SIDE])
    lead = facts.say("search.lead", quarter=facts.cover.quarter)
    missing = facts.say("missing_finding", what=facts.say("what.search"))
    luck = facts.statements(results.under("search.winner"))
    groups = (
        *facts.groups({"search.luck": results.under("search.winner")}),
        *facts.groups({"search.unsought": results.under("search.unsought")}, folded=True),
    )
    return Section(
        key="search",
        kicker=facts.say("kicker.search"),
        heading=_heading(facts, tried, front),
        lead=(lead if tried else missing,),
        blocks=(
            *((chart,) if chart else ()),
            *(table for table in (*_weights(facts), _figures(facts)) if table.rows),
            *groups,
        ),
        brief=(*facts.statements([tried]), *luck)[:3],
    )


def _heading(facts: Facts, tried: Finding | None, front: Finding | None) -> str:
    if tried is None:
        return facts.say("search.none")
    if front is None or front.value is None:
        return facts.say("search.unknown", tried=facts.shown(tried))
    return facts.say("search.heading", tried=facts.shown(tried), front=facts.shown(front))


def _weights(facts: Facts) -> list[Table]:
    """Today's weights and the proposals' for each role or level searched, the largest open, the others folded."""
    return [
        Table(
            title=facts.say("search.weights", role=_role(facts, one)),
            columns=(facts.say("search.weights_column"), *(_short(facts, key) for key in ("today", *_WAYS))),
            rows=_weight_rows(facts, one),
            notes=(facts.say("search.weights_note"),),
            folded=place > 0,
        )
        for place, one in enumerate(facts.results.landscapes)
    ]


def _weight_rows(facts: Facts, one: Landscape) -> tuple[Row, ...]:
    stems = {key: f"search.weight.{key}.{one.name}" for key in ("today", *_WAYS)}
    indicators = once(
        finding.id.removeprefix(f"{stem}.")
        for stem in stems.values()
        for finding in facts.results.under(stem)
        if "." not in finding.id.removeprefix(f"{stem}.")  # else it is of one of the role's levels
    )
    rows = []
    for indicator in indicators:
        found = [facts.get(f"{stem}.{indicator}") for stem in stems.values()]
        rows.append(
            Row(cells=(facts.indicator(indicator), *(facts.shown(f) for f in found)), shows=facts.statements(found))
        )
    return tuple(rows)


def _figures(facts: Facts) -> Table:
    """A figure a row, today's scheme and the proposals side by side."""
    spoken, rows = words(facts.lang), []
    for name in _FIGURES:
        found = [facts.get(f"search.{stem}.{name}") for stem in ("today", *(f"best.{way}" for way in _WAYS))]
        if any(finding and finding.value is not None for finding in found):
            cells = (spoken.say(f"search.column.{name}"), *(facts.shown(finding) for finding in found))
            rows.append(Row(cells=cells, shows=facts.statements(found)))
    return Table(
        title=facts.say("search.figures", quarter=facts.cover.quarter),
        columns=(facts.say("search.figures_column"), *(_short(facts, key) for key in ("today", *_WAYS))),
        rows=tuple(rows),
        notes=(facts.say("search.figures_note"),),
    )


def _chart(facts: Facts, landscapes: tuple[Landscape, ...]) -> Scatter | None:
    if not landscapes:
        return None
    best = [facts.get(f"search.best.{way}.{axis}") for way in _WAYS for axis in landscapes[0].axes]
    return Scatter(
        name="search",
        title=facts.chart_word("search"),
        alt=_alt(facts, landscapes[0]),
        cloud=facts.chart_word("search_cloud"),
        front=facts.chart_word("search_front"),
        fields=tuple(_field(facts, one) for one in landscapes),
        shows=facts.statements([*(facts.get(f"search.plotted.{one.name}") for one in landscapes), *best]),
    )


def _field(facts: Facts, one: Landscape) -> Field:
    """A role's schemes; proposals that are one and the same scheme, or lie on one spot, share their name."""
    spots: list[Spot] = []
    for at in dict.fromkeys(one.named.values()):
        keys = [key for key, place in one.named.items() if place == at]
        tone, mark = _MARKS[keys[0]]
        spots.append(Spot(name=facts.say("join").join(_short(facts, key) for key in keys), tone=tone, mark=mark, at=at))
    across, up = (words(facts.lang).say(f"search.column.{axis}") for axis in one.axes)
    return Field(
        title=_role(facts, one),
        axes=(across, up),
        percent=(one.axes[0] in _SHARES, one.axes[1] in _SHARES),
        cloud=one.cloud,
        front=one.front,
        spots=tuple(spots),
        note=facts.chart_word(
            "search_shown",
            shown=facts.shown(facts.get(f"search.plotted.{one.name}")),
            tried=facts.shown(facts.get(f"search.tried.{one.name}")),
        ),
    )


def _alt(facts: Facts, one: Landscape) -> str:
    across, up = (words(facts.lang).say(f"search.column.{axis}") for axis in one.axes)

    def item(key: str, stem: str) -> str:
        values = [facts.shown(facts.get(f"search.{stem}.{axis}")) for axis in one.axes]
        return facts.chart_word("search_item", scheme=_short(facts, key), across=values[0], up=values[1])

    items = [item("today", "today"), *(item(way, f"best.{way}") for way in _WAYS)]
    return facts.chart_word("search_alt", across=across, up=up, items=facts.say("sentence_join").join(items))


def _role(facts: Facts, one: Landscape) -> str:
    return capital(clean(worded(one.role, facts.lang)))


def _short(facts: Facts, key: str) -> str:
    return words(facts.lang).say(f"search.short.{key}")
