"""One quarter of raw files, written the way a Chinese bank exports them; a file that exists is left as it is.

Below `raw/<quarter>/`: `花名册.xlsx`, `工号对照表.xlsx`, `话务日报/座席话务报表_YYYYMMDD.xlsx`,
`通话明细_NN.csv` or `通话明细.parquet`, `满意度评价.csv`, of a text desk `在线会话明细.csv` and
`在线满意度评价.csv`, `质检成绩.xlsx`, `同事互评.xlsx`, `考勤明细.csv`, and the registers of `records`. Validity
dates are inclusive; a date after the quarter's last day is not known yet and stays empty. Faults that the centre states
(`faults`) are planted while the files are written; what they are written from stays as it was.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from design_lab.files import TEMPORARY_MARK
from design_lab.periods import Quarter
from design_lab.synthetic import details, records, sheets
from design_lab.synthetic.appraisal import Results, make_results
from design_lab.synthetic.attendance import Attendance, make_attendance
from design_lab.synthetic.calls import Calls, make_calls
from design_lab.synthetic.centre import Centre
from design_lab.synthetic.demand import days_of
from design_lab.synthetic.development import Sales, Training, make_sales, make_training
from design_lab.synthetic.faults import Planting
from design_lab.synthetic.organisation import Organisation, organise
from design_lab.synthetic.outcomes import Complaints, make_complaints
from design_lab.synthetic.rosters import id_rows, review_rows, roster_rows
from design_lab.synthetic.schedule import Duty, make_duty
from design_lab.synthetic.sessions import Sessions, make_sessions
from design_lab.synthetic.voices import ITEMS, Ratings, Reviews, Surveys, make_ratings, make_reviews, make_surveys

Write = Callable[[Path], None]


@dataclass(frozen=True)
class Exported:
    """What was written for a quarter: paths in order, and the number of calls (None: nothing was missing)."""

    paths: list[Path]
    calls: int | None


class QuarterData:
    """A quarter of one centre; each part is made when it is first asked for, and only from the centre."""

    def __init__(self, centre: Centre, quarter: Quarter) -> None:
        self.centre = centre
        self.quarter = quarter

    @cached_property
    def organisation(self) -> Organisation:
        """The people of the whole span."""
        return organise(self.centre)

    @cached_property
    def duty(self) -> Duty:
        """Who was signed in when."""
        return make_duty(self.centre, self.organisation, self.quarter)

    @cached_property
    def attendance(self) -> Attendance:
        """Who was scheduled, at work or away, on every day."""
        return make_attendance(self.centre, self.organisation, self.quarter)

    @cached_property
    def calls(self) -> Calls:
        """All answered calls."""
        return make_calls(self.centre, self.duty, self.quarter)

    @cached_property
    def desk_duty(self) -> Duty:
        """Who sat at the text desk when."""
        return make_duty(self.centre, self.organisation, self.quarter, at_desk=True)

    @cached_property
    def sessions(self) -> Sessions | None:
        """All text sessions; None where there is no text desk."""
        desk = self.centre.text_desk
        return make_sessions(self.centre, desk, self.desk_duty, self.quarter) if desk else None

    @cached_property
    def surveys(self) -> Surveys:
        """The customers' ratings."""
        return make_surveys(self.centre, self.duty, self.calls, self.quarter)

    @cached_property
    def reviews(self) -> Reviews:
        """The quality reviews."""
        return make_reviews(self.centre, self.organisation, self.duty, self.calls, self.quarter)

    @cached_property
    def ratings(self) -> Ratings:
        """The peers' ratings."""
        return make_ratings(self.centre, self.organisation, self.quarter)

    @cached_property
    def complaints(self) -> Complaints:
        """The complaints about calls."""
        return make_complaints(self.centre, self.organisation, self.duty, self.calls, self.quarter)

    @cached_property
    def training(self) -> Training:
        """Hours and exams."""
        return make_training(self.centre, self.organisation, self.attendance, self.quarter)

    @cached_property
    def sales(self) -> Sales:
        """The outbound work of those who sell."""
        return make_sales(self.centre, self.organisation, self.attendance, self.quarter)

    @cached_property
    def results(self) -> Results:
        """The official appraisal."""
        return make_results(self)

    @cached_property
    def faults(self) -> Planting:
        """What is wrong in the exported files, and nowhere else."""
        return Planting(self)


def export_quarter(centre: Centre, quarter: Quarter, folder: Path) -> Exported:
    """Write the raw files of a quarter that `folder` does not hold yet.

    Orphans of a killed run are removed first. Parts of the call detail are written last part first, so that the first
    part stands only when all do.
    """
    for orphan in sorted(folder.rglob(f"*{TEMPORARY_MARK}*")):
        orphan.unlink(missing_ok=True)
    data = QuarterData(centre, quarter)
    written = []
    for path, write in _plan(data, folder):
        if not path.exists():
            write(path)
            written.append(path)
    return Exported(sorted(written), len(data.calls) if "calls" in data.__dict__ else None)


def _plan(data: QuarterData, folder: Path) -> Iterator[tuple[Path, Write]]:
    yield folder / "花名册.xlsx", partial(_write_roster, data=data)
    yield folder / "工号对照表.xlsx", partial(_write_ids, data=data)
    yield folder / "同事互评.xlsx", partial(_write_ratings, data=data)
    yield folder / "考勤明细.csv", partial(_write_attendance, data=data)
    yield from _daily_plan(data, folder / "话务日报")
    yield folder / "质检成绩.xlsx", partial(_write_reviews, data=data)
    yield folder / "满意度评价.csv", partial(_write_surveys, data=data)
    if data.centre.text_desk:
        yield folder / "在线会话明细.csv", partial(_write_sessions, data=data)
        yield folder / "在线满意度评价.csv", partial(_write_session_ratings, data=data)
    yield from records.plan(data, folder)
    yield from _detail_plan(data, folder)


def _detail_plan(data: QuarterData, folder: Path) -> Iterator[tuple[Path, Write]]:
    if data.quarter in data.centre.parquet_quarters:
        yield folder / "通话明细.parquet", partial(_write_extract, data=data)
        return
    if (folder / "通话明细_01.csv").exists():
        return
    table, rows = _call_table(data), data.centre.rows_per_csv - 1
    for part in range((table.num_rows - 1) // rows, -1, -1):
        piece = table.slice(part * rows, rows)
        path = folder / f"通话明细_{part + 1:02d}.csv"
        yield path, partial(details.write_csv, table=piece, changes=data.faults.changes(path.name))


def _write_extract(path: Path, data: QuarterData) -> None:
    details.write_parquet(path, _call_table(data))


def _call_table(data: QuarterData) -> Any:
    return details.call_table(data.centre, data.organisation, data.duty, data.calls)


def _write_surveys(path: Path, data: QuarterData) -> None:
    table = details.survey_table(data.organisation, data.duty, data.calls, data.surveys)
    details.write_csv(path, table, data.faults.changes(path.name))


def _write_sessions(path: Path, data: QuarterData) -> None:
    if data.sessions is not None:
        details.write_csv(path, details.session_table(data.centre, data.organisation, data.desk_duty, data.sessions))


def _write_session_ratings(path: Path, data: QuarterData) -> None:
    if data.sessions is not None:
        parts = data.centre, data.organisation, data.desk_duty, data.sessions
        details.write_csv(path, details.session_rating_table(*parts))


def _write_attendance(path: Path, data: QuarterData) -> None:
    table = details.attendance_table(data.organisation, data.attendance, data.quarter)
    details.write_csv(path, table, data.faults.changes(path.name))


def _write_roster(path: Path, data: QuarterData) -> None:
    title = f"{data.centre.title}员工花名册 {data.quarter}"
    sheets.write_table(
        path, "员工花名册", sheets.ROSTER_HEADERS, data.faults.into(path.name, roster_rows(data)), title=title
    )


def _write_ids(path: Path, data: QuarterData) -> None:
    sheets.write_table(path, "对照", sheets.ID_HEADERS, data.faults.into(path.name, id_rows(data)))


def _write_reviews(path: Path, data: QuarterData) -> None:
    sheets.write_table(path, "质检成绩", sheets.REVIEW_HEADERS, data.faults.into(path.name, review_rows(data)))


def _write_ratings(path: Path, data: QuarterData) -> None:
    people = data.organisation.people
    ratings = data.ratings
    columns = zip(ratings.rater, ratings.rated, ratings.item, ratings.points, strict=True)
    rows = [(people[a].hr_id, people[b].hr_id, ITEMS[item], int(points)) for a, b, item, points in columns]
    sheets.write_table(path, "同事互评", sheets.RATING_HEADERS, data.faults.into(path.name, rows))


def _daily_plan(data: QuarterData, folder: Path) -> Iterator[tuple[Path, Write]]:
    for number, day in enumerate(days_of(data.quarter)):
        yield folder / f"座席话务报表_{day:%Y%m%d}.xlsx", partial(_write_daily, data=data, number=number, day=day)


def _write_daily(path: Path, data: QuarterData, number: int, day: dt.date) -> None:
    faults = data.faults
    means_over = faults.means_over.get(number, {})
    sheets.write_daily(path, day, _daily_rows(data, number), faults.subtotals_over.get(number, {}), means_over)


def _daily_rows(data: QuarterData, number: int) -> list[tuple[str, str, str, tuple[int, ...]]]:
    duty, teams, people = data.duty, data.organisation.teams, data.organisation.people
    rows = np.flatnonzero(duty.day == number)
    counts = np.stack([duty.sign_in[rows], duty.busy[rows], duty.rest[rows], *_sums(data)[:, rows]], axis=1)
    counts[:, 4] -= [data.faults.talk_missing.get(row, 0) for row in rows.tolist()]
    named = [(teams[duty.team[row]].title, people[duty.person[row]]) for row in rows]
    return [
        (team, person.acd_id or "", person.name, tuple(int(x) for x in values))
        for (team, person), values in zip(named, counts, strict=True)
    ]


def _sums(data: QuarterData) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return calls and seconds of talk, hold and wrap of each duty row, (4, rows)."""
    calls, size = data.calls, len(data.duty.day)
    weights = (None, calls.talk, calls.hold, calls.wrap)
    return np.array([np.bincount(calls.row, weights=w, minlength=size) for w in weights]).astype(np.int64)
