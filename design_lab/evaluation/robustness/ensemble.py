"""One scheme's scores of one panel under many choices: points once for each rule and sample, weights in blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from design_lab.composite import rank
from design_lab.evaluation.rerun import models, remeasured
from design_lab.evaluation.robustness.choices import Choices, Design, shifted
from design_lab.scheme import Scheme
from design_lab.scoring import Batch, Panel
from design_lab.scoring.grades import NONE
from design_lab.scoring.points import positions

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.integer[Any]]
MEASUREMENTS = 30
_CELLS = 1 << 20  # points that are worked on at a time
_DUST = 9  # decimals to which totals are ranked: float noise separates nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Some draws of a design, at `rows`, of the n people graded as stated: grades and places, both (rows, n).

    A grade is a number in the scheme's order, -1 for none; a place is (rank - 1/2) / people of the role and level, near
    0 for the best, 1 for who has no grade.
    """

    rows: Numbers
    grades: Numbers
    places: Array


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Ensemble:
    """A scheme as stated and all that might have been chosen otherwise, for the people whom it grades.

    `grades` and `places` (n,) as stated, `groups` (n,) a number for each person's role and level; `weights` (pairs, k)
    those stated; rows of `panel` are numbered. `unmeasured` names weighed indicators whose error is not known and was
    taken as none.
    """

    panel: Panel
    choices: Choices
    medians: pd.DataFrame
    samples: tuple[Panel, ...]  # as observed, then measured again
    weights: Array
    graded: Numbers  # rows of the panel
    groups: Numbers
    grades: Numbers
    places: Array
    unmeasured: tuple[str, ...]
    _batches: dict[tuple[int, int], Batch] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Ensemble({self.scheme.name}: {len(self.graded)} people graded, {len(self.samples) - 1} samples)"

    @property
    def scheme(self) -> Scheme:
        """The scheme as stated."""
        return self.choices.scheme

    @classmethod
    def of(
        cls,
        panel: Panel,
        scheme: Scheme,
        *,
        medians: pd.DataFrame,
        rng: np.random.Generator,
        measurements: int = MEASUREMENTS,
    ) -> Ensemble:
        """Score a panel as stated, and measure its people again `measurements` times (0: sampling is left out)."""
        panel = numbered(panel)
        stated = Batch.of(panel, scheme, medians=medians)
        weights = stated.weights([scheme])
        (block,) = stated.blocks(weights)
        graded = np.flatnonzero(block.grades[0] != NONE)
        _, at = positions(panel.people)
        known = models(panel)
        return cls(
            panel=panel,
            choices=Choices.of(scheme),
            medians=medians,
            samples=(panel, *remeasured(panel, known, rng=rng, draws=measurements)),
            weights=weights[0],
            graded=graded,
            groups=at[graded],
            grades=block.grades[0][graded],
            places=places(block.totals[:, graded], at[graded])[0],
            unmeasured=tuple(one for one in scheme.indicators if one in panel.values and one not in known),
            _batches={(0, 0): stated},
        )

    def batch(self, rule: int = 0, sample: int = 0) -> Batch:
        """Return the points under a rule in a sample, computed when first asked for."""
        if (rule, 0) not in self._batches:
            self._batches[rule, 0] = Batch.of(self.panel, self.choices.rules[rule], medians=self.medians)
        if (rule, sample) not in self._batches:
            self._batches[rule, sample] = self._batches[rule, 0].again(self.samples[sample])
        return self._batches[rule, sample]

    def outcomes(self, design: Design) -> Iterator[Outcome]:
        """Yield the outcomes of all draws of a design, a block at a time."""
        size = max(1, _CELLS // max(len(self.panel.people) * self.weights.shape[1], 1))
        for start in range(0, len(design), size):
            rows = np.arange(start, min(start + size, len(design)))
            yield self._outcome(design, rows)

    def _outcome(self, design: Design, rows: Numbers) -> Outcome:
        """Total the draws of each rule, aggregation and treatment together, whatever the sample; then grade all."""
        weights, sampling = self.drawn(design.weights[rows]), design.sampling[rows]
        kinds = np.stack([design.rule, design.aggregation, design.missing], axis=1)[rows]
        distinct, at = np.unique(kinds, axis=0, return_inverse=True)
        compared = np.empty((len(rows), len(self.panel.people)))
        best = np.empty(compared.shape, dtype=np.int8)
        for number, (rule, aggregation, missing) in enumerate(distinct.tolist()):
            mine = np.flatnonzero(at.ravel() == number)
            batch = self._mixed(rule, aggregation, missing, sampling[mine])
            compared[mine], best[mine] = batch.compared(weights[mine]), batch.best
        return self._told(rows, compared, self.batch().grade(compared, best))

    def _mixed(self, rule: int, aggregation: int, missing: int, sampling: Numbers) -> Batch:
        """The points of draws under a rule, combined otherwise: points hang on neither aggregation nor treatment."""
        used, at = np.unique(sampling, return_inverse=True)
        found = Batch.mixed([self.batch(rule, int(one)) for one in used], at)
        scheme = found.scheme.model_copy(
            update={
                "aggregation": self.choices.aggregations[aggregation],
                "missing": found.scheme.missing.model_copy(update={"incomplete": self.choices.missing[missing]}),
            }
        )
        return replace(found, scheme=scheme)

    def under(self, weights: Array) -> tuple[Numbers, Array]:
        """Return grades and places, (draws, n), under weights (draws, pairs, k) with all else as stated."""
        stated = self.batch()
        compared = stated.compared(weights)
        told = self._told(np.arange(len(weights)), compared, stated.grade(compared, stated.best))
        return told.grades, told.places

    def drawn(self, uniform: Array) -> Array:
        """Return the weights (draws, pairs, k) that uniform numbers (draws, k) stand for."""
        return np.stack([shifted(stated, uniform) for stated in self.weights], axis=1)

    def _told(self, rows: Numbers, compared: Array, grades: Numbers) -> Outcome:
        return Outcome(rows=rows, grades=grades[:, self.graded], places=places(compared[:, self.graded], self.groups))


def numbered(panel: Panel) -> Panel:
    """Return the panel with rows that are numbered, not named: pandas aligns hundreds of samples in half the time."""
    import pandas as pd

    rows = pd.RangeIndex(len(panel.people))
    frames = ("people", "values", "counts", "standard_errors")
    return replace(panel, **{name: getattr(panel, name).set_axis(rows) for name in frames})


def places(totals: Array, groups: Numbers) -> Array:
    """Return everybody's place (rank - 1/2) / people in her group, of totals (draws, n); 1 for who has no total.

    Tied people share the mean rank.

    >>> places(np.array([[90.0, 70.0, 80.0, 60.0]]), np.array([0, 0, 0, 1])).round(3).tolist()
    [[0.167, 0.833, 0.5, 0.5]]
    """
    found = np.ones(totals.shape)
    for one in np.unique(groups):
        members = np.flatnonzero(groups == one)
        held = totals[:, members].round(_DUST)
        there = np.isfinite(held)
        ranks = rank(np.where(there, held, -np.inf), "mean")
        found[:, members] = np.where(there, (ranks - 0.5) / len(members), 1.0)
    return found
