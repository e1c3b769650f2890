"""Appraisal forms by role, and metric cards of what the scheme weighs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from design_lab.catalogue import words
from design_lab.catalogue.kit import LEVELS, Behaviour
from design_lab.desk.kit.content import Block, Grid, Heading, NewPage, Paper, Points, Text
from design_lab.desk.kit.facts import Position, UnmadeError
from design_lab.desk.kit.told import Told
from design_lab.display import worded

_SIGNERS = ("person", "leader", "committee", "human_resources")


def appraisal(told: Told) -> Iterator[Paper]:
    """Yield a form a role: weights, targets and rules, cells for values and points, anchors, signatures."""
    for role in dict.fromkeys(position.role for position in told.facts.positions):
        positions = [one for one in told.facts.positions if one.role == role]
        blocks: list[Block] = []
        for at, position in enumerate(positions):
            blocks += [*([NewPage()] if at else []), *_position(told, position)]
        yield Paper(
            part=role,
            title=told.say("appraisal.title", role=told.role(role)),
            subtitle=told.subtitle(told.facts.due),
            blocks=tuple(blocks),
            wide=True,
        )


def _position(told: Told, position: Position) -> Iterator[Block]:
    yield Heading(told.position(position))
    yield Grid(
        columns=tuple(told.say(f"appraisal.head.{one}") for one in ("name", "team", "cycle", "appraiser")),
        rows=((None, None, told.cycle(position), None),),
        widths=(3, 2, 3, 3),
        height=0.7,
    )
    weighed = told.facts.scheme.weighed(position.role, position.levels[0])
    if not weighed:
        yield Text(told.say("appraisal.nothing_weighed"))
        return
    yield Heading(told.say("appraisal.quantities"), 2)
    yield _weights(told, position)
    yield Text(told.say("appraisal.how_to_score"), "note")
    judged = [name for name, _, _ in weighed if told.card(name).kind == "qualitative"]
    if judged:
        yield Heading(told.say("appraisal.judged"), 2)
        names = told.join.join(map(told.indicator, judged))
        yield Text(told.say("appraisal.judged_note", indicators=names))
        yield anchors(told, _behaviours(told, judged), score=True)
    if conditions := told.conditions():
        yield Heading(told.say("appraisal.conditions"), 2)
        yield Points(conditions)
    yield Heading(told.say("appraisal.decision"), 2)
    yield Grid(
        columns=tuple(told.say(f"appraisal.decision_head.{one}") for one in ("score", "proposed", "decided", "reason")),
        rows=((None, None, None, None),),
        widths=(1, 1, 1, 4),
        height=0.8,
    )
    yield Text(told.say("appraisal.person_decides"), "note")
    yield Grid(
        columns=tuple(told.say(f"signs.{one}") for one in ("who", "signature", "date")),
        rows=told.signatures(_SIGNERS),
        widths=(3, 4, 2),
        height=0.7,
    )
    yield Text(told.say("appraisal.rights", days=told.days_to_appeal), "note")


def _weights(told: Told, position: Position) -> Grid:
    scheme, role, level = told.facts.scheme, position.role, position.levels[0]
    rules = scheme.rules_for(role, level)
    weighed = scheme.weighed(role, level)
    rows: list[tuple[str | None, ...]] = [
        (
            told.dimension(dimension),
            told.indicator(name),
            told.weight(share),
            told.target(role, name, rules[name]) if name in rules else told.say("rule.none"),
            told.rule(name, rules[name]) if name in rules else "–",
            None,
            None,
            None,
        )
        for name, dimension, share in weighed
    ]
    total = (told.say("appraisal.total"), "", told.weight(sum(share for *_, share in weighed)), "", "", "", "", None)
    parts = ("dimension", "indicator", "weight", "target", "rule", "value", "points", "weighted")
    return Grid(
        columns=tuple(told.say(f"appraisal.column.{one}") for one in parts),
        rows=(*rows, total),
        widths=(2, 2.4, 1.2, 3.2, 5, 1.6, 1.2, 1.6),
        numeric=frozenset({2}),
        strong=frozenset({len(rows)}),
        height=0.8,
    )


def _behaviours(told: Told, judged: Iterable[str]) -> dict[str, Behaviour]:
    """The behaviours of judged indicators; one without any of its own is judged by the generic anchors."""
    found: dict[str, Behaviour] = {}
    for name in judged:
        found |= told.texts.of_indicator(name)
    return found


def anchors(told: Told, behaviours: dict[str, Behaviour], *, score: bool = False) -> Grid:
    """Return the anchors of behaviours as a table, a column a level, and with `score` one to write in."""
    marks = tuple(told.say("level", level=str(level)) for level in range(1, LEVELS + 1))
    head = (told.say("behaviour"), *marks, *((told.say("score"),) if score else ()))
    rows = tuple((one.name, *one.levels, *((None,) if score else ())) for one in behaviours.values())
    return Grid(columns=head, rows=rows, widths=(2, *[2.6] * LEVELS, *((1,) if score else ())))


def metric_cards(told: Told) -> Iterator[Paper]:
    """Yield the metric cards of all indicators that the scheme weighs or makes a condition of."""
    scheme = told.facts.scheme
    names = dict.fromkeys((*scheme.indicators, *scheme.eligibility))
    if not names:
        raise UnmadeError("nothing_weighed")
    blocks: list[Block] = [Text(told.say("cards.note"))]
    for name in names:
        blocks += [Heading(told.indicator(name)), _card(told, name)]
    yield Paper(title=told.say("form.metric_cards"), subtitle=told.subtitle(told.facts.due), blocks=tuple(blocks))


def _card(told: Told, name: str) -> Grid:
    card, spoken = told.card(name), words(told.lang)
    control = told.say(f"cards.control_{card.controllable.person}", why=worded(card.controllable.why, told.lang))
    tables = told.join.join(spoken.say(f"table.{table}") for table in card.tables)
    over, under = worded(card.numerator, told.lang), worded(card.denominator, told.lang)
    cycle = spoken.say(f"cycle.{told.facts.study.settings.cycle['default']}")
    rows: list[tuple[str, str | None]] = [
        ("id", name),
        ("dimension", told.dimension(card.dimension)),
        ("definition", worded(card.definition, told.lang)),
        (
            "formula",
            told.say("cards.quotient", over=over, under=under),
        ),
        ("exclusions", worded(card.exclusions, told.lang)),
        ("window", worded(card.window, told.lang)),
        ("unit", told.say("cards.unit", unit=told.say(f"unit.{card.unit}"), better=told.say(f"better.{card.better}"))),
        ("kind", told.say(f"kind.{card.kind}")),
        ("minimum_n", told.number(card.minimum_n, "count")),
        ("tables", tables),
        ("cycle", cycle),
        ("control", control),
        ("gaming", worded(card.gaming, told.lang)),
        ("guard", told.texts.guard(name)),
        ("owner", None),
    ]
    return Grid(
        columns=(told.say("cards.field"), told.say("cards.content")),
        rows=tuple((told.say(f"cards.row.{key}"), text) for key, text in rows),
        widths=(2, 7),
    )
