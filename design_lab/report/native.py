"""Charts and tables that stay editable in PowerPoint."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from design_lab.report.content import Chart, Drawing, Scatter, Table, shortened, width
from design_lab.report.deck import TAGS, Box, Type, fill_text, fits, rgb, tall, typefaces
from design_lab.report.errorbars import add_intervals
from design_lab.report.look import INK, MARK, MUTED, RULE, TONES, cell_text
from design_lab.report.multiples import Multiples
from design_lab.report.native_gantt import native_gantt
from design_lab.report.native_multiples import native_multiples
from design_lab.report.native_scatter import native_scatter
from design_lab.report.timetable import Timeline

_HEADER = Type(sizes=(11, 10, 9, 8), colour=MUTED, bold=True, anchor="bottom")
_BODY_SIZES = (14, 13, 12, 11, 10, 9, 8)
_LEAST_READABLE = 10  # points; a name that is too long for its cell at this size is cut in its middle


def native_chart(slide: Any, chart: Drawing, box: Box, lang: str) -> None:
    """Put a chart that stays editable: bars, the first field of points on axes, a timetable, or courses."""
    if isinstance(chart, Multiples):
        for one in native_multiples(slide, chart, box, lang):
            _chart_language(one, lang)
        return
    if isinstance(chart, Timeline):
        native = native_gantt(slide, chart, box)
    elif isinstance(chart, Scatter):
        native = native_scatter(slide, chart, chart.fields[0], box)
    else:
        native = _native_bars(slide, chart, box)
    _chart_language(native, lang)


def _native_bars(slide: Any, chart: Chart, box: Box) -> Any:
    """Clustered bars from zero, labelled, the first category on top."""
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION, XL_TICK_MARK
    from pptx.util import Pt

    data = CategoryChartData(number_format=_number_format(chart))
    data.categories = [cell_text(shortened(category, 32)) for category in chart.categories]
    for bars in chart.series:
        data.add_series(cell_text(bars.name), bars.values)
    frame = slide.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *box.emu(), data)
    frame.name = chart.title
    frame._element.nvGraphicFramePr.cNvPr.set("descr", chart.alt)
    native = frame.chart
    native.has_title = False
    native.font.size = Pt(12)
    native.has_legend = len(chart.series) > 1
    if native.has_legend:
        native.legend.position, native.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
    across, down = native.value_axis, native.category_axis
    across.minimum_scale, across.maximum_scale = _floor(chart), chart.high + (chart.high - chart.low) * 0.14
    across.visible, across.has_major_gridlines = False, False
    down.reverse_order, down.has_major_gridlines = True, False
    down.major_tick_mark, down.tick_label_position = XL_TICK_MARK.NONE, XL_TICK_LABEL_POSITION.LOW
    down.format.line.color.rgb = rgb(INK)
    _paint(native, chart)
    if any(bound for bars in chart.series for bound in bars.bounds):
        add_intervals(native, chart, _place_plot(native, chart, box))
    return native


def _place_plot(native: Any, chart: Chart, box: Box) -> float:
    """Fix where the bars stand, so that a label can stand clear of its interval; return the share that they take."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls, qn

    longest = max(width(shortened(category, 32)) for category in chart.categories)
    left = min(0.4, (longest * 12 * 0.52 / 72 + 0.15) / box.width)
    broad, top = 0.99 - left, 0.1 if native.has_legend else 0.02
    sides = "".join(
        f'<c:{name} val="{value:.4f}"/>' for name, value in (("x", left), ("y", top), ("w", broad), ("h", 0.98 - top))
    )
    layout = parse_xml(
        f'<c:layout {nsdecls("c")}><c:manualLayout><c:layoutTarget val="inner"/><c:xMode val="edge"/>'
        f'<c:yMode val="edge"/>{sides}</c:manualLayout></c:layout>'
    )
    area = native._chartSpace.chart.plotArea
    for old in area.findall(qn("c:layout")):
        area.remove(old)
    area.insert(0, layout)
    return broad


def _number_format(chart: Chart) -> str:
    if chart.percent:
        return "0.0%"
    return "#,##0" + ("." + "0" * chart.digits if chart.digits else "")


def _floor(chart: Chart) -> float:
    """Zero, or a whole step (five percent, or a unit of the last digit but one) below the least value."""
    if chart.low == 0:
        return 0.0
    step = 0.05 if chart.percent else 10.0 ** -max(chart.digits - 1, 0)
    room = 0.15 * (chart.high - chart.low)  # for the label
    return math.floor((chart.low - room) / step) * step


def _paint(native: Any, chart: Chart) -> None:
    from pptx.enum.chart import XL_LABEL_POSITION
    from pptx.util import Pt

    plot = native.plots[0]
    plot.gap_width, plot.overlap = max(55, 220 // len(chart.categories)), -5  # few bars stay slim
    for series, bars in zip(plot.series, chart.series, strict=True):
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = rgb(TONES[bars.tone])
        series.invert_if_negative = False
        labels = series.data_labels
        labels.show_value, labels.position = True, XL_LABEL_POSITION.OUTSIDE_END
        labels.number_format = "0%" if chart.percent and bars.tone == "paper" else _number_format(chart)
        labels.number_format_is_linked = False
        labels.font.size = Pt(12)
        labels.font.color.rgb = rgb(INK)


def _chart_language(native: Any, lang: str) -> None:
    from pptx.oxml.ns import qn

    for properties in native._chartSpace.iter(qn("a:defRPr")):
        typefaces(properties)
    for end in native._chartSpace.iter(qn("a:endParaRPr")):
        end.set("lang", TAGS[lang])


def native_table(slide: Any, table: Table, columns: Sequence[int], widths: Sequence[float], box: Box, lang: str) -> Box:
    """Put chosen columns of a table, as tall as the box allows; return the box that it takes."""
    from pptx.util import Inches

    count = len(table.rows) + 1
    names = max(12, int((box.width * widths[0] - 0.12) * 72 / (_LEAST_READABLE * 0.58)) - 1)
    names *= 3 if table.worded else 1  # lines
    lines = [table.columns, *((shortened(row.cells[0], names), *row.cells[1:]) for row in table.rows)]
    body, broad = (
        [[cells[column] for column in columns] for cells in lines[1:]],
        [box.width * share for share in widths],
    )
    high = min(0.6 if table.worded else 0.44, box.height / count)
    size, highs = _body_size(body, widths, box.width, high, lang), [high] * count
    if table.worded:
        size, highs = _worded_size([[lines[0][column] for column in columns], *body], broad, box.height, lang)
    taken = Box(box.left, box.top, box.width, sum(highs))
    frame = slide.shapes.add_table(count, len(columns), *taken.emu())
    frame.name = table.title
    native = frame.table
    native._tbl.tblPr.set("bandRow", "0")
    for place, width_ in enumerate(broad):
        native.columns[place].width = Inches(width_)
    for row, (cells, tall_) in enumerate(zip(lines, highs, strict=True)):
        native.rows[row].height = Inches(tall_)
        for place, column in enumerate(columns):
            type = _HEADER if row == 0 else Type(sizes=(size,), bold=place == 0, anchor="middle")
            type = replace(type, align="left" if place == 0 or table.worded else "right")
            if row and place in table.rows[row - 1].holes:
                type = replace(type, colour=MARK)
            _cell(native.cell(row, place), cells[column], Box(0, 0, broad[place] - 0.12, tall_ - 0.04), type, lang)
    return taken


def _worded_size(
    rows: Sequence[Sequence[str]], broad: Sequence[float], room: float, lang: str
) -> tuple[float, list[float]]:
    """The largest size at which rows, each as high as its longest cell asks, fit; and their heights, head first.

    What is left of the room is shared out, up to a row of 0.6 inches.
    """
    for size in _BODY_SIZES:
        highs = [_high(cells, broad, size if row else min(size, _HEADER.sizes[0]), lang, head=not row)
                 for row, cells in enumerate(rows)]  # fmt: skip
        if sum(highs) <= room:
            break
    spare = max(0.0, room - sum(highs)) / len(rows)
    return size, [
        high * min(1.0, room / sum(highs)) if not spare else min(high + spare, max(high, 0.6)) for high in highs
    ]


def _high(cells: Sequence[str], broad: Sequence[float], size: float, lang: str, *, head: bool) -> float:
    """How high a row must be for all of its cells; names and heads are bold, and so wider."""
    bold = [head or place == 0 for place in range(len(cells))]
    return 0.08 + max(
        tall(text, (width_ - 0.12) * (0.9 if wide else 1.0), size, lang)
        for text, width_, wide in zip(cells, broad, bold, strict=True)
    )


def _body_size(rows: Sequence[Sequence[str]], widths: Sequence[float], broad: float, high: float, lang: str) -> float:
    """The one size at which every cell fits: on one line if that stays readable, else on as many as a row takes."""
    for sizes, lines in ((_BODY_SIZES[:4], 1), (_BODY_SIZES, 9)):
        for size in sizes:
            line = tall("x", 9, size, lang)
            room = [Box(0, 0, broad * share - 0.12, min(line * lines, high - 0.04) + 0.001) for share in widths]
            cells = [(text, room[place], place == 0) for row in rows for place, text in enumerate(row)]
            if all(fits([text], box, Type(sizes=(size,), bold=bold), lang) for text, box, bold in cells):
                return size
    return _BODY_SIZES[-1]


def _cell(cell: Any, text: str, room: Box, type: Type, lang: str) -> None:
    from pptx.enum.text import MSO_ANCHOR
    from pptx.util import Inches

    fill_text(cell.text_frame, [text], room, type, lang)
    cell.margin_left = cell.margin_right = Inches(0.06)
    cell.margin_top = cell.margin_bottom = Inches(0.02)
    cell.vertical_anchor = MSO_ANCHOR[type.anchor.upper()]
    cell.fill.background()
    _underline(cell, INK if type.anchor == "bottom" else RULE)


def _underline(cell: Any, colour: str) -> None:
    """Give a cell a line below and none elsewhere."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls

    properties = cell._tc.get_or_add_tcPr()
    lines = [f'<a:{side} {nsdecls("a")} w="0"><a:noFill/></a:{side}>' for side in ("lnL", "lnR", "lnT")]
    lines.append(
        f'<a:lnB {nsdecls("a")} w="9525"><a:solidFill><a:srgbClr val="{colour.lstrip("#")}"/></a:solidFill></a:lnB>'
    )
    for place, line in enumerate(lines):
        properties.insert(place, parse_xml(line))
