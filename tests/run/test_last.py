"""Which report another is held beside: the revision that it replaces, else the newest of an earlier quarter."""

import json

import pytest

from design_lab.run.record import verify
from tests.run.conftest import finding as made


@pytest.fixture
def counted(tiny, quick):
    """The tiny study with a count that can be set."""

    def count(value):
        tiny.notebook("01_first", made("first.count", str(value)))

    count(1)
    return tiny, count


def base(place):
    held = json.loads((place / "changes.json").read_text(encoding="utf-8"))["compared_with"]
    return held and (held["quarter"], held["revision"])


def ids(place):
    return {one["id"] for one in json.loads((place / "changes.json").read_text(encoding="utf-8"))["findings"]}


@pytest.mark.long
def test_the_first_report_is_held_beside_none_and_a_new_quarter_beside_the_newest_before_it(counted):
    tiny, count = counted
    first, _ = tiny.run(quarter="2026Q1")
    assert base(first) is None
    assert ids(first) == {"changes.first"}
    assert base(tiny.run(quarter="2026Q3")[0]) == ("2026Q1", 1)
    count(2)
    assert base(tiny.run(quarter="2026Q2")[0]) == ("2026Q1", 1)  # a later quarter is no last report


@pytest.mark.long
def test_a_restated_quarter_is_held_beside_the_revision_that_it_replaces(counted):
    tiny, count = counted
    tiny.run(quarter="2026Q2")
    for number in (1, 2):
        count(number + 1)
        place, _ = tiny.run(quarter="2026Q2")
        assert base(place) == ("2026Q2", number)
        assert "changes.restated" in ids(place)


@pytest.mark.long
def test_a_run_that_is_forced_again_is_held_beside_the_same_report_and_gives_the_same_bytes(counted):
    tiny, count = counted
    tiny.run(quarter="2026Q2")
    place, _ = tiny.run(quarter="2026Q3")
    once = (place / "changes.json").read_bytes(), (place / "results.json").read_bytes()
    for _ in range(2):
        tiny.run(quarter="2026Q3", force=True)
        assert ((place / "changes.json").read_bytes(), (place / "results.json").read_bytes()) == once
    count(5)
    tiny.run(quarter="2026Q3")
    assert base(place) == ("2026Q3", 3)
    restated = (place / "changes.json").read_bytes()
    tiny.run(quarter="2026Q3", force=True)
    assert (place / "changes.json").read_bytes() == restated


@pytest.mark.long
def test_words_of_the_consultant_and_other_formats_change_no_base(counted):
    tiny, _ = counted
    tiny.run(quarter="2026Q2")
    place, _ = tiny.run(quarter="2026Q3", formats=["html"])
    path = tiny.study / "narrative" / "current.en.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text("A word.", encoding="utf-8")
    tiny.run(quarter="2026Q3")
    assert base(place) == ("2026Q2", 1)


@pytest.mark.long
def test_a_report_that_was_changed_since_is_not_compared_with_and_that_is_said(counted):
    tiny, _ = counted
    for quarter in ("2026Q1", "2026Q2"):
        tiny.run(quarter=quarter)
    results = tiny.reports / "tiny" / "2026Q2" / "results.json"
    results.write_bytes(results.read_bytes().replace(b"A count.", b"My count."))
    place, said = tiny.run(quarter="2026Q3")
    assert base(place) == ("2026Q1", 1)
    assert any("not compared with" in line and "was changed since it was published" in line for line in said)


@pytest.mark.long
def test_a_changed_setting_and_a_changed_scheme_are_named_in_the_next_report(counted):
    tiny, _ = counted
    tiny.run(quarter="2026Q2")
    for path, old, new in (
        (tiny.study / "study.yaml", "executive: 10", "executive: 12"),
        (tiny.study / "schemes" / "balanced.yaml", "tenure_months: 6", "tenure_months: 3"),
    ):
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
    place, _ = tiny.run(quarter="2026Q3")
    found = json.loads((place / "changes.json").read_text(encoding="utf-8"))["findings"]
    told = {one["id"]: one["text"]["en"] for one in found if one["id"].startswith("changes.definition.")}
    assert set(told) == {"changes.definition.settings.privacy", "changes.definition.schemes.balanced"}
    assert "k.executive from 10 to 12" in told["changes.definition.settings.privacy"]
    assert "protected.tenure_months from 6 to 3" in told["changes.definition.schemes.balanced"]


@pytest.mark.long
def test_what_changed_is_sealed_with_the_rest_and_holds_no_place_of_this_machine(counted):
    tiny, _ = counted
    place, _ = tiny.run()
    text = (place / "changes.json").read_text(encoding="utf-8")
    assert str(tiny.root) not in text
    (place / "changes.json").write_text(text.replace("first", "only"), encoding="utf-8")
    assert verify(place, notebooks=tiny.notebooks).sealed == ("changes.json: was changed since it was published",)


def test_findings_of_changes_stand_in_the_report_and_not_in_results(counted):
    tiny, _ = counted
    place, _ = tiny.run()
    assert "changes.first" in (place / "report.en.html").read_text(encoding="utf-8")
    assert "changes." not in (place / "results.json").read_text(encoding="utf-8")
