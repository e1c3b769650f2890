"""What may be expected of a scheme that is not in force yet, and what cannot be said of it."""

from design_lab.expected.backtest import Backtest, backtest
from design_lab.expected.baseline import Baseline, baseline
from design_lab.expected.forecast import ExpectedEffects, expected_effects
from design_lab.expected.incentive import Incentives, incentives
from design_lab.expected.lot import Lot, lot
from design_lab.expected.pilot import Design, Power, assured, power
from design_lab.expected.priors import Priors, priors
from design_lab.expected.response import Belief, Piloted, Response, response, updated
from design_lab.expected.review import Review, review, write_scores

__all__ = [
    "Backtest",
    "Baseline",
    "Belief",
    "Design",
    "ExpectedEffects",
    "Incentives",
    "Lot",
    "Piloted",
    "Power",
    "Priors",
    "Response",
    "Review",
    "assured",
    "backtest",
    "baseline",
    "expected_effects",
    "incentives",
    "lot",
    "power",
    "priors",
    "response",
    "review",
    "updated",
    "write_scores",
]
