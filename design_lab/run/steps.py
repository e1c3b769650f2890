"""The heavy steps of a run as tasks for workers: plain data in, plain data out, so that their memory ends with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from design_lab.run.places import shown_path
from design_lab.study import Study


def build(*, study: str, force: bool, jobs: int, progress: Callable[[str], None]) -> dict[str, list[str]]:
    """Build the tables whose files changed (a synthetic study's files first); return what to print and is missing."""
    from design_lab.ingest import build as make

    opened = Study.open(study)
    opened.connect()  # an engine that cannot be reached is told before the long steps
    arrivals = make(opened, progress=progress, force=force, jobs=jobs)
    return {"lines": list(arrivals.lines()), "missing": list(arrivals.missing)}


def check(*, study: str, folder: str, progress: Callable[[str], None]) -> list[str]:
    """Check the data of every quarter and write the page and the list for the client's IT; return what to print.

    Data that are refused raise `DataError` after both are written: that is when they are needed.
    """
    from design_lab.ingest import check as look
    from design_lab.report.check import LISTED, write_data_check

    opened = Study.open(study)
    arrivals = look(opened, progress=progress, listed=LISTED)
    for path in write_data_check(arrivals, opened, Path(folder)):
        progress(f"written: {shown_path(path)}")
    arrivals.refuse()
    return arrivals.lines()


def report(
    *, study: str, quarter: str, schemes: list[str], langs: list[str], formats: list[str],
    left_out: list[dict[str, str]], folder: str, narrative: list[dict[str, Any]], last: dict[str, Any] | None,
    jobs: int, progress: Callable[[str], None],
) -> list[str]:  # fmt: skip
    """Write the report from `<folder>/results.json` into `folder`; return a sentence a reason for what is left out.

    `narrative` is what findings were when the consultant's text was written; `last` the last report, whose findings
    these are held beside (changes.json).
    """
    from design_lab.finding import Results
    from design_lab.report import Cover, write_reports
    from design_lab.report.narrative.review import voice_of
    from design_lab.run.last import CHANGES, changes
    from design_lab.run.restated import Restated

    progress(f"{', '.join(formats)} in {', '.join(langs)}")
    results = Results.read(Path(folder) / "results.json")
    opened = Study.open(study)
    restated = Restated.read(Path(folder))
    parts = restated.parts if restated and last and last["quarter"] == quarter else None
    changed, stated = changes(opened, results, last, schemes=schemes, parts=parts)
    changed.write(Path(folder) / CHANGES, stated)
    results = replace(results, findings=(*changed.findings(), *results.findings))
    voice = voice_of(Path(study), narrative)
    cover = Cover.of(opened, quarter, schemes=schemes, left_out=left_out, voice=voice)
    written = write_reports(
        results, cover, langs=tuple(langs), formats=tuple(formats), folder=Path(folder),
        branding=opened.folder / "branding", jobs=jobs,
    )  # fmt: skip
    return list(written.left_out)


def look_through(*, study: str, folder: str, jobs: int, progress: Callable[[str], None]) -> None:
    """Refuse a report in which anything private of the study's people, or anybody's card or telephone, stands."""
    from design_lab.catalogue import catalogue_text
    from design_lab.ingest import private
    from design_lab.run.scan import refuse, scan

    opened = Study.open(study)
    progress("looking through every file for ids, names, telephones, cards and passwords")
    may_show = opened.settings.privacy.may_show
    refuse(scan(Path(folder), private(opened), may_show=may_show, ordinary=catalogue_text(), jobs=jobs))
