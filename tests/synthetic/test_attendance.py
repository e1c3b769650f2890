"""Attendance agrees with who took calls, and differs between people as the centre states."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from design_lab.synthetic.attendance import MATERNITY, PRESENT, SICK, make_attendance
from design_lab.synthetic.exports import QuarterData


def rates(data: QuarterData) -> np.ndarray:
    found = data.attendance
    scheduled = np.bincount(found.person, weights=found.scheduled)
    present = np.bincount(found.person, weights=found.present)
    return present[scheduled >= 40] / scheduled[scheduled >= 40]


def test_who_took_calls_was_present_and_the_trained_present_took_calls(large: QuarterData) -> None:
    found, duty = large.attendance, large.duty
    key = found.person * 1_000 + found.day
    assert len(np.unique(key)) == len(key)
    present = set(key[found.present])
    on_duty = {one for part in (duty, large.desk_duty) for one in part.person * 1_000 + part.day}
    assert on_duty <= present
    people = large.organisation.people
    trained = large.quarter.first_day().toordinal() - large.centre.duty.training_days
    takes = {stint.person for stint in large.organisation.stints if large.organisation.teams[stint.team].queue}
    back = {stint.person for stint in large.organisation.stints if not large.organisation.teams[stint.team].queue}
    calls = {i for i in takes - back if people[i].hired.toordinal() <= trained}
    assert {one for one in present if one // 1_000 in calls} <= on_duty


def test_attendance_is_left_skewed_around_the_stated_presence(large: QuarterData) -> None:
    found, share = large.attendance, rates(large)
    kept = found.scheduled & (found.reason != MATERNITY)
    assert abs(found.present[kept].mean() - large.centre.duty.presence) < 0.015
    share = share[share > 0.5]
    skew = ((share - share.mean()) ** 3).mean() / share.std() ** 3
    assert skew < -0.5
    assert np.quantile(share, 0.05) < 0.85 < 0.93 < np.quantile(share, 0.9)


def test_a_day_missed_has_a_reason_and_is_not_late(large: QuarterData) -> None:
    found = large.attendance
    assert (found.reason[~found.scheduled] == PRESENT).all()
    assert not found.late[~found.present].any()
    assert 0.005 < found.late[found.present].mean() < 0.03


def test_maternity_leave_is_womens_and_long(large: QuarterData) -> None:
    found = large.attendance
    people = np.unique(found.person[found.reason == MATERNITY])
    assert people.size >= 1
    assert all(large.organisation.people[i].woman for i in people)
    assert 0 < (found.reason == SICK).sum() < found.scheduled.sum() * 0.05


def test_without_spread_everybody_misses_work_at_the_same_rate(quarter: QuarterData) -> None:
    duty = quarter.centre.duty.model_copy(update={"absence_sd": 0.0, "maternity_per_year": 0.0})
    plain = make_attendance(quarter.centre.model_copy(update={"duty": duty}), quarter.organisation, quarter.quarter)
    assert not (plain.reason == MATERNITY).any()
    assert abs(plain.present[plain.scheduled].mean() - duty.presence) < 0.03


def test_the_register_has_a_row_a_person_and_day(study: Path, quarter: QuarterData) -> None:
    with (study / "raw" / "2026Q1" / "考勤明细.csv").open(encoding="gb18030", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(quarter.attendance.person)
    assert sum(row["是否出勤"] == "是" for row in rows) == quarter.attendance.present.sum()
    assert {row["请假类型"] for row in rows} <= {"", "年假", "病假", "事假", "产假"}
    assert not [row for row in rows if row["请假类型"] and row["是否出勤"] == "是"]
