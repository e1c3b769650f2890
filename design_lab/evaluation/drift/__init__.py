"""Whether the people of a role differ from themselves in other quarters, and how the centre stood over all quarters."""

from design_lab.evaluation.drift.drift import Drift, drift
from design_lab.evaluation.drift.trends import Trends, trends

__all__ = ["Drift", "Trends", "drift", "trends"]
