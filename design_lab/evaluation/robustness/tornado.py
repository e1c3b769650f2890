"""One weight at a time: what moving it by some points, or leaving its indicator out, does to grades."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from design_lab.display import Quantity, Shown, number
from design_lab.evaluation.grounds import claim_of, is_reconstructed, unchanged_behaviour
from design_lab.evaluation.robustness.choices import REACH, moved
from design_lab.evaluation.robustness.ensemble import Ensemble
from design_lab.finding import Finding, state
from design_lab.scheme import Scheme

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
# A weight of nothing would also change with whom people are compared; this one decides no grade.
_NOTHING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Swing:
    """The share of grades that change with one weight less, more, and without its indicator.

    `without` is None where nothing else is weighed for some role and level.
    """

    indicator: str
    less: float
    more: float
    without: float | None

    @property
    def most(self) -> float:
        """The larger of both moves."""
        return max(self.less, self.more)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Tornado(Shown):
    """The swings of one scheme's weights, the widest first, of `people` graded; others are rescaled to sum to 100."""

    units: ClassVar = {"less": "share", "more": "share", "without": "share"}
    scheme: Scheme
    people: int
    swings: tuple[Swing, ...]
    names: Mapping[str, Mapping[str, str]]
    limits: tuple[str, ...] = ()

    def table(self) -> pd.DataFrame:
        """Return one row an indicator: less, more, without."""
        import pandas as pd

        rows = [(one.indicator, one.less, one.more, one.without) for one in self.swings]
        return pd.DataFrame(rows, columns=["indicator", *self.units])

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with names for indicators."""
        shown = Shown.to_text(self, lang)
        shown["indicator"] = [self.names[one.indicator][lang] for one in self.swings]
        shown["without"] = [number(one.without, "share", lang) for one in self.swings]
        return shown

    def findings(self) -> tuple[Finding, ...]:
        """State for each indicator the wider of both moves, and what leaving it out changes."""
        if not self.people:
            return ()
        moves = tuple(self._state("swing", one, one.most) for one in self.swings)
        without = tuple(self._state("without", one, one.without) for one in self.swings if one.without is not None)
        return (*moves, *without)

    def _state(self, what: str, one: Swing, value: float) -> Finding:
        assumed = is_reconstructed(self.scheme, "grades")
        return state(
            f"robustness.{self.scheme.name}.{what}.{one.indicator}", value, says=f"robustness.{what}", unit="share",
            n=self.people, claim=claim_of(assumed), scheme=self.scheme.title, indicator=self.names[one.indicator],
            limits=unchanged_behaviour(assumed, self.limits),
            reach=Quantity(REACH, "weight"), less=Quantity(one.less, "share"), more=Quantity(one.more, "share"),
        )  # fmt: skip


def tornado(ensemble: Ensemble, *, reach: float = REACH) -> Tornado:
    """Move each weight by `reach` down and up, the others rescaled, and leave its indicator out, all else as stated.

    A weight moves for every role and level that weighs the indicator, and keeps at least a tenth of itself. Somebody
    without a grade then counts as changed.
    """
    indicators = ensemble.batch().indicators
    weights = [one for place in range(len(indicators)) for one in _moves(ensemble.weights, place, reach)]
    changed: Array = np.zeros(len(weights))
    if len(ensemble.graded):
        grades, _ = ensemble.under(np.stack(weights))
        changed = (grades != ensemble.grades).mean(axis=1)
    swings = [
        Swing(
            indicator=name,
            less=float(less),
            more=float(more),
            without=None if (ensemble.weights[:, place] >= 1 - _NOTHING).any() else float(without),
        )
        for place, (name, (less, more, without)) in enumerate(zip(indicators, changed.reshape(-1, 3), strict=True))
        if ensemble.weights[:, place].any()
    ]
    panel = ensemble.panel
    limits: Any = (limit for name in indicators for limit in panel.limits.get(name, ()))
    return Tornado(
        scheme=ensemble.scheme,
        people=len(ensemble.graded),
        swings=tuple(sorted(swings, key=lambda one: -one.most)),
        names={name: panel.cards[name].name for name in indicators},
        limits=tuple(dict.fromkeys(limits)),
    )


def _moves(weights: Array, place: int, reach: float) -> tuple[Array, Array, Array]:
    """Weights (pairs, k) with one less, more, and as good as nothing."""
    less, more = (np.stack([moved(row, place, by) for row in weights]) for by in (-reach, reach))
    return less, more, np.stack([_without(row, place) for row in weights])


def _without(weights: Array, place: int) -> Array:
    if not 0 < weights[place] < 1:
        return weights.copy()
    found = np.asarray(weights * (1 - _NOTHING) / (1 - weights[place]))
    found[place] = _NOTHING
    return found
