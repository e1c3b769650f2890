"""Forecasts as they would have been made in past quarters: only what was known then reaches them, which is proved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from design_lab.catalogue.outcomes import OUTCOMES
from design_lab.errors import ForecastError
from design_lab.expected.course import course, from_scale
from design_lab.expected.past import Past, elsewhere, pasts
from design_lab.expected.references import Told, references
from design_lab.expected.scores import quantiles_of
from design_lab.periods import Quarter
from design_lab.scoring import TeamQuarters
from design_lab.study import Study

Array = npt.NDArray[np.float64]
AHEAD = 4  # quarters that each origin forecasts
Series = tuple[str, str]  # role, outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What would have been said of one outcome of a role: quantiles (99, `AHEAD`), and references by quarter."""

    quantiles: Array
    references: tuple[Mapping[str, Told | None], ...]

    def same(self, other: Said | None) -> bool:
        """Whether both are equal to the byte."""
        if other is None or self.references != other.references:
            return False
        return self.quantiles.tobytes() == other.quantiles.tobytes()


def known_at(study: Study, teams: TeamQuarters, origin: Quarter) -> dict[Series, Past]:
    """Return the past of every role and outcome as it was known when a quarter had just ended.

    It is of the scheme under which most of a role's teams began, the only one that all quarters can have.
    """
    early = teams.until(origin, month_ends_on=study.settings.calendar.month_ends_on)
    found: dict[Series, Past] = {}
    for role in sorted(set(early.roles.values())):
        scheme = _began_under(study, early, role)
        if scheme is None:
            continue
        made, _ = pasts(early, role, others=elsewhere(study, scheme, early))
        found |= {(role, outcome): past for outcome, past in made.items()}
    return found


def said_of(study: Study, known: Mapping[Series, Past], origin: Quarter, *, key: int, draws: int) -> dict[Series, Said]:
    """Return what would have been said at the end of a quarter of the next `AHEAD` ones, if nothing changes.

    `known` is what was known then. What cannot be carried on is left out. `key` makes the draws, which hang on nothing
    else than the place.
    """
    said: dict[Series, Said] = {}
    for (role, outcome), past in known.items():
        place = [key, origin.year, origin.number, [*study.settings.roles, role].index(role), OUTCOMES.index(outcome)]
        rng = np.random.default_rng(place)
        try:
            one = course(
                past.values.tolist(), past.errors.tolist(), share=past.share, quarters=AHEAD, rng=rng, draws=draws
            )
        except ForecastError:  # too short, too rare, or a share at its end: nothing would have been said
            continue
        measured = one.latent + one.noise * rng.standard_normal(one.latent.shape)
        said[role, outcome] = Said(
            quantiles=quantiles_of(from_scale(measured, share=one.share)),
            references=tuple(references(past, ahead) for ahead in range(1, AHEAD + 1)),
        )
    return said


def refuse_leaks(
    study: Study, teams: TeamQuarters, origin: Quarter, said: Mapping[Series, Said], *, key: int, draws: int
) -> None:
    """Make the forecasts again with everything later than `origin` replaced by nonsense; any change is refused.

    A forecast that later data reach raises `ForecastError` with its role, outcome and quarter.
    """
    odd, others = _nonsense_after(study, teams, origin)
    again = said_of(odd, known_at(odd, others, origin), origin, key=key, draws=draws)
    for series in sorted({*said, *again}):
        if series not in said or not said[series].same(again.get(series)):
            role, outcome = series
            raise ForecastError(
                f"back-test: what is said of {outcome} in {role} at the end of {origin} changes with data that came "
                "later, so it is no forecast; nothing of the back-test can be believed"
            )


def _nonsense_after(study: Study, teams: TeamQuarters, origin: Quarter) -> tuple[Study, TeamQuarters]:
    """The study and its teams with other counts, roles and schemes in all that came after a quarter."""
    import pandas as pd

    ended = origin.last_day(study.settings.calendar.month_ends_on)
    later = teams.sums.index.get_level_values("quarter") > str(origin)
    sums = teams.sums.copy()
    sums.loc[later] = sums.loc[later].to_numpy()[::-1] * 3 + 1
    roster = teams.roster.copy()
    roster.loc[roster["valid_from"] > pd.Timestamp(ended), "role"] = "nobody"
    history = tuple(one for one in study.settings.scheme_history if one.first_day <= ended)
    settings = study.settings.model_copy(update={"scheme_history": history})
    return replace(study, settings=settings), replace(teams, sums=sums, roster=roster)


def _began_under(study: Study, early: TeamQuarters, role: str) -> str | None:
    """The scheme of most of the role's teams at the end of the first quarter; of equals, the first by name."""
    day = Quarter.parse(early.quarters[0]).last_day(study.settings.calendar.month_ends_on)
    schemes = (study.settings.scheme_on(team, day) for team, one in early.roles.items() if one == role)
    counts = Counter(one for one in schemes if one is not None)
    return min(counts, key=lambda name: (-counts[name], name), default=None)
