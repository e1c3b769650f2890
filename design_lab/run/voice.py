"""The consultant's text through a run: read before it, checked against its findings, and kept for the next one."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from design_lab.errors import ReportError
from design_lab.files import read_json, sha256
from design_lab.finding import Results
from design_lab.report.narrative.kept import Kept
from design_lab.report.narrative.review import Voice, foreseen
from design_lab.report.narrative.text import Narrative, read_narrative
from design_lab.run.record import RECORD, Record

RESULTS = "results.json"
Say = Callable[[str], None]


def before(study: Path, reports: Path, quarter: str, say: Say) -> Narrative:
    """Read the text, say which files are in no report, and which ids the newest earlier report does not hold.

    `reports` is `reports/<study>`. A file that cannot be read raises `ReportError`, before the long steps.
    """
    narrative = read_narrative(study)
    earlier = _newest(reports, quarter)
    missing = foreseen(narrative, earlier[0].name, _ids(earlier[0])) if earlier else []
    for sentence in (*narrative.remarks, *missing):
        say(sentence)
    return narrative


def after(
    narrative: Narrative, reports: Path, quarter: str, results: Path, *, unmade: Collection[str], say: Say
) -> list[dict[str, Any]]:
    """Check the text against the findings of the run, say what is to be reviewed, and return what its record keeps.

    `results` is the run's results.json, `unmade` the schemes that it left out. An id that is unknown raises
    `ReportError`.
    """
    found = Results.read(results)
    earlier = _newest(reports, quarter)
    kept = [Kept.from_dict(one) for one in earlier[1].narrative] if earlier else []
    voice = Voice.of(narrative, found, kept, unmade=unmade)
    for line in voice.lines(found):
        say(line)
    return [one.to_dict() for one in voice.kept]


def _ids(report: Path) -> tuple[str, ...]:
    """Return the ids of a published report, whichever version of the program made it."""
    return tuple(finding["id"] for finding in read_json(report / RESULTS)["findings"])


def _newest(reports: Path, quarter: str) -> tuple[Path, Record] | None:
    """Return the newest report of the quarter or, without one, of those before it, that is as it was published."""
    for folder in sorted(reports.glob("????Q?"), reverse=True):
        if folder.name <= quarter and (folder / RECORD).is_file():
            try:
                record = Record.read(folder)
            except ReportError:  # changed since: what it keeps cannot be relied on
                continue
            if (folder / RESULTS).is_file() and sha256(folder / RESULTS) == record.published.get(RESULTS):
                return folder, record
    return None
