"""The registers of other departments: complaints, queues, training, sales, appraisal, pay, appeals, staff survey."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from design_lab.synthetic import details, sheets
from design_lab.synthetic.appraisal import GRADES, GROUNDS, REASONS, make_appeals
from design_lab.synthetic.names import invented_id_card, invented_phone
from design_lab.synthetic.outcomes import make_intervals
from design_lab.synthetic.reward import pay_rows, survey_rows

if TYPE_CHECKING:
    from design_lab.synthetic.exports import QuarterData
    from design_lab.synthetic.organisation import Person

COMPLAINT_HEADERS = (
    "工单号", "流水号", "受理日期", "办结日期", "责任人工号", "处理人工号", "是否有责", "是否重复投诉",
    "投诉内容",
)  # fmt: skip
TRAINING_HEADERS = ("工号", "月份", "应训课时", "实训课时", "考试得分率")
RESULT_HEADERS = ("工号", "考核得分", "考核等级", "调整分", "调整原因", "反馈日期")
PAY_HEADERS = ("工号", "月份", "基本工资", "绩效工资标准", "实发绩效")
APPEAL_HEADERS = (
    "工号", "申诉日期", "申诉理由", "争议指标", "更正值", "证据", "办结日期", "是否成立", "处理决定", "复核人工号",
)  # fmt: skip
EVIDENCE = ("录音复听", "考核规则文本", "流程记录")  # in the order of GROUNDS
OPINION_HEADERS = ("答卷号", "岗位", "题目", "得分")
SALES_HEADERS = ("工号", "日期", "有效接触量", "推介量", "成功量")


def plan(data: QuarterData, folder: Path) -> Iterator[tuple[Path, Callable[[Path], None]]]:
    """Yield each register's path and what writes it."""
    yield folder / "投诉工单.xlsx", partial(_write_complaints, data=data)
    yield folder / "队列时段报表.csv", partial(_write_intervals, data=data)
    yield folder / "培训记录.xlsx", partial(_write_training, data=data)
    if any(role.sells for role in data.centre.roles.values()):
        yield folder / "外呼营销报表.xlsx", partial(_write_sales, data=data)
    yield folder / "绩效考核结果.xlsx", partial(_write_results, data=data)
    yield folder / "绩效工资.xlsx", partial(_write_pay, data=data)
    yield folder / "申诉处理台账.xlsx", partial(_write_appeals, data=data)
    yield folder / "员工问卷.xlsx", partial(_write_opinions, data=data)


def _on(data: QuarterData, day: Any) -> dt.date:
    return data.quarter.first_day() + dt.timedelta(days=int(day))


def _write_complaints(path: Path, data: QuarterData) -> None:
    people, last = data.organisation.people, data.quarter.last_day()
    found = data.complaints
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
                sheets.YES_NO[int(found.justified[i])],
                sheets.YES_NO[int(found.repeated[i])],
                _told(people[data.duty.person[data.calls.row[call]]], int(call)),
            )
        )
    sheets.write_table(path, "投诉工单", COMPLAINT_HEADERS, data.faults.into(path.name, rows))


def _told(person: Person, call: int) -> str:
    """What the customer tells, full of what must never be published: names, an id, a telephone, an identity card."""
    return (
        f"客户来电(电话{invented_phone(call)},身份证{invented_id_card(call)}),"
        f"反映座席{person.name}(工号{person.hr_id})服务不满意"
    )


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
    people, found = data.organisation.people, data.training
    columns = zip(found.person, found.day, found.required, found.attended, found.exam, strict=True)
    rows = [
        (people[who].hr_id, _on(data, day), float(due), float(done), _share(exam))
        for who, day, due, done, exam in columns
    ]
    sheets.write_table(path, "培训记录", TRAINING_HEADERS, data.faults.into(path.name, rows))


def _share(points: float) -> float | None:
    return None if np.isnan(points) else round(float(points) / 100, 3)


def _write_sales(path: Path, data: QuarterData) -> None:
    people = data.organisation.people
    found = data.sales
    columns = zip(found.person, found.day, found.contacts, found.offers, found.successes, strict=True)
    rows = [(people[who].hr_id, _on(data, day), *map(int, counts)) for who, day, *counts in columns]
    sheets.write_table(path, "外呼营销", SALES_HEADERS, data.faults.into(path.name, rows))


def _write_results(path: Path, data: QuarterData) -> None:
    people, found, last = data.organisation.people, data.results, data.quarter.last_day()
    columns = zip(found.person, found.score, found.grade, found.adjustment, found.reason, found.told, strict=True)
    rows = [
        (
            people[who].hr_id,
            round(float(score), 2),
            GRADES[grade],
            float(adjustment) if reason >= 0 else None,
            REASONS[reason] if reason >= 0 else None,
            last + dt.timedelta(days=int(told)),
        )
        for who, score, grade, adjustment, reason, told in columns
    ]
    sheets.write_table(path, "绩效考核结果", RESULT_HEADERS, rows, title=f"{data.quarter} 绩效考核结果")


def _write_pay(path: Path, data: QuarterData) -> None:
    sheets.write_table(path, "绩效工资", PAY_HEADERS, data.faults.into(path.name, pay_rows(data)))


def _write_appeals(path: Path, data: QuarterData) -> None:
    people, found, last = data.organisation.people, make_appeals(data), data.quarter.last_day()
    rows = [
        (
            people[data.results.person[row]].hr_id,
            last + dt.timedelta(days=int(found.filed[i])),
            GROUNDS[found.ground[i]],
            "质检得分" if claimed is not None else None,
            claimed,
            EVIDENCE[found.ground[i]],
            last + dt.timedelta(days=int(found.closed[i])),
            sheets.YES_NO[int(found.upheld[i])],
            _decision(upheld=bool(found.upheld[i]), corrected=claimed is not None),
            people[found.decider[i]].hr_id,
        )
        for i, row in enumerate(found.row)
        for claimed in [None if np.isnan(found.corrected[i]) else float(found.corrected[i])]
    ]
    sheets.write_table(path, "申诉登记", APPEAL_HEADERS, rows)


def _decision(*, upheld: bool, corrected: bool) -> str:
    if not upheld:
        return "维持原结果"
    return "更正数据并重新计分" if corrected else "重新复核"


def _write_opinions(path: Path, data: QuarterData) -> None:
    sheets.write_table(path, "员工问卷", OPINION_HEADERS, survey_rows(data))
