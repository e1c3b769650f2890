"""Files with many rows: calls, ratings and attendance as GB18030 CSV or a typed parquet extract."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from design_lab.files import replacing
from design_lab.periods import Quarter
from design_lab.synthetic.attendance import Attendance
from design_lab.synthetic.calls import Calls
from design_lab.synthetic.centre import Centre
from design_lab.synthetic.organisation import Organisation
from design_lab.synthetic.schedule import Duty
from design_lab.synthetic.voices import Surveys

if TYPE_CHECKING:
    import pyarrow as pa

_SLICE = 131_072
_ENCODING = "gb18030"
YES_NO = ("否", "是")
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


def write_csv(path: Path, table: pa.Table) -> None:
    """Write a table as GB18030 text with CRLF, header first, nothing quoted."""
    import pyarrow as pa
    from pyarrow import csv

    options = csv.WriteOptions(include_header=False, quoting_style="none")
    with replacing(path) as temporary, temporary.open("wb") as file:
        file.write((",".join(table.column_names) + "\r\n").encode(_ENCODING))
        for first in range(0, table.num_rows, _SLICE):
            sink = pa.BufferOutputStream()
            csv.write_csv(table.slice(first, _SLICE), sink, options)
            text = str(sink.getvalue(), "utf-8")
            file.write(text.replace("\n", "\r\n").encode(_ENCODING))


def write_parquet(path: Path, table: pa.Table) -> None:
    """Write a table as one parquet file with fixed settings."""
    from pyarrow import parquet

    with replacing(path) as temporary:
        parquet.write_table(table, temporary, compression="zstd", row_group_size=1 << 18, version="2.6")
