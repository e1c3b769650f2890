"""Preference forms: written, filled in, read back, and damaged in every way that people damage forms."""

import re
import shutil
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import yaml

from design_lab.desk.preferences import preference_forms, write_preference_form
from design_lab.errors import DataError, StudyError
from design_lab.evaluation.weighting.forms import preferences, read_form
from design_lab.evaluation.weighting.layout import Asked, asked, sheet
from design_lab.study import Study
from tests.desk.sample_forms import FOLDERS, RESPONDENTS

STUDY = Path(__file__).parents[1] / "studies" / "small"
DIMENSIONS = ("workload", "service_quality", "csat", "teamwork")
DIRECT = dict(zip(DIMENSIONS, (25, 30, 30, 15), strict=True))
SWING = dict(zip(DIMENSIONS, (50, 100, 90, 40), strict=True))
PAIRS = {
    "workload>service_quality": "A2", "workload>csat": "a2", "workload>teamwork": "A4", "service_quality>csat": 1,
    "service_quality>teamwork": "A3", "csat>teamwork": "A2",
}  # fmt: skip


@pytest.fixture
def study(tmp_path):
    shutil.copytree(STUDY, tmp_path / "small", ignore=shutil.ignore_patterns("raw", "tables", "preferences"))
    return Study.open(tmp_path / "small")


def filled(study, name="R01", **pages):
    path = study.folder / "preferences" / f"{name}.xlsx"
    of = asked(study.current, study.settings.roles)
    write_preference_form(path, of, roles=study.settings.roles, synthetic=True, filled=pages)
    return path


def edited(path, way, **cells):
    """Change cells of a page as a respondent would; None clears one."""
    book = openpyxl.load_workbook(path)
    for place, value in cells.items():
        book[sheet(way)][place] = value
    book.save(path)
    return path


def refused(path, study):
    with pytest.raises(DataError, match="preferences/") as caught:
        read_form(path, asked(study.current, study.settings.roles))
    return str(caught.value).splitlines()


def test_answers_are_read_back_as_they_were_filled_in(study):
    path = filled(study, direct={"all": DIRECT}, swing={"all": SWING}, ahp={"all": PAIRS})
    edited(path, "about", C6=2.5)
    read = read_form(path, asked(study.current, study.settings.roles))
    assert (read.respondent, read.voice) == ("R01", 2.5)
    assert read.given["direct"]["all"].tolist() == [25, 30, 30, 15]
    assert read.given["swing"]["all"].tolist() == [50, 100, 90, 40]
    expected = [[1, 2, 2, 4], [1 / 2, 1, 1, 3], [1 / 2, 1, 1, 2], [1 / 4, 1 / 3, 1 / 2, 1]]
    np.testing.assert_allclose(read.given["ahp"]["all"], expected, atol=1e-12)


def test_forms_call_dimensions_as_the_client_does(study):
    """By both names, by the one there is, by the words where it says nothing; read back by the ids all the same."""
    called = {"workload": {"en": "Contacts handled", "zh": "接听工作量"}, "csat": {"zh": "客户口碑"}}
    text = yaml.safe_load((study.folder / "study.yaml").read_text(encoding="utf-8")) | {"dimensions": called}
    (study.folder / "study.yaml").write_text(yaml.safe_dump(text, allow_unicode=True), encoding="utf-8")
    named = Study.open(study.folder)
    (path,) = preference_forms(named, ["R01"])
    pages = openpyxl.load_workbook(path)
    for way in ("direct", "swing"):
        names = [pages[sheet(way)].cell(7 + at, 2).value for at in range(4)]
        assert names == ["接听工作量\nContacts handled", "服务质量\nservice quality", "客户口碑", "团队合作\nteamwork"]
    pairs = [tuple(pages[sheet("ahp")].cell(7 + at, 2 + side).value for side in (0, 1)) for at in range(2)]
    assert pairs[1] == ("接听工作量\nContacts handled", "客户口碑")
    edited(path, "direct", D7=25, D8=30, D9=30, D10=15)
    read = read_form(path, asked(named.current, named.settings.roles))
    assert read.given["direct"]["all"].tolist() == [25, 30, 30, 15]


def test_judgements_typed_with_blanks_or_full_width_are_read(study):
    path = edited(filled(study, ahp={"all": PAIRS}), "ahp", D7="Ａ２", D8=" a 2", D10="１")
    read = read_form(path, asked(study.current, study.settings.roles))
    assert read.given["ahp"]["all"][0].tolist() == [1, 2, 2, 4]
    assert read.given["ahp"]["all"][1, 2] == 1


def test_empty_forms_ask_for_the_study_s_dimensions_and_roles_and_are_never_replaced(study):
    written = preference_forms(study, ["R01", "R02"])
    assert [path.name for path in written] == ["R01.xlsx", "R02.xlsx"]
    pages = openpyxl.load_workbook(written[0])
    page = pages[sheet("direct")]
    assert [page.cell(7 + at, 1).value for at in range(4)] == [*DIMENSIONS]
    assert [page.cell(5, 4 + at).value for at in range(1 + len(study.settings.roles))] == ["all", *study.settings.roles]
    edited(written[0], "direct", D7=100, D8=0, D9=0, D10=0)
    before = written[0].read_bytes()
    assert preference_forms(study, ["R01"]) == []
    assert written[0].read_bytes() == before
    with pytest.raises(StudyError, match=r"respondent '\.\./x' cannot be a name"):
        preference_forms(study, ["../x"])


def test_equal_forms_have_equal_bytes(study, tmp_path):
    first = filled(study, direct={"all": DIRECT})
    kept = first.read_bytes()
    first.unlink()
    assert filled(study, direct={"all": DIRECT}).read_bytes() == kept


def test_every_page_speaks_both_languages_and_bears_the_mark_of_invented_data(study):
    book = openpyxl.load_workbook(filled(study, direct={"all": DIRECT}))
    for page in book.worksheets:
        text = " ".join(str(cell.value) for row in page.iter_rows() for cell in row if cell.value is not None)
        if page.sheet_state == "visible":
            assert re.search("[\u4e00-\u9fff]", text)
            assert re.search("[a-z]{4}", text)
    about = " ".join(str(cell.value) for row in book[sheet("about")].iter_rows() for cell in row)
    assert "合成数据" in about or "模拟数据" in about


def test_text_from_data_never_becomes_a_formula(tmp_path):
    evil = ('=HYPERLINK("http://x","y")', "+1", "@SUM(1)", "-1")
    of = Asked(dimensions={"all": evil, "=1+1": evil[:3]})
    path = tmp_path / "form.xlsx"
    write_preference_form(path, of, roles={"=1+1": {"en": "=2+2", "zh": "=3+3"}}, position="=4+4")
    book = openpyxl.load_workbook(path)
    formulas = [
        cell.value for page in book.worksheets if page.sheet_state == "visible"
        for row in page.iter_rows() for cell in row if cell.data_type == "f"
    ]  # fmt: skip
    assert len(formulas) == 6  # a sum, a greatest and a consistency ratio for each of two columns
    assert all(re.match(r"=IF\(COUNT\(", formula) for formula in formulas)


def test_answers_for_a_role_are_asked_only_on_what_it_is_weighed_on(tmp_path):
    of = Asked(dimensions={"all": ("a", "b"), "sellers": ("b", "c", "a")})
    path = tmp_path / "form.xlsx"
    roles = {"sellers": {"en": "sellers", "zh": "营销"}}
    ahp = {"sellers": {"a>b": "A2", "a>c": "A4", "b>c": "A2"}}
    write_preference_form(path, of, roles=roles, filled={"direct": {"all": {"a": 60, "b": 40}}, "ahp": ahp})
    read = read_form(path, of)
    assert read.given["direct"]["all"].tolist() == [60, 40]
    # In the role's own order: b is half of a and twice c.
    assert read.given["ahp"]["sellers"].tolist() == [[1, 2, 0.5], [0.5, 1, 0.25], [2, 4, 1]]
    edited(path, "direct", D9=5)
    with pytest.raises(DataError, match="cell D9: 5 is not asked, as all is not weighed on c; clear it"):
        read_form(path, of)


@pytest.mark.parametrize(
    ("way", "cells", "said"),
    [
        ("direct", {"D7": "thirty"}, "Direct, cell D7: 'thirty' is no number from 0 to 100; enter points without a sign"),
        ("direct", {"D7": "25%"}, "cell D7: '25%' is text; enter the number 25 in its place"),
        ("direct", {"D7": " ２５ "}, "cell D7: ' ２５ ' is text; enter the number 25 in its place"),
        ("direct", {"D7": -5}, "cell D7: -5 is no number from 0 to 100"),
        ("direct", {"D7": True}, "cell D7: True is no number"),
        ("direct", {"D7": None}, "cell D7: is empty, while others of all are filled; enter 0 for what should weigh nothing"),
        ("direct", {"D7": 20}, "column all: the points sum to 95, but must sum to 100$"),
        ("direct", {"D7": 0.25, "D8": 0.3, "D9": 0.3, "D10": 0.15}, "the points sum to 1, but must sum to 100: write 25 for 25 %"),
        ("swing", {"D8": 95}, "column all: the greatest swing has 95 points; give 100 to the one"),
        ("ahp", {"D7": "A12"}, "Pairwise, cell D7: 'A12' is no judgement; choose one from the list: A9 to A2, 1, or B2 to B9"),
        ("ahp", {"D7": 5}, "cell D7: 5 is no judgement; choose A5 if the first matters more, B5 if the second does"),
        ("ahp", {"D7": "３"}, "cell D7: '３' is no judgement; choose A3 if the first matters more, B3"),
        ("ahp", {"D7": None}, "cell D7: is empty, while others of all are filled; judge every pair"),
        ("direct", {"A7": "workloda"}, "row 'workloda' is not in the scheme; did you mean 'workload'"),
        ("direct", {"A7": None}, "row 'workload' is missing"),
        ("swing", {"D5": None}, "column 'all' is missing"),
        ("about", {"C6": "much"}, "About, cell C6: 'much' is no voice; enter a number from 0 up, or none"),
        ("about", {"C6": -1}, "cell C6: -1 is no voice"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_sheet_cell_value_and_what_to_do(study, way, cells, said):
    path = filled(study, direct={"all": DIRECT}, swing={"all": SWING}, ahp={"all": PAIRS})
    lines = refused(edited(path, way, **cells), study)
    assert len(lines) == (2 if cells.get("A7") else 1)  # of a code that was changed the right one is missing too
    assert lines[0].startswith("preferences/R01.xlsx, sheet ")
    assert re.search(said, lines[0]), lines[0]


def test_all_faults_of_a_form_are_told_at_once(study):
    path = filled(study, direct={"all": DIRECT}, swing={"all": SWING})
    edited(path, "direct", D7="x", D8="y")
    edited(path, "swing", D8=90)
    assert len(refused(path, study)) == 3


def test_a_form_with_a_fault_is_left_out_and_the_others_count(study):
    filled(study, "R01", direct={"all": DIRECT})
    edited(filled(study, "R02", direct={"all": DIRECT}), "direct", D7=90)
    filled(study, "R03")
    (study.folder / "preferences" / "R04.xlsx").write_bytes(b"PK\x03\x04 cut off")
    (study.folder / "preferences" / "~$R01.xlsx").write_bytes(b"lock")
    (study.folder / "preferences" / "R05.xlsx").write_bytes(b"")
    shutil.copy(Path(openpyxl.__file__), study.folder / "preferences" / "R06.xlsx")
    found = preferences(study)
    assert [one.respondent for one in found.answers] == ["R01"]
    assert found.left_out == ("R02.xlsx", "R03.xlsx", "R04.xlsx", "R05.xlsx", "R06.xlsx")
    assert "preferences/R03.xlsx: is empty; fill in a column" in found.faults[1]
    assert "preferences/R04.xlsx: cannot be read as a workbook" in found.faults[2]


def test_another_workbook_is_no_form(study):
    path = study.folder / "preferences" / "R01.xlsx"
    path.parent.mkdir(exist_ok=True)
    openpyxl.Workbook().save(path)
    assert "has no page '填写说明 About'" in refused(path, study)[0]


def test_a_form_for_another_scheme_is_told_by_its_rows(study):
    path = filled(study, direct={"all": DIRECT})
    of = Asked(dimensions={"all": (*DIMENSIONS[:3], "sales")})
    with pytest.raises(DataError, match="row 'teamwork' is not in the scheme") as caught:
        read_form(path, of)
    assert "row 'sales' is missing; fill in a form that is written for this scheme" in str(caught.value)


def test_inconsistent_judgements_come_with_the_one_to_revisit(study):
    slipped = PAIRS | {"workload>csat": "B9"}
    filled(study, "R01", ahp={"all": PAIRS})
    filled(study, "R02", ahp={"all": slipped})
    table = preferences(study).table().set_index("respondent")
    assert table.loc["R01", "accepted"] == "yes"
    assert table.loc["R01", "consistency ratio"] == pytest.approx(0.007637107, abs=1e-9)
    assert table.loc["R02", "accepted"] == "no"
    assert table.loc["R02", "revisit"] == "workload > csat"
    assert (table.loc["R02", "given"], table.loc["R02", "fits better"]) == ("B9", "A2")
    assert table.loc["R02", "ratio then"] < 0.1


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_sample_forms_are_those_that_are_stated_and_bear_the_mark(folder):
    study = Study.open(folder)
    found = preferences(study)
    assert found.faults == ()
    assert [one.respondent for one in found.answers] == [*RESPONDENTS]
    for one in found.answers:
        stated = RESPONDENTS[one.respondent]
        assert one.voice == (stated["voice"] or 1)
        for way in ("direct", "swing"):
            given = {column: answer.tolist() for column, answer in one.given[way].items()}
            assert given == {column: [*rows.values()] for column, rows in stated["filled"].get(way, {}).items()}
        book = openpyxl.load_workbook(folder / "preferences" / f"{one.respondent}.xlsx")
        assert "合成数据" in str(book[sheet("about")]["A4"].value)
    assert found.table().set_index("respondent")["accepted"].to_dict() == {"R01": "yes", "R02": "yes", "R03": "no"}
