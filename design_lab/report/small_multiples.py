"""Courses over quarters, drawn side by side: a line with its intervals, the first and the last value written beside."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from design_lab.report.content import shortened
from design_lab.report.foot import foot_inches, write_foot
from design_lab.report.look import INK, MUTED, RULE, TONES
from design_lab.report.multiples import Course, Multiples

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDTH, _LEFT, _RIGHT, _BETWEEN = 9.0, 0.15, 0.15, 0.35  # inches
_ACROSS = 3
_NEAR = 2  # quarters that a label covers
_TITLE, _HIGH, _TICKS = 0.32, 1.0, 0.3


def multiples(chart: Multiples, mark: str | None) -> Figure:
    """Draw the courses, three in a row; `mark` is printed at the foot."""
    from matplotlib.figure import Figure

    rows = math.ceil(len(chart.courses) / _ACROSS)
    foot, each = 0.08 + foot_inches(chart.note, mark), _TITLE + _HIGH + _TICKS
    height = rows * each + foot
    broad = (_WIDTH - _LEFT - _RIGHT - _BETWEEN * (_ACROSS - 1)) / _ACROSS
    figure = Figure(figsize=(_WIDTH, height))
    for place, course in enumerate(chart.courses):
        row, column = divmod(place, _ACROSS)
        left, below = _LEFT + column * (broad + _BETWEEN), foot + (rows - 1 - row) * each + _TICKS
        axes = figure.add_axes((left / _WIDTH, below / height, broad / _WIDTH, _HIGH / height))
        _course(axes, course)
        _frame(axes, course, chart.quarters)
    write_foot(figure, chart.note, mark, left=_LEFT)
    return figure


def _course(axes: Axes, course: Course) -> None:
    there = [place for place, value in enumerate(course.values) if value is not None]
    bounded = [place for place in there if course.bounds[place]]
    ends = [course.bounds[place] or (0.0, 0.0) for place in bounded]
    axes.vlines(
        bounded, [low for low, _ in ends], [high for _, high in ends], color=TONES["front"], linewidth=4, alpha=0.55
    )
    for begin, end in zip([0, *course.breaks], [*course.breaks, len(course.values)], strict=True):
        part = [place for place in there if begin <= place < end]
        values = [course.values[place] or 0.0 for place in part]
        axes.plot(part, values, color=TONES["effect"], linewidth=1.6, marker="o", markersize=3)
    for place in course.breaks:
        axes.axvline(place - 0.5, color=TONES["down"], linewidth=1.4, linestyle=(0, (3, 2)))
    for place, side in zip(course.ends, ("left", "right"), strict=True):
        axes.annotate(
            course.labels[place], (place, _above(course, place)), xytext=(-3 if side == "left" else 3, 4),
            textcoords="offset points", ha=side, va="bottom", fontsize=9.5, fontweight="bold", color=INK,
            parse_math=False,
        )  # fmt: skip


def _above(course: Course, place: int) -> float:
    """The greatest value or end near a place, above which its label covers nothing."""
    near = range(max(0, place - _NEAR), min(len(course.values), place + _NEAR + 1))
    held = [bound[1] for at in near if (bound := course.bounds[at])]
    return max([*held, *(value for at in near if (value := course.values[at]) is not None)])


def _frame(axes: Axes, course: Course, quarters: tuple[str, ...]) -> None:
    import seaborn as sns

    low, high = course.span
    room = (high - low) or abs(high) or 1.0
    axes.set_ylim(low - 0.15 * room, high + 0.5 * room)
    axes.set_xlim(-0.4, len(quarters) - 0.6)
    axes.set_title(shortened(course.title, 34), fontsize=10.5, loc="left", fontweight="bold", parse_math=False, pad=5)
    axes.set_yticks([])
    last = len(quarters) - 1
    axes.set_xticks([0, last] if last else [0], [quarters[0], quarters[-1]] if last else [quarters[0]], fontsize=9)
    first, newest = axes.get_xticklabels()[0], axes.get_xticklabels()[-1]
    newest.set_horizontalalignment("right")
    first.set_horizontalalignment("left")
    axes.tick_params(length=0, labelcolor=MUTED, pad=3)
    sns.despine(ax=axes, left=True)
    axes.spines["bottom"].set_color(RULE)
