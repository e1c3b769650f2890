"""What the past can say about the effect of weights, and what it cannot."""

from design_lab.evidence.adoption import Adoption, adoption
from design_lab.evidence.checks import Concurrent, EvidenceChecks, check_adoption, evidence_checks
from design_lab.evidence.claim import ClaimTest, claim_test
from design_lab.evidence.dose import DoseSlope, dose_slope
from design_lab.evidence.gaming import (
    GamingSigns,
    Sign,
    bunching,
    gaming_signs,
    period_end_push,
    score_bunching,
    standing_out,
    survey_selection,
    transfers_at_day_end,
)
from design_lab.evidence.history import WeightHistory, weight_history
from design_lab.evidence.other_roles import RoleEffects, other_roles
from design_lab.evidence.slopes import VolumeCsat, volume_csat
from design_lab.evidence.weight_effect import WeightEffects, weight_effects

__all__ = [
    "Adoption",
    "ClaimTest",
    "Concurrent",
    "DoseSlope",
    "EvidenceChecks",
    "GamingSigns",
    "RoleEffects",
    "Sign",
    "VolumeCsat",
    "WeightEffects",
    "WeightHistory",
    "adoption",
    "bunching",
    "check_adoption",
    "claim_test",
    "dose_slope",
    "evidence_checks",
    "gaming_signs",
    "other_roles",
    "period_end_push",
    "score_bunching",
    "standing_out",
    "survey_selection",
    "transfers_at_day_end",
    "volume_csat",
    "weight_effects",
    "weight_history",
]
