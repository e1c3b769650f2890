"""Freezing: what is written down, and when it may not be."""

import datetime as dt

import pytest

from design_lab.errors import StudyError
from design_lab.expected import freeze
from design_lab.ledger import read_ledger
from design_lab.study import Study

TODAY = dt.date(2026, 10, 15)


def test_the_adopted_scheme_and_no_change_are_frozen_for_the_fourth_quarter(copied):
    study = Study.open(copied)
    lines = freeze(study, "quality_first", "adopted by the board", today=TODAY)
    assert lines == read_ledger(copied / "ledger.jsonl")
    assert [line.content["scheme"] for line in lines] == ["quality_first", "current"]
    first = lines[0].content
    assert (first["starts"], first["target"], first["elapsed_days"]) == ("2026Q4", "2027Q3", 14)
    assert first["fingerprint"] == study.scheme("quality_first").fingerprint
    assert {line.content["finding"]["claim"] for line in lines} == {"unidentified"}
    assert {line.content["decision"] for line in lines} == {"adopted by the board"}


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
    path.write_text(text.replace("effective_from: 2026Q4", "effective_from: 2025Q4"), encoding="utf-8")
    with pytest.raises(StudyError, match="holds data of 2026Q3 already"):
        freeze(Study.open(copied), "quality_first", "adopt", today=TODAY)
