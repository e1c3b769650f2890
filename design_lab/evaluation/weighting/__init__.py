"""Ways to weights: what people prefer, what data tell, and what both would make of a scheme."""

from design_lab.evaluation.weighting.forms import Preferences, preferences
from design_lab.evaluation.weighting.proposals import Ways, ways_to_weights

__all__ = ["Preferences", "Ways", "preferences", "ways_to_weights"]
