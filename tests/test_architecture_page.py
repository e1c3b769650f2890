"""docs/architecture.md: its floors, who may know what, and its notebooks are those of the code."""

import json
import re

import pytest

from design_lab.study import project_root
from docs.make import drawing, imports_of, layers
from tests.test_house_rules import KNOWN_ONLY_BY, NOTEBOOKS, PACKAGE

PAGE = (project_root() / "docs" / "architecture.md").read_text(encoding="utf-8")
CALLED = {"python-pptx": "pptx", "python-docx": "docx"}  # as they are installed -> as they are imported


def rows():
    """The floors of the page, the upper first: the number if it says one, and what it says of the rooms."""
    table = PAGE.split("| floor | rooms |\n|---|---|\n")[1].split("\n\n")[0]
    return [
        [cell.strip() for cell in line.strip("| ").split(" | ", 1)]
        for line in re.sub(r"(?m)^\| \| ", "| - | ", table).splitlines()
    ]


def rooms(said):
    """The rooms of a floor; those within a room stand in brackets."""
    return re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", said))


def test_the_floors_are_those_that_the_imports_are_held_to():
    assert [sorted(rooms(said)) for _, said in rows()] == [sorted(floor) for floor in layers()]


def test_every_room_and_module_of_the_package_stands_on_one_floor():
    there = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    told = [room for _, said in rows() for room in rooms(said)]
    assert sorted(told) == sorted(there - {"__init__"})


def test_floors_are_counted_down_to_0():
    numbers = [int(number) for number, _ in rows() if number != "-"]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[-1] == 0


def test_rooms_named_within_a_room_are_there():
    for _, said in rows():
        for name in re.findall(r"\([^)]*?`([\w/]+)`\)", said):
            places = [PACKAGE / name, *(PACKAGE / room / name for room in rooms(said))]
            assert any(place.is_dir() or place.with_suffix(".py").is_file() for place in places), name


def test_no_room_uses_one_beside_or_above_it():
    floors = {room: number for number, floor in enumerate(layers()) for room in floor}
    for room, floor in floors.items():
        assert {used for used in imports_of(room) if floors[used] <= floor} == set(), room


@pytest.mark.long
def test_the_drawing_leads_from_each_room_to_all_that_it_uses():
    drawn = set(re.findall(r"(\w+) --> (\w+)", drawing()))
    assert drawn == set(re.findall(r"(\w+) --> (\w+)", PAGE))
    reach = {room: {room} for floor in layers() for room in floor}
    for floor in reversed(layers()):
        for room in floor:
            reach[room] |= set().union(*(reach[used] for start, used in drawn if start == room))
    upper = {room for pair in drawn for room in pair}
    for room in upper:
        assert imports_of(room) & upper <= reach[room], room


def test_who_may_know_what_is_what_the_house_rules_hold():
    (said,) = re.findall(r"^Who may know what: (.*?)\. ", PAGE, flags=re.MULTILINE)
    told = {}
    for who, what in re.findall(r"only (.*?) knows? ([^;]*)", said):
        for library in re.split(r", | and ", what):
            told[CALLED.get(library, library)] = sorted(re.findall(r"`([\w/]+)`", who))
    assert told == {
        library: sorted(place.removesuffix("/").removesuffix(".py") for place in places)
        for library, places in KNOWN_ONLY_BY.items()
    }


def test_the_notebooks_are_those_that_a_run_executes_in_an_order_that_holds():
    (said,) = re.findall(r"^Notebooks run in the order .*: (.*)\.$", PAGE, flags=re.MULTILINE)
    told = re.findall(r"`(\w+)`", said)
    assert sorted(told) == sorted(path.stem for path in NOTEBOOKS if path.stem[0].isdigit())
    for at, name in enumerate(told):
        book = json.loads((project_root() / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
        needed = {finding.split("*")[0] for finding in book["metadata"]["design_lab"]["needs"]["findings"]}
        assert needed <= {*told[:at]}, name
