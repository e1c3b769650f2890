"""What the past can say about the effect of weights, and what it cannot."""

from design_lab.evidence.adoption import Adoption, adoption
from design_lab.evidence.checks import Concurrent, EvidenceChecks, check_adoption, evidence_checks
from design_lab.evidence.claim import ClaimTest, claim_test
from design_lab.evidence.dose import DoseSlope, dose_slope
from design_lab.evidence.history import WeightHistory, weight_history
from design_lab.evidence.slopes import VolumeCsat, volume_csat
from design_lab.evidence.weight_effect import WeightEffects, weight_effects

__all__ = [
    "Adoption",
    "ClaimTest",
    "Concurrent",
    "DoseSlope",
    "EvidenceChecks",
    "VolumeCsat",
    "WeightEffects",
    "WeightHistory",
    "adoption",
    "check_adoption",
    "claim_test",
    "dose_slope",
    "evidence_checks",
    "volume_csat",
    "weight_effects",
    "weight_history",
]
