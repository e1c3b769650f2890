"""The command line: exit status, sentences instead of tracebacks, any console, nothing heavy for help."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from design_lab import cli
from design_lab.errors import DataError
from design_lab.ledger import FILE, append
from design_lab.study import project_root
from tests.conftest import HISTORY

DESIGN_LAB = (sys.executable, "-c", "from design_lab.cli import main; main()")


def design_lab(*arguments, env=None, cwd=None):
    return subprocess.run(
        [*DESIGN_LAB, *map(str, arguments)],
        capture_output=True,
        env={**os.environ, **(env or {})},
        cwd=cwd,
        check=False,
    )


@pytest.fixture
def within(monkeypatch, capsys):
    """Run the command line in this process; return its status, output and errors."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["design-lab", *map(str, arguments)])
        status = cli._status()
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


def test_help_imports_nothing_heavy():
    script = (
        "import sys\nfrom design_lab.cli import main\nsys.argv = ['design-lab', '--help']\n"
        "try: main()\nexcept SystemExit as end: assert end.code == 0\n"
        "heavy = {'pandas', 'numpy', 'ibis', 'papermill', 'rich', 'pydantic', 'yaml', 'matplotlib'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True)
    assert done.stderr.strip() == "[]"
    for command in ("run", "check", "lint", "identify", "kit", "freeze", "ledger", "verify"):
        assert command in done.stdout


@pytest.mark.parametrize("command", ["run", "check", "lint", "identify", "kit", "freeze", "ledger", "verify"])
def test_every_command_has_help(within, command):
    status, out, _ = within(command, "--help")
    assert status == 0
    assert "Usage: " in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "--quarter", "2026Q5"), "'2026Q5' is not of the form 2026Q3"),
        (("run", "--quarter", "2026-Q3"), "is not of the form"),
        (("run", "--formats", "htm"), "choose among html, docx, pptx, pdf"),
        (("run", "--formats", ","), "choose among"),
        (("run", "--lang", "fr"), "'fr'"),
        (("run", "--jobs", "0"), "--jobs"),
        (("run", "--jbos", "2"), "--jbos"),
        (("verify",), "Missing argument"),
        (("lint", "a.yaml", "--quarter", "2026Q3"), "a quarter belongs to a study"),
        (("walk",), "No such command 'walk'"),
    ],
)
def test_bad_arguments_exit_with_2(within, arguments, words):
    status, _, err = within(*arguments)
    assert status == 2
    assert words in err
    assert "Traceback" not in err


def test_no_arguments_show_the_help():
    done = design_lab()
    assert b"Usage" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "data/nowhere"), "data/nowhere: there is no study here"),
        (("check", "data/nowhere"), "data/nowhere: there is no study here"),
        (("verify", "."), "is not a report folder"),
    ],
)
def test_a_refusal_exits_with_1_in_one_unwrapped_sentence(tmp_path, arguments, words):
    done = design_lab(*arguments, cwd=tmp_path, env={"COLUMNS": "20"})
    assert done.returncode == 1
    assert words in done.stderr.decode()
    assert len(done.stderr.decode().splitlines()) == 1
    assert done.stdout == b""


def test_options_reach_the_road(within, monkeypatch, tmp_path):
    seen = {}

    def run(study, **options):
        seen.update(options, study=study)
        options["progress"]("1/5 raw files")
        options["say"]("published: x")

    monkeypatch.setattr("design_lab.run.road.run", run)
    status, out, err = within(
        "run", "data/x", "--quarter", "2026Q3", "--scheme", "a", "--scheme", "b", "--lang", "zh", "--formats", "html",
        "--jobs", "3", "--force", "--reports", tmp_path,
    )  # fmt: skip
    assert (status, out, err) == (0, "published: x\n", "1/5 raw files\n")
    seen.pop("progress")
    seen.pop("say")
    assert seen == {
        "study": Path("data/x"), "quarter": "2026Q3", "schemes": ["a", "b"], "lang": "zh", "formats": ("html",),
        "jobs": 3, "force": True, "reports": tmp_path,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (DataError("raw/名单.xlsx, row 7\nraw/b.csv, row 9"), 1, "raw/名单.xlsx, row 7\nraw/b.csv, row 9\n"),
        (OSError(28, "No space left on device", "/x/y"), 1, "/x/y: No space left on device; make room on the disk"),
        (PermissionError(13, "Permission denied", "/x/y"), 1, "/x/y: Permission denied; it is open in another program"),
        (KeyboardInterrupt(), 130, "stopped by the user"),
    ],
)
def test_what_a_user_can_mend_is_a_sentence(within, monkeypatch, error, status, words):
    def refuse(*_, **__):
        raise error

    monkeypatch.setattr("design_lab.run.road.run", refuse)
    found, out, err = within("run")
    assert (found, out) == (status, "")
    assert words in err


def test_a_defect_is_not_hidden(within, monkeypatch):
    def fail(*_, **__):
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr("design_lab.run.road.run", fail)
    with pytest.raises(ZeroDivisionError, match="a defect"):
        within("run")


@pytest.mark.parametrize("encoding", ["ascii", "cp936", "utf-8"])
def test_any_console_can_take_any_text(tmp_path, encoding):
    done = design_lab("check", "data/客户–é", cwd=tmp_path, env={"PYTHONIOENCODING": encoding, "LANG": "C"})
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert b"there is no study here" in done.stderr


def test_verify_prints_what_differs(within, monkeypatch, tmp_path):
    from design_lab.run.record import Verification

    found = Verification(sealed=("a: is missing",), inputs=("raw b: changed since",), files=3)
    monkeypatch.setattr("design_lab.run.record.verify", lambda *_, **__: found)
    status, out, _ = within("verify", tmp_path)
    assert status == 1
    assert out.splitlines() == [
        "Sealed: 1 of the published files differ", "  a: is missing",
        "Inputs: 1 are not the same", "  raw b: changed since",
    ]  # fmt: skip
    found = Verification(sealed=(), inputs=("raw b: changed since",), files=3)
    assert within("verify", tmp_path)[0] == 0
    assert within("verify", tmp_path, "--strict")[0] == 1
    found = Verification(sealed=(), inputs=(), files=3)
    status, out, _ = within("verify", tmp_path, "--strict")
    assert (status, out) == (0, "Sealed: all 3 files are as they were published\nInputs: the same\n")


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_is_a_sentence(tmp_path):
    # A shell that runs tests in the background has interrupts ignored, and so would the child.
    script = "import signal, time\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
    script += "from design_lab import cli\nfrom design_lab.run import road\n"
    script += "road.run = lambda *a, **k: (print('on', flush=True), time.sleep(60))\ncli.main()"
    process = subprocess.Popen(
        [sys.executable, "-c", script, "run"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path
    )
    assert process.stdout.readline() == b"on\n"
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert err == b"stopped by the user; what was published before is as it was\n"


CURRENT = project_root() / "data" / "h_bank" / "schemes" / "current.yaml"


def test_lint_works_outside_a_study_and_exits_with_1_for_errors_alone(within, tmp_path):
    status, out, err = within("lint", CURRENT)
    assert (status, err) == (0, "")
    assert all(line.startswith("note  raw_value  dimensions.") for line in out.splitlines())
    bad = tmp_path / "current.yaml"
    bad.write_text(CURRENT.read_text(encoding="utf-8").replace("weight: 40", "weight: 90"), encoding="utf-8")
    status, out, err = within("lint", bad, "--lang", "zh")
    assert (status, err) == (1, "")
    assert out.startswith("错误  weights_sum  dimensions：权重之和为 150，应为 100")
    status, out, _ = within("lint", tmp_path / "none.yaml")
    assert (status, out.split()[:2]) == (1, ["error", "unreadable"])


def test_lint_within_a_study_knows_its_schemes_roles_and_levels(within, copied):
    folder = copied / "schemes"
    status, out, _ = within("lint", "current", "--study", copied)
    assert status == 0
    assert "leader_without_team" in out
    assert out.splitlines()[-1].startswith("without people's values: study small: the tables of")
    text = (folder / "current.yaml").read_text(encoding="utf-8").replace("name: current", "name: mine")
    mine = folder / "mine.yaml"
    mine.write_text(text + "overrides: [{role: complaint, rules: {qa_score: {rule: rank}}}]\n", encoding="utf-8")
    assert within("lint", mine)[0] == 0  # outside a study nobody knows its roles
    status, out, _ = within("lint", mine, "--study", copied)
    assert status == 1
    assert "unknown_role  overrides.0.role: 'complaint' is no role here; did you mean 'complaints'?" in out


def test_preferences_are_written_for_respondents_and_checked(within, copied):
    for left in (copied / "preferences").glob("*.xlsx"):
        left.unlink()
    status, printed, _ = within("preferences", copied, "--respondent", "R01", "--respondent", "R02")
    assert (status, len(printed.splitlines())) == (0, 2)
    assert (copied / "preferences" / "R02.xlsx").is_file()
    status, printed, told = within("preferences", copied)
    assert status == 1
    assert "0 forms can be used, 2 cannot" in printed
    assert "preferences/R01.xlsx: is empty; fill in a column of a page" in told


@pytest.mark.long
def test_the_ledger_is_scored_once_and_shows_what_came(within, told):
    """On a study whose teams have all been under one scheme: a forecast of it without a change."""
    study = told(HISTORY)
    quantiles = [0.5 + place / 1000 for place in range(99)]
    line = {
        "kind": "frozen", "frozen_on": "2026-04-02", "decision": "nothing changes", "starts": "2026Q2",
        "target": "2026Q3", "horizon": 2, "elapsed_days": 1, "data_cutoff": "2026-03-31", "last_known": "2026Q1",
        "scheme": "current", "fingerprint": study.current.fingerprint, "adopted": False, "outcome": "csat",
        "role": "customer_service", "unit": "share", "better": "higher",
        "finding": {"text": {"en": "CSAT would be this."}}, "predictive": {"quantiles": quantiles},
        "references": {"random_walk": quantiles, "seasonal_naive": None},
    }  # fmt: skip
    assert within("ledger", study.folder, "--score")[:2] == (
        0,
        "nothing is frozen yet\nnothing is due that is not written down already\n",
    )
    append(study.folder / FILE, [line, line | {"starts": "2026Q3", "target": "2026Q4"}])
    status, out, _ = within("ledger", study.folder, "--score")
    assert status == 0
    assert "line 3, of line 1 for 2026Q3" in out
    assert "scored\n3 lines, none changed\n1 of them are new" in out
    before = (study.folder / FILE).read_bytes()
    assert "nothing is due that is not written down already" in within("ledger", study.folder, "--score")[1]
    assert within("ledger", study.folder)[0] == 0
    assert (study.folder / FILE).read_bytes() == before
    (study.folder / FILE).write_bytes(before.replace(b"nothing changes", b"nothing altered", 1))
    status, _, err = within("ledger", study.folder, "--score")
    assert (status, "line 1: was changed" in err) == (1, True)


def test_a_kit_of_a_study_without_tables_is_made_with_a_sentence_for_what_is_missing(within, tmp_path):
    source = project_root() / "tests" / "studies" / "small"
    shutil.copytree(source, tmp_path / "small", ignore=shutil.ignore_patterns("raw", "tables"))
    status, out, _ = within("kit", tmp_path / "small", "--lang", "en", "--out", tmp_path / "kit")
    assert status == 0
    first, *unmade = out.splitlines()
    assert first.endswith(f"files in {tmp_path / 'kit' / 'en'}")
    assert [line.split(" is not made: ")[0] for line in unmade] == [
        "Calibration sheet", "Target-setting sheet", "My score and why",
    ]  # fmt: skip
    status, _, err = within("kit", tmp_path / "small", "--out", tmp_path / "small" / "raw")
    assert status == 1
    assert "choose another one with --out" in err
