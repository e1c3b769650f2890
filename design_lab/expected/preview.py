"""What a run previews and `freeze` writes down: the start of all forecasts of a study, from its tables alone."""

from __future__ import annotations

import numpy as np

from design_lab.evaluation.official import official
from design_lab.evidence import WeightEffects, check_adoption, weight_effects, weight_history
from design_lab.expected.baseline import Baseline, baseline
from design_lab.periods import Quarter
from design_lab.scoring import TeamQuarters, panel, targets, team_quarters, team_queues
from design_lab.study import Study


def other_weights(study: Study, quarter: Quarter, teams: TeamQuarters, *, seed: int) -> WeightEffects:
    """Say what other weights did up to a quarter, as the notebook on the past does with the same seed."""
    past, rates = weight_history(study, quarter, roles=teams.roles), teams.rates()
    kept = teams.frozen_on(past.day_before) if past.day_before else None
    frozen, primary = kept.rates() if kept else None, study.settings.primary_outcome
    queues, lot = team_queues(study, quarter), np.random.default_rng([seed, 1])
    checks = check_adoption(study, past, rates, rng=lot, frozen=frozen, queues=queues)
    return weight_effects(
        past, rates, primary=primary, rng=np.random.default_rng(seed), frozen=frozen,
        people=kept.by_person(primary) if kept else None, absent=teams.absent, checks=checks.checks,
    )  # fmt: skip


def forecast_start(study: Study, quarter: Quarter, *, seed: int) -> Baseline:
    """Make the baseline of a study's forecasts from a quarter on."""
    teams = team_quarters(study, [one for one in study.quarters if one <= quarter])
    return baseline(
        study, panel(study, quarter), teams, medians=targets(study, quarter), pay=official(study, quarter).pay,
        seen=other_weights(study, quarter, teams, seed=seed), rng=np.random.default_rng(seed),
    )  # fmt: skip
