"""The process map: who does what in which step, a swimlane, and a schedule whose dates follow from its durations."""

from __future__ import annotations

from collections.abc import Iterator

from design_lab.catalogue.kit import Step
from design_lab.desk.kit.content import (
    Block,
    Book,
    Cell,
    Day,
    Entry,
    Formula,
    Grid,
    Heading,
    NewPage,
    Paper,
    Points,
    Sheet,
    Text,
)
from design_lab.desk.kit.content import first_row as row_below
from design_lab.desk.kit.told import Told
from design_lab.evaluation.feedback import feedback

_WEEKS = 26
_HOLIDAYS = 40
_BEFORE = "targets"  # the step that ends before the period begins


def process_map(told: Told) -> Iterator[Paper | Book]:
    """Yield the map as a paper and the schedule as a workbook."""
    steps = told.texts.process
    blocks: list[Block] = [Text(told.say("process.note")), _table(told, steps)]
    blocks += [NewPage(), Heading(told.say("process.lanes"), 2), _lanes(told, steps)]
    if said := _observed(told):
        blocks += [Heading(told.say("process.observed"), 2), Points(said)]
    title = told.say("form.process_map")
    yield Paper(title=title, subtitle=told.subtitle(told.facts.due), blocks=tuple(blocks), wide=True)
    yield Book(part="schedule", title=title, sheets=(_schedule(told, steps), _holidays(told)))


def _table(told: Told, steps: tuple[Step, ...]) -> Grid:
    parts = ("step", "does", "owner", "beside", "days", "output", "form")
    lanes = told.texts.lanes
    return Grid(
        columns=tuple(told.say(f"process.column.{part}") for part in parts),
        rows=tuple(
            (
                f"{at}. {step.name}",
                step.does,
                lanes[step.owner],
                told.join.join(lanes[one] for one in step.beside),
                told.number(step.days, "working_days"),
                step.output,
                told.say(f"form.{step.form}"),
            )
            for at, step in enumerate(steps, 1)
        ),
        widths=(2, 6, 2.4, 2.8, 1.8, 3.2, 2.4),
    )


def _lanes(told: Told, steps: tuple[Step, ...]) -> Grid:
    """A lane a party, a column a step: who owns it and who takes part."""
    owns, takes_part = told.say("process.owns"), told.say("process.takes_part")
    rows = []
    for lane, name in told.texts.lanes.items():
        marks = (owns if step.owner == lane else takes_part if lane in step.beside else "" for step in steps)
        rows.append((name, *marks))
    heads = (told.say("process.lane"), *(f"{at}. {step.name}" for at, step in enumerate(steps, 1)))
    return Grid(columns=heads, rows=tuple(rows), widths=(2.4, *[2] * len(steps)))


def _observed(told: Told) -> tuple[str, ...]:
    """How soon people were told of their results so far, in the sentences of the findings."""
    found = feedback(told.facts.study, told.facts.quarter, told.facts.official).findings()
    return tuple(finding.text[told.lang] for finding in found)


def _schedule(told: Told, steps: tuple[Step, ...]) -> Sheet:
    """Dates by WORKDAY from the period's ends; a 1 in a week's column is shown as a bar."""
    facts = told.facts
    closing = facts.study.settings.calendar.month_ends_on
    notes = (told.say("process.schedule_note"),)
    settings: tuple[tuple[str, Cell], ...] = (
        (told.say("process.first_day"), Day(facts.due.first_day(closing))),
        (told.say("process.last_day"), Day(facts.due.last_day(closing))),
    )
    first = row_below(notes, settings)
    begins, ends = f"$B${first - 4}", f"$B${first - 3}"
    free = f"'{told.say('process.holidays')}'!$A$5:$A${4 + _HOLIDAYS}"
    rows: list[tuple[Cell, ...]] = []
    for at, step in enumerate(steps):
        row = first + at
        if step.id == _BEFORE:
            start, end = f"WORKDAY({begins},-C{row},{free})", f"WORKDAY({begins},-1,{free})"
        else:
            after = ends if steps[at - 1].id == _BEFORE else f"E{row - 1}"
            start, end = f"WORKDAY({after},1,{free})", f"WORKDAY({after},C{row},{free})"
        weeks_of = [f"{_column(5 + week)}${first - 1}" for week in range(_WEEKS)]
        bars = (Formula(f'IF(AND({week}<=$E{row},{week}+6>=$D{row}),1,"")', "count") for week in weeks_of)
        rows.append(
            (f"{at + 1}. {step.name}", told.texts.lanes[step.owner], Entry(step.days, form="count"),
             Formula(start, "date"), Formula(end, "date"), *bars)
        )  # fmt: skip
    monday = f"MIN(D{first}:D{first + len(steps) - 1})"
    weeks: list[Cell] = [Formula(f"{monday}-WEEKDAY({monday},3)", "week")]
    weeks += [Formula(f"{_column(5 + week - 1)}{first - 1}+7", "week") for week in range(1, _WEEKS)]
    parts = ("step", "owner", "days", "start", "end")
    return Sheet(
        name=told.say("process.schedule"),
        title=told.say("process.schedule_title", due=str(facts.due)),
        notes=notes,
        settings=settings,
        columns=(*(told.say(f"process.column.{part}") for part in parts), *weeks),
        rows=tuple(rows),
        widths=(26, 24, 9, 11, 11, *[6.5] * _WEEKS),
        bars=frozenset(range(5, 5 + _WEEKS)),
    )


def _holidays(told: Told) -> Sheet:
    known = sorted(told.facts.study.settings.working_days.holidays)
    days: list[Day] = [Day(day) for day in known[:_HOLIDAYS]]
    days += [Day(None)] * (_HOLIDAYS - len(days))
    return Sheet(
        name=told.say("process.holidays"),
        title=told.say("process.holidays"),
        notes=(told.say("process.holidays_known" if known else "process.holidays_unknown"),),
        columns=(told.say("process.column.holiday"), told.say("process.column.remark")),
        rows=tuple((day, Entry()) for day in days),
        widths=(16, 60),
    )


def _column(place: int) -> str:
    """The letters of a column, counted from 0.

    >>> _column(0), _column(25), _column(26)
    ('A', 'Z', 'AA')
    """
    head, tail = divmod(place, 26)
    return (chr(ord("A") + head - 1) if head else "") + chr(ord("A") + tail)
