"""The checks on queues that units of different dates of adoption answer together: volume taken, and time over it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from design_lab.evidence.checks.check import Check, cannot, farthest, few, passed_unless
from design_lab.evidence.frames import staggered
from design_lab.evidence.inference import LEVEL, jackknife
from design_lab.evidence.staggered import Array, mean_effect

if TYPE_CHECKING:
    import pandas as pd

_SHARED = 0.05  # of the work, below which what others take on of it can hardly be seen
_LONGER = 100 * _SHARED  # percent of the time over a call, by which no more than that share is left to others


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
    an effect where queues are shared, and `handle_time` asks what makes it. DataError says why a frame cannot be used.
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


def handle_time(
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
    """Check whether units that adopted take another time over each call than those that they share queues with.

    `outcome` is handle time, `shared` as of `shared_queues`. In the same busy hours who takes a tenth longer over a
    call answers a tenth fewer, and out of a shared queue the others get them. Where teams have time to spare volume
    moves by less than this and may not be told from chance; handle time moves by all of it. The value is the effect in
    percent of the mean handle time of those not treated. Up to 5 % either way pass, as little can be left to others
    by it: the check fails where the whole interval lies beyond, and p is against the nearer of 5 and -5 %. DataError
    says why a frame cannot be used.

    >>> import numpy as np, pandas as pd
    >>> frame = pd.DataFrame({"team": np.repeat(range(8), 4), "quarter": np.tile(range(4), 8)})
    >>> frame["start"] = np.where(frame["team"] < 4, 2, np.nan)
    >>> frame["seconds"] = 200.0 + frame["team"] % 4 + 30.0 * (frame["quarter"] >= frame["start"])
    >>> handle_time(frame, outcome="seconds", unit="team", time="quarter", adopted="start", shared=1.0).verdict
    'failed'
    """
    panel = staggered(frame, outcome=outcome, unit=unit, time=time, adopted=adopted, weights=weights, drawn=drawn)
    units, design = len(panel.units), panel.design
    if shared is None:
        return cannot("handle_time", "queues_unknown", units)
    if shared < _SHARED:
        return Check(name="handle_time", verdict="passed", value=0.0, n=units)
    if few(design):
        return replace(cannot("handle_time", "few_units", units), shared=True)
    before = np.arange(design.periods) < design.adopted[:, None]
    usual = float(panel.values[before].mean())
    if usual <= 0:
        return replace(cannot("handle_time", "no_usual_time", units), shared=True)
    return replace(_beyond("handle_time", *mean_effect(100 / usual * panel.values, design), level), shared=True)


def _beyond(name: str, mean: Array, without: Array, level: float) -> Check:
    """Hold an effect in percent against the largest that is let pass, in its own direction."""
    if not (np.isfinite(mean).all() and np.isfinite(without).all()):
        return cannot(name, "one_unit_decides", without.shape[1])
    found = jackknife(float(mean[0]), without[0], level)
    past = max(abs(found.value) - _LONGER, 0.0)
    p = jackknife(past, without[0] - found.value + past, level).p
    return Check(
        name=name, verdict=passed_unless(p < 1 - level), value=found.value, low=found.low, high=found.high, p=p,
        n=found.clusters,
    )  # fmt: skip
