"""What the past can say about the effect of weights, and what it cannot."""

from design_lab.evidence.claim import ClaimTest, claim_test

__all__ = ["ClaimTest", "claim_test"]
