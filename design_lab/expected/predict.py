"""Predict before looking: an experiment told by its arms alone, forecast to a file and scored by what came.

Nothing but evidence from elsewhere stands behind it: no trend, no fading, no chance of who was in an arm unless stated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from design_lab.catalogue.outcomes import OUTCOMES
from design_lab.display import Shown
from design_lab.errors import ForecastError, nearest
from design_lab.expected.effects import LEAST_SHARE, Effects, effects
from design_lab.expected.priors import Priors
from design_lab.expected.scores import PROBABILITIES, crps
from design_lab.files import read_json, write_json

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
LEVEL = 0.9
_DRAWS = 10_000
_SIGNIFICANT = 9  # digits of a quantile in a file


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """Arms as what each pays for, by dimension, in one unit that all share; 0 or absent is nothing.

    `reference` is the arm against which the others are told. `outcomes` says of each measured outcome to which one of
    the catalogue it is like (pieces: `calls_per_hour`, a rate of faulty ones: `complaints`). `errors` by outcome are
    standard errors of the log ratio of two arms' means, from their numbers of people; absent is none. `bonus_power` is
    the pay that hangs on results over all pay, where it is known.
    """

    arms: Mapping[str, Mapping[str, float]]
    reference: str
    outcomes: Mapping[str, str]
    errors: Mapping[str, float] = field(default_factory=dict)
    bonus_power: float | None = None

    def __post_init__(self) -> None:
        if self.reference not in self.arms:
            raise ForecastError(f"reference {self.reference!r} is no arm; {nearest(self.reference, self.arms)}")
        if len(self.arms) < 2:
            raise ForecastError("an experiment needs a second arm to be told against the reference")
        for outcome, like in self.outcomes.items():
            if like not in OUTCOMES:
                raise ForecastError(f"{outcome} is said to be like {like!r}; {nearest(like, OUTCOMES)}")
        amounts = [(arm, name, one) for arm, paid in self.arms.items() for name, one in paid.items()]
        for arm, name, one in amounts:
            if not (np.isfinite(one) and one >= 0):
                raise ForecastError(f"{arm}: the pay for {name} is not a number of 0 or more")
        if odd := [name for name, one in self.errors.items() if name not in self.outcomes or not one >= 0]:
            raise ForecastError(f"errors.{odd[0]}: state a standard error of 0 or more of an outcome that is measured")

    def steps(self, priors: Priors, arm: str) -> dict[str, float]:
        """Return the change of the log of the incentives that each entry of the evidence answers, reference to arm.

        What an arm pays nothing for counts with 5 % of the most that any arm pays for it: the log of nothing is no
        number. What no arm pays for does not move.
        """
        found = {}
        for pool in priors.pools:
            if pool.entry.kind != "response" or pool.entry.per != "log_incentive":
                continue
            paid = {name: sum(one.get(key, 0.0) for key in pool.entry.dimensions) for name, one in self.arms.items()}
            least = LEAST_SHARE * max(paid.values())
            held = [max(paid[name], least) for name in (self.reference, arm)]
            found[pool.name] = float(np.log(held[1] / held[0])) if least else 0.0
        return found


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Predicted(Shown):
    """What is expected of each arm and outcome, as the log of its mean over the reference's: 99 quantiles each."""

    units: ClassVar = {"low": "share", "median": "share", "high": "share"}
    reference: str
    quantiles: Mapping[tuple[str, str], Array]  # by arm and outcome, (99,)

    def table(self) -> pd.DataFrame:
        """Return one row an arm and outcome: low, median, high of the relative difference to the reference, 90 %."""
        import pandas as pd

        rows = [(arm, outcome, *np.expm1(_ends(held))) for (arm, outcome), held in self.quantiles.items()]
        return pd.DataFrame(rows, columns=["arm", "outcome", "low", "median", "high"])

    def write(self, path: str | Path) -> Path:
        """Write the forecasts as JSON, to be scored later; a file that is there already raises `ForecastError`."""
        place = Path(path)
        if place.exists():
            raise ForecastError(f"{place.name} is there already; a prediction is written once, before looking")
        lines = [
            {"arm": arm, "outcome": outcome, "level": LEVEL, "interval": list(_ends(held)[::2]),
             "quantiles": [float(f"{one:.{_SIGNIFICANT}e}") for one in held]}
            for (arm, outcome), held in self.quantiles.items()
        ]  # fmt: skip
        write_json(place, {"scale": "log_ratio", "reference": self.reference, "predictions": lines})
        return place


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Scored(Shown):
    """Predictions held against what came, all as log ratios to the reference arm; `rows` as in the table."""

    units: ClassVar = {"came": "effect", "low": "effect", "median": "effect", "high": "effect", "crps": "effect",
                       "crps_of_none": "effect"}  # fmt: skip
    rows: tuple[tuple[Any, ...], ...]

    def table(self) -> pd.DataFrame:
        """Return one row an arm and outcome: what came, interval, whether inside, CRPS, and that of saying none."""
        import pandas as pd

        columns = ["arm", "outcome", "came", "low", "median", "high", "inside", "crps", "crps_of_none"]
        return pd.DataFrame(list(self.rows), columns=columns)


def predicted(experiment: Experiment, priors: Priors, *, rng: np.random.Generator, draws: int = _DRAWS) -> Predicted:
    """Say what each arm's outcomes will be against the reference's, from the arms and evidence from elsewhere alone.

    An outcome that no evidence moves raises `ForecastError`. Effects are those when they are whole, as in a session
    that is over before they fade; one draw of the evidence falls on all arms and outcomes.

    >>> from design_lab.catalogue.priors import evidence
    >>> from design_lab.expected.priors import pooled
    >>> two = Experiment(arms={"none": {}, "high": {"workload": 2.0}}, reference="none",
    ...                  outcomes={"quantity": "calls_per_hour"})
    >>> predicted(two, pooled(evidence()), rng=np.random.default_rng(1)).table().round(2).to_numpy().tolist()
    [['high', 'quantity', -0.1, 0.17, 0.52]]
    """
    usual = effects(
        priors, {"workload": 1.0}, {"workload": 1.0}, bonus_power=experiment.bonus_power, roles=frozenset()
    )  # fmt: skip
    key = int(rng.integers(2**63))
    found: dict[tuple[str, str], Array] = {}
    for arm in experiment.arms:
        if arm != experiment.reference:
            moved = replace(usual, steps=experiment.steps(priors, arm), responses={}, unpaid=())
            found |= {(arm, name): held for name, held in _quantiles(experiment, moved, key, draws)}
    return Predicted(reference=experiment.reference, quantiles=found)


def held_against(path: str | Path, came: Mapping[str, Mapping[str, float]]) -> Scored:
    """Score a file of predictions by the arms' means, `came` by arm and outcome, which may be kept elsewhere.

    A mean that is missing or not above 0 raises `ForecastError`: its log ratio is not there.
    """
    content = read_json(Path(path))
    rows = []
    for line in content["predictions"]:
        arm, outcome = line["arm"], line["outcome"]
        ratio = float(np.log(_mean(came, arm, outcome) / _mean(came, content["reference"], outcome)))
        held = np.array(line["quantiles"])
        low, middle, high = _ends(held)
        inside = bool(low <= ratio <= high)
        rows.append((arm, outcome, ratio, low, middle, high, inside, crps(held, ratio), abs(ratio)))
    return Scored(rows=tuple(rows))


def _quantiles(experiment: Experiment, moved: Effects, key: int, draws: int) -> Iterator[tuple[str, Array]]:
    rng = np.random.default_rng(key)
    drawn = moved.draws(rng, moved.fading(rng, draws))
    for outcome, like in experiment.outcomes.items():
        if like not in drawn:
            raise ForecastError(f"{outcome}: no evidence says how {like} answers incentives; leave it out")
        chance = experiment.errors.get(outcome, 0.0) * rng.standard_normal(draws)
        yield outcome, np.quantile(drawn[like] + chance, PROBABILITIES)


def _ends(quantiles: Array) -> tuple[float, float, float]:
    """The ends of the middle 90 % with the median between them."""
    places = [round(100 * p) - 1 for p in ((1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2)]
    low, middle, high = (float(quantiles[place]) for place in places)
    return low, middle, high


def _mean(came: Mapping[str, Mapping[str, float]], arm: str, outcome: str) -> float:
    value = came.get(arm, {}).get(outcome)
    if value is None or not value > 0:
        raise ForecastError(f"{arm}: the mean of {outcome} is missing or not above 0, so that it has no log ratio")
    return float(value)
