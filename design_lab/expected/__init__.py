"""What may be expected of a scheme that is not in force yet, and what cannot be said of it."""

from design_lab.expected.forecast import ExpectedEffects, expected_effects, no_change
from design_lab.expected.frozen import freeze
from design_lab.expected.incentive import Incentives, incentives
from design_lab.expected.lot import Lot, lot
from design_lab.expected.pilot import Design, Power, assured, power
from design_lab.expected.priors import Priors, priors
from design_lab.expected.response import Belief, Piloted, Response, response, updated

__all__ = [
    "Belief",
    "Design",
    "ExpectedEffects",
    "Incentives",
    "Lot",
    "Piloted",
    "Power",
    "Priors",
    "Response",
    "assured",
    "expected_effects",
    "freeze",
    "incentives",
    "lot",
    "no_change",
    "power",
    "priors",
    "response",
    "updated",
]
