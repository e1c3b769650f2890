"""How far a scheme's results hold: against chance, against other choices, and against those who would play it."""

from design_lab.evaluation.robustness.ensemble import Ensemble
from design_lab.evaluation.robustness.factors import Factor, Factors, factors, sobol
from design_lab.evaluation.robustness.gaming import Exposure, Gaming, gaming
from design_lab.evaluation.robustness.reversal import Reversal, Reversals, reversals
from design_lab.evaluation.robustness.stability import Held, Stability, stability
from design_lab.evaluation.robustness.tornado import Swing, Tornado, tornado

__all__ = [
    "Ensemble",
    "Exposure",
    "Factor",
    "Factors",
    "Gaming",
    "Held",
    "Reversal",
    "Reversals",
    "Stability",
    "Swing",
    "Tornado",
    "factors",
    "gaming",
    "reversals",
    "sobol",
    "stability",
    "tornado",
]
