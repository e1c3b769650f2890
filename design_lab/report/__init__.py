"""The report: findings told as a page and as slides, in English and Chinese, from one content model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from design_lab.errors import ReportError, nearest
from design_lab.finding import Results
from design_lab.report.cover import Cover
from design_lab.report.story import tell

FORMATS = ("html", "pptx")

__all__ = ["FORMATS", "Cover", "tell", "write_reports"]


def write_reports(
    results: Results, cover: Cover, *, langs: Sequence[str], formats: Sequence[str], folder: Path
) -> tuple[Path, ...]:
    """Write `report.<lang>.<format>` and, for the page, `figures/<name>.<lang>.{svg,png}`; return what was written.

    The same findings and cover give the same bytes. Only the libraries of the formats asked for are imported; an
    unknown format raises `ReportError`.
    """
    for wanted in formats:
        if wanted not in FORMATS:
            raise ReportError(f"format {wanted!r} cannot be written; {nearest(wanted, FORMATS)}")
    if (results.study, results.quarter) != (cover.study, cover.quarter):
        raise ReportError(
            f"the findings are of {results.study} in {results.quarter}, "
            f"but the cover is of {cover.study} in {cover.quarter}"
        )
    if results.synthetic and not cover.synthetic:
        raise ReportError("the findings come from synthetic data, but the cover does not say so")
    written: list[Path] = []
    for lang in langs:
        report = tell(results, cover, lang)
        if "html" in formats:
            from design_lab.report.html import write_html

            written += write_html(report, folder)
        if "pptx" in formats:
            from design_lab.report.slides import write_slides

            written.append(write_slides(report, folder / f"report.{lang}.pptx"))
    return tuple(written)
