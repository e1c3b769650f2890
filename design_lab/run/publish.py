"""Publishing: a report is built beside, made durable, and moved in whole; what stood there becomes a revision.

Below `reports/<study>`, a run works in `.building/<quarter>-<pid>-<token>`. The one step that decides is the rename of
its finished report to `.ready/<quarter>`; from there `complete_moves` takes it to `<quarter>`, as often as it is
interrupted. All of this happens under a lock that the system releases when its holder dies.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from design_lab.errors import ReportError
from design_lab.files import is_running, sweep, sync_folder
from design_lab.run.places import shown_path

LOCK = ".lock"
_PID_DIGITS = 20
_PATIENCE_SECONDS = 30  # that the workers of a dead run get to end
_WINDOWS_TRIES = 5  # a virus scanner lets go within a second
locks: list[int] = []  # the open files by which this process holds folders; its workers inherit them


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """Where one run builds: `report` will be published, `work` will be removed."""

    report: Path
    work: Path


@contextlib.contextmanager
def held(folder: Path, what: str) -> Iterator[None]:
    """Hold `folder` for this process and its workers; if another one holds it, raise `ReportError` with its number.

    Where that one is dead, its workers are about to end, and are waited for.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        patient_until = time.monotonic() + _PATIENCE_SECONDS
        while not _lock(handle):
            number = os.read(handle, _PID_DIGITS).decode("ascii", "replace").strip() or "unknown"
            if not number.isdigit() or is_running(int(number)) or time.monotonic() > patient_until:
                raise ReportError(
                    f"another run is at work on {what} (process {number}, lock {shown_path(folder / LOCK)}); "
                    "wait until it ends, or end it, and run again"
                )
            time.sleep(0.1)
        os.write(handle, str(os.getpid()).ljust(_PID_DIGITS).encode("ascii"))
        locks.append(handle)
        yield
    finally:
        if handle in locks:
            locks.remove(handle)
        os.close(handle)  # releases the lock, unless a worker that outlives this process has it too


def _lock(handle: int) -> bool:
    """Try to lock an open file until it is closed; the system closes it for a process that dies."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(handle, 1 << 20, os.SEEK_SET)  # behind the process number, which others may then read
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if not isinstance(error, BlockingIOError | PermissionError):
            raise
        return False
    finally:
        os.lseek(handle, 0, os.SEEK_SET)
    return True


@contextlib.contextmanager
def building(reports: Path, quarter: str) -> Iterator[Building]:
    """Give a new place to build in, and remove what is left of it at the end."""
    place = reports / ".building" / f"{quarter}-{os.getpid()}-{secrets.token_hex(4)}"
    made = Building(report=place / "report", work=place / "work")
    made.report.mkdir(parents=True)
    made.work.mkdir()
    try:
        yield made
    finally:
        shutil.rmtree(place, ignore_errors=True)
        with contextlib.suppress(OSError):
            place.parent.rmdir()


def publish(built: Building, reports: Path, quarter: str) -> tuple[Path, tuple[str, ...]]:
    """Make a finished report the newest revision; return where it stands, and sentences if it could not move in.

    The caller holds `reports`.
    """
    ready = reports / ".ready" / quarter
    make_durable(built.report)
    if ready.exists():  # an earlier report still waits behind an open file
        _move(ready, _next_revision(reports, quarter))
    _move(built.report, ready)
    sentences = _move_in(reports)
    return (ready if ready.exists() else reports / quarter), sentences


def complete_moves(reports: Path) -> tuple[str, ...]:
    """Finish what an interrupted run had decided and sweep what it had not; return sentences about open files.

    The caller holds `reports` and builds nothing yet, so whatever is being built there belongs to the dead.
    """
    sentences = _move_in(reports)
    shutil.rmtree(reports / ".building", ignore_errors=True)
    sweep(reports)
    return sentences


def _move_in(reports: Path) -> tuple[str, ...]:
    sentences = []
    for ready in sorted(_entries(reports / ".ready")):
        current = reports / ready.name
        try:
            if current.exists():
                _move(current, _next_revision(reports, ready.name))
            _move(ready, current)
        except PermissionError:
            sentences.append(
                f"a file in {shown_path(current)} is open in another program, so the new revision stays, whole, in "
                f"{shown_path(ready)}; close the file and run any command, which will move it in"
            )
    with contextlib.suppress(OSError):
        (reports / ".ready").rmdir()
    return tuple(sentences)


def settle(reports: Path) -> tuple[str, ...]:
    """Complete moves before reading, unless nothing waits or a living run is about to do it."""
    if not _entries(reports / ".ready"):
        return ()
    try:
        with held(reports, reports.name):
            return complete_moves(reports)
    except (ReportError, PermissionError):
        return ()


def make_durable(folder: Path) -> None:
    """Flush every file and folder below `folder`, and itself, to the disk."""
    mode = "r+b" if sys.platform == "win32" else "rb"  # Windows flushes only what may be written
    for path, _, files in os.walk(folder, topdown=False):
        for name in files:
            with Path(path, name).open(mode) as file:
                os.fsync(file.fileno())
        sync_folder(Path(path))


def _next_revision(reports: Path, quarter: str) -> Path:
    revisions = reports / ".revisions" / quarter
    numbers = [int(place.name) for place in _entries(revisions) if place.name.isdigit()]
    return revisions / str(max(numbers, default=0) + 1)


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _move(source: Path, target: Path) -> None:
    """Rename a folder durably; on Windows, try for a second while something holds it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    sync_folder(target.parent.parent)
    for last in (*[False] * (_WINDOWS_TRIES - 1), True) if sys.platform == "win32" else (True,):
        try:
            source.rename(target)
            break
        except PermissionError:
            if last:
                raise
            time.sleep(0.2)
    sync_folder(target.parent)
    sync_folder(source.parent)
