"""Which canonical table a sheet makes: the one whose fields its headers name best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from design_lab.catalogue.headers import headers, plain
from design_lab.ingest.draft.origins import guess
from design_lab.ingest.draft.samples import Sample
from design_lab.schema import TABLES, Table

if TYPE_CHECKING:
    import pyarrow as pa

# Required fields that can be filled without a column of the file, in words that the consultant confirms.
REPLACEABLE: Mapping[str, frozenset[str]] = {
    "staff": frozenset({"role", "level", "valid_from"}),
    "id_map": frozenset({"system", "valid_from"}),
    "interactions": frozenset({"interaction_id", "channel"}),
    "agent_periods": frozenset({"date"}),
    "surveys": frozenset({"interaction_id"}),
    "quality_reviews": frozenset({"review"}),
    "ratings": frozenset({"item"}),
    "attendance": frozenset({"scheduled"}),
}
WEEKS = frozenset({"week", "weekno", "weeknumber", "周", "周次", "周数"})  # headers of numbers that count weeks
_SUMMED = frozenset({"aux_ms"})  # several columns of a file may be parts of one field
_FOUND = 0.9  # strength from which a header counts as found rather than guessed
_LEAST_SCORE = 1.5
_READABLE = 0.5  # share of unread values from which a column is another thing than its header says


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A sheet taken for a canonical table: field -> the file's headers (several are added), and which are guesses."""

    table: str
    columns: Mapping[str, tuple[str, ...]]
    guessed: frozenset[str]
    score: float

    @property
    def missing(self) -> tuple[str, ...]:
        """Required fields for which no header was found."""
        wanted = TABLES[self.table].columns
        return tuple(column for column, spec in wanted.items() if spec.required and column not in self.columns)


def matches(sample: Sample, names: Sequence[str]) -> list[Match]:
    """Return what a sheet may be, the best first; `names` are those of the file and the sheet, which may tell too."""
    hints = _hints(names)
    found = [_match(sample, table, hints.get(table.name, 0.0)) for table in TABLES.values()]
    plausible = [match for match in found if _is_plausible(match)]
    return sorted(plausible, key=lambda match: -match.score)


def _hints(names: Sequence[str]) -> dict[str, float]:
    """How much the names of the file and the sheet speak for a table: the longest of its words that they hold."""
    told = {}
    for table, known in headers().named.items():
        lengths = [
            len(word.letters) / (3 if word.letters.isascii() else 1)
            for name in names
            for word in known
            if word.letters in plain(name)
        ]
        if lengths:
            told[table] = 1 + max(lengths) / 4
    return told


def _match(sample: Sample, table: Table, hint: float) -> Match:
    usable = [name for name in sample.columns if name not in sample.repeated and not headers().is_personal(name)]
    fits = sorted(
        (
            (-strength, column_at, header_at, column, header)
            for column_at, column in enumerate(table.columns)
            for header_at, header in enumerate(usable)
            if (strength := headers().strength(header, headers().columns[table.name][column])) > 0
        )
    )
    columns: dict[str, tuple[str, ...]] = {}
    guessed: set[str] = set()
    claimed: set[str] = set()
    score = hint
    for negative, _, _, column, header in fits:
        more = column in _SUMMED and column in columns and -negative >= _FOUND
        if header in claimed or (column in columns and not more) or not _readable(sample, table, column, header):
            continue
        columns[column] = (*columns.get(column, ()), header)
        claimed.add(header)
        if -negative < _FOUND:
            guessed.add(column)
        if not more:
            score += -negative * _weight(table, column)
    ordered = {column: columns[column] for column in table.columns if column in columns}
    missing = [c for c, spec in table.columns.items() if spec.required and c not in columns]
    score -= sum(1.0 for column in missing if column not in REPLACEABLE.get(table.name, ()))
    return Match(table=table.name, columns=ordered, guessed=frozenset(guessed), score=score)


def _weight(table: Table, column: str) -> float:
    """Who and when stand in every table and tell little of which it is."""
    return 0.5 if table.columns[column].kind == "person" or column == table.when else 1.0


def _readable(sample: Sample, table: Table, column: str, header: str) -> bool:
    if table.columns[column].kind in ("date", "time") and plain(header) in WEEKS:
        return table.name == "agent_periods"
    array: pa.Array = sample.columns[header]
    tried = guess(table, column, [header], [array])
    if array.null_count == len(array):
        return not table.columns[column].required
    if table.columns[column].kind == "flag":
        return bool(tried.codes.known) or tried.unread == 0
    return bool(tried.codes.open) or tried.unread <= _READABLE


def _is_plausible(match: Match) -> bool:
    table = TABLES[match.table]
    required = [column for column, spec in table.columns.items() if spec.required]
    hard = [column for column in required if column not in REPLACEABLE.get(match.table, ())]
    found = [column for column in hard if column in match.columns]
    telling = [column for column in match.columns if _weight(table, column) == 1.0]
    return match.score >= _LEAST_SCORE and len(found) * 2 >= len(hard) and bool(telling)
