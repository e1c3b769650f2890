"""Raw files are a function of `centre.yaml`, and what stands is never touched."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from design_lab.errors import StudyError
from design_lab.files import sha256
from design_lab.periods import Quarter
from design_lab.synthetic import generate
from design_lab.synthetic.centre import read_centre

TWO = (Quarter(2025, 4), Quarter(2026, 1))


def digests(study: Path) -> dict[str, str]:
    files = [path for path in sorted((study / "raw").rglob("*")) if path.is_file()]
    return {path.relative_to(study).as_posix(): sha256(path) for path in files}


def empty_copy(study: Path, folder: Path) -> Path:
    folder.mkdir()
    shutil.copy(study / "centre.yaml", folder)
    return folder


@pytest.mark.long
def test_two_processes_write_the_same_bytes_as_one(study: Path, tmp_path: Path) -> None:
    other = empty_copy(study, tmp_path / "other")
    lines: list[str] = []
    written = generate(other, quarters=TWO, jobs=2, progress=lines.append)
    assert digests(other) == digests(study)
    assert sorted(written) == sorted(other / name for name in digests(other))
    assert [line.split(":")[0] for line in lines] == [str(quarter) for quarter in TWO]


def test_a_quarter_alone_under_another_hash_seed_has_the_same_bytes(study: Path, tmp_path: Path) -> None:
    other = empty_copy(study, tmp_path / "other")
    code = (
        "import sys; from pathlib import Path; from design_lab.periods import Quarter;"
        "from design_lab.synthetic import generate; generate(Path(sys.argv[1]), quarters=[Quarter(2026, 1)])"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "4711"}
    subprocess.run([sys.executable, "-W", "error", "-c", code, str(other)], check=True, env=environment)
    expected = {name: digest for name, digest in digests(study).items() if "2026Q1" in name}
    assert digests(other) == expected


def test_a_file_that_stands_is_left_and_a_missing_one_is_written_again(study: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(study, other)
    quarter = other / "raw" / "2026Q1"
    (quarter / "花名册.xlsx").write_bytes(b"mine")
    (quarter / "质检成绩.xlsx").unlink()
    orphan = quarter / "通话明细_01.part-1-00000000.csv"
    orphan.write_bytes(b"half")
    assert generate(other, quarters=TWO) == [quarter / "质检成绩.xlsx"]
    assert (quarter / "花名册.xlsx").read_bytes() == b"mine"
    assert sha256(quarter / "质检成绩.xlsx") == digests(study)["raw/2026Q1/质检成绩.xlsx"]
    assert not orphan.exists()


def test_a_whole_quarter_is_seen_to_be_whole_without_making_its_calls(study: Path) -> None:
    lines: list[str] = []
    assert generate(study, quarters=TWO, progress=lines.append) == []
    assert lines == []


def test_a_quarter_outside_the_centre_is_refused(study: Path) -> None:
    with pytest.raises(StudyError, match="runs from 2025Q2 to 2026Q3; 2024Q1 cannot be generated"):
        generate(study, quarters=[Quarter(2024, 1)])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("workload: 0.40, service", "workload: 0.50, service", "reference must name .* sum to 1"),
        ("seed: 7", "sead: 7", "sead: is not a known key; did you mean 'seed'"),
        ("teams: 2, share: 0.43", "teams: 1, share: 0.43", "have 3 teams, the role has 4"),
        ("share: 0.43", "share: 0.53", "the shares must sum to 1"),
        ("first: 2025Q2", "first: 2025Q5", "first: .*2025Q5"),
        ("roles: [customer_service]", "roles: [service]", "text_desk.roles: the role 'service' is not among"),
        ("chat: 0.35", "chat: 0.45", "text_desk.channels: the shares must sum to 1"),
        (
            "text_desk:",
            "faults: [{kind: lost_cal, quarter: 2026Q3}]\ntext_desk:",
            "faults.0.kind: .*lost_cal",
        ),
    ],
)
def test_a_faulty_centre_is_refused_with_its_key(study: Path, tmp_path: Path, old: str, new: str, message: str) -> None:
    text = (study / "centre.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "centre.yaml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(StudyError, match=message):
        read_centre(tmp_path)
