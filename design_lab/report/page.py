"""One self-contained page from a template: its style inside, nothing fetched from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

from design_lab.report.look import ACCENT, CLAIMS, INK, MARK, MUTED, PANEL, RULE, VERDICTS

_TEMPLATES = Path(__file__).with_name("templates")


def render_page(template: str, **content: Any) -> str:
    """Fill a template of `templates/`; everything in `content` is escaped unless it is markup already."""
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
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    return environment.get_template(template).render(**content, style=Markup(style), style_digest=digest)


def _style() -> str:
    """The page's style sheet with the palette filled in, exactly as it stands between the style tags."""
    css = (_TEMPLATES / "report.css").read_text(encoding="utf-8")
    colours = {"ink": INK, "muted": MUTED, "rule": RULE, "panel": PANEL, "accent": ACCENT, "mark": MARK}
    roots = "".join(f"--{name}: {value}; " for name, value in colours.items())
    claims = "".join(f".claim-{claim} {{ --claim: {colour}; }}\n" for claim, colour in CLAIMS.items())
    verdicts = "".join(f".verdict-{verdict} {{ --claim: {colour}; }}\n" for verdict, colour in VERDICTS.items())
    return f"\n:root {{ {roots}}}\n{claims}{verdicts}{css}"
