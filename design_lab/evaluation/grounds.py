"""What a scheme's numbers stand on: the client's own rules, or a reconstruction that makes a scenario of them."""

from __future__ import annotations

from design_lab.finding import Claim
from design_lab.scheme import Scheme


def is_reconstructed(scheme: Scheme) -> bool:
    """Whether the client has not confirmed how points are made."""
    return bool({"rules", "indicators"} & set(scheme.assumed))


def claim_of(reconstructed: bool) -> Claim:
    """Return what may be claimed of arithmetic under a scheme."""
    return "scenario" if reconstructed else "accounting"


def limits_of(reconstructed: bool) -> tuple[str, ...]:
    """Return the limit that a reconstruction bears, as keys below `limit.`; none for the client's own rules."""
    return ("reconstructed_scheme",) if reconstructed else ()
