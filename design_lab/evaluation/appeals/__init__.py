"""Appeals against official results: how many, on what ground, with what success, how soon; and one case's effect."""

from design_lab.evaluation.appeals.findings import Appeals
from design_lab.evaluation.appeals.register import corrected, register, told_on, working_days
from design_lab.evaluation.appeals.statistics import appeals
from design_lab.evaluation.appeals.tally import STANDARD

__all__ = ["STANDARD", "Appeals", "appeals", "corrected", "register", "told_on", "working_days"]
