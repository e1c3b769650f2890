"""Files with many rows: calls, text sessions, ratings, attendance as GB18030 CSV or a typed parquet extract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from design_lab.files import replacing
from design_lab.periods import Quarter
from design_lab.synthetic.attendance import Attendance
from design_lab.synthetic.calls import Calls
from design_lab.synthetic.centre import Centre, TextDesk
from design_lab.synthetic.faults import Change
from design_lab.synthetic.organisation import Organisation
from design_lab.synthetic.schedule import Duty
from design_lab.synthetic.sessions import NOT_RATED, Sessions
from design_lab.synthetic.sheets import YES_NO
from design_lab.synthetic.voices import Surveys

if TYPE_CHECKING:
    import pyarrow as pa

_SLICE = 131_072
_ENCODING = "gb18030"
CHANNEL_TITLES = {"chat": "网上银行", "mobile": "手机银行"}
LEAVE_TITLES = (None, "年假", "病假", "事假", "产假", None)  # by the reasons of `attendance`; unexcused: none


def call_table(centre: Centre, organisation: Organisation, duty: Duty, calls: Calls) -> pa.Table:
    """Return the call detail as exported: times to the second on the centre's clock, durations in whole seconds."""
    import pyarrow as pa

    queues = [queue.title for queue in centre.queues.values()]
    kinds = [kind.title for kind in centre.call_types.values()]
    return pa.table(
        {
            "流水号": pa.array(calls.call_id),
            "座席工号": words(_acd_ids(organisation), duty.person[calls.row]),
            "技能组": words(queues, duty.queue[calls.row]),
            "业务类型": words(kinds, calls.kind),
            "开始时间": pa.array(calls.start).cast(pa.timestamp("s")),
            "通话时长(秒)": pa.array(calls.talk.astype(np.int32)),
            "保持时长(秒)": pa.array(calls.hold.astype(np.int32)),
            "话后时长(秒)": pa.array(calls.wrap.astype(np.int32)),
            "是否转接": words(YES_NO, calls.transferred.astype(np.int64)),
            "是否一次解决": words(YES_NO, calls.resolved.astype(np.int64)),
        }
    )


def survey_table(organisation: Organisation, duty: Duty, calls: Calls, surveys: Surveys) -> pa.Table:
    """Return the customers' ratings as exported."""
    import pyarrow as pa

    return pa.table(
        {
            "流水号": pa.array(calls.call_id[surveys.call]),
            "座席工号": words(_acd_ids(organisation), duty.person[calls.row[surveys.call]]),
            "评价时间": pa.array(surveys.time).cast(pa.timestamp("s")),
            "按键": pa.array(surveys.key.astype(np.int32)),
        }
    )


def session_table(centre: Centre, organisation: Organisation, duty: Duty, sessions: Sessions) -> pa.Table:
    """Return the text sessions as exported; the desk's system knows people by HR ids that lost their leading zeros."""
    import pyarrow as pa

    desk, kinds = centre.text_desk, [kind.title for kind in centre.call_types.values()]
    return pa.table(
        {
            "会话号": session_ids(sessions),
            "工号": _numeric_ids(organisation, duty.person[sessions.row]),
            "技能组": pa.array([desk.title if desk else ""] * len(sessions), type=pa.string()),
            "渠道": words(_channel_titles(desk), sessions.channel),
            "业务类型": words(kinds, sessions.kind),
            "开始时间": pa.array(sessions.start).cast(pa.timestamp("s")),
            "会话时长(秒)": pa.array(sessions.length.astype(np.int32)),
            "访客消息数": pa.array(sessions.messages),
            "超时次数": pa.array(sessions.late),
            "是否有效对话": words(YES_NO, sessions.effective.astype(np.int64)),
            "是否转接": words(YES_NO, sessions.transferred.astype(np.int64)),
            "是否一次解决": words(YES_NO, sessions.resolved.astype(np.int64)),
        }
    )


def session_rating_table(centre: Centre, organisation: Organisation, duty: Duty, sessions: Sessions) -> pa.Table:
    """Return the visitors' ratings of text sessions as exported."""
    import pyarrow as pa

    rated = np.flatnonzero(sessions.key != NOT_RATED)
    return pa.table(
        {
            "会话号": session_ids(sessions).take(pa.array(rated)),
            "工号": _numeric_ids(organisation, duty.person[sessions.row[rated]]),
            "渠道": words(_channel_titles(centre.text_desk), sessions.channel[rated]),
            "评价时间": pa.array((sessions.start + sessions.length)[rated]).cast(pa.timestamp("s")),
            "评价": words(("", "非常满意", "满意", "不满意"), sessions.key[rated]),
        }
    )


def session_ids(sessions: Sessions) -> Any:
    """Return the number of each session, IM, the day and its place among the quarter's, as an arrow column."""
    import pyarrow as pa

    days = np.datetime_as_string(sessions.start.astype("datetime64[s]"), unit="D")
    return pa.array([f"IM{day.replace('-', '')}{number:06d}" for number, day in enumerate(days, start=1)], pa.string())


def _channel_titles(desk: TextDesk | None) -> list[str]:
    return [CHANNEL_TITLES[channel] for channel in desk.channels] if desk else []


def _numeric_ids(organisation: Organisation, person: np.ndarray[Any, Any]) -> Any:
    import pyarrow as pa

    return pa.array(np.array([int(one.hr_id) for one in organisation.people])[person])


def attendance_table(organisation: Organisation, attendance: Attendance, quarter: Quarter) -> pa.Table:
    """Return the attendance register: a row a person and day, 班 or 休, and why a scheduled day was missed."""
    import pyarrow as pa

    first = np.datetime64(quarter.first_day())
    present, scheduled = attendance.present.astype(np.int64), attendance.scheduled.astype(np.int64)
    return pa.table(
        {
            "工号": words([person.hr_id for person in organisation.people], attendance.person),
            "日期": pa.array(first + attendance.day),
            "排班": words(("休", "班"), scheduled),
            "是否出勤": words(YES_NO, present),
            "请假类型": words(LEAVE_TITLES, attendance.reason),
            "是否迟到": words(YES_NO, attendance.late.astype(np.int64)),
        }
    )


def _acd_ids(organisation: Organisation) -> list[str]:
    return [person.acd_id or "" for person in organisation.people]


def words(titles: Sequence[str | None], index: np.ndarray[Any, Any]) -> Any:
    """Return the title of each index as an arrow column."""
    import pyarrow as pa

    return pa.array(titles, type=pa.string()).take(pa.array(index))


def write_csv(path: Path, table: pa.Table, changes: Mapping[int, Change] = MappingProxyType({})) -> None:
    """Write a table as GB18030 text with CRLF, header first, nothing quoted; `changes` are by row of the table."""
    import pyarrow as pa
    from pyarrow import csv

    options = csv.WriteOptions(include_header=False, quoting_style="none")
    with replacing(path) as temporary, temporary.open("wb") as file:
        file.write((",".join(table.column_names) + "\r\n").encode(_ENCODING))
        for first in range(0, table.num_rows, _SLICE):
            sink = pa.BufferOutputStream()
            csv.write_csv(table.slice(first, _SLICE), sink, options)
            text = _changed(str(sink.getvalue(), "utf-8"), changes, first)
            file.write(text.replace("\n", "\r\n").encode(_ENCODING))


def _changed(text: str, changes: Mapping[int, Change], first: int) -> str:
    """Return the lines of the rows from `first` on with the changes that fall among them."""
    mine = {index - first: change for index, change in changes.items() if first <= index < first + _SLICE}
    if not mine:
        return text
    lines = text.splitlines(keepends=True)
    for place, change in mine.items():
        rows = change.rows(lines[place].removesuffix("\n").split(","))
        lines[place] = "".join(",".join(row) + "\n" for row in rows)
    return "".join(lines)


def write_parquet(path: Path, table: pa.Table) -> None:
    """Write a table as one parquet file with fixed settings."""
    from pyarrow import parquet

    with replacing(path) as temporary:
        parquet.write_table(table, temporary, compression="zstd", row_group_size=1 << 18, version="2.6")
