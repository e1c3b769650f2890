"""How one outcome answers a change of incentives: what was believed before, what a pilot showed, and both together.

The outcome moves by r'Δg (Holmström and Milgrom 1991), Δg being the change of each dimension's incentive. Before
looking r is normal; an estimate of what a change p did is one more observation of r'p, with few clusters. It is told
how much of the answer for another change rests on it: a pilot says nothing of directions in which it did not move.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from design_lab.display import Shown
from design_lab.errors import ForecastError
from design_lab.expected.horizon import Fading
from design_lab.finding import Claim

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
PARALLEL = 0.99  # least span share of a change that goes the piloted way
FURTHER = 1.25  # how many times the piloted change it may at most be
MOSTLY = 0.5  # least share of the prior variance that data removed: with less the answer is what was believed before
LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """What is believed of r, (k,), of one outcome: normal, with `mean` (k,) and `covariance` (k, k) by `dimensions`."""

    dimensions: tuple[str, ...]
    mean: Array
    covariance: Array

    def __post_init__(self) -> None:
        size = len(self.dimensions)
        if self.mean.shape != (size,) or self.covariance.shape != (size, size):
            raise ForecastError(f"a belief about {size} dimensions needs {size} means and {size} x {size} covariances")
        if not (np.isfinite(self.mean).all() and np.isfinite(self.covariance).all()):
            raise ForecastError("a belief holds a number that is not finite; state a mean and a deviation for each")
        bare = [name for name, one in zip(self.dimensions, np.diag(self.covariance), strict=True) if one <= 0]
        if bare:
            raise ForecastError(
                f"{', '.join(bare)}: the deviation of a belief must be above 0, else no data can move it"
            )

    def of(self, change: Mapping[str, float]) -> Array:
        """Return a change of incentives, (k,), in the order of the dimensions; what it does not name stays."""
        if unknown := [name for name in change if name not in self.dimensions]:
            raise ForecastError(
                f"{', '.join(unknown)}: nothing is believed of it; known are {', '.join(self.dimensions)}"
            )
        return np.array([change.get(name, 0.0) for name in self.dimensions])

    def effect(self, change: Array) -> tuple[float, float]:
        """Return mean and deviation of r'Δg."""
        return float(change @ self.mean), float(np.sqrt(change @ self.covariance @ change))


@dataclass(frozen=True, slots=True, kw_only=True)
class Piloted:
    """What a change of incentives did to the outcome: estimate and standard error from so many `clusters`.

    It is a mean over event quarters with `weights` that sum to 1, in which the effect came and went; `inverse` are mean
    and deviation of 1 over what is believed to be left of an effect on such a mean. Without weights it is the whole
    effect. `claim` is that of the estimate, `roles` those whose teams were observed.
    """

    change: Mapping[str, float]
    estimate: float
    standard_error: float
    clusters: int
    claim: Claim
    roles: frozenset[str]
    weights: tuple[float, ...] = ()
    inverse: tuple[float, float] = (1.0, 0.0)

    def __post_init__(self) -> None:
        if not (np.isfinite(self.estimate) and np.isfinite(self.standard_error) and self.standard_error > 0):
            raise ForecastError("an estimate needs a finite value and a standard error above 0")
        if self.clusters < 2:
            raise ForecastError(f"an estimate from {self.clusters} cluster has no standard error")

    @property
    def seen_variance(self) -> float:
        """The squared standard error, wider by (t / z)² of 95 % for its clusters."""
        from scipy import stats

        wider = stats.t.ppf(0.5 + LEVEL / 2, self.clusters - 1) / stats.norm.ppf(0.5 + LEVEL / 2)
        return float((self.standard_error * wider) ** 2)

    @property
    def whole(self) -> float:
        """The effect when it is whole, as it is believed to come and go."""
        return self.estimate * self.inverse[0]

    @property
    def variance(self) -> float:
        """The variance of `whole`: of the estimate, and of how much was left of the effect."""
        return self.seen_variance * self.inverse[0] ** 2 + (self.estimate * self.inverse[1]) ** 2

    def left(self, fading: Fading) -> Array:
        """Return what is left of an effect on the mean that was estimated, by draw (draws,)."""
        return fading.left(np.array(self.weights)) if self.weights else np.ones(len(fading.floor))


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Mean and deviation of an effect on one road."""

    mean: float
    deviation: float

    @property
    def interval(self) -> tuple[float, float]:
        """The interval of 95 %."""
        from scipy import stats

        half = float(stats.norm.ppf(0.5 + LEVEL / 2)) * self.deviation
        return self.mean - half, self.mean + half


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Response(Shown):
    """The effect of a change of incentives on one outcome: before looking, by the data alone, and both together.

    `data` is the estimate scaled to the change, None where it goes no part of the way; `data_share` the share of the
    prior variance of this effect that data removed; `span_share` the share of it that lies in the piloted direction;
    `size` how many times the piloted change that part is. `claim` is the estimate's where it may be carried, else
    `scenario`; `piloted` and `beyond`, which sum to the answer, are its parts in the piloted direction and elsewhere.
    """

    outcome: str
    prior: Part
    data: Part | None
    posterior: Part
    data_share: float
    span_share: float
    size: float
    claim: Claim
    piloted: Part | None
    beyond: Part

    def table(self) -> pd.DataFrame:
        """Return one row a road: effect with interval."""
        import pandas as pd

        roads = {"prior": self.prior, "data": self.data, "posterior": self.posterior}
        rows = [(name, one.mean, *one.interval) for name, one in roads.items() if one is not None]
        return pd.DataFrame(rows, columns=["of", "effect", "low", "high"])


def updated(belief: Belief, pilots: tuple[Piloted, ...]) -> Belief:
    """Return the belief after pilots, one by one: each is a normal observation of r'p, wider where clusters are few.

    >>> before = Belief(dimensions=("workload",), mean=np.array([1.0]), covariance=np.array([[1.0]]))
    >>> seen = Piloted(change={"workload": 1.0}, estimate=2.0, standard_error=1e-6, clusters=20, claim="causal",
    ...                roles=frozenset({"agent"}))
    >>> updated(before, (seen,)).mean.round(6).tolist()
    [2.0]
    """
    for pilot in pilots:
        moved = belief.of(pilot.change)
        with_all = belief.covariance @ moved
        gain = with_all / (moved @ with_all + pilot.variance)
        belief = replace(
            belief,
            mean=belief.mean + gain * (pilot.whole - moved @ belief.mean),
            covariance=belief.covariance - np.outer(gain, with_all),
        )
    return belief


def response(
    outcome: str, belief: Belief, pilot: Piloted | None, change: Mapping[str, float], *, roles: frozenset[str]
) -> Response:
    """Say what a change of incentives does to an outcome of people in `roles`, and how much of it a pilot bears.

    The claim of the pilot is carried where the change goes its way (span share of .99), is at most 1.25 times its size,
    meets its roles and the answer rests on data by half at least; else it is a scenario, split into what lies in the
    pilot's direction and what lies beyond. Span and size are taken in the metric of the prior, so that no unit of an
    incentive matters.
    """
    wanted = belief.of(change)
    prior = Part(**_named(belief.effect(wanted)))
    if pilot is None or not prior.deviation or not belief.effect(belief.of(pilot.change))[1]:
        return Response(
            outcome=outcome, prior=prior, data=None, posterior=prior, data_share=0.0, span_share=0.0, size=0.0,
            claim="scenario", piloted=None, beyond=prior,
        )  # fmt: skip
    moved, after = belief.of(pilot.change), updated(belief, (pilot,))
    posterior = Part(**_named(after.effect(wanted)))
    size = float(wanted @ belief.covariance @ moved / (moved @ belief.covariance @ moved))
    along = size * moved
    span = belief.effect(along)[1] ** 2 / prior.deviation**2
    piloted, beyond = (Part(**_named(after.effect(part))) for part in (along, wanted - along))
    data_share = 1 - posterior.deviation**2 / prior.deviation**2
    carried = span >= PARALLEL and 0 < size <= FURTHER and roles <= pilot.roles and data_share >= MOSTLY
    return Response(
        outcome=outcome,
        prior=prior,
        data=Part(mean=size * pilot.whole, deviation=abs(size) * float(np.sqrt(pilot.variance))) if size else None,
        posterior=posterior,
        data_share=data_share,
        span_share=float(min(span, 1.0)),
        size=size,
        claim=pilot.claim if carried else "scenario",
        piloted=piloted,
        beyond=beyond,
    )


def _named(effect: tuple[float, float]) -> dict[str, float]:
    return {"mean": effect[0], "deviation": effect[1]}
