"""From findings to files: each language told once, each chart drawn once, each format written if it can be."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from design_lab.errors import LackingError, ReportError, nearest
from design_lab.finding import Results
from design_lab.processes import each
from design_lab.report.branding import templates
from design_lab.report.content import Report
from design_lab.report.cover import Cover
from design_lab.report.story import tell

FORMATS = ("html", "docx", "pptx", "pdf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The files that were written, and a sentence for each reason why others were not."""

    files: tuple[Path, ...]
    left_out: tuple[str, ...] = ()


def write_reports(
    results: Results, cover: Cover, *, langs: Sequence[str], formats: Sequence[str], folder: Path,
    branding: Path | None = None, jobs: int = 1,
) -> Written:  # fmt: skip
    """Write `report.<lang>.<format>`; a page brings `figures/<name>.<lang>.{svg,png}`, PDF `summary.<lang>.pdf`.

    The same findings and cover give the same bytes. Only the libraries of the formats asked for are imported. A format
    for which a library or a font is not installed is left out with what to install; if that leaves none, or a format is
    unknown, `ReportError` is raised. `branding` is the folder of the client's `template.docx` and `template.pptx`.
    With more `jobs` languages are written at the same time, each in a process of its own.
    """
    _check(results, cover, formats)
    looks = templates(branding, formats)
    files: list[Path] = []
    lacking: dict[str, list[str]] = {}
    calls = [(results, cover, lang, formats, folder, looks) for lang in langs]
    for written, lacks in each(_written, calls, jobs):
        files += written
        for lack, name in lacks:
            lacking.setdefault(lack, []).append(name)
    left_out = tuple(f"left out: {', '.join(names)}: {lack}" for lack, names in lacking.items())
    if not files and left_out:
        raise ReportError("\n".join(left_out))
    return Written(files=tuple(files), left_out=left_out)


def _written(
    results: Results, cover: Cover, lang: str, formats: Sequence[str], folder: Path, looks: Mapping[str, Path]
) -> tuple[list[Path], list[tuple[str, str]]]:
    """Write one language; return its files, and why which other is lacking."""
    sheet = _Sheet(tell(results, cover, lang), folder, looks)
    files, lacks = [], []
    for wanted in formats:
        try:
            files += sheet.writers[wanted]()
        except LackingError as lack:
            lacks.append((str(lack), f"report.{lang}.{wanted}"))
    return files, lacks


def _check(results: Results, cover: Cover, formats: Sequence[str]) -> None:
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


class _Sheet:
    """One language's report and how it is written in each format."""

    def __init__(self, report: Report, folder: Path, looks: Mapping[str, Path]) -> None:
        self._report, self._folder, self._looks = report, folder, looks
        self.writers: Mapping[str, Callable[[], list[Path]]] = {
            "html": self._html,
            "docx": self._docx,
            "pptx": self._pptx,
            "pdf": self._pdf,
        }

    @functools.cached_property
    def _drawn(self) -> dict[str, tuple[str, bytes]]:
        """Each chart as SVG and PNG, by name."""
        from design_lab.report.charts import draw

        return {s.chart.name: draw(s.chart, self._report.mark) for s in self._report.sections if s.chart}

    def _html(self) -> list[Path]:
        from design_lab.report.html import write_html

        return write_html(self._report, self._drawn, self._folder)

    def _docx(self) -> list[Path]:
        _need("docx", "python-docx")
        from design_lab.report.word import write_word

        pictures = {name: png for name, (_, png) in self._drawn.items()}
        return [write_word(self._report, pictures, self._path("docx"), template=self._looks.get("docx"))]

    def _pptx(self) -> list[Path]:
        _need("pptx", "python-pptx")
        from design_lab.report.slides import write_slides

        return [write_slides(self._report, self._path("pptx"), template=self._looks.get("pptx"))]

    def _pdf(self) -> list[Path]:
        _need("typst", "typst")
        from design_lab.report.pdf import write_pdf

        return write_pdf(self._report, {name: svg for name, (svg, _) in self._drawn.items()}, self._folder)

    def _path(self, kind: str) -> Path:
        return self._folder / f"report.{self._report.lang}.{kind}"


def _need(module: str, package: str) -> None:
    """Raise `LackingError` where a library is not installed."""
    import importlib

    try:
        importlib.import_module(module)
    except ImportError:
        raise LackingError(f"the package {package} is not installed; pip install {package}") from None
