"""The stretch of the past that a pilot is planned on: quarters in which the teams of a role were under one scheme."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from design_lab.catalogue import LANGUAGES
from design_lab.catalogue.outcomes import OUTCOMES
from design_lab.display import Quantity, Shown
from design_lab.evidence.history import WeightHistory
from design_lab.evidence.weight_effect import SHOWN
from design_lab.expected.pilot import LEAST_TEAMS
from design_lab.finding import Finding, state
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
LEAST_QUARTERS = 2  # one before a change and one after it


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Steady(Shown):
    """What is known of a role's teams in the longest stretch of quarters in which nobody's scheme changed.

    `values` by outcome, (teams, quarters) in the unit in which effects are told, hold the teams that were seen in every
    quarter; `teams` are all of the role's, `free` those of them that are under the current scheme in the last quarter,
    so that a pilot could still move them. `asked` is how many quarters were looked at, `title` the role's name by
    language.
    """

    units: ClassVar = {"teams": "count", "quarters": "count", "centre": "effect"}
    role: str
    title: Mapping[str, str]
    teams: tuple[str, ...]
    free: tuple[str, ...]
    quarters: tuple[str, ...]
    asked: int
    values: Mapping[str, pd.DataFrame]
    primary: str

    def table(self) -> pd.DataFrame:
        """Return one row an outcome that a pilot can be planned for: teams, quarters and the mean."""
        import pandas as pd

        rows = [(name, len(one), one.shape[1], float(one.to_numpy().mean())) for name, one in self.values.items()]
        return pd.DataFrame(rows, columns=["outcome", "teams", "quarters", "centre"])

    @property
    def why_not(self) -> str:
        """Why no pilot can be planned on it, as a key below `finding.pilot.`; '' where one can."""
        if not self.teams:
            return "no_teams"
        if len(self.teams) < LEAST_TEAMS:
            return "few_teams"
        if len(self.quarters) < LEAST_QUARTERS:
            return "short_past"
        return "" if self.primary in self.values else "no_values"

    def findings(self) -> tuple[Finding, ...]:
        """State how many quarters and teams there are to plan on, and how many teams are still free to be moved."""
        if self.why_not:
            return ()
        moved = len(self.teams) - len(self.free)
        known = state(
            "pilot.past", len(self.quarters), says=f"pilot.past{'_cut' if len(self.quarters) < self.asked else ''}",
            unit="quarters", n=len(self.values[self.primary]), claim="accounting", **self.named,
        )  # fmt: skip
        if not moved:
            return (known,)
        few = len(self.free) < LEAST_TEAMS
        left = state(
            "pilot.free_teams", len(self.free), says=f"pilot.free_teams{'_few' if few else ''}", unit="teams",
            n=len(self.teams), claim="accounting", moved=Quantity(moved, "teams"), **self.named,
        )  # fmt: skip
        return known, left

    @property
    def named(self) -> dict[str, Any]:
        """What its sentences are filled with."""
        ends = (self.quarters[0], self.quarters[-1]) if self.quarters else ("–", "–")
        counts = {"teams": len(self.teams), "least": LEAST_TEAMS}
        said: dict[str, Any] = {name: Quantity(count, "teams") for name, count in counts.items()}
        return {"role": self.title, "first": ends[0], "last": ends[1], "asked": Quantity(self.asked, "quarters")} | said


def steady_past(study: Study, history: WeightHistory, rates: pd.DataFrame) -> Steady:
    """Find the stretch of the past that a pilot can be planned on.

    `rates` has a row a team and quarter, as `TeamQuarters.rates`; `history` tells who was under which scheme. The role
    is the one with most teams (of equals the first of study.yaml), the stretch the longest, and of equals the latest.
    """
    role = _role(study, rates)
    teams = tuple(sorted(rates.loc[rates["role"] == role, "team"].unique()))
    under = _under(study, history, teams)
    quarters = tuple(str(one) for one in history.quarters)
    first, last = _longest([next(iter(held)) if len(held) == 1 else None for held in under])
    stretch, primary = quarters[first:last], study.settings.primary_outcome
    now = study.settings.current_scheme
    closing = study.settings.calendar.month_ends_on
    today = history.quarters[-1].last_day(closing)
    return Steady(
        role=role,
        title=study.settings.roles.get(role, dict.fromkeys(LANGUAGES, role)),
        teams=teams,
        free=tuple(team for team in teams if study.settings.scheme_on(team, today) == now),
        quarters=stretch,
        asked=len(quarters),
        values=_values(rates, teams, stretch),
        primary=primary,
    )


def _role(study: Study, rates: pd.DataFrame) -> str:
    counts = rates.groupby("role")["team"].nunique()
    order = [*study.settings.roles, *counts.index]
    return str(max(counts.index, key=lambda role: (counts[role], -order.index(role)), default=""))


def _under(study: Study, history: WeightHistory, teams: Sequence[str]) -> list[set[str | None]]:
    """Under which schemes the teams were in each quarter, on its first day and on its last."""
    closing = study.settings.calendar.month_ends_on
    return [
        {study.settings.scheme_on(team, day) for team in teams for day in (first, last)}
        for first, last in ((one.first_day(closing), one.last_day(closing)) for one in history.quarters)
    ]


def _longest(held: Sequence[str | None]) -> tuple[int, int]:
    """Where the longest run of one and the same scheme begins and ends; of equals the last. None stands in no run."""
    best, begin = (0, 0), 0
    for place, (before, one) in enumerate(itertools.pairwise([None, *held])):
        begin = begin if one is not None and one == before else place
        if one is not None and place + 1 - begin >= best[1] - best[0]:
            best = begin, place + 1
    return best


def _varies(values: Array) -> bool:
    """Whether values differ by more than their rounding."""
    return bool(np.ptp(values) > 1e-12 * np.abs(values).max())


def _values(rates: pd.DataFrame, teams: Sequence[str], quarters: Sequence[str]) -> dict[str, pd.DataFrame]:
    """By outcome the teams seen in every quarter of the stretch, where enough are and they differ at all."""
    rows = rates[rates["team"].isin(teams) & rates["quarter"].isin(quarters)]
    found = {}
    for outcome in (name for name in OUTCOMES if name in rows):
        held = rows.pivot(index="team", columns="quarter", values=outcome).dropna()
        if len(held) >= LEAST_TEAMS and held.shape[1] >= LEAST_QUARTERS and _varies(held.to_numpy()):
            found[outcome] = SHOWN[outcome][1] * held
    return found
