"""Appeals against official results: how many, on what ground, with what success, how soon; and one case's effect."""

from design_lab.evaluation.appeals.findings import Appeals
from design_lab.evaluation.appeals.register import corrected, register
from design_lab.evaluation.appeals.statistics import appeals

__all__ = ["Appeals", "appeals", "corrected", "register"]
