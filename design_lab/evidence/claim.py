"""The claim test: which kind of claim the history of schemes allows about the effect of weights."""

from __future__ import annotations

from dataclasses import dataclass

from design_lab.display import Shown
from design_lab.finding import Finding, state
from design_lab.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimTest(Shown):
    """How many sets of weights were in force, and from when to when; with one set nothing can be identified."""

    weight_sets: int
    first: str
    last: str

    def findings(self) -> tuple[Finding, ...]:
        """State which claim may be made."""
        says = "claim_no_variation" if self.weight_sets == 1 else "claim_variation"
        return (
            state(
                "evidence.claim", None, says=f"evidence.{says}", unit="percentage_points", n=None,
                claim="unidentified", first=self.first, last=self.last, sets=str(self.weight_sets),
            ),
        )  # fmt: skip


def claim_test(study: Study) -> ClaimTest:
    """Count the distinct sets of weights in the study's scheme history.

    Weights are compared as they stand for every role and level, so that a renamed scheme is not a second set and a
    promotion no variation.
    """
    sets = {_weights(study, period.scheme) for period in study.settings.scheme_history}
    return ClaimTest(weight_sets=len(sets), first=str(study.quarters[0]), last=str(study.quarters[-1]))


def _weights(study: Study, name: str) -> str:
    scheme = study.scheme(name)
    pairs = [(role, level) for role in study.settings.roles for level in study.settings.levels]
    return repr([sorted(scheme.weights(*pair).items()) for pair in pairs])
