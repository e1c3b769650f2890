"""People needed: the week's profile, today's week, and what a change of handle time asks for."""

import datetime as dt
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from design_lab.budget import Range, Service
from design_lab.errors import DataError
from design_lab.expected import capacity as people
from design_lab.expected.capacity import HandleChange, NoCapacity, Profile, erlang_a, profile_of, staffing, standing
from design_lab.expected.capacity.profile import read_profile

TITLE = {"en": "Another scheme", "zh": "另一方案"}
DAYS = [dt.date(2026, 7, 6) + dt.timedelta(days=step) for step in range(28)]  # four whole weeks
EXACT = Range(low=0.3, central=0.3, high=0.3)


def service(**changed):
    stated = {"service_level": 0.8, "within_seconds": 20.0, "weekly_hours": 40.0, "shrinkage": EXACT}
    return Service(**{**stated, **changed})


def intervals(queues=("a",), hours=range(9, 17), offered=40):
    rows = [
        (queue, dt.datetime.combine(day, dt.time(hour)), offered + hour, offered, hour)
        for queue in queues
        for day in DAYS
        for hour in hours
    ]
    return pd.DataFrame(rows, columns=["queue", "starts_at", "offered", "answered", "abandoned"])


def presence(table, agents=3):
    rows = [
        (f"{queue}{number}", queue, start.normalize(), start.hour * 60, True)
        for queue, start in zip(table["queue"], table["starts_at"], strict=True)
        for number in range(agents)
    ]
    return pd.DataFrame(rows, columns=["employee_id", "queue", "day", "start", "phone"])


def made(table, ready_hours=None, **changed):
    there = presence(table)
    given = {
        "quarter": "2026Q3", "minutes": 60, "where": "study x, 2026Q3, queue_intervals", "presence": there,
        "handle": dict.fromkeys(table["queue"].unique(), 180.0), "ready_hours": ready_hours, "people": 6,
    }  # fmt: skip
    return profile_of(table, DAYS, **{**given, **changed})


def one_cell(calls=200.0, handle=180.0, agents=np.nan, abandoned=None, cells=1):
    """A profile of equal hours, the first of each weekday."""
    frame = pd.DataFrame(
        {
            "queue": "a",
            "weekday": range(cells),
            "start": 540,
            "offered": calls,
            "handle_seconds": handle,
            "agents": agents,
        }
    )
    return Profile(
        quarter="2026Q3", minutes=60, cells=frame, slots=frame, staffed=bool(np.isfinite(agents)), people=20, holes=0, expected=cells,
        abandoned=abandoned, in_20_seconds=None,
    )  # fmt: skip


def test_the_week_holds_every_call_of_the_quarter():
    table = intervals(queues=("a", "b"))
    week = made(table)
    assert (week.minutes, week.holes, week.expected, week.people) == (60, 0, 2 * 28 * 8, 6)
    assert week.column("offered").sum() * 4 == table["offered"].sum()
    assert week.abandoned == pytest.approx(table["abandoned"].sum() / table["offered"].sum())
    assert week.in_20_seconds is None
    at_nine = week.cells[(week.cells["queue"] == "b") & (week.cells["start"] == 540)]
    assert at_nine["offered"].tolist() == [49.0] * 7


def test_a_hole_is_named_and_leaves_the_other_days_as_they_are():
    table = intervals()
    lost = table.drop(index=table.index[[0, 1, 50]])
    week = made(lost)
    assert (week.holes, week.expected) == (3, 28 * 8)
    assert week.cells["offered"].tolist() == made(table).cells["offered"].tolist()
    assert "profile_holes" in week.limits
    (told,) = [one for one in standing(week, service(), 0.9).findings() if one.id == "capacity.holes"]
    assert (told.value, told.n) == (3, 28 * 8)
    assert "3 bear no row" in told.text["en"]


def test_an_hour_lost_on_every_day_is_a_hole_too():
    table = intervals()
    week = made(table[table["starts_at"].dt.hour != 12])
    assert week.holes == 28
    assert 720 not in set(week.cells["start"])


def test_few_calls_without_a_row_are_no_calls():
    table = intervals(offered=-7)  # 2 to 9 an hour
    first = table.index[table["offered"] == 2][:1]
    week = made(table.drop(index=first))
    assert week.holes == 0
    assert week.column("offered").sum() * 4 == table["offered"].sum() - 2


def test_a_profile_of_holes_is_refused_in_a_sentence():
    table = intervals()
    with pytest.raises(DataError, match=r"queue_intervals: queue 'a' has no row for 56 intervals \(25% of those"):
        made(table[~table["starts_at"].dt.hour.isin([11, 14])])
    with pytest.raises(DataError, match="no call of queue 'a' stands in interactions"):
        made(table, handle={"b": 100.0})


def test_those_who_took_calls_are_scaled_to_the_time_they_were_ready():
    table = intervals()
    assert not made(table).staffed
    week = made(table, ready_hours=28 * 8 * 3 * 0.75)
    assert week.column("agents") == pytest.approx(np.full(56, 3 * 0.75))


def test_the_small_study_s_week_is_its_tables(small):
    quarter = small.quarters[-1]
    week = read_profile(small, quarter)
    table = pd.read_parquet(small.tables / "queue_intervals" / f"{quarter}.parquet")
    sheets = pd.read_parquet(small.tables / "agent_periods" / f"{quarter}.parquet")
    calls = pd.read_parquet(small.tables / "interactions" / f"{quarter}.parquet").query("channel == 'phone'")
    dates = pd.Series(pd.date_range(quarter.first_day(), quarter.last_day()).day_of_week).value_counts()
    offered = week.column("offered") @ week.cells["weekday"].map(dates).to_numpy(float)
    assert offered >= table["offered"].sum()
    assert offered == pytest.approx(table["offered"].sum(), rel=max(4 * week.holes / week.expected, 1e-9))
    assert week.minutes == 30
    assert week.people == calls["employee_id"].nunique()
    handle = (calls["talk_ms"] + calls["hold_ms"].fillna(0) + calls["wrap_ms"].fillna(0)).groupby(calls["queue"]).mean()
    assert week.cells.groupby("queue")["handle_seconds"].first().to_dict() == pytest.approx((handle / 1000).to_dict())
    ready = (sheets["signed_in_ms"] - sheets["aux_ms"]).sum() / 3.6e6
    there = week.column("agents") @ week.cells["weekday"].map(dates).to_numpy(float) * 0.5
    assert there <= ready * 1.05


def test_tables_that_are_not_there_are_named(small, told):
    study = told("scheme_history: []\n")
    (study.folder / "tables").unlink()
    with pytest.raises(DataError, match="2026Q3, queue_intervals: is not delivered"):
        read_profile(study, study.quarters[-1])


def test_sheets_alone_give_every_queue_the_centre_s_handle_time(small, told):
    study, quarter = told("scheme_history: []\n"), small.quarters[-1]
    (study.folder / "tables").unlink()
    for name in ("queue_intervals", "agent_periods"):
        (study.folder / "tables" / name).mkdir(parents=True)
        shutil.copy(small.tables / name / f"{quarter}.parquet", study.folder / "tables" / name)
    week = read_profile(study, quarter)
    sheets = pd.read_parquet(small.tables / "agent_periods" / f"{quarter}.parquet").query("answered > 0")
    spent = (sheets["talk_ms"] + sheets["hold_ms"] + sheets["wrap_ms"]).sum()
    assert week.column("handle_seconds") == pytest.approx(spent / sheets["answered"].sum() / 1000)
    assert (week.staffed, week.one_handle, week.people) == (False, True, sheets["employee_id"].nunique())
    told_of = standing(week, service(), 0.9).findings()[0]
    assert (
        "Handle time is the whole centre's for every queue, for calls are not delivered one by one." in told_of.limits
    )
    shutil.rmtree(study.folder / "tables" / "agent_periods")
    with pytest.raises(DataError, match="neither calls nor sheets by agent tell how long a call takes"):
        read_profile(study, quarter)


def test_people_needed_by_hand():
    # 200 calls an hour of 180 s ask for 14 agents at 80/20 and occupancy .85 (CRAN ErlangC); one hour on 5 weekdays.
    week = standing(one_cell(cells=5), service(), 0.85)
    assert week.patience is None
    assert week.hours_a_week == 5 * 14
    assert float(week.people(week.hours_a_week, 0.3)) == pytest.approx(5 * 14 / (40 * 0.7))
    told = week.findings()[0]
    assert (told.id, told.claim) == ("capacity.fte", "accounting")
    assert told.value == pytest.approx(2.5)
    assert told.interval == pytest.approx((2.5, 2.5))  # shrinkage is one number here


def test_the_interval_of_people_needed_is_that_of_shrinkage():
    week = standing(one_cell(cells=5), service(shrinkage=Range(low=0.2, central=0.3, high=0.4)), 0.85)
    low, high = week.findings()[0].interval
    drawn = 70 / (40 * (1 - week.service.shrinkage.draws(200_000, np.random.default_rng(1))))
    assert (low, high) == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])), rel=2e-3)


def test_patience_is_the_one_that_loses_as_many_calls():
    met = erlang_a(11.3, 200.0, handle=180.0, within=20, patience=75.0)
    week = standing(one_cell(agents=11.3, abandoned=float(met.abandoned)), service(), 0.9)
    assert week.patience == pytest.approx(75, rel=1e-5)
    assert week.fitted
    assert week.today["service_level"] == pytest.approx(float(met.service_level), rel=1e-5)
    stated = standing(one_cell(agents=11.3, abandoned=0.5), service(patience_seconds=60.0), 0.9)
    assert (stated.patience, stated.fitted) == (60, False)


@pytest.mark.parametrize(
    "week",
    [one_cell(), one_cell(abandoned=0.1), one_cell(agents=11.0), one_cell(agents=500.0, abandoned=0.2)],
    ids=["nothing", "no_agents", "no_losses", "no_patience_loses_so_many"],
)
def test_what_callers_meet_is_not_invented(week):
    held = standing(week, service(), 0.9)
    told = {one.id: one for one in held.findings()}
    assert told["capacity.wait_seconds"].claim == "unidentified"
    assert told["capacity.fte"].value > 0
    changed = staffing(held, HandleChange.of(0.1), scheme="x", title=TITLE, rng=np.random.default_rng(1))
    assert {one.id: one.claim for one in changed.findings()}["expected.x.connected"] == "unidentified"
    assert list(changed.table()["measure"]) == ["handle_change", "fte_change"]


@pytest.fixture(scope="module")
def busy():
    """A week of 40 unlike hours that lose calls as callers of 90 s patience would."""
    rng = np.random.default_rng(7)
    frame = pd.DataFrame(
        {"queue": ["a", "b"] * 20, "weekday": np.repeat(range(5), 8), "start": 540, "offered": rng.uniform(20, 900, 40)}
    ).assign(handle_seconds=[150.0, 210.0] * 20)
    load = frame["offered"] * frame["handle_seconds"] / 3600
    frame["agents"] = load * rng.uniform(0.9, 1.3, 40)
    met = erlang_a(
        *(frame[name] for name in ("agents", "offered")), handle=frame["handle_seconds"], within=20, patience=90
    )
    lost = float(met.abandoned @ frame["offered"] / frame["offered"].sum())
    profile = replace(one_cell(), cells=frame, slots=frame, staffed=True, abandoned=lost)
    return standing(profile, service(shrinkage=Range(low=0.25, central=0.3, high=0.35)), 0.9)


def test_no_change_is_exactly_none(busy):
    for change in (0.0, np.zeros(500)):
        made = staffing(busy, HandleChange.of(change), scheme="x", title=TITLE, rng=np.random.default_rng(1))
        assert not made.fte.any()
        assert not made.handle_seconds.any()
        assert {name: set(draws) for name, draws in made.met.items()} == {
            name: {value} for name, value in busy.today.items()
        }


def test_longer_calls_ask_for_more_and_leave_callers_waiting(busy):
    draws = np.random.default_rng(3).normal(0.05, 0.03, 800)
    made = staffing(busy, HandleChange.of(draws), scheme="x", title=TITLE, rng=np.random.default_rng(1))
    order = np.argsort(draws)
    for name, sign in (
        ("service_level", -1),
        ("connected", -1),
        ("abandoned", 1),
        ("wait_seconds", 1),
        ("occupancy", 1),
    ):
        assert (sign * np.diff(made.met[name][order]) >= 0).all(), name
    assert (np.sign(made.fte) == np.sign(draws))[np.abs(draws) > 0.005].all()
    assert made.met["connected"] + made.met["abandoned"] == pytest.approx(np.ones(800))
    told = {one.id: one for one in made.findings()}
    assert {one.claim for one in told.values()} == {"scenario"}
    assert told["expected.x.fte"].interval[0] < told["expected.x.fte"].value < told["expected.x.fte"].interval[1]


def test_lines_between_changes_are_the_week_worked_out_at_each(busy):
    draws = np.linspace(-0.1, 0.2, 61)
    made = staffing(busy, HandleChange.of(draws), scheme="x", title=TITLE, rng=np.random.default_rng(1))
    held, today = busy.needed(busy.handle), busy.hours_a_week
    lost = busy.service.shrinkage.draws(61, np.random.default_rng(1))
    assert held.sum() == today
    for number in (0, 7, 30, 44, 60):
        handle = busy.handle * (1 + draws[number])
        more = float(busy.people(busy.hours(busy.needed(handle)) - today, lost[number]))
        assert made.fte[number] == pytest.approx(more, abs=0.003 * today / 28)
        met = busy.averaged(busy.met(handle))
        assert made.met["wait_seconds"][number] == pytest.approx(float(met["wait_seconds"]), rel=0.005)


def test_seconds_and_shares_say_the_same_of_one_queue():
    week = standing(one_cell(agents=11.3, abandoned=0.04), service(), 0.9)
    ways = (HandleChange.of(18.0, "seconds"), HandleChange.of(0.1))
    one, other = (staffing(week, way, scheme="x", title=TITLE, rng=np.random.default_rng(1)) for way in ways)
    assert one.fte == pytest.approx(other.fte)
    assert one.met["wait_seconds"] == pytest.approx(other.met["wait_seconds"])
    assert one.handle_seconds == pytest.approx(np.full(one.fte.size, 18.0))


def test_one_number_has_no_interval_and_says_so(busy):
    made = staffing(busy, HandleChange.of(0.05), scheme="x", title=TITLE, rng=np.random.default_rng(1))
    told = {one.id: one for one in made.findings()}
    assert told["expected.x.fte"].interval is not None  # shrinkage is drawn
    waits = told["expected.x.wait_seconds"]
    assert waits.interval is None
    assert "(interval" not in waits.text["en"]
    assert "The change of handle time is one number, so nothing here tells how uncertain it is." in waits.limits


def test_a_change_that_cannot_be_meant_is_refused(busy):
    with pytest.raises(ValueError, match=r"by -0\.99 share leaves under 5% of it; check the unit"):
        staffing(busy, HandleChange.of(-0.99), scheme="x", title=TITLE, rng=np.random.default_rng(1))
    with pytest.raises(ValueError, match="a finite number or a list of such draws"):
        HandleChange.of(np.array([0.1, np.nan]))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_results_are_read_in_both_languages(busy, small, lang):
    changed = staffing(busy, HandleChange.of(0.05), scheme="x", title=TITLE, rng=np.random.default_rng(1))
    for result in (busy, changed):
        shown = small.show(result, lang).frame()
        assert len(shown) == len(result.table())
        assert "nan" not in shown.to_string()
        assert lang == "en" or not [head for head in shown if head.isascii()]


def test_a_study_without_a_service_says_which_key_would_tell(small):
    assert small.settings.service is None
    (made,) = people.capacity(
        small, small.quarters[-1], {small.scheme_names[1]: HandleChange.of(0.05)}, rng=np.random.default_rng(1)
    )
    assert isinstance(made, NoCapacity)
    (told,) = made.findings()
    assert (told.value, told.claim) == (None, "unidentified")
    assert "The key service would tell (service_level, within_seconds" in told.text["en"]


def test_callers_are_followed_through_the_days_as_they_were():
    # One calm and one busy day of a weekday lose more calls than two days of their mean, with the same people there.
    table = intervals(hours=range(9, 10))
    table["offered"] = np.where(table["starts_at"].dt.day_of_year % 2, 90, 10)
    week = made(table, ready_hours=28 * 3.0)
    even = replace(week, slots=week.slots.assign(offered=50.0))
    held, calm = (standing(one, service(patience_seconds=90.0), 0.9) for one in (week, even))
    assert held.hours_a_week == calm.hours_a_week
    assert held.today["abandoned"] > calm.today["abandoned"] + 0.02
    met = erlang_a(3.0, np.array([90.0, 10.0]), handle=180.0, within=20.0, patience=90.0)
    assert held.today["abandoned"] == pytest.approx(float(met.abandoned @ [0.9, 0.1]))
