"""The panel: one row a person and quarter, with each indicator's value and how many observations it rests on.

The engine returns counts and sums of integers, ordered by key; division comes after, so that any engine and any number
of threads give the same values. Contacts and ratings of other channels than the phone are left out, as the metric cards
say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from design_lab.catalogue import cards
from design_lab.errors import DataError
from design_lab.periods import Quarter
from design_lab.schema import PHONE, TABLES
from design_lab.scoring import measures
from design_lab.scoring.estimates import mean_errors, share_errors, shrunk
from design_lab.scoring.periods import calls_by_period
from design_lab.scoring.signal import Signal, signal
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

_MS_PER_HOUR = 3_600_000
_COUNTED: Mapping[str, Callable[..., measures.Measures]] = {
    "agent_periods": measures.of_agent_periods,
    "surveys": measures.of_surveys,
    "quality_reviews": measures.of_points,
    "ratings": measures.of_points,
}
_TOTALS = ("calls_answered",)  # of the centre: the sum over its people, not their mean
_PEOPLE = ("role", "level", "team", "department", "site", "employment_type", "gender")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Panel:
    """Everybody on the roster in one quarter, keyed by `employee_id` in ascending order.

    `people` (n rows) has role, level, team, department, site, employment_type, gender, hire_date, tenure_months (at the
    quarter's end) and days_present (missing where sheets of several days do not tell); `values` (n, k) one column an
    indicator in its card's unit, missing where there was no observation; `counts` (n, k) the observations behind each
    value; `standard_errors` (n, k) of each value from its own observations, in its unit, missing where single
    observations are not known; `centre` the same indicators for all people together; `limits` what is lost where an
    indicator comes from sheets, as keys below `limit.` in the word files; `signals` whether the people of a role can be
    told apart, by (role, indicator), where it could be tested. `people.on_last_day` says who is on the roster then.
    """

    quarter: str
    people: pd.DataFrame
    values: pd.DataFrame
    counts: pd.DataFrame
    standard_errors: pd.DataFrame
    centre: pd.DataFrame
    limits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    signals: Mapping[tuple[str, str], Signal] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Panel({self.quarter}: {len(self.people)} people, {len(self.values.columns)} indicators)"

    def usable(self) -> pd.DataFrame:
        """Return the values, (n, k), missing also where a value rests on fewer observations than its card demands."""
        import pandas as pd

        enough = {name: counts >= cards()[str(name)].minimum_n for name, counts in self.counts.items()}
        return self.values.where(pd.DataFrame(enough, index=self.counts.index))

    def shrunk(self) -> pd.DataFrame:
        """Return empirical-Bayes means, (n, k): each value drawn to the mean of its role by n / (n + within / between).

        Missing where the value is missing, and where single observations are not known, so that nothing says how far
        to draw; the role's mean where its people do not differ by more than chance does.
        """
        return shrunk(self.values, self.counts, self.people["role"], self.signals)

    def tells_apart(self, indicators: Iterable[str]) -> pd.DataFrame:
        """Return, (n, k), whether people of each person's role can be told apart; what was not tested counts as yes."""
        import pandas as pd

        alike = {pair for pair, found in self.signals.items() if not found.tells_apart}
        return pd.DataFrame(
            {name: [(role, name) not in alike for role in self.people["role"]] for name in indicators},
            index=self.people.index,
        )


def panel(study: Study, quarter: Quarter) -> Panel:
    """Bring a quarter's canonical tables together, one row a person; a quarter without tables raises `DataError`."""
    import pandas as pd

    sums = _sums(study, quarter)
    people = _people(study, quarter)
    values = pd.DataFrame(index=people.index)
    counts = pd.DataFrame(index=people.index)
    centre: dict[str, tuple[float, int]] = {}
    if "agent_periods" in sums:
        people["days_present"] = _days_present(sums["agent_periods"], people)
    told = _told(sums)
    for indicator, (_, found) in told.items():
        part = found.reindex(people.index)
        _add(values, counts, indicator, part["over"], part["under"], part["n"])
        total = 1 if indicator in _TOTALS else part["under"].sum()
        centre[indicator] = _ratio(part["over"].sum(), total), int(part["n"].sum())
    if "interactions" in sums:
        _add_team_result(values, counts, centre, sums["interactions"], people)
    whole = pd.DataFrame.from_dict(centre, orient="index", columns=["value", "n"])
    single = {indicator: found for indicator, (_, found) in told.items()}
    return Panel(
        quarter=str(quarter),
        people=people,
        values=values,
        counts=counts.astype("int64"),
        standard_errors=_errors(single, values, counts, people["role"]),
        centre=whole,
        limits=_limits(sums, [indicator for indicator, (table, _) in told.items() if table == "agent_periods"]),
        signals=_signals(single, people["role"]),
    )


def _sums(study: Study, quarter: Quarter) -> dict[str, pd.DataFrame]:
    """Counts and integer sums by person, from each table that was delivered."""
    calendar = study.settings.calendar.month_ends_on
    bounds = quarter.first_day(calendar), quarter.last_day(calendar)
    engine = study.connect()
    found = {}
    for name, counted in _COUNTED.items():
        path = study.tables / name / f"{quarter}.parquet"
        if path.is_file():
            rows = _of_calls(name, engine.read_parquet(path))
            keys = ["employee_id", "rater_id"] if name == "ratings" else ["employee_id"]
            wanted = counted(rows, *bounds) if name == "agent_periods" else counted(rows)
            grouped = rows.group_by(keys).aggregate(**wanted).order_by(keys)
            found[name] = grouped.to_pyarrow().to_pandas().set_index("employee_id")
    calls = calls_by_period(study, [quarter], period="quarter").droplevel("first_day")
    return found | ({"interactions": calls} if len(calls) else {})


def _of_calls(name: str, rows: Any) -> Any:
    """Leave ratings of text sessions out: what a call tells of a person is not mixed with what they tell."""
    return rows.filter(rows.channel.isnull() | (rows.channel == PHONE)) if name == "surveys" else rows


def _told(sums: Mapping[str, pd.DataFrame]) -> dict[str, tuple[str, pd.DataFrame]]:
    """Each indicator as a quotient of sums: the table that tells of it and a frame (over, under, n, squares) by person.

    `squares` is the sum of the squared observations, missing where sheets hold sums alone. Sheets of a day or a month
    tell of handle time and ratings only where no table of single contacts and ratings does.
    """
    import pandas as pd

    told: dict[str, tuple[str, pd.DataFrame]] = {}

    def tell(
        indicator: str, table: str, over: str, under: str, *, scale: float = 1.0, squares: str | None = None
    ) -> None:
        if indicator not in told and table in sums and (table != "agent_periods" or sums[table][under].sum() > 0):
            frame = sums[table]
            squared = frame[squares].astype("float64") / scale**2 if squares else np.nan
            part = {"over": frame[over] / scale, "under": frame[under], "n": frame[under], "squares": squared}
            told[indicator] = (table, pd.DataFrame(part))

    def tell_share(indicator: str, table: str, over: str, under: str) -> None:
        tell(indicator, table, over, under, squares=over)  # of a yes or no the square is itself

    if "agent_periods" in sums:
        told |= {name: ("agent_periods", part) for name, part in _work(sums["agent_periods"]).items()}
    tell("handle_seconds", "interactions", "handle_ms", "n", scale=1000, squares="handle_ms_squared")
    tell("handle_seconds", "agent_periods", "handle_ms", "handled", scale=1000)
    tell_share("first_contact_resolution", "interactions", "resolved", "resolved_n")
    tell_share("transfer_rate", "interactions", "transferred", "transfer_n")
    tell_share("csat", "surveys", "satisfied", "n")
    tell_share("csat", "agent_periods", "rated_satisfied", "rated")
    tell_share("very_satisfied_rate", "surveys", "very_satisfied", "n")
    tell_share("very_satisfied_rate", "agent_periods", "rated_very_satisfied", "rated_by_degree")
    tell("qa_score", "quality_reviews", "points_x100", "n", scale=100, squares="points_x100_squared")
    if "ratings" in sums:
        told["peer_rating"] = ("ratings", _peer_means(sums["ratings"]))
    return told


def _work(sheets: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Calls by hour and in all, from the sheets; those without signed-in time tell of calls, not of calls an hour."""
    import pandas as pd

    hours = sheets["timed_ms"] / _MS_PER_HOUR
    timed = sheets["timed"].where(hours > 0)
    answered = sheets["answered"]
    return {
        "calls_per_hour": pd.DataFrame({"over": timed, "under": hours, "n": timed}),
        "calls_answered": pd.DataFrame({"over": answered, "under": 1, "n": answered}),
    }


def _days_present(sheets: pd.DataFrame, people: pd.DataFrame) -> pd.Series:
    """Days of presence, missing where a sheet of several days does not say how many; none for who is in no sheet."""
    known = sheets["days"].fillna(0).astype("Int64").where(sheets["days_unknown"] == 0)
    return known.reindex(people.index).where(people.index.isin(sheets.index), 0)


def _limits(sums: Mapping[str, pd.DataFrame], from_sheets: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """What limits the indicators that come from sheets, as keys below `limit.`: no case mix, rows cut by no quarter."""
    if not from_sheets:
        return {}
    crossing = ("periods_cross",) if sums["agent_periods"]["crossing"].sum() else ()
    # With the contacts at hand the kind of contact is known after all, but nobody knows which were rated.
    unknown = [name for name in from_sheets if "interactions" not in sums or name in ("csat", "very_satisfied_rate")]
    return {name: (*(("no_case_mix",) if name in unknown else ()), *crossing) for name in from_sheets}


def _signals(told: Mapping[str, pd.DataFrame], role: pd.Series) -> dict[tuple[str, str], Signal]:
    """Whether the people of each role can be told apart on each indicator whose single observations are known."""
    found = {}
    for indicator, part in told.items():
        if "squares" not in part:
            continue
        seen = part[(part["n"] >= cards()[indicator].minimum_n) & part["squares"].notna()].astype("float64")
        for name, members in seen.groupby(role.reindex(seen.index)):
            judged = signal(*(members[column].to_numpy() for column in ("n", "over", "squares")))
            if judged is not None:
                found[str(name), indicator] = judged
    return found


def _errors(
    told: Mapping[str, pd.DataFrame], values: pd.DataFrame, counts: pd.DataFrame, role: pd.Series
) -> pd.DataFrame:
    """Standard errors of the values: of shares from their counts, of means where squares are known."""
    import pandas as pd

    errors = pd.DataFrame(np.nan, index=values.index, columns=values.columns)
    groups = role.groupby(role).ngroup().to_numpy()
    for name in values.columns:
        n = counts[name].to_numpy(dtype="float64")
        if cards()[name].unit == "share":
            errors[name] = share_errors(n, np.nan_to_num(values[name].to_numpy()) * n)
        elif "squares" in told[name] and told[name]["squares"].notna().any():
            part = told[name].reindex(values.index)[["over", "squares"]].astype("float64").fillna(0.0)
            errors[name] = mean_errors(n, part["over"].to_numpy(), part["squares"].to_numpy(), groups)
    return errors.where(values.notna())


def _peer_means(by_rater: pd.DataFrame) -> pd.DataFrame:
    """The mean of the raters' means, self-ratings left out, so that who answers more items does not count more."""
    import pandas as pd

    others = by_rater[by_rater["rater_id"] != by_rater.index]
    means = others["points_x100"] / others["n"] / 100
    grouped = means.groupby(level="employee_id")
    squares = (means**2).groupby(level="employee_id").sum()
    return pd.DataFrame({"over": grouped.sum(), "under": grouped.size(), "n": grouped.size(), "squares": squares})


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
    people["on_last_day"] = people.index.isin(staff.loc[(starts <= last) & (ends >= last), "employee_id"])
    people["days_present"] = pd.array([pd.NA] * len(people), dtype="Int64")  # until a sheet tells
    return people[[*_PEOPLE, "hire_date", "tenure_months", "on_last_day", "days_present"]].copy()
