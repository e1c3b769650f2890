"""The forecast for a candidate: an outcome four quarters ahead, as far as anything supports one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from design_lab.display import Shown
from design_lab.evidence import ClaimTest
from design_lab.finding import Finding, state
from design_lab.scheme import Scheme

if TYPE_CHECKING:
    import pandas as pd

OUTCOMES = ("csat",)  # the primary outcome; the others follow once one can be forecast


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ExpectedEffects(Shown):
    """What is expected of each outcome four quarters after a scheme comes into force.

    `why` is a key below `finding.expected.` in the word files: why nothing can be said. Without an estimate and without
    evidence from elsewhere every outcome is unidentified: a number would be invented.
    """

    scheme: str
    title: dict[str, str]
    why: str

    def table(self) -> pd.DataFrame:
        """Return one row an outcome: scheme, outcome, and what kind of claim can be made."""
        import pandas as pd

        rows = [(finding.id.split(".")[1], finding.id.split(".")[2], finding.claim) for finding in self.findings()]
        return pd.DataFrame(rows, columns=["scheme", "outcome", "claim"])

    def findings(self) -> tuple[Finding, ...]:
        """State for each outcome what is expected, or that nothing can be said and what would tell."""
        return tuple(
            state(
                f"expected.{self.scheme}.{outcome}", None, says=f"expected.{self.why}", unit="percentage_points",
                n=None, claim="unidentified", scheme=self.title,
            )
            for outcome in OUTCOMES
        )  # fmt: skip


def expected_effects(history: ClaimTest, candidate: Scheme) -> ExpectedEffects:
    """Say what can be forecast for a candidate, given what the history of schemes identifies."""
    why = "not_estimated" if history.weight_sets > 1 else "never_varied"
    return ExpectedEffects(scheme=candidate.name, title=candidate.title, why=why)


def no_change(current: Scheme) -> ExpectedEffects:
    """Say what can be forecast if the scheme in force stays."""
    return ExpectedEffects(scheme=current.name, title=current.title, why="no_change")
