"""One chart of the report in a notebook, from the same findings by the same drawing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from design_lab.catalogue import words
from design_lab.errors import ReportError, nearest
from design_lab.finding import Finding, Results
from design_lab.landscape import Landscape
from design_lab.periods import Quarter
from design_lab.report.content import Drawing
from design_lab.report.cover import Cover
from design_lab.report.story import tell
from design_lab.study import Study

CHARTS = (
    "staff", "weights", "reliability", "slopes", "event_study", "candidates", "robustness", "search", "expected",
    "pilot", "backtest", "plan", "trends",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart that shows itself in a notebook; `missing` says in words that the findings make none."""

    chart: Drawing | None
    mark: str | None = None  # the words for synthetic data
    missing: str = ""

    def __repr__(self) -> str:
        return self.missing or f"Picture({self.chart.name if self.chart else ''})"

    def _repr_svg_(self) -> str | None:
        from design_lab.report.charts import draw

        return draw(self.chart, self.mark)[0] if self.chart else None


def picture(
    name: str,
    findings: Iterable[Finding],
    study: Study,
    quarter: Quarter,
    lang: str,
    *,
    landscapes: Iterable[Landscape] = (),
) -> Picture:
    """Return the report's chart of that name, made from `findings`, or the sentence that nothing of it is known.

    `landscapes` are the points of a picture of what was tried. A name that the report has no chart of raises
    `ReportError`.
    """
    if name not in CHARTS:
        raise ReportError(f"the report has no chart {name!r}; {nearest(name, CHARTS)}")
    cover = Cover.of(study, str(quarter))
    results = Results(
        study=cover.study,
        quarter=cover.quarter,
        synthetic=cover.synthetic,
        findings=tuple(findings),
        landscapes=tuple(landscapes),
    )
    report = tell(results, cover, lang)
    charts = [section.chart for section in report.sections if section.chart]
    for chart in charts:
        if chart.name == name:
            return Picture(chart, report.mark)
    spoken = words(lang)
    what = spoken.say(f"report.what.{name}")
    return Picture(None, missing=spoken.say("report.missing_finding", what=what))
