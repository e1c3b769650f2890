"""What the past can say about the effect of weights, and what it cannot."""

from design_lab.evidence.adoption import Adoption, adoption
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
from design_lab.evidence.slopes import VolumeCsat, volume_csat

__all__ = [
    "Adoption",
    "ClaimTest",
    "DoseSlope",
    "GamingSigns",
    "Sign",
    "VolumeCsat",
    "adoption",
    "bunching",
    "claim_test",
    "dose_slope",
    "gaming_signs",
    "period_end_push",
    "score_bunching",
    "standing_out",
    "survey_selection",
    "transfers_at_day_end",
    "volume_csat",
]
