"""Thirty kinds of damaged input: each ends in a sentence, and nothing that stood in tables/ or reports/ is touched."""

import errno
import os
import re
import shutil
import struct
from pathlib import Path

import pytest

from design_lab.ingest.mapping import Source
from design_lab.ingest.readers import read

REFUSED, LEFT_OUT = "refused", "left out"


def calls(mini, change):
    """Change the calls' cells; the header is row 1."""
    change(mini.calls)
    mini.csv("calls.csv", mini.calls)


def put(mini, row, column, value):
    calls(mini, lambda rows: rows[row - 1].__setitem__(rows[0].index(column), value))


def workbook_roster(mini, sheets, **changes):
    (mini.raw / "roster.csv").unlink()
    mini.map("staff", files="roster.xlsx", format="xlsx", **changes)
    return mini.book("roster.xlsx", sheets)


def bytes_of(mini, change, name="calls.csv"):
    path = mini.raw / name
    path.write_bytes(change(path.read_bytes()))


def locked(mini):
    """What Excel writes for a password: a compound file with a stream EncryptedPackage."""
    free, end, none = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    head += struct.pack("<HHHHHHIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 0, 0, 1, 1, 0, 4096, end, 0, end, 0)
    head += struct.pack("<I", 0) + struct.pack("<I", free) * 108
    fat = struct.pack("<II", 0xFFFFFFFD, end) + struct.pack("<I", free) * 126

    def entry(name, kind, child):
        text = (name + "\0").encode("utf-16-le") if name else b""
        return (
            text.ljust(64, b"\0")
            + struct.pack("<HBBIII", len(text), kind, 1, none, none, child)
            + bytes(36)
            + struct.pack("<IQ", end, 0)
        )

    folders = entry("Root Entry", 5, 1) + entry("EncryptedPackage", 2, none) + entry("", 0, none) * 2
    workbook_roster(mini, {"s": mini.roster}).write_bytes(head + fat + folders)


def error_cells(mini):
    workbook_roster(mini, {"s": mini.roster}, exclude_limit=0.5)
    import xlsxwriter

    with xlsxwriter.Workbook(mini.raw / "roster.xlsx") as book:
        sheet = book.add_worksheet("s")
        for number, row in enumerate(mini.roster):
            sheet.write_row(number, 0, row)
        sheet.write_formula(2, 2, "=Z9!A1", None, "#REF!")
        sheet.write_string(0, 2, "hired")
    mini.map("staff", columns={"hire_date": "hired"})
    mini.map("interactions", exclude_limit=1)


def sheet_of_totals(mini):
    rows = [["班组", "工号", "接听"], ["小计", "", "4"], ["合计", "", "4"]]
    mini.book("day.xlsx", {"s": rows})
    periods(mini, subtotals={"column": "班组", "words": ["小计", "合计"]})


def two_row_header(mini):
    mini.book("day.xlsx", {"s": [["工号", "话务", ""], ["", "接听", "通话"], ["000101", "3", "60"]]})
    periods(
        mini, header={"rows": 2}, columns={"answered": "话务/接听", "talk_ms": {"from": "话务/通话", "unit": "seconds"}}
    )


def periods(mini, *, columns=(), **changes):
    made = {
        "employee_id": "工号",
        "date": {"constant": "2026-07-01"},
        "answered": "接听",
        "signed_in_ms": {"constant": "0", "unit": "seconds"},
    }
    mini.map("agent_periods", files="day.xlsx", format="xlsx", columns={**made, **dict(columns)}, **changes)


def identities(mini):
    rows = [
        ["sys", "ext", "id", "a", "b"],
        ["ACD", "7", "000101", "2026-07-01", "2026-08-10"],
        ["ACD", "7", "000102", "2026-08-01", ""],
    ]
    mini.csv("ids.csv", [*rows, *[["ACD", f"9{n}", "000103", "2026-07-01", ""] for n in range(3)]])
    columns = {"system": "sys", "external_id": "ext", "employee_id": "id", "valid_from": "a", "valid_to": "b"}
    mini.map("id_map", files="ids.csv", format="csv", exclude_limit=0.4, columns=columns)


def reviewed(mini, points):
    mini.csv(
        "qa.csv", [["id", "day", "points"], ["000101", "2026-07-01", points], *[["000102", "2026-07-02", "90%"]] * 9]
    )
    columns = {
        "employee_id": "id",
        "review": {"row_number": True},
        "reviewed_on": "day",
        "points_x100": {"from": "points", "unit": "share"},
    }
    mini.map("quality_reviews", files="qa.csv", format="csv", exclude_limit=0.1, columns=columns)


def instead(mini, make):
    path = mini.raw / "calls.csv"
    path.unlink()
    make(path)


# what it is: (the damage, what becomes of it, the sentence it ends in)
DAMAGES = {
    "a missing column": (lambda m: calls(m, lambda r: r[0].__setitem__(3, "duration")), REFUSED, r"2026Q3/calls.csv, column talk: there is no such column"),
    "UTF-8 where GB18030 was said": (lambda m: m.map("interactions", encoding="gb18030", columns={"queue": "技能组"}) or m.csv("calls.csv", [[*r, "技能组"] for r in m.calls]), REFUSED, "set encoding: utf-8 in sources.yaml"),
    "GB18030 where UTF-8 was said": (lambda m: put(m, 5, "moved", "是") or m.csv("calls.csv", m.calls, encoding="gb18030"), REFUSED, r"2026Q3/calls.csv, row 2: is not in the encoding utf-8: byte 0x\w\w does not belong"),
    "a changed encoding in the middle": (lambda m: bytes_of(m, lambda b: b.replace(b"C07,", b"C07\xff,")), REFUSED, r"calls.csv, row 9: is not in the encoding utf-8: byte 0xff"),
    "an encoding that does not exist": (lambda m: m.map("interactions", encoding="gb18031"), REFUSED, "the encoding 'gb18031' of sources.yaml is not known"),
    "an empty file": (lambda m: bytes_of(m, lambda b: b""), REFUSED, "2026Q3/calls.csv: is empty"),
    "a header alone": (lambda m: m.csv("calls.csv", m.calls[:1]), REFUSED, "2026Q3/calls.csv: has a header but no rows"),
    "a truncated workbook": (lambda m: workbook_roster(m, {"s": m.roster}) and bytes_of(m, lambda b: b[:2000], "roster.xlsx"), REFUSED, "2026Q3/roster.xlsx: cannot be read as a workbook"),
    "a zip that is no workbook": (lambda m: workbook_roster(m, {"s": m.roster}) and zipped(m.raw / "roster.xlsx"), REFUSED, "2026Q3/roster.xlsx: cannot be read as a workbook"),
    "a password": (locked, REFUSED, "2026Q3/roster.xlsx: is protected by a password; ask for it without one"),
    "duplicate ids": (lambda m: put(m, 9, "call", "C03"), LEFT_OUT, "2026Q3/calls.csv, row 9, column interaction_id: the cell repeats the key of an earlier row"),
    "10 % garbage rows within the limit": (lambda m: [put(m, r, "talk", "??") for r in (4, 11)], LEFT_OUT, r"row 4, column talk: '\?\?' cannot be read .*\(2 of 20 rows are so and left out\)"),
    "30 % garbage rows": (lambda m: [put(m, r, "talk", "??") for r in range(4, 10)], REFUSED, r"calls.csv: 6 of 20 rows \(30.0%\) cannot be used, more than the limit of 20.0%"),
    "future dates": (lambda m: put(m, 6, "start", "2062-07-01 09:00:00"), LEFT_OUT, "row 6, column started_at: '2062-07-01' is outside the quarter"),
    "formulas that failed": (error_cells, LEFT_OUT, "2026Q3/roster.xlsx, sheet s, row 3, column hired: '#REF!' cannot be read"),
    "a number too large": (lambda m: put(m, 6, "talk", "9" * 30), LEFT_OUT, "row 6, column talk: '9{30}' cannot be read"),
    "a duration longer than a day": (lambda m: put(m, 6, "talk", "86401"), LEFT_OUT, "row 6, column talk: '86401' is outside what is possible"),
    "a negative duration": (lambda m: put(m, 6, "talk", "-5"), LEFT_OUT, "row 6, column talk: '-5' is outside what is possible"),
    "a clock of 25:61": (lambda m: m.map("interactions", columns={"talk_ms": {"from": "talk", "unit": "h:mm:ss"}}, exclude_limit=0.1) or clocks(m), LEFT_OUT, "row 6, column talk: '0:25:61' cannot be read"),
    "a share over 100 %": (lambda m: reviewed(m, "923%"), LEFT_OUT, "2026Q3/qa.csv, row 2, column points: '923%' is outside what is possible"),
    "an unknown code": (lambda m: put(m, 6, "moved", "也许"), LEFT_OUT, "row 6, column moved: '也许' cannot be read as its kind; correct the format, unit or codes"),
    "an unknown person": (lambda m: put(m, 6, "agent", "999999"), LEFT_OUT, "row 6, column agent: the cell belongs to nobody on that day"),
    "mixed date formats": (lambda m: put(m, 6, "start", "07/05/2026 09:00"), LEFT_OUT, "row 6, column start: '07/05/2026 09:00' cannot be read"),
    "a date typed as text": (lambda m: put(m, 6, "start", "43617/"), LEFT_OUT, "row 6, column start: '43617/' cannot be read"),
    "the same file twice": (lambda m: shutil.copy(m.raw / "calls.csv", m.raw / "calls (1).csv"), REFUSED, "2026Q3: 20 rows of interactions stand in two files"),
    "the header in another row": (lambda m: calls(m, lambda r: r.insert(0, ["通话明细", "", "", "", ""])), REFUSED, r"They stand in row 2: set header: \{first_row: 2\}"),
    "the header twice": (lambda m: calls(m, lambda r: r.insert(5, list(r[0]))), LEFT_OUT, "row 6, column start: 'start' cannot be read"),
    "a column twice": (lambda m: calls(m, lambda r: [row.append(row[3]) for row in r]), REFUSED, "column talk: the header holds it 2 times"),
    "another delimiter": (lambda m: m.csv("calls.csv", m.calls, delimiter=";"), REFUSED, "set delimiter: semicolon in sources.yaml"),
    "a renamed sheet": (lambda m: workbook_roster(m, {"花名册": m.roster}, sheet="员工花名册"), REFUSED, "2026Q3/roster.xlsx, sheet 员工花名册: there is no such sheet; did you mean '花名册'"),
    "a merged header that came apart": (two_row_header, REFUSED, "2026Q3/day.xlsx, sheet s, column 话务/通话: there is no such column"),
    "NUL bytes": (lambda m: bytes_of(m, lambda b: b.replace(b"C07", b"C\x007")), REFUSED, "2026Q3/calls.csv, row 9: holds a NUL byte"),
    "a ragged row": (lambda m: calls(m, lambda r: r[5].extend(["1", "2"])), REFUSED, r"2026Q3/calls.csv: cannot be read as CSV: .*Row #6: Expected 5 columns, got 7"),
    "totals without their rows": (sheet_of_totals, REFUSED, "2026Q3/day.xlsx, sheet s: holds totals but none of the rows they sum"),
    "another quarter's files": (lambda m: calls(m, lambda r: [c.__setitem__(2, c[2].replace("-07-", "-04-")) for c in r[1:]]), REFUSED, r"2026Q3/calls.csv, row 2, column started_at: '2026-04-01' is outside the quarter"),
    "an id of two people at once": (identities, LEFT_OUT, r"2026Q3/ids.csv, row 2, column external_id: the cell gives the same id to two people on the same days.*\(2 of 5"),
    "a folder instead of a file": (lambda m: instead(m, Path.mkdir), REFUSED, "2026Q3/calls.csv: is a folder, where sources.yaml expects a file"),
    "a link that leads in a circle": (lambda m: instead(m, lambda p: p.symlink_to(p)), REFUSED, "2026Q3/calls.csv: is a link that leads nowhere"),
    "no roster": (lambda m: (m.raw / "roster.csv").unlink(), REFUSED, r"2026Q3: there is no roster \(staff: roster.csv\)"),
    "no parquet": (lambda m: m.map("interactions", format="parquet"), REFUSED, "2026Q3/calls.csv: cannot be read as parquet"),
}  # fmt: skip


def zipped(path):
    import zipfile

    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "no workbook")


def clocks(mini):
    for row in range(2, 22):
        put(mini, row, "talk", "0:01:00" if row != 6 else "0:25:61")


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_damaged_input_ends_in_a_sentence_and_spares_what_stands(mini, damage):
    inflict, outcome, said = DAMAGES[damage]
    mini.build()
    report = mini.folder.parent / "reports" / "mini" / "2026Q3" / "results.json"
    report.parent.mkdir(parents=True)
    report.write_text("{}", encoding="utf-8")
    before = {path: path.read_bytes() for path in (mini.folder / "tables").rglob("*.parquet")}
    inflict(mini)
    if outcome == REFUSED:
        assert re.search(said, mini.refused(), re.DOTALL)
        assert {path: path.read_bytes() for path in (mini.folder / "tables").rglob("*.parquet")} == before
    else:
        arrived = mini.build()
        assert any(re.search(said, line) for line in arrived.lines()), arrived.lines()
        assert all(file.rows == file.used + file.excluded + file.subtotals + file.aside for file in arrived.files)
        assert len(mini.table()) == sum(file.used for file in arrived.files if file.table == "interactions")
    assert report.read_text(encoding="utf-8") == "{}"
    assert not list(mini.folder.rglob("*.part-*"))


def test_a_file_without_the_right_to_read_it_is_named(mini, monkeypatch):
    # Denied by hand, since the administrator of a machine may read every file.
    opened = Path.open

    def denied(path, *arguments, **options):
        if path.name == "calls.csv":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return opened(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", denied)
    assert "2026Q3/calls.csv: cannot be opened (Permission denied)" in mini.refused()


def test_a_file_longer_than_a_sheet_of_excel_is_read_whole(tmp_path):
    (tmp_path / "long.csv").write_text("call\r\n" + "x\r\n" * 1_048_576, encoding="utf-8", newline="")
    source = Source.model_validate({"files": "long.csv", "format": "csv", "columns": {"queue": "call"}})
    (rows,) = read(tmp_path / "long.csv", source, "2026Q3/long.csv")
    assert rows.columns.num_rows == 1_048_576
    assert rows.row_numbers[-1].as_py() == 1_048_577


def test_faults_of_several_files_are_said_together(mini):
    put(mini, 1, "talk", "duration")
    mini.csv("roster.csv", [["nr", "role"], ["1", "agent"]])
    said = mini.refused()
    assert "roster.csv, column id" in said
    assert "calls.csv, column talk" in said
