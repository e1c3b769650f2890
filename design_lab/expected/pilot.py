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
from design_lab.evidence.inference import jackknife_error
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
        each = np.eye(treated.size).reshape(-1, *treated.shape)  # one team-quarter at a time: the estimate is linear
        return self._adoption(each)[0].reshape(treated.shape)

    def estimates(self, values: Array, estimator: Estimator) -> tuple[Array, Array]:
        """Return the estimates of many pilots, (draws,) of (draws, teams, quarters), and what each is held against.

        The latter is the jackknife error by teams, by which the lot of `adoption` is studentised; 1 where one team
        decides the estimate, and with `two_way`.
        """
        if estimator == "two_way":
            found = (values * self.weights(estimator)).sum(axis=(1, 2))
            return found, np.ones(len(found))
        found, without = self._adoption(values)
        error = jackknife_error(found, without.T)
        return found, np.where(np.isfinite(error) & (error > 0), error, 1.0)

    def _adoption(self, values: Array) -> tuple[Array, Array]:
        """The mean effect of adoption in each of many pilots, and the same without each team."""
        treated = self.treated()
        adopted = np.where(treated.any(axis=1), np.argmax(treated, axis=1), self.quarters)
        return overall(values, np.broadcast_to(adopted, (len(values), self.teams)), np.ones(self.teams))


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Power(Shown):
    """What a design would find of an outcome: `deviation` of its estimate by chance, and the least effect it finds.

    `detectable` is found in four of five pilots by a two-sided test at 5 %; `least_p` is the smallest p that dealing
    the dates out anew can give, and where it is above 5 % nothing is found: `detectable` is then None. `windows` are
    the stretches of the past that it was tried on, `draws` the times. `at` gives the share of pilots that would find an
    effect of so much. All in the unit of the values.
    """

    units: ClassVar = {"teams": "count", "quarters": "count", "detectable": "effect", "deviation": "effect"}
    design: Design
    deviation: float
    detectable: float | None
    least_p: float
    windows: int
    draws: int
    _found: Array
    _error: Array

    @property
    def tells(self) -> bool:
        """Whether the lot can tell anything from chance at 5 %."""
        return self.least_p <= SIZE

    def at(self, effect: float) -> float:
        """Return the share of pilots in which an effect of this size would be found."""
        found = np.abs(self._found + effect) > _critical(self._found, self._error) * self._error
        return float(found.mean()) if self.tells else 0.0

    def no_worse(self, margin: float, effect: float = 0.0) -> float:
        """Return the share of pilots whose interval stays above a loss of `margin`, if the effect is so much."""
        kept = self._found + effect - _critical(self._found, self._error) * self._error > -margin
        return float(kept.mean()) if self.tells else 0.0

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
    windows = known.shape[1] - design.quarters + 1
    dealt = _dealt(len(known), windows, design.teams, rng, draws)
    tried = np.stack([known[rows, start : start + design.quarters] for start, rows in dealt])
    found, error = design.estimates(tried, estimator)
    # The effect at which four in five estimates pass the critical value on its side.
    passed, least_p = float(np.quantile(_critical(found, error) * error - found, POWER)), _least_p(design)
    return Power(
        design=design,
        deviation=float(found.std()),
        detectable=passed if least_p <= SIZE else None,
        least_p=least_p,
        windows=windows,
        draws=draws,
        _found=found,
        _error=error,
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


def _critical(found: Array, error: Array) -> float:
    """How many errors from 0 one in twenty estimates lies by chance."""
    return float(np.quantile(np.abs(found / error), 1 - SIZE))


def _least_p(design: Design) -> float:
    """One over the number of ways in which the design's dates can be dealt out.

    Two where each way has a mirror image whose estimate differs in its sign alone: two equal halves.
    """
    sizes = np.unique(design.treated().sum(axis=1), return_counts=True)[1].tolist()
    left = [sum(sizes[place:]) for place in range(len(sizes))]
    mirrored = design.kind == "parallel" and design.teams % 2 == 0
    return (2 if mirrored else 1) / math.prod(math.comb(all_of, one) for all_of, one in zip(left, sizes, strict=True))
