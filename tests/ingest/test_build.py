"""Files become tables: nothing is lost, nothing is half-written, nobody's name passes."""

import datetime as dt
import json
import re
import shutil

import pandas as pd
import pytest

from design_lab.errors import DataError, StudyError
from design_lab.ingest import build, check, facts, table_path
from design_lab.schema import TABLES
from design_lab.study import Study


def detail(folder):
    return folder / "raw" / "2026Q3" / "通话明细_01.csv"


def rewrite(folder, change):
    """Change the lines of the call detail (header included)."""
    path = detail(folder)
    lines = path.read_text(encoding="gb18030").splitlines()
    path.write_bytes("\r\n".join(change(lines)).encode("gb18030") + b"\r\n")


def refused(folder):
    with pytest.raises(DataError) as error:
        build(Study.open(folder))
    assert not (folder / "tables" / "interactions").exists()
    return str(error.value)


def test_every_row_is_used_or_left_out_with_a_reason(small):
    arrived = build(small)
    assert len(arrived.files) == sum(1 for path in small.raw.rglob("*") if path.is_file())
    for file in arrived.files:
        assert file.rows == file.used + file.excluded + file.subtotals + file.aside
    assert arrived.lines() == []
    assert arrived.missing == ()


def test_tables_hold_what_schema_promises(small):
    for name, table in TABLES.items():
        frame = pd.read_parquet(table_path(small, name, small.quarters[-1]))
        assert list(frame.columns) == list(table.columns)
        assert not frame.duplicated(list(table.key)).any()
        assert frame.equals(frame.sort_values(list(table.key), ignore_index=True))
        required = [column for column, spec in table.columns.items() if spec.required]
        assert frame[required].notna().all(axis=None)


def test_call_detail_and_daily_sheets_agree_after_ingest(small):
    quarter = small.quarters[-1]
    calls = pd.read_parquet(table_path(small, "interactions", quarter))
    calls = calls[calls["channel"] == "phone"]
    sheets = pd.read_parquet(table_path(small, "agent_periods", quarter))
    counted = calls.groupby(["employee_id", calls["started_at"].dt.date])[["talk_ms", "wrap_ms"]].sum()
    reported = sheets[sheets["answered"] > 0].set_index(["employee_id", "date"])[["talk_ms", "wrap_ms"]]
    pd.testing.assert_frame_equal(
        counted.astype("int64"), reported, check_names=False, check_index_type=False
    )  # sessions have no wrap-up


def test_a_parquet_quarter_and_a_csv_quarter_look_alike(small):
    kinds = {path.suffix for path in (small.raw / "2025Q4").glob("通话明细*")}
    assert kinds == {".parquet"}
    frames = [pd.read_parquet(table_path(small, "interactions", q)) for q in small.quarters[2:4]]
    assert (frames[0].dtypes == frames[1].dtypes).all()
    assert set(frames[0]["contact_type"]) == set(frames[1]["contact_type"])


def test_no_name_and_no_id_of_the_client_passes_ingest(small):
    import python_calamine

    roster = python_calamine.CalamineWorkbook.from_path(small.raw / "2026Q3" / "花名册.xlsx").get_sheet_by_index(0)
    rows = roster.to_python()[2:]
    secrets = {str(row[0]) for row in rows} | {str(row[1]) for row in rows}
    for name in TABLES:
        frame = pd.read_parquet(table_path(small, name, small.quarters[-1]))
        for column in frame.columns[[dtype == "str" for dtype in frame.dtypes]]:
            assert not secrets & set(frame[column].dropna())


def test_reused_ids_are_matched_by_date(small):
    maps = pd.concat(pd.read_parquet(table_path(small, "id_map", q)) for q in small.quarters)
    holders = maps.drop_duplicates(["external_id", "employee_id"]).groupby("external_id").size()
    assert holders.max() > 1, "the sample must hold a reused id, or this test shows nothing"
    staff = pd.read_parquet(table_path(small, "staff", small.quarters[-1])).set_index("employee_id")
    calls = pd.read_parquet(table_path(small, "interactions", small.quarters[-1]))
    first = calls.groupby("employee_id")["started_at"].min().dt.date
    hired = staff.groupby(level=0)["hire_date"].min()
    assert (first >= hired.reindex(first.index)).all()


@pytest.mark.long
def test_an_unchanged_study_is_not_built_again_and_a_changed_one_is(copied):
    said = []
    study = Study.open(copied)
    build(study, progress=said.append)
    assert said[0] == "tables of 2026Q3 are built: not built yet"
    before = table_path(study, "interactions", study.quarters[-1]).stat().st_mtime_ns
    said.clear()
    build(study, progress=said.append)
    assert said == ["tables of 2026Q3 reused"]
    assert table_path(study, "interactions", study.quarters[-1]).stat().st_mtime_ns == before
    rewrite(copied, lambda lines: lines[:-1])
    build(study, progress=said.append)
    assert said[1].startswith("tables of 2026Q3 are built: raw/2026Q3/")
    assert said[1].endswith(" changed")
    assert said[2].startswith("tables of 2026Q3: ")


@pytest.mark.long
def test_more_jobs_write_the_same_bytes(small, tmp_path):
    folder = tmp_path / "small"
    shutil.copytree(small.folder, folder, ignore=shutil.ignore_patterns("tables"))
    again = Study.open(folder)
    build(again, jobs=1)
    for name in TABLES:
        for quarter in small.quarters:
            assert table_path(again, name, quarter).read_bytes() == table_path(small, name, quarter).read_bytes()


def test_the_check_builds_nothing(copied):
    assert check(Study.open(copied)).missing == ()
    assert not (copied / "tables").exists()


def test_a_few_bad_rows_are_left_out_and_named_with_file_and_row(copied):
    def change(lines):
        cells = lines[10].split(",")
        cells[5] = "ein Gespräch".encode("gb18030", "replace").decode("gb18030")
        lines[10] = ",".join(cells)
        lines[20] = lines[20].replace("2026-", "2027-", 1).replace(",2026-", ",2027-", 1)
        lines[30] = lines[29]
        return lines

    rewrite(copied, change)
    arrived = build(Study.open(copied))
    said = arrived.lines()
    assert any(
        re.search(r"2026Q3/通话明细_01\.csv, row 11, column 通话时长\(秒\): 'ein.*cannot be read", s) for s in said
    )
    assert any("row 21, column started_at: '2027-" in s and "outside the quarter" in s for s in said)
    assert any("row 31, column interaction_id: the cell repeats the key" in s for s in said)
    assert arrived.counts("2026Q3", "interactions")[2] == 3
    study = Study.open(copied)
    left_out = next(found for found in facts(study, study.quarters[-1]).findings() if found.id == "data.excluded_rows")
    assert (left_out.value, left_out.n) == (3, sum(file.data_rows for file in arrived.files))
    # The daily sheets still count the contacts that are lost from the detail, and the tool says so.
    assert any(re.match(r"On [1-3] of ", s) and "count different numbers of contacts" in s for s in said)


def test_too_many_bad_rows_are_refused_with_the_share_and_the_limit(copied):
    rewrite(copied, lambda lines: [lines[0], *(line.replace(",是", ",?") for line in lines[1:])])
    said = refused(copied)
    assert "通话明细_01.csv" in said
    assert "more than the limit of 2.0% (sources.yaml, exclude_limit)" in said


def test_a_file_name_without_its_date_is_refused(copied):
    sheets = copied / "raw" / "2026Q3" / "话务日报"
    next(sheets.iterdir()).rename(sheets / "座席话务报表_x.xlsx")
    assert "the file's name does not hold" in refused(copied)


@pytest.mark.long
def test_a_refusal_leaves_the_tables_of_before(copied):
    study = Study.open(copied)
    build(study)
    before = {path: path.read_bytes() for path in study.tables.rglob("*.parquet")}
    rewrite(copied, lambda lines: lines[:1])
    with pytest.raises(DataError, match="has a header but no rows"):
        build(study)
    assert {path: path.read_bytes() for path in study.tables.rglob("*.parquet")} == before


def test_a_table_that_was_not_delivered_is_said_and_not_invented(copied):
    for path in (copied / "raw" / "2026Q3").glob("*满意度评价.csv"):
        path.unlink()
    study = Study.open(copied)
    assert build(study).missing == ("surveys",)
    made = {finding.id: finding for finding in facts(study, study.quarters[-1]).findings()}
    assert made["data.rows.surveys"].value is None
    assert made["data.rows.surveys"].claim == "unidentified"
    assert "No file with the satisfaction ratings" in made["data.rows.surveys"].text["en"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("interactions:", "interaction:", "interaction: is not a canonical table; did you mean 'interactions'?"),
        ("talk_ms: {from: 通话时长(秒), unit: seconds}", "talk_ms: 通话时长(秒)", "talk_ms.unit: is missing"),
        ("queue: 技能组", "queu: 技能组", "interactions.columns.queu: is no column of it; did you mean 'queue'?"),
        ("interaction_id: 流水号", "contact_type: 流水号", "stands twice"),
        ("files: 花名册.xlsx", "files: ../花名册.xlsx", "must stay below raw/<quarter>/"),
        ("format: parquet", "format: parket", "format"),
        ("{row_number: true}", "{row_number: true, constant: x}", "needs exactly one of"),
        ("(\\d{8})", "\\d{8}", "file_name must hold one group"),
    ],
)
def test_a_wrong_mapping_is_refused_with_its_key(copied, old, new, said):
    path = copied / "sources.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(StudyError, match=re.escape(said)):
        build(Study.open(copied))


def test_capacity_and_heads_are_counted_as_by_hand(small):
    quarter = small.quarters[-1]
    found = facts(small, quarter)
    sheets = pd.read_parquet(table_path(small, "agent_periods", quarter))
    handled = (sheets["talk_ms"] + sheets["hold_ms"] + sheets["wrap_ms"]).sum()
    assert found.volume.occupancy == pytest.approx(handled / (sheets["signed_in_ms"] - sheets["aux_ms"]).sum())
    assert found.volume.contacts_per_day == pytest.approx(sheets["answered"].sum() / 92)
    staff = pd.read_parquet(table_path(small, "staff", quarter))
    last = dt.date(2026, 9, 30)
    there = staff[(staff["valid_to"].isna()) & (staff["leave_date"].isna() | (staff["leave_date"] >= last))]
    assert sum(found.staff.values()) == there["employee_id"].nunique()


def test_the_secret_key_of_real_people_stays_outside_the_study(copied, monkeypatch, tmp_path):
    from design_lab.ingest.keys import pseudonym_key

    path = copied / "study.yaml"
    text = path.read_text(encoding="utf-8").replace("synthetic: true", "synthetic: false")
    path.write_text(re.sub(r"\n  published_key: .*", "", text), encoding="utf-8")
    study = Study.open(copied)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    key = pseudonym_key(study)
    assert pseudonym_key(study) == key
    kept = tmp_path / "home" / ".design_lab" / "small.key"
    assert kept.stat().st_mode & 0o777 == 0o600
    kept.chmod(0o644)
    with pytest.raises(StudyError, match="the key file of study small can be read by others; chmod 600 "):
        pseudonym_key(study)
    monkeypatch.setenv("DESIGN_LAB_KEY", "short")
    with pytest.raises(StudyError, match="fewer than 16 characters"):
        pseudonym_key(study)
    monkeypatch.setenv("DESIGN_LAB_KEY", "a key of the client's own")
    build(study)
    assert "a key of the client" not in json.dumps([p.read_text("utf-8") for p in study.tables.rglob("*.json")])


def test_a_key_file_is_whole_or_absent_and_a_cut_off_one_is_refused(tmp_path, monkeypatch):
    from types import SimpleNamespace

    from design_lab.ingest.keys import pseudonym_key

    study = SimpleNamespace(name="bank", settings=SimpleNamespace(privacy=SimpleNamespace(published_key=None)))
    monkeypatch.setattr("pathlib.Path.home", lambda: tmp_path)
    folder = tmp_path / ".design_lab"
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(OSError, match="No space left"):
            pseudonym_key(study)
    assert list(folder.iterdir()) == []
    key = pseudonym_key(study)
    assert len(key) == 64
    assert [path.name for path in folder.iterdir()] == ["bank.key"]
    (folder / "bank.key").write_text("", encoding="utf-8")  # as a kill left it where the file was written in place
    with pytest.raises(StudyError, match=r"the key file .*bank\.key holds fewer than 16 characters"):
        pseudonym_key(study)
