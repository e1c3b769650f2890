"""The client's files put together: those of one shape and one kind of name make one source of a table."""

from __future__ import annotations

import datetime as dt
import fnmatch
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from design_lab.errors import DataError
from design_lab.ingest.convert import convert
from design_lab.ingest.draft.matches import Match, matches
from design_lab.ingest.draft.origins import guess
from design_lab.ingest.draft.periods import quarter_of, without_quarter_folders
from design_lab.ingest.draft.samples import Sample, read_samples
from design_lab.ingest.origin import From
from design_lab.schema import TABLES

if TYPE_CHECKING:
    import pyarrow as pa

_MONTHS = r"(?<![A-Za-z])(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}(?![A-Za-z])"
_VARYING = re.compile(rf"\d+|[一二三四五六七八九十]+(?=月|季度)|{_MONTHS}")
_DATED = re.compile(r"\d{4,}")  # digits of a single file's name that will be others next quarter
_LEAST_SHARE = 0.01  # of a file's rows, for a quarter to count as one that the file is about
_DATES_OF = {"appeals": "filed_on"}  # tables that no column dates for the quarter, and which day tells it all the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A file from the client: where it lies, and its path below raw/<quarter>/."""

    path: Path
    below: PurePosixPath
    told_by: PurePosixPath  # the path whose names may tell the quarter


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet of a file, or a file without sheets, and what it may be, the best first."""

    given: Given
    sample: Sample
    matches: tuple[Match, ...]


@dataclass(frozen=True)
class Part:
    """Sheets of one shape that make one table together, under one mapping."""

    match: Match
    sheets: tuple[Sheet, ...]
    distinct: bool = False  # a roster made of whoever worked

    @property
    def table(self) -> str:
        """The canonical table."""
        return self.match.table

    @property
    def sample(self) -> Sample:
        """The first sheet's sample, which stands for the shape of all."""
        return self.sheets[0].sample

    @cached_property
    def files(self) -> tuple[Given, ...]:
        """The files, each once."""
        return tuple({sheet.given.path: sheet.given for sheet in self.sheets}.values())

    def column(self, header: str) -> pa.Array:
        """Return one column of all sheets together."""
        import pyarrow as pa

        arrays = [sheet.sample.columns[header] for sheet in self.sheets]
        if len({array.type for array in arrays}) > 1:
            arrays = [array.cast(pa.string()) for array in arrays]
        return pa.concat_arrays(arrays)

    @cached_property
    def _spans(self) -> dict[Path, tuple[dt.date, dt.date]]:
        found: dict[Path, tuple[dt.date, dt.date]] = {}
        for sheet in self.sheets:
            if span := _span(self.match, sheet.sample):
                first, last = found.get(sheet.given.path, span)
                found[sheet.given.path] = (min(first, span[0]), max(last, span[1]))
        return found

    def days(self, given: Given) -> tuple[dt.date, dt.date] | None:
        """Return the first and the last day of a file's rows; None if no column dates them."""
        return self._spans.get(given.path)


def opened(given: Sequence[Given]) -> tuple[list[Sheet], list[str]]:
    """Read every file; return its sheets, and a sentence for each file that is no table or cannot be read."""
    sheets: list[Sheet] = []
    refusals: list[str] = []
    known: dict[object, tuple[Match, ...]] = {}
    for one in given:
        try:
            samples = read_samples(one.path, one.told_by.as_posix())
        except DataError as error:
            refusals.append(str(error))
            continue
        for sample in samples:
            names = [skeleton(one.below.as_posix()), skeleton(sample.sheet or "")]
            key = (*sample.shape, *names)
            if key not in known:
                known[key] = tuple(matches(sample, names))
            sheets.append(Sheet(given=one, sample=sample, matches=known[key]))
    return sheets, refusals


def given_files(sources: Sequence[Path]) -> list[Given]:
    """List files, and all files of folders, by name; what is below a folder called like a quarter keeps its place."""
    found = {}
    for source in sources:
        whole = source.resolve()
        paths = sorted(path for path in whole.rglob("*") if path.is_file()) if whole.is_dir() else [whole]
        for path in paths:
            told_by = PurePosixPath(*path.relative_to(whole.parent).parts)
            inside = PurePosixPath(*path.relative_to(whole).parts) if whole.is_dir() else PurePosixPath(path.name)
            found[path] = Given(path=path, below=without_quarter_folders(inside), told_by=told_by)
    return list(found.values())


def skeleton(name: str) -> str:
    """Return a name with what changes from file to file taken out.

    >>> skeleton("通话明细_01.csv") == skeleton("通话明细_12.csv")
    True
    """
    return _VARYING.sub("*", name)


def parts_of(sheets: Sequence[Sheet]) -> tuple[list[Part], list[Sheet]]:
    """Put sheets together by table, shape and kind of name; return the parts and the sheets that match no table."""
    grouped: dict[object, list[Sheet]] = {}
    strangers = []
    for sheet in sheets:
        if not sheet.matches:
            strangers.append(sheet)
            continue
        names = (skeleton(sheet.given.below.as_posix()), skeleton(sheet.sample.sheet or ""))
        grouped.setdefault((sheet.matches[0].table, sheet.sample.shape, *names), []).append(sheet)
    parts = [Part(match=group[0].matches[0], sheets=tuple(group)) for group in grouped.values()]
    parts += _derived(parts)
    order = list(TABLES)
    return sorted(parts, key=lambda part: (order.index(part.table), part.files[0].below.as_posix())), strangers


def _derived(parts: Sequence[Part]) -> list[Part]:
    """Tables that were not delivered but stand within another: ratings in a call list, a roster in whoever worked."""
    there = {part.table for part in parts}
    found = []
    if "surveys" not in there:
        for part in parts:
            second = next((match for match in part.sheets[0].matches if match.table == "surveys"), None)
            if part.table == "interactions" and second and "grade" in {*second.columns} - second.guessed:
                found.append(Part(match=second, sheets=part.sheets))
    if "staff" not in there:
        working = [part for part in parts if part.table in ("interactions", "agent_periods")]
        for part in working[:1]:
            if who := part.match.columns.get("employee_id"):
                whoever = replace(part.match, table="staff", columns={"employee_id": who}, guessed=frozenset())
                found.append(Part(match=whoever, sheets=part.sheets, distinct=True))
    return found


def pattern_of(part: Part, everything: Sequence[Given]) -> list[str]:
    """Return the glob that finds a part's files and no others, or one for each of them where there is none."""
    names = sorted({given.below.as_posix() for given in part.files})
    pieces = [_VARYING.split(name) for name in names]
    runs = [_VARYING.findall(name) for name in names]
    glob = _escaped(pieces[0][0])
    for at, piece in enumerate(pieces[0][1:]):
        same = len({run[at] for run in runs}) == 1
        numbers_a_part = at == len(runs[0]) - 1 and piece.startswith(".")
        keeps = same and not numbers_a_part and not _DATED.fullmatch(runs[0][at])
        glob += (_escaped(runs[0][at]) if keeps else "*") + _escaped(piece)
    glob = re.sub(r"\*+", "*", glob)
    others = {given.below.as_posix() for given in everything} - set(names)
    if not any(fnmatch.fnmatchcase(other, glob) for other in others) and not glob.startswith("*."):
        return [glob]
    return [_escaped(name) for name in names]


def _escaped(text: str) -> str:
    return re.sub(r"([*?[])", r"[\1]", text)


def sheet_choice(part: Part) -> dict[str, str | int]:
    """Say which sheets are read, where a workbook has several or one file's name differs from another's."""
    if part.sample.sheet is None or all(sheet.sample.sheets == 1 for sheet in part.sheets):
        return {}
    names = {sheet.sample.sheet or "" for sheet in part.sheets}
    if len(names) == 1:
        return {"sheet": names.pop()}
    pieces = _VARYING.split(part.sample.sheet)
    varying = r"\d+" if all(re.search(r"\d", name) for name in names) else ".+"
    return {"sheets": varying.join(re.escape(piece) for piece in pieces)}


def _span(match: Match, sample: Sample) -> tuple[dt.date, dt.date] | None:
    table = TABLES[match.table]
    column = table.when or _DATES_OF.get(match.table)
    names: Mapping[str, tuple[str, ...]] = match.columns
    if column is None or column not in names:
        return None
    raw = sample.columns[names[column][0]]
    said = guess(table, column, names[column][:1], [raw])
    if said.unread == 1.0:
        return None
    values = convert(raw, table.columns[column], From.model_validate(said.mapping)).values
    days = [value.date() if isinstance(value, dt.datetime) else value for value in values.drop_null().to_pylist()]
    counted = Counter(quarter_of(day) for day in days)
    # A few impossible days are a fault of the file, not a quarter of the study.
    meant = {quarter for quarter, count in counted.items() if count >= _LEAST_SHARE * len(days)}
    kept = [day for day in days if quarter_of(day) in meant]
    return (min(kept), max(kept)) if kept else None
