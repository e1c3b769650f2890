"""A client's folder from the first files: what a new user meets, from `new --from` to a report."""

import re
import subprocess
import sys

import pytest
import python_calamine
import yaml

from design_lab.desk import new
from design_lab.desk.new import new_study
from design_lab.errors import StudyError
from design_lab.ingest import build, table_path
from design_lab.ingest.mapping import read_sources
from design_lab.study import Study
from tests.desk.conftest import PEOPLE, TODAY, book


def made(path, *files):
    return new_study(path, files=files, today=TODAY)


def edited(folder, *pairs):
    path = folder / "sources.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new_text in pairs:
        assert old in text, text
        text = text.replace(old, new_text)
    path.write_text(text, encoding="utf-8")


@pytest.mark.long
def test_a_new_client_s_files_become_a_report_by_editing_a_few_lines(inbox, tmp_path):
    folder = tmp_path / "acme"
    done = subprocess.run(
        [sys.executable, "-m", "design_lab.cli", "new", folder, "--from", *sorted(inbox.iterdir())],
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "在岗人员名单.xlsx -> staff" in done.stdout
    assert "quarters 2026Q3 to 2026Q3, tables: staff, agent_periods, surveys" in done.stdout
    drafted = (folder / "sources.yaml").read_text(encoding="utf-8")
    assert "姓名 (of a person; never read)" in drafted
    assert "合计" in drafted
    assert len([line for line in drafted.splitlines() if "# ?" in line and not line.startswith("#")]) <= 6
    assert "such as '合计'" not in drafted
    edited(  # what a consultant settles: everybody's row holds from the first day at the bank, the other guess stands
        folder, ("valid_from: {constant: '2026-07-01'}   # ?", "valid_from: 入行时间   #"), ("# ? no column numbers", "# no column numbers")
    )  # fmt: skip
    run = subprocess.run(
        [sys.executable, "-m", "design_lab.cli", "run", folder, "--reports", tmp_path / "reports", "--jobs", "1",
         "--formats", "html"],
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    published = tmp_path / "reports" / "acme" / "2026Q3"
    assert {"report.zh.html", "report.en.html", "results.json"} <= {path.name for path in published.iterdir()}
    page = (published / "report.zh.html").read_text(encoding="utf-8")
    assert "员工0" not in page
    results = (published / "results.json").read_text(encoding="utf-8")
    assert "diagnosis.effective_weight.workload" in results


def test_every_row_of_the_new_client_is_used_or_told(inbox, tmp_path):
    study = Study.open(made(tmp_path / "acme", inbox).folder)
    arrived = build(study)
    days = {report.table: 0 for report in arrived.files}
    for report in arrived.files:
        assert report.rows == report.used + report.excluded + report.subtotals + report.aside
        assert not report.disagreements
        days[report.table] += report.used
    assert days == {"staff": PEOPLE, "agent_periods": PEOPLE * 90, "surveys": PEOPLE * 180}
    import pandas as pd

    sheet = pd.read_parquet(table_path(study, "agent_periods", study.quarters[0]))
    assert sheet["signed_in_ms"].min() == 450 * 60_000
    assert study.settings.roles["customer_service"] == {"en": "customer service", "zh": "客服"}
    assert study.current.assumed[0] == "weights"


def test_english_files_are_drafted_too(tmp_path):
    inbox = tmp_path / "inbox"
    book(
        inbox / "headcount.xlsx",
        {
            "Staff": [
                ["Employee ID", "Name", "Job Title", "Grade", "Team", "Hire Date"],
                *[[f"A{n}", "x", "CSR", "Agent", "T1", "2024-05-01"] for n in range(9)],
            ]
        },
    )
    rows = ["Call ID,Agent ID,Start Time,Talk Time (sec),Hold Time (sec),Transferred"]
    rows += [
        f"C{n},A{n % 9},{n % 28 + 1:02d}/07/2026 09:{n % 60:02d}:00,{100 + n},3,{'Y' if n % 7 == 0 else 'N'}"
        for n in range(90)
    ]
    for part in (1, 2):
        (inbox / f"call_detail_{part:02d}.csv").write_bytes(
            "\r\n".join([rows[0], *rows[1 + 45 * (part - 1) : 1 + 45 * part]]).encode("utf-16")
        )
    folder = made(tmp_path / "bank", inbox).folder
    calls = read_sources(folder).tables["interactions"]
    assert [source.files for source in calls] == ["call_detail_*.csv"]
    assert (calls[0].encoding, calls[0].columns["talk_ms"].unit) == ("utf-16", "seconds")
    assert calls[0].columns["started_at"].formats == ("%d/%m/%Y %H:%M:%S",)
    assert calls[0].columns["transferred"].codes == {"Y": True, "N": False}
    arrived = build(Study.open(folder))
    assert sum(report.used for report in arrived.files if report.table == "interactions") == 90


def locked_workbook(path):
    """An encrypted workbook is a compound file that holds the stream EncryptedPackage."""
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000)


def test_what_is_no_table_is_named_and_left_where_it_is(inbox, tmp_path):
    junk = tmp_path / "junk"
    junk.mkdir()
    (junk / "规定.pdf").write_bytes(b"%PDF-1.7 ...")
    (junk / "~$花名册.xlsx").write_bytes(b"lock")
    (junk / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0 ...")
    (junk / "empty.csv").write_bytes(b"")
    (junk / "broken.xlsx").write_bytes(b"PK\x03\x04 cut off")
    (junk / "export.xls").write_bytes(b"<html><table><tr><td>a</td></tr></table></html>")
    (junk / "Thumbs.db").write_bytes(b"x")
    locked_workbook(junk / "locked.xlsx")
    (junk / "colours.csv").write_text("colour,shape\nred,round\nblue,square\n", encoding="utf-8")
    found = made(tmp_path / "acme", inbox, junk)
    said = "\n".join(found.lines())
    for words in (
        "规定.pdf: is a PDF", "~$花名册.xlsx: is the lock file", "photo.jpg: is a picture", "empty.csv: is empty",
        "broken.xlsx: is a damaged workbook", "export.xls: is a web page", "Thumbs.db: is a file of the system",
        "locked.xlsx: ", "colours.csv: was copied, but is taken for no table",
    ):  # fmt: skip
        assert words in said
    copied = {path.name for path in found.folder.rglob("*") if path.is_file()}
    assert "colours.csv" in copied
    assert not copied & {"规定.pdf", "photo.jpg", "locked.xlsx", "export.xls"}
    assert "colours.csv: colour, shape" in (found.folder / "sources.yaml").read_text(encoding="utf-8")
    assert read_sources(found.folder).tables.keys() == {"staff", "agent_periods", "surveys"}


def test_headers_that_match_nothing_make_a_study_without_a_mapping(tmp_path):
    (tmp_path / "colours.csv").write_text("colour,shape\nred,round\n", encoding="utf-8")
    folder = made(tmp_path / "acme", tmp_path / "colours.csv").folder
    assert read_sources(folder).tables == {}
    assert Study.open(folder).quarters[0] == Study.open(folder).quarter("2026Q3")


def test_a_study_can_be_made_before_any_file_came(tmp_path):
    found = made(tmp_path / "acme")
    study = Study.open(found.folder)
    assert study.current.indicators == ("calls_per_hour", "qa_score", "very_satisfied_rate", "peer_rating")
    assert {path.name for path in found.folder.iterdir()} == {
        "study.yaml", "sources.yaml", "schemes", "raw", "narrative", "preferences", "notebooks",
        "数据需求清单.xlsx", "访谈提纲.docx", "员工问卷.xlsx",
    }  # fmt: skip


def test_refusals_are_sentences_and_leave_nothing_behind(tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "kept.txt").write_text("x", encoding="utf-8")
    for path, files, said in (
        (tmp_path / "full", (), "is there already and not empty"),
        (tmp_path / "客户", (), "cannot be a name"),
        (tmp_path / "acme", (tmp_path / "nowhere",), "there is no such file or folder"),
        (tmp_path / "full" / "acme", (tmp_path / "full",), "lies inside"),
    ):
        with pytest.raises(StudyError, match=re.escape(said)):
            made(path, *files)
    assert [path.name for path in tmp_path.iterdir()] == ["full"]
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["kept.txt"]


def test_two_files_for_one_place_are_refused(inbox, tmp_path):
    twin = tmp_path / "twin" / "客户评价.xlsx"
    twin.parent.mkdir()
    twin.write_bytes((inbox / "客户评价.xlsx").read_bytes())
    with pytest.raises(StudyError, match=r"would both become raw/2026Q3/客户评价\.xlsx"):
        made(tmp_path / "acme", inbox, twin)


def test_a_failure_half_way_leaves_neither_folder_nor_remains(inbox, tmp_path, monkeypatch):
    def fail(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(new, "write_questionnaire", fail)
    with pytest.raises(OSError, match="No space left"):
        made(tmp_path / "acme", inbox)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_swept(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = tmp_path / f".acme.part-{gone.pid}-0011aabb"
    (left / "raw").mkdir(parents=True)
    made(tmp_path / "acme")
    assert [path.name for path in tmp_path.iterdir()] == ["acme"]


def test_the_request_ticks_what_came(inbox, tmp_path):
    folder = made(tmp_path / "acme", inbox).folder
    request = python_calamine.CalamineWorkbook.from_path(folder / "数据需求清单.xlsx")
    assert request.sheet_names == ["数据需求清单", "Data request"]
    rows = request.get_sheet_by_name("Data request").to_python()[3:]
    from design_lab.schema import TABLES

    assert len(rows) == sum(len(table.columns) for table in TABLES.values())
    ticked = {(row[0], row[1]) for row in rows if row[7]}
    assert ("staff roster", "hired on") in ticked
    assert ("staff roster", "site") not in ticked
    assert not [row for row in rows if row[0] == "pay" and row[7]]


def test_filled_questionnaires_are_read_back(inbox, tmp_path):
    import openpyxl
    import pandas as pd

    folder = made(tmp_path / "acme", inbox).folder
    forms = folder / "raw" / "2026Q3" / "员工问卷"
    forms.mkdir()
    for number in (1, 2):
        form = openpyxl.load_workbook(folder / "员工问卷.xlsx")
        page = form.active
        page["A5"] = "客服"
        for row in range(5, page.max_row + 1 - (number == 2)):  # the second leaves the last sentence out
            page.cell(row, 4, 1 + (row + number) % 5)
        form.save(forms / f"员工问卷_{number:03d}.xlsx")
    path = folder / "sources.yaml"
    text = path.read_text(encoding="utf-8")
    head, block = text.split("# staff_survey:\n")
    path.write_text(head + "staff_survey:\n" + re.sub(r"(?m)^# ", "", block), encoding="utf-8")
    study = Study.open(folder)
    build(study)
    answers = pd.read_parquet(table_path(study, "staff_survey", study.quarters[0]))
    assert answers.groupby("response").size().tolist() == [14, 13]
    assert set(answers["role"]) == {"customer_service"}
    assert set(answers["points_x100"]) == {100, 200, 300, 400, 500}
    assert "volume_pressure" in set(answers["item"])


def test_the_same_files_give_the_same_folder(inbox, tmp_path):
    one, two = (made(tmp_path / where / "acme", inbox).folder for where in ("a", "b"))
    files = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(two) for path in two.rglob("*") if path.is_file())
    for name in files:
        assert (one / name).read_bytes() == (two / name).read_bytes(), name


def test_the_help_of_new_is_instant():
    code = "import sys; sys.argv = ['design-lab', 'new', '--help']\nfrom design_lab import cli\ntry:\n cli.app()\nexcept SystemExit: pass\n"
    code += "print(*{'pandas', 'pyarrow', 'xlsxwriter', 'docx', 'yaml'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    assert done.stdout.splitlines()[-1] == ""


def test_every_page_is_plain_yaml(inbox, tmp_path):
    folder = made(tmp_path / "acme", inbox).folder
    for page in ("study.yaml", "sources.yaml", "schemes/current.yaml"):
        assert yaml.safe_load((folder / page).read_text(encoding="utf-8"))
