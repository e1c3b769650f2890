"""Bounds of an estimate where adoption may also decide who is still seen: people who left, customers who did not rate.

Nothing tells what those who are not seen would have shown. Bounds say how much hangs on it: for those who would be seen
either way (Lee, Review of Economic Studies 2009), and for all whatever the unseen would show (Manski, 1990).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from design_lab.evidence.frames import staggered
from design_lab.evidence.inference import LEVEL, jackknife
from design_lab.evidence.sensitivity import lee_bounds, response_bounds
from design_lab.evidence.staggered import overall

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """An estimate that takes those seen as they are, and from where to where it may lie for all that they do not tell.

    `low` and `high` are the bounds themselves, `ends` the same with what chance adds at level .95, leaving out one team
    at a time. `changed` is the share seen in teams that changed, `waiting` that of teams not yet changed.
    """

    value: float
    low: float
    high: float
    ends: tuple[float, float]
    changed: float
    waiting: float
    teams: int


def of_leaving(people: pd.DataFrame, scale: float = 1.0) -> Bounds | None:
    """Bound the effect on people who would still be there either way, where some who were there before a change left.

    `people` has one row a person and quarter in which she was seen: employee_id, team (the one that she stood in before
    any change), quarter, value, adopted (the quarter of the team's change) and draw, where there were several. In each
    quarter under the other weights the change of value since the last quarter before is held against that in teams not
    yet changed, and the side of which more are still seen is trimmed (`lee_bounds`); quarters count by the people that
    they began with. None where nobody can be compared, or one team decides it.
    """
    if people.empty:
        return None
    wide = people.pivot(index="employee_id", columns="quarter", values="value")
    first = people.drop_duplicates("employee_id").set_index("employee_id").loc[wide.index]
    place = {quarter: number for number, quarter in enumerate(wide.columns)}
    dates = np.array([place.get(date, len(place)) for date in first["adopted"]], dtype=np.int64)
    teams, values = first["team"].to_numpy(), scale * wide.to_numpy(float)
    lots = first["draw"].to_numpy() if "draw" in first else np.zeros(len(first))
    return _bounded(lambda kept: _lee_over_quarters(values[kept], dates[kept], lots[kept]), teams)


def _lee_over_quarters(values: Array, dates: npt.NDArray[np.int64], lots: npt.NDArray[Any]) -> Array:
    """The plain effect, Lee's bounds and the shares still seen on both sides, means over quarters; NaN without any."""
    told = [one for lot in np.unique(lots) for one in _quarters(values[lots == lot], dates[lots == lot])]
    if not told:
        return np.full(5, np.nan)
    sizes = np.array([size for size, _ in told])
    return np.asarray(sizes @ np.array([one for _, one in told]) / sizes.sum())


def _quarters(values: Array, dates: npt.NDArray[np.int64]) -> Iterator[tuple[int, Array]]:
    """For each cohort and quarter under the other weights: how many people it began with, and the five numbers."""
    periods = values.shape[1]
    for date in np.unique(dates[(dates > 0) & (dates < periods)]):
        began = np.isfinite(values[:, date - 1])
        for quarter in range(date, periods):
            sides = [began & (dates == date), began & (dates > quarter)]
            if not all(side.any() for side in sides):
                break
            change = values[:, quarter] - values[:, date - 1]
            seen = [change[side & np.isfinite(change)] for side in sides]
            if all(map(len, seen)):
                shares = [len(there) / side.sum() for there, side in zip(seen, sides, strict=True)]
                ends = lee_bounds(*seen, treated_share=shares[0], control_share=shares[1])
                yield int(sides[0].sum()), np.array([seen[0].mean() - seen[1].mean(), *ends, *shares])


def of_ratings(panel: pd.DataFrame, outcome: str, *, either_way: bool, scale: float = 1.0) -> Bounds | None:
    """Bound the effect on a satisfied share where adoption may decide who rates, from whole team-quarters.

    `panel` has team, quarter, adopted, the outcome as a share and `response_rate`. With `either_way` the bounds are for
    customers who would rate under either weights (the surplus of ratings on one side is taken to be all satisfied, or
    none), else for all who were served, whatever the silent ones would say. None where one team decides it.
    """
    satisfied = staggered(
        panel, outcome=outcome, unit="team", time="quarter", adopted="adopted", weights=None,
        drawn="draw" if "draw" in panel else None,
    )  # fmt: skip
    answered = panel.pivot(index="team", columns="quarter", values="response_rate").loc[[*satisfied.units]]
    parts, design = (satisfied.values, answered.to_numpy(float)), satisfied.design
    under = np.arange(design.periods) >= design.adopted[:, None]
    bound = _either_way if either_way else _all_served

    def of(kept: npt.NDArray[np.bool_]) -> Array:
        if not under[kept].any():
            return np.full(5, np.nan)
        left = None if design.lots is None else design.lots[kept]
        effects = [overall(one[kept], design.adopted[kept][None], design.weights[kept], left)[0][0] for one in parts]
        rate, response = (float(one[kept][under[kept]].mean()) for one in parts)
        without = float(np.clip(rate - effects[0], 0, 1)), float(np.clip(response - effects[1], 0, 1))
        if not np.isfinite(effects).all() or min(response, without[1]) <= 0:
            return np.full(5, np.nan)
        low, high = bound((rate, response), without)
        return np.array([scale * effects[0], scale * low, scale * high, response, without[1]])

    return _bounded(of, np.array(satisfied.units))


def _either_way(now: tuple[float, float], without: tuple[float, float]) -> tuple[float, float]:
    """Lee's bounds of shares: of the side with more ratings the surplus is all satisfied, or none of it."""
    (rate, response), (base, answered) = now, without
    surplus = 1 - min(response, answered) / max(response, answered)
    more = rate if response >= answered else base
    ends = max(more - surplus, 0.0) / (1 - surplus), min(more / (1 - surplus), 1.0)
    return (ends[0] - base, ends[1] - base) if response >= answered else (rate - ends[1], rate - ends[0])


def _all_served(now: tuple[float, float], without: tuple[float, float]) -> tuple[float, float]:
    return response_bounds(*now, base_rate=without[0], base_response=without[1], apart=1.0)


def _bounded(of: Callable[[npt.NDArray[np.bool_]], Array], teams: npt.NDArray[np.object_]) -> Bounds | None:
    """Read the five numbers of all rows, and what chance adds to the bounds from those without each team."""
    names = np.unique(teams)
    whole = of(np.ones(len(teams), dtype=bool))
    without = np.array([of(teams != name) for name in names])
    if len(names) < 3 or not (np.isfinite(whole).all() and np.isfinite(without).all()):
        return None
    low, high = (jackknife(float(whole[place]), without[:, place], LEVEL) for place in (1, 2))
    return Bounds(
        value=float(whole[0]), low=low.value, high=high.value, ends=(low.low, high.high), changed=float(whole[3]),
        waiting=float(whole[4]), teams=len(names),
    )  # fmt: skip
