"""Several quarters of one study, each panel made once: scores over time, with targets from the quarters before each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from design_lab.periods import Quarter
from design_lab.scheme import Scheme
from design_lab.scoring.in_force import InForce, in_force, score_in_force
from design_lab.scoring.panel import Panel, panel
from design_lab.scoring.score import Scores
from design_lab.scoring.targets import MEMORY, remembered, role_medians
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class History:
    """The panels of the `recent` quarters, the last of them the one at hand, and of those that their targets need.

    `in_force` says of each recent quarter who was under which scheme.
    """

    panels: Mapping[Quarter, Panel]
    in_force: Mapping[Quarter, InForce]
    recent: tuple[Quarter, ...]

    def __repr__(self) -> str:
        return f"History({self.recent[0]} to {self.recent[-1]}, {len(self.panels)} panels)"

    @property
    def latest(self) -> Panel:
        """The panel of the quarter at hand."""
        return self.panels[self.recent[-1]]

    def medians(self, quarter: Quarter | None = None) -> pd.DataFrame:
        """Return the role medians of the quarters before one (else before the one at hand), as `targets` does."""
        at = quarter or self.recent[-1]
        return role_medians([self.panels[past] for past in remembered(self.panels, at)])

    @property
    def held(self) -> InForce:
        """Who was under which scheme in the quarter at hand."""
        return self.in_force[self.recent[-1]]

    def scores(self, scheme: Scheme) -> tuple[Scores, ...]:
        """Score those who were under a scheme in each of the recent quarters in which anybody was.

        The scheme is taken as given here, and the others then in force as the study has them.
        """
        under = {one: held.stating(scheme) for one, held in self.in_force.items() if scheme.name in held.schemes}
        return tuple(
            score_in_force(self.panels[one], held, medians=self.medians(one))[scheme.name]
            for one, held in under.items()
        )


def history(study: Study, quarter: Quarter, *, quarters: int = 4) -> History:
    """Make the panels of the last `quarters` quarters of the study up to one, and of those before that make targets.

    The tables of all of them must be built. The first quarters of a study have fewer quarters, or none, to take targets
    from.
    """
    held = [past for past in study.quarters if quarter.plus(1 - quarters - MEMORY) <= past <= quarter]
    recent = tuple(past for past in held if past > quarter.plus(-quarters))
    panels = {past: panel(study, past) for past in held}
    return History(
        panels=panels, in_force={past: in_force(study, panels[past], past) for past in recent}, recent=recent
    )
