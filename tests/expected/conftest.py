"""The start of forecasts of the small centre, made once."""

import shutil

import pytest

from design_lab.expected.preview import forecast_start
from design_lab.study import Study


@pytest.fixture(scope="session")
def start(small, tmp_path_factory):
    """What forecasts start from, one scheme being put in force a quarter later; tests must not change it."""
    folder = tmp_path_factory.mktemp("forecast") / "small"
    shutil.copytree(small.folder, folder, ignore=shutil.ignore_patterns("raw", "tables"))
    (folder / "tables").symlink_to(small.tables, target_is_directory=True)
    path = folder / "schemes" / "team_share.yaml"
    text = path.read_text(encoding="utf-8")
    assert "effective_from: 2026Q4" in text
    path.write_text(text.replace("effective_from: 2026Q4", "effective_from: 2027Q1"), encoding="utf-8")
    study = Study.open(folder)
    return forecast_start(study, study.quarters[-1], seed=42)
