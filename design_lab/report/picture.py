"""One chart of the report in a notebook, from the same findings by the same drawing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from design_lab.errors import ReportError, nearest
from design_lab.finding import Finding, Results
from design_lab.periods import Quarter
from design_lab.report.content import Chart
from design_lab.report.cover import Cover
from design_lab.report.story import tell
from design_lab.study import Study


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart that shows itself in a notebook."""

    chart: Chart
    mark: str | None = None  # the words for synthetic data

    def _repr_svg_(self) -> str:
        from design_lab.report.charts import draw

        return draw(self.chart, self.mark)[0]


def picture(name: str, findings: Iterable[Finding], study: Study, quarter: Quarter, lang: str) -> Picture:
    """Return the report's chart of that name, made from `findings`; one that they do not make raises `ReportError`."""
    cover = Cover.of(study, str(quarter))
    results = Results(study=cover.study, quarter=cover.quarter, synthetic=cover.synthetic, findings=tuple(findings))
    report = tell(results, cover, lang)
    charts = [section.chart for section in report.sections if section.chart]
    for chart in charts:
        if chart.name == name:
            return Picture(chart, report.mark)
    made = [chart.name for chart in charts]
    raise ReportError(f"these findings make no chart {name!r}; {nearest(name, made)}")
