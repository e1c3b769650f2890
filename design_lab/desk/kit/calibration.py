"""The calibration sheet: distribution by leader, grades beside shares, changed cases, and room for the meeting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from design_lab.desk.kit.content import Book, Cell, Entry, Formula, Number, Sheet, first_row
from design_lab.desk.kit.facts import UnmadeError
from design_lab.desk.kit.told import Told
from design_lab.evaluation.cells import hidden
from design_lab.gradebook import ForcedGrades

if TYPE_CHECKING:
    import pandas as pd

_HIDDEN = "·"
_FAR = 3.0  # points that a leader's mean may lie apart before it is asked about; to be changed in the sheet
_MEETING = 30  # rows for the meeting


def calibration(told: Told, names: Mapping[str, str]) -> Iterator[Book]:
    """Yield the sheet of the quarter's official results; `names` are what stands for pseudonyms, where resolved."""
    facts = told.facts
    results = facts.official.results
    if results is None:
        raise UnmadeError("no_results", quarter=str(facts.quarter))
    people = facts.people.reindex(results.index)
    yield Book(
        title=told.say("form.calibration"),
        sheets=(
            _by_leader(told, results, people),
            _by_grade(told, results, people),
            _cases(told, results, people, names),
            _meeting(told),
        ),
    )


def _by_leader(told: Told, results: pd.DataFrame, people: pd.DataFrame) -> Sheet:
    """Mean, spread and grades of each unit; what few people stand behind is hidden, in the sums too."""
    facts = told.facts
    leads = facts.study.settings.leads
    level, unit = next(iter(leads.items()), ("", "team"))
    led = people[~people["level"].isin([*leads])] if leads else people
    scores = results["score"].reindex(led.index).groupby(led[unit].astype(object))
    counted = scores.agg(["size", "mean", "std"])
    shown = counted[counted["size"] >= facts.of_personnel]
    order = facts.scheme.grades.names()
    upper = order[: (len(order) + 1) // 2]
    grade = results["grade"].reindex(led.index)
    sides = (grade.isin(upper), grade.notna() & ~grade.isin(upper))
    counts = np.array(
        [[int((side & led[unit].eq(name)).sum()) for side in sides] for name in shown.index], dtype=np.int64
    ).reshape(len(shown), 2)
    mask = hidden(counts, facts.of_personnel)
    notes = [
        told.say("calibration.leader_note", least=str(facts.of_personnel)),
        told.say("calibration.far_note"),
    ]
    if missing := len(counted) - len(shown):
        notes.append(told.say("calibration.units_left_out", units=str(missing), least=str(facts.of_personnel)))
    first = first_row(notes, range(2))
    last, far, mean = first + len(shown) - 1, f"$B${first - 4}", f"$B${first - 3}"
    ask = told.say("calibration.ask")
    rows: list[tuple[Cell, ...]] = []
    for at, (name, one) in enumerate(shown.iterrows()):
        row = first + at
        rows.append(
            (
                str(name),
                Number(int(one["size"]), "count"),
                Number(float(one["mean"])),
                Number(float(one["std"])) if one["size"] > 1 else "–",
                Formula(f"C{row}-{mean}"),
                *(_HIDDEN if mask[at, side] else Number(int(counts[at, side]), "count") for side in (0, 1)),
                Formula(f'IF(ABS(E{row})>{far},"{ask}","")', "text"),
                Entry(),
            )
        )
    overall: Cell = Formula(f"SUMPRODUCT(B{first}:B{last},C{first}:C{last})/SUM(B{first}:B{last})") if rows else "–"
    parts = ("unit", "people", "mean", "sd", "gap", "upper", "lower", "look", "remark")
    fill = {"upper": told.join.join(upper), "lower": told.join.join(order[len(upper) :])}
    return Sheet(
        name=told.say("calibration.by_leader"),
        title=told.say(
            "calibration.by_leader_title", level=told.level(level) if level else told.say("calibration.unit")
        ),
        notes=tuple(notes),
        settings=(
            (told.say("calibration.far"), Entry(_FAR, form="number")),
            (told.say("calibration.overall"), overall),
        ),
        columns=tuple(told.say(f"calibration.column.{part}", grades=fill.get(part, "")) for part in parts),
        rows=tuple(rows),
        widths=(34, 12, 12, 12, 12, 14, 14, 18, 34),
        alarms=(ask,),
    )


def _by_grade(told: Told, results: pd.DataFrame, people: pd.DataFrame) -> Sheet:
    """Grades by role beside what the scheme's shares would give; the heads are formulas, as the scheme rounds them."""
    facts, grades = told.facts, told.facts.scheme.grades
    graded = results["grade"].notna()
    order = grades.names()
    roles = [role for role in facts.study.settings.roles if (people["role"].eq(role) & graded).any()]
    counts = np.array(
        [[int((people["role"].eq(role) & results["grade"].eq(name)).sum()) for name in order] for role in roles],
        dtype=np.int64,
    ).reshape(len(roles), len(order))
    sizes = counts.sum(axis=1)
    mask = hidden(counts, facts.of_personnel) | (sizes < facts.of_personnel)[:, None]
    forced = isinstance(grades, ForcedGrades)
    notes = (
        told.say("calibration.grade_note", least=str(facts.of_personnel)),
        told.say("calibration.pool_note") if forced else told.say("calibration.fixed_note"),
        told.say("calibration.last_place"),
    )
    first = first_row(notes, ())
    rows: list[tuple[Cell, ...]] = []
    for at, role in enumerate(roles):
        for place, name in enumerate(order):
            row = first + len(rows)
            top = row - place
            share: Cell = Entry(grades.shares[name] / 100, form="share") if isinstance(grades, ForcedGrades) else "–"
            heads: Cell = "–"
            if isinstance(grades, ForcedGrades):
                before = f"-SUM(F{top}:F{row - 1})" if place else ""
                heads = Formula(f"{_rounded(grades.heads, f'D{row}*SUM(E{top}:E{row})')}{before}", "count")
            hide = bool(mask[at, place])
            rows.append(
                (
                    told.role(role),
                    name,
                    _HIDDEN if hide else Number(int(counts[at, place]), "count"),
                    _HIDDEN if sizes[at] < facts.of_personnel else Number(int(sizes[at]), "count"),
                    share,
                    heads if sizes[at] >= facts.of_personnel else "–",
                    Formula(f'IF(AND(ISNUMBER(C{row}),ISNUMBER(F{row})),C{row}-F{row},"")', "count"),
                    Entry(),
                )
            )
    parts = ("role", "grade", "given", "pool", "share", "heads", "difference", "remark")
    return Sheet(
        name=told.say("calibration.by_grade"),
        title=told.say("calibration.by_grade"),
        notes=notes,
        columns=tuple(told.say(f"calibration.column.{part}", grades="") for part in parts),
        rows=tuple(rows),
        widths=(34, 10, 12, 14, 12, 16, 14, 34),
    )


def _rounded(heads: str, text: str) -> str:
    """The formula by which a scheme rounds heads; a hair keeps float noise from deciding."""
    return {
        "up": f"ROUNDUP({text}-0.000000001,0)",
        "nearest": f"ROUND({text}+0.000000001,0)",
        "down": f"ROUNDDOWN({text}+0.000000001,0)",
    }[heads]


def _cases(told: Told, results: pd.DataFrame, people: pd.DataFrame, names: Mapping[str, str]) -> Sheet:
    """Whose result was adjusted by hand; no leader is named beside a person."""
    moved = results[results["adjustment"] != 0]
    notes = (told.say("calibration.cases_note"), told.say("calibration.cases_privacy"))
    first, ask = first_row(notes, ()), told.say("calibration.no_reason")
    regraded = told.facts.regraded.reindex(moved.index)
    same, other = told.say("calibration.same"), told.say("calibration.moved")
    rows: list[tuple[Cell, ...]] = []
    for at, (employee, one) in enumerate(moved.iterrows()):
        row = first + at
        role, before = people["role"].get(employee), regraded["graded_unadjusted"].get(employee)
        rows.append(
            (
                names.get(str(employee), str(employee)),
                told.role(role) if isinstance(role, str) else "–",
                Number(float(one["score"] - one["adjustment"])),
                Number(float(one["adjustment"])),
                Formula(f"C{row}+D{row}"),
                before if isinstance(before, str) else "–",
                str(one["grade"] or "–"),
                Formula(f'IF(F{row}="–","",IF(F{row}=G{row},"{same}","{other}"))', "text"),
                str(one["reason"] or ""),
                Formula(f'IF(TRIM(I{row})="","{ask}","")', "text"),
                Entry(choices=(told.say("calibration.confirmed"), told.say("calibration.taken_back"))),
            )
        )
    parts = (
        "person",
        "role",
        "before",
        "adjustment",
        "after",
        "grade_before",
        "grade_after",
        "changed",
        "reason",
        "look",
        "decision",
    )
    return Sheet(
        name=told.say("calibration.cases"),
        title=told.say("calibration.cases_title", quarter=str(told.facts.quarter)),
        notes=notes,
        columns=tuple(told.say(f"calibration.column.{part}", grades="") for part in parts),
        rows=tuple(rows),
        widths=(24, 24, 12, 12, 12, 12, 12, 12, 30, 18, 18),
        alarms=(ask,),
    )


def _meeting(told: Told) -> Sheet:
    """Rows for what the meeting decides, with what is still missing counted live."""
    notes = (told.say("calibration.meeting_note"),)
    first = first_row(notes, range(2))
    last = first + _MEETING - 1
    missing = told.say("calibration.no_reason")
    grades = tuple(told.facts.scheme.grades.names())
    rows = tuple(
        (
            Entry(),
            Entry(choices=grades),
            Entry(choices=grades),
            Entry(),
            Entry(),
            Formula(f'IF(AND(B{row}<>C{row},C{row}<>"",TRIM(D{row})=""),"{missing}","")', "text"),
        )
        for row in range(first, last + 1)
    )
    changed = f'SUMPRODUCT((B{first}:B{last}<>C{first}:C{last})*(C{first}:C{last}<>""))'
    open_ = f'COUNTIF(F{first}:F{last},"{missing}")'
    parts = ("person", "proposed", "decided", "reason", "decided_by", "look")
    return Sheet(
        name=told.say("calibration.meeting"),
        title=told.say("calibration.meeting"),
        notes=notes,
        settings=(
            (told.say("calibration.changes"), Formula(changed, "count")),
            (told.say("calibration.without_reason"), Formula(open_, "count")),
        ),
        columns=tuple(told.say(f"calibration.column.{part}", grades="") for part in parts),
        rows=rows,
        widths=(34, 16, 16, 44, 24, 20),
        alarms=(missing,),
    )
