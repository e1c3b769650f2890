"""Courses over quarters that stay editable in PowerPoint: a line chart each, three in a row."""

from __future__ import annotations

import math
from typing import Any

from design_lab.catalogue import words
from design_lab.report.content import shortened
from design_lab.report.deck import Box, Type, rgb, write
from design_lab.report.look import INK, RULE, TONES
from design_lab.report.multiples import Course, Multiples

_ACROSS, _BETWEEN, _TITLE = 3, 0.25, 0.28  # charts in a row, inches


def native_multiples(slide: Any, chart: Multiples, box: Box, lang: str) -> list[Any]:
    """Put the courses in a grid; return their native charts."""
    rows = math.ceil(len(chart.courses) / _ACROSS)
    broad, high = (box.width - _BETWEEN * (_ACROSS - 1)) / _ACROSS, box.height / rows
    natives = []
    for place, course in enumerate(chart.courses):
        row, column = divmod(place, _ACROSS)
        left, top = box.left + column * (broad + _BETWEEN), box.top + row * high
        title = Type(sizes=(12, 11, 10, 9), bold=True)
        name = f"course {place + 1}"
        write(slide, [shortened(course.title, 40)], Box(left, top, broad, _TITLE), title, lang, name=name)
        natives.append(_lines(slide, chart, course, Box(left, top + _TITLE, broad, high - _TITLE - 0.05), lang))
    return natives


def _lines(slide: Any, chart: Multiples, course: Course, box: Box, lang: str) -> Any:
    """One course: its value, and the ends of its intervals as thin lines where it has any."""
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    data = CategoryChartData()
    data.categories = list(chart.quarters)
    data.add_series(course.title, course.values)
    if any(course.bounds):
        for end, name in enumerate(("multiples_low", "multiples_high")):
            ends = tuple(bound[end] if bound else None for bound in course.bounds)
            data.add_series(words(lang).say(f"chart.{name}"), ends)
    frame = slide.shapes.add_chart(XL_CHART_TYPE.LINE_MARKERS, *box.emu(), data)
    frame.name = course.title
    frame._element.nvGraphicFramePr.cNvPr.set("descr", chart.alt)
    native = frame.chart
    native.has_title = native.has_legend = False
    _axes(native, course)
    _paint(native, course)
    return native


def _axes(native: Any, course: Course) -> None:
    from pptx.enum.chart import XL_TICK_LABEL_POSITION, XL_TICK_MARK
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls, qn
    from pptx.util import Pt

    low, high = course.span
    room = (high - low) or abs(high) or 1.0
    up, across = native.value_axis, native.category_axis
    up.minimum_scale, up.maximum_scale = low - 0.2 * room, high + 0.45 * room
    up.visible, up.has_major_gridlines = False, False
    across.major_tick_mark, across.tick_label_position = XL_TICK_MARK.NONE, XL_TICK_LABEL_POSITION.LOW
    across.tick_labels.font.size = Pt(9)
    across.format.line.color.rgb = rgb(RULE)
    between = max(1, len(course.values) - 1)  # only the first and the last quarter are named
    skip = parse_xml(f'<c:tickLblSkip {nsdecls("c")} val="{between}"/>')
    across._element.find(qn("c:lblOffset")).addnext(skip)


def _paint(native: Any, course: Course) -> None:
    from pptx.enum.chart import XL_LABEL_POSITION, XL_MARKER_STYLE
    from pptx.enum.dml import MSO_LINE
    from pptx.util import Pt

    for place, series in enumerate(native.plots[0].series):
        series.smooth = False
        line = series.format.line
        line.color.rgb, line.width = rgb(TONES["effect" if place == 0 else "front"]), Pt(2 if place == 0 else 0.75)
        series.marker.style = XL_MARKER_STYLE.CIRCLE if place == 0 else XL_MARKER_STYLE.NONE
        if place:
            line.dash_style = MSO_LINE.DASH
            continue
        series.marker.size = 5
        series.marker.format.fill.solid()
        series.marker.format.fill.fore_color.rgb = rgb(TONES["effect"])
        series.marker.format.line.fill.background()
        for at in dict.fromkeys(course.ends):
            label = series.points[at].data_label
            label.has_text_frame = True
            label.text_frame.text, label.text_frame.word_wrap = course.labels[at], False
            run = label.text_frame.paragraphs[0].runs[0]
            run.font.size, run.font.bold = Pt(11), True
            run.font.color.rgb = rgb(INK)
            label.position = XL_LABEL_POSITION.ABOVE
        for at in course.breaks:
            marker = series.points[at].marker
            marker.style, marker.size = XL_MARKER_STYLE.DIAMOND, 9
            marker.format.fill.solid()
            marker.format.fill.fore_color.rgb = rgb(TONES["down"])
