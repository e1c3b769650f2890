"""Anybody's data frame made ready to be estimated on, or a sentence that says what stands in the way."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from design_lab.errors import DataError, nearest
from design_lab.evidence.absorb import Array, TwoWay
from design_lab.evidence.inference import LEAST_CLUSTERS
from design_lab.evidence.regression import Rows
from design_lab.evidence.staggered import Design

if TYPE_CHECKING:
    import pandas as pd

_LARGE = 1e150  # squares beyond overflow
_APART = 1e9  # times the smallest weight, beyond which it is lost beside the largest
_DUST = 1e-12  # of an outcome's size, which rounding leaves


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
    _refuse_order(used[time], time)
    wide = used.pivot(index=unit, columns=time, values=outcome)
    whole = wide.dropna()
    dates = used.groupby(unit, observed=True)[adopted].first().reindex(whole.index)
    at = _places(dates, wide.columns, adopted, time)
    size = np.ones(len(whole))
    if weights:
        size = used.groupby(unit, observed=True)[weights].first().reindex(whole.index).to_numpy(float)
    lots = pd.factorize(used.groupby(unit, observed=True)[drawn].first().reindex(whole.index))[0] if drawn else None
    kept = at > 0
    found = Staggered(
        values=whole.to_numpy(float)[kept],
        design=Design(
            adopted=at[kept], periods=len(wide.columns), weights=size[kept],
            lots=None if lots is None else lots[kept].astype(np.int64),
        ),
        units=tuple(map(str, whole.index[kept])),
        periods=tuple(map(str, wide.columns)),
        not_whole=tuple(map(str, wide.index.difference(whole.index))),
        always=tuple(map(str, whole.index[~kept])),
    )  # fmt: skip
    _refuse_empty(found, unit, outcome, time)
    return found


def doses(frame: pd.DataFrame, panel: Staggered, unit: str, dose: str) -> tuple[tuple[str, int], ...]:
    """Return which doses the treated units of a panel adopted, and how many each, the commonest first.

    `dose` is one value a unit; it may be missing of units that never adopt. DataError where it is not so.
    """
    refuse_unusable(frame, [], numeric=[], may_miss=[dose])
    _refuse_two(frame, unit, dose)
    treated = {name for name, at in zip(panel.units, panel.design.adopted, strict=True) if at < panel.design.periods}
    held = frame.groupby(frame[unit].astype(str), observed=True)[dose].first().loc[sorted(treated)]
    if held.isna().any():
        raise DataError(f"{dose} is missing of {unit} {held.index[held.isna()][0]}, which adopts; say what it adopted")
    return tuple((f"{one:g}" if isinstance(one, float) else str(one), int(n)) for one, n in held.value_counts().items())


def rows(
    frame: pd.DataFrame, *, outcome: str, dose: str, unit: str, time: str, assigned: str | None, weights: str | None
) -> Rows:
    """Make the rows of a dose slope; `assigned` is the level at which doses were given, each unit within one of it."""
    import pandas as pd

    used = _used(frame, [outcome, unit, time, dose, *([assigned] if assigned else [])], None, weights)
    codes = {name: pd.factorize(used[name], sort=True)[0].astype(np.int64) for name in {unit, time, assigned or unit}}
    cluster = assigned or unit
    if assigned:
        several = used.groupby(unit, observed=True)[assigned].nunique() > 1
        if several.any():
            raise DataError(
                f"{unit} {several.index[several][0]} stands in several {assigned}; keep each unit where it stood "
                "before any dose was changed"
            )
    clusters = codes[cluster]
    if clusters.max() + 1 < LEAST_CLUSTERS:
        raise DataError(f"{cluster} has {clusters.max() + 1} values; an interval needs at least {LEAST_CLUSTERS}")
    made = Rows(
        outcome=used[outcome].to_numpy(float),
        dose=used[dose].to_numpy(float),
        units=codes[unit],
        times=codes[time],
        clusters=clusters,
        weights=used[weights].to_numpy(float) if weights else np.ones(len(used)),
    )
    _refuse_same(
        made.outcome, TwoWay(made.units, made.times, made.weights).residuals(made.outcome), outcome, unit, time
    )
    return made


def refuse_unusable(
    frame: pd.DataFrame, columns: Sequence[str], *, numeric: Sequence[str], may_miss: Sequence[str] = ()
) -> None:
    """Refuse with DataError a frame without these columns, with holes, or without finite numbers in `numeric`."""
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        raise DataError(f"a pandas data frame is needed, not a {type(frame).__name__}")
    for column in [*columns, *may_miss]:
        if column not in frame:
            raise DataError(f"the frame has no column {column!r}; {nearest(column, map(str, frame.columns))}")
        if frame.columns.tolist().count(column) > 1:
            raise DataError(f"the frame has several columns {column!r}; keep the one that is meant")
    for column in columns:
        missing = frame[column].isna()
        if missing.any():
            raise DataError(
                f"{column} is missing in {missing.sum()} of {len(frame)} rows, first in row {frame.index[missing][0]}; "
                "leave these rows out yourself and say so"
            )
    for column in numeric:
        kind = frame[column].to_numpy().dtype.kind
        if kind not in "iufb":
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
    if not len(frame):
        raise DataError("the frame has no rows")
    if weights:
        frame = frame.assign(**{weights: _weights(frame[weights], weights)})
    outcome, order = frame[needed[0]].to_numpy(float), [needed[1], needed[2]]
    if np.abs(outcome).max() > _LARGE or 0 < np.ptp(outcome) < 1 / _LARGE:
        raise DataError(
            f"{needed[0]} holds numbers too large or too close together to be squared; give it another unit"
        )
    return frame.sort_values(order, kind="stable").reset_index(drop=True)


def _weights(held: pd.Series, name: str) -> Array:
    """Weights by their mean, so that their unit does not matter."""
    if (held <= 0).any():
        raise DataError(f"{name} must be above 0 in every row")
    values = held.to_numpy(float)
    if values.max() / values.min() > _APART:
        raise DataError(
            f"{name} reaches from {values.min():g} to {values.max():g}; beside the largest the smallest counts for "
            "nothing, so leave such rows out yourself and say so"
        )
    return np.asarray(values / values.max() / (values / values.max()).mean())


def _refuse_order(periods: pd.Series, name: str) -> None:
    """Refuse periods of several kinds, and text whose order is not that of the numbers in it: 10 stands before 9."""
    import pandas as pd

    kinds = {type(one).__name__ for one in periods.unique()}
    if len(kinds) > 1 and "str" in kinds:
        raise DataError(f"{name} holds {' and '.join(sorted(kinds))}, which have no order; write its periods alike")
    if not (pd.api.types.is_string_dtype(periods) and not isinstance(periods.dtype, pd.CategoricalDtype)):
        return
    texts = sorted({str(one) for one in periods})
    natural = sorted(texts, key=_by_numbers)
    if texts != natural:
        place = next(number for number, (one, other) in enumerate(zip(texts, natural, strict=True)) if one != other)
        raise DataError(
            f"{name} is text, in which {texts[place]!r} stands before {natural[place]!r}; make it numbers, dates or an "
            "ordered categorical"
        )


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


def _by_numbers(text: str) -> list[tuple[bool, int, str]]:
    """A text as it is sorted by the numbers in it."""
    parts = re.split(r"([0-9]+)", text)
    return [(not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]


def _places(dates: pd.Series, periods: pd.Index, adopted: str, time: str) -> npt.NDArray[np.int64]:
    """The place of the first period at or after each date; none and beyond the last is never.

    Periods of a categorical have its order, whatever their names: a date must be one of its categories.
    """
    import pandas as pd

    order = periods.categories.tolist() if isinstance(periods, pd.CategoricalIndex) else None
    held = [order.index(one) for one in periods] if order else [*periods]

    def place(date: Any) -> int:
        if pd.isna(date):
            return len(held)
        if order and date not in order:
            raise DataError(
                f"{adopted} holds {date!r}, which is no category of {time}; {nearest(str(date), map(str, order))}"
            )
        since = order.index(date) if order else date
        try:
            return next((number for number, period in enumerate(held) if period >= since), len(held))
        except TypeError:
            raise DataError(
                f"{adopted} holds {date!r} and {time} holds {periods[0]!r}, which cannot be compared; write them alike"
            ) from None

    return np.array([place(date) for date in dates], dtype=np.int64)


def beyond_own(values: Array) -> Array:
    """Return what units and periods leave of a whole panel, (units, periods)."""
    own = values - values.mean(axis=1, keepdims=True)
    return np.asarray(own - own.mean(axis=0))


def varies(values: Array, left: Array) -> bool:
    """Whether what units and periods leave of values is more than rounding."""
    return bool(np.abs(left).max() > _DUST * np.abs(values).max())


def _refuse_same(values: Array, left: Array, outcome: str, unit: str, time: str) -> None:
    """Refuse an outcome that does not vary, at all or beyond what units and periods have of their own."""
    if np.ptp(values) == 0:
        raise DataError(f"{outcome} is the same in every row; there is nothing to explain")
    if not varies(values, left):
        raise DataError(
            f"{outcome} does not vary beyond what each {unit} and each {time} has of its own; there is nothing to "
            "explain"
        )


def _refuse_empty(found: Staggered, unit: str, outcome: str, time: str) -> None:
    units, design = len(found.units), found.design
    if units < LEAST_CLUSTERS:
        raise DataError(f"of {unit}, {units} are there in every period; an interval needs at least {LEAST_CLUSTERS}")
    if not len(design.cohorts):
        raise DataError(f"no {unit} adopts within the panel after its first period; there is no effect to estimate")
    if len(design.cohorts) == 1 and (design.adopted == design.cohorts[0]).all():
        raise DataError(f"every {unit} adopts at once; there is nobody to compare with")
    _refuse_same(found.values, beyond_own(found.values), outcome, unit, time)
