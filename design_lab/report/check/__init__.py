"""The data check for a client's IT: a page in each language and a workbook of every faulty cell."""

from __future__ import annotations

from pathlib import Path

from design_lab.arrivals import Arrivals
from design_lab.catalogue import LANGUAGES
from design_lab.files import write_text
from design_lab.report.check.book import LISTED, write_book
from design_lab.report.check.told import told
from design_lab.report.page import render_page
from design_lab.study import Study

__all__ = ["LISTED", "write_data_check"]


def write_data_check(arrivals: Arrivals, study: Study, folder: Path) -> list[Path]:
    """Write `data_check.<lang>.html` in every language and `data_check.xlsx`, each whole or not at all; return them.

    The same arrivals give the same bytes. For the workbook to list every faulty cell, `arrivals` must have been checked
    with `LISTED` cells of each fault.
    """
    pages = [folder / f"data_check.{lang}.html" for lang in LANGUAGES]
    for lang, page in zip(LANGUAGES, pages, strict=True):
        check = told(arrivals, study, lang)
        write_text(page, render_page("data_check.html.j2", check=check, say=check.say, **check.furniture))
    return [*pages, write_book(arrivals, study, folder / "data_check.xlsx")]
