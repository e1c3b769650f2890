"""The appeal form, with the deadlines of practice."""

from __future__ import annotations

from collections.abc import Iterator

from design_lab.catalogue import words
from design_lab.desk.kit.content import Block, Grid, Heading, Paper, Points, Text
from design_lab.desk.kit.told import Told

_GROUNDS = ("data_disputed", "rules_misread", "procedure_disputed")
_ROOM = 2.2  # centimetres to write in


def appeal(told: Told) -> Iterator[Paper]:
    """Yield the form: who and what, grounds, what is claimed, evidence; then steps, decision and signatures."""
    texts, grounds = told.texts.appeal, [words(told.lang).say(f"group.{one}") for one in _GROUNDS]
    weighed = told.facts.scheme.indicators
    blocks: list[Block] = [
        Text(told.say("appeal.note")),
        Heading(told.say("appeal.who"), 2),
        _blank(told, ("person", "team", "period", "told_on", "score", "grade"), per_row=3),
        Heading(told.say("appeal.ground"), 2),
        Points((*grounds, told.say("appeal.other_ground")), boxes=True),
        Heading(told.say("appeal.disputed"), 2),
        Grid(
            columns=tuple(told.say(f"appeal.column.{one}") for one in ("indicator", "now", "claimed", "evidence")),
            rows=tuple((told.indicator(name), None, None, None) for name in weighed),
            widths=(3, 2, 2, 5),
            height=0.6,
        ),
        Heading(told.say("appeal.reasons"), 2),
        _room(told.say("appeal.reasons_head")),
        _sign(told, ("appellant",)),
        Heading(told.say("appeal.deadlines"), 2),
        Grid(
            columns=tuple(told.say(f"appeal.column.{one}") for one in ("deadline", "days", "source", "confirmed")),
            rows=tuple((one.what, told.number(one.days, "working_days"), one.note, None) for one in texts.deadlines),
            widths=(6, 2.4, 4, 2.4),
        ),
        Points(texts.notes),
        Heading(told.say("appeal.office"), 2),
        Grid(
            columns=tuple(told.say(f"appeal.column.{one}") for one in ("step", "date", "by")),
            rows=tuple((step, None, None) for step in texts.steps),
            widths=(4, 3, 4),
            height=0.6,
        ),
        Heading(told.say("appeal.decision"), 2),
        Points(tuple(told.say(f"appeal.{one}") for one in ("upheld", "partly", "rejected")), boxes=True),
        _room(told.say("appeal.decision_head")),
        _blank(told, ("score_after", "grade_after"), per_row=2),
        _sign(told, ("decider", "human_resources", "appellant_told")),
    ]
    yield Paper(title=told.say("form.appeal"), subtitle=told.subtitle(told.facts.due), blocks=tuple(blocks))


def _blank(told: Told, parts: tuple[str, ...], *, per_row: int) -> Grid:
    """Labels and cells to fill in, side by side."""
    rows = [
        tuple(cell for part in parts[start : start + per_row] for cell in (told.say(f"appeal.field.{part}"), None))
        for start in range(0, len(parts), per_row)
    ]
    return Grid(columns=(), rows=tuple(rows), widths=(2, 3) * per_row, height=0.8)


def _room(head: str) -> Grid:
    return Grid(columns=(head,), rows=((None,),), widths=(1,), height=_ROOM)


def _sign(told: Told, who: tuple[str, ...]) -> Grid:
    return Grid(
        columns=tuple(told.say(f"signs.{one}") for one in ("who", "signature", "date")),
        rows=told.signatures(who),
        widths=(3, 4, 2),
        height=0.8,
    )
