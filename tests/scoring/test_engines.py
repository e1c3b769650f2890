"""The same sums on every engine: DuckDB's, a PostgreSQL server's that the test starts, Spark's on two cores."""

import contextlib
import getpass
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from design_lab.engine import connect
from design_lab.errors import StudyError
from design_lab.finding import Results
from design_lab.run.road import run
from design_lab.scoring import calls_by_period, panel, person_weeks, team_quarters
from design_lab.scoring.conduct import conduct
from design_lab.scoring.team_queues import team_queues
from design_lab.study import Study, project_root
from tests.conftest import STUDIES

PROGRAMS = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
PEOPLE = ("people", "values", "counts", "standard_errors", "centre")
CONDUCT = ("rates", "scores", "days", "calls", "contacts", "late")


def on(study, engine):
    return replace(study, settings=study.settings.model_copy(update={"engine": engine}))


def sums(study):
    """All that engines are asked for, of the latest quarters, as frames by name."""
    latest = study.quarters[-2:]
    people, screened = panel(study, latest[-1]), conduct(study, latest)
    return {
        **{name: getattr(people, name) for name in PEOPLE},
        **{name: getattr(screened, name) for name in CONDUCT},
        "calls_by_week": calls_by_period(study, latest, period="week"),
        "person_weeks": person_weeks(study, latest).rows,
        "team_quarters": team_quarters(study, latest).sums,
        "team_queues": team_queues(study, latest[-1]),
    }


@pytest.fixture(scope="module")
def by_duckdb(small):
    return sums(small)


def assert_equal(found, expected):
    for name, frame in expected.items():
        pd.testing.assert_frame_equal(found[name], frame, rtol=0, atol=1e-9, obj=name)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    """The URL of a server with an empty database, which ends with the tests."""
    if PROGRAMS is None:
        pytest.skip("PostgreSQL's server is not installed (Debian: postgresql)")
    pytest.importorskip("psycopg", reason="the driver is not installed (pip install 'design_lab[postgres]')")
    place = Path(subprocess.run(["mktemp", "-d", "/tmp/lab-XXXXXX"], capture_output=True, text=True, check=True).stdout.strip())  # fmt: skip
    as_server = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    if as_server:
        shutil.chown(place, "postgres", "postgres")
    user = "postgres" if as_server else getpass.getuser()

    def server(program, *arguments):
        subprocess.run([PROGRAMS / program, *arguments], check=True, capture_output=True, cwd=place, **as_server)

    options = f"-k {place} -c listen_addresses='' -c fsync=off"
    server("initdb", "-D", place / "data", "-A", "trust", "-U", user, "-E", "UTF8", "--locale=C.UTF-8")
    server("pg_ctl", "-D", place / "data", "-o", options, "-l", place / "log", "-w", "start")
    try:
        yield f"postgres://{user}@/postgres?host={place}"
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            server("pg_ctl", "-D", place / "data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(place, ignore_errors=True)


@pytest.mark.long
def test_postgres_sums_as_duckdb_does(small, by_duckdb, postgres):
    assert_equal(sums(on(small, postgres)), by_duckdb)


@pytest.fixture
def java():
    """Skips where Spark has nothing to run on."""
    pytest.importorskip("pyspark", reason="Spark is not installed (pip install 'design_lab[spark]')")
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        pytest.skip("there is no Java (Debian: openjdk-17-jre-headless)")


# pyspark 4.0 calls pandas in ways that pandas 3 gives up, and leaves its sockets to the end of the process.
@pytest.mark.filterwarnings("ignore")
@pytest.mark.long
def test_spark_sums_as_duckdb_does(small, by_duckdb, java):
    assert_equal(sums(on(small, "local[2]")), by_duckdb)


@pytest.mark.long
def test_spark_walks_the_whole_road_as_duckdb_does(small, tmp_path, java):
    last, found = str(small.quarters[-1]), {}
    for engine in ("duckdb", "local[2]"):
        folder = tmp_path / engine[:5] / "small"
        shutil.copytree(small.folder, folder, ignore=shutil.ignore_patterns("raw", "tables", "centre.yaml"))
        shutil.copytree(small.raw / last, folder / "raw" / last)
        settings = (folder / "study.yaml").read_text(encoding="utf-8")
        settings = settings.replace("engine: duckdb", f"engine: {engine}").replace("first: 2025Q2", f"first: {last}")
        (folder / "study.yaml").write_text(settings, encoding="utf-8")
        said = []
        published = run(
            folder, lang="en", formats=("html",), reports=tmp_path / engine[:5] / "reports", progress=lambda _: None,
            say=said.append,
        )  # fmt: skip
        assert not [line for line in said if "is left out" in line]
        assert Study.open(folder).settings.engine == engine
        found[engine] = Results.read(published / "results.json").findings
        shown = {path.stem: path.read_text(encoding="utf-8") for path in (published / "notebooks").iterdir()}
        assert "WARN" not in "".join(shown.values())  # what Spark says to the terminal is nothing for a report
        assert len(shown) == len([*(project_root() / "notebooks").glob("[0-9]*.ipynb")])
    assert [one.id for one in found["local[2]"]] == [one.id for one in found["duckdb"]]
    for one, other in zip(found["local[2]"], found["duckdb"], strict=True):
        assert one.text == other.text
        assert one.value == (None if other.value is None else pytest.approx(other.value, rel=1e-9))


@pytest.mark.parametrize(
    ("engine", "said"),
    [
        ("duckbd", "engine: 'duckbd' is no engine; did you mean 'duckdb'?"),
        ("local[two]", "engine: 'local[two]' is no engine; did you mean 'local[2]'?"),
        ("postgres://lab:secret@host/calls", "engine: a password must not stand here; put it into an environment"),
    ],
)
def test_an_engine_that_cannot_be_meant_is_refused_with_the_study(tmp_path, engine, said):
    folder = shutil.copytree(STUDIES / "small", tmp_path / "small", ignore=shutil.ignore_patterns("raw", "tables"))
    settings = (folder / "study.yaml").read_text(encoding="utf-8")
    (folder / "study.yaml").write_text(settings.replace("engine: duckdb", f"engine: {engine}"), encoding="utf-8")
    with pytest.raises(StudyError, match=re.escape(said)):
        Study.open(folder)


def test_an_engine_that_cannot_be_reached_is_told_without_its_password(monkeypatch):
    pytest.importorskip("psycopg", reason="the driver is not installed (pip install 'design_lab[postgres]')")
    monkeypatch.setenv("LAB_PASSWORD", "hunter2")
    with pytest.raises(StudyError, match=r"^study.yaml, engine: cannot be reached: [^\n]+$") as refused:
        connect("postgres://lab:${LAB_PASSWORD}@127.0.0.1:1/calls", "study.yaml")
    assert "hunter2" not in str(refused.value)


def test_a_variable_that_is_not_set_is_named(monkeypatch):
    monkeypatch.delenv("LAB_URL", raising=False)
    with pytest.raises(StudyError, match="names the environment variable LAB_URL, which is not set"):
        connect("${LAB_URL}", "study.yaml")


def test_an_engine_that_is_not_installed_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(StudyError, match=re.escape("Spark is not installed; pip install 'design_lab[spark]'")):
        connect("local[3]", "study.yaml")
