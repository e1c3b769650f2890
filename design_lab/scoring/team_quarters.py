"""Team-quarters: what each team did in each quarter, by outcome, as whole-number sums over whole-number sums.

Everybody's work counts where she was on the day of work. The same sums can be asked for with everybody kept in the team
of one day, so that people who change teams move nothing between them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from design_lab.catalogue import Quotient
from design_lab.catalogue.outcomes import OUTCOMES
from design_lab.errors import DataError
from design_lab.files import sha256_of
from design_lab.periods import Quarter
from design_lab.scoring.kept import Parts, kept
from design_lab.scoring.measures import Sum, prepared, summed, sums_of
from design_lab.scoring.sums import tables_of
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

# The card that says how an outcome is counted; the last one is no outcome, but tells whose ratings are seen.
CARDS: Mapping[str, str] = {
    "csat": "csat",
    "csat_dissatisfied": "dissatisfied_rate",
    "qa_score": "qa_score",
    "first_contact_resolution": "first_contact_resolution",
    "complaints": "complaint_rate",
    "transfers": "transfer_rate",
    "handle_seconds": "handle_seconds",
    "calls_per_hour": "calls_per_hour",
    "teamwork": "peer_rating",
    "attendance": "attendance_rate",
    "response_rate": "rated_share",
}
_KEYS = ["employee_id", "team", "quarter"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TeamQuarters:
    """Sums by person, team and quarter, of which team-quarters are made.

    `sums` is keyed by (employee_id, team, quarter) in ascending order; `<outcome>_over` and `<outcome>_under` are whole
    numbers of which the outcome is `scales[outcome]` times the quotient. `roster` has a row a spell: employee_id, team,
    role, valid_from. `absent` says of each outcome that nothing is known of why, as a key below `claim_reason.`.
    """

    quarters: tuple[str, ...]
    sums: pd.DataFrame
    roster: pd.DataFrame
    scales: Mapping[str, float]
    absent: Mapping[str, str]

    def __repr__(self) -> str:
        teams = self.sums.index.get_level_values("team").nunique()
        return f"TeamQuarters({teams} teams, {len(self.quarters)} quarters, {len(self.outcomes)} outcomes)"

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The outcomes that are known, in the order of the catalogue."""
        return tuple(name for name in OUTCOMES if name in self.scales)

    @property
    def roles(self) -> dict[str, str]:
        """The role of most spells in each team; of equals, what comes first by name."""
        counts = self.roster.groupby(["team", "role"]).size().reset_index(name="n")
        most = counts.sort_values(["team", "n", "role"], ascending=[True, False, True]).drop_duplicates("team")
        return dict(zip(most["team"], most["role"], strict=True))

    def counts(self) -> pd.DataFrame:
        """Return the sums by (team, quarter), with `people` who were there on any day."""
        grouped = self.sums.groupby(["team", "quarter"])
        return grouped.sum().assign(people=grouped.size())

    def rates(self) -> pd.DataFrame:
        """Return one row a team and quarter: team, quarter, role, people, calls, response_rate and each outcome.

        Missing where a team had no observation; `calls` are phone calls, missing where none are counted.
        """
        import pandas as pd

        counts = self.counts()
        told = {"people": counts["people"]}
        if "calls_under" in counts:
            told["calls"] = counts["calls_under"]
        for name, scale in self.scales.items():
            under = counts[f"{name}_under"]
            told[name] = scale * counts[f"{name}_over"] / under.where(under > 0)
        made = pd.DataFrame(told).reset_index()
        made.insert(2, "role", made["team"].map(self.roles))
        return made

    def by_person(self, outcome: str) -> pd.DataFrame:
        """Return one row a person, team and quarter: employee_id, team, quarter and value, an outcome of her own work.

        Who was not seen has no row, and nobody has one where the outcome is not known.
        """
        import pandas as pd

        if outcome not in self.scales:
            return pd.DataFrame(columns=[*_KEYS, "value"])
        seen = self.sums[self.sums[f"{outcome}_under"] > 0]
        return seen.assign(value=self.scales[outcome] * seen[f"{outcome}_over"] / seen[f"{outcome}_under"])[
            ["value"]
        ].reset_index()

    def until(self, quarter: Quarter, *, month_ends_on: int | None = None) -> TeamQuarters:
        """Return the same as it was when a quarter had just ended, with nothing of later ones."""
        import pandas as pd

        kept = tuple(one for one in self.quarters if one <= str(quarter))
        spells = self.roster[self.roster["valid_from"] <= pd.Timestamp(quarter.last_day(month_ends_on))]
        held = self.sums.index.get_level_values("quarter").isin(kept)
        return replace(self, quarters=kept, sums=self.sums[held], roster=spells)

    def frozen_on(self, day: dt.date) -> TeamQuarters:
        """Return the same with everybody in the team where she was on a day, or else first after it."""
        import pandas as pd

        spells = self.roster.sort_values("valid_from", kind="stable")
        before = spells[spells["valid_from"] <= pd.Timestamp(day)].groupby("employee_id")["team"].last()
        home = before.reindex(spells["employee_id"].unique()).fillna(spells.groupby("employee_id")["team"].first())
        moved = self.sums.reset_index()
        moved["team"] = moved["employee_id"].map(home)
        sums = moved.dropna(subset="team").groupby(_KEYS).sum().sort_index()
        if "leavers_under" in sums:  # who was in two teams in a quarter is one person now
            sums["leavers_under"] = sums["leavers_under"].clip(upper=1)
        return replace(self, sums=sums)


def team_quarters(study: Study, quarters: Iterable[Quarter]) -> TeamQuarters:
    """Count the outcomes of teams in some quarters, reading one quarter at a time.

    Each outcome is counted as its metric card says, by the first way whose tables were delivered for all the quarters,
    since another way in the middle would look like a change. Means over raters' means are plain means here. A quarter
    without tables raises `DataError`.
    """
    import pandas as pd

    held = tuple(quarters)
    staff = pd.concat([_staff(study, quarter) for quarter in held])
    ways, absent = _ways(study, held)
    wanted = {name: _sums(way) for name, way in ways.items()}
    if "handle_seconds" in wanted:
        wanted["calls"] = {"under": wanted["handle_seconds"]["under"]}
    people = _people(staff)
    parts = [people, *(_of_quarter(study, quarter, staff, wanted) for quarter in held)]
    if staff["leave_date"].notna().any():
        parts.append(_leavers(staff, people))
    else:
        absent["leavers"] = "no_leave_dates"
    sums = pd.concat(parts).fillna(0).astype("int64").groupby(_KEYS).sum().sort_index()
    scales = {name: way.scale for name, way in ways.items()} | ({} if "leavers" in absent else {"leavers": 1.0})
    for name in [name for name in scales if not (sums.get(f"{name}_under", pd.Series(0)) > 0).any()]:
        del scales[name]
        absent[name] = "no_observations"
    spells = staff.drop_duplicates(["employee_id", "team", "role", "valid_from"]).dropna(subset="team")
    return TeamQuarters(
        quarters=tuple(map(str, held)),
        sums=sums,
        roster=spells[["employee_id", "team", "role", "valid_from"]].reset_index(drop=True),
        scales=scales,
        absent=absent,
    )


def _staff(study: Study, quarter: Quarter) -> pd.DataFrame:
    """A quarter's rows of the roster, with its name and its days."""
    import pandas as pd

    path = study.tables / "staff" / f"{quarter}.parquet"
    if not path.is_file():
        raise DataError(f"study {study.name}: the tables of {quarter} are not built; run design-lab run first")
    columns = ["employee_id", "role", "team", "leave_date", "valid_from", "valid_to"]
    staff = pd.read_parquet(path, columns=columns)
    for column in ("leave_date", "valid_from", "valid_to"):
        staff[column] = pd.to_datetime(staff[column]).astype("datetime64[s]")
    closing = study.settings.calendar.month_ends_on
    first, last = quarter.first_day(closing), quarter.last_day(closing)
    return staff.assign(quarter=str(quarter), first=pd.Timestamp(first), last=pd.Timestamp(last))


def _ways(study: Study, quarters: tuple[Quarter, ...]) -> tuple[dict[str, Quotient], dict[str, str]]:
    """How each outcome is counted in all the quarters, and why the others are not."""
    absent = {"repeat_calls": "callers_unknown"}
    found = {}
    for name, card in CARDS.items():
        known = [way for way in study.cards[card].computed if way.denominator and way.of == "person"]
        for way in known:
            paths = [study.tables / table / f"{quarter}.parquet" for table in way.tables for quarter in quarters]
            if all(path.is_file() for path in paths):
                found[name] = way
                break
        else:
            absent[name] = "table_missing" if known else "card_without_sums"
    return found, absent


def _sums(way: Quotient) -> dict[str, Sum]:
    return {part: replace(one, each=None) for part, one in sums_of(way).items() if part in ("over", "under")}


def _people(staff: pd.DataFrame) -> pd.DataFrame:
    """Everybody who was in a team on some day of a quarter, with no sums yet."""
    there = staff[(staff["valid_from"] <= staff["last"]) & ~(staff["valid_to"] < staff["first"])]
    return there.dropna(subset="team").drop_duplicates(_KEYS).set_index(_KEYS)[[]]


def _leavers(staff: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Who left in a quarter, by her last team, over all who were there in it."""
    gone = staff[staff["leave_date"].between(staff["first"], staff["last"])].dropna(subset="team")
    last = gone.sort_values("valid_from", kind="stable").drop_duplicates(["employee_id", "quarter"], keep="last")
    over = last.set_index(_KEYS).assign(leavers_over=1)["leavers_over"]
    return people.assign(leavers_over=over.reindex(people.index).fillna(0).astype("int64"), leavers_under=1)


def _of_quarter(
    study: Study, quarter: Quarter, staff: pd.DataFrame, wanted: Mapping[str, Mapping[str, Sum]]
) -> pd.DataFrame:
    """All sums of one quarter by person and team, those kept since they were last made where nothing has changed."""
    named = {f"{name}_{part}": one for name, sums in wanted.items() for part, one in sums.items()}
    kind = f"teams_{sha256_of(repr(named))[:8]}"
    span = quarter.span(study.settings.calendar.month_ends_on)
    spells = staff[staff["quarter"] == str(quarter)]
    made = kept(study, span, kind, lambda: Parts(frames={"sums": _summed(study, quarter, spells, named)}, told={}))
    return made.frames["sums"]


def _summed(study: Study, quarter: Quarter, spells: pd.DataFrame, named: Mapping[str, Sum]) -> pd.DataFrame:
    """All sums of one quarter by person and team, summed by the engine by person and day."""
    import pandas as pd

    groups: dict[tuple[str, str], dict[str, Sum]] = {}
    for column, one in named.items():
        groups.setdefault((one.table, one.person), {})[column] = one
    last_day = quarter.last_day(study.settings.calendar.month_ends_on)
    parts = []
    for table, rows in tables_of(study, quarter, dict.fromkeys(table for table, _ in groups)):
        ready = prepared(table, rows)
        for columns in (columns for group, columns in groups.items() if group[0] == table):
            daily = summed(table, ready, [*columns.values()], last_day).to_pyarrow().to_pandas()
            daily = daily.rename(columns={f"s{place}": column for place, column in enumerate(columns)})
            parts.append(_by_team(daily, spells, str(quarter))[[*columns]])
    return pd.concat(parts).fillna(0).astype("int64").groupby(_KEYS).sum() if parts else pd.DataFrame()


def _by_team(daily: pd.DataFrame, staff: pd.DataFrame, quarter: str) -> Any:
    """Sum days by the team in which each person was on the day; work of people in no team is left out."""
    import pandas as pd

    day = pd.to_datetime(daily["day"]).astype("datetime64[s]")
    first, last = staff["first"].iloc[0], staff["last"].iloc[0]
    daily = daily.assign(day=day.where(day > first, first))
    daily = daily[daily["day"] <= last].sort_values("day", kind="stable")
    spells = staff[["employee_id", "team", "valid_from"]].sort_values("valid_from", kind="stable")
    daily["employee_id"] = daily["employee_id"].astype(spells["employee_id"].dtype)
    held = pd.merge_asof(daily, spells, left_on="day", right_on="valid_from", by="employee_id")
    # Whose work begins before her row of the roster is in the team of her first day.
    began = held["valid_from"].notna()
    held["team"] = held["team"].where(began, held["employee_id"].map(spells.groupby("employee_id")["team"].first()))
    return held.assign(quarter=quarter).drop(columns=["day", "valid_from"]).groupby(_KEYS).sum()
