"""What a scheme's numbers stand on: the client's own rules, or a reconstruction that makes a scenario of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from design_lab.finding import Claim
from design_lab.scheme import Part, Scheme

Decided = Literal["weights", "points", "totals", "grading", "grades"]

_WEIGHTS: frozenset[Part] = frozenset({"weights", "indicators"})
_POINTS: frozenset[Part] = frozenset({"indicators", "rules", "rounding", "appraised"})
_TOTALS: frozenset[Part] = _WEIGHTS | _POINTS | {"aggregation", "missing", "total", "eligibility"}
_GRADING: frozenset[Part] = frozenset({"eligibility", "protected", "grades"})
# Which parts of a scheme decide what is weighed, what a value is worth, who gets which total, how totals become grades,
# and so who gets which grade. One that is assumed makes a reconstruction of what it decides.
DECIDED_BY: Mapping[Decided, frozenset[Part]] = {
    "weights": _WEIGHTS,
    "points": _POINTS,
    "totals": _TOTALS,
    "grading": _GRADING,
    "grades": _TOTALS | _GRADING,
}


def is_reconstructed(scheme: Scheme, decided: Decided) -> bool:
    """Whether the client has not confirmed some part of the scheme that decides this."""
    return bool(DECIDED_BY[decided] & set(scheme.assumed))


def without_assuming(scheme: Scheme, confirmed: Iterable[Decided]) -> Scheme:
    """Return the scheme without assuming any part that decides what is `confirmed`."""
    known = frozenset[Part]().union(*(DECIDED_BY[decided] for decided in confirmed))
    assumed = tuple(part for part in scheme.assumed if part not in known)
    return scheme.model_copy(update={"assumed": assumed})


def claim_of(reconstructed: bool) -> Claim:
    """Return what may be claimed of arithmetic under a scheme."""
    return "scenario" if reconstructed else "accounting"


def limits_of(reconstructed: bool) -> tuple[str, ...]:
    """Return the limit that a reconstruction bears, as keys below `limit.`; none for the client's own rules."""
    return ("reconstructed_scheme",) if reconstructed else ()
