"""How large an effect a pilot would find: designs tried on the client's own teams and quarters.

Each draw deals the design's dates out among teams anew, in a window of the past in which nobody's scheme changed; what
the estimator then finds is chance. Its spread decides the least effect that would be found, without a model of shocks.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from design_lab.display import Shown
from design_lab.errors import ForecastError
from design_lab.evidence.staggered import overall

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.integer]
Kind = Literal["parallel", "stepped"]
Estimator = Literal["two_way", "adoption"]
POWER, SIZE = 0.8, 0.05
LEAST_TEAMS = 4  # fewer cannot be told from chance at 5 % whatever they do


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """Teams by `quarters` of observation: `before` of them before anybody changes, then all at once or wave by wave.

    `parallel`: half of the teams change and the other half never does. `stepped`: as many waves as quarters after,
    the last wave one quarter before the end, so that every team changes.
    """

    kind: Kind
    teams: int
    before: int
    after: int

    def __post_init__(self) -> None:
        if self.teams < LEAST_TEAMS:
            raise ForecastError(
                f"a pilot with {self.teams} teams cannot be told from chance; plan {LEAST_TEAMS} or more"
            )
        if self.before < 1 or self.after < 1:
            raise ForecastError("a pilot needs at least one quarter before and one after the change")
        if self.kind == "stepped" and self.after < 2:
            raise ForecastError("a stepped pilot needs at least two quarters after the first change")

    @property
    def quarters(self) -> int:
        """How many quarters are observed."""
        return self.before + self.after

    def treated(self) -> Array:
        """Return who is under the new scheme when, (teams, quarters), 1 or 0, teams in the order of their waves."""
        time = np.arange(self.quarters)
        if self.kind == "parallel":
            starts = np.where(np.arange(self.teams) < self.teams // 2, self.before, self.quarters)
        else:
            starts = self.before + np.arange(self.teams) * self.after // self.teams
        return (time >= starts[:, None]).astype(np.float64)

    def weights(self, estimator: Estimator) -> Array:
        """Return what each team-quarter counts in an estimate, (teams, quarters): it is the sum of value x weight.

        `two_way` is the estimate of two-way fixed effects (Hussey and Hughes 2007), `adoption` that of
        `design_lab.evidence.adoption`, which holds each wave against its last quarter before the change.
        """
        treated = self.treated()
        if estimator == "two_way":
            within = _double_demeaned(treated)
            return np.asarray(within / (within**2).sum())
        never = self.quarters
        adopted = np.where(treated.any(axis=1), np.argmax(treated, axis=1), never)
        each = np.eye(treated.size).reshape(-1, *treated.shape)  # one team-quarter at a time: the estimate is linear
        dates = np.broadcast_to(adopted, (len(each), self.teams))
        return overall(each, dates, np.ones(self.teams))[0].reshape(treated.shape)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Power(Shown):
    """What a design would find of an outcome: `deviation` of its estimate by chance, and the least effect it finds.

    `detectable` is found in four of five pilots by a two-sided test at 5 %; `least_p` is the smallest p that dealing
    the dates out anew can give. `windows` are the stretches of the past that it was tried on, `draws` the times. `at`
    gives the share of pilots that would find an effect of so much. All in the unit of the values.
    """

    units: ClassVar = {"teams": "count", "quarters": "count", "detectable": "effect", "deviation": "effect"}
    design: Design
    deviation: float
    detectable: float
    least_p: float
    windows: int
    draws: int
    _found: Array

    def at(self, effect: float) -> float:
        """Return the share of pilots in which an effect of this size would be found."""
        critical = _critical(self._found)
        return float((np.abs(self._found + effect) > critical).mean())

    def no_worse(self, margin: float, effect: float = 0.0) -> float:
        """Return the share of pilots whose interval stays above a loss of `margin`, if the effect is so much."""
        return float((self._found + effect - _critical(self._found) > -margin).mean())

    def table(self) -> pd.DataFrame:
        """Return the design in one row."""
        import pandas as pd

        one = self.design
        row = (one.kind, one.teams, one.quarters, self.deviation, self.detectable)
        return pd.DataFrame([row], columns=["of", "teams", "quarters", "deviation", "detectable"])


def power(
    values: pd.DataFrame,
    design: Design,
    *,
    rng: np.random.Generator,
    draws: int = 4000,
    estimator: Estimator = "two_way",
) -> Power:
    """Try a design on `values` (teams, quarters) of an outcome under one scheme, in order of time.

    More teams than there are are drawn from them with replacement, so that they share their shocks by chance as little
    as teams do; with as many or fewer each stands once at most. Fewer than four teams, a missing value or a window
    longer than the past raises `ForecastError`. The `estimator` is that of `Design.weights`; `two_way` is for a
    parallel design the difference between two differences of means.

    >>> import pandas as pd
    >>> past = pd.DataFrame(np.random.default_rng(1).normal(size=(40, 8)))
    >>> found = power(past, Design(kind="parallel", teams=12, before=4, after=4), rng=np.random.default_rng(2))
    >>> round(found.deviation, 1)
    0.4
    """
    known = _known(values, design)
    weights = design.weights(estimator)
    windows = known.shape[1] - design.quarters + 1
    found = np.array(
        [(known[rows, start : start + design.quarters] * weights).sum()
         for start, rows in _dealt(len(known), windows, design.teams, rng, draws)]
    )  # fmt: skip
    critical = _critical(found)
    # The effect at which four in five estimates pass the critical value on its side.
    return Power(
        design=design,
        deviation=float(found.std()),
        detectable=float(critical - np.quantile(found, 1 - POWER)),
        least_p=_least_p(design),
        windows=windows,
        draws=draws,
        _found=found,
    )


def assured(
    values: pd.DataFrame,
    effect: float,
    *,
    rng: np.random.Generator,
    kind: Kind = "parallel",
    most_teams: int = 60,
    estimator: Estimator = "two_way",
) -> tuple[Power, ...]:
    """Return, by quarters after, the smallest design that finds an effect four times in five; none if nothing does.

    There are as many quarters before as after.
    """
    if not effect:
        raise ForecastError("an effect of 0 is found by no pilot; state how large an effect is to be found")
    found = []
    for after in range(1 if kind == "parallel" else 2, values.shape[1] // 2 + 1):
        for teams in range(LEAST_TEAMS, most_teams + 1, 2):
            design = Design(kind=kind, teams=teams, before=after, after=after)
            one = power(values, design, rng=rng, draws=1000, estimator=estimator)
            if one.at(abs(effect)) >= POWER:
                found.append(one)
                break
    return tuple(found)


def _known(values: pd.DataFrame, design: Design) -> Array:
    found = values.to_numpy(np.float64)
    if len(found) < LEAST_TEAMS:
        raise ForecastError(f"the past has {len(found)} teams; {LEAST_TEAMS} or more tell how teams differ by chance")
    holes = np.argwhere(~np.isfinite(found))
    if holes.size:
        team, quarter = (axis[place] for axis, place in zip(values.axes, holes[0], strict=True))
        raise ForecastError(f"team {team} has no value in {quarter}; leave the team out, or the quarter")
    if design.quarters > found.shape[1]:
        raise ForecastError(
            f"the past has {found.shape[1]} quarters and the design needs {design.quarters}; observe fewer"
        )
    return found


def _dealt(
    teams: int, windows: int, wanted: int, rng: np.random.Generator, draws: int
) -> Iterator[tuple[int, Numbers]]:
    """In each draw: where the window begins, and which team stands at each place of the design."""
    for _ in range(draws):
        rows = rng.permutation(teams)[:wanted] if wanted <= teams else rng.integers(0, teams, wanted)
        yield int(rng.integers(windows)), rows


def _double_demeaned(values: Array) -> Array:
    by_row, by_column = (values.mean(axis=axis, keepdims=True) for axis in (1, 0))
    return np.asarray(values - by_row - by_column + values.mean())


def _critical(found: Array) -> float:
    return float(np.quantile(np.abs(found), 1 - SIZE))


def _least_p(design: Design) -> float:
    """One over the number of ways in which the design's dates can be dealt out."""
    sizes = np.unique(design.treated().sum(axis=1), return_counts=True)[1].tolist()
    left = [sum(sizes[place:]) for place in range(len(sizes))]
    return 1 / math.prod(math.comb(all_of, one) for all_of, one in zip(left, sizes, strict=True))
