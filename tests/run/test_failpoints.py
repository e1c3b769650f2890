"""Every step that touches the disk is interrupted in turn: what stands is old or new, and the next try finishes.

A step is a call of the system that writes, flushes, renames, makes or removes. `killed` is the end of the process: that
step and all after it do nothing. `full` and `frozen` are a disk without room and one that cannot be written, from that
step on; `once` is a single fault of the disk.
"""

import contextlib
import errno
import os
import shutil
from pathlib import Path

import pytest

from design_lab.errors import LedgerError, system_refusal
from design_lab.files import TEMPORARY_MARK, write_json
from design_lab.ingest import arrivals, build, table_path
from design_lab.ledger import append, read_ledger
from design_lab.run.publish import building, complete_moves, held, publish, settle
from design_lab.study import Study
from tests.ingest.conftest import Mini

WRITES = ("fsync", "mkdir", "write")
REMOVES = ("unlink", "rmdir")
MOVES = ("rename", "replace", "link")
KINDS = {
    "killed": (None, WRITES + MOVES + REMOVES, True),
    "full": (errno.ENOSPC, WRITES, True),
    "frozen": (errno.EROFS, WRITES + MOVES + REMOVES, True),
    "once": (errno.EIO, WRITES + MOVES, False),
}


class KilledError(BaseException):
    """What no handler of the package expects, as none runs when a process is killed."""


class Failpoint:
    """Lets the `at`-th step fail; `reached` says whether there were so many."""

    def __init__(self, kind, at):
        self.number, self.names, self.stays = KINDS[kind]
        self.at, self.seen, self.reached = at, 0, False

    def step(self, name, real):
        def wrapped(*arguments, **named):
            if name in self.names:
                self.seen += 1
                if self.seen == self.at or (self.stays and self.seen > self.at):
                    self.reached = True
                    if name == "write":
                        real(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
                    raise self.error(arguments)
            return real(*arguments, **named)

        return wrapped

    def error(self, arguments):
        return (
            KilledError() if self.number is None else OSError(self.number, os.strerror(self.number), str(arguments[0]))
        )

    @contextlib.contextmanager
    def set(self):
        with pytest.MonkeyPatch.context() as patch:
            for name in ("fsync", "mkdir", *REMOVES, *MOVES):
                patch.setattr(os, name, self.step(name, getattr(os, name)))
            patch.setattr(Path, "write_bytes", self.step("write", Path.write_bytes))
            patch.setattr("pyarrow.parquet.write_table", table_written(self))
            yield


def table_written(failpoint):
    from pyarrow import parquet

    real = parquet.write_table

    def halved(path, content):
        path.write_bytes(content)

    def write(table, path, **named):
        real(table, path, **named)
        failpoint.step("write", halved)(path, path.read_bytes())

    return write


def interrupted(kind, at, act):
    """Act with a failpoint; return whether it was reached. What the user then reads is one sentence."""
    failpoint, refused = Failpoint(kind, at), None
    with failpoint.set():
        try:
            act()
        except KilledError:
            return True
        except OSError as error:
            refused = system_refusal(error)
    if refused is not None:
        assert "; " in refused
        assert refused.count("\n") == 0
    return failpoint.reached


@pytest.fixture(autouse=True)
def dead_writers(monkeypatch):
    """Temporary files here count as those of a process that is gone."""
    monkeypatch.setattr("design_lab.files.is_running", lambda process: False)


def left(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def orphans(folder):
    return [name for name in left(folder) if TEMPORARY_MARK in name or ".building" in name or ".ready" in name]


def put(reports, text):
    with held(reports, "x"):
        complete_moves(reports)
        with building(reports, "2026Q3") as built:
            for name in ("results.json", "notebooks/01_a.ipynb"):
                (built.report / name).parent.mkdir(exist_ok=True)
                (built.report / name).write_bytes(text.encode())
            publish(built, reports, "2026Q3")


def standing(folder):
    (text,) = {(folder / name).read_bytes().decode() for name in ("results.json", "notebooks/01_a.ipynb")}
    return text


@pytest.mark.parametrize("kind", KINDS)
def test_a_report_is_old_or_new_whichever_step_of_publishing_fails(tmp_path, kind):
    put(tmp_path / "whole", "old")
    put(tmp_path / "whole", "new")
    seen = []
    for at in range(1, 200):
        reports = tmp_path / str(at)
        put(reports, "old")
        if not interrupted(kind, at, lambda reports=reports: put(reports, "new")):
            break
        settle(reports)
        seen.append(standing(reports / "2026Q3"))
        if seen[-1] == "new":
            assert standing(reports / ".revisions/2026Q3/1") == "old"
        put(reports, "newer")
        assert standing(reports / "2026Q3") == "newer"
        assert orphans(reports) == []
    assert "old" in seen
    assert len(seen) > 10
    assert set(seen) <= {"old", "new"}
    if kind != "once":
        assert "new" in seen  # from the rename on that decides


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_old_or_new_whichever_step_of_writing_it_fails(tmp_path, kind):
    path = tmp_path / "settings.json"
    for at in range(1, 20):
        write_json(path, "old")
        reached = interrupted(kind, at, lambda: write_json(path, "new"))
        if kind != "killed":
            assert kind == "frozen" or orphans(tmp_path) == []
        assert path.read_text(encoding="utf-8") in ('"old"\n', '"new"\n')
        if not reached:
            return
    pytest.fail("no end of steps")


@pytest.mark.parametrize("kind", KINDS)
def test_a_ledger_holds_all_new_lines_or_none_whichever_step_of_appending_fails(tmp_path, kind):
    for at in range(1, 20):
        path = tmp_path / str(at) / "ledger.jsonl"
        append(path, [{"line": 1}])
        reached = interrupted(kind, at, lambda path=path: append(path, [{"line": 2}, {"line": 3}]))
        found = [line.content["line"] for line in read_ledger(path)]
        assert found in ([1], [1, 2, 3])
        append(path, [{"line": 4}])
        assert [line.content["line"] for line in read_ledger(path)] == [*found, 4]
        assert left(path.parent) == ["ledger.jsonl"]
        if not reached:
            return
    pytest.fail("no end of steps")


def test_of_two_commands_that_append_at_once_the_second_is_refused_and_no_line_is_lost(tmp_path, monkeypatch):
    path = tmp_path / "s" / "ledger.jsonl"
    append(path, [{"line": 1}])
    real = Path.write_bytes

    def slow(place, content):
        monkeypatch.setattr(Path, "write_bytes", real)
        append(path, [{"line": "of the other"}])
        return real(place, content)

    monkeypatch.setattr(Path, "write_bytes", slow)
    with pytest.raises(LedgerError, match=r"s/ledger\.jsonl: was written to by another command at the same time; run"):
        append(path, [{"line": 2}])
    assert [line.content["line"] for line in read_ledger(path)] == [1, "of the other"]


def built_bytes(study):
    files = [path for path in sorted(study.tables.rglob("*")) if path.is_file() and path.name != ".digests.json"]
    return {path.relative_to(study.tables).as_posix(): path.read_bytes() for path in files}


@pytest.mark.long
@pytest.mark.parametrize("kind", ["killed", "full"])
def test_tables_are_whole_or_not_trusted_whichever_step_of_building_them_fails(tmp_path, kind):
    mini = Mini(tmp_path / "mini")
    mini.build()
    study = Study.open(mini.folder)
    old = built_bytes(study)
    shutil.copytree(study.tables, tmp_path / "before")
    mini.calls[4][3] = "77"
    mini.csv("calls.csv", mini.calls)
    build(study)
    new = built_bytes(study)
    assert old != new
    for at in range(1, 60):
        shutil.rmtree(study.tables)
        shutil.copytree(tmp_path / "before", study.tables)
        reached = interrupted(kind, at, lambda: build(study))
        for name in ("staff", "interactions"):
            path = table_path(study, name, study.quarters[-1])
            assert path.read_bytes() in (old[f"{name}/2026Q3.parquet"], new[f"{name}/2026Q3.parquet"])
        build(study)
        assert built_bytes(study) == new
        assert orphans(study.folder) == []
        if not reached:
            assert at > 8
            return
    pytest.fail("no end of steps")


def test_a_table_that_was_damaged_after_it_was_built_is_built_anew(tmp_path):
    mini = Mini(tmp_path / "mini")
    mini.build()
    study = Study.open(mini.folder)
    whole = built_bytes(study)
    path = table_path(study, "interactions", study.quarters[-1])
    path.write_bytes(path.read_bytes()[:-20])
    build(study)
    assert built_bytes(study) == whole
    (study.tables / ".built/2026Q3.json").write_text("{half", encoding="utf-8")
    build(study)
    assert built_bytes(study) == whole
    assert len(arrivals(study).files) == 2
