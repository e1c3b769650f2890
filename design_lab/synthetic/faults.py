"""Faults planted in the exported files, each where the centre states it and where the data check must find it.

A fault changes a cell, a row or a total while a file is written. What happened in the centre, its truth and every file
without a fault stay as they were. Call faults avoid calls that were rated or complained of and share no person and day,
so that what follows from each is known: a call that is lost or cannot be read is one that the agent's sheet still
counts. The last five kinds are none in a reader's eyes: written otherwise, they must be read as if nothing were amiss.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from design_lab.errors import StudyError
from design_lab.files import write_text
from design_lab.synthetic.centre import FaultKind, read_centre
from design_lab.synthetic.draws import Purpose, stream
from design_lab.synthetic.rosters import id_rows, review_rows, roster_rows

if TYPE_CHECKING:
    from design_lab.synthetic.exports import QuarterData

Ints = NDArray[np.int64]
Row = list[Any]
FILE = "faults.json"
_RATINGS, _ATTENDANCE, _REVIEWS, _PEERS = "满意度评价.csv", "考勤明细.csv", "质检成绩.xlsx", "同事互评.xlsx"
_IDS, _ROSTER, _CASES, _EXAMS = "工号对照表.xlsx", "花名册.xlsx", "投诉工单.xlsx", "培训记录.xlsx"
_PAY, _SALES = "绩效工资.xlsx", "外呼营销报表.xlsx"
_HEADER_ROWS = {_ROSTER: 2}  # elsewhere 1
_EXCEL_DAY_0 = dt.date(1899, 12, 30)
_TALK_MISSING = 600  # seconds, more than rounding explains
_MEAN_OVER = 60  # seconds
_HALF_A_MONTH = dt.timedelta(days=14)
_DAYS_UNEMPLOYED = 3


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one row of a file: `rows` turns its cells into the rows that stand in its place, `size` many."""

    rows: Callable[[Row], list[Row]]
    size: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Where a fault stands, and what the data check must say of it or of what follows from it.

    `rule` is one of those of a file's rows, `subtotal`, or with `across` one across tables, which `count` cases break;
    without a rule the row must be read. `row` is None where it is gone, or one of a sheet's; `column` is as the check
    calls it.
    """

    kind: FaultKind
    quarter: str
    file: str
    row: int | None = None
    column: str | None = None
    rule: str | None = None
    across: bool = False
    count: int = 1


class Planting:
    """The faults of one quarter: changes by file and row, what is wrong in the daily sheets, and what must be found."""

    def __init__(self, data: QuarterData) -> None:
        self.data = data
        self.talk_missing: dict[int, int] = {}  # seconds by row of `Duty`
        self.subtotals_over: dict[int, dict[str, int]] = {}  # calls by day and team
        self.means_over: dict[int, dict[str, int]] = {}  # seconds by day and ACD id
        self._changes: dict[str, dict[int, Change]] = {}
        self._found: list[tuple[Mark, int | None, int]] = []  # with the row's index, and which of those in its place
        self._taken: dict[str, set[int]] = {}
        self._kind: FaultKind = "lost_call"
        quarter = data.quarter
        for number, fault in enumerate(data.centre.faults):
            if fault.quarter == quarter:
                self._kind = fault.kind
                self._rng = stream(data.centre.seed, Purpose.FAULTS, quarter.year, quarter.number, number)
                KINDS[fault.kind](self, fault.count)

    def changes(self, file: str) -> Mapping[int, Change]:
        """Return what becomes of a file's rows, by index."""
        return self._changes.get(file, {})

    def into(self, file: str, rows: Iterable[Iterable[Any]]) -> Iterator[Row]:
        """Yield a file's rows with its faults in them."""
        changes = self.changes(file)
        for index, row in enumerate(rows):
            yield from changes[index].rows(list(row)) if index in changes else [list(row)]

    def marks(self) -> list[Mark]:
        """Return what must be found, rows counted from 1 in the file as it was written."""
        return [self._placed(*found) for found in self._found]

    def _placed(self, mark: Mark, index: int | None, nth: int) -> Mark:
        if index is None:
            return mark
        before = sum(change.size - 1 for other, change in self.changes(mark.file).items() if other < index)
        return replace(mark, row=_HEADER_ROWS.get(mark.file, 1) + index + before + nth)

    def draw(self, what: str, candidates: Ints, count: int, *, group: Ints | None = None) -> list[int]:
        """Draw rows, or rows of different groups, that no fault of the quarter has taken."""
        taken, drawn = self._taken.setdefault(what, set()), []
        for index in self._rng.permutation(candidates).tolist():
            name = index if group is None else int(group[index])
            if name not in taken:
                taken.add(name)
                drawn.append(index)
            if len(drawn) == count:
                return drawn
        raise StudyError(f"faults: {self.data.quarter} has no {count} rows left for the kind {self._kind}")

    def change(self, file: str, index: int, rows: Callable[[Row], list[Row]], size: int = 1) -> None:
        """Let a row of a file be written otherwise."""
        self._changes.setdefault(file, {})[index] = Change(rows, size)

    def say(self, file: str, index: int, rule: str | None, column: str | None, *, nth: int = 1) -> None:
        """Note what the check must say of the row of a file, or of the nth of those that stand in its place."""
        self._note(file, index, nth, rule=rule, column=column)

    def say_across(self, file: str, index: int | None, rule: str, count: int = 1) -> None:
        """Note what the check must say across tables of a row of a file, or (None) of one that is gone or a sheet's."""
        self._note(file, index, 1, rule=rule, across=True, count=count)

    def say_of_total(self, file: str, row: int, column: str) -> None:
        """Note which total of which row of a file is not the sum of its rows."""
        self._note(file, None, 1, row=row, rule="subtotal", column=column)

    def _note(self, file: str, index: int | None, nth: int, **said: Any) -> None:
        mark = Mark(kind=self._kind, quarter=str(self.data.quarter), file=file, **said)
        self._found.append((mark, index, nth))

    def daily(self, day: int) -> str:
        """Return the file of the agents' report of a day, counted from the quarter's first."""
        return f"话务日报/座席话务报表_{self.data.quarter.first_day() + dt.timedelta(days=day):%Y%m%d}.xlsx"

    @cached_property
    def detail(self) -> tuple[str, int]:
        """The last part of the call detail, and the index of its first call."""
        if self.data.quarter in self.data.centre.parquet_quarters:
            raise StudyError(f"faults: {self.data.quarter} comes as a parquet extract; plant {self._kind} in another")
        rows = self.data.centre.rows_per_csv - 1
        part = (len(self.data.calls) - 1) // rows
        return f"通话明细_{part + 1:02d}.csv", part * rows

    def calls(self, count: int) -> list[int]:
        """Draw calls of the last part that nobody rated or complained of, each of another person and day."""
        quiet = np.ones(len(self.data.calls), dtype=np.bool_)
        quiet[self.data.surveys.call] = False
        quiet[self.data.complaints.call] = False
        quiet[: self.detail[1]] = False
        return self.draw("days", np.flatnonzero(quiet), count, group=self.data.calls.row)


def _cell(at: int, new: Callable[[Any], Any]) -> Callable[[Row], list[Row]]:
    """Return the change of the cell in column `at`."""
    return lambda row: [[*row[:at], new(row[at]), *row[at + 1 :]]]


def _always(value: Any) -> Callable[[Any], Any]:
    return lambda _: value


def _shared_with(person: str) -> Callable[[Row], list[Row]]:
    """Return the change that gives the id of a row to a second person, from the day after it begins."""
    return lambda row: [row, [*row[:2], person, row[3] + dt.timedelta(days=1), *row[4:]]]


def _call_cell(new: Callable[[str], str], rule: str) -> Callable[[Planting, int], None]:
    """Talk time of calls that cannot be used: the row is left out, and the agent's sheet counts one more."""

    def plant(planting: Planting, count: int) -> None:
        file, first = planting.detail
        for call in planting.calls(count):
            planting.change(file, call - first, _cell(5, new))
            planting.say(file, call - first, rule, "通话时长(秒)")
            planting.say_across(file, call - first, "count_differs")

    return plant


def _row_cell(
    file: str, at: int, new: Callable[[Any], Any], rule: str | None, column: str | None,
    rows: Callable[[QuarterData], Ints],
) -> Callable[[Planting, int], None]:  # fmt: skip
    """Cells of rows drawn among `rows`, and what the check must say of each."""

    def plant(planting: Planting, count: int) -> None:
        for index in planting.draw(file, rows(planting.data), count):
            planting.change(file, index, _cell(at, new))
            planting.say(file, index, rule, column)

    return plant


def _every(name: str) -> Callable[[QuarterData], Ints]:
    """All rows of a part of the quarter's data."""
    sizes: dict[str, Callable[[QuarterData], int]] = {
        "surveys": lambda data: len(data.surveys.call), "reviews": lambda data: len(data.reviews.call),
        "ratings": lambda data: len(data.ratings.rater), "complaints": lambda data: len(data.complaints.call),
        "pay": lambda data: len(data.organisation.on(data.quarter.first_day())),
        "sales": lambda data: len(data.sales.day),
    }  # fmt: skip
    return lambda data: np.arange(sizes[name](data))


def _resting(data: QuarterData) -> Ints:
    return np.flatnonzero(~data.attendance.scheduled)


def _examined(data: QuarterData) -> Ints:
    return np.flatnonzero(~np.isnan(data.training.exam))


def _repeated_row(planting: Planting, count: int) -> None:
    for index in planting.draw(_ATTENDANCE, _resting(planting.data), count):
        planting.change(_ATTENDANCE, index, lambda row: [row, row], size=2)
        planting.say(_ATTENDANCE, index, "duplicate", "employee_id + date", nth=2)


def _repeated_call(planting: Planting, count: int) -> None:
    file, first = planting.detail
    for call in planting.calls(count):
        planting.change(file, call - first, lambda row: [row, row], size=2)
        planting.say(file, call - first, "duplicate", "interaction_id", nth=2)


def _lost_call(planting: Planting, count: int) -> None:
    file, first = planting.detail
    for call in planting.calls(count):
        planting.change(file, call - first, lambda _: [], size=0)
        planting.say_across(file, None, "count_differs")


def _overlapping_call(planting: Planting, count: int) -> None:
    """Let calls begin while the one before, by the same person, still goes on."""
    calls, (file, first) = planting.data.calls, planting.detail
    while count:
        (call,) = planting.calls(1)
        before = np.flatnonzero(calls.row[:call] == calls.row[call])
        if before.size and calls.talk[before[-1]] > 60:
            start = str((calls.start[before[-1]] + 20).astype("datetime64[s]")).replace("T", " ")
            planting.change(file, call - first, _cell(4, _always(start)))
            planting.say_across(file, call - first, "overlapping")
            count -= 1


def _talk_missing_in_sheet(planting: Planting, count: int) -> None:
    calls, size = planting.data.calls, len(planting.data.duty.day)
    talk = np.bincount(calls.row, weights=calls.talk, minlength=size)
    tolerated = 3 * np.bincount(calls.row, minlength=size)
    fit = np.flatnonzero((talk > 2 * _TALK_MISSING) & (tolerated < _TALK_MISSING))
    for row in planting.draw("days", fit, count):
        planting.talk_missing[row] = _TALK_MISSING
        planting.say_across(planting.daily(int(planting.data.duty.day[row])), None, "time_differs")


def _wrong_mean(planting: Planting, count: int) -> None:
    """Let the mean handle time of a row be another than its times over its calls."""
    data = planting.data
    answered = np.flatnonzero(np.bincount(data.calls.row, minlength=len(data.duty.day)) > 0)
    for row in planting.draw("days", answered, count):
        day, acd_id = int(data.duty.day[row]), data.organisation.people[data.duty.person[row]].acd_id
        planting.means_over.setdefault(day, {})[str(acd_id)] = _MEAN_OVER
        planting.say_across(planting.daily(day), None, "mean_handle_differs")


def _second_pay(planting: Planting, count: int) -> None:
    """Pay somebody twice in the quarter's first month."""
    for index in planting.draw(_PAY, _every("pay")(planting.data), count):
        planting.change(_PAY, index, lambda row: [row, [row[0], row[1] + _HALF_A_MONTH, *row[2:]]], size=2)
        planting.say_across(_PAY, index, "paid_twice")


def _wrong_subtotal(planting: Planting, count: int) -> None:
    """Let a team's subtotal count one call more than its rows."""
    data = planting.data
    for row in planting.draw("subtotals", np.arange(len(data.duty.day)), count, group=data.duty.day):
        day, team = int(data.duty.day[row]), int(data.duty.team[row])
        planting.subtotals_over[day] = {data.organisation.teams[team].title: 1}
        teams = data.duty.team[data.duty.day == day]
        blocks = list(dict.fromkeys(teams.tolist()))
        above = 1 + int(np.flatnonzero(teams == team)[-1]) + blocks.index(team)  # rows and subtotals
        planting.say_of_total(planting.daily(day), 3 + above + 1, "话务/接听量")


def _id_of_two_people(planting: Planting, count: int) -> None:
    """Give a quality-review id to a second person: whose the reviews under it are nobody can say."""
    rows = list(id_rows(planting.data))
    reviews: dict[str, list[int]] = {}
    for number, row in enumerate(review_rows(planting.data)):
        reviews.setdefault(row[1], []).append(number)
    known = [index for index, row in enumerate(rows) if row[0] == "QA" and row[1] in reviews]
    known.sort(key=lambda index: (len(reviews[rows[index][1]]), index))
    for index in planting.draw(_IDS, np.array(known[: 2 * count]), count):
        _, own, person, *_ = rows[index]
        other = next(row[2] for row in rows if row[2] != person)
        planting.change(_IDS, index, _shared_with(other), size=2)
        planting.say(_IDS, index, "overlap", "external_id")
        planting.say(_IDS, index, "overlap", "external_id", nth=2)
        for review in planting.draw(_REVIEWS, np.array(reviews[own]), len(reviews[own])):
            planting.say(_REVIEWS, review, "unmatched", "质检工号")


def _wrong_employment(at: int, *, first_days: bool) -> Callable[[Planting, int], None]:
    """A date of hire after, or of leaving before, a few days on which the person signed in."""

    def plant(planting: Planting, count: int) -> None:
        data, rows = planting.data, list(roster_rows(planting.data))
        number = {one.hr_id: i for i, one in enumerate(data.organisation.people)}
        once = [i for i, row in enumerate(rows) if sum(row[0] == other[0] for other in rows) == 1 and row[11] is None]
        at_desk = set(data.desk_duty.person.tolist())
        fit = [i for i in once if (who := number[rows[i][0]]) not in at_desk and (data.duty.person == who).sum() > 20]
        for index in planting.draw(_ROSTER, np.array(fit), count):
            days = np.sort(data.duty.day[data.duty.person == number[rows[index][0]]])
            day = days[_DAYS_UNEMPLOYED] if first_days else days[-_DAYS_UNEMPLOYED - 1]
            date = data.quarter.first_day() + dt.timedelta(days=int(day))
            planting.change(_ROSTER, index, _cell(at, _always(date)))
            planting.say_across(_ROSTER, index, "not_employed", _DAYS_UNEMPLOYED)

    return plant


def _rating_without_call(planting: Planting, count: int) -> None:
    for index in planting.draw(_RATINGS, np.arange(len(planting.data.surveys.call)), count):
        planting.change(_RATINGS, index, _cell(0, lambda call: f"9{call[1:]}"))
        planting.say_across(_RATINGS, index, "rating_without_contact")


KINDS: Mapping[FaultKind, Callable[[Planting, int], None]] = {
    "unreadable_duration": _call_cell(lambda _: "未知", "unread"),
    "negative_duration": _call_cell(lambda seconds: f"-{seconds}", "out_of_bounds"),
    "duration_beyond_a_day": _call_cell(lambda _: "90000", "out_of_bounds"),
    "no_such_day": _row_cell(
        _RATINGS, 2, lambda time: f"{time[:4]}-02-30{time[10:]}", "unread", "评价时间", _every("surveys")
    ),
    "empty_answer": _row_cell(_RATINGS, 3, lambda _: "", "empty", "按键", _every("surveys")),
    "unknown_key": _row_cell(_RATINGS, 3, lambda _: "9", "unread", "按键", _every("surveys")),
    "points_beyond_scale": _row_cell(
        _PEERS, 3, lambda points: points * 100, "out_of_bounds", "得分", _every("ratings")
    ),
    "stranger": _row_cell(_ATTENDANCE, 0, lambda _: "099999", "unmatched", "工号", _resting),
    "repeated_row": _repeated_row,
    "repeated_call": _repeated_call,
    "other_quarter": _row_cell(
        _REVIEWS, 0, lambda day: day - dt.timedelta(days=366), "outside_quarter", "reviewed_on", _every("reviews")
    ),
    "id_of_two_people": _id_of_two_people,
    "wrong_subtotal": _wrong_subtotal,
    "lost_call": _lost_call,
    "talk_missing_in_sheet": _talk_missing_in_sheet,
    "overlapping_call": _overlapping_call,
    "wrong_mean": _wrong_mean,
    "second_pay": _second_pay,
    "hired_after_working": _wrong_employment(10, first_days=True),
    "left_before_working": _wrong_employment(11, first_days=False),
    "rating_without_call": _rating_without_call,
    "thousands_separators": _row_cell(_PAY, 2, lambda yuan: f"{yuan:,}", None, "基本工资", _every("pay")),
    "percent_signs": _row_cell(_EXAMS, 4, lambda share: f"{share:.1%}", None, "考试得分率", _examined),
    "slashed_dates": _row_cell(
        _CASES, 2, lambda day: f"{day.year}/{day.month}/{day.day}", None, "受理日期", _every("complaints")
    ),
    "serial_dates": _row_cell(_CASES, 2, lambda day: (day - _EXCEL_DAY_0).days, None, "受理日期", _every("complaints")),
    "lost_zeros": _row_cell(_SALES, 0, int, None, "工号", _every("sales")),
}


def write_faults(study: Path) -> Path:
    """Write `<study>/faults.json`, what the data check must find in which quarter, and return its path.

    No analysis reads it; its bytes depend on `centre.yaml` only.
    """
    from design_lab.synthetic.exports import QuarterData

    centre = read_centre(study)
    quarters = sorted({fault.quarter for fault in centre.faults})
    marks = [asdict(mark) for quarter in quarters for mark in QuarterData(centre, quarter).faults.marks()]
    path = study / FILE
    lines = ",\n".join(f"  {json.dumps(mark, ensure_ascii=False)}" for mark in marks)
    write_text(path, f'{{"faults": [\n{lines}\n]}}\n')
    return path
