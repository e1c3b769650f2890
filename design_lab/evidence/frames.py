"""Anybody's data frame made ready to be estimated on, or a sentence that says what stands in the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from design_lab.errors import DataError, nearest
from design_lab.evidence.absorb import Array
from design_lab.evidence.inference import LEAST_CLUSTERS
from design_lab.evidence.regression import Rows
from design_lab.evidence.staggered import Design

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Staggered:
    """A whole panel: `values` (units, periods), who adopted when, their names, and what was left out of it and why."""

    values: Array
    design: Design
    units: tuple[str, ...]
    periods: tuple[str, ...]
    not_whole: tuple[str, ...]
    always: tuple[str, ...]


def staggered(
    frame: pd.DataFrame, *, outcome: str, unit: str, time: str, adopted: str, weights: str | None,
    drawn: str | None = None,
) -> Staggered:  # fmt: skip
    """Make the whole panel of a frame, one row a unit and period, `adopted` empty for those that never did.

    `drawn` names the draw of lots that each unit took part in, where there were several.
    Units without a row in some period are left out by name, and so are those treated from the first period on.
    DataError says what else stands in the way.
    """
    import pandas as pd

    used = _used(frame, [outcome, unit, time], adopted, weights, [drawn] if drawn else [])
    _refuse_twins(used, unit, time)
    for column in (adopted, weights, drawn):
        if column:
            _refuse_two(used, unit, column)
    wide = used.pivot(index=unit, columns=time, values=outcome)
    whole = wide.dropna()
    dates = used.groupby(unit)[adopted].first().reindex(whole.index)
    place = {period: number for number, period in enumerate(wide.columns)}
    at = np.array([len(place) if pd.isna(date) else _place(date, place) for date in dates], dtype=np.int64)
    size = used.groupby(unit)[weights].first().reindex(whole.index).to_numpy(float) if weights else np.ones(len(whole))
    lots = np.unique(used.groupby(unit)[drawn].first().reindex(whole.index), return_inverse=True)[1] if drawn else None
    kept = at > 0
    found = Staggered(
        values=whole.to_numpy(float)[kept],
        design=Design(
            adopted=at[kept], periods=len(place), weights=size[kept],
            lots=None if lots is None else lots[kept].astype(np.int64),
        ),
        units=tuple(map(str, whole.index[kept])),
        periods=tuple(map(str, wide.columns)),
        not_whole=tuple(map(str, wide.index.difference(whole.index))),
        always=tuple(map(str, whole.index[~kept])),
    )  # fmt: skip
    _refuse_empty(found, unit, outcome)
    return found


def rows(
    frame: pd.DataFrame, *, outcome: str, dose: str, unit: str, time: str, assigned: str | None, weights: str | None
) -> Rows:
    """Make the rows of a dose slope; `assigned` is the level at which doses were given, each unit within one of it."""
    used = _used(frame, [outcome, unit, time, dose, *([assigned] if assigned else [])], None, weights)
    cluster = assigned or unit
    if assigned:
        several = used.groupby(unit)[assigned].nunique() > 1
        if several.any():
            raise DataError(
                f"{unit} {several.index[several][0]} stands in several {assigned}; keep each unit where it stood "
                "before any dose was changed"
            )
    clusters = np.unique(used[cluster], return_inverse=True)[1].astype(np.int64)
    if clusters.max() + 1 < LEAST_CLUSTERS:
        raise DataError(f"{cluster} has {clusters.max() + 1} values; an interval needs at least {LEAST_CLUSTERS}")
    made = Rows(
        outcome=used[outcome].to_numpy(float),
        dose=used[dose].to_numpy(float),
        units=np.unique(used[unit], return_inverse=True)[1].astype(np.int64),
        times=np.unique(used[time], return_inverse=True)[1].astype(np.int64),
        clusters=clusters,
        weights=used[weights].to_numpy(float) if weights else np.ones(len(used)),
    )
    if np.ptp(made.outcome) == 0:
        raise DataError(f"{outcome} is the same in every row; there is nothing to explain")
    return made


def refuse_unusable(
    frame: pd.DataFrame, columns: Sequence[str], *, numeric: Sequence[str], may_miss: Sequence[str] = ()
) -> None:
    """Refuse with DataError a frame without these columns, with holes, or without finite numbers in `numeric`."""
    for column in [*columns, *may_miss]:
        if column not in frame:
            raise DataError(f"the frame has no column {column!r}; {nearest(column, map(str, frame.columns))}")
    for column in columns:
        missing = frame[column].isna()
        if missing.any():
            raise DataError(
                f"{column} is missing in {missing.sum()} of {len(frame)} rows, first in row {frame.index[missing][0]}; "
                "leave these rows out yourself and say so"
            )
    for column in numeric:
        if not np.issubdtype(frame[column].to_numpy().dtype, np.number) and frame[column].dtype != bool:
            raise DataError(f"{column} holds {frame[column].dtype}; it must hold numbers")
        if not np.isfinite(frame[column].to_numpy(float)).all():
            raise DataError(f"{column} holds an infinite number")


def _used(
    frame: pd.DataFrame, needed: Sequence[str], adopted: str | None, weights: str | None, more: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the columns named, whole and finite, in the order of their keys."""
    numeric = [needed[0], *needed[3:4], *([weights] if weights else [])]
    refuse_unusable(
        frame,
        [*needed, *([weights] if weights else []), *more],
        numeric=numeric,
        may_miss=[adopted] if adopted else [],
    )
    if weights and (frame[weights] <= 0).any():
        raise DataError(f"{weights} must be above 0 in every row")
    order = [needed[1], needed[2]]
    return frame.sort_values(order, kind="stable").reset_index(drop=True)


def _refuse_twins(used: pd.DataFrame, unit: str, time: str) -> None:
    twins = used.duplicated([unit, time], keep="first")
    if twins.any():
        row = used[twins].iloc[0]
        raise DataError(
            f"{twins.sum()} rows repeat a {unit} and {time}, first {row[unit]}, {row[time]}; "
            "average them to one row each, with the number of observations as weight"
        )


def _refuse_two(used: pd.DataFrame, unit: str, column: str) -> None:
    several = used.groupby(unit)[column].nunique(dropna=False) > 1
    if several.any():
        raise DataError(
            f"{column} changes within {unit} {several.index[several][0]}; it must be one value a unit: "
            f"the {column} it has from its first row to its last"
        )


def _place(date: Any, place: Mapping[Any, int]) -> int:
    """The place of the first period at or after a date; beyond the last is never."""
    after = [number for period, number in place.items() if period >= date]
    return min(after, default=len(place))


def _refuse_empty(found: Staggered, unit: str, outcome: str) -> None:
    units, design = len(found.units), found.design
    if units < LEAST_CLUSTERS:
        raise DataError(f"{units} {unit} are there in every period; an interval needs at least {LEAST_CLUSTERS}")
    if not len(design.cohorts):
        raise DataError(f"no {unit} adopts within the panel after its first period; there is no effect to estimate")
    if len(design.cohorts) == 1 and (design.adopted == design.cohorts[0]).all():
        raise DataError(f"every {unit} adopts at once; there is nobody to compare with")
    if np.ptp(found.values) == 0:
        raise DataError(f"{outcome} is the same in every row; there is nothing to explain")
