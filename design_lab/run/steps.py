"""The heavy steps of a run as tasks for workers: plain data in, plain data out, so that their memory ends with them."""

from __future__ import annotations

from collections.abc import Callable
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
    left_out: list[dict[str, str]], folder: str, narrative: list[dict[str, Any]], progress: Callable[[str], None],
) -> list[str]:  # fmt: skip
    """Write the report from `<folder>/results.json` into `folder`; return a sentence a reason for what is left out.

    `narrative` is what findings were when the consultant's text was written.
    """
    from design_lab.finding import Results
    from design_lab.report import Cover, write_reports
    from design_lab.report.narrative.review import voice_of

    progress(f"{', '.join(formats)} in {', '.join(langs)}")
    results = Results.read(Path(folder) / "results.json")
    opened = Study.open(study)
    voice = voice_of(Path(study), narrative)
    cover = Cover.of(opened, quarter, schemes=schemes, left_out=left_out, voice=voice)
    written = write_reports(
        results, cover, langs=tuple(langs), formats=tuple(formats), folder=Path(folder),
        branding=opened.folder / "branding",
    )  # fmt: skip
    return list(written.left_out)
