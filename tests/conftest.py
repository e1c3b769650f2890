"""The small synthetic centre, generated and built once for all tests that read it."""

import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from design_lab.ingest import build
from design_lab.study import Study
from design_lab.synthetic import generate
from tests.lakeside.walk import Walked, walk
from tests.once import made_once
from tests.small_road import SmallRoad, walk_small

# What is tested is never how fast a busy machine is.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

STUDIES = Path(__file__).parent / "studies"
HISTORY = "scheme_history:\n  - {scheme: current, who: all, first_day: 2025-04-01, chosen: unknown}\n"


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """The small study, its raw files generated and its tables built; tests must not change it."""
    first = made_once(tmp_path_factory, "small", made_small) / "small"
    return Study.open(shutil.copytree(first, tmp_path_factory.mktemp("studies") / "small"))


def made_small(place):
    folder = shutil.copytree(STUDIES / "small", place / "small", ignore=shutil.ignore_patterns("raw", "tables"))
    generate(folder, jobs=2)
    build(Study.open(folder), jobs=2)


@pytest.fixture(scope="session")
def small_road(small, tmp_path_factory):
    """The small study run by the command, once for all processes; takes minutes."""
    first = made_once(tmp_path_factory, "small road", lambda place: walk_small(small.folder, place))
    return SmallRoad.read(shutil.copytree(first, tmp_path_factory.mktemp("small road") / "road"))


@pytest.fixture(scope="session")
def walked(tmp_path_factory):
    """The worked example's bank, walked from its raw files to its report by the commands of the page; takes minutes."""
    folder = tmp_path_factory.mktemp("worked example") / "bank"
    return Walked.read(shutil.copytree(made_once(tmp_path_factory, "worked example", walk), folder))


@pytest.fixture
def copied(small, tmp_path):
    """A copy of the small study as of a client: one quarter as delivered, free to be damaged, tables not built."""
    folder = tmp_path / "small"
    shutil.copytree(STUDIES / "small", folder, ignore=shutil.ignore_patterns("raw", "tables", "centre.yaml"))
    settings = (folder / "study.yaml").read_text(encoding="utf-8")
    (folder / "study.yaml").write_text(settings.replace("first: 2025Q2", "first: 2026Q3"), encoding="utf-8")
    shutil.copytree(small.raw / "2026Q3", folder / "raw" / "2026Q3")
    return folder


@pytest.fixture
def told(small, tmp_path):
    """The small study with another history."""

    def made(history):
        folder = tmp_path / "small"
        shutil.copytree(small.folder, folder, ignore=shutil.ignore_patterns("raw", "tables"), dirs_exist_ok=True)
        settings = (small.folder / "study.yaml").read_text(encoding="utf-8")
        assert HISTORY in settings
        (folder / "study.yaml").write_text(settings.replace(HISTORY, history), encoding="utf-8")
        if not (folder / "tables").exists():
            (folder / "tables").symlink_to(small.tables, target_is_directory=True)
        return Study.open(folder)

    return made
