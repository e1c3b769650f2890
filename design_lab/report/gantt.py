"""A timetable, drawn: stages below each other, weeks across, each bar with how long it takes and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from design_lab.report.content import broken, shortened
from design_lab.report.foot import foot_inches, write_foot
from design_lab.report.look import INK, MUTED, RULE, TONES
from design_lab.report.timetable import Timeline

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDTH, _LEFT, _RIGHT = 9.0, 2.1, 0.15  # inches
_TOP, _BOTTOM, _LINE = 0.34, 0.12, 0.2
ROOM = 1.36  # how far the axis runs beyond the last stage, for labels
DECIDING, OTHER = "down", "effect"  # tones


def gantt(chart: Timeline, mark: str | None) -> Figure:
    """Draw a timetable, the first stage on top; `mark` is printed at the foot."""
    from matplotlib.figure import Figure

    lines = [broken(shortened(stage.name, 60), 24) for stage in chart.stages]
    step = max(0.42, _LINE * max(len(one) for one in lines) + 0.12)
    foot = _BOTTOM + foot_inches(chart.note, mark)
    height = _TOP + step * len(lines) + foot
    figure = Figure(figsize=(_WIDTH, height))
    axes = figure.add_axes(
        (_LEFT / _WIDTH, foot / height, 1 - (_LEFT + _RIGHT) / _WIDTH, 1 - (_TOP + foot) / height),
    )
    for row, stage in enumerate(chart.stages):
        tone = TONES[DECIDING if stage.deciding else OTHER]
        axes.barh(row, stage.weeks, left=stage.start, height=0.22 / step, color=tone, linewidth=0, zorder=3)
        end = stage.start + stage.weeks + chart.end * 0.012
        label = axes.text(end, row, stage.label, va="center", fontsize=10, parse_math=False, zorder=4)
        label.set_bbox({"facecolor": "#FFFFFF", "edgecolor": "none", "pad": 1.2})
    _frame(axes, chart, lines)
    write_foot(figure, chart.note, mark, left=_LEFT)
    return figure


def _frame(axes: Axes, chart: Timeline, lines: list[list[str]]) -> None:
    import seaborn as sns

    ticks = range(0, chart.end + 1, chart.step)
    axes.set_xlim(0, chart.end * ROOM)
    axes.set_ylim(len(lines) - 0.5, -0.5)
    axes.set_yticks(range(len(lines)), ["\n".join(line) for line in lines], fontsize=11)
    axes.set_xticks([*ticks], [chart.tick(week) for week in ticks], fontsize=9, color=MUTED)
    for label in (*axes.get_yticklabels(), *axes.get_xticklabels()):
        label.set_parse_math(False)
    axes.xaxis.tick_top()
    axes.tick_params(axis="x", length=0, pad=4)
    axes.tick_params(axis="y", length=0, pad=8)
    axes.grid(visible=True, axis="x", color=RULE, linewidth=0.8)
    sns.despine(ax=axes, left=True, bottom=True)
    axes.axvline(0, color=INK, linewidth=1)
