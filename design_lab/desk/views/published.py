"""A published report as a view reads it: its findings and its record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from design_lab.errors import ReportError
from design_lab.files import read_json
from design_lab.finding import Results
from design_lab.periods import Quarter
from design_lab.report import Cover
from design_lab.report.narrative.kept import Kept, carry
from design_lab.report.narrative.review import Voice
from design_lab.report.narrative.text import read_narrative
from design_lab.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A report folder: its findings, and what record.json says, unchecked."""

    folder: Path
    results: Results
    record: Mapping[str, Any]

    def cover(self, study: Study) -> Cover:
        """Return the names with which the report was told, and the consultant's text as it stands now."""
        narrative = read_narrative(study.folder)
        kept = [Kept.from_dict(one) for one in self.record.get("narrative", ())]
        return Cover.of(
            study,
            self.results.quarter,
            schemes=self.record["inputs"]["parameters"]["schemes"],
            left_out=self.record["left_out"],
            voice=Voice(narrative=narrative, kept=carry(narrative, self.results, kept)),
        )


def published(study: Study, quarter: Quarter, reports: Path) -> Published:
    """Read the newest report of a quarter below `reports`; without one, or with a damaged one, raise `ReportError`."""
    folder = reports / study.name / str(quarter)
    if not (folder / "record.json").is_file():
        raise ReportError(
            f"{folder}: there is no report of {study.name} in {quarter}; run design-lab run {study.folder} --quarter "
            f"{quarter} first, or name the folder by --reports"
        )
    try:
        return Published(
            folder=folder, results=Results.read(folder / "results.json"), record=read_json(folder / "record.json")
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReportError(
            f"{folder}: cannot be read as a report ({type(error).__name__}); design-lab verify says what was changed"
        ) from None
