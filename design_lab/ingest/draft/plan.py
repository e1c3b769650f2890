"""The whole draft: which sources there are, how each is read, and where each file goes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from design_lab.ingest.draft.fields import Field, fields_of
from design_lab.ingest.draft.parts import Part, Sheet, given_files, opened, parts_of, pattern_of, sheet_choice
from design_lab.ingest.draft.people import People, ids_in
from design_lab.ingest.draft.periods import quarter_of
from design_lab.ingest.draft.places import Placed, most_in_one_folder, place
from design_lab.ingest.draft.totals import Totals, totals_of
from design_lab.ingest.mapping import EVERY_QUARTER
from design_lab.periods import Quarter
from design_lab.schema import TABLES, WORK_SOURCES


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One source of sources.yaml; several `globs` where no one pattern finds the part's files and no others."""

    part: Part
    globs: tuple[str, ...]
    sheets: dict[str, str | int]
    folders: frozenset[str]  # below raw/
    totals: Totals | None
    fields: tuple[Field, ...]
    doubts: tuple[str, ...]

    @property
    def every_quarter(self) -> bool:
        """Whether the files serve every quarter."""
        return EVERY_QUARTER in self.folders

    @property
    def distinct(self) -> bool:
        """Whether rows that are alike count as one: of a roster of whoever worked, and of lists for all quarters."""
        return self.part.distinct or (self.every_quarter and TABLES[self.part.table].when is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What was drafted: sources in the tables' order, where each file goes, and what is said of the others.

    `quarters` are those in which there is work and a roster, without a gap; `last_day` the last day of work;
    `strangers` are sheets that were taken for no table, `refusals` sentences about files that cannot be used.
    """

    planned: tuple[Planned, ...]
    placed: tuple[Placed, ...]
    quarters: tuple[Quarter, ...]
    last_day: dt.date | None
    strangers: tuple[Sheet, ...]
    refusals: tuple[str, ...]

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables for which a file was found."""
        return tuple(dict.fromkeys(planned.part.table for planned in self.planned))

    def columns(self, table: str) -> frozenset[str]:
        """Return the fields of a table that are mapped."""
        found = [planned for planned in self.planned if planned.part.table == table]
        return frozenset(field.column for planned in found for field in planned.fields if field.mapping)

    def codes(self, table: str, column: str) -> dict[str, str]:
        """Return the code of each of the client's words in one column, as drafted; of a constant, of itself."""
        found: dict[str, str] = {}
        for planned in self.planned:
            for field in planned.fields:
                if planned.part.table == table and field.column == column and field.mapping:
                    constant = field.mapping.get("constant")
                    found |= {str(constant): str(constant)} if constant else {}
                    found |= {word: str(code) for word, code in field.codes.known.items()}
        return found


def draft(files: Sequence[Path], *, today: dt.date) -> Draft:
    """Draft a mapping from files and folders; `today` tells the last whole quarter, where no file tells one."""
    sheets, refusals = opened(given_files(files))
    parts, strangers = parts_of(sheets)
    placed, quarters = place(parts, [sheet.given for sheet in strangers], quarter_of(today).plus(-1))
    days = [span for part in parts if part.table in WORK_SOURCES for given in part.files if (span := part.days(given))]
    return Draft(
        planned=tuple(_planned(parts, placed, quarters[0].first_day())),
        placed=tuple(placed),
        quarters=quarters,
        last_day=max((last for _, last in days), default=None),
        strangers=tuple(strangers),
        refusals=tuple(refusals),
    )


def _planned(parts: Sequence[Part], placed: Sequence[Placed], first_day: dt.date) -> list[Planned]:
    """Plan each part; the roster and the identity map come first, since others' ids are held against them."""
    people = People()
    found = []
    for part in parts:
        fields = fields_of(part, people, first_day, most_in_one_folder(part, placed))
        if part.table == "staff":
            people = People(roster=people.roster | _roster(part, fields))
        if part.table == "id_map":
            people = People(roster=people.roster, systems={**people.systems, **_systems(part, fields)})
        own = {given.path for given in part.files}
        at_home = [one for one in placed if one.given.path in own]
        found.append(
            Planned(
                part=part,
                globs=tuple(pattern_of(part, [one.given for one in placed])),
                sheets=sheet_choice(part),
                folders=frozenset(one.folder for one in at_home),
                totals=None if part.distinct else totals_of(part),
                fields=tuple(fields),
                doubts=tuple(dict.fromkeys(one.doubt for one in at_home if one.doubt)),
            )
        )
    return found


def _roster(part: Part, fields: Sequence[Field]) -> frozenset[str]:
    """The roster's ids as they will be read."""
    told = next(field for field in fields if field.column == "employee_id")
    if told.mapping is None:
        return frozenset()
    ids = ids_in(part.column(told.mapping["from"]))
    width = told.mapping.get("width")
    return ids if width is None else frozenset(re.sub(r"\.0+$", "", identity).rjust(width, "0") for identity in ids)


def _systems(part: Part, fields: Sequence[Field]) -> dict[str, frozenset[str]]:
    """Each system's ids by the identity map."""
    told = {field.column: field.mapping or {} for field in fields}
    if "from" not in told["external_id"]:
        return {}
    ids = part.column(told["external_id"]["from"])
    if "from" not in told["system"]:
        return {str(told["system"].get("constant")): ids_in(ids)}
    names = [str(name) for name in part.column(told["system"]["from"]).to_pylist()]
    found: dict[str, set[str]] = {}
    for name, identity in zip(names, ids.to_pylist(), strict=True):
        if identity is not None:
            found.setdefault(name, set()).add(str(identity).strip())
    return {name: frozenset(held) for name, held in found.items()}
