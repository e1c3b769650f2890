"""Odds of an event in one kind of contact against the rest, among contacts that are otherwise alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from design_lab.errors import DataError
from design_lab.evidence.frames import refuse_unusable
from design_lab.evidence.gaming.sign import LEAST_TEAMS, Kind, Sign, refuse_counts, unidentified, upper_p
from design_lab.evidence.inference import jackknife

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]


def survey_selection(
    frame: pd.DataFrame,
    *,
    rated: str,
    contacts: str,
    bad: str,
    person: str,
    team: str,
    alike: Sequence[str] = (),
    kind: Kind = "survey_unresolved",
) -> Sign:
    """Screen whether people let fewer of their `bad` contacts (1, else 0) be rated than of their others.

    `frame` has a row a person and kind of contact, `rated` of `contacts`. Value: the odds ratio of being rated, bad to
    others, of the same person and alike in `alike`, with its interval from leaving out one `team` at a time; `p` speaks
    for a ratio below 1. Customers of bad contacts may hang up before they are asked: only who was invited would tell
    the two apart. DataError on holes, parts above their whole, or a flag that is not 0 or 1.
    """
    return _odds_sign(frame, rated, contacts, bad, person, team, alike, kind, fewer=True)


def transfers_at_day_end(
    frame: pd.DataFrame,
    *,
    transferred: str,
    contacts: str,
    late: str,
    person: str,
    team: str,
    alike: Sequence[str] = (),
) -> Sign:
    """Screen whether people pass on more of their `late` contacts (1: shortly before the end of their day, else 0).

    As `survey_selection`, `transferred` of `contacts`; `p` speaks for an odds ratio above 1.
    """
    return _odds_sign(frame, transferred, contacts, late, person, team, alike, "transfers_late", fewer=False)


def _odds_sign(
    frame: pd.DataFrame, event: str, of: str, exposed: str, person: str, team: str, alike: Sequence[str], kind: Kind,
    *, fewer: bool,
) -> Sign:  # fmt: skip
    refuse_counts(frame, event, of, [person, team, *alike])
    refuse_unusable(frame, [exposed], numeric=[exposed])
    if not frame[exposed].isin([0, 1]).all():
        raise DataError(f"{exposed} must be 1 or 0: what is not known of a contact is left out")
    parts = _terms(frame, event, of, exposed, [person, *alike], team)
    if not parts[["over", "under"]].to_numpy().sum(axis=0).all():
        return unidentified(kind, "times", "nothing_to_compare")
    by_team = parts.groupby(team)[["over", "under"]].sum().to_numpy(float)
    if len(by_team) < LEAST_TEAMS:
        return unidentified(kind, "times", "too_few_teams_near")
    without = by_team.sum(axis=0) - by_team
    if not without.all():
        return unidentified(kind, "times", "nothing_to_compare")
    value = math.log(by_team[:, 0].sum() / by_team[:, 1].sum())
    found = jackknife(value, np.log(without[:, 0] / without[:, 1]))
    p = upper_p(-found.value if fewer else found.value, found.p)
    return Sign(
        kind=kind, unit="times", value=math.exp(value), low=math.exp(found.low), high=math.exp(found.high),
        p=p, n=int(parts["total"].sum()), people=int(parts[person].nunique()),
    )  # fmt: skip


def _terms(frame: pd.DataFrame, event: str, of: str, exposed: str, strata: list[str], team: str) -> pd.DataFrame:
    """What each stratum adds to both sums of the odds ratio (Mantel and Haenszel, J. Nat. Cancer Institute 1959)."""
    keys = [team, *strata] if team not in strata else strata
    flagged = frame[exposed].astype(bool)
    split = frame[keys].assign(
        a=frame[event].where(flagged, 0), b=(frame[of] - frame[event]).where(flagged, 0),
        c=frame[event].where(~flagged, 0), d=(frame[of] - frame[event]).where(~flagged, 0),
    )  # fmt: skip
    told = split.groupby(keys, as_index=False)[["a", "b", "c", "d"]].sum()
    told["total"] = told[["a", "b", "c", "d"]].sum(axis=1)
    told = told[(told["a"] + told["b"] > 0) & (told["c"] + told["d"] > 0)]
    return told.assign(over=told["a"] * told["d"] / told["total"], under=told["b"] * told["c"] / told["total"])
