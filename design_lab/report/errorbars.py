"""Intervals on native charts: error bars whose ends stand in the chart's own sheet, and labels clear of them.

python-pptx has no error bars; what is added here is the markup of ECMA-376 part 1, 21.2.2.55 (c:errBars).
"""

from __future__ import annotations

import copy
import io
import math
from collections.abc import Sequence
from typing import Any

from design_lab.finding import significant
from design_lab.report.content import Chart, Series
from design_lab.report.look import INK

_LINE = 15875  # EMU, 1.25 points
_CLEAR = 0.01  # of the chart's width, between the end of an interval and the label


def add_intervals(native: Any, chart: Chart, plot_width: float) -> None:
    """Give every series with intervals its error bars, and move each label past the end of its interval.

    `plot_width` is the share of the chart's width that the axis takes. A series of bars reads its intervals from two
    columns to the right of the values, which this writes.
    """
    native.part.chart_workbook.update_from_xlsx_blob(_sheet(chart))
    span = native.value_axis.maximum_scale - native.value_axis.minimum_scale
    column = len(chart.series) + 1
    for series, bars in zip(native.plots[0].series, chart.series, strict=True):
        if any(bars.bounds):
            _bars(series._element, bars, column)
            _labels(series, bars, plot_width / span)
            column += 2


def _ends(bars: Series) -> tuple[list[float | None], ...]:
    """How far each interval reaches above and below its value."""
    held = list(zip(bars.values, bars.bounds, strict=True))
    return tuple(
        [_reach(end * (bound[place] - value)) if bound and value is not None else None for value, bound in held]
        for place, end in ((1, 1), (0, -1))
    )


def _reach(distance: float) -> float:
    """A length to the digits of a finding, never negative: an interval may lie to one side of its value."""
    return float(significant(max(0.0, distance)) or 0.0)


def _sheet(chart: Chart) -> bytes:
    """The workbook behind the chart: categories, values, and the ends of intervals to their right."""
    import xlsxwriter

    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("Sheet1")
    columns: list[tuple[str, Sequence[float | None]]] = [(bars.name, bars.values) for bars in chart.series]
    for bars in chart.series:
        if any(bars.bounds):
            above, below = _ends(bars)
            columns += [(f"{bars.name} +", above), (f"{bars.name} -", below)]
    sheet.write_column(1, 0, chart.categories)
    for place, (name, values) in enumerate(columns, 1):
        sheet.write(0, place, name)
        for row, value in enumerate(values, 1):
            if value is not None:
                sheet.write_number(row, place, value)
    book.close()
    return content.getvalue()


def _bars(series: Any, bars: Series, column: int) -> None:
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls, qn
    from xlsxwriter.utility import xl_col_to_name

    def reference(side: str, values: list[float | None], place: int) -> str:
        name, last = xl_col_to_name(place), len(values) + 1
        points = "".join(
            f'<c:pt idx="{row}"><c:v>{value!r}</c:v></c:pt>' for row, value in enumerate(values) if value is not None
        )
        return (
            f"<c:{side}><c:numRef><c:f>Sheet1!${name}$2:${name}${last}</c:f><c:numCache>"
            f'<c:formatCode>General</c:formatCode><c:ptCount val="{len(values)}"/>{points}'
            f"</c:numCache></c:numRef></c:{side}>"
        )

    above, below = _ends(bars)
    element = parse_xml(
        f'<c:errBars {nsdecls("c", "a")}><c:errBarType val="both"/><c:errValType val="cust"/><c:noEndCap val="1"/>'
        f"{reference('plus', above, column)}{reference('minus', below, column + 1)}"
        f'<c:spPr><a:ln w="{_LINE}" cap="flat"><a:solidFill><a:srgbClr val="{INK[1:]}"/></a:solidFill></a:ln></c:spPr>'
        "</c:errBars>"
    )
    series.find(qn("c:cat")).addprevious(element)


def _labels(series: Any, bars: Series, scale: float) -> None:
    """Move each label from the end of its bar past the end of its interval, on the side on which the bar points."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls, qn

    labels = series.data_labels._element
    kept = [child for child in labels if child.tag in (qn("c:numFmt"), qn("c:spPr"), qn("c:txPr"), qn("c:dLblPos"))]
    for row, (value, above, below) in reversed(list(enumerate(zip(bars.values, *_ends(bars), strict=True)))):
        shift = (above or 0.0) if (value or 0.0) >= 0 else -(below or 0.0)
        if not shift:
            continue
        label = parse_xml(
            f'<c:dLbl {nsdecls("c")}><c:idx val="{row}"/><c:layout><c:manualLayout>'
            f'<c:x val="{shift * scale + math.copysign(_CLEAR, shift):.5f}"/><c:y val="0"/></c:manualLayout></c:layout>'
            '<c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/><c:showSerName val="0"/>'
            '<c:showPercent val="0"/><c:showBubbleSize val="0"/></c:dLbl>'
        )
        place = list(label).index(label.find(qn("c:showLegendKey")))
        for child in reversed(kept):
            label.insert(place, copy.deepcopy(child))
        labels.insert(0, label)
