"""Pushes at the end of a period: more of something in the last days before it closes than in the days around them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from design_lab.errors import DataError
from design_lab.evidence.absorb import TwoWay
from design_lab.evidence.frames import refuse_unusable
from design_lab.evidence.gaming.sign import LEAST_TEAMS, Kind, Sign, unidentified
from design_lab.evidence.inference import LEVEL, jackknife_error

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
LAST_DAYS = 3  # of a period, in which one would push
AROUND_DAYS = 7  # before these, and after the period's end, with which they are compared
LEAST_ENDS = 6  # below, days that are busy by chance cannot be told from a push


def period_end_push(
    frame: pd.DataFrame,
    *,
    count: str,
    exposure: str,
    person: str,
    day: str,
    team: str,
    ends: Iterable[dt.date],
    held: Sequence[str] = (),
    kind: Kind = "push_volume",
) -> Sign:
    """Screen counts per exposure (calls per hour, short calls per call), a row a person and day, for pushes.

    Compared are the `LAST_DAYS` up to each of the `ends` with the `AROUND_DAYS` before them and after the end, for the
    same person around the same end, the weekday held fixed and the log of each column in `held` (calls offered to the
    whole centre: without it a busy month-end looks like a push). Value: the difference relative to the mean, as a
    share. The error allows for what people of a team and days around one end have in common (Cameron, Gelbach and
    Miller 2011, by the jackknife), t on the fewer of both less 1. DataError on holes, exposures that are not above 0,
    two rows of a person and day.
    """
    from scipy import stats

    refuse_unusable(frame, [count, exposure, person, day, team, *held], numeric=[count, exposure, *held])
    if (frame[exposure] <= 0).any():
        raise DataError(f"{exposure} must be above 0 in every row; leave out days on which nothing could be done")
    if (twins := frame.duplicated([person, day])).any():
        raise DataError(f"{twins.sum()} rows repeat a {person} and {day}; add them up to one row each")
    rows = _around(frame, day, sorted(set(ends)))
    rows = rows[rows.groupby("end")["last"].transform("nunique") > 1]
    if rows["end"].nunique() < LEAST_ENDS:
        return unidentified(kind, "share", "too_few_ends")
    if rows[team].nunique() < LEAST_TEAMS:
        return unidentified(kind, "share", "too_few_teams_near")
    mean = rows[count].sum() / rows[exposure].sum()
    if not mean:
        return unidentified(kind, "share", "nothing_counted")
    value, error, clusters = _estimated(rows, rows[count] / rows[exposure] / mean, exposure, person, team, held)
    margin = float(stats.t.ppf((1 + LEVEL) / 2, clusters - 1)) * error
    p = float(stats.t.sf(value / error, clusters - 1)) if error else float(value <= 0)
    return Sign(
        kind=kind, unit="share", value=value, low=value - margin, high=value + margin, p=p, n=len(rows),
        people=int(rows[person].nunique()),
    )  # fmt: skip


def _around(frame: pd.DataFrame, day: str, ends: Sequence[dt.date]) -> pd.DataFrame:
    """The rows near an end, with which it is (`end`), whether it is about to come (`last`), and the weekday."""
    import pandas as pd

    days = pd.to_datetime(frame[day])
    parts = []
    for number, end in enumerate(ends):
        left = (pd.Timestamp(end) - days).dt.days
        near = (left >= -AROUND_DAYS) & (left < LAST_DAYS + AROUND_DAYS)
        last = (left[near] >= 0) & (left[near] < LAST_DAYS)
        parts.append(frame[near].assign(end=number, last=last.astype(float), weekday=days[near].dt.day_of_week))
    return pd.concat(parts, ignore_index=True) if parts else frame.iloc[:0].assign(end=0, last=0.0, weekday=0)


def _estimated(
    rows: pd.DataFrame, relative: pd.Series, exposure: str, person: str, team: str, held: Sequence[str]
) -> tuple[float, float, int]:
    """The difference, its error under what teams and ends share, and the fewer of both."""
    units = _codes(rows.groupby([person, "end"]).ngroup())
    weekdays, weights = _codes(rows["weekday"]), rows[exposure].to_numpy(float)
    told = np.column_stack([relative, rows["last"], *(np.log(rows[one].to_numpy(float) + 1) for one in held)])
    clusters = [_codes(rows[team]), _codes(rows["end"])]
    pairs = clusters[0] * (clusters[1].max() + 1) + clusters[1]

    def without(kept: npt.NDArray[np.bool_]) -> float:
        return _slope(told, units, weekdays, weights * kept)[0]

    value, scores = _slope(told, units, weekdays, weights)
    variances = [
        float(jackknife_error(value, np.array([without(codes != one) for one in np.unique(codes)]))) ** 2
        for codes in clusters
    ]
    both = float((np.bincount(pairs, scores) ** 2).sum())
    error = np.sqrt(max(sum(variances) - both, *variances))
    return value, float(error), min(len(np.unique(codes)) for codes in clusters)


def _slope(told: Array, units: Codes, weekdays: Codes, weights: Array) -> tuple[float, Array]:
    """The coefficient of the last days given all else, and each row's part in its error."""
    left = TwoWay(units, weekdays, weights).residuals(told)
    outcome, last, others = left[:, 0], left[:, 1], left[:, 2:]
    root = np.sqrt(weights)[:, None]
    if others.shape[1]:
        taken = np.linalg.lstsq(others * root, left[:, :2] * root, rcond=None)[0]
        outcome, last = (left[:, :2] - others @ taken).T
    size = float(weights @ last**2)
    value = float((weights * last) @ outcome) / size
    return value, weights * last * (outcome - value * last) / size


def _codes(values: npt.ArrayLike) -> Codes:
    return np.unique(values, return_inverse=True)[1].astype(np.int64)
