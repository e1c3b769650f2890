"""The page and the list for a client's IT: whatever arrived, in both languages, whole and the same each time."""

import re
from html import unescape
from types import SimpleNamespace

import pytest
from openpyxl import load_workbook

from design_lab.arrivals import Agreement, Arrivals, Case, Cell, Disagreement, Fault, FileReport, Refusal, SetAside
from design_lab.catalogue import LANGUAGES, words
from design_lab.ingest.agreement import RULES as ACROSS
from design_lab.report.check import write_data_check
from design_lab.schema import TABLES

STUDY = SimpleNamespace(settings=SimpleNamespace(title={"en": "A centre", "zh": "某中心"}, synthetic=True))


def account(**changed):
    given = {
        "table": "interactions", "quarter": "2026Q3", "file": "calls.csv", "sheet": None, "rows": 100, "used": 90,
        "excluded": 5, "subtotals": 2, "exclude_limit": 0.2,
        "faults": (fault("unread", "talk", 4), fault("duplicate", "interaction_id", 2, value=None)),
        "set_aside": (SetAside(reason="drop_rows", column="kind", value="test", count=3),),
    }  # fmt: skip
    return FileReport(**{**given, **changed})


def fault(rule, column, count, value="??", kept=5):
    return Fault(
        rule=rule,
        column=column,
        count=count,
        cells=tuple(Cell(row=row, value=value) for row in range(2, 2 + min(count, kept))),
    )


def arrived(*files, **changed):
    given = {"agreements": (), "missing_by_quarter": {"2026Q3": ("surveys", "pay")}, "refusals": ()}
    return Arrivals(files=files, **{**given, **changed})


def written(arrivals, folder, study=STUDY):
    paths = write_data_check(arrivals, study, folder)
    assert [path.name for path in paths] == ["data_check.en.html", "data_check.zh.html", "data_check.xlsx"]
    pages = {lang: (folder / f"data_check.{lang}.html").read_text(encoding="utf-8") for lang in LANGUAGES}
    return pages, load_workbook(folder / "data_check.xlsx")


def seen(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split("</style>")[1]))


CASES = {
    "nothing": arrived(refusals=(Refusal(kind="no_roster", quarter="2026Q3", parts={"files": "roster.csv"}),)),
    "sound": arrived(account(used=95, excluded=0, faults=())),
    "exclusions": arrived(account()),
    "refused": arrived(
        account(exclude_limit=0.01),
        account(table="staff", file="roster.xlsx", sheet="名单", rows=0, used=0, excluded=0, subtotals=0, faults=(), set_aside=()),
        refusals=(
            Refusal(kind="unreadable", quarter="2026Q3", table="surveys", file="s.csv", parts={"said": "2026Q3/s.csv: is empty\n2026Q3/s.csv: twice"}),
            Refusal(kind="in_two_files", quarter="2026Q3", table="interactions", parts={"rows": "20", "table": "interactions", "columns": "interaction_id"}),
        ),
    ),
    "disagreeing": arrived(
        account(disagreements=(Disagreement(column="answered", row=9, stated="8", counted="7"),)),
        agreements=tuple(
            Agreement(rule=rule, quarter="2026Q3", count=7, of=30, cases=(Case(person="E0123", day="2026-07-01"), Case(person=None, day="2026-07-02")))
            for rule in ACROSS
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_both_pages_say_the_same_things_and_the_verdict_first(tmp_path, case):
    arrivals = CASES[case]
    pages, _ = written(arrivals, tmp_path)
    for tag in ("<tr", "<li", "<section", "<table", "<h3"):
        assert pages["en"].count(tag) == pages["zh"].count(tag)
    for lang, page in pages.items():
        verdict = words(lang).say(f"data_check.verdict.{arrivals.verdict}")
        text = seen(page)
        assert words(lang).say("report.mark") in text
        assert text.index(verdict.split(" ")[0][1:]) < text.index(words(lang).say("data_check.section.quarters"))
        assert not re.search(r"\{\w|None|nan", text)
        assert "<script" not in page
        assert words(lang).say("unlocks.pay") in text


def test_a_fault_is_told_with_its_rows_values_count_and_what_to_do(tmp_path):
    pages, book = written(
        arrived(account(faults=(fault("unread", "talk", 12), fault("empty", "day", 1, value=None)))), tmp_path
    )
    text = unescape(seen(pages["en"]))
    rows = "; ".join(f'row {row}: "??"' for row in range(2, 7))
    assert f"talk cannot be read as its kind 12 {rows}; and 7 more Correct the cells" in text
    assert "day is empty, but the table needs it 1 row 2 Fill the cells" in text
    assert "100 90 5 2 3 pass with exclusions" in text
    assert "第 2 行：“??”" in seen(pages["zh"])
    rows = [row for row in book.worksheets[1].iter_rows(min_row=5, values_only=True) if any(row)]
    assert [(row[3], row[4]) for row in rows] == [
        (2, "talk"),
        (3, "talk"),
        (4, "talk"),
        (5, "talk"),
        (6, "talk"),
        (None, "talk"),
        (2, "day"),
    ]
    assert "7" in rows[5][6]


def test_every_rule_that_is_broken_says_who_when_and_what_to_do(tmp_path):
    pages, book = written(CASES["disagreeing"], tmp_path)
    for rule in ACROSS:
        for lang, page in pages.items():
            assert words(lang).say(f"data_check.conflict.{rule}") in seen(page).replace("&#39;", "'")
    assert "E0123 on 2026-07-01; 2026-07-02; and 5 more" in seen(pages["en"])
    assert "row 9: 8 stated, 7 added up" in seen(pages["en"])
    assert book.worksheets[2].max_row == 4 + len(ACROSS)


@pytest.mark.long
def test_ten_thousand_faults_fit_and_what_is_left_is_counted(tmp_path):
    faults = tuple(fault("unread", f"column {number}", 3) for number in range(100))
    files = [account(file=f"calls_{number}.csv", faults=faults) for number in range(100)]
    pages, book = written(arrived(*files), tmp_path)
    assert "9,900 further faults stand in data_check.xlsx." in seen(pages["en"])
    assert len(pages["en"]) < 300_000
    sheet = book.worksheets[1]
    assert sheet.max_row == 4 + 20_000
    assert "20,000 lines in all are listed; 10,000 faulty cells are not listed" in sheet["A3"].value


def test_ten_thousand_cells_of_one_fault_are_counted_beyond_those_listed(tmp_path):
    _, book = written(arrived(account(faults=(fault("unread", "talk", 10_000, kept=1_000),))), tmp_path)
    assert book.worksheets[1].max_row == 4 + 1_001
    assert "9,000 faulty cells are not listed" in book.worksheets[1]["A3"].value


def test_what_a_client_s_cell_says_is_text_and_nothing_else(tmp_path):
    odd = "<img src=x onerror=alert(1)>"
    faults = (fault("unread", "=cmd|' /C calc'!A0", 1, value=odd), fault("unread", "t\x07alk", 1, value="=1+1"))
    pages, book = written(arrived(account(faults=faults)), tmp_path)
    assert odd not in pages["en"]
    assert "&lt;img src=x" in pages["en"]
    cells = [cell for row in book.worksheets[1].iter_rows(min_row=5) for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert "=1+1" in {cell.value for cell in cells}


def test_many_files_that_pass_stand_in_one_line(tmp_path):
    days = [
        account(
            table="agent_periods",
            file=f"{day:02d}.xlsx",
            rows=10,
            used=10,
            excluded=0,
            subtotals=0,
            faults=(),
            set_aside=(),
        )
        for day in range(1, 31)
    ]
    pages, book = written(arrived(*days), tmp_path)
    assert "agent activity 01.xlsx … 30.xlsx (30 files) 300 300 0 0 0 pass" in seen(pages["en"])
    assert book.worksheets[0].max_row == 4 + 30


@pytest.mark.parametrize("case", CASES)
def test_the_same_arrivals_give_the_same_bytes(tmp_path, case):
    for folder in ("a", "b"):
        write_data_check(CASES[case], STUDY, tmp_path / folder)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_a_client_s_own_data_bear_no_mark_of_synthetic_data(tmp_path):
    study = SimpleNamespace(settings=SimpleNamespace(title={"en": "A bank"}, synthetic=False))
    pages, book = written(CASES["exclusions"], tmp_path, study)
    assert words("en").say("report.mark") not in pages["en"]
    assert book.worksheets[0]["A2"].value is None


def test_every_rule_and_table_has_its_words():
    from design_lab.arrivals import RULES

    for lang in LANGUAGES:
        spoken = words(lang)
        assert all(f"data_check.{part}.{rule}" in spoken for rule in RULES for part in ("rule", "remedy", "todo"))
        assert all(
            f"data_check.conflict.{rule}" in spoken and f"finding.data.check.{rule}" in spoken for rule in ACROSS
        )
        assert all(f"unlocks.{table}" in spoken for table in TABLES)
