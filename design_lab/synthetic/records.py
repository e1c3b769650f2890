"""The registers of other departments: complaints, queues by half-hour, training, outbound sales."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from design_lab.synthetic import details, sheets
from design_lab.synthetic.development import make_sales, make_training
from design_lab.synthetic.outcomes import make_complaints, make_intervals

if TYPE_CHECKING:
    from design_lab.synthetic.exports import QuarterData

COMPLAINT_HEADERS = ("工单号", "流水号", "受理日期", "办结日期", "责任人工号", "处理人工号", "是否有责", "是否重复投诉")
TRAINING_HEADERS = ("工号", "月份", "应训课时", "实训课时", "考试成绩")
SALES_HEADERS = ("工号", "日期", "有效接触量", "推介量", "成功量")


def plan(data: QuarterData, folder: Path) -> Iterator[tuple[Path, Callable[[Path], None]]]:
    """Yield each register's path and what writes it."""
    yield folder / "投诉工单.xlsx", partial(_write_complaints, data=data)
    yield folder / "队列时段报表.csv", partial(_write_intervals, data=data)
    yield folder / "培训记录.xlsx", partial(_write_training, data=data)
    if any(role.sells for role in data.centre.roles.values()):
        yield folder / "外呼营销报表.xlsx", partial(_write_sales, data=data)


def _on(data: QuarterData, day: Any) -> dt.date:
    return data.quarter.first_day() + dt.timedelta(days=int(day))


def _write_complaints(path: Path, data: QuarterData) -> None:
    people, last = data.organisation.people, data.quarter.last_day()
    found = make_complaints(data.centre, data.organisation, data.duty, data.calls, data.quarter)
    rows = []
    for i, call in enumerate(found.call):
        received, closed = _on(data, found.received[i]), _on(data, found.closed[i])
        rows.append(
            (
                f"TS{received:%Y%m%d}{i + 1:05d}",
                str(data.calls.call_id[call]),
                received,
                closed if closed <= last else None,
                people[data.duty.person[data.calls.row[call]]].hr_id,
                people[found.handler[i]].hr_id if found.handler[i] >= 0 else None,
                details.YES_NO[int(found.justified[i])],
                details.YES_NO[int(found.repeated[i])],
            )
        )
    sheets.write_table(path, "投诉工单", COMPLAINT_HEADERS, rows)


def _write_intervals(path: Path, data: QuarterData) -> None:
    import pyarrow as pa

    found = make_intervals(data.centre, data.duty, data.calls, data.quarter)
    midnight = np.datetime64(data.quarter.first_day(), "s").astype(np.int64)
    start = midnight + found.day * 86_400 + found.slot * 1800
    table = pa.table(
        {
            "技能组": details.words([queue.title for queue in data.centre.queues.values()], found.queue),
            "时段开始": pa.array(start).cast(pa.timestamp("s")),
            "呼入量": pa.array(found.offered),
            "接听量": pa.array(found.answered),
            "放弃量": pa.array(found.abandoned),
            "20秒内接听量": pa.array(found.prompt),
        }
    )
    details.write_csv(path, table)


def _write_training(path: Path, data: QuarterData) -> None:
    people = data.organisation.people
    found = make_training(data.centre, data.organisation, data.attendance, data.quarter)
    columns = zip(found.person, found.day, found.required, found.attended, found.exam, strict=True)
    rows = [
        (people[who].hr_id, _on(data, day), float(due), float(done), None if np.isnan(exam) else float(exam))
        for who, day, due, done, exam in columns
    ]
    sheets.write_table(path, "培训记录", TRAINING_HEADERS, rows)


def _write_sales(path: Path, data: QuarterData) -> None:
    people = data.organisation.people
    found = make_sales(data.centre, data.organisation, data.attendance, data.quarter)
    columns = zip(found.person, found.day, found.contacts, found.offers, found.successes, strict=True)
    rows = [(people[who].hr_id, _on(data, day), *map(int, counts)) for who, day, *counts in columns]
    sheets.write_table(path, "外呼营销", SALES_HEADERS, rows)
