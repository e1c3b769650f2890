"""What the past can say about the effect of weights, and what it cannot."""

from design_lab.evidence.claim import ClaimTest, claim_test
from design_lab.evidence.slopes import VolumeCsat, volume_csat

__all__ = ["ClaimTest", "VolumeCsat", "claim_test", "volume_csat"]
