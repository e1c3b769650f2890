"""Points on axes that stay editable in PowerPoint: a faint cloud, its front, and the points with a name."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from design_lab.report.content import Field, Scatter
from design_lab.report.deck import Box, rgb
from design_lab.report.look import INK, MUTED, RULE, TONES, cell_text

_MARKERS = {"s": "SQUARE", "o": "CIRCLE", "^": "TRIANGLE", "D": "DIAMOND"}
_BESIDE = ("RIGHT", "LEFT", "ABOVE", "BELOW")
_ROOM = 0.08  # of the span, beyond the outermost points
_STEPS, _MOST_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5), 6  # of the grid
_SEEN = 55  # percent: how far a point of the cloud covers what lies below it


def native_scatter(slide: Any, chart: Scatter, field: Field, box: Box) -> Any:
    """Put one field of a scatter chart; return its native chart."""
    from pptx.chart.data import XyChartData
    from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
    from pptx.util import Pt

    data, crowds = XyChartData(), [("paper", chart.cloud, field.cloud), ("front", chart.front, field.front)]
    crowds.sort(key=lambda crowd: -len(crowd[2]))  # LibreOffice shows nothing of a first series that is shorter
    for _, name, points in crowds:
        series = data.add_series(cell_text(name))
        for x, y in points:
            series.add_data_point(x, y)
    for spot in field.spots:
        data.add_series(cell_text(spot.name)).add_data_point(*spot.at)
    frame = slide.shapes.add_chart(XL_CHART_TYPE.XY_SCATTER, *box.emu(), data)
    frame.name = chart.title
    frame._element.nvGraphicFramePr.cNvPr.set("descr", chart.alt)
    native = frame.chart
    native.has_title, native.has_legend = False, True
    native.font.size = Pt(12)
    native.legend.position, native.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
    _leave_out(native.legend, range(2, 2 + len(field.spots)))  # their names stand beside them
    for place, axis in enumerate((native.category_axis, native.value_axis)):
        _axis(axis, field, place)
    _paint(native, field, [tone for tone, _, _ in crowds])
    return native


def _axis(axis: Any, field: Field, place: int) -> None:
    from pptx.enum.chart import XL_TICK_LABEL_POSITION, XL_TICK_MARK
    from pptx.util import Pt

    values = [at[place] for at in (*field.cloud, *field.front, *(spot.at for spot in field.spots))]
    span = max(values) - min(values)
    step = next((step for step in _STEPS if step * _MOST_STEPS >= span), _STEPS[-1])
    axis.minimum_scale = math.floor((min(values) - _ROOM * span) / step) * step
    axis.maximum_scale = math.ceil((max(values) + _ROOM * span) / step) * step
    axis.major_unit = step
    axis.has_title, axis.has_major_gridlines = True, True
    axis.axis_title.text_frame.text = field.axes[place]
    run = axis.axis_title.text_frame.paragraphs[0].runs[0]
    run.font.size, run.font.bold = Pt(12), False
    run.font.color.rgb = rgb(INK)
    axis.major_gridlines.format.line.color.rgb = rgb(RULE)
    axis.format.line.color.rgb = rgb(RULE)
    axis.tick_labels.number_format = "0%" if field.percent[place] else "0.00"
    axis.tick_labels.number_format_is_linked = False
    axis.tick_labels.font.size = Pt(11)
    axis.tick_labels.font.color.rgb = rgb(MUTED)
    axis.major_tick_mark, axis.tick_label_position = XL_TICK_MARK.NONE, XL_TICK_LABEL_POSITION.LOW


def _paint(native: Any, field: Field, crowds: Sequence[str]) -> None:
    from pptx.enum.chart import XL_LABEL_POSITION, XL_MARKER_STYLE
    from pptx.util import Pt

    looks = [*((tone, "o", 4) for tone in crowds), *((spot.tone, spot.mark, 10) for spot in field.spots)]
    for place, (series, (tone, mark, size)) in enumerate(zip(native.plots[0].series, looks, strict=True)):
        series.format.line.fill.background()
        series.marker.style, series.marker.size = XL_MARKER_STYLE[_MARKERS[mark]], size
        series.marker.format.fill.solid()
        series.marker.format.fill.fore_color.rgb = rgb(TONES[tone])
        series.marker.format.line.fill.background()
        if place < 2:
            _see_through(series)
        else:
            spot = field.spots[place - 2]
            label = series.points[0].data_label
            label.has_text_frame = True
            label.text_frame.text, label.text_frame.word_wrap = spot.name, False
            run = label.text_frame.paragraphs[0].runs[0]
            run.font.size, run.font.bold = Pt(12), True
            run.font.color.rgb = rgb(INK)
            _on_white(label)
            label.position = XL_LABEL_POSITION[_side(field, place - 2)]


def _see_through(series: Any) -> None:
    """Let the points of a series show what lies below them."""
    from pptx.oxml.ns import qn

    colour = series.marker.format.fill._xPr.find(qn("a:solidFill"))[0]
    colour.append(colour.makeelement(qn("a:alpha"), {"val": str(_SEEN * 1000)}))


def _on_white(label: Any) -> None:
    """Let a name be read before the points that it stands on."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls, qn

    white = '<a:solidFill><a:srgbClr val="FFFFFF"><a:alpha val="75000"/></a:srgbClr></a:solidFill>'
    label._dLbl.find(qn("c:tx")).addnext(parse_xml(f"<c:spPr {nsdecls('c', 'a')}>{white}</c:spPr>"))


def _leave_out(legend: Any, places: Sequence[int]) -> None:
    """Take the series at these places out of a legend."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls, qn

    position = legend._element.find(qn("c:legendPos"))
    for place in reversed(places):
        position.addnext(
            parse_xml(f'<c:legendEntry {nsdecls("c")}><c:idx val="{place}"/><c:delete val="1"/></c:legendEntry>')
        )


def _side(field: Field, place: int) -> str:
    """The side on which a name runs into no other named point, and into no edge."""
    x, y = field.spots[place].at
    others = [spot.at for number, spot in enumerate(field.spots) if number != place]
    everything = [*field.cloud, *field.front, *others, (x, y)]
    spans = [max(at[axis] for at in everything) - min(at[axis] for at in everything) or 1.0 for axis in (0, 1)]
    near = [((a - x) / spans[0], (b - y) / spans[1]) for a, b in others]
    left, right = (any(abs(v) < 0.1 and 0 <= sign * h < 0.3 for h, v in near) for sign in (-1, 1))
    far = (x - min(at[0] for at in everything)) / spans[0]
    free = {"RIGHT": not right and far < 0.8, "LEFT": not left and far > 0.2}
    return next((side for side in _BESIDE if free.get(side, True)), "ABOVE")
