"""Views: one page for each audience of a study, with what is its business and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from design_lab.desk.views.auditor import Verified, auditor_pages
from design_lab.desk.views.contract import contract_pages
from design_lab.desk.views.executive import executive_pages
from design_lab.desk.views.hr import hr_pages
from design_lab.desk.views.leader import leader_pages
from design_lab.desk.views.page import write_view
from design_lab.desk.views.published import published
from design_lab.errors import StudyError
from design_lab.periods import Quarter
from design_lab.study import Study

AUDIENCES = ("executive", "hr", "leader", "person", "it", "auditor")
_NAMED = {"leader": "a leader's pseudonym or what she leads, such as a team", "person": "a pseudonym"}

__all__ = ["AUDIENCES", "Verified", "view"]


def view(
    study: Study,
    audience: str,
    *,
    quarter: Quarter,
    langs: Sequence[str],
    who: str | None = None,
    out: Path | None = None,
    reports: Path = Path("reports"),
    verify: Callable[[Path], Verified],
) -> Path:
    """Write the page of an audience, a part in each language, and return its path.

    `who` is for a leader (her pseudonym, or a team) and a person (a pseudonym), and for nobody else. Executives and
    auditors read the report of the quarter below `reports`, which `verify` compares with its record; all others what
    the tables hold. What is missing, and somebody who leads nobody, raise a `DesignLabError`.
    """
    if audience in _NAMED and not who:
        raise StudyError(f"whom the view is for is not said; name {_NAMED[audience]} by --who")
    if who and audience not in _NAMED:
        raise StudyError(f"--who is for the views of a leader and of a person; that of {audience} shows nobody alone")
    spoken = tuple(langs)
    named = re.sub(r"\W+", "_", f"{audience}_{who}" if who else audience)  # a team may be called anything
    path = out or Path(f"view_{named}_{quarter}.html")
    if audience == "person":
        from design_lab.desk.explain import explain

        return explain(study, str(who), quarter=quarter).write(path, spoken)
    if audience == "leader":
        return write_view(leader_pages(study, quarter, str(who), spoken), path)
    if audience == "hr":
        return write_view(hr_pages(study, quarter, spoken), path)
    if audience == "it":
        return write_view(contract_pages(study, quarter, spoken), path)
    found = published(study, quarter, reports)
    if audience == "executive":
        return write_view(executive_pages(study, found, spoken), path)
    return write_view(auditor_pages(study, found, verify(found.folder), spoken), path)
