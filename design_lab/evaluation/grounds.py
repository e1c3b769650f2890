"""What a scheme's numbers stand on: the client's own rules, or a reconstruction that makes a scenario of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal

from design_lab.catalogue import words
from design_lab.finding import Claim, Finding
from design_lab.scheme import Part, Scheme
from design_lab.scoring import InForce, Scores

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


def either_reconstructed(today: Scores, candidate: Scores, decided: Decided) -> bool:
    """Whether that holds for one of two schemes that are held against each other."""
    return any(is_reconstructed(scores.scheme, decided) for scores in (today, candidate))


def limits_of_both(today: Scores, candidate: Scores) -> tuple[str, ...]:
    """Return what limits the scores of either, each once."""
    return tuple(dict.fromkeys((*today.limits, *candidate.limits)))


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


def as_if_all(findings: Iterable[Finding], held: InForce) -> tuple[Finding, ...]:
    """Return findings that take everybody to be under one scheme, each saying so where others were in force beside it.

    What cannot be told stays as it is.
    """
    if not held.several:
        return tuple(findings)
    limit = words("en").say("limit.as_if_all")
    return tuple(one if one.claim == "unidentified" else replace(one, limits=(*one.limits, limit)) for one in findings)


def unchanged_behaviour(reconstructed: bool, own: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the limits of arithmetic on one quarter in which everybody behaves as before, and then its `own`."""
    return ("same_behaviour", "one_quarter", *limits_of(reconstructed), *own)
