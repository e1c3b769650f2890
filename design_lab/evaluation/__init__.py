"""What a scheme rewards and what another one would change, on past data."""

from design_lab.evaluation.comparison import Comparison, compare
from design_lab.evaluation.diagnosis import EffectiveWeights, effective_weights

__all__ = ["Comparison", "EffectiveWeights", "compare", "effective_weights"]
