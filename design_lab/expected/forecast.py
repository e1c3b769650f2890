"""The forecast for a candidate: an outcome four quarters ahead, as far as anything supports one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from design_lab.display import Quantity, Shown
from design_lab.evidence import ClaimTest
from design_lab.finding import Finding, state
from design_lab.scheme import Scheme
from design_lab.scoring import InForce
from design_lab.scoring.roster import last_spells

if TYPE_CHECKING:
    import pandas as pd

OUTCOMES = ("csat",)  # the primary outcome; the others follow once one can be forecast


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How many people of the `staff` on a quarter's roster are under the `leading` scheme, and under a candidate."""

    title: Mapping[str, str]  # of the leading scheme
    quarter: str
    staff: int
    leading: int
    already: int


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ExpectedEffects(Shown):
    """What is expected of each outcome four quarters after a scheme comes into force.

    `why` is a key below `finding.expected.` in the word files: why nothing can be said. Without an estimate and without
    evidence from elsewhere every outcome is unidentified: a number would be invented. `spread` says who is under which
    scheme where several are in force.
    """

    scheme: str
    title: dict[str, str]
    why: str
    spread: Spread | None = None

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
                n=self.spread.leading if self.spread else None, claim="unidentified",
                limits=("several_schemes",) if self.spread else (), scheme=self.title, **self._spread(),
            )
            for outcome in OUTCOMES
        )  # fmt: skip

    def _spread(self) -> dict[str, Any]:
        if self.spread is None:
            return {}
        counts = {"people": self.spread.leading, "already": self.spread.already, "staff": self.spread.staff}
        said: dict[str, Any] = {name: Quantity(count, "people") for name, count in counts.items()}
        return {**said, "today": self.spread.title, "quarter": self.spread.quarter}


def expected_effects(history: ClaimTest, candidate: Scheme, held: InForce | None = None) -> ExpectedEffects:
    """Say what can be forecast for a candidate, given what the history of schemes identifies.

    Where `held` says that several schemes are in force, it would come into force for those under the leading one.
    """
    why = "not_estimated" if history.weight_sets > 1 else "never_varied"
    if held is None or not held.several or why == "never_varied":
        return ExpectedEffects(scheme=candidate.name, title=candidate.title, why=why)
    last = held.under[last_spells(held.under.index)]
    spread = Spread(
        title=held.leading.title, quarter=held.period, staff=len(last),
        leading=int(last.eq(held.leading.name).sum()), already=int(last.eq(candidate.name).sum()),
    )  # fmt: skip
    return ExpectedEffects(
        scheme=candidate.name,
        title=candidate.title,
        why="for_the_rest" if spread.already else "for_some",
        spread=spread,
    )


def no_change(current: Scheme) -> ExpectedEffects:
    """Say what can be forecast if the scheme in force stays."""
    return ExpectedEffects(scheme=current.name, title=current.title, why="no_change")
