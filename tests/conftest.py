"""The small synthetic centre, generated and built once for all tests that read it."""

import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from design_lab.ingest import build
from design_lab.study import Study
from design_lab.synthetic import generate

# What is tested is never how fast a busy machine is.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

STUDIES = Path(__file__).parent / "studies"


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """The small study, its raw files generated and its tables built; tests must not change it."""
    folder = tmp_path_factory.mktemp("studies") / "small"
    shutil.copytree(STUDIES / "small", folder, ignore=shutil.ignore_patterns("raw", "tables"))
    generate(folder, jobs=2)
    study = Study.open(folder)
    build(study, jobs=2)
    return study


@pytest.fixture
def copied(small, tmp_path):
    """A copy of the small study as of a client: one quarter as delivered, free to be damaged, tables not built."""
    folder = tmp_path / "small"
    shutil.copytree(STUDIES / "small", folder, ignore=shutil.ignore_patterns("raw", "tables", "centre.yaml"))
    settings = (folder / "study.yaml").read_text(encoding="utf-8")
    (folder / "study.yaml").write_text(settings.replace("first: 2025Q2", "first: 2026Q3"), encoding="utf-8")
    shutil.copytree(small.raw / "2026Q3", folder / "raw" / "2026Q3")
    return folder
