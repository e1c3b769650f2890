"""Who was on the roster in a period: one row a person and spell in one role and level, and whose work a day's is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from design_lab.errors import DataError
from design_lab.periods import Quarter, Span
from design_lab.schema import TABLES
from design_lab.scheme import Appraised
from design_lab.study import Study

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

KEYS = ["employee_id", "part"]
_AS_THEY_WERE = ["team", "department", "site", "employment_type", "gender", "birth_year", "hire_date"]
_BANDS = (6.0, 24.0)  # months of tenure at which a band of peers ends
BANDS = ("0-6", "6-24", "24+")
_AGES = (30, 40)  # years, by the year of birth alone, at which a band of age ends
AGE_BANDS = ("under_30", "30-39", "40+")
_DAYS_A_MONTH = 30.4375


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Everybody on the roster in a period.

    `people` is keyed by (employee_id, part) in ascending order: part 1, 2, ... are the spells in one role and level, in
    the order of time. It has role, level, the team of the most days and what else stood in its longest row,
    team_at_end (of the spell), first_day and last_day of the spell within the period, days_in_force, on_last_day (of
    the period), share_of_period, tenure_months (at the spell's end), tenure_band and, by the year of birth, age_band.
    """

    people: pd.DataFrame

    def rows_of(self, employees: pd.Series, days: pd.Series) -> npt.NDArray[np.int64]:
        """Return the row of `people` to which each person's day belongs, (n,); -1 for people not on the roster.

        A day outside all of a person's spells belongs to the spell before it, or else to the first.
        """
        import pandas as pd

        spells = self.people["first_day"].reset_index()
        spells["row"] = np.arange(len(spells))
        asked = pd.DataFrame({"employee_id": employees.to_numpy(), "day": days.to_numpy(), "order": range(len(days))})
        asked["day"] = pd.to_datetime(asked["day"]).astype("datetime64[s]")
        asked["employee_id"] = asked["employee_id"].astype(spells["employee_id"].dtype)  # of nobody it has none
        began = pd.merge_asof(
            asked.sort_values("day", kind="stable"),
            spells.sort_values("first_day", kind="stable"),
            left_on="day",
            right_on="first_day",
            by="employee_id",
        ).sort_values("order")
        first = spells.groupby("employee_id")["row"].first()
        row = began["row"].fillna(began["employee_id"].map(first)).fillna(-1)
        return row.to_numpy(dtype="int64")


def roster(study: Study, span: Span, *, appraised: Appraised = "roster") -> Roster:
    """Read who was on the roster in a period; a quarter without tables raises `DataError`.

    Under `on_last_day` everybody has one part: the whole period, in the role and level of her last day in it.
    """
    import pandas as pd

    closing = study.settings.calendar.month_ends_on
    rows = pd.concat([_rows(study, quarter, span) for quarter in span.quarters(closing)])
    rows = rows.sort_values(["employee_id", "first_day", "valid_from"], kind="stable", ignore_index=True)
    if appraised == "on_last_day":
        rows[["role", "level"]] = rows.groupby("employee_id")[["role", "level"]].transform("last")
    before = rows.groupby("employee_id")[["role", "level"]].shift()
    changed = (rows[["role", "level"]] != before).any(axis="columns")
    rows["part"] = changed.groupby(rows["employee_id"]).cumsum()
    spells = rows.groupby([*KEYS, "role", "level"]).agg(first_day=("first_day", "min"), last_day=("last_day", "max"))
    spells["days_in_force"] = rows.groupby([*KEYS, "role", "level"])["days"].sum()
    people = spells.reset_index(["role", "level"]).join(_as_most_days(rows))
    people["team_at_end"] = rows.drop_duplicates(KEYS, keep="last").set_index(KEYS)["team"]
    people["on_last_day"] = people["last_day"] == pd.Timestamp(span.last_day)
    people["share_of_period"] = people["days_in_force"] / span.days
    tenure = (people["last_day"] - pd.to_datetime(people["hire_date"])).dt.days / _DAYS_A_MONTH
    people["tenure_months"] = tenure.round(1)
    people["tenure_band"] = _banded(tenure, _BANDS, BANDS)
    people["age_band"] = _banded(span.last_day.year - people.pop("birth_year").astype("float64"), _AGES, AGE_BANDS)
    return Roster(people=people.sort_index())


def _banded(values: pd.Series, ends: Sequence[float], names: Sequence[str]) -> pd.Series:
    """The band of each value, (n,), None where it is not known."""
    import pandas as pd

    named = np.array(names, dtype=object)[np.searchsorted(ends, values, side="right")]
    return pd.Series(named, values.index).where(values.notna(), None)


def _rows(study: Study, quarter: Quarter, span: Span) -> pd.DataFrame:
    """A quarter's rows of the roster with the days of the period on which each was in force."""
    import pandas as pd

    path = study.tables / "staff" / f"{quarter}.parquet"
    if not path.is_file():
        raise DataError(f"study {study.name}: the tables of {quarter} are not built; run design-lab run first")
    staff = pd.read_parquet(path, columns=list(TABLES["staff"].columns))
    closing = study.settings.calendar.month_ends_on
    first = pd.Timestamp(max(span.first_day, quarter.first_day(closing))).as_unit("s")
    last = pd.Timestamp(min(span.last_day, quarter.last_day(closing))).as_unit("s")
    staff["first_day"] = pd.to_datetime(staff["valid_from"]).astype("datetime64[s]")
    staff["first_day"] = staff["first_day"].where(staff["first_day"] > first, first)
    staff["last_day"] = pd.to_datetime(staff["valid_to"]).astype("datetime64[s]")
    staff["last_day"] = staff["last_day"].where(staff["last_day"] < last, last)
    staff["days"] = (staff["last_day"] - staff["first_day"]).dt.days + 1
    return staff[staff["days"] > 0]


def _as_most_days(rows: pd.DataFrame) -> pd.DataFrame:
    """What stood beside role and level on the most days of a spell; of equals, what came last."""
    kept = rows.groupby([*KEYS, *_AS_THEY_WERE], dropna=False)
    combined = kept.agg(days=("days", "sum"), latest=("last_day", "max")).reset_index()
    combined = combined.sort_values([*KEYS, "days", "latest"], kind="stable")
    return combined.groupby(KEYS).tail(1).set_index(KEYS)[_AS_THEY_WERE]


def headcount(index: pd.Index) -> int:
    """Return how many people stand in rows keyed by `employee_id`, alone or with more: two spells are one person.

    >>> import pandas as pd
    >>> headcount(pd.MultiIndex.from_tuples([("E1", 1), ("E1", 2), ("E2", 1)], names=["employee_id", "part"]))
    2
    """
    return int(index.get_level_values("employee_id").nunique())


def last_spells(index: pd.Index) -> npt.NDArray[np.bool_]:
    """Return which rows keyed by `employee_id` and more, in the order of time, are each person's last, (n,)."""
    return ~np.asarray(index.get_level_values("employee_id").duplicated(keep="last"))


def in_order(parts: Sequence[pd.DataFrame], keys: Sequence[str]) -> pd.DataFrame:
    """Add up frames of whole-number sums that share their keys, ordered by these."""
    import pandas as pd

    return pd.concat(parts).groupby([*keys]).sum()
