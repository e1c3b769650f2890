"""The consultant's text through runs: refused, kept in the record, carried and flagged."""

import json

import pytest

from design_lab.errors import ReportError
from design_lab.run.record import Record, verify
from tests.run.conftest import finding as made


@pytest.fixture
def spoken(tiny, quick, swift):
    """The tiny study with a count that can be set, and a maker of the consultant's file."""

    def write(text, name="current.en.md"):
        path = tiny.study / "narrative" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def count(value):
        tiny.notebook("01_first", made("first.count", str(value)))

    count(1.5)
    return tiny, write, count


def kept(place):
    return [
        (one["since"], {id: then["value"] for id, then in one["findings"].items()})
        for one in Record.read(place).narrative
    ]


@pytest.mark.long
def test_the_record_keeps_what_findings_were_and_results_do_not_know_of_it(spoken):
    tiny, write, _ = spoken
    place, _ = tiny.run()
    assert "narrative" not in json.loads((place / "record.json").read_text(encoding="utf-8"))
    before = (place / "results.json").read_bytes()
    path = write("There are {finding:first.count}.")
    written = path.read_bytes()
    place, said = tiny.run()
    assert kept(place) == [("2026Q3", {"first.count": 1.5})]
    assert (place / "results.json").read_bytes() == before
    assert path.read_bytes() == written
    assert not any("to be reviewed" in line for line in said)


@pytest.mark.long
def test_a_passage_is_flagged_against_the_quarter_in_which_it_was_first_published(spoken):
    tiny, write, count = spoken
    path = write("There are {finding:first.count}.")
    for quarter, value in (("2026Q1", 4), ("2026Q2", 4), ("2026Q3", 9)):
        count(value)
        place, said = tiny.run(quarter=quarter)
        assert kept(place) == [("2026Q1", {"first.count": 4})]
    flag = "narrative/current.en.md, line 1: to be reviewed: since this was written (2026Q1), first.count went from 4 to 9."
    assert flag in said
    _, said = tiny.run(quarter="2026Q3", force=True)  # an earlier revision of the quarter carries it too
    assert flag in said
    path.write_text("There are {finding:first.count}. {reviewed:2026Q3}", encoding="utf-8")
    place, said = tiny.run(quarter="2026Q3")
    assert kept(place) == [("2026Q3", {"first.count": 9})]
    assert flag not in said


@pytest.mark.long
def test_a_later_quarter_and_a_record_that_was_changed_are_not_carried_from(spoken):
    tiny, write, count = spoken
    write("There are {finding:first.count}.")
    tiny.run(quarter="2026Q1")
    count(7)
    later, _ = tiny.run(quarter="2026Q3")
    record = later / "record.json"
    record.write_text(
        record.read_text(encoding="utf-8").replace('"since": "2026Q1"', '"since": "2025Q1"'), encoding="utf-8"
    )
    assert not verify(later, notebooks=tiny.notebooks).passes()
    again, _ = tiny.run(quarter="2026Q3")
    assert kept(again) == [("2026Q1", {"first.count": 1.5})]
    count(2)
    middle, _ = tiny.run(quarter="2026Q2")
    assert kept(middle) == [("2026Q1", {"first.count": 1.5})]


@pytest.mark.long
def test_an_unknown_id_publishes_nothing_and_loses_nothing(spoken):
    tiny, write, _ = spoken
    place, _ = tiny.run()
    before = (place / "record.json").read_bytes()
    write("There are {finding:first.cuont}.")
    said = []
    with pytest.raises(
        ReportError, match=r"current.en.md: line 1: there is no finding 'first.cuont'; did you mean 'first.count'"
    ):
        tiny.run(progress=said.append)
    assert "the report of 2026Q3 has no finding 'first.cuont'" in said[0]  # told before the long steps
    assert (place / "record.json").read_bytes() == before


def test_a_placeholder_that_is_none_is_refused_before_anything_is_read(spoken):
    tiny, write, _ = spoken
    write("There are {finding first.count}.")
    said = []
    with pytest.raises(
        ReportError, match=r"narrative/current.en.md: line 1: '\{finding first.count\}' is no placeholder"
    ):
        tiny.run(progress=said.append)
    assert said == []


def test_a_file_in_no_chapter_is_said_and_the_run_goes_on(spoken):
    tiny, write, _ = spoken
    write("Hello.", "curent.en.md")
    place, said = tiny.run()
    assert any("there is no chapter 'curent'; did you mean 'current'?" in line for line in said)
    assert place == tiny.published


def test_verify_names_a_changed_text(spoken):
    tiny, write, _ = spoken
    path = write("There are {finding:first.count}.")
    place, _ = tiny.run()
    assert verify(place, notebooks=tiny.notebooks).passes(strict=True)
    path.write_text("Many.", encoding="utf-8")
    assert verify(place, notebooks=tiny.notebooks).inputs == ("narrative current.en.md: changed since",)
