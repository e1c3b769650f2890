"""Team-quarters: a second road in plain pandas, people who change teams, and outcomes without data."""

import datetime as dt
import shutil

import numpy as np
import pandas as pd
import pytest

from design_lab.catalogue.outcomes import OUTCOMES
from design_lab.errors import DataError
from design_lab.periods import Quarter
from design_lab.scoring.team_quarters import team_quarters
from design_lab.study import Study


@pytest.fixture(scope="module")
def made(small):
    return team_quarters(small, small.quarters)


def read(study, table, quarter):
    return pd.read_parquet(study.tables / table / f"{quarter}.parquet")


def with_teams(study, rows, day, quarter):
    """Add the team of each row's day, found person by person."""
    staff = read(study, "staff", quarter).sort_values("valid_from")
    spells = {person: one[["valid_from", "team"]].to_numpy() for person, one in staff.groupby("employee_id")}

    def team(person, on):
        held = spells.get(person)
        if held is None:
            return None
        before = [team for begins, team in held if pd.Timestamp(begins) <= on]
        return before[-1] if before else held[0][1]

    days = pd.to_datetime(rows[day]).dt.normalize()
    return rows.assign(team=[team(*pair) for pair in zip(rows["employee_id"], days, strict=True)])


def test_csat_and_handle_time_equal_plain_pandas(small, made):
    quarter = small.quarters[-1]
    rates = made.rates().query("quarter == @quarter.__str__()").set_index("team")
    ratings = with_teams(small, read(small, "surveys", quarter).query("channel == 'phone'"), "rated_at", quarter)
    satisfied = ratings["grade"].isin(["very_satisfied", "satisfied"]).groupby(ratings["team"]).mean()
    assert rates["csat"].dropna().to_dict() == pytest.approx(satisfied.to_dict())
    calls = with_teams(small, read(small, "interactions", quarter).query("channel == 'phone'"), "started_at", quarter)
    handle = calls[["talk_ms", "hold_ms", "wrap_ms"]].sum(axis=1).groupby(calls["team"]).mean() / 1000
    assert rates["handle_seconds"].dropna().to_dict() == pytest.approx(handle.to_dict())
    assert rates["calls"].sum() == len(calls)


def test_sums_are_whole_and_none_is_lost_or_counted_twice(small, made):
    counts = made.counts()
    assert all(kind == np.int64 for kind in counts.dtypes)
    reviews = sum(read(small, "quality_reviews", quarter)["points_x100"].count() for quarter in small.quarters)
    assert counts["qa_score_under"].sum() == reviews
    assert list(counts.index) == sorted(counts.index)


def test_leavers_are_counted_once_in_the_quarter_and_team_in_which_they_left(small, made):
    gone = pd.concat([read(small, "staff", quarter) for quarter in small.quarters]).dropna(subset="leave_date")
    first, last = (getattr(small.quarters[place], f"{end}_day")() for place, end in ((0, "first"), (-1, "last")))
    left = gone[pd.to_datetime(gone["leave_date"]).between(str(first), str(last))]["employee_id"].nunique()
    assert left > 0
    assert made.counts()["leavers_over"].sum() == left


def test_frozen_teams_keep_every_sum_and_move_nobody(made):
    """Everybody's work is there still, in one team a person; who was in two in a quarter is one person now."""
    frozen = made.frozen_on(dt.date(2025, 9, 30))
    own, theirs = (
        one.counts().drop(columns=["people", "leavers_under"]).groupby("quarter").sum() for one in (frozen, made)
    )
    assert own.equals(theirs)
    people = made.sums.reset_index().groupby("quarter")["employee_id"].nunique()
    assert frozen.counts().groupby("quarter")["leavers_under"].sum().to_dict() == people.to_dict()
    assert (frozen.sums.reset_index().groupby("employee_id")["team"].nunique() == 1).all()
    before = made.roster[made.roster["valid_from"] <= "2025-09-30"].sort_values("valid_from")
    home = before.groupby("employee_id")["team"].last()
    held = frozen.sums.reset_index().drop_duplicates("employee_id").set_index("employee_id")["team"]
    shared = home.index.intersection(held.index)
    assert len(shared) > 10
    assert held[shared].equals(home[shared])


def test_an_outcome_by_person_is_what_the_team_has_each_weighed_by_her_ratings(made):
    people = made.by_person("csat").set_index(["employee_id", "team", "quarter"])
    under = made.sums["csat_under"].reindex(people.index)
    told = (people["value"] * under).groupby(["team", "quarter"]).sum() / under.groupby(["team", "quarter"]).sum()
    teams = made.rates().set_index(["team", "quarter"])["csat"].dropna()
    assert (told - teams).abs().max() < 1e-12
    assert len(told) == len(teams)
    assert made.by_person("repeat_calls").empty


def test_outcomes_without_data_are_absent_with_the_reason(small, made):
    assert made.absent["repeat_calls"] == "callers_unknown"
    assert {*made.outcomes} | {*made.absent} >= {*OUTCOMES}
    assert not {*made.outcomes} & {*made.absent}


def test_a_table_missing_in_one_quarter_leaves_its_outcomes_out(small, tmp_path):
    """Another source in the middle would look like a change; of calls the sheets tell in every quarter."""
    folder = tmp_path / "small"
    shutil.copytree(small.folder, folder, ignore=shutil.ignore_patterns("raw"))
    for table in ("quality_reviews", "interactions"):
        (folder / "tables" / table / f"{small.quarters[2]}.parquet").unlink()
    found = team_quarters(Study.open(folder), small.quarters)
    assert found.absent["qa_score"] == found.absent["transfers"] == "table_missing"
    sheets = pd.concat([read(small, "agent_periods", quarter) for quarter in small.quarters])
    timed = sheets["answered"].notna() & sheets["talk_ms"].notna()
    assert found.counts()["handle_seconds_under"].sum() == sheets.loc[timed, "answered"].sum() > 0


def test_a_quarter_that_is_not_built_is_named(small):
    with pytest.raises(DataError, match=r"tables of 2031Q1 are not built"):
        team_quarters(small, [Quarter(2031, 1)])
