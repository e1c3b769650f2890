"""`design-lab check`: what the client's IT gets, whatever was delivered, and what it must never show."""

import sys
import zipfile

import pytest

from design_lab import cli
from design_lab.errors import DataError
from design_lab.ingest import check as look
from design_lab.run.road import check
from design_lab.study import Study

NAME, IDS = "王小明", ("000101", "000102", "000103", "998877", "4711", "AB-77")


def texts(folder):
    for path in folder.rglob("*"):
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                yield from (book.read(part).decode("utf-8") for part in book.namelist())
        elif path.is_file():
            yield path.read_text(encoding="utf-8")


def test_the_page_and_the_list_are_written_and_exclusions_printed(mini, tmp_path, monkeypatch, capsys):
    mini.calls[4][3] = "??"
    mini.csv("calls.csv", mini.calls)
    mini.write_sources()
    monkeypatch.setattr(sys, "argv", ["design-lab", "check", str(mini.folder), "--reports", str(tmp_path / "reports")])
    assert cli._status() == 0
    printed = capsys.readouterr()
    assert "2026Q3/calls.csv, row 5, column talk: '??' cannot be read" in printed.out
    assert "(1 of 20 rows are so and left out)" in printed.out
    names = {path.name for path in (tmp_path / "reports" / "mini").iterdir()}
    assert names == {".lock", "data_check.en.html", "data_check.zh.html", "data_check.xlsx"}
    assert not (mini.folder / "tables").exists()


def test_refused_data_leave_the_page_and_exit_with_1(mini, tmp_path, monkeypatch, capsys):
    (mini.raw / "calls.csv").write_bytes(b"")
    mini.write_sources()
    monkeypatch.setattr(sys, "argv", ["design-lab", "check", str(mini.folder), "--reports", str(tmp_path / "reports")])
    assert cli._status() == 1
    assert "2026Q3/calls.csv: is empty" in capsys.readouterr().err
    page = (tmp_path / "reports" / "mini" / "data_check.en.html").read_text(encoding="utf-8")
    assert "Refused: 1 of 2 files cannot be used" in page
    assert "2026Q3/calls.csv: is empty" in page


def test_a_quarter_without_any_file_is_told_and_the_others_are_checked(mini, tmp_path):
    settings = mini.folder / "study.yaml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("first: 2026Q3", "first: 2026Q2"), encoding="utf-8"
    )
    mini.write_sources()
    with pytest.raises(DataError, match="2026Q2: there is no roster"):
        check(mini.folder, reports=tmp_path)
    arrived = look(Study.open(mini.folder))
    assert [arrived.of(quarter).verdict for quarter in ("2026Q2", "2026Q3")] == ["refused", "pass"]
    assert "Refused: 2026Q2 cannot be used" in (tmp_path / "mini" / "data_check.en.html").read_text(encoding="utf-8")


def test_no_name_and_no_identity_reaches_page_list_or_messages(mini, tmp_path):
    mini.roster = [[*row, "name" if number == 0 else NAME] for number, row in enumerate(mini.roster)]
    mini.csv("roster.csv", mini.roster)
    mini.csv("ids.csv", [
        ["sys", "ext", "id", "a", "b"], ["ACD", "4711", "000101", "2026-07-01", ""], ["ACD", "4711", "000102", "2026-07-01", ""],
        ["ACD", "AB-77", "000103", "2026-07-01", "someday"], ["ACD", "AB-77", "", "2026-07-01", ""],
    ])  # fmt: skip
    columns = {
        "system": "sys",
        "external_id": {"from": "ext", "width": 4},
        "employee_id": "id",
        "valid_from": "a",
        "valid_to": "b",
    }
    mini.map("id_map", files="ids.csv", format="csv", exclude_limit=1, columns=columns)
    mini.calls[4][1] = "998877"  # nobody
    mini.calls[5][3] = "000102"  # cells that moved
    mini.calls[6][4] = "000103"
    mini.calls[7][2] = "998877"
    mini.calls[9][0] = mini.calls[8][0]
    mini.csv("calls.csv", mini.calls)
    mini.csv("calls_2.csv", [["000101", NAME, "2026-07-01", "60", "否"], *mini.calls[1:]])  # no header
    mini.csv("calls_3.csv", [*mini.calls[:2], [*mini.calls[2], NAME, "000101"]])  # a ragged row
    mini.write_sources()
    said = []
    with pytest.raises(DataError) as refused:
        check(mini.folder, reports=tmp_path / "reports", progress=said.append)
    arrived = look(Study.open(mini.folder))
    assert {fault.rule for file in arrived.files for fault in file.faults} >= {
        "unread",
        "unmatched",
        "overlap",
        "duplicate",
        "empty",
    }
    for text in (*texts(tmp_path / "reports"), str(refused.value), *said, *arrived.lines()):
        assert not [secret for secret in (NAME, *IDS) if secret in text], text[:200]


def test_two_checks_write_the_same_bytes(mini, tmp_path):
    mini.calls[4][3] = "??"
    mini.csv("calls.csv", mini.calls)
    mini.write_sources()
    for folder in ("a", "b"):
        check(mini.folder, reports=tmp_path / folder, progress=lambda _: None)
    for path in (tmp_path / "a" / "mini").glob("data_check*"):
        assert path.read_bytes() == (tmp_path / "b" / "mini" / path.name).read_bytes()
