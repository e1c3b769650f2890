"""The small centre, and one quarter of the large one in memory."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from design_lab.periods import Quarter
from design_lab.synthetic import generate
from design_lab.synthetic.centre import Centre, read_centre
from design_lab.synthetic.exports import QuarterData

ROOT = Path(__file__).resolve().parents[2]
SMALL, LARGE = ROOT / "tests" / "studies" / "small", ROOT / "data" / "h_bank"
TWO = (Quarter(2025, 4), Quarter(2026, 1))  # a parquet quarter and a CSV quarter


@pytest.fixture(scope="session")
def centre() -> Centre:
    return read_centre(SMALL)


@pytest.fixture(scope="session")
def quarter(centre: Centre) -> QuarterData:
    return QuarterData(centre, TWO[1])


@pytest.fixture(scope="session")
def large() -> QuarterData:
    """The busiest quarter of the large centre, at full size."""
    return QuarterData(read_centre(LARGE), Quarter(2026, 3))


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study whose two quarters were generated in one process."""
    folder = tmp_path_factory.mktemp("synthetic") / "small"
    folder.mkdir()
    shutil.copy(SMALL / "centre.yaml", folder)
    generate(folder, quarters=TWO)
    return folder
