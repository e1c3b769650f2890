"""Atomic writes, digests, and YAML that cannot surprise."""

import hashlib
import os
import re
import subprocess
import sys
import time

import pytest

from design_lab.errors import StudyError
from design_lab.files import (
    Digests,
    read_json,
    read_yaml,
    replacing,
    safe_name,
    sha256,
    sha256_of,
    sweep,
    write_json,
    write_text,
)


def test_a_failed_write_keeps_the_old_file_and_leaves_nothing_behind(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "old")

    def fail_half_way():
        with replacing(path) as temporary:
            temporary.write_text("half", encoding="utf-8")
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        fail_half_way()
    assert path.read_text(encoding="utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_json_refuses_nan_and_keeps_the_old_file(tmp_path):
    path = tmp_path / "a.json"
    write_json(path, {"人": 1})
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(path, {"x": float("nan")})
    assert read_json(path) == {"人": 1}


def test_digest_equals_hashlib(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"abc" * 1000)
    assert sha256(path) == hashlib.sha256(b"abc" * 1000).hexdigest()


def test_canonical_digest_ignores_the_order_of_keys():
    assert sha256_of({"a": 1, "b": [1, 2]}) == sha256_of({"b": [1, 2], "a": 1}) != sha256_of({"a": 1, "b": [2, 1]})


def test_remembered_digests_see_a_change_and_survive_a_damaged_memory(tmp_path):
    path, memory = tmp_path / "a", tmp_path / "memory.json"
    path.write_bytes(b"one")
    digests = Digests(memory)
    first = digests.of(path)
    digests.save()
    assert Digests(memory).of(path) == first == sha256(path)
    path.write_bytes(b"three")
    assert Digests(memory).of(path) == sha256(path) != first
    memory.write_text("{damaged", encoding="utf-8")
    assert Digests(memory).of(path) == sha256(path)


@pytest.mark.parametrize("word", ["", "../x", "a/b", "a b", "名", "-x", "x" * 65, "a\n"])
def test_names_that_no_system_can_hold_are_refused(word):
    with pytest.raises(StudyError, match="cannot be a name"):
        safe_name(word, "scheme")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\na: 2\n", "line 2, column 1: the key 'a' stands twice"),
        ("- 1\n", "must hold 'key: value' lines, but holds a list"),
        ("", "must hold 'key: value' lines, but holds nothing"),
        ("a: " + "[" * 3000, "is nested too deeply to be read"),
    ],
)
def test_a_file_that_is_no_plain_yaml_is_refused_by_its_name(tmp_path, text, said):
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match=rf"a\.yaml.*{re.escape(said)}"):
        read_yaml(path)


def test_yaml_that_is_not_utf8_is_named(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_bytes("名: 1".encode("gb18030"))
    with pytest.raises(StudyError, match="is not UTF-8; save the file as UTF-8"):
        read_yaml(path)


def touched(path, content, seconds_ago):
    """Write a file that changed so long ago, by the clock with which the digests are made."""
    path.write_bytes(content)
    stamp = time.time_ns() - round(seconds_ago * 1e9)
    os.utime(path, ns=(stamp, stamp))


@pytest.fixture
def coarse(monkeypatch):
    """Let the file system know changes only by a time that anybody can set."""
    monkeypatch.setattr("design_lab.files._mark", lambda path: [path.stat().st_size, *[path.stat().st_mtime_ns] * 2, 1])


@pytest.mark.parametrize("ago", [0, 1, -3600])
def test_a_file_of_this_moment_or_of_the_future_is_read_every_time(tmp_path, coarse, ago):
    path, digests = tmp_path / "a", Digests(tmp_path / "memory.json")
    touched(path, b"one", ago)
    stamp = path.stat().st_mtime_ns
    first = digests.of(path)
    path.write_bytes(b"two")
    os.utime(path, ns=(stamp, stamp))  # within the same tick
    assert digests.of(path) == sha256(path) != first


def test_a_clock_that_was_put_back_makes_no_old_digest_new(tmp_path, coarse, monkeypatch):
    path, digests, now = tmp_path / "a", Digests(tmp_path / "memory.json"), time.time_ns()
    touched(path, b"one", 0)
    stamp = path.stat().st_mtime_ns
    monkeypatch.setattr("design_lab.files.time.time_ns", lambda: now - 3_600_000_000_000)
    first = digests.of(path)
    path.write_bytes(b"two")
    os.utime(path, ns=(stamp, stamp))
    assert digests.of(path) == sha256(path) != first


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no time of change that cannot be set")
def test_a_time_of_change_set_back_by_hand_hides_nothing(tmp_path, monkeypatch):
    path, digests = tmp_path / "a", Digests(tmp_path / "memory.json")
    touched(path, b"one", 3600)
    stamp = path.stat().st_mtime_ns
    later = time.time_ns() + 3_600_000_000_000
    monkeypatch.setattr("design_lab.files.time.time_ns", lambda: later)
    first = digests.of(path)
    path.write_bytes(b"two")
    os.utime(path, ns=(stamp, stamp))
    assert digests.of(path) == sha256(path) != first


def test_an_unchanged_file_is_read_once(tmp_path, coarse, monkeypatch):
    path, memory = tmp_path / "a", tmp_path / "memory.json"
    touched(path, b"one", 60)
    digests = Digests(memory)
    first = digests.of(path)
    digests.save()
    monkeypatch.setattr("design_lab.files.sha256", lambda path: pytest.fail("read again"))
    assert Digests(memory).of(path) == first


@pytest.mark.parametrize("memory", ["[]", '{"a": 5}', '{"PATH": [1, 2, "x"]}', "null", "[" * 100_000])
def test_a_memory_that_is_none_is_forgotten(tmp_path, memory):
    path, kept = tmp_path / "a", tmp_path / "memory.json"
    path.write_bytes(b"one")
    kept.write_text(memory.replace("PATH", str(path)), encoding="utf-8")
    assert Digests(kept).of(path) == sha256(path)


def test_what_killed_writers_left_is_swept_and_what_the_living_write_is_not(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (tmp_path / "below").mkdir()
    for name in (f"a.part-{ended.pid}-0f.json", f"below/b.part-{ended.pid}-0f.csv", f"c.part-{os.getpid()}-0f.json"):
        (tmp_path / name).touch()
    sweep(tmp_path)
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == [
        f"b.part-{ended.pid}-0f.csv", f"c.part-{os.getpid()}-0f.json",
    ]  # fmt: skip
    sweep(tmp_path, deep=True)
    assert [path.name for path in tmp_path.rglob("*.*")] == [f"c.part-{os.getpid()}-0f.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_what_is_no_plain_file_is_not_read_for_ever(tmp_path, make):
    path = tmp_path / "a.yaml"
    make(path)
    with pytest.raises(StudyError, match="is no plain file; put the file itself there"):
        read_yaml(path)
