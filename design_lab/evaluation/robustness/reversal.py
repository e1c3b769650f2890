"""Rank reversal: whether the order of others changes when somebody leaves or a colleague just like her joins.

Points held against fixed targets never turn an order round; points among peers may (Belton and Gear 1983).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from design_lab.catalogue import LANGUAGES, words
from design_lab.display import Quantity, Shown
from design_lab.evaluation.grounds import is_reconstructed, unchanged_behaviour
from design_lab.evaluation.robustness.choices import other_rules
from design_lab.evaluation.robustness.ensemble import Ensemble, numbered
from design_lab.finding import Finding, state
from design_lab.scheme import Scheme
from design_lab.scoring import Batch, Panel
from design_lab.scoring.points import positions

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
TRIES = 6
_DUST = 1e-9  # points by which two totals differ at least


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """Of `tries` people who left or were doubled under one rule: how often the order of any two others turned round.

    `overtaken` is the mean share of the others of the role and level who were overtaken by somebody.
    """

    rule: str
    tries: int
    turned: int
    overtaken: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Reversals(Shown):
    """The reversals of one scheme's order under the rules as stated and under others."""

    units: ClassVar = {"tries": "count", "turned": "count", "overtaken": "share"}
    scheme: Scheme
    reversals: tuple[Reversal, ...]

    def table(self) -> pd.DataFrame:
        """Return one row a rule: tries, turned, overtaken."""
        import pandas as pd

        rows = [(one.rule, one.tries, one.turned, one.overtaken) for one in self.reversals]
        return pd.DataFrame(rows, columns=["rule", *self.units])

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with names for rules."""
        shown = Shown.to_text(self, lang)
        shown["rule"] = [_named(one.rule)[lang] for one in self.reversals]
        return shown

    def findings(self) -> tuple[Finding, ...]:
        """State for each rule how often the order of others turned round."""
        assumed = is_reconstructed(self.scheme, "totals")
        return tuple(
            state(
                f"robustness.{self.scheme.name}.reversal.{one.rule}", one.turned / one.tries,
                says="robustness.reversal", unit="share", n=one.tries, claim="scenario", scheme=self.scheme.title,
                rule=_named(one.rule), overtaken=Quantity(one.overtaken, "share"),
                limits=unchanged_behaviour(assumed, ["reversal_tried"]),
            )
            for one in self.reversals
            if one.tries
        )  # fmt: skip


def reversals(ensemble: Ensemble, *, rng: np.random.Generator, tries: int = TRIES) -> Reversals:
    """Let `tries` people, drawn from those graded, leave and then be doubled, one at a time, under each rule."""
    scheme = ensemble.scheme
    tried = {"stated": scheme} | other_rules(scheme)
    drawn = rng.permutation(ensemble.graded)[:tries]
    panel = _with_doubles(ensemble.panel, drawn)
    return Reversals(
        scheme=scheme,
        reversals=tuple(_reversal(panel, rule, other, ensemble, drawn) for rule, other in tried.items()),
    )


def _reversal(panel: Panel, rule: str, scheme: Scheme, ensemble: Ensemble, drawn: npt.NDArray[np.int64]) -> Reversal:
    stated = Batch.of(panel, scheme, medians=ensemble.medians)
    weights = stated.weights([scheme])
    before = stated.totals(weights)[0]
    position, real = positions(panel.people)[1], np.arange(len(before)) < len(ensemble.panel.people)
    shares = []
    for number, place in enumerate(drawn):
        alike = real & (position == position[place])
        alike[place] = False
        for changed in _changed(panel, int(place), len(ensemble.panel.people) + number):
            after = stated.again(changed).totals(weights)[0]
            shares.append(overtaken(before[alike], after[alike]))
    return Reversal(
        rule=rule,
        tries=len(shares),
        turned=sum(share > 0 for share in shares),
        overtaken=float(np.mean(shares)) if shares else 0.0,
    )


def _with_doubles(panel: Panel, drawn: npt.NDArray[np.int64]) -> Panel:
    """The panel with a further row for each of those drawn, without values and so nobody's peer until it has some."""
    people = len(panel.people)
    rows = np.append(np.arange(people), drawn)
    frames = {name: getattr(panel, name).iloc[rows] for name in ("people", "values", "counts", "standard_errors")}
    values = frames["values"].astype("float64")
    values.iloc[people:] = np.nan
    return numbered(replace(panel, **frames | {"values": values}))


def _changed(panel: Panel, place: int, double: int) -> Iterator[Panel]:
    """Yield the panel without somebody's values, and with the same values in her double's row."""
    for row, filled in ((place, np.nan), (double, panel.values.iloc[place])):
        values = panel.values.copy()
        values.iloc[row] = filled
        yield replace(panel, values=values)


def overtaken(before: Array, after: Array) -> float:
    """Return the share of people who stood above somebody, (n,) totals before, and stand below her after.

    >>> overtaken(np.array([90.0, 80.0, 70.0]), np.array([85.0, 86.0, 70.0]))
    0.3333333333333333
    """
    told = np.isfinite(before) & np.isfinite(after)
    first, second = before[told], after[told]
    if first.size < 2:
        return 0.0
    order = np.argsort(first, kind="stable")
    first, second = first[order], second[order]
    best_below = np.concatenate([[-np.inf], np.maximum.accumulate(second)])
    below = np.searchsorted(first, first - _DUST, side="left")  # how many stood below each
    return float((best_below[below] > second + _DUST).mean())


def _named(rule: str) -> dict[str, str]:
    return {lang: words(lang).say(f"robust.rule.{rule}") for lang in LANGUAGES}
