"""Charts as SVG and PNG: bars, points, timetables, courses; labelled directly, the same bytes for the same content."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any

from design_lab.report.content import Chart, Drawing, Scatter, Series, broken, shortened
from design_lab.report.fonts import family_for
from design_lab.report.foot import foot_inches, write_foot
from design_lab.report.gantt import gantt
from design_lab.report.look import INK, TONES
from design_lab.report.multiples import Multiples
from design_lab.report.scatter import scattered
from design_lab.report.small_multiples import multiples
from design_lab.report.timetable import Timeline

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDTH, _LEFT, _RIGHT = 9.0, 2.1, 0.3  # inches
_TOP, _BOTTOM, _BAR = 0.36, 0.12, 0.27
_PNG_DPI = 200
_STYLE = re.compile(r'\sstyle="([^"]*)"')


def draw(chart: Drawing, mark: str | None = None) -> tuple[str, bytes]:
    """Draw a chart; return it as an SVG without style attributes (for a strict page) and as PNG.

    `mark` is printed at the foot, since a figure travels without its page.
    """
    with _settings(chart, mark or ""), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # of symbols alone: the font has every letter
        figure = _figured(chart, mark)
        vector, raster = io.StringIO(), io.BytesIO()
        nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
        figure.savefig(vector, format="svg", metadata=nothing)
        figure.savefig(raster, format="png", dpi=_PNG_DPI, metadata={"Software": None})
    return _plain_svg(vector.getvalue(), chart), raster.getvalue()


@contextmanager
def _settings(chart: Drawing, mark: str) -> Iterator[None]:
    import matplotlib as mpl
    import seaborn as sns

    texts = [*chart.texts, mark, "0123456789.,%…-"]
    settings: Mapping[str, Any] = {
        "font.family": [family_for(texts)],
        "font.size": 11,
        "svg.fonttype": "path",
        "svg.hashsalt": "design_lab",
        "axes.unicode_minus": False,
        "text.color": INK,
    }
    with mpl.rc_context(), sns.axes_style("white"):
        mpl.rcParams.update(settings)
        yield


def _figured(chart: Drawing, mark: str | None) -> Figure:
    if isinstance(chart, Timeline):
        return gantt(chart, mark)
    if isinstance(chart, Multiples):
        return multiples(chart, mark)
    return scattered(chart, mark) if isinstance(chart, Scatter) else _figure(chart, mark)


def _figure(chart: Chart, mark: str | None) -> Figure:
    from matplotlib.figure import Figure

    lines = [broken(shortened(category, 60), 24) for category in chart.categories]
    step = max(len(chart.series) * _BAR + 0.22, 0.2 * max(len(broken_) for broken_ in lines) + 0.12)
    foot = _BOTTOM + foot_inches(chart.note, mark)
    top = _TOP if len(chart.series) > 1 else 0.05
    height = top + step * len(chart.categories) + foot
    figure = Figure(figsize=(_WIDTH, height))
    axes = figure.add_axes(
        (_LEFT / _WIDTH, foot / height, 1 - (_LEFT + _RIGHT) / _WIDTH, 1 - (top + foot) / height),
    )
    thick = _BAR / step
    for place, bars in enumerate(chart.series):
        _bars(axes, bars, (place - (len(chart.series) - 1) / 2) * thick, thick * 0.86, chart)
    _frame(axes, chart, lines)
    if len(chart.series) > 1:
        _legend(axes, chart)
    write_foot(figure, chart.note, mark, left=_LEFT)
    return figure


def _bars(axes: Axes, bars: Series, shift: float, thick: float, chart: Chart) -> None:
    span = chart.high - chart.low
    for row, (value, label, bound) in enumerate(zip(bars.values, bars.labels, bars.bounds, strict=True)):
        if value is None:
            continue
        axes.barh(row + shift, value, height=thick, color=TONES[bars.tone], linewidth=0)
        end = max(value, 0.0)
        if bound:
            axes.plot(bound, (row + shift, row + shift), color=INK, linewidth=1.3, solid_capstyle="butt")
            end = max(end, bound[1])
        axes.text(end + span * 0.012, row + shift, label, va="center", ha="left", fontsize=10.5, parse_math=False)


def _frame(axes: Axes, chart: Chart, lines: list[list[str]]) -> None:
    import seaborn as sns

    span = chart.high - chart.low
    axes.set_xlim(chart.low - (span * 0.03 if chart.low < 0 else 0), chart.high + span * 0.14)
    axes.set_ylim(len(chart.categories) - 0.5, -0.5)
    axes.set_xticks([])
    axes.set_yticks(range(len(lines)), ["\n".join(line) for line in lines], fontsize=11)
    for label in axes.get_yticklabels():
        label.set_parse_math(False)
    axes.tick_params(axis="y", length=0, pad=8)
    sns.despine(ax=axes, left=True, bottom=True)
    axes.axvline(0, color=INK, linewidth=1)


def _legend(axes: Axes, chart: Chart) -> None:
    """Name the series above the bars, in the order in which they stand."""
    from matplotlib.patches import Patch

    patches = [Patch(facecolor=TONES[bars.tone], linewidth=0, label=bars.name) for bars in chart.series]
    axes.legend(
        handles=patches,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        bbox_transform=axes.get_xaxis_transform(),  # begins at zero, wherever that stands
        ncols=len(patches),
        frameon=False,
        borderaxespad=0.4,
        borderpad=0,
        handlelength=1,
        handleheight=1,
        columnspacing=1.8,
    )


def _plain_svg(svg: str, chart: Drawing) -> str:
    """Turn style attributes into attributes, make ids unique to the chart, and give it a title and a description.

    A page that forbids inline styles may then hold the drawing, and two drawings may share a page.
    """
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", body, flags=re.DOTALL)
    body = re.sub(r"<!--.*?-->\s*", "", body, flags=re.DOTALL)
    body = _STYLE.sub(lambda match: _attributes(match[1]), body)
    body = re.sub(r'\bid="', f'id="{chart.name}-', body)
    body = re.sub(r'href="#', f'href="#{chart.name}-', body)
    body = re.sub(r"url\(#", f"url(#{chart.name}-", body)
    named = f'aria-labelledby="{chart.name}-title {chart.name}-desc" stroke-linejoin="round" stroke-linecap="butt"'
    told = (
        f'\n <title id="{chart.name}-title">{escape(chart.title)}</title>'
        f'\n <desc id="{chart.name}-desc">{escape(chart.alt)}</desc>'
    )
    body = re.sub(r"<svg([^>]*)>", lambda match: f'<svg{match[1]} role="img" {named}>{told}', body, count=1)
    return "\n".join(line.rstrip() for line in body.splitlines()) + "\n"


def _attributes(style: str) -> str:
    pairs = [part.split(":", 1) for part in style.split(";") if ":" in part]
    return "".join(f' {name.strip()}="{value.strip()}"' for name, value in pairs)
