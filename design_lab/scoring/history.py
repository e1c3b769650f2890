"""The same scheme over several quarters, each panel made once."""

from __future__ import annotations

from collections.abc import Sequence

from design_lab.periods import Quarter
from design_lab.scheme import Scheme
from design_lab.scoring.panel import panel
from design_lab.scoring.score import Scores, score
from design_lab.scoring.targets import MEMORY, role_medians
from design_lab.study import Study


def scores_of_quarters(study: Study, scheme: Scheme, quarters: Sequence[Quarter]) -> tuple[Scores, ...]:
    """Score everybody under one scheme in each of some quarters, with targets from the quarters before each.

    A quarter's tables must be built; the first quarters of a study have fewer quarters, or none, to take targets from.
    """
    needed = sorted({past for quarter in quarters for past in _before(study, quarter)} | set(quarters))
    panels = {quarter: panel(study, quarter) for quarter in needed}
    return tuple(
        score(panels[quarter], scheme, medians=role_medians([panels[past] for past in _before(study, quarter)]))
        for quarter in quarters
    )


def _before(study: Study, quarter: Quarter) -> list[Quarter]:
    return [past for past in study.quarters if quarter.plus(-MEMORY) <= past < quarter]
