"""The last report: what stood before this one, and the definitions that the next one is held beside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from design_lab.changes import Base, Changes, compare
from design_lab.errors import DesignLabError, ReportError
from design_lab.files import read_json, sha256, sha256_of
from design_lab.finding import Results
from design_lab.run.definitions import definitions
from design_lab.run.kept import key_of
from design_lab.run.places import shown_path
from design_lab.run.record import RECORD, Inputs, Record
from design_lab.study import Study

CHANGES, _RESULTS = "changes.json", "results.json"
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """A published report, as it was published, that another is held beside."""

    folder: Path
    base: Base

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data for a worker."""
        base = self.base
        return {"folder": str(self.folder), "quarter": base.quarter, "revision": base.revision, "digest": base.digest}


def last_report(reports: Path, quarter: str, inputs: Inputs, say: Say) -> Last | None:
    """Find what a quarter's report is held beside, among a study's `reports`; None for the first report of a study.

    It is the revision that it replaces or, for a quarter that was not published before, the newest report of an earlier
    one. A revision whose findings hang on the same inputs is passed over, so that a run that is forced again is held
    beside the same report. `say` hears of reports that cannot be relied on any more.
    """
    bearing = _bearing(inputs)
    for folder, number in _revisions(reports, quarter):
        found = _published(folder, number, say)
        if found and _bearing(found[1].inputs) != bearing:
            return found[0]
    earlier = (folder.name for folder in sorted(reports.glob("????Q?"), reverse=True) if folder.name < quarter)
    newest = (next(iter(_revisions(reports, name)), None) for name in earlier)
    published = (_published(*one, say) for one in newest if one)
    return next((found[0] for found in published if found), None)


def changes(
    study: Study, results: Results, last: Mapping[str, Any] | None, *, schemes: list[str],
    parts: Mapping[str, Mapping[str, float | None]] | None = None,
) -> tuple[Changes, dict[str, Any]]:  # fmt: skip
    """Hold a run's findings and definitions beside those of the last report; return the changes and the definitions.

    `last` is `Last` as plain data; `parts` is as `design_lab.changes.compare` takes it.
    """
    stated = definitions(study, schemes)
    if last is None:
        return compare(None, results, definitions=stated), stated
    folder = Path(last["folder"])
    base = Base(quarter=last["quarter"], revision=last["revision"], digest=last["digest"])
    earlier = read_json(folder / CHANGES)["definitions"] if (folder / CHANGES).is_file() else None
    before = Results.read(folder / _RESULTS)
    made = compare(before, results, base=base, definitions=stated, earlier_definitions=earlier, parts=parts)
    return made, stated


def _bearing(inputs: Inputs) -> str:
    """One digest of the inputs on which findings hang and of what they were made with."""
    return sha256_of([key_of(inputs), dict(inputs.installed)])


def _revisions(reports: Path, quarter: str) -> Iterator[tuple[Path, int]]:
    """The revisions of a quarter with their numbers, the newest first."""
    kept = reports / ".revisions" / quarter
    numbers = sorted((int(place.name) for place in kept.glob("*") if place.name.isdigit()), reverse=True)
    if (reports / quarter / RECORD).is_file():
        yield reports / quarter, max(numbers, default=0) + 1
    yield from ((kept / str(number), number) for number in numbers)


def _published(folder: Path, number: int, say: Say) -> tuple[Last, Record] | None:
    """A revision with its record; None, and a sentence, where its findings are not those that were published."""
    try:
        record = Record.read(folder)
        for name in (_RESULTS, CHANGES):
            path, digest = folder / name, record.published.get(name)
            if (sha256(path) if path.is_file() else None) != digest or (name == _RESULTS and digest is None):
                raise ReportError(f"{shown_path(path)}: was changed since it was published")
        results = Results.read(folder / _RESULTS)
    except (DesignLabError, ValueError, KeyError, TypeError) as error:
        say(f"not compared with {shown_path(folder)}: {error}")
        return None
    return Last(folder=folder, base=Base(quarter=results.quarter, revision=number, digest=record.inputs.digest)), record
