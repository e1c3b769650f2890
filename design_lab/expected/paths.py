"""What comes if a scheme is adopted, beside what comes if not: the same draws with and without its effects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from design_lab.display import Shown
from design_lab.errors import ForecastError
from design_lab.expected.course import Course, from_scale
from design_lab.expected.effects import Effects

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
LEVEL = 0.9  # of both bands
VIEWS: Mapping[str, float] = {"conservative": 0.1, "central": 0.5, "optimistic": 0.9}  # quantiles of one distribution


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """One outcome in quarters to come, all (draws, quarters) in its unit: as published without and with the change.

    Both have the same shocks and the same noise of measurement, so that their difference is the effect alone.
    """

    without: Array
    changed: Array

    @property
    def effect(self) -> Array:
        """What the change adds, (draws, quarters)."""
        return self.changed - self.without

    def band(self) -> Array:
        """Return low, median and high of what will be published with the change, (3, quarters)."""
        return _band(self.changed)

    def effect_band(self) -> Array:
        """Return low, median and high of the effect, (3, quarters): only what is not known of it, no shocks."""
        return _band(self.effect)

    def views(self, *, better: str) -> dict[str, Array]:
        """Return the effect (quarters,) as a conservative, a central and an optimistic reader would take it.

        They are quantiles of one distribution, from the worse end of an outcome of which `better` is higher or lower.
        """
        ends = {name: p if _higher(better) else 1 - p for name, p in VIEWS.items()}
        return {name: np.quantile(self.effect, p, axis=0) for name, p in ends.items()}

    def reaching(self, target: float, *, better: str) -> Array:
        """Return the chance of each quarter that the published outcome meets a target, (quarters,)."""
        met = self.changed >= target if _higher(better) else self.changed <= target
        return np.asarray(met.mean(axis=0))


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Forecast(Shown):
    """What is expected of each outcome under a scheme, by outcome; the first quarter is that of adoption."""

    units: ClassVar = {"unchanged": "effect", "median": "effect", "low": "effect", "high": "effect", "added": "effect",
                       "added_low": "effect", "added_high": "effect"}  # fmt: skip
    scheme: str
    paths: Mapping[str, Paths]

    def __getitem__(self, outcome: str) -> Paths:
        return self.paths[outcome]

    def table(self) -> pd.DataFrame:
        """Return one row an outcome and quarter: what comes without and with the change, and the effect, with bands."""
        import pandas as pd

        rows = []
        for outcome, one in self.paths.items():
            low, median, high = one.band()
            effect_low, effect, effect_high = one.effect_band()
            columns = np.median(one.without, axis=0), median, low, high, effect, effect_low, effect_high
            rows += [(outcome, place + 1, *values) for place, values in enumerate(zip(*columns, strict=True))]
        names = ["unchanged", "median", "low", "high", "added", "added_low", "added_high"]
        return pd.DataFrame(rows, columns=["outcome", "quarter", *names])


def projected(scheme: str, courses: Mapping[str, Course], found: Effects, *, rng: np.random.Generator) -> Forecast:
    """Carry every outcome on, without and with the effects of a scheme that is adopted in the first quarter to come.

    Effects are changes of the logarithm of an outcome. Of a share near its ceiling they are added in log-odds, at the
    share that its course has, so that none goes beyond 1. An outcome that no evidence moves keeps its course; one
    without a course is left out. Courses with different numbers of draws or quarters raise `ForecastError`.
    """
    shapes = {one.latent.shape for one in courses.values()}
    if len(shapes) != 1:
        raise ForecastError("courses have different numbers of draws or quarters; carry all on alike")
    n, quarters = shapes.pop()
    own, measured = rng.spawn(2)  # so that what is measured hangs on no scheme
    shape, initial = found.fading(own, n).at(quarters), found.draws(own, n)
    paths = {}
    for outcome, one in courses.items():
        noise = one.noise * measured.standard_normal((n, quarters))
        moved = initial[outcome][:, None] * shape if outcome in initial else np.zeros((n, quarters))
        without = one.latent + noise
        paths[outcome] = Paths(
            without=from_scale(without, share=one.share),
            changed=from_scale(without + _on_scale(moved, one), share=one.share),
        )
    return Forecast(scheme=scheme, paths=paths)


def _on_scale(moved: Array, course: Course) -> Array:
    """Changes of the logarithm, (draws, quarters), as changes on the course's own scale."""
    usual = from_scale(course.mean, share=course.share)
    return np.asarray(moved / (1 - usual) if course.share else usual * np.expm1(moved))


def _higher(better: str) -> bool:
    if better not in ("higher", "lower"):
        raise ForecastError(f"better is {better!r}; say higher or lower")
    return better == "higher"


def _band(values: Array) -> Array:
    return np.quantile(values, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2], axis=0)
