"""Freezing: what is written down, and when it may not be."""

import datetime as dt
import shutil

import numpy as np
import pytest

from design_lab.errors import StudyError
from design_lab.expected import expected_effects
from design_lab.expected.frozen import freeze
from design_lab.ledger import read_ledger
from design_lab.study import Study

TODAY = dt.date(2026, 10, 15)


@pytest.fixture
def built(small, tmp_path):
    """A copy of the small study with its tables, to whose ledger may be written."""
    folder = tmp_path / "small"
    shutil.copytree(small.folder, folder, ignore=shutil.ignore_patterns("raw", "tables"))
    (folder / "tables").symlink_to(small.tables, target_is_directory=True)
    return folder


@pytest.mark.long
def test_the_adopted_scheme_and_no_change_are_frozen_quarter_by_quarter(built, start):
    lines = freeze(Study.open(built), "quality_first", "adopted by the board", today=TODAY)
    assert lines == read_ledger(built / "ledger.jsonl")
    held = [line.content for line in lines]
    assert {(one["scheme"], one["adopted"]) for one in held} == {("quality_first", True), ("current", False)}
    assert len(held) == 2 * 12 * 8
    first = next(one for one in held if one["outcome"] == "csat" and one["adopted"] and one["horizon"] == 4)
    assert (first["starts"], first["target"], first["last_known"]) == ("2026Q4", "2027Q3", "2026Q3")
    assert (first["elapsed_days"], first["role"], first["better"]) == (14, "customer_service", "higher")
    assert {one["decision"] for one in held} == {"adopted by the board"}
    previewed = expected_effects(start, start.study.scheme("quality_first"))
    told = {one.id: one.to_dict() for one in previewed.findings()}["expected.quality_first.csat.q4"]
    # The same draws, but for the quarters carried on: `start` waits for a later scheme.
    assert first["finding"]["id"] == told["id"]
    quantiles = first["predictive"]["quantiles"]
    assert len(quantiles) == 99
    assert np.all(np.diff(quantiles) >= 0)
    assert 0 < quantiles[0] < quantiles[-1] < 1


@pytest.mark.long
def test_what_is_not_forecast_is_frozen_as_such(built):
    lines = freeze(Study.open(built), "quality_first", "adopted by the board", today=TODAY)
    teamwork = [one.content for one in lines if one.content["outcome"] == "teamwork" and one.content["adopted"]]
    assert {one["finding"]["claim"] for one in teamwork} == {"unidentified"}
    assert all(one["predictive"] is None for one in teamwork)


@pytest.mark.long
def test_both_are_the_same_draws_so_that_their_difference_is_the_effect(built):
    held = [one.content for one in freeze(Study.open(built), "quality_first", "adopted", today=TODAY)]
    sides = {
        one["adopted"]: np.array(one["predictive"]["quantiles"])
        for one in held
        if one["outcome"] == "handle_seconds" and one["horizon"] == 1
    }
    assert np.corrcoef(sides[True], sides[False])[0, 1] > 0.99


@pytest.mark.parametrize(
    ("scheme", "decision", "said"),
    [
        ("current", "stay", "current is in force"),
        ("quality_first", "  ", "the decision is empty"),
        ("qualty_first", "adopt", "did you mean 'quality_first'"),
    ],
)
def test_what_cannot_be_frozen_is_refused_and_nothing_is_written(copied, scheme, decision, said):
    with pytest.raises(StudyError, match=said):
        freeze(Study.open(copied), scheme, decision, today=TODAY)
    assert not (copied / "ledger.jsonl").exists()


def test_a_quarter_whose_data_are_there_is_no_forecast(copied):
    path = copied / "schemes" / "quality_first.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("effective_from: 2026Q4", "effective_from: 2026Q3"), encoding="utf-8")
    with pytest.raises(StudyError, match="holds data of 2026Q3 already"):
        freeze(Study.open(copied), "quality_first", "adopt", today=TODAY)
