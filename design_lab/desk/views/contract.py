"""For IT: the data contract, what each field is and where it came from, and what was wrong with the last delivery."""

from __future__ import annotations

from collections.abc import Iterator

from design_lab.catalogue import words
from design_lab.desk.views.page import Page, Words
from design_lab.ingest import arrivals
from design_lab.ingest.mapping import Source, read_sources
from design_lab.ingest.origin import From
from design_lab.periods import Quarter
from design_lab.report.check.told import CheckTold
from design_lab.report.check.told import told as check_told
from design_lab.report.content import Section, Table
from design_lab.schema import TABLES, Column
from design_lab.schema import Table as Canonical
from design_lab.study import Study


def contract_pages(study: Study, quarter: Quarter, langs: tuple[str, ...]) -> list[Page]:
    """Tell which fields are delivered from which columns, and what the checks of a quarter found."""
    arrived = arrivals(study).of(str(quarter))
    return [
        told.page("it", _sections(study, check_told(arrived, study, lang), told), quarter=str(quarter))
        for lang, told in ((lang, Words(study, lang)) for lang in langs)
    ]


def _sections(study: Study, check: CheckTold, told: Words) -> Iterator[Section]:
    yield Section(
        key="check",
        kicker=told.say("check.kicker"),
        heading=check.heading,
        lead=check.lead[:2],
        blocks=tuple(_found(check, told)),
    )
    sources = read_sources(study.folder).tables
    tables = [_table(TABLES[name], parts, told) for name, parts in sources.items() if name in TABLES]
    yield told.section("contract", *tables, lead=[told.say("contract.units")])
    spoken = words(told.lang)
    missing = [
        (spoken.say(f"table.{name}"), spoken.say(f"grain.{name}"), spoken.say(f"unlocks.{name}"))
        for name in TABLES
        if name not in sources
    ]
    if missing:
        yield told.section(
            "absent", told.table(told.say("absent.table"), ["table", "grain", "unlocks"], missing, worded=True)
        )


def _found(check: CheckTold, told: Words) -> Iterator[Table]:
    (quarter,) = check.quarters
    counts = ["rows", "used", "excluded", "subtotals", "aside"]
    columns = [check.say(f"column.{name}") for name in ("table", "file", *counts, "verdict")]
    files = [(file.table, file.name, *file.counts, check.say(f"verdict.{file.verdict}")) for file in quarter.files]
    yield told.table(check.say("section.files"), columns, files, notes=quarter.more_files, worded=True)
    faults = [
        (group.name, fault.column, fault.rule, fault.count, fault.samples, fault.todo)
        for group in quarter.groups
        for fault in group.faults
    ]
    names = [check.say(f"column.{name}") for name in ("file", "column", "rule", "count", "samples", "todo")]
    notes = quarter.more_faults if faults else [check.say("section.none")]
    yield told.table(check.say("section.faults"), names, faults, notes=notes, worded=True)
    conflicts = [(one.text, one.cases, one.todo) for one in quarter.conflicts]
    names = [check.say(f"column.{name}") for name in ("disagreement", "cases", "todo")]
    yield told.table(check.say("section.conflicts"), names, conflicts, notes=[quarter.conflicts_note], worded=True)


def _table(table: Canonical, parts: tuple[Source, ...], told: Words) -> Table:
    spoken = words(told.lang)
    rows = [
        (
            f"{name}*" if name in table.key else name,
            spoken.say(f"column.{table.name}.{name}"),
            _kind(column, told),
            told.say("column.yes") if column.required else told.say("column.no"),
            _bounds(column),
            told.say("contract.or").join(
                dict.fromkeys(_origin(part, name, told) for part in parts if name in part.columns)
            )
            or "–",
        )
        for name, column in table.columns.items()
    ]
    columns = ["field", "meaning", "kind", "required", "values", "origin"]
    title = told.say(
        "contract.table",
        table=spoken.say(f"table.{table.name}"),
        id=table.name,
        grain=spoken.say(f"grain.{table.name}"),
    )
    return told.table(title, columns, rows, worded=True)


def _kind(column: Column, told: Words) -> str:
    return told.say(f"kind.{column.kind}")


def _bounds(column: Column) -> str:
    if column.values:
        return ", ".join(column.values)
    if column.low is None and column.high is None:
        return "–"
    low, high = ("" if end is None else f"{end:,}" for end in (column.low, column.high))
    return f"{low} … {high}".strip()


def _origin(part: Source, name: str, told: Words) -> str:
    """Where a field comes from: the file's pattern and sheet, its columns, their unit, and the client's codes."""
    sheet = part.sheets or part.sheet
    where = part.table or part.files
    place = f"{where} / {sheet}" if sheet else str(where)
    said = [_column(part.columns[name], told)]
    origin = part.columns[name]
    if origin.unit:
        said.append(f"({origin.unit})")
    if origin.system:
        said.append(f"[{origin.system}]")
    if origin.codes:
        said.append("{" + ", ".join(f"{own} → {meant}" for own, meant in origin.codes.items()) + "}")
    return f"{place}: {' '.join(said)}"


def _column(origin: From, told: Words) -> str:
    if origin.constant is not None:
        return told.say("contract.constant", value=origin.constant)
    if origin.file_name is not None:
        return told.say("contract.file_name")
    if origin.row_number:
        return told.say("contract.row_number")
    taken = "".join(f" − {one}" for one in origin.minus)
    return (origin.join or " + ").join(origin.column or ()) + taken
