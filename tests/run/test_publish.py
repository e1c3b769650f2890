"""Publishing: killed at any step, the old report or the new one stands, never a mixture."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from design_lab.errors import ReportError
from design_lab.run import publish as pub
from design_lab.run.publish import building, complete_moves, held, publish, settle

posix = pytest.mark.skipif(sys.platform == "win32", reason="kills by SIGKILL and forks")
FILES = ("report.en.html", "results.json", "notebooks/01_a.ipynb")


def fill(folder: Path, text: str) -> None:
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def put(reports: Path, text: str) -> Path:
    with held(reports, "x"):
        complete_moves(reports)
        with building(reports, "2026Q3") as built:
            fill(built.report, text)
            return publish(built, reports, "2026Q3")[0]


def standing(folder: Path) -> str:
    """The one text that all files of a report have."""
    (text,) = {(folder / name).read_text(encoding="utf-8") for name in FILES}
    return text


def test_a_new_report_takes_the_place_and_the_old_ones_are_numbered(tmp_path):
    for text in ("first", "second", "third"):
        assert standing(put(tmp_path, text)) == text
    revisions = tmp_path / ".revisions" / "2026Q3"
    assert [standing(revisions / number) for number in ("1", "2")] == ["first", "second"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", ".revisions", "2026Q3"]


def killed_at(call: int, reports: Path) -> bool:
    """Publish 'new' in a fork that kills itself before its `call`-th step; return whether it was killed."""
    child = os.fork()
    if child == 0:
        steps = 0

        def before(step):
            def counted(*arguments):
                nonlocal steps
                steps += 1
                if steps == call:
                    os.kill(os.getpid(), signal.SIGKILL)
                return step(*arguments)

            return counted

        Path.rename, os.fsync, os.mkdir = before(Path.rename), before(os.fsync), before(os.mkdir)
        put(reports, "new")
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.mark.long
@posix
@pytest.mark.parametrize("had_one", [True, False])
def test_killed_before_any_step_the_old_or_the_new_report_stands(tmp_path, had_one):
    seen = []
    for call in range(1, 100):
        reports = tmp_path / str(call)
        if had_one:
            put(reports, "old")
        if not killed_at(call, reports):
            break
        settle(reports)
        with held(reports, "the next command"):
            complete_moves(reports)
        current = reports / "2026Q3"
        seen.append(standing(current) if current.exists() else "none")
        if seen[-1] == "new" and had_one:
            assert standing(reports / ".revisions/2026Q3/1") == "old"
        assert not (reports / ".building").exists()
        assert not (reports / ".ready").exists()
    before = "old" if had_one else "none"
    turn = seen.index("new")
    assert seen == [before] * turn + ["new"] * (len(seen) - turn)
    assert turn > 5
    assert len(seen) > turn + 3


@pytest.mark.long
@posix
def test_killed_at_a_random_moment_of_a_whole_run_the_old_or_the_new_report_stands(tiny, quick):
    """The runs end at random moments; which of them is chance, that each leaves a whole report is not."""
    from design_lab.run.record import Record, sealed_faults

    tiny.notebook("01_first")
    tiny.run()
    script = (
        "import sys, json, shutil; from pathlib import Path; from design_lab.run import run, record, notebooks\n"
        "record.PACKAGE = Path(sys.argv[4])\n"
        "run(sys.argv[1], reports=Path(sys.argv[2]), notebooks=Path(sys.argv[3]), force=True)\n"
    )
    paths = [tiny.study, tiny.reports, tiny.notebooks, tiny.root.parent / "package"]
    rng = random.Random(7)
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", script, *paths], stdout=subprocess.DEVNULL)
        time.sleep(rng.uniform(0.3, 3.5))
        process.kill()
        process.wait()
        with held(tiny.reports / "tiny", "the next command"):  # the dead hold no lock
            complete_moves(tiny.reports / "tiny")
        assert sealed_faults(tiny.published, Record.read(tiny.published)) == ()
    tiny.run(force=True)


def test_a_file_that_is_open_elsewhere_gives_a_sentence_and_a_new_revision(tmp_path, monkeypatch):
    put(tmp_path, "old")
    rename = Path.rename

    def open_elsewhere(source, target):
        if source == tmp_path / "2026Q3":
            raise PermissionError(13, "Access is denied", str(source))
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", open_elsewhere)
    for text in ("new", "newer"):
        with held(tmp_path, "x"), building(tmp_path, "2026Q3") as built:
            fill(built.report, text)
            place, (sentence,) = publish(built, tmp_path, "2026Q3")
        assert place == tmp_path / ".ready" / "2026Q3"
        assert standing(place) == text
        assert "is open in another program, so the new revision stays, whole, in" in sentence
        assert standing(tmp_path / "2026Q3") == "old"
    monkeypatch.setattr(Path, "rename", rename)
    assert settle(tmp_path) == ()
    assert standing(tmp_path / "2026Q3") == "newer"
    assert standing(tmp_path / ".revisions/2026Q3/1") == "new"
    assert standing(tmp_path / ".revisions/2026Q3/2") == "old"


def test_one_holder_at_a_time_and_readers_do_not_wait(tmp_path):
    fill(tmp_path / ".ready/2026Q3", "new")
    with held(tmp_path, "study x"):
        message = f"another run is at work on study y \\(process {os.getpid()}"
        with pytest.raises(ReportError, match=message), held(tmp_path, "study y"):
            pass
        assert settle(tmp_path) == ()
        assert not (tmp_path / "2026Q3").exists()
    settle(tmp_path)
    assert standing(tmp_path / "2026Q3") == "new"


def test_a_run_that_fails_leaves_nothing_behind(tmp_path):
    def fail():
        with held(tmp_path, "x"), building(tmp_path, "2026Q3") as built:
            fill(built.report, "half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert [path.name for path in tmp_path.iterdir()] == [pub.LOCK]


@posix
def test_the_workers_of_a_dead_run_are_waited_for_and_those_of_a_living_one_are_not(tmp_path):
    """The lock stays with the last process that inherited it, so that two runs never write at once."""
    script = (
        "import os, subprocess, sys; from pathlib import Path; from design_lab.run.publish import held, locks\n"
        "with held(Path(sys.argv[1]), 'x'):\n"
        "    subprocess.Popen(['sleep', '1.5'], pass_fds=locks)\n"
        "    print(os.getpid(), flush=True)\n"
        "    os._exit(0) if sys.argv[2] == 'dies' else sys.stdin.read()\n"
    )
    begun = time.monotonic()
    subprocess.run([sys.executable, "-c", script, tmp_path, "dies"], check=True, stdout=subprocess.DEVNULL)
    with held(tmp_path, "x"):
        assert time.monotonic() - begun > 1.4
    lives = [sys.executable, "-c", script, tmp_path, "lives"]
    with subprocess.Popen(lives, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="ascii") as other:
        number = other.stdout.readline().strip()
        with (
            pytest.raises(ReportError, match=f"another run is at work on y \\(process {number}, "),
            held(tmp_path, "y"),
        ):
            pass
        other.stdin.close()
