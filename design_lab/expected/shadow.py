"""A shadow run (新旧并行试算): both schemes are computed side by side, and only the one in force is paid.

Nobody's incentives change, so nobody can answer to the other scheme: such a run tells what the change of rules does to
the grades of people who behave as they do, and how much that varies from quarter to quarter. The past is a shadow run
that is over already.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from design_lab.catalogue import words
from design_lab.display import Quantity, Shown
from design_lab.evidence.inference import LEVEL
from design_lab.finding import Finding, state
from design_lab.scheme import Scheme

if TYPE_CHECKING:
    import pandas as pd

LENGTHS = (1, 2, 4)  # quarters that a run may last
_RECONSTRUCTED = "reconstructed_scheme"
_LEAST = 3  # past quarters of which two do not yet tell how they vary


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Shadow(Shown):
    """What a shadow run of a scheme would show: shares of changed grades in past `quarters`, the oldest first.

    `found` are the findings that state these shares, whose claim and limits this bears.
    """

    units: ClassVar = {"quarters": "count", "value": "share", "reach": "share"}
    scheme: Scheme
    found: tuple[Finding, ...]

    @property
    def shares(self) -> tuple[float, ...]:
        """The share of grades that change in each past quarter."""
        return tuple(float(one.value) for one in self.found if one.value is not None)

    @property
    def told(self) -> bool:
        """Whether there are enough past quarters to say how they vary."""
        return len(self.shares) >= _LEAST

    def reach(self, quarters: int) -> float:
        """Return how far from the past mean the mean of a run of so many quarters may lie, up or down, at 95 %.

        t with past quarters - 1 degrees of freedom, quarters taken as independent: t s (1/run + 1/past)^.5.
        """
        from scipy import stats

        past = len(self.shares)
        apart = float(np.std(self.shares, ddof=1)) * math.sqrt(1 / quarters + 1 / past)
        return float(stats.t.ppf((1 + LEVEL) / 2, past - 1)) * apart

    def table(self) -> pd.DataFrame:
        """Return one row a length of the run: quarters, value and reach, as shares; no rows where nothing is told."""
        import pandas as pd

        mean = float(np.mean(self.shares)) if self.told else math.nan
        rows = [(length, mean, self.reach(length)) for length in LENGTHS if self.told]
        return pd.DataFrame(rows, columns=["quarters", "value", "reach"])

    def findings(self) -> tuple[Finding, ...]:
        """State what a run of each length would show of grades with unchanged behaviour."""
        if not self.told:
            return (
                state(f"pilot.shadow.{self.scheme.name}", None, says="pilot.shadow_unknown", unit="share",
                      n=len(self.shares), claim="unidentified", scheme=self.scheme.title,
                      least=Quantity(_LEAST, "count")),
            )  # fmt: skip
        newest, mean = self.found[-1], float(np.mean(self.shares))
        reaches = {f"reach_{one}": Quantity(100 * self.reach(one), "percentage_points") for one in LENGTHS}
        rebuilt = words("en").say(f"limit.{_RECONSTRUCTED}") in newest.limits
        return (
            state(
                f"pilot.shadow.{self.scheme.name}", mean, says="pilot.shadow", unit="share", n=len(self.shares),
                claim=newest.claim, bounds=self._ends(mean), level=LEVEL,
                limits=("same_behaviour", *((_RECONSTRUCTED,) if rebuilt else ())),
                scheme=self.scheme.title, **reaches,
            ),
        )  # fmt: skip

    def _ends(self, mean: float) -> tuple[float, float]:
        """Between which shares the mean of a run of a year may lie."""
        reach = self.reach(LENGTHS[-1])
        return max(0.0, mean - reach), min(1.0, mean + reach)


def shadow_runs(schemes: Sequence[Scheme], findings: Iterable[Finding]) -> tuple[Shadow, ...]:
    """Return what a shadow run of each scheme would show, from the findings of `OverTime` on past quarters."""
    held = [*findings]
    return tuple(
        Shadow(
            scheme=one,
            found=tuple(
                sorted(
                    (f for f in held if f.id.startswith(f"candidates.{one.name}.grade_changes_by_quarter.")),
                    key=lambda f: f.id,
                )
            ),
        )
        for one in schemes
    )
