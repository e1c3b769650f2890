"""What is drafted from headers and samples: formats, units, codes, ids, totals, places; and that any draft loads."""

import datetime as dt
import re

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from design_lab.catalogue.headers import headers
from design_lab.ingest.draft.codes import coded
from design_lab.ingest.draft.heads import find_head
from design_lab.ingest.draft.origins import formats_of, guess
from design_lab.ingest.draft.people import People, other_ids
from design_lab.ingest.draft.plan import draft
from design_lab.ingest.draft.yaml_text import FILL_IN, sources_text
from design_lab.ingest.mapping import read_sources
from design_lab.schema import GRADES, TABLES, Column

TODAY = dt.date(2026, 10, 9)


def test_the_dictionary_knows_every_field_of_every_table_and_no_other():
    assert {name: set(columns) for name, columns in headers().columns.items()} == {
        name: set(table.columns) for name, table in TABLES.items()
    }
    for name, meant in headers().codes.items():
        table, column = name.split(".")
        if allowed := TABLES[table].columns[column].values:
            assert set(meant.values()) <= set(allowed)


@pytest.mark.parametrize(
    ("header", "table", "column"),
    [
        ("员工编号", "staff", "employee_id"), ("Staff No.", "staff", "employee_id"), ("应答量", "agent_periods", "answered"),
        ("答起量", "agent_periods", "answered"), ("Calls Handled", "agent_periods", "answered"),
        ("登录时长(分)", "agent_periods", "signed_in_ms"), ("满意度按键", "surveys", "grade"), ("质检得分", "quality_reviews", "points_x100"),
    ],
)  # fmt: skip
def test_words_of_the_trade_are_found(header, table, column):
    assert headers().strength(header, headers().columns[table][column]) >= 0.9


def test_an_average_is_not_the_total():
    assert headers().strength("平均通话时长", headers().columns["agent_periods"]["talk_ms"]) == 0
    assert headers().strength("本月应答总量", headers().columns["agent_periods"]["answered"]) == 0
    assert 0.4 <= headers().strength("当日应答量合计数", headers().columns["agent_periods"]["answered"]) < 0.6


def test_a_header_is_found_below_a_title_and_in_two_rows_where_one_will_not_do():
    body = [["张三组", "000123", "31", "7:30:00"]]
    head = find_head([["日报", None, None, None], ["班组", "座席工号", "接听量", "签入时长"], *body])
    assert (head.first_row, head.rows) == (2, 1)
    groups = [
        ["座席工号", "签入", "签入", "示忙", "示忙"],
        ["座席工号", "次数", "时长", "次数", "时长"],
        ["01", "1", "2", "3", "4"],
    ]
    assert find_head(groups).names == ("座席工号", "签入/次数", "签入/时长", "示忙/次数", "示忙/时长")


@pytest.mark.parametrize(
    ("values", "formats"),
    [
        (["2026-07-01", "2026-07-31 08:00:00"], []),
        (["2026/7/1", "2026/12/31"], ["%Y/%m/%d"]),
        (["20260701", "2026.07.02", "20260703"], ["%Y%m%d", "%Y.%m.%d"]),
        (["46204", "46205.5"], ["serial"]),
        (["31/07/2026 9:05", "01/07/2026 10:00"], ["%d/%m/%Y %H:%M"]),
        (["2026年7月"], ["%Y年%m月"]),
        (["990201 7:02:47"], ["%y%m%d %H:%M:%S"]),
    ],
)
def test_formats_of_moments(values, formats):
    assert formats_of(pa.array(values), Column(kind="time"))[0] == formats


def test_what_cannot_be_told_is_doubted():
    assert "day and month" in formats_of(pa.array(["01/02/2026", "03/04/2026"]), Column(kind="date"))[1][0]
    calls = TABLES["interactions"]
    minutes = guess(calls, "talk_ms", ["通话时长"], [pa.array(["2.1", "1.8", "3.0"])])
    assert minutes.mapping["unit"] == "minutes"
    assert "names no unit" in minutes.doubts[0]
    shares = guess(TABLES["quality_reviews"], "points_x100", ["得分"], [pa.array(["0.92", "92.3%"])])
    assert shares.mapping["unit"] == "share"
    assert shares.doubts


def test_codes_of_keys_stars_words_and_the_unknown():
    grade = TABLES["surveys"].columns["grade"]
    assert coded("surveys", "grade", grade, pa.array(["1", "3", "2"])).known == dict(
        zip("123", (GRADES[0], GRADES[1], GRADES[3]), strict=True)
    )
    assert coded("surveys", "grade", grade, pa.array(list("54321"))).known["5"] == "very_satisfied"
    words = coded("surveys", "grade", grade, pa.array(["很满意", "不太满意", "未评价"]))
    assert (words.known, list(words.open)) == ({"很满意": "very_satisfied", "不太满意": "dissatisfied"}, ["未评价"])
    role = coded(
        "staff", "role", TABLES["staff"].columns["role"], pa.array(["客服", "客服二线", "翻译", "Back-Office 2"])
    )
    assert role.known == {
        "客服": "customer_service",
        "客服二线": "customer_service",
        "翻译": "role_1",
        "Back-Office 2": "back_office_2",
    }
    assert set(role.guessed) == {"客服二线", "翻译", "Back-Office 2"}
    flag = coded("appeals", "upheld", TABLES["appeals"].columns["upheld"], pa.array(["驳回", "成立", "撤回"]))
    assert (flag.known, list(flag.open)) == ({"驳回": False, "成立": True}, ["撤回"])


def test_whose_ids_stand_in_a_column():
    people = People(roster=frozenset({"000101", "000102"}), systems={"ACD": frozenset({"8001", "8002"})})
    assert other_ids(pa.array(["000101", "000102"]), "工号", people) == ({}, [])
    assert other_ids(pa.array(["101", "102.0"]), "工号", people)[0] == {"width": 6}
    assert other_ids(pa.array(["8001", "8002"]), "座席工号", people) == ({"system": "ACD"}, [])
    said, doubts = other_ids(pa.array(["x1", "x2"]), "座席工号", people)
    assert said == {}
    assert "2 of 2 ids are not on the roster; if they are those of ACD" in doubts[0]


def write(folder, name, text):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def test_files_of_several_quarters_go_to_their_folders_and_a_single_roster_serves_all(tmp_path):
    inbox = tmp_path / "inbox"
    write(inbox, "花名册.csv", "工号,岗位\n0001,客服\n0002,客服\n")
    for month in ("202606", "202607", "202608"):
        day = f"{month[:4]}-{month[4:]}-03"
        write(inbox, f"座席日报_{month}.csv", f"日期,工号,接听量\n{day},0001,80\n{day},0002,70\n班组小计,,150\n")
    found = draft([inbox], today=TODAY)
    assert {placed.given.below.name: placed.folder for placed in found.placed} == {
        "花名册.csv": "every_quarter", "座席日报_202606.csv": "2026Q2", "座席日报_202607.csv": "2026Q3", "座席日报_202608.csv": "2026Q3",
    }  # fmt: skip
    assert [str(quarter) for quarter in found.quarters] == ["2026Q2", "2026Q3"]
    write(tmp_path, "sources.yaml", sources_text(found))
    sources = read_sources(tmp_path)
    assert sources.tables["staff"][0].every_quarter
    assert sources.tables["staff"][0].distinct
    sheets = sources.tables["agent_periods"][0]
    assert (sheets.files, sheets.subtotals.words) == ("座席日报_*.csv", ("班组小计",))


def test_a_day_far_off_makes_no_quarter(tmp_path):
    rows = "".join(f"2026-08-{n % 28 + 1:02d},0001,{n}\n" for n in range(200))
    write(tmp_path / "in", "日报.csv", f"日期,工号,接听量\n{rows}2099-01-01,0001,1\n")
    assert {placed.folder for placed in draft([tmp_path / "in"], today=TODAY).placed} == {"2026Q3"}


def resolved(text):
    """The draft as after a consultant's edits: every open line filled in with some column, every open code left out."""
    is_open = re.compile(r"\s+# \w+: .*" + FILL_IN)
    return "".join(
        (line.replace("# ", "", 1).replace(FILL_IN, "some column") if _is_field(is_open, line) else line) + "\n"
        for line in text.splitlines()
    )


def _is_field(is_open, line):
    return is_open.match(line) and "not known:" not in line


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
WORDS = st.sampled_from(
    sorted({word.letters for table in headers().columns.values() for words in table.values() for word in words})
)
VALUES = st.one_of(
    CELLS,
    st.sampled_from(["2026-07-01", "2026/7/2 8:00", "12", "0:01:30", "是", "Y", "合计", "92.3%", "0001", "非常满意"]),
)


@settings(max_examples=60)
@given(
    data=st.data(),
    names=st.lists(st.one_of(WORDS, CELLS), min_size=2, max_size=9),
    name=st.sampled_from(["a.csv", "通话明细_01.csv", "花名册[2026].csv"]),
)
def test_any_draft_is_yaml_that_loads_once_its_open_lines_are_filled_in(tmp_path_factory, data, names, name):
    import csv
    import io

    rows = data.draw(st.lists(st.lists(VALUES, min_size=len(names), max_size=len(names)), min_size=1, max_size=6))
    folder = tmp_path_factory.mktemp("any")
    out = io.StringIO()
    csv.writer(out).writerows([names, *rows])
    (folder / "in").mkdir()
    (folder / "in" / name).write_bytes(out.getvalue().encode("utf-8"))
    found = draft([folder / "in"], today=TODAY)
    write(folder, "sources.yaml", resolved(sources_text(found)))
    assert set(read_sources(folder).tables) == set(found.tables)


def test_a_group_above_a_header_says_what_is_meant_by_it():
    rows = [
        ["7月工作量", None, None, None, None],
        ["工号", "姓名", "话务", "时长(分钟)", "时长(分钟)"],
        ["工号", "姓名", "应答量", "登录", "通话"],
        ["000101", "甲", "2000", "9000", "5000"],
    ]
    head = find_head(rows)
    assert (head.first_row, head.rows) == (2, 2)
    columns = headers().columns["agent_periods"]
    assert headers().strength("时长(分钟)/登录", columns["signed_in_ms"]) >= 0.9
    assert headers().unit("时长(分钟)/登录") == "minutes"


def test_the_word_of_a_total_is_nobody_s_id():
    people = People(roster=frozenset({"000101", "000102"}))
    assert other_ids(pa.array(["000101", "000102", "合计", " 小计 "]), "工号", people) == ({}, [])


@pytest.mark.parametrize(
    ("names", "first"),
    [
        (["月份"], "date: {from: 月份, formats: ['%Y-%m'], of_month: first}"),
        ([], "date: {file_name: '(\\d{6})', formats: ['%Y%m'], of_month: first}"),
    ],
)
def test_a_sheet_of_months_has_their_first_and_last_days(tmp_path, names, first):
    (tmp_path / "名单.csv").write_text("工号,班组\n000101,A\n000102,A\n", encoding="utf-8")
    head = ["工号", *names, "应答量", "登录时长(分)"]
    for month in ("202607", "202608"):
        row = ["000101", *[f"{month[:4]}-{month[4:]}"] * len(names), "2000", "9000"]
        text = "".join(",".join(line) + "\n" for line in (head, row, ["000102", *row[1:]]))
        (tmp_path / f"座席月报{month}.csv").write_text(text, encoding="utf-8")
    text = sources_text(draft([tmp_path], today=TODAY))
    assert first in text
    assert first.replace("date:", "period_end:").replace("first", "last") in text
