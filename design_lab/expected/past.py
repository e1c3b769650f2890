"""The past from which outcomes are carried on: a role's quarters as they would have been under one scheme.

Where teams have come under another scheme meanwhile, their quarters are filled in from those that have not: each team's
own level, and what the quarter brought to the others (Borusyak, Jaravel and Spiess 2024, Review of Economic Studies).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from design_lab.catalogue.outcomes import SHARES
from design_lab.periods import Quarter
from design_lab.scoring import TeamQuarters
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One outcome of a role by quarter, in its unit, had all its teams been under one scheme.

    `errors` are standard errors of measurement by the people's own ups and downs; `filled` is the share of the work in
    each quarter that was done under another scheme, for which the others' quarter stands in; `work` is what the outcome
    is counted over: calls, ratings, people and so on. All (quarters,).
    """

    outcome: str
    quarters: tuple[str, ...]
    values: Array
    errors: Array
    filled: Array
    work: Array

    @property
    def share(self) -> bool:
        """Whether the outcome is a share, which lies between 0 and 1."""
        return self.outcome in SHARES


def elsewhere(study: Study, scheme: str, teams: TeamQuarters) -> pd.DataFrame:
    """Return whether each team was under another scheme at the end of each quarter, teams by quarters."""
    import pandas as pd

    settings, closing = study.settings, study.settings.calendar.month_ends_on
    days = {quarter: Quarter.parse(quarter).last_day(closing) for quarter in teams.quarters}
    rows = {
        team: {quarter: settings.scheme_on(team, day) not in (scheme, None) for quarter, day in days.items()}
        for team in teams.roles
    }
    return pd.DataFrame.from_dict(rows, orient="index", dtype=bool)


def pasts(teams: TeamQuarters, role: str, *, others: pd.DataFrame) -> tuple[dict[str, Past], dict[str, str]]:
    """Return the past of each outcome of a role, and for those without one why, as keys below `past.`.

    `others` says which team was under another scheme when, as `elsewhere` does. An outcome must be known in every
    quarter, and in each some team must have been under the scheme that is asked about: `holes`, `all_changed`,
    `strangers` where nobody of a quarter was there in another.
    """
    names = [team for team, one in teams.roles.items() if one == role]
    sums = teams.sums[teams.sums.index.get_level_values("team").isin(names)]
    found: dict[str, Past] = {}
    absent = dict.fromkeys(teams.absent, "not_counted")
    for outcome in teams.outcomes:
        made = _past(teams, sums, outcome, others)
        if isinstance(made, str):
            absent[outcome] = made
        else:
            found[outcome] = made
    return found, absent


def _past(teams: TeamQuarters, sums: pd.DataFrame, outcome: str, others: pd.DataFrame) -> Past | str:
    over, under = sums[f"{outcome}_over"] * teams.scales[outcome], sums[f"{outcome}_under"].astype("float64")
    by_team = [one.groupby(["team", "quarter"]).sum().unstack(fill_value=0) for one in (over, under)]
    if by_team[1].empty or set(teams.quarters) - {*by_team[1].columns}:
        return "holes"
    counts, work = (one[[*teams.quarters]].to_numpy(np.float64) for one in by_team)
    if (work.sum(axis=0) == 0).any():
        return "holes"
    away = others.reindex(index=by_team[1].index, columns=[*teams.quarters], fill_value=False).to_numpy(bool)
    known = ~away & (work > 0)
    if not known.any(axis=0).all():
        return "all_changed"
    rates = np.divide(counts, work, out=np.zeros_like(counts), where=work > 0)
    if away.any() and not known.any(axis=1).all():
        return "all_changed"
    errors = _errors(over, under, teams.quarters)
    if errors is None:
        return "strangers"
    held = np.where(away, _filled(rates, work, known), rates)
    whole = work.sum(axis=0)
    # What was filled in rests on the work of the others alone.
    wider = np.sqrt(whole / np.where(known, work, 0.0).sum(axis=0))
    return Past(
        outcome=outcome,
        quarters=teams.quarters,
        values=(work * held).sum(axis=0) / whole,
        errors=errors * wider,
        filled=np.where(away, work, 0.0).sum(axis=0) / whole,
        work=whole,
    )


def _filled(rates: Array, work: Array, known: Mask) -> Array:
    """Each team's level plus each quarter's, (teams, quarters), fitted by work to the cells that are known."""
    teams, quarters = rates.shape
    team, quarter = np.nonzero(known)
    rows = np.zeros((len(team), teams + quarters))
    rows[np.arange(len(team)), team] = 1.0
    rows[np.arange(len(team)), teams + quarter] = 1.0
    root = np.sqrt(work[known])
    fitted = np.linalg.lstsq(rows * root[:, None], rates[known] * root, rcond=None)[0]
    return np.asarray(fitted[:teams, None] + fitted[None, teams:])


def _errors(over: pd.Series, under: pd.Series, quarters: tuple[str, ...]) -> Array | None:
    """The standard error of each quarter's rate, by how people differ from quarter to quarter from their own usual.

    Who is seen in one quarter only tells nothing of it, and counts as others do; None where a quarter has nobody else.
    """
    person = [one.groupby(["employee_id", "quarter"]).sum().unstack() for one in (over, under)]
    work = person[1].reindex(columns=[*quarters]).fillna(0.0).to_numpy(np.float64)
    done = person[0].reindex(columns=[*quarters]).fillna(0.0).to_numpy(np.float64)
    apart = done - work * (done.sum(axis=0) / work.sum(axis=0))  # from what the quarter's rate would give
    usual = apart.sum(axis=1, keepdims=True) / np.maximum(work.sum(axis=1, keepdims=True), 1.0)
    seen = (work > 0).sum(axis=1, keepdims=True)
    told = np.where(seen > 1, work, 0.0)
    squares = ((apart - work * usual) ** 2 * np.where(seen > 1, seen / np.maximum(seen - 1, 1), 0.0)).sum(axis=0)
    mine = told.sum(axis=0)
    if (mine == 0).any():
        return None
    return np.asarray(np.sqrt(squares / mine / work.sum(axis=0)))
