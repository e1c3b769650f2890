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
    """A chart that shows itself in a notebook; without a chart, where there was nothing to find, it shows nothing."""

    chart: Chart | None
    mark: str | None = None  # the words for synthetic data

    def _repr_svg_(self) -> str | None:
        from design_lab.report.charts import draw

        return draw(self.chart, self.mark)[0] if self.chart else None


def picture(name: str, findings: Iterable[Finding], study: Study, quarter: Quarter, lang: str) -> Picture:
    """Return the report's chart of that name, made from `findings`; one that they do not make raises `ReportError`.

    No findings at all, as of the candidates of a study that has none yet, make an empty picture.
    """
    cover = Cover.of(study, str(quarter))
    found = tuple(findings)
    if not found:
        return Picture(None)
    results = Results(study=cover.study, quarter=cover.quarter, synthetic=cover.synthetic, findings=found)
    report = tell(results, cover, lang)
    charts = [section.chart for section in report.sections if section.chart]
    for chart in charts:
        if chart.name == name:
            return Picture(chart, report.mark)
    made = [chart.name for chart in charts]
    raise ReportError(f"these findings make no chart {name!r}; {nearest(name, made)}")
