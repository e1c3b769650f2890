"""What a run previews and `freeze` writes down: the start of all forecasts of a study, from its tables alone."""

from __future__ import annotations

import numpy as np

from design_lab.evaluation.official import official
from design_lab.evidence import weight_history
from design_lab.expected.baseline import Baseline, baseline
from design_lab.expected.seen import other_weights
from design_lab.periods import Quarter
from design_lab.scoring import panel, targets, team_quarters
from design_lab.study import Study


def forecast_start(study: Study, quarter: Quarter, *, seed: int) -> Baseline:
    """Make the baseline of a study's forecasts from a quarter on."""
    teams = team_quarters(study, [one for one in study.quarters if one <= quarter])
    past, primary = weight_history(study, quarter, roles=teams.roles), study.settings.primary_outcome
    seen, _ = other_weights(study, quarter, teams, past, teams.rates(), primary=primary, seed=seed)
    return baseline(
        study, panel(study, quarter), teams, medians=targets(study, quarter), pay=official(study, quarter).pay,
        seen=seen, rng=np.random.default_rng(seed),
    )  # fmt: skip
