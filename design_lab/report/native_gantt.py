"""A timetable that stays editable in PowerPoint: stacked bars whose first series is the time before a stage."""

from __future__ import annotations

import datetime as dt
from typing import Any

from design_lab.report.content import shortened
from design_lab.report.deck import Box, rgb
from design_lab.report.gantt import DECIDING, OTHER, ROOM
from design_lab.report.look import INK, MUTED, RULE, TONES, cell_text
from design_lab.report.timetable import Timeline

_EPOCH = dt.date(1899, 12, 30)  # day 0 of a spreadsheet's dates
_WEEK = 7


def native_gantt(slide: Any, chart: Timeline, box: Box) -> Any:
    """Put a timetable; return its native chart.

    Its sheet holds for each stage the first day, how many days it takes, and the room for its label; in weeks where the
    first day of all is not known. The axis begins where the first stage does, so that the first series is not seen.
    """
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.util import Pt

    origin, unit = ((chart.begins - _EPOCH).days, _WEEK) if chart.begins else (0, 1)
    data = CategoryChartData(number_format="0")
    data.categories = [cell_text(shortened(stage.name, 32)) for stage in chart.stages]
    data.add_series("from", [origin + unit * stage.start for stage in chart.stages], "yyyy-mm-dd" if origin else "0")
    data.add_series("days" if origin else "weeks", [unit * stage.weeks for stage in chart.stages])
    data.add_series("label", [unit * chart.end * (ROOM - 1) for _ in chart.stages])
    frame = slide.shapes.add_chart(XL_CHART_TYPE.BAR_STACKED, *box.emu(), data)
    frame.name = chart.title
    frame._element.nvGraphicFramePr.cNvPr.set("descr", chart.alt)
    native = frame.chart
    native.has_title = native.has_legend = False
    native.font.size = Pt(12)
    _axes(native, chart, origin, unit)
    _paint(native, chart)
    return native


def _axes(native: Any, chart: Timeline, origin: int, unit: int) -> None:
    from pptx.enum.chart import XL_TICK_LABEL_POSITION, XL_TICK_MARK
    from pptx.util import Pt

    across, down = native.value_axis, native.category_axis
    across.minimum_scale, across.maximum_scale = origin, origin + unit * chart.end * ROOM
    across.major_unit = unit * chart.step
    across.has_major_gridlines, across.major_tick_mark = True, XL_TICK_MARK.NONE
    across.major_gridlines.format.line.color.rgb = rgb(RULE)
    across.format.line.fill.background()
    across.tick_labels.number_format = "yyyy-mm-dd" if origin else "0"
    across.tick_labels.number_format_is_linked = False
    across.tick_labels.font.size = Pt(10)
    across.tick_labels.font.color.rgb = rgb(MUTED)
    down.reverse_order, down.has_major_gridlines = True, False
    down.major_tick_mark, down.tick_label_position = XL_TICK_MARK.NONE, XL_TICK_LABEL_POSITION.LOW
    down.format.line.color.rgb = rgb(INK)


def _paint(native: Any, chart: Timeline) -> None:
    from pptx.enum.chart import XL_LABEL_POSITION
    from pptx.util import Pt

    plot = native.plots[0]
    plot.gap_width, plot.overlap = 80, 100
    before, takes, label = plot.series
    for series in (before, label):
        series.format.fill.background()
        series.format.line.fill.background()
    takes.format.fill.solid()
    takes.format.fill.fore_color.rgb = rgb(TONES[OTHER])
    for place, stage in enumerate(chart.stages):
        if stage.deciding:
            fill = takes.points[place].format.fill
            fill.solid()
            fill.fore_color.rgb = rgb(TONES[DECIDING])
        said = label.points[place].data_label
        said.has_text_frame = True
        said.text_frame.text, said.text_frame.word_wrap = stage.label, False
        run = said.text_frame.paragraphs[0].runs[0]
        run.font.size = Pt(11)
        run.font.color.rgb = rgb(INK)
        said.position = XL_LABEL_POSITION.INSIDE_BASE
