"""The page: one self-contained HTML file, with its charts inside and as files beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from design_lab.catalogue import words
from design_lab.files import replacing, write_text
from design_lab.report.content import Report
from design_lab.report.outline import chapters
from design_lab.report.page import render_page


def write_html(report: Report, drawn: Mapping[str, tuple[str, bytes]], folder: Path) -> list[Path]:
    """Write `report.<lang>.html` and the figures, `drawn` as SVG and PNG by name; return the paths."""
    page = folder / f"report.{report.lang}.html"
    write_text(page, render(report, {name: svg for name, (svg, _) in drawn.items()}))
    written = [page]
    for name, (svg, png) in drawn.items():
        vector, raster = (folder / "figures" / f"{name}.{report.lang}.{ending}" for ending in ("svg", "png"))
        write_text(vector, svg)
        with replacing(raster) as temporary:
            temporary.write_bytes(png)
        written += [vector, raster]
    return written


def render(report: Report, drawings: dict[str, str]) -> str:
    """Return the page; `drawings` are the charts as SVG by name."""
    from markupsafe import Markup

    spoken = words(report.lang)
    return render_page(
        "report.html.j2",
        report=report,
        chapters=chapters(report),
        say=lambda key, **parts: spoken.say(f"report.{key}", **parts),
        drawings={name: Markup(svg) for name, svg in drawings.items()},
    )
