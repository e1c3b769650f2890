"""Person-weeks: what people did and how customers rated them, week by week, for questions about the past.

A client who delivers sheets by the month alone has person-months instead. Counts and sums of integers only; whoever
asks a question of them divides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from design_lab.periods import Quarter, period_begins
from design_lab.schema import PHONE
from design_lab.scoring import measures
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

Length = Literal["week", "month"]
_KEYS = ["employee_id", "begins"]
_ROLES = ["role", "level", "team"]
_COUNTED = ("calls", "days", "worked_ms", "rated", "satisfied")
_MIX = "mix_"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PersonWeeks:
    """What each person did in each week (or month, as `length` says) of some quarters.

    `rows` is keyed by (employee_id, begins) in ascending order, with role, level and team on the period's first day at
    work, `calls` (phone calls answered), `days` (days with calls), `worked_ms` (signed-in time; with `timed` False
    nobody's is known, and `days` tells of time at work), `rated`, `satisfied`, and one column `mix_<kind of contact>` a
    kind: calls of that kind, none where kinds are not known.
    """

    length: Length
    timed: bool
    rows: pd.DataFrame

    def __repr__(self) -> str:
        return f"PersonWeeks({len(self.rows)} rows, by {self.length})"

    @property
    def mix(self) -> tuple[str, ...]:
        """The columns that count calls by kind of contact."""
        return tuple(str(column) for column in self.rows.columns if str(column).startswith(_MIX))


def person_weeks(study: Study, quarters: Iterable[Quarter]) -> PersonWeeks:
    """Count work and ratings of some quarters by person and week, reading one quarter at a time.

    Single contacts and ratings are used where they were delivered, daily sheets for what they alone tell; where neither
    tells of single days, the rows are of months.
    """
    import pandas as pd

    held = list(quarters)
    engine = study.connect()
    length: Length = "week" if all(_by_the_day(engine, study, quarter) for quarter in held) else "month"
    parts = [part for quarter in held if len(part := _of_quarter(engine, study, quarter, length))]
    if not parts:
        empty = pd.DataFrame(columns=[*_KEYS, *_ROLES, *_COUNTED])
        return PersonWeeks(length=length, timed=False, rows=empty.set_index(_KEYS))
    told = pd.concat(parts)
    roles = told.groupby(_KEYS)[_ROLES].first()  # a week that two quarters share: as at its first day
    counts = told.drop(columns=_ROLES).astype("float64").fillna(0).groupby(_KEYS).sum().astype("int64")
    rows = roles.join(counts)[counts["calls"] > 0]
    return PersonWeeks(length=length, timed=bool((rows["worked_ms"] > 0).any()), rows=rows)


def _by_the_day(engine: Any, study: Study, quarter: Quarter) -> bool:
    """Whether a quarter's work can be told by the day."""
    sheets = _rows(engine, study, "agent_periods", quarter)
    if _rows(engine, study, "interactions", quarter) is not None or sheets is None:
        return True
    return not (sheets.period_end > sheets.date).sum().to_pyarrow().as_py()


def _rows(engine: Any, study: Study, table: str, quarter: Quarter) -> Any:
    rows = study.rows(engine, table, quarter)
    return None if rows is None else measures.prepared(table, rows)


def _of_quarter(engine: Any, study: Study, quarter: Quarter, length: Length) -> pd.DataFrame:
    """One quarter by person and period: days are summed by the engine, periods from days."""
    import pandas as pd

    days = _days(engine, study, quarter)
    for column in _COUNTED:
        if column not in days:
            days[column] = 0
    closing = study.settings.calendar.month_ends_on
    by_day = days.astype("float64").fillna(0).reset_index()
    by_day["begins"] = [pd.Timestamp(period_begins(day.date(), length, closing)) for day in by_day["day"]]
    whole = by_day.drop(columns="day").groupby(_KEYS).sum()
    return _with_roles(whole, study, quarter)


def _days(engine: Any, study: Study, quarter: Quarter) -> pd.DataFrame:
    """Counts and sums by person and day, (employee_id, day), missing where a table tells nothing of that day."""
    import pandas as pd

    contacts, sheets = (_rows(engine, study, name, quarter) for name in ("interactions", "agent_periods"))
    ratings = _rows(engine, study, "surveys", quarter)
    parts = []
    if contacts is not None:
        parts.append(_of_calls(contacts.filter(contacts.channel == PHONE)))
    if sheets is not None:
        told = {"worked_ms": _worked_ms(sheets)}
        if contacts is None:
            told |= {"calls": sheets.answered.sum(), "days": (sheets.answered > 0).sum()}
        if ratings is None:
            told |= {"rated": sheets.rated.sum(), "satisfied": _satisfied(sheets)}
        parts.append(_summed(sheets, sheets.date, told))
    if ratings is not None:
        phone = ratings.filter(ratings.channel == PHONE)
        rated = {"rated": phone.count(), "satisfied": phone.grade.isin(measures.SATISFIED).sum()}
        parts.append(_summed(phone, phone.rated_at.date(), rated))
    return pd.concat(parts, axis="columns").sort_index() if parts else pd.DataFrame(index=_no_days())


def _worked_ms(sheets: Any) -> Any:
    """Signed-in time of the rows that count calls too."""
    timed = sheets.answered.notnull() & sheets.signed_in_ms.notnull()
    return timed.ifelse(sheets.signed_in_ms, 0).sum()


def _satisfied(sheets: Any) -> Any:
    """Good ratings of the rows whose ratings are counted whole."""
    good = sum(sheets[f"rated_{grade}"].fill_null(0) for grade in measures.SATISFIED)
    return sheets.rated.notnull().ifelse(good, 0).sum()


def _no_days() -> pd.MultiIndex:
    import pandas as pd

    return pd.MultiIndex.from_arrays([[], []], names=["employee_id", "day"])


def _of_calls(calls: Any) -> pd.DataFrame:
    """Calls in all and by kind of contact; a day with calls is a day."""
    told = calls.filter(calls.contact_type.notnull())
    kinds = told.select("contact_type").distinct().order_by("contact_type").to_pyarrow()["contact_type"].to_pylist()
    mix = {f"{_MIX}{kind}": (calls.contact_type == kind).sum() for kind in kinds}
    return _summed(calls, calls.started_at.date(), {"calls": calls.count(), **mix}).assign(days=1)


def _summed(rows: Any, day: Any, wanted: measures.Measures) -> pd.DataFrame:
    import pandas as pd

    keys = ["employee_id", "day"]
    grouped = rows.group_by("employee_id", day=day).aggregate(**wanted).order_by(keys)
    frame: pd.DataFrame = grouped.to_pyarrow().to_pandas()
    return frame.assign(day=pd.to_datetime(frame["day"])).set_index(keys)


def _with_roles(counts: pd.DataFrame, study: Study, quarter: Quarter) -> pd.DataFrame:
    """Add role, level and team as the roster has them on the first day of the period that lies in the quarter."""
    import pandas as pd

    columns = ["employee_id", *_ROLES, "valid_from"]
    staff = pd.read_parquet(study.tables / "staff" / f"{quarter}.parquet", columns=columns)
    staff["valid_from"] = pd.to_datetime(staff["valid_from"]).astype("datetime64[ns]")
    rows = counts.reset_index()
    first = pd.Timestamp(quarter.first_day(study.settings.calendar.month_ends_on))
    rows["on"] = rows["begins"].where(rows["begins"] > first, first).astype("datetime64[ns]")
    known = rows.sort_values("on", kind="stable")
    spells = staff.sort_values("valid_from", kind="stable")
    held = pd.merge_asof(known, spells, left_on="on", right_on="valid_from", by="employee_id")
    # Somebody hired in the middle of a period has the role of her first day.
    later = pd.merge_asof(known, spells, left_on="on", right_on="valid_from", by="employee_id", direction="forward")
    held[_ROLES] = held[_ROLES].where(held["valid_from"].notna(), later[_ROLES])
    return held.drop(columns=["on", "valid_from"]).set_index(_KEYS).sort_index()
