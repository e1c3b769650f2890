"""The target-setting sheet: what each role reached, quarter by quarter, and threshold, target and stretch from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from design_lab.desk.kit.content import Book, Cell, Entry, Form, Formula, Number, Sheet, first_row
from design_lab.desk.kit.facts import UnmadeError
from design_lab.desk.kit.told import Told
from design_lab.periods import Quarter

if TYPE_CHECKING:
    import pandas as pd

_SETTINGS = 2
_QUARTILES = (0.25, 0.5, 0.75)
Row = tuple[str, str, npt.NDArray[np.float64]]  # role, indicator, values of person-quarters


def target_setting(told: Told) -> Iterator[Book]:
    """Yield the sheet of targets and that of the quarters behind it; roles of too few people are left out, and said."""
    facts = told.facts
    quarters = list(facts.history)
    rows: list[Row] = []
    seen: list[list[pd.Series | None]] = []
    few: list[str] = []
    for role in dict.fromkeys(position.role for position in facts.positions):
        for indicator in _weighed(told, role):
            values = facts.values(role, indicator)
            if not values:
                continue
            if len(values[max(values)]) < facts.least:
                few.append(told.role(role))
                continue
            rows.append((role, indicator, np.concatenate([one.to_numpy() for one in values.values()])))
            seen.append([values.get(past) for past in quarters])
    if not rows:
        raise UnmadeError("no_history", least=str(facts.least), due=str(facts.due))
    notes = [told.say("target_setting.how"), told.say("target_setting.past_only")]
    if few:
        names = told.join.join(dict.fromkeys(few))
        notes.append(told.say("target_setting.few", roles=names, least=str(facts.least)))
    behind = _quarters(told, rows, seen, quarters)
    sheet = _targets(told, rows, notes, behind=behind.first_row, quarters=len(quarters))
    yield Book(title=told.say("form.target_setting"), sheets=(sheet, behind))


def _weighed(told: Told, role: str) -> list[str]:
    """What any level of a role is weighed on, in the scheme's order."""
    levels = [level for one in told.facts.positions if one.role == role for level in one.levels]
    weighed = {name for level in levels for name in told.facts.scheme.weights(role, level)}
    return [name for name in told.facts.scheme.indicators if name in weighed]


def _targets(told: Told, rows: list[Row], notes: list[str], *, behind: int, quarters: int) -> Sheet:
    """One row a role and indicator; the quartiles are of person-quarters, the rest are formulas.

    `behind` is the first row of the sheet of `quarters` quarters.
    """
    first = first_row(notes, range(_SETTINGS))
    uplift, reach = f"$B${first - _SETTINGS - 2}", f"$B${first - _SETTINGS - 1}"
    seen = f"'{told.say('target_setting.quarters')}'"
    made = []
    for row, (role, indicator, pooled) in enumerate(rows, first):
        card = told.card(indicator)
        form: Form = "share" if card.unit == "share" else "number"
        higher = card.better == "higher"
        worse, middle, better = np.quantile(pooled, _QUARTILES if higher else _QUARTILES[::-1])
        step = f"(1+{uplift})" if higher else f"(1-{uplift})"
        target, stretch = f"H{row}*{step}", f"K{row}+{reach}*(I{row}-H{row})"
        if card.unit == "share":
            target, stretch = f"MIN(1,{target})", f"MIN(1,{stretch})"
        ordered = f"AND(J{row}<K{row},K{row}<L{row})" if higher else f"AND(J{row}>K{row},K{row}>L{row})"
        beside = row - first + behind
        start, end = f"{seen}!C{beside}", f"{seen}!{_letter(1 + quarters)}{beside}"
        medians = f"{start}:{_letter(1 + quarters)}{beside}"
        made.append(
            (
                told.role(role),
                told.indicator(indicator),
                told.say("cards.unit", unit=told.say(f"unit.{card.unit}"), better=told.say(f"better.{card.better}")),
                Number(len(pooled), "count"),
                Formula(f'IF(COUNT({medians})=0,"",AVERAGE({medians}))', form),
                Formula(f'IF(AND(ISNUMBER({start}),ISNUMBER({end})),{end}-{start},"")', form),
                Number(float(worse), form),
                Number(float(middle), form),
                Number(float(better), form),
                Formula(f"G{row}", form),
                Formula(target, form),
                Formula(stretch, form),
                Formula(f'IF({ordered},"","{told.say("target_setting.not_ordered")}")', "text"),
                Entry(),
            )
        )
    parts = (
        "role", "indicator", "unit", "n", "mean", "trend", "worse", "median", "better_quartile", "threshold",
        "target", "stretch", "check", "agreed",
    )  # fmt: skip
    return Sheet(
        name=told.say("target_setting.sheet"),
        title=told.say("target_setting.title", due=str(told.facts.due)),
        notes=tuple(notes),
        settings=(
            (told.say("target_setting.uplift"), Entry(0.0, form="share")),
            (told.say("target_setting.reach"), Entry(1.0, form="share")),
        ),
        columns=tuple(told.say(f"target_setting.column.{part}") for part in parts),
        rows=tuple(made),
        widths=(24, 24, 18, 9, 10, 10, 10, 10, 10, 10, 10, 10, 14, 14),
        alarms=(told.say("target_setting.not_ordered"),),
    )


def _quarters(told: Told, rows: list[Row], seen: list[list[pd.Series | None]], quarters: list[Quarter]) -> Sheet:
    """Medians and numbers of people by quarter, in the order of the rows of the sheet of targets."""
    least = told.facts.least
    made: list[tuple[Cell, ...]] = []
    for (role, indicator, _), by_quarter in zip(rows, seen, strict=True):
        form: Form = "share" if told.card(indicator).unit == "share" else "number"
        shown = [None if one is None or len(one) < least else one for one in by_quarter]
        medians: list[Cell] = ["–" if one is None else Number(float(one.median()), form) for one in shown]
        people: list[Cell] = ["–" if one is None else Number(len(one), "count") for one in shown]
        made.append((told.role(role), told.indicator(indicator), *medians, *people))
    heads = [told.say("target_setting.column.median_of", quarter=str(one)) for one in quarters]
    counts = [told.say("target_setting.column.people_of", quarter=str(one)) for one in quarters]
    parts = tuple(told.say(f"target_setting.column.{part}") for part in ("role", "indicator"))
    return Sheet(
        name=told.say("target_setting.quarters"),
        title=told.say("target_setting.quarters"),
        notes=(told.say("target_setting.quarters_note", least=str(least)),),
        columns=(*parts, *heads, *counts),
        rows=tuple(made),
        widths=(26, 26, *[12] * (2 * len(quarters))),
    )


def _letter(column: int) -> str:
    """The letter of a column, counted from 0."""
    return chr(ord("A") + column)
