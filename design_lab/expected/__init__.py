"""What may be expected of a scheme that is not in force yet, and what cannot be said of it."""

from design_lab.expected.backtest import Backtest, backtest
from design_lab.expected.baseline import Baseline, baseline
from design_lab.expected.carried_out import CarriedOut, carry_out, pilot_verdicts
from design_lab.expected.designs import Designs, pilot_designs
from design_lab.expected.forecast import ExpectedEffects, expected_effects
from design_lab.expected.incentive import Incentives, incentives
from design_lab.expected.lot import Lot, lot
from design_lab.expected.pilot import Design, Power, assured, power
from design_lab.expected.plan import AnalysisPlan, analysis_plan, read_plan
from design_lab.expected.priors import Priors, priors
from design_lab.expected.response import Belief, Piloted, Response, response, updated
from design_lab.expected.review import Review, review, write_scores
from design_lab.expected.shadow import Shadow, shadow_runs
from design_lab.expected.steady import Steady, steady_past
from design_lab.expected.wanted import Wanted, wanted_effect

__all__ = [
    "AnalysisPlan",
    "Backtest",
    "Baseline",
    "Belief",
    "CarriedOut",
    "Design",
    "Designs",
    "ExpectedEffects",
    "Incentives",
    "Lot",
    "Piloted",
    "Power",
    "Priors",
    "Response",
    "Review",
    "Shadow",
    "Steady",
    "Wanted",
    "analysis_plan",
    "assured",
    "backtest",
    "baseline",
    "carry_out",
    "expected_effects",
    "incentives",
    "lot",
    "pilot_designs",
    "pilot_verdicts",
    "power",
    "priors",
    "read_plan",
    "response",
    "review",
    "shadow_runs",
    "steady_past",
    "updated",
    "wanted_effect",
    "write_scores",
]
