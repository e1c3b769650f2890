"""What a scheme rewards and what another one would change, on past data."""

from design_lab.evaluation.comparison import Comparison, compare
from design_lab.evaluation.diagnosis import EffectiveWeights, effective_weights
from design_lab.evaluation.official import Official, official
from design_lab.evaluation.replay import Replay, replay

__all__ = [
    "Comparison",
    "EffectiveWeights",
    "Official",
    "Replay",
    "compare",
    "effective_weights",
    "official",
    "replay",
]
