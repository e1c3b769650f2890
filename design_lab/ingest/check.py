"""The data check: every file of every quarter read and held against the others, nothing built."""

from __future__ import annotations

from design_lab.arrivals import Agreement, Arrivals, FileReport, Refusal
from design_lab.finding import Finding
from design_lab.ingest.mapping import read_sources
from design_lab.ingest.rows import LISTED
from design_lab.ingest.tables import Progress, Reading, complete_raw, read_quarter
from design_lab.ingest.volume import READ, people_and_volume
from design_lab.study import Study


def check(study: Study, *, progress: Progress = lambda _: None, jobs: int = 1, listed: int = LISTED) -> Arrivals:
    """Check all files of all quarters without building anything; what is refused is told in the answer, not raised.

    Of each fault the first `listed` cells are kept.
    """
    sources = read_sources(study.folder)
    complete_raw(study, progress, jobs)
    reports: list[FileReport] = []
    held: list[Agreement] = []
    refusals: list[Refusal] = []
    missing: dict[str, tuple[str, ...]] = {}
    statements: dict[str, tuple[Finding, ...]] = {}
    for quarter in study.quarters:
        found = read_quarter(study, sources, quarter, listed=listed)
        reports += found.reports
        refusals += found.refusals
        held += found.agreements(study)
        missing[str(quarter)] = found.missing
        statements[str(quarter)] = _statements(study, found)
        progress(f"checked {quarter}: {sum(report.rows for report in found.reports):,} rows")
    return Arrivals(
        files=tuple(reports), agreements=tuple(held), missing_by_quarter=missing, refusals=tuple(refusals),
        statements=statements,
    )  # fmt: skip


def _statements(study: Study, found: Reading) -> tuple[Finding, ...]:
    """People and volume, as far as tables can be used; half of what was delivered tells no volume."""
    tables = found.usable
    if not tables:
        return ()
    if found.refused & set(READ):
        tables = {"staff": tables["staff"]}
    return people_and_volume(study, found.quarter, tables)
