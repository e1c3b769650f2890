"""Whether groups of people fare alike under a scheme: gaps in score, and who gets the rare grades."""

from design_lab.evaluation.fairness.gaps import Gap, gaps
from design_lab.evaluation.fairness.impact import Impact, ImpactRatio, impact, impact_ratios

__all__ = ["Gap", "Impact", "ImpactRatio", "gaps", "impact", "impact_ratios"]
