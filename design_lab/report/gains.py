"""The section on winners and losers: who would be paid more and less, and what it costs that nobody loses at first."""

from __future__ import annotations

from design_lab.finding import Finding
from design_lab.report.content import Chart, Row, Section, Table
from design_lab.report.facts import Facts

_WAYS = {"gain": "up", "lose": "down"}
_ROADS = ("candidates", "expected")  # with today's behaviour, with what is expected of people


def gains_section(facts: Facts) -> Section:
    """Say how many people each candidate would pay more and less, as they behave today and as is expected of them."""
    names = facts.candidates()
    table = Table(
        title=facts.say("gains.table"),
        columns=(
            facts.say("gains.scheme_column"),
            *(facts.say(f"gains.{way}_{road}") for road in _ROADS for way in _WAYS),
            facts.say("gains.pool_change"),
        ),
        rows=tuple(row for name in names if (row := _row(facts, name)) is not None),
        notes=(facts.say("gains.note"),),
    )
    chart = _chart(facts, names)
    screened = [one for name in names if (one := facts.get(f"candidates.{name}.groups_standing_out"))]
    costs = [one for name in names if (one := facts.get(f"expected.{name}.transition_cost"))]
    return Section(
        key="gains",
        kicker=facts.say("kicker.gains"),
        heading=_heading(facts, names),
        lead=(facts.say("gains.lead") if table.rows else facts.say("missing_finding", what=facts.say("what.gains")),),
        blocks=(
            *((chart,) if chart else ()),
            *((table,) if table.rows else ()),
            *facts.groups({"gains.costs": costs, "gains.groups": screened}),
        ),
        brief=facts.statements(costs[:2] + screened[:1]),
    )


def _paid(facts: Facts, road: str, name: str, way: str) -> Finding | None:
    return facts.get(f"{road}.{name}.pay_{way}")


def _row(facts: Facts, name: str) -> Row | None:
    counts = [_paid(facts, road, name, way) for road in _ROADS for way in _WAYS]
    pool = facts.get(f"expected.{name}.pool_change")
    if not any(counts):
        return None
    cells = (facts.scheme(name), *(facts.shown(one) for one in (*counts, pool)))
    return Row(cells=cells, shows=facts.statements((*counts, pool)))


def _heading(facts: Facts, names: tuple[str, ...]) -> str:
    """Name the candidate that would pay most people less."""
    losers = {name: one for name in names if (one := facts.measured(f"candidates.{name}.pay_lose"))}
    if not losers:
        return facts.say("gains.none")
    most = max(losers, key=lambda name: losers[name].value or 0)
    gain = facts.measured(f"candidates.{most}.pay_gain")
    return facts.say(
        "gains.heading", scheme=facts.quoted(most), lose=facts.shown(losers[most]), gain=facts.shown(gain)
    )  # fmt: skip


def _chart(facts: Facts, names: tuple[str, ...]) -> Chart | None:
    held = [name for name in names if any(_paid(facts, "candidates", name, way) for way in _WAYS)]
    if not held:
        return None
    pairs = {way: [_paid(facts, "candidates", name, way) for name in held] for way in _WAYS}
    items = (
        facts.chart_word("gains_item", scheme=facts.scheme(name), gain=facts.shown(gain), lose=facts.shown(lose))
        for name, gain, lose in zip(held, pairs["gain"], pairs["lose"], strict=True)
    )
    return Chart(
        name="gains",
        title=facts.chart_word("gains"),
        alt=facts.alt("gains", items),
        categories=tuple(facts.scheme(name) for name in held),
        series=tuple(facts.series(f"gains_{way}", tone, pairs[way]) for way, tone in _WAYS.items()),
        percent=False,
        shows=facts.statements(one for way in _WAYS for one in pairs[way]),
    )
