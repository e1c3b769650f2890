"""The slope of an outcome on a dose that was changed for some, within units and periods, from few clusters."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from design_lab.catalogue import LANGUAGES, words
from design_lab.display import Shown, interval, number
from design_lab.errors import DataError
from design_lab.evidence.frames import rows
from design_lab.evidence.inference import LEVEL, Estimate, Tested, lot_said
from design_lab.evidence.regression import Rows, leave_one_out, reassigned, slope, wild_bootstrap

if TYPE_CHECKING:
    import pandas as pd

LEAST_CHANGED = 3  # clusters whose dose changes, below which intervals by leaving one out cover too seldom


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class DoseSlope(Shown):
    """What one unit more of the dose went with, by leaving out clusters, the wild bootstrap and other draws of the lot.

    `changed` are the clusters whose dose changed in another way than that of some other one; `lot` is None where no
    generator was passed.
    """

    units: ClassVar = {"value": "effect", "low": "effect", "high": "effect", "p": "effect"}
    estimate: Estimate
    wild: Tested
    lot: Tested | None
    rows: int
    changed: int
    clusters: int

    def table(self) -> pd.DataFrame:
        """Return one row a method: method, value, low, high, p; None where a method bears no interval."""
        import pandas as pd

        value, tests = self.estimate.value, {"wild_bootstrap": self.wild, "draws_of_the_lot": self.lot}
        told: list[tuple[object, ...]] = [
            ("leaving_out", value, self.estimate.low, self.estimate.high, self.estimate.p),
            *((name, value, *(one.interval or (None, None)), one.p) for name, one in tests.items() if one),
        ]
        return pd.DataFrame(told, columns=["method", "value", "low", "high", "p"])

    @property
    def text(self) -> dict[str, str]:
        """Say the slope, its interval by leaving out clusters and what the lot gives, in each language."""
        return {lang: self._said(lang) for lang in LANGUAGES}

    def _said(self, lang: str) -> str:
        said = words(lang).say(
            "estimated.dose_slope", value=number(self.estimate.value, "effect", lang), clusters=f"{self.clusters:,}",
            interval=interval(self.estimate.low, self.estimate.high, "effect", lang), changed=f"{self.changed:,}",
        )  # fmt: skip
        return said + lot_said(self.lot, lang)

    @property
    def limits(self) -> tuple[str, ...]:
        """What the slope rests on, as keys below `limit.`."""
        few = ("few_changed",) if self.changed < LEAST_CHANGED else ()
        return ("parallel_without_adoption", "slope_is_linear", *few)


def dose_slope(
    frame: pd.DataFrame,
    *,
    outcome: str,
    dose: str,
    unit: str,
    time: str,
    rng: np.random.Generator,
    assigned: str | None = None,
    weights: str | None = None,
    by_lot: bool = True,
    draws: int = 999,
    level: float = LEVEL,
) -> DoseSlope:
    """Estimate what one unit more of a dose went with, within units and periods, from rows of any length.

    `assigned` is the level at which doses were given (`unit` itself if not named): the clusters, since clusters below
    it give intervals that cover .36 to .50 (docs/method.md). Where the dose was first changed for some while others had
    been changed before, the slope takes the latter for controls; use `adoption` there. DataError says why a frame
    cannot be used. `by_lot` deals the clusters' dose paths out anew: only where they were drawn by lot is that a
    randomisation test.
    """
    made = rows(frame, outcome=outcome, dose=dose, unit=unit, time=time, assigned=assigned, weights=weights)
    if not math.isfinite(slope(made)):
        raise DataError(f"{dose} does not vary within {unit} beyond what every {unit} shares; there is no slope")
    changed = _changed(made)
    if changed < 2:
        raise DataError(f"{dose} changes in one {assigned or unit} alone; without it nothing can be estimated")
    return DoseSlope(
        estimate=leave_one_out(made, level),
        wild=wild_bootstrap(made, rng=rng, draws=draws, level=level),
        lot=reassigned(made, _dealt(made, rng, draws), exact=False, level=level) if by_lot else None,
        rows=len(made.outcome),
        changed=changed,
        clusters=int(made.clusters.max()) + 1,
    )


def _paths(made: Rows) -> np.ndarray:
    """The mean dose of each cluster in each period, (clusters, periods); NaN where it has no row."""
    groups, periods = int(made.clusters.max()) + 1, int(made.times.max()) + 1
    cell = made.clusters * periods + made.times
    count = np.bincount(cell, minlength=groups * periods)
    total = np.bincount(cell, made.dose, minlength=groups * periods)
    with np.errstate(invalid="ignore"):
        return np.asarray(total / np.where(count, count, np.nan)).reshape(groups, periods)


def _changed(made: Rows) -> int:
    """Clusters whose dose varies over time; of a dose that varies alike in all, none."""
    paths = _paths(made)
    return int((np.nanmax(paths, axis=1) - np.nanmin(paths, axis=1) > 1e-12).sum())


def _dealt(made: Rows, rng: np.random.Generator, draws: int) -> np.ndarray:
    """The doses that each row would have had if the clusters' paths had been dealt out otherwise, (draws, rows)."""
    paths = _paths(made)
    if not np.isfinite(paths).all():
        raise DataError("some clusters have no row in some period; the lot cannot be drawn again (by_lot=False)")
    return np.stack([paths[rng.permutation(len(paths))][made.clusters, made.times] for _ in range(draws)])
