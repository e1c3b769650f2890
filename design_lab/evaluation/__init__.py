"""What a scheme rewards and what another one would change, on past data."""

from design_lab.evaluation.appeals import Appeals, appeals
from design_lab.evaluation.ceilings import Ceilings, ceilings
from design_lab.evaluation.comparison import Comparison, compare
from design_lab.evaluation.contexts import (
    WeightsBy,
    weights_by_quarter,
    weights_by_role,
    weights_by_rule,
    weights_by_scheme,
)
from design_lab.evaluation.coverage import Coverage, coverage
from design_lab.evaluation.criteria import Estimate, Principles
from design_lab.evaluation.diagnosis import EffectiveWeights, effective_weights
from design_lab.evaluation.fairness import Gap, Impact, gaps, impact
from design_lab.evaluation.feedback import Feedback, feedback
from design_lab.evaluation.goals import Goals, goals
from design_lab.evaluation.grounds import as_if_all
from design_lab.evaluation.misdirection import Misdirection, misdirection
from design_lab.evaluation.movers import Movers, movers
from design_lab.evaluation.noise import Noise, noise
from design_lab.evaluation.official import Official, official
from design_lab.evaluation.over_time import OverTime, over_time
from design_lab.evaluation.pools import Pools, pools
from design_lab.evaluation.principles import principles
from design_lab.evaluation.reliability import Reliabilities, reliabilities
from design_lab.evaluation.replay import Replay, replay
from design_lab.evaluation.rerun import Rerun, rerun
from design_lab.evaluation.search import Searched, search
from design_lab.evaluation.weighting import Preferences, Ways, preferences, ways_to_weights

__all__ = [
    "Appeals",
    "Ceilings",
    "Comparison",
    "Coverage",
    "EffectiveWeights",
    "Estimate",
    "Feedback",
    "Gap",
    "Goals",
    "Impact",
    "Misdirection",
    "Movers",
    "Noise",
    "Official",
    "OverTime",
    "Pools",
    "Preferences",
    "Principles",
    "Reliabilities",
    "Replay",
    "Rerun",
    "Searched",
    "Ways",
    "WeightsBy",
    "appeals",
    "as_if_all",
    "ceilings",
    "compare",
    "coverage",
    "effective_weights",
    "feedback",
    "gaps",
    "goals",
    "impact",
    "misdirection",
    "movers",
    "noise",
    "official",
    "over_time",
    "pools",
    "preferences",
    "principles",
    "reliabilities",
    "replay",
    "rerun",
    "search",
    "ways_to_weights",
    "weights_by_quarter",
    "weights_by_role",
    "weights_by_rule",
    "weights_by_scheme",
]
