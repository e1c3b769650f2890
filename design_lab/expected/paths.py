"""What comes if a scheme is adopted, beside what comes if not: the same draws with and without its effects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from design_lab.catalogue.outcomes import MIRRORED
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

    def band(self, at: int | None = None) -> Array:
        """Return low, median and high of what will be published with the change, (3, quarters), or `at` one, (3,)."""
        return _band(self.changed if at is None else self.changed[:, at])

    def effect_band(self, at: int | None = None) -> Array:
        """Return low, median and high of the effect likewise: only what is not known of it, no shocks."""
        return _band(self.effect if at is None else self.changed[:, at] - self.without[:, at])

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """What comes of each outcome if nothing changes, all (draws, quarters).

    `measured` on the outcome's own scale and `published` in its unit have shocks and noise of measurement; `usual`, in
    its unit, has neither.
    """

    courses: Mapping[str, Course]
    measured: Mapping[str, Array]
    published: Mapping[str, Array]
    usual: Mapping[str, Array]

    @property
    def shape(self) -> tuple[int, int]:
        """How many draws and quarters."""
        draws, quarters = next(iter(self.usual.values())).shape
        return draws, quarters


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Forecast(Shown):
    """What is expected of each outcome under a scheme, by outcome, from the first quarter to come on."""

    units: ClassVar = {"unchanged": "effect", "median": "effect", "low": "effect", "high": "effect", "added": "effect",
                       "added_low": "effect", "added_high": "effect"}  # fmt: skip
    scheme: str
    starts: int  # the quarter to come, counted from 0, in which it is adopted
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


def unchanged(courses: Mapping[str, Course], *, rng: np.random.Generator) -> Unchanged:
    """Measure every course, so that all schemes are held against the same draws.

    No course, or courses with different numbers of draws or quarters, raise `ForecastError`.
    """
    shapes = {one.latent.shape for one in courses.values()}
    if len(shapes) != 1:
        raise ForecastError("courses have different numbers of draws or quarters, or there is none; carry all on alike")
    streams = rng.spawn(len(courses))
    measured = {name: one.measured(own) for (name, one), own in zip(courses.items(), streams, strict=True)}
    return Unchanged(
        courses=courses,
        measured=measured,
        published={name: from_scale(values, share=courses[name].share) for name, values in measured.items()},
        usual={name: from_scale(one.mean, share=one.share) for name, one in courses.items()},
    )


def projected(scheme: str, usual: Unchanged, found: Effects, *, rng: np.random.Generator, starts: int = 0) -> Forecast:
    """Carry every outcome on with the effects of a scheme that is adopted in the quarter to come numbered `starts`.

    Effects are changes of the logarithm of an outcome. Of a share near its ceiling they are added in log-odds, at the
    share that its course has, so that none goes beyond 1; the same ratings from their other end go the other way by the
    same log-odds. An outcome that no evidence moves keeps its course, and so does
    every outcome before the scheme starts. A start beyond the last quarter raises `ForecastError`.
    """
    n, quarters = usual.shape
    if not 0 <= starts < quarters:
        raise ForecastError(
            f"{scheme} starts after the {quarters} quarters that are forecast; carry courses on further"
        )
    fading = found.fading(rng, n)
    shape, initial = fading.at(quarters - starts), found.draws(rng, fading)
    paths = {}
    for outcome, course in usual.courses.items():
        without = changed = usual.published[outcome]
        source = MIRRORED.get(outcome, outcome)
        if found.moves(outcome) and source in usual.courses:
            way = 1.0 if source == outcome else -1.0
            added = _on_scale(initial[source][:, None] * shape, usual.usual[source][:, starts:], course)
            moved = from_scale(usual.measured[outcome][:, starts:] + way * added, share=course.share)
            changed = np.concatenate([without[:, :starts], moved], axis=1)
        paths[outcome] = Paths(without=without, changed=changed)
    return Forecast(scheme=scheme, starts=starts, paths=paths)


def _on_scale(moved: Array, usual: Array, course: Course) -> Array:
    """Changes of the logarithm, (draws, quarters), as changes on the course's own scale."""
    return np.asarray(moved / (1 - usual) if course.share else usual * np.expm1(moved))


def _higher(better: str) -> bool:
    if better not in ("higher", "lower"):
        raise ForecastError(f"better is {better!r}; say higher or lower")
    return better == "higher"


def _band(values: Array) -> Array:
    return np.quantile(values, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2], axis=0)
