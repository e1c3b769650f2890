"""Panels kept beside their tables: the same as when they were made, and never of anything else."""

import importlib
import shutil
from dataclasses import fields

import pandas as pd
import pytest
from pyarrow import parquet

from design_lab.ingest import build
from design_lab.scoring import panel
from design_lab.scoring.conduct import conduct
from design_lab.scoring.courses import courses
from design_lab.scoring.team_quarters import team_quarters
from design_lab.study import Study

made_in = importlib.import_module("design_lab.scoring.panel")


@pytest.fixture
def own(small, tmp_path):
    """A study of the small one's last quarter, free to be changed."""
    folder, last = tmp_path / "small", small.quarters[-1]
    shutil.copytree(small.folder, folder, ignore=shutil.ignore_patterns("raw", "tables"))
    for path in small.tables.glob(f"*/{last}.parquet"):
        (folder / "tables" / path.parent.name).mkdir(parents=True)
        shutil.copy(path, folder / "tables" / path.parent.name)
    return Study.open(folder)


@pytest.fixture
def made(monkeypatch):
    """The periods of which a panel was made."""
    periods, parts = [], made_in._parts

    def counted(study, span, appraised):
        periods.append(f"{span.label} {appraised}")
        return parts(study, span, appraised)

    monkeypatch.setattr(made_in, "_parts", counted)
    return periods


def same(one, other):
    for part in fields(one):
        left, right = getattr(one, part.name), getattr(other, part.name)
        if isinstance(left, pd.DataFrame):
            pd.testing.assert_frame_equal(left, right, check_exact=True)
        else:
            assert left == right, part.name
    return True


def test_what_is_kept_is_what_was_made(own, made):
    quarter = own.quarters[-1]
    for appraised in ("roster", "on_last_day"):
        span = quarter.span(own.settings.calendar.month_ends_on)
        frames = made_in._parts(own, span, appraised).frames
        first, second = (panel(own, quarter, appraised=appraised) for _ in range(2))
        assert same(first, second)
        for name, frame in frames.items():
            pd.testing.assert_frame_equal(getattr(second, name), frame, check_exact=True)
    assert made == [f"2026Q3 {kind}" for kind in ("roster", "roster", "on_last_day", "on_last_day")]


def test_other_tables_cards_and_settings_make_another_panel(own, made):
    quarter = own.quarters[-1]
    before = panel(own, quarter)
    surveys = own.tables / "surveys" / f"{quarter}.parquet"
    rows = parquet.read_table(surveys)
    parquet.write_table(rows.slice(0, rows.num_rows // 2), surveys)
    fewer = panel(own, quarter)
    assert fewer.centre.loc["csat", "n"] < before.centre.loc["csat", "n"]
    (own.folder / "indicators.yaml").write_text("csat:\n  minimum_n: 7\n", encoding="utf-8")
    panel(Study.open(own.folder), quarter)
    settings = (own.folder / "study.yaml").read_text(encoding="utf-8")
    (own.folder / "study.yaml").write_text(settings + "\nengine: local[1]\n", encoding="utf-8")
    assert made == ["2026Q3 roster"] * 3
    assert len(list(own.counted.iterdir())) == 1, "what was kept before is taken away"


@pytest.mark.parametrize("harm", [lambda data: data[:-100], lambda data: data[:900] + b"?" + data[901:], lambda _: b""])
def test_a_damaged_panel_is_made_anew(own, made, harm):
    quarter = own.quarters[-1]
    before = panel(own, quarter)
    (path,) = own.counted.iterdir()
    whole = path.read_bytes()
    path.write_bytes(harm(whole))
    assert same(panel(own, quarter), before)
    assert len(made) == 2
    assert path.read_bytes() == whole


def test_where_nothing_can_be_written_a_panel_is_made_each_time(own, made):
    own.counted.write_text("a file where the folder would be", encoding="utf-8")
    assert same(panel(own, own.quarters[-1]), panel(own, own.quarters[-1]))
    assert len(made) == 2


def test_a_panel_of_tables_that_change_while_it_is_made_is_not_kept(own, monkeypatch):
    parts = made_in._parts

    def meanwhile(study, *rest):
        found = parts(study, *rest)
        (study.tables / "surveys" / "2026Q3.parquet").unlink()
        return found

    monkeypatch.setattr(made_in, "_parts", meanwhile)
    panel(own, own.quarters[-1])
    assert not own.counted.exists()


def test_force_makes_panels_anew(copied):
    study = Study.open(copied)
    build(study)
    panel(study, study.quarters[-1])
    build(study)
    assert any(study.counted.iterdir())
    build(study, force=True)
    assert not study.counted.exists()


@pytest.mark.parametrize(
    ("counted", "module", "maker"),
    [
        (courses, "courses", "_of_quarter"),
        (team_quarters, "team_quarters", "_summed"),
        (conduct, "conduct", "_of_quarter"),
    ],
)
def test_other_counts_of_a_quarter_are_kept_as_panels_are(own, monkeypatch, counted, module, maker):
    place = importlib.import_module(f"design_lab.scoring.{module}")
    make, times = getattr(place, maker), []

    def counting(*arguments):
        times.append(maker)
        return make(*arguments)

    monkeypatch.setattr(place, maker, counting)
    first, second = (counted(own, own.quarters[-1:]) for _ in range(2))
    assert same(first, second)
    assert len(times) == 1
    surveys = own.tables / "surveys" / "2026Q3.parquet"
    parquet.write_table(parquet.read_table(surveys).slice(0, 9), surveys)
    counted(own, own.quarters[-1:])
    assert len(times) == 2
