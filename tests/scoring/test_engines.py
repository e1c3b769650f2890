"""The same sums on every engine: DuckDB's, a PostgreSQL server's that the test starts, Spark's on two cores."""

import contextlib
import getpass
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from design_lab.scoring import calls_by_period, panel, person_weeks, team_quarters
from design_lab.scoring.conduct import conduct
from design_lab.scoring.team_queues import team_queues

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


def test_postgres_sums_as_duckdb_does(small, by_duckdb, postgres):
    assert_equal(sums(on(small, postgres)), by_duckdb)
