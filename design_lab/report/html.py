"""The page: one self-contained HTML file, with its charts inside and as files beside it."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from design_lab.catalogue import words
from design_lab.files import replacing, write_text
from design_lab.report.charts import draw
from design_lab.report.content import Report
from design_lab.report.look import ACCENT, CLAIMS, INK, MARK, MUTED, PANEL, RULE

_TEMPLATES = Path(__file__).with_name("templates")


def write_html(report: Report, folder: Path) -> list[Path]:
    """Write `report.<lang>.html` and the figures; return the paths."""
    drawn = {s.chart.name: draw(s.chart, report.mark) for s in report.sections if s.chart}
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
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    style = _style()
    spoken = words(report.lang)
    return environment.get_template("report.html.j2").render(
        report=report,
        say=lambda key, **parts: spoken.say(f"report.{key}", **parts),
        drawings={name: Markup(svg) for name, svg in drawings.items()},
        style=Markup(style),
        style_digest=base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii"),
    )


def _style() -> str:
    """The page's style sheet with the palette filled in, exactly as it stands between the style tags."""
    css = (_TEMPLATES / "report.css").read_text(encoding="utf-8")
    colours = {"ink": INK, "muted": MUTED, "rule": RULE, "panel": PANEL, "accent": ACCENT, "mark": MARK}
    roots = "".join(f"--{name}: {value}; " for name, value in colours.items())
    claims = "".join(f".claim-{claim} {{ --claim: {colour}; }}\n" for claim, colour in CLAIMS.items())
    return f"\n:root {{ {roots}}}\n{claims}{css}"
