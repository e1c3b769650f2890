"""What other weights did, as notebook 07 tells it, for forecasts that carry it on and pilots judged by their plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from design_lab.evidence import EvidenceChecks, WeightEffects, WeightHistory, check_adoption, weight_effects
from design_lab.periods import Quarter
from design_lab.scoring import TeamQuarters, team_queues
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

DRAWS = 999  # of the lot


def other_weights(
    study: Study,
    quarter: Quarter,
    teams: TeamQuarters,
    past: WeightHistory,
    rates: pd.DataFrame,
    *,
    primary: str,
    seed: int,
    draws: int = DRAWS,
) -> tuple[WeightEffects, EvidenceChecks]:
    """Return what other weights did up to a quarter and what speaks against it, the same for the same seed.

    `past` is the history of schemes, `rates` those of `teams`; `primary` the outcome that was named before looking.
    """
    kept = teams.frozen_on(past.day_before) if past.day_before else None
    frozen, lot = kept.rates() if kept else None, np.random.default_rng([seed, 1])
    checks = check_adoption(study, past, rates, rng=lot, frozen=frozen, queues=team_queues(study, quarter))
    effects = weight_effects(
        past, rates, primary=primary, rng=np.random.default_rng(seed), frozen=frozen,
        people=kept.by_person(primary) if kept else None, absent=teams.absent, checks=checks.checks, draws=draws,
    )  # fmt: skip
    return effects, checks
