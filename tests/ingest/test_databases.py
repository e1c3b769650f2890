"""Tables behind an ibis URL: read by quarter, told apart by their rows, refused in sentences without secrets."""

import datetime as dt
import sqlite3

import duckdb
import pytest
import yaml

from design_lab.errors import DataError, StudyError
from design_lab.ingest import build, check, database_digests, extracts, table_path
from design_lab.ingest.mapping import read_sources
from design_lab.ingest.readers import database
from design_lab.run import record
from design_lab.scoring import panel
from design_lab.study import Study

COLUMNS = "call_no TEXT, agent TEXT, started TIMESTAMP, day DATE, talk INTEGER, moved TEXT, secret TEXT"


def calls():
    """Twenty calls of the quarter, one of the last second of its last day, and two of other quarters."""
    at = [dt.datetime(2026, 7, n + 1, 9, 0, n) for n in range(20)]
    at += [dt.datetime(2026, 9, 30, 23, 59, 59), dt.datetime(2026, 6, 30, 23, 59, 59), dt.datetime(2026, 10, 1)]
    return [
        (f"C{n:02d}", f"00010{n % 3 + 1}", str(when), str(when.date()), 60 + n, "否", "a name")
        for n, when in enumerate(at)
    ]


def fill(scheme, path, rows=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(str(path)) if scheme == "duckdb" else sqlite3.connect(path)
    connection.execute(f"CREATE TABLE IF NOT EXISTS calls ({COLUMNS})")
    connection.executemany("INSERT INTO calls VALUES (?, ?, ?, ?, ?, ?, ?)", calls() if rows is None else rows)
    connection.commit()
    connection.close()


@pytest.fixture(params=["duckdb", "sqlite"])
def scheme(request):
    return request.param


def point(mini, scheme, *, started="started", **changes):
    """Let the client's calls come from a database in the study's folder."""
    mini.sources["interactions"] = {
        "format": "table", "url": f"{scheme}://raw/warehouse.{scheme}", "table": "calls", **changes,
        "columns": {
            "interaction_id": "call_no", "employee_id": "agent", "channel": {"constant": "phone"}, "started_at": started,
            "talk_ms": {"from": "talk", "unit": "seconds"}, "transferred": {"from": "moved", "codes": {"是": True, "否": False}},
        },
    }  # fmt: skip


@pytest.fixture
def warehouse(mini, scheme):
    point(mini, scheme)
    fill(scheme, mini.folder / "raw" / f"warehouse.{scheme}")
    return mini


def test_a_database_gives_the_same_table_as_files(mini, scheme):
    mini.calls += [["C20", "000103", "2026-09-30 23:59:59", "80", "否"]]
    mini.csv("calls.csv", mini.calls)
    mini.build()
    by_file = mini.table()
    point(mini, scheme)
    fill(scheme, mini.folder / "raw" / f"warehouse.{scheme}")
    arrived = mini.build()
    assert mini.table().equals(by_file)
    (account,) = [file for file in arrived.files if file.table == "interactions"]
    assert account.file == "table calls"
    assert (account.used, account.aside, account.excluded) == (21, account.rows - 21, 0)
    study = Study.open(mini.folder)
    assert panel(study, study.quarters[0]).centre.loc["handle_seconds", "n"] == 21


@pytest.mark.parametrize("started", ["started", "day", {"from": "day", "formats": "%Y-%m-%d"}])
def test_the_database_chooses_the_quarters_rows_and_sends_the_mapped_columns_alone(warehouse, started, scheme):
    point(warehouse, scheme, started=started)
    warehouse.build()
    study = Study.open(warehouse.folder)
    extract = extracts.extract_of(
        study, read_sources(study.folder).tables["interactions"][0], "interactions", study.quarters[0]
    )
    rows = database.read_extract(extract)
    assert "secret" not in rows.column_names
    assert rows.num_rows == 23, "a day more on either side is read, and ingest decides"
    assert len(warehouse.table()) == 21


def test_rows_long_before_the_quarter_are_never_sent(warehouse, scheme):
    old = [(f"D{n}", "000101", "2025-01-01 09:00:00", "2025-01-01", 60, "否", "") for n in range(50)]
    fill(scheme, warehouse.folder / "raw" / f"warehouse.{scheme}", old)
    (account,) = [file for file in warehouse.build().files if file.table == "interactions"]
    assert account.rows == 23


def test_what_is_unchanged_is_not_built_again_and_what_is_changed_is(warehouse, scheme):
    path = warehouse.folder / "raw" / f"warehouse.{scheme}"
    warehouse.build()
    study = Study.open(warehouse.folder)
    built = table_path(study, "interactions", study.quarters[0])
    stamp, digests = built.stat().st_mtime_ns, database_digests(study)
    warehouse.build()
    assert built.stat().st_mtime_ns == stamp
    fill(scheme, path, [("D1", "000101", "2027-01-01 09:00:00", "2027-01-01", 60, "否", "")])
    warehouse.build()
    assert built.stat().st_mtime_ns == stamp, "a row of another quarter changes nothing of this one"
    connection = duckdb.connect(str(path)) if scheme == "duckdb" else sqlite3.connect(path)
    connection.execute("UPDATE calls SET talk = 61 WHERE call_no = 'C00'")
    connection.commit()
    connection.close()
    assert database_digests(study) != digests
    warehouse.build()
    assert built.stat().st_mtime_ns != stamp
    assert warehouse.table()["talk_ms"].min() == 61_000


def test_the_order_of_a_databases_rows_changes_nothing(warehouse, scheme):
    warehouse.build()
    study = Study.open(warehouse.folder)
    before = database_digests(study)
    (warehouse.folder / "raw" / f"warehouse.{scheme}").unlink()
    fill(scheme, warehouse.folder / "raw" / f"warehouse.{scheme}", calls()[::-1])
    assert database_digests(study) == before


def test_the_record_binds_the_rows_and_verifying_sees_that_they_changed(warehouse, scheme):
    warehouse.build()
    study = Study.open(warehouse.folder)
    bound = record.gather(study.folder, {"study": study.name}, [], databases=database_digests(study))
    assert list(bound.files["databases"]) == ["2026Q3/interactions, source 1: table calls"]
    (warehouse.folder / "raw" / f"warehouse.{scheme}").unlink()
    assert record.databases_of(study.folder) == {}
    fill(scheme, warehouse.folder / "raw" / f"warehouse.{scheme}", calls()[1:])
    assert record.databases_of(study.folder) != bound.files["databases"]


def test_a_server_is_asked_once_in_a_run_and_anew_in_the_next(warehouse, monkeypatch):
    asked = []
    read = database.read_extract
    monkeypatch.setattr(extracts, "read_extract", lambda extract: asked.append(extract) or read(extract))
    monkeypatch.setattr(extracts, "_mark", lambda extract: extracts.os.environ.get(extracts.RUN))
    warehouse.build()
    study = Study.open(warehouse.folder)
    asked.clear()
    with extracts.one_run():
        database_digests(study)
        database_digests(study)
    assert len(asked) == 1
    with extracts.one_run():
        database_digests(study)
    database_digests(study)
    database_digests(study)
    assert len(asked) == 4


def test_rows_that_change_between_digest_and_reading_are_refused(warehouse, monkeypatch):
    warehouse.build()
    monkeypatch.setattr(extracts, "quarter_digests", lambda *_: {"interactions": "0" * 64})
    monkeypatch.setattr("design_lab.ingest.tables.quarter_digests", lambda *_: {"interactions": "0" * 64})
    assert "its rows of 2026Q3 were changed while they were read; run again" in warehouse.refused()


def test_a_wrong_table_column_or_place_is_a_sentence(warehouse, scheme):
    point(warehouse, scheme, table="cals")
    assert "table cals: there is no such table; did you mean 'calls'?" in warehouse.refused()
    point(warehouse, scheme, started="startd")
    assert "column startd: there is no such column; did you mean 'started'?" in warehouse.refused()
    point(warehouse, scheme, url=f"{scheme}://raw/nowhere.{scheme}")
    assert "there is no database file" in warehouse.refused()
    assert not (warehouse.folder / "raw" / f"nowhere.{scheme}").exists()
    (warehouse.folder / "raw" / f"damaged.{scheme}").write_bytes(b"no database, but text " * 500)
    point(warehouse, scheme, url=f"{scheme}://raw/damaged.{scheme}")
    assert "table calls: cannot be" in warehouse.refused()


def test_a_wrong_table_is_told_by_check_too(warehouse, scheme):
    warehouse.build()
    study = Study.open(warehouse.folder)
    assert check(study).lines() == []
    point(warehouse, scheme, table="cals")
    (warehouse.folder / "sources.yaml").write_text(yaml.safe_dump(warehouse.sources), encoding="utf-8")
    with pytest.raises(DataError, match="there is no such table"):
        check(study).refuse()


def test_a_missing_driver_is_a_sentence(warehouse, scheme):
    point(warehouse, scheme, url="impala://somewhere/bank")
    assert "the driver of impala is not installed; pip install 'ibis-framework[impala]'" in warehouse.refused()


def test_no_message_shows_what_a_variable_holds(warehouse, scheme, monkeypatch):
    point(warehouse, scheme, url="${BANK_DB}")
    assert "names the environment variable BANK_DB, which is not set" in warehouse.refused()
    monkeypatch.setenv("BANK_DB", "nonsense://reader:tops3cret@somewhere/bank")
    said = warehouse.refused()
    assert "cannot be opened" in said
    assert "tops3cret" not in said
    monkeypatch.setenv("BANK_DB", f"{scheme}://raw/warehouse.{scheme}")
    warehouse.build()
    assert len(warehouse.table()) == 21


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"url": "postgres://reader:tops3cret@host/bank"}, "a password must not stand here"),
        ({"url": None}, "needs url"),
        ({"table": None}, "needs url .* and table"),
        ({"url": "warehouse.duckdb"}, "is no URL"),
        ({"files": "calls.csv"}, "files: does not go with a table"),
        ({"header": {"first_row": 2}}, "header: does not go with a table"),
        ({"format": "csv", "files": "calls.csv"}, "url and table go with format: table"),
    ],
)
def test_a_mapping_that_contradicts_itself_is_refused(mini, changes, said):
    point(mini, "duckdb", **{key: value for key, value in changes.items() if value is not None})
    for key, value in changes.items():
        if value is None:
            del mini.sources["interactions"][key]
    with pytest.raises(StudyError, match=said):
        mini.build()


def test_a_password_in_a_variable_is_allowed(mini):
    point(mini, "duckdb", url="postgres://reader:${BANK_PASSWORD}@host/bank")
    (mini.folder / "sources.yaml").write_text(yaml.safe_dump(mini.sources), encoding="utf-8")
    assert read_sources(mini.folder).tables["interactions"][0].every_quarter


def test_a_roster_with_validity_dates_may_stand_in_a_database(mini, scheme):
    path = mini.folder / "raw" / f"hr.{scheme}"
    connection = duckdb.connect(str(path)) if scheme == "duckdb" else sqlite3.connect(path)
    connection.execute("CREATE TABLE people (id TEXT, role TEXT, since DATE)")
    connection.executemany(
        "INSERT INTO people VALUES (?, ?, ?)", [(f"00010{n}", "agent", "2026-07-01") for n in (1, 2, 3)]
    )
    connection.commit()
    connection.close()
    mini.sources["staff"] = {
        "format": "table", "url": f"{scheme}://raw/hr.{scheme}", "table": "main.people",
        "columns": {"employee_id": "id", "role": "role", "level": {"constant": "agent"}, "valid_from": "since"},
    }  # fmt: skip
    mini.build()
    assert len(mini.table("staff")) == 3
    assert len(mini.table()) == 20


def test_an_engine_in_a_file_of_its_own_gives_the_same_panel(mini):
    mini.build()
    study = Study.open(mini.folder)
    before = panel(study, study.quarters[0])
    settings = mini.folder / "study.yaml"
    text = settings.read_text(encoding="utf-8").replace(
        "engine: duckdb", f"engine: duckdb://{(mini.folder / 'engine.duckdb').as_posix()}"
    )
    settings.write_text(text, encoding="utf-8")
    study = Study.open(mini.folder)
    after = panel(study, study.quarters[0])
    assert after.values.equals(before.values)
    assert after.people.equals(before.people)
    assert (mini.folder / "engine.duckdb").is_file()
    assert build(study).lines() == []
