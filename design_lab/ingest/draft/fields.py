"""The mapping of one part, field by field: what was found, what stands in for what was not, and what is left open."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from design_lab.catalogue.headers import headers, plain
from design_lab.ingest.draft.codes import Codes
from design_lab.ingest.draft.matches import WEEKS
from design_lab.ingest.draft.origins import MONTHS, formats_of, guess, unread_of
from design_lab.ingest.draft.parts import Part
from design_lab.ingest.draft.people import People, other_ids, roster_ids
from design_lab.schema import TABLES

if TYPE_CHECKING:
    import pyarrow as pa

_CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2})?")
_FILE_DATES = (  # what may tell the day in a file's name, and how it is read
    (r"(\d{4}-\d{2}-\d{2})", "%Y-%m-%d", False),
    (r"(\d{8})", "%Y%m%d", False),
    (r"(\d{4}年\d{1,2}月\d{1,2}日)", "%Y年%m月%d日", False),
    (r"(\d{4}年\d{1,2}月)", "%Y年%m月", True),
    (r"(\d{4}-\d{2})", "%Y-%m", True),
    (r"(\d{6})", "%Y%m", True),
)
_PHONE = ("通话", "话务", "话单", "呼入", "来电", "call", "phone", "cdr")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One line of a mapping; without a `mapping` the field is required and the consultant has to say what makes it."""

    column: str
    mapping: dict[str, Any] | None
    doubts: tuple[str, ...] = ()
    codes: Codes = field(default_factory=Codes)


def fields_of(part: Part, people: People, first_day: dt.date, files_a_quarter: int) -> list[Field]:
    """Return a part's fields in the table's order; `first_day` is the study's, for what holds from its beginning."""
    table = TABLES[part.table]
    found = []
    for column, spec in table.columns.items():
        if column in part.match.columns:
            found.append(_found(part, column, people))
        elif spec.required:
            found.append(_replaced(part, column, first_day, files_a_quarter))
        elif (part.table, column) == ("agent_periods", "period_end") and (ends := _end_of(part, found)):
            found.append(ends)
        elif (part.table, column) == ("staff", "valid_to") and "leave_date" in part.match.columns:
            left = next(field for field in found if field.column == "leave_date")
            found.append(Field(column=column, mapping=left.mapping))  # a row holds until its person leaves
    return found


def _found(part: Part, column: str, people: People) -> Field:
    table, names = TABLES[part.table], part.match.columns[column]
    spec = table.columns[column]
    if spec.kind in ("date", "time") and plain(names[0]) in WEEKS:
        return _counted_weeks(column, names[0], first=True)
    arrays = [part.column(name) for name in names]
    if spec.kind == "time" and (joined := _joined_clock(part, column, names[0], arrays[0])):
        return joined
    said = guess(table, column, names, arrays)
    doubts = list(said.doubts)
    mapping = said.mapping
    if (table.name, column) == ("agent_periods", "date") and set(mapping.get("formats", ())) & set(MONTHS):
        mapping, doubt_of_month = _whole_months(mapping)
        doubts += doubt_of_month
    if spec.kind == "person":
        more, doubt = roster_ids(arrays[0]) if part.table == "staff" else other_ids(arrays[0], names[0], people)
        mapping = {**mapping, **more}
        doubts += doubt
    if column in part.match.guessed:
        doubts.insert(0, f"taken for {table.name}.{column} by a part of its name")
    return Field(column=column, mapping=mapping, doubts=tuple(doubts), codes=said.codes)


def _joined_clock(part: Part, column: str, name: str, raw: pa.Array) -> Field | None:
    """A day in one column and the time of day in another, put together."""
    import pyarrow.compute as pc

    spec = TABLES[part.table].columns[column]
    texts = [str(value) for value in pc.drop_null(raw).to_pylist()[:200]]
    if not texts or any(":" in text for text in texts):
        return None
    used = {header for headers_used in part.match.columns.values() for header in headers_used}
    for other in part.sample.columns:
        is_free = other not in used and other not in part.sample.repeated
        if not is_free or headers().strength(other, headers().clock) < 0.9:
            continue
        times = part.column(other)
        seen = [str(value) for value in pc.drop_null(times).to_pylist()[:200]]
        if not seen or not all(_CLOCK.fullmatch(text) for text in seen):
            continue
        whole = pc.binary_join_element_wise(raw.cast("string"), times.cast("string"), " ").unique()
        formats, doubts = formats_of(whole, spec)
        formats = formats or ["%Y-%m-%d %H:%M:%S"]
        unread, sample = unread_of(whole, spec, {"from": "x", "formats": formats})
        if unread:
            doubts.append(f"{unread:.0%} of the values looked at are not read so, such as {sample!r}")
        return Field(
            column=column, mapping={"from": [name, other], "join": " ", "formats": formats}, doubts=tuple(doubts)
        )
    return None


def _counted_weeks(column: str, name: str, *, first: bool) -> Field:
    day = "first" if first else "last"
    return Field(
        column=column,
        mapping={"from": name, "counted": {"first_day": dt.date(2000, 1, 3 if first else 9), "days": 7}},
        doubts=(f"the weeks are numbered; say the {day} day of week 1",),
    )


def _end_of(part: Part, found: Sequence[Field]) -> Field | None:
    """The last day of rows that stand for a week or a month."""
    names = part.match.columns.get("date", ())
    if names and plain(names[0]) in WEEKS:
        return _counted_weeks("period_end", names[0], first=False)
    begins = next((field.mapping for field in found if field.column == "date"), None) or {}
    if begins.get("of_month") != "first":
        return None
    return Field(column="period_end", mapping={**begins, "of_month": "last"})


def _whole_months(mapping: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Say that a row stands for a month of the client's calendar."""
    doubt = "a row is a month, it seems; calendar in study.yaml says on which day the client's months end"
    return {**mapping, "of_month": "first"}, (doubt,)


def _replaced(part: Part, column: str, first_day: dt.date, files_a_quarter: int) -> Field:
    """What stands in for a required field that no column gives; nothing where nothing may."""
    if column == "interaction_id":
        found = _made_id(part, column)
    elif column == "review":
        found = _numbered_rows(column, files_a_quarter)
    elif (part.table, column) == ("agent_periods", "date"):
        found = _date_of_name(part)
    else:
        found = _standing_value(part, column, first_day)
    return found or Field(column=column, mapping=None)


def _standing_value(part: Part, column: str, first_day: dt.date) -> Field | None:
    """One value for all rows, where one can be assumed in plain sight."""
    external = part.match.columns.get("external_id", ("",))[0]
    told = any(word in part.files[0].below.as_posix().casefold() for word in _PHONE)
    since = "no column tells from when a row holds; the study's first day is taken"
    values = {
        ("staff", "role"): ("agent", "no column tells the role; everybody is taken for an agent"),
        ("staff", "level"): ("agent", "no column tells the level; everybody is taken for an agent"),
        ("staff", "valid_from"): (first_day.isoformat(), since),
        ("id_map", "valid_from"): (first_day.isoformat(), since),
        ("id_map", "system"): (headers().system(external) or "ACD", "no column tells the system; name it here"),
        ("interactions", "channel"): ("phone", None if told else "no column tells the channel; phone is taken"),
        ("ratings", "item"): ("overall", "no column tells the item; one overall rating is taken"),
        ("attendance", "scheduled"): ("true", "no column tells who was scheduled; every row is taken for such a day"),
    }
    if (part.table, column) not in values:
        return None
    value, doubt = values[part.table, column]
    return Field(column=column, mapping={"constant": value}, doubts=(doubt,) if doubt else ())


def _numbered_rows(column: str, files_a_quarter: int) -> Field:
    doubts = ("each file numbers its rows; two files must not hold a person in the same row",)
    return Field(column=column, mapping={"row_number": True}, doubts=doubts if files_a_quarter > 1 else ())


def _made_id(part: Part, column: str) -> Field | None:
    """A number for contacts that have none: who and when."""
    when = TABLES[part.table].when or ""
    names = [*part.match.columns.get("employee_id", ()), *part.match.columns.get(when, ())]
    if len(names) < 2:
        return None
    doubt = "no column numbers the contacts; who and when are taken together, so two at one moment count as one"
    return Field(column=column, mapping={"from": names, "join": "-"}, doubts=(doubt,))


def _date_of_name(part: Part) -> Field | None:
    names: Sequence[str] = [given.below.name for given in part.files]
    for pattern, form, is_month in _FILE_DATES:
        found = [re.search(pattern, name) for name in names]
        if all(found) and all(_is_read(match[1], form) for match in found if match):
            mapping: dict[str, Any] = {"file_name": pattern, "formats": [form]}
            mapping, doubts = _whole_months(mapping) if is_month else (mapping, ())
            return Field(column="date", mapping=mapping, doubts=doubts)
    return None


def _is_read(text: str, form: str) -> bool:
    try:
        return 1990 <= dt.datetime.strptime(text, form).year <= 2100
    except ValueError:
        return False
