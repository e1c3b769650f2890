"""A disk that is really full: a small file system of its own, in a namespace that ends with the test."""

import subprocess
import sys

import pytest

from tests.namespaces import allowed

ALONE = ("unshare", "--mount", "--map-root-user")
CAN_MOUNT = allowed(*ALONE, "mount", "-t", "tmpfs", "disk", "/tmp")
LEFT = (0, 12)  # kilobytes of room when the second run begins

SCRIPT = f"""
import errno, os, subprocess, sys
from pathlib import Path
from design_lab.errors import DesignLabError
from design_lab.run import record, run
from design_lab.run.record import Record, verify

study, reports, notebooks, record.PACKAGE = map(Path, sys.argv[1:])
reports.mkdir()
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "disk", str(reports)], check=True)
filling, raw = reports / "filling", study / "raw" / "2026Q3" / "calls.csv"

def walk():
    return run(study, reports=reports, notebooks=notebooks, progress=lambda _: None)

def whole():
    found = verify(place, study=study, notebooks=notebooks)
    assert found.sealed == (), found.sealed
    return Record.read(place).inputs.files["raw"]

place = walk()
refused = 0
for number, left in enumerate({LEFT}):
    before = whole()
    with filling.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1024))
        except OSError as error:
            assert error.errno == errno.ENOSPC
        file.truncate(file.tell() - left * 1024)
    raw.write_text(f"{{number}},4\\n", encoding="utf-8")
    try:
        walk()
    except (OSError, DesignLabError) as error:
        assert "No space left on device" in str(error), error
        assert whole() == before
        refused += 1
    filling.unlink()
    assert walk() == place
    assert whole() != before
    assert verify(place, study=study, notebooks=notebooks).passes(strict=True)
print(refused, sorted(path.name for path in (reports / "tiny").iterdir()))
"""


@pytest.mark.long
@pytest.mark.skipif(not CAN_MOUNT, reason="this machine lets nobody mount a file system of her own")
def test_on_a_full_disk_the_old_report_stands_and_with_room_again_the_new_one(tiny):
    tiny.notebook("01_first")
    paths = [tiny.study, tiny.reports, tiny.notebooks, tiny.root.parent / "package"]
    done = subprocess.run(
        [*ALONE, sys.executable, "-c", SCRIPT, *map(str, paths)],
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    refused, *_ = done.stdout.split()
    assert int(refused) >= 1
    assert "['.lock', '.revisions', '2026Q3']" in done.stdout
