"""The panel: one row a person and quarter, with each indicator's value and how many observations it rests on.

The engine returns counts and sums of integers, ordered by key; division comes after, so that any engine and any number
of threads give the same values. Contacts and ratings of other channels than the phone are left out, as the metric cards
say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from design_lab.catalogue import cards
from design_lab.errors import DataError
from design_lab.periods import Quarter
from design_lab.schema import PHONE, TABLES
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

_MS_PER_HOUR = 3_600_000
_PEOPLE = ("role", "level", "team", "department", "site", "employment_type", "gender")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Panel:
    """Everybody on the roster in one quarter, keyed by `employee_id` in ascending order.

    `people` (n rows) has role, level, team, department, site, employment_type, gender, hire_date, tenure_months (at the
    quarter's end) and days_present; `values` (n, k) one column an indicator in its card's unit, missing where there was
    no observation; `counts` (n, k) the observations behind each value; `centre` the same indicators for all people
    together.
    """

    quarter: str
    people: pd.DataFrame
    values: pd.DataFrame
    counts: pd.DataFrame
    centre: pd.DataFrame

    def __repr__(self) -> str:
        return f"Panel({self.quarter}: {len(self.people)} people, {len(self.values.columns)} indicators)"

    def usable(self) -> pd.DataFrame:
        """Return the values, (n, k), missing also where a value rests on fewer observations than its card demands."""
        import pandas as pd

        enough = {name: counts >= cards()[str(name)].minimum_n for name, counts in self.counts.items()}
        return self.values.where(pd.DataFrame(enough, index=self.counts.index))


def panel(study: Study, quarter: Quarter) -> Panel:
    """Bring a quarter's canonical tables together, one row a person; a quarter without tables raises `DataError`."""
    import pandas as pd

    sums = _sums(study, quarter)
    people = _people(study, quarter)
    values = pd.DataFrame(index=people.index)
    counts = pd.DataFrame(index=people.index)
    centre: dict[str, tuple[float, int]] = {}
    if "agent_periods" in sums:
        work = sums["agent_periods"].reindex(people.index)
        people["days_present"] = work["days"].fillna(0).astype("int64")
        hours = work["signed_in_ms"] / _MS_PER_HOUR
        timed = work["answered"].where(hours > 0)  # sheets without signed-in time tell of calls, not of calls an hour
        _add(values, counts, "calls_per_hour", timed, hours, timed)
        _add(values, counts, "calls_answered", work["answered"], 1, work["answered"])
        answered = int(work["answered"].sum())
        centre["calls_per_hour"] = _ratio(timed.sum(), hours.sum()), int(timed.sum())
        centre["calls_answered"] = float(answered), answered
    for indicator, found in _ratios(sums, people):
        part = found.reindex(people.index)
        _add(values, counts, indicator, part["over"], part["under"], part["n"])
        centre[indicator] = _ratio(part["over"].sum(), part["under"].sum()), int(part["n"].sum())
    if "interactions" in sums:
        _add_team_result(values, counts, centre, sums["interactions"], people)
    whole = pd.DataFrame.from_dict(centre, orient="index", columns=["value", "n"])
    return Panel(quarter=str(quarter), people=people, values=values, counts=counts.astype("int64"), centre=whole)


def _sums(study: Study, quarter: Quarter) -> dict[str, pd.DataFrame]:
    """Counts and integer sums by person, from each table that was delivered."""
    import ibis

    engine = study.connect()
    found = {}
    for name in ("agent_periods", "interactions", "surveys", "quality_reviews", "ratings"):
        path = study.tables / name / f"{quarter}.parquet"
        if not path.is_file():
            continue
        rows = _of_calls(name, engine.read_parquet(path))
        keys = ["employee_id", "rater_id"] if name == "ratings" else ["employee_id"]
        grouped = rows.group_by(keys).aggregate(**_measures(name, ibis._)).order_by(keys)
        found[name] = grouped.to_pyarrow().to_pandas().set_index("employee_id")
    return found


def _of_calls(name: str, rows: Any) -> Any:
    """Leave text sessions and their ratings out: what a call tells of a person is not mixed with what they tell."""
    if name == "interactions":
        return rows.filter(rows.channel == PHONE)
    return rows.filter(rows.channel.isnull() | (rows.channel == PHONE)) if name == "surveys" else rows


def _measures(name: str, row: Any) -> dict[str, Any]:
    """What is counted and summed from a table: integers only."""
    import ibis

    if name == "agent_periods":
        return {
            "days": (row.signed_in_ms > 0).sum(),
            "answered": row.answered.sum(),
            "signed_in_ms": row.signed_in_ms.sum(),
        }
    if name == "interactions":
        handled = row.talk_ms + ibis.coalesce(row.hold_ms, 0) + ibis.coalesce(row.wrap_ms, 0)
        return {
            "n": row.count(),
            "handle_ms": handled.sum(),
            "transferred": row.transferred.sum(),
            "transfer_n": row.transferred.count(),
            "resolved": row.resolved_first_contact.sum(),
            "resolved_n": row.resolved_first_contact.count(),
        }
    if name == "surveys":
        return {
            "n": row.count(),
            "very_satisfied": (row.grade == "very_satisfied").sum(),
            "satisfied": row.grade.isin(["very_satisfied", "satisfied"]).sum(),
        }
    return {"n": row.count(), "points_x100": row.points_x100.sum()}


def _ratios(sums: Mapping[str, pd.DataFrame], people: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Each indicator that is a quotient of sums, as a frame (over, under, n) by person."""
    import pandas as pd

    def part(table: str, over: str, under: str, scale: float = 1.0) -> pd.DataFrame:
        frame = sums[table]
        return pd.DataFrame({"over": frame[over] / scale, "under": frame[under], "n": frame[under]})

    found = []
    if "interactions" in sums:
        found += [
            ("handle_seconds", part("interactions", "handle_ms", "n", 1000)),
            ("first_contact_resolution", part("interactions", "resolved", "resolved_n")),
            ("transfer_rate", part("interactions", "transferred", "transfer_n")),
        ]
    if "surveys" in sums:
        found += [
            ("csat", part("surveys", "satisfied", "n")),
            ("very_satisfied_rate", part("surveys", "very_satisfied", "n")),
        ]
    if "quality_reviews" in sums:
        found.append(("qa_score", part("quality_reviews", "points_x100", "n", 100)))
    if "ratings" in sums:
        found.append(("peer_rating", _peer_means(sums["ratings"])))
    return found


def _peer_means(by_rater: pd.DataFrame) -> pd.DataFrame:
    """The mean of the raters' means, self-ratings left out, so that who answers more items does not count more."""
    import pandas as pd

    others = by_rater[by_rater["rater_id"] != by_rater.index]
    means = others["points_x100"] / others["n"] / 100
    grouped = means.groupby(level="employee_id")
    return pd.DataFrame({"over": grouped.sum(), "under": grouped.size(), "n": grouped.size()})


def _add(values: pd.DataFrame, counts: pd.DataFrame, name: str, over: Any, under: Any, n: pd.Series) -> None:
    quotient = (over / under).astype("float64")
    values[name] = quotient.where(n.fillna(0) > 0)
    counts[name] = n.fillna(0)


def _add_team_result(
    values: pd.DataFrame,
    counts: pd.DataFrame,
    centre: dict[str, tuple[float, int]],
    work: pd.DataFrame,
    people: pd.DataFrame,
) -> None:
    """The team's share of calls resolved at the first contact, the same for each of its people."""
    by_person = work.reindex(people.index)[["resolved", "resolved_n"]].fillna(0)
    # Who is in no team (a roster may know of none) has no team's result.
    of_team = by_person.groupby(people["team"], sort=True).sum().reindex(people["team"]).set_axis(people.index)
    _add(values, counts, "team_result", of_team["resolved"], of_team["resolved_n"], of_team["resolved_n"])
    resolved, contacts = int(work["resolved"].sum()), int(work["resolved_n"].sum())
    centre["team_result"] = _ratio(resolved, contacts), contacts


def _ratio(over: float, under: float) -> float:
    return float(over) / float(under) if under else float("nan")


def _people(study: Study, quarter: Quarter) -> pd.DataFrame:
    """Everybody on the roster in the quarter, each as in the row that was in force for the most of its days."""
    import pandas as pd

    path = study.tables / "staff" / f"{quarter}.parquet"
    if not path.is_file():
        raise DataError(f"study {study.name}: the tables of {quarter} are not built; run design-lab run first")
    staff = pd.read_parquet(path, columns=list(TABLES["staff"].columns))
    calendar = study.settings.calendar.month_ends_on
    first, last = (pd.Timestamp(day) for day in (quarter.first_day(calendar), quarter.last_day(calendar)))
    starts = pd.to_datetime(staff["valid_from"])
    starts = starts.where(starts > first, first)
    ends = pd.to_datetime(staff["valid_to"])
    ends = ends.where(ends < last, last)
    staff["days_in_force"] = (ends - starts).dt.days + 1
    longest = staff.sort_values(["employee_id", "days_in_force", "valid_from"]).groupby("employee_id").tail(1)
    people = longest[longest["days_in_force"] > 0].set_index("employee_id").sort_index()
    hired = pd.to_datetime(people["hire_date"])
    people["tenure_months"] = ((last - hired).dt.days / 30.4375).round(1)
    people["days_present"] = 0
    return people[[*_PEOPLE, "hire_date", "tenure_months", "days_present"]].copy()
