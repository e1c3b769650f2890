"""Person-weeks: a second road in plain pandas, sheets alone, and roles of the day."""

import pandas as pd

from design_lab.ingest import table_path
from design_lab.scoring import person_weeks


def read(study, table):
    return pd.concat(pd.read_parquet(table_path(study, table, quarter)) for quarter in study.quarters)


def test_counts_equal_plain_pandas(small):
    made = person_weeks(small, small.quarters)
    calls = read(small, "interactions").query("channel == 'phone'")
    monday = calls["started_at"].dt.to_period("W-SUN").dt.start_time.rename("begins")
    grouped = calls.groupby(["employee_id", monday])
    assert (made.length, made.timed) == ("week", True)
    assert made.rows.index.is_unique
    assert made.rows["calls"].to_dict() == grouped.size().to_dict()
    days = grouped["started_at"].apply(lambda day: day.dt.date.nunique())
    assert made.rows["days"].to_dict() == days.to_dict()
    assert made.rows[list(made.mix)].sum(axis=1).equals(made.rows["calls"])
    ratings = read(small, "surveys").query("channel == 'phone' or channel.isnull()")
    satisfied = ratings["grade"].isin(["satisfied", "very_satisfied"])
    weekly = satisfied.groupby([ratings["employee_id"], ratings["rated_at"].dt.to_period("W-SUN").dt.start_time]).sum()
    shared = made.rows.index.intersection(weekly.index)
    assert len(shared) > 1000
    assert (made.rows.loc[shared, "satisfied"] == weekly.loc[shared]).all()


def test_signed_in_time_is_that_of_the_sheets(small):
    sheets = read(small, "agent_periods")
    told = sheets[sheets["answered"].notna() & sheets["signed_in_ms"].notna()]
    made = person_weeks(small, small.quarters)
    with_calls = told.assign(begins=pd.to_datetime(told["date"]).dt.to_period("W-SUN").dt.start_time)
    weekly = with_calls.groupby(["employee_id", "begins"])["signed_in_ms"].sum().reindex(made.rows.index).fillna(0)
    assert (made.rows["worked_ms"] == weekly).all()


def test_a_person_who_changed_role_has_the_role_of_the_week(small):
    staff = read(small, "staff").drop_duplicates()
    spells = staff.groupby("employee_id")["role"].nunique()
    moved = spells[spells > 1].index
    rows = person_weeks(small, small.quarters).rows.reset_index()
    for person in set(moved) & set(rows["employee_id"]):
        starts = staff[staff["employee_id"] == person].sort_values("valid_from")
        for _, week in rows[rows["employee_id"] == person].iterrows():
            before = starts[pd.to_datetime(starts["valid_from"]) <= week["begins"]]
            if len(before):
                assert week["role"] == before["role"].iloc[-1]
    assert not rows[["role", "level"]].isna().any().any()
