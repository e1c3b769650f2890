"""The check on queues that units of different dates of adoption answer together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from design_lab.evidence.checks.check import Check, cannot, farthest, few
from design_lab.evidence.frames import staggered
from design_lab.evidence.inference import LEVEL
from design_lab.evidence.staggered import mean_effect

if TYPE_CHECKING:
    import pandas as pd

_SHARED = 0.05  # of the work, below which what others take on of it can hardly be seen


def shared_queues(
    frame: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    adopted: str,
    shared: float | None,
    weights: str | None = None,
    drawn: str | None = None,
    level: float = LEVEL,
) -> Check:
    """Check whether units that adopted took another volume of shared work than those that they are compared with.

    `outcome` is volume, `shared` the share of the units' work from queues that units of other dates of adoption answer
    too (None: nobody knows which queues are shared). What comes to a queue is given: what one unit leaves undone the
    others get, so that any effect on volume is partly made by those who did not adopt, and what they do under it is not
    what they would do alone. It tells much sooner than the volume of those not treated, which is one series. Units
    that share under 5 % pass; a shift smaller than the interval passes too, so that volume itself can never be told as
    an effect where queues are shared. DataError says why a frame cannot be used.
    """
    panel = staggered(frame, outcome=outcome, unit=unit, time=time, adopted=adopted, weights=weights, drawn=drawn)
    units, design = len(panel.units), panel.design
    if shared is None:
        return cannot("shared_queues", "queues_unknown", units)
    if shared < _SHARED:
        return Check(name="shared_queues", verdict="passed", value=0.0, n=units)
    if few(design):
        return replace(cannot("shared_queues", "few_units", units), shared=True)
    mean, without = mean_effect(panel.values, design)
    return replace(farthest("shared_queues", mean, without.T, level), shared=True)
