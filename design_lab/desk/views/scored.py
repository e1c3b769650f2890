"""A quarter's people under the schemes in force for them, as the client's own results settle those schemes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from design_lab.evaluation.official import Official, official
from design_lab.evaluation.replay import replay
from design_lab.periods import Quarter
from design_lab.scoring import InForce, Panel, Scores, in_force, panel, score_in_force, targets
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """The panel of a quarter, who was under which scheme, and everybody's scores by the name of her scheme."""

    panel: Panel
    held: InForce
    scores: dict[str, Scores]
    given: Official
    medians: pd.DataFrame


def scored(study: Study, quarter: Quarter) -> Scored:
    """Score everybody under the scheme that was in force for her."""
    people, given = panel(study, quarter), official(study, quarter)
    held = in_force(study, people, quarter)
    medians = targets(study, quarter, schemes=[study.current, *held.schemes.values()])
    if held.schemes:
        held = replay(people, held, given, medians=medians).settled
    return Scored(
        panel=people,
        held=held,
        scores=score_in_force(people, held, medians=medians),
        given=given,
        medians=medians,
    )
