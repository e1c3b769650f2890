"""Points on axes, drawn: a faint cloud, what stands out of it, and a few points with their names beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from design_lab.report.content import Field, Scatter, Spot, broken, shortened, width
from design_lab.report.foot import write_foot
from design_lab.report.look import INK, MUTED, RULE, TONES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDTH, _LEFT, _BETWEEN, _RIGHT = 9.0, 0.75, 0.85, 0.15  # inches
_TOP, _TITLE, _BOTTOM = 0.4, 0.3, 0.86
_HIGH = {1: 4.2, 2: 3.6, 3: 3.0}  # of a field, by how many stand side by side
_LETTER, _LINE = 0.078, 0.17  # inches that a letter and a line take
_Box = tuple[float, float, float, float]
_AROUND = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))  # where a name may stand


def scattered(chart: Scatter, mark: str | None) -> Figure:
    """Draw the fields side by side; `mark` is printed at the foot."""
    from matplotlib.figure import Figure

    count = len(chart.fields)
    broad = (_WIDTH - _LEFT - _RIGHT - _BETWEEN * (count - 1)) / count
    high = _HIGH[count]
    foot = _BOTTOM + (0.3 if mark else 0)
    height = _TOP + _TITLE + high + foot
    figure = Figure(figsize=(_WIDTH, height))
    for place, field in enumerate(chart.fields):
        left = _LEFT + place * (broad + _BETWEEN)
        axes = figure.add_axes((left / _WIDTH, foot / height, broad / _WIDTH, high / height))
        _field(axes, field, chart)
        _frame(axes, field)
        _name(axes, field.spots, broad, high)
        figure.text(left / _WIDTH, (foot - 0.76) / height, field.note, color=MUTED, fontsize=9.5, parse_math=False)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    legend = figure.legend(
        handles, labels, loc="upper left", bbox_to_anchor=((_LEFT - 0.1) / _WIDTH, 1), ncols=len(handles),
        frameon=False, borderpad=0.2, handletextpad=0.1, columnspacing=1.2, markerscale=2,
    )  # fmt: skip
    for text in legend.get_texts():
        text.set_parse_math(False)
    write_foot(figure, "", mark, left=_LEFT)
    return figure


def _field(axes: Axes, field: Field, chart: Scatter) -> None:
    for points, tone, size, label in (
        (field.cloud, "paper", 12, chart.cloud),
        (field.front, "front", 16, chart.front),
    ):
        across, up = zip(*points, strict=True) if points else ((), ())
        axes.scatter(across, up, s=size, color=TONES[tone], alpha=0.7, linewidths=0, label=label)
    for spot in field.spots:
        axes.scatter(*spot.at, s=95, marker=spot.mark, color=TONES[spot.tone], edgecolors=INK, linewidths=1.2, zorder=3)


def _frame(axes: Axes, field: Field) -> None:
    import seaborn as sns
    from matplotlib.ticker import FormatStrFormatter, MaxNLocator, PercentFormatter

    axes.set_title(shortened(field.title, 40), fontsize=11, loc="left", fontweight="bold", parse_math=False)
    axes.margins(0.12)
    for axis, title, percent in zip((axes.xaxis, axes.yaxis), field.axes, field.percent, strict=True):
        axis.set_label_text("\n".join(broken(title, 34)), fontsize=10, color=INK)
        axis.label.set_parse_math(False)
        axis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
        axis.set_major_formatter(PercentFormatter(1.0, decimals=0) if percent else FormatStrFormatter("%.2f"))
    axes.tick_params(length=0, labelsize=9.5, labelcolor=MUTED)
    axes.grid(color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    sns.despine(ax=axes, left=True, bottom=True)


def _name(axes: Axes, spots: tuple[Spot, ...], broad: float, high: float) -> None:
    """Write each name beside its point, where it covers no other point's mark and no name, and stays inside."""
    (low, end), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    marks = [((s.at[0] - low) / (end - low) * broad, (s.at[1] - bottom) / (top - bottom) * high) for s in spots]
    taken = [(x - 0.1, y - 0.1, x + 0.1, y + 0.1) for x, y in marks]
    for spot, at in zip(spots, marks, strict=True):
        boxes = [_box(side, at, width(spot.name) * _LETTER) for side in _AROUND]
        chosen = min(boxes, key=lambda box: _hidden(box, taken, broad, high))
        taken.append(chosen)
        axes.text(
            low + (chosen[0] + chosen[2]) / 2 / broad * (end - low),
            bottom + (chosen[1] + chosen[3]) / 2 / high * (top - bottom),
            spot.name, ha="center", va="center", fontsize=10.5, fontweight="bold", parse_math=False, zorder=4,
            bbox={"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 0.6},
        )  # fmt: skip


def _box(side: tuple[int, int], at: tuple[float, float], long: float) -> _Box:
    """Where a name of that length would stand beside a point, in inches: left, under, right, over."""
    left = at[0] + {1: 0.13, 0: -long / 2, -1: -long - 0.13}[side[0]]
    under = at[1] - _LINE / 2 + 0.2 * side[1]
    return left, under, left + long, under + _LINE


def _hidden(box: _Box, taken: list[_Box], broad: float, high: float) -> float:
    """How much of a name would stand outside its field or on what is taken."""
    left, under, right, over = box
    outside = max(0.0, -left) + max(0.0, right - broad) + max(0.0, -under) + max(0.0, over - high)
    shared = (
        max(0.0, min(right, other[2]) - max(left, other[0])) * max(0.0, min(over, other[3]) - max(under, other[1]))
        for other in taken
    )
    return outside + 10 * sum(shared)
