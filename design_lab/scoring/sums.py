"""The sums that make each indicator, by person: counted by the engine a quarter at a time, divided afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from design_lab.catalogue import Card, Quotient
from design_lab.periods import Quarter, Span
from design_lab.schema import TABLES
from design_lab.scoring import measures
from design_lab.scoring.measures import Sum, prepared, summed, sums_of
from design_lab.scoring.roster import Roster, in_order
from design_lab.scoring.signal import Signal
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

_Group = tuple[str, str, str | None]  # table, person, each


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One indicator as sums, a row each of the roster's people who have any.

    `frame` has over and under, of which the value is the quotient; n, the observations counted; squares, the sum of
    squared single observations (missing where none are known), each weighted by how many of the n it stands for; and
    units, how many single observations there are; where a model gives standard errors, they are its column error.
    `table` tells of it; `centre` is (value, n) of all people together; `yes_no` says that single observations are yes
    or no; `of_team` that all of a team share the value; `signals` are those of the roles where a model gives them.
    """

    table: str
    frame: pd.DataFrame
    centre: tuple[float, int]
    yes_no: bool = False
    of_team: bool = False
    signals: Mapping[str, Signal] | None = None


def tables_of(study: Study, quarter: Quarter, names: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """Open the tables of a quarter that were delivered, in the study's engine."""
    engine = study.connect()
    for name in names:
        rows = study.rows(engine, name, quarter)
        if rows is not None:
            yield name, rows


def collected(study: Study, span: Span, people: Roster, cards: Mapping[str, Card]) -> dict[Sum, pd.Series]:
    """Count all sums that the cards name, keyed by row of the roster and week, or rater where means of means are meant.

    Only sums of tables that were delivered for all of the period are there; of tables that bear no date, such as forms
    of peer ratings, one in the period is enough. One quarter is read at a time; what two share is added up.
    """
    wanted: dict[_Group, dict[Sum, None]] = {}
    for card in cards.values():
        for way in card.computed:
            for one in sums_of(way).values():
                wanted.setdefault((one.table, one.person, one.each), {})[one] = None
    parts: dict[_Group, list[pd.DataFrame]] = {}
    closing = study.settings.calendar.month_ends_on
    quarters = span.quarters(closing)
    for quarter in quarters:
        for name, rows in tables_of(study, quarter, dict.fromkeys(table for table, *_ in wanted)):
            ready = prepared(name, rows)
            for group in (group for group in wanted if group[0] == name):
                query = summed(name, ready, [*wanted[group]], quarter.last_day(closing))
                daily = in_period(query, quarter.span(closing), span, people)
                keys = ["row", "each" if group[2] else "week"]
                numbered = [f"s{number}" for number in range(len(wanted[group]))]
                parts.setdefault(group, []).append(daily.groupby(keys)[numbered].sum())
    found: dict[Sum, pd.Series] = {}
    for group, frames in parts.items():
        if TABLES[group[0]].when and len(frames) < len(quarters):
            continue
        whole = in_order(frames, ["row", "each" if group[2] else "week"])
        found |= {one: whole[f"s{number}"] for number, one in enumerate(wanted[group])}
    return found


def in_period(query: Any, quarter: Span, span: Span, people: Roster) -> pd.DataFrame:
    """Fetch what was summed by person and day, with `row` of the roster and `week`; other people and days are left out.

    A row of several days that begins before its quarter belongs to the quarter's first day.
    """
    import pandas as pd

    daily: pd.DataFrame = query.to_pyarrow().to_pandas()
    day = pd.to_datetime(daily["day"]).astype("datetime64[s]")
    begins = pd.Timestamp(quarter.first_day).as_unit("s")
    daily["day"] = day = day.where(day > begins, begins)
    daily["row"] = people.rows_of(daily["employee_id"], day)
    daily["week"] = day - pd.to_timedelta(day.dt.day_of_week, unit="D").astype("timedelta64[s]")
    first, last = pd.Timestamp(span.first_day), pd.Timestamp(span.last_day)
    return daily.loc[(daily["row"] >= 0) & day.between(first, last)]


def told(cards: Mapping[str, Card], sums: Mapping[Sum, pd.Series], people: Roster) -> dict[str, Told]:
    """Make each indicator of its sums, by the first of its card's ways whose tables tell of anybody."""
    found = {}
    for name, card in cards.items():
        for way in card.computed if card.scored else ():
            frame = _frame(way, sums)
            if frame is not None and (frame["rows"] > 0).any() and (frame["under"] > 0).any():
                found[name] = _told(way, card, frame, people)
                break
    return found


def _frame(way: Quotient, sums: Mapping[Sum, pd.Series]) -> pd.DataFrame | None:
    """The quotient's sums side by side, by row and week or rater; None where a table is missing."""
    import pandas as pd

    named = sums_of(way)
    if any(one not in sums for one in named.values()):
        return None
    frame = pd.concat({role: sums[one] for role, one in named.items()}, axis="columns").fillna(0).sort_index()
    frame = frame.astype("int64")
    return frame if "under" in frame else frame.assign(under=(frame["rows"] > 0).astype("int64"))


def _told(way: Quotient, card: Card, frame: pd.DataFrame, people: Roster) -> Told:
    yes_no = way.single == "yes_no" or (way.single == "rows" and card.unit == "share")
    by_row = _of_means(frame, way.scale) if way.each else _of_sums(way, frame)
    under = by_row["under"].sum() if way.denominator else 1
    centre = (float(by_row["over"].sum() / under) if under else float("nan"), int(by_row["n"].sum()))
    if way.of == "team":
        by_row = _of_teams(by_row, people)
    table = way.numerator.table or way.table
    return Told(table=table, frame=by_row, centre=centre, yes_no=yes_no, of_team=way.of == "team")


def _of_means(frame: pd.DataFrame, scale: float) -> pd.DataFrame:
    """The mean of the means by rater, so that who answers more items does not count more."""
    means = (scale * frame["over"] / frame["under"].where(frame["under"] > 0)).dropna()
    by_row = means.groupby("row")
    columns = {"over": by_row.sum(), "under": by_row.size(), "n": by_row.size(), "units": by_row.size()}
    return by_row.size().to_frame("n").assign(**columns, squares=(means**2).groupby("row").sum())


def _of_sums(way: Quotient, frame: pd.DataFrame) -> pd.DataFrame:
    by_row = frame.groupby("row").sum()
    counted = {"numerator": "over", "denominator": "under", "rows": "rows"}[way.counted]
    n = by_row[counted]
    made = by_row.assign(over=by_row["over"] * way.scale, n=n.where(by_row["under"] > 0, 0), units=n, squares=np.nan)
    if way.denominator is None:
        return made.assign(under=1)
    if way.single == "rows":
        return made.assign(squares=by_row["squares"] * way.scale**2)
    if way.single == "yes_no":
        return made.assign(squares=by_row["over"] * way.scale**2)
    weeks = frame.assign(over=frame["over"] * way.scale)
    return by_weeks(made, weeks[weeks["under"] > 0])


def by_weeks(made: pd.DataFrame, weeks: pd.DataFrame) -> pd.DataFrame:
    """Take each week's quotient for a single observation, which stands for its part of the n.

    Days of a week are not independent; weeks are nearer to it. `weeks` (over, under) is keyed by row and week.
    """
    share = weeks["under"] / made["under"].reindex(weeks.index.get_level_values("row")).to_numpy()
    weight = share * made["n"].reindex(weeks.index.get_level_values("row")).to_numpy()
    squares = (weight * (weeks["over"] / weeks["under"]) ** 2).groupby("row").sum()
    return made.assign(squares=squares, units=weeks.groupby("row").size().reindex(made.index).fillna(0))


def _of_teams(by_row: pd.DataFrame, people: Roster) -> pd.DataFrame:
    """The sums of the whole team for each of its people; who is in no team has none."""
    team = people.people["team"].reset_index(drop=True)
    whole = by_row.groupby(team.reindex(by_row.index)).sum()
    return team.dropna().to_frame("team").join(whole, on="team").drop(columns="team").dropna()


def presence(study: Study, span: Span, people: Roster) -> pd.DataFrame | None:
    """Days of presence by row of the roster (`measures.presence`); None where a quarter has no sheets."""
    closing = study.settings.calendar.month_ends_on
    parts, quarters = [], span.quarters(closing)
    for quarter in quarters:
        bounds = quarter.first_day(closing), quarter.last_day(closing)
        for _, rows in tables_of(study, quarter, ["agent_periods"]):
            daily = in_period(measures.presence(rows, *bounds), quarter.span(closing), span, people)
            parts.append(daily.groupby("row")[["days", "days_unknown", "crossing"]].sum())
    return in_order(parts, ["row"]) if len(parts) == len(quarters) else None
