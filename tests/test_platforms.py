"""What holds on Windows and macOS, where these tests do not run: the code's own rules, and stand-ins for the systems."""

import ast
import errno
import io
import os
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from design_lab import cli
from design_lab.errors import LackingError, ReportError
from design_lab.files import names_a_file, read_json, safe_name, sync_folder, write_json, write_text
from design_lab.report import fonts
from design_lab.run import publish, workers
from design_lab.study import project_root

PACKAGE = project_root() / "design_lab"
MODULES = sorted(PACKAGE.rglob("*.py"))
POSIX_MODULES = {"fcntl", "pwd", "grp", "resource", "termios", "tty", "pty", "syslog", "posix", "readline", "crypt"}
POSIX_NAMES = {
    "fork", "forkpty", "setsid", "getuid", "geteuid", "getgid", "setuid", "killpg", "getpgid", "setpgid", "sync",
    "fdatasync", "chown", "lchown", "mkfifo", "mknod", "nice", "uname", "getloadavg", "sched_getaffinity", "wait",
    "waitpid", "O_NOFOLLOW", "O_DIRECTORY", "O_CLOEXEC", "posix_spawn", "statvfs", "symlink", "symlink_to", "hardlink_to",
    "SIGKILL", "SIGHUP", "SIGUSR1", "SIGALRM", "alarm", "setitimer", "preexec_fn", "fchmod", "chroot", "getpwuid",
}  # fmt: skip
NAMED = re.compile(r"^(os|signal|shutil|Path|subprocess)$")


def module_id(path):
    return path.relative_to(PACKAGE).as_posix()


def guarded(tree):
    """The nodes below an `if` or a conditional expression that asks for the system, and after a return for Windows."""
    for node in ast.walk(tree):
        if isinstance(node, ast.If | ast.IfExp) and re.search(r"sys\.platform|os\.name", ast.unparse(node.test)):
            yield from ast.walk(node)
        if isinstance(node, ast.FunctionDef):
            asked = [
                re.search(r"sys\.platform|os\.name", ast.unparse(n.test)) for n in node.body if isinstance(n, ast.If)
            ]
            if any(asked):
                yield from ast.walk(node)


@pytest.mark.parametrize("path", MODULES, ids=module_id)
def test_what_only_posix_has_is_used_only_where_the_system_is_asked(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    asked = set(map(id, guarded(tree)))
    found = []
    for node in ast.walk(tree):
        if id(node) in asked:
            continue
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name in POSIX_MODULES]
        if isinstance(node, ast.ImportFrom) and (node.module or "") in POSIX_MODULES:
            found.append(node.module)
        if isinstance(node, ast.Attribute) and node.attr in POSIX_NAMES and NAMED.match(ast.unparse(node.value)):
            found.append(ast.unparse(node))
        if isinstance(node, ast.keyword) and node.arg in (
            "preexec_fn",
            "start_new_session",
            "process_group",
            "pass_fds",
        ):
            found.append(node.arg)
        if isinstance(node, ast.Call) and any(k.arg == "shell" for k in node.keywords):
            found.append("shell=")
    assert found == []


@pytest.mark.parametrize("path", MODULES, ids=module_id)
def test_text_names_its_encoding_and_its_line_ends(path):
    """Text that is written must have the same bytes everywhere: by files.write_text, or in binary."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
        modes = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if name in ("open", "fdopen") and any(re.fullmatch(r"[wax]t?\+?|r\+", mode) for mode in modes):
            assert "encoding" in given, ast.unparse(node)
            assert "newline" in given or module_id(path) == "ingest/keys.py", ast.unparse(node)
        if name == "write_text" and isinstance(node.func, ast.Attribute):
            assert ast.unparse(node.func.value) == "files" or "newline" in given, ast.unparse(node)
        if name == "read_text":
            assert "encoding" in given or len(node.args), ast.unparse(node)


@pytest.mark.parametrize("path", MODULES, ids=module_id)
def test_no_path_of_one_system_is_written_down(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert not re.match(r"/(tmp|var|usr|etc|dev|home|proc)\b", node.value), node.value


def test_processes_are_started_as_windows_starts_them():
    """Nothing forks: pools are spawned, and workers are new Pythons that import what they do."""
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        pools = re.findall(r"ProcessPoolExecutor\(|multiprocessing\.Pool\(", text)
        assert len(pools) <= text.count('mp_context=get_context("spawn")'), path
    child = (PACKAGE / "run" / "child.py").read_text(encoding="utf-8")
    assert 'if __name__ == "__main__":' in child


def test_names_in_the_package_are_apart_even_where_case_says_nothing():
    names = [path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*") if "__pycache__" not in path.parts]
    assert len({name.casefold() for name in names}) == len(names)
    assert all(re.fullmatch(r"[\w./-]+", name, re.ASCII) for name in names)
    assert max(map(len, names)) < 100  # Windows allows 260 characters for the whole path


@pytest.mark.parametrize("word", ["con", "NUL", "Com1", "lpt9", "aux.", "a.", "a b", "a:b", "..", "", "ａ", "a\0", "é"])
def test_no_name_is_taken_that_windows_cannot_have(word):
    assert not names_a_file(word)
    with pytest.raises(Exception, match="cannot be a name"):
        safe_name(word, "scheme")


@pytest.fixture
def windows(monkeypatch):
    """Modules that ask sys.platform hear win32; a stand-in locks like msvcrt, one process a byte."""
    held = set()

    def locking(handle, mode, size):
        place = (os.fstat(handle).st_ino, os.lseek(handle, 0, os.SEEK_CUR))
        if place in held:
            raise PermissionError(errno.EACCES, "held")
        held.add(place)

    stub = SimpleNamespace(LK_NBLCK=2, locking=locking, release=held.clear)
    monkeypatch.setitem(sys.modules, "msvcrt", stub)
    for module in (publish, workers):
        monkeypatch.setattr(module, "sys", SimpleNamespace(platform="win32", executable=sys.executable))
    return stub


def test_the_lock_of_windows_keeps_others_out_and_names_the_holder(windows, tmp_path):
    with (
        publish.held(tmp_path, "the reports"),
        pytest.raises(ReportError, match=rf"another run is at work on the reports \(process {os.getpid()}"),
        publish.held(tmp_path, "the reports"),
    ):
        raise AssertionError("two at once")
    windows.release()
    with publish.held(tmp_path, "the reports"):
        assert (tmp_path / publish.LOCK).read_text(encoding="ascii").strip() == str(os.getpid())


def test_a_file_open_elsewhere_is_tried_for_a_second_and_then_said(windows, tmp_path, monkeypatch):
    waited = []
    monkeypatch.setattr(publish.time, "sleep", waited.append)
    renamed = Path.rename

    def refused(self, target):
        if self == tmp_path / "2026Q3":
            raise PermissionError(errno.EACCES, "open in Word")
        return renamed(self, target)

    monkeypatch.setattr(Path, "rename", refused)
    (tmp_path / "2026Q3").mkdir()
    (tmp_path / "2026Q3" / "report.docx").write_bytes(b"old")
    with publish.building(tmp_path, "2026Q3") as built:
        (built.report / "report.docx").write_bytes(b"new")
        place, (sentence,) = publish.publish(built, tmp_path, "2026Q3")
    assert sum(waited) == pytest.approx(0.8)
    assert "is open in another program" in sentence
    assert (place / "report.docx").read_bytes() == b"new"
    monkeypatch.setattr(Path, "rename", renamed)
    assert publish.complete_moves(tmp_path) == ()
    assert (tmp_path / "2026Q3" / "report.docx").read_bytes() == b"new"
    assert (tmp_path / ".revisions" / "2026Q3" / "1" / "report.docx").read_bytes() == b"old"


def test_a_virus_scanner_that_lets_go_in_time_is_not_heard_of(windows, tmp_path, monkeypatch):
    monkeypatch.setattr(publish.time, "sleep", lambda _: None)
    renamed, tries = Path.rename, []

    def late(self, target):
        tries.append(self)
        if len(tries) < 4:
            raise PermissionError(errno.EACCES, "scanned")
        return renamed(self, target)

    monkeypatch.setattr(Path, "rename", late)
    (tmp_path / "a").mkdir()
    publish._move(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").is_dir()
    assert len(tries) == 4


def test_files_are_flushed_through_handles_that_may_write(windows, tmp_path, monkeypatch):
    (tmp_path / "report.html").write_bytes(b"page")
    modes = []
    opened = Path.open

    def noted(self, mode="r", *more, **named):
        modes.append(mode)
        return opened(self, mode, *more, **named)

    monkeypatch.setattr(Path, "open", noted)
    publish.make_durable(tmp_path)
    assert modes == ["r+b"]


def test_a_folder_that_cannot_be_opened_is_no_fault(monkeypatch, tmp_path):
    def refuse(*_):
        raise PermissionError(errno.EACCES, "folders are not opened here")

    monkeypatch.setattr(os, "open", refuse)
    sync_folder(tmp_path)


def test_workers_of_windows_are_out_of_reach_of_ctrl_c(windows, monkeypatch):
    monkeypatch.setattr(workers.subprocess, "CREATE_NEW_PROCESS_GROUP", 512, raising=False)
    assert workers._apart() == {"creationflags": 512}


def test_children_speak_utf8_whatever_the_console_does():
    assert workers.child_environment()["PYTHONUTF8"] == "1"


@pytest.mark.parametrize("encoding", ["cp936", "cp1252", "cp437", "ascii"])
def test_chinese_text_passes_through_any_console(monkeypatch, encoding):
    console = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict", newline="\r\n")
    monkeypatch.setattr(sys, "stdout", console)
    cli._print_any_text()
    cli._say("已发布：小型客服中心 · 𠮷")
    console.flush()
    shown = console.buffer.getvalue().decode(encoding)
    assert shown.endswith("\r\n")
    assert ("已发布" in shown) is (encoding == "cp936")
    assert encoding == "cp936" or "\\u5df2" in shown


def test_text_is_written_with_the_same_bytes_everywhere(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "linesep", "\r\n")
    write_text(tmp_path / "a.txt", "一\n二\n")
    assert (tmp_path / "a.txt").read_bytes() == "一\n二\n".encode()
    write_json(tmp_path / "a.json", {"名": 1})
    assert b"\r" not in (tmp_path / "a.json").read_bytes()
    assert read_json(tmp_path / "a.json") == {"名": 1}


@pytest.mark.parametrize("family", ["Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC"])
def test_each_system_s_own_chinese_font_is_taken(monkeypatch, family):
    letters = frozenset("满意度ab")
    monkeypatch.setattr(fonts, "characters", lambda name: letters if name == family else frozenset("ab"))
    assert fonts.family_for(["满意度"]) == family


def test_without_any_chinese_font_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setattr(fonts, "characters", lambda name: frozenset("ab"))
    with pytest.raises(LackingError, match="pip install noto-cjk-sans-otc"):
        fonts.family_for(["满意度"])
