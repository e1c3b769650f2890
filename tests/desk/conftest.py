"""Files as an invented client sends them, in other words than those of the samples."""

import datetime as dt

import numpy as np
import pytest
import xlsxwriter

PEOPLE = 24
TODAY = dt.date(2026, 10, 9)


def book(path, sheets, *, merged=()):
    """Write a workbook: sheets by title, a list of rows each; dates as dates of Excel."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as file:
        for title, rows in sheets.items():
            page = file.add_worksheet(title)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
            for area, text in merged:
                page.merge_range(area, text)
    return path


def chinese_files(folder):
    """A roster with titles, three monthly sheets by day with totals, and ratings with neither number nor words."""
    rng = np.random.default_rng(5)
    ids = [f"{at + 1:05d}" for at in range(PEOPLE)]
    roster = [["某银行远程中心在岗人员名单"], ["员工编号", "姓名", "工种", "员工级别", "所属小组", "入行时间", "性别"]]
    roster += [
        [
            id_,
            f"员工{at}",
            "外呼营销" if at % 6 == 5 else "客服",
            "组长" if at % 12 == 0 else "普通座席",
            f"{at // 6 + 1}组",
            dt.date(2020, 3, 1),
            "女",
        ]
        for at, id_ in enumerate(ids)
    ]
    book(folder / "在岗人员名单.xlsx", {"名单": roster})
    ratings = [["客服代表工号", "评价提交时间", "满意程度"]]
    for month in (7, 8, 9):
        rows = [["日期", "坐席工号", "应答量", "登录时长(分钟)", "小休时长(分钟)", "通话总时长(分钟)"]]
        for day in range(1, 31):
            start = len(rows)
            for at, id_ in enumerate(ids):
                calls = int(rng.integers(40, 70))
                rows.append([f"2026/{month}/{day}", id_, calls, 450 + at, 40, calls * 2])
                ratings += [
                    [
                        id_,
                        f"2026/{month}/{day} {9 + n}:05",
                        ["很满意", "比较满意", "不太满意"][int(rng.choice(3, p=[0.7, 0.2, 0.1]))],
                    ]
                    for n in range(2)
                ]
            rows.append(["合计", None, *(sum(row[column] for row in rows[start:]) for column in range(2, 6))])
        book(folder / f"坐席工作量_2026年{month}月.xlsx", {"Sheet1": rows})
    book(folder / "客户评价.xlsx", {"评价": ratings})
    return folder


@pytest.fixture(scope="session")
def inbox(tmp_path_factory):
    return chinese_files(tmp_path_factory.mktemp("inbox"))
