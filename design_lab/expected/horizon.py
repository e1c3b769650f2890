"""How an effect comes and goes: it ramps up after adoption and fades to a floor, quarter by quarter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from design_lab.errors import ForecastError

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fading:
    """The shape of an effect over event quarters e = 0, 1, ... from adoption, by draw (draws,).

    ramp(e) x (floor + (1 - floor) x 2^(-e / half_life)): ramp is (e + 1) / `ramp_quarters`, at most 1; `half_life` is
    in quarters; `floor` is the share of the initial effect that stays for good.
    """

    half_life: Array
    floor: Array
    ramp_quarters: Array

    def __post_init__(self) -> None:
        if not (self.half_life > 0).all():
            raise ForecastError("a half-life must be above 0 quarters; for an effect that stays give a floor of 1")
        if not ((self.floor >= 0) & (self.floor <= 1)).all():
            raise ForecastError("a floor is the share of an effect that stays, from 0 to 1")
        if not (self.ramp_quarters > 0).all():
            raise ForecastError("a ramp takes more than 0 quarters; an effect that is there at once takes 1")

    def at(self, quarters: int) -> Array:
        """Return the share of the initial effect in each of the first event quarters, (draws, quarters).

        >>> one = np.array([1.0])
        >>> Fading(half_life=2 * one, floor=0.5 * one, ramp_quarters=2 * one).at(4).round(3).tolist()
        [[0.5, 0.854, 0.75, 0.677]]
        """
        event = np.arange(quarters)
        ramp = np.minimum((event + 1) / self.ramp_quarters[:, None], 1.0)
        stays = self.floor[:, None]
        return np.asarray(ramp * (stays + (1 - stays) * 2.0 ** (-event / self.half_life[:, None])))

    def left(self, weights: Array) -> Array:
        """Return the share of an effect that a mean over event quarters with `weights` (quarters,) has, (draws,).

        A pilot estimates such a mean, in which the effect has ramped and faded already: it is not the initial effect.
        """
        if not (weights.sum() > 0 and (weights >= 0).all()):
            raise ForecastError("event quarters need weights of 0 or more, not all of them 0")
        return np.asarray(self.at(len(weights)) @ (weights / weights.sum()))
