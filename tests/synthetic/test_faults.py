"""The data check finds every planted fault, in its file, row and column, and nothing else."""

from __future__ import annotations

import json
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pandas as pd
import pytest

from design_lab.arrivals import Arrivals
from design_lab.errors import StudyError
from design_lab.files import sha256
from design_lab.ingest import build, table_path
from design_lab.periods import Quarter
from design_lab.schema import TABLES
from design_lab.study import Study
from design_lab.synthetic.centre import Fault, FaultKind, read_centre
from design_lab.synthetic.exports import QuarterData
from design_lab.synthetic.faults import KINDS, Mark, write_faults

ROOT = Path(__file__).resolve().parents[2]
SMALL, LARGE, PILOT = ROOT / "tests" / "studies" / "small", ROOT / "data" / "h_bank", ROOT / "data" / "h_bank_pilot"
QUARTERS = (Quarter(2026, 2), Quarter(2026, 3))


class Spoilt:
    """The last two quarters of the small centre with the faults of the sample study planted in their files."""

    def __init__(self, folder: Path) -> None:
        shutil.copytree(SMALL, folder, ignore=shutil.ignore_patterns("raw", "tables"))
        sample = (LARGE / "centre.yaml").read_text(encoding="utf-8")
        with (folder / "centre.yaml").open("a", encoding="utf-8") as file:
            file.write(sample[sample.index("faults:") :])
        settings = (folder / "study.yaml").read_text(encoding="utf-8")
        (folder / "study.yaml").write_text(settings.replace("first: 2025Q2", "first: 2026Q2"), encoding="utf-8")
        # Two rows of a table of ninety ids are more than 2 %; in the sample study's table they are not.
        sources = (folder / "sources.yaml").read_text(encoding="utf-8")
        (folder / "sources.yaml").write_text(
            sources.replace("  sheet: 对照\n", "  sheet: 对照\n  exclude_limit: 0.05\n"), encoding="utf-8"
        )
        self.study = Study.open(folder)
        self.arrived: Arrivals = build(self.study, jobs=2)
        self.marks: list[Mark] = [
            mark for quarter in QUARTERS for mark in QuarterData(read_centre(folder), quarter).faults.marks()
        ]


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Spoilt:
    return Spoilt(tmp_path_factory.mktemp("faults") / "small")


def by_place(marks: list[Mark]) -> dict[tuple[str, str | None, str | None, str | None], list[int]]:
    found: dict[tuple[str, str | None, str | None, str | None], list[int]] = defaultdict(list)
    for mark in marks:
        if mark.rule is not None and not mark.across:
            assert mark.row is not None
            found[mark.quarter, mark.file, mark.rule, mark.column].append(mark.row)
    return found


def said(arrived: Arrivals) -> Iterator[tuple[tuple[str, str, str, str], int, int]]:
    """Quarter, file, rule and column of what is wrong with rows, the number of rows and the first of them."""
    for file in arrived.files:
        places: dict[tuple[str, str, str, str], list[tuple[int, int]]] = defaultdict(list)
        for one in file.faults:
            places[file.quarter, file.file, one.rule, one.column].append((one.count, one.cells[0].row))
        for total in file.disagreements:
            places[file.quarter, file.file, "subtotal", total.column].append((1, total.row))
        for place, parts in places.items():
            yield place, sum(count for count, _ in parts), min(row for _, row in parts)


@pytest.mark.long
def test_every_fault_in_a_row_is_found_where_it_is_and_no_other_row_is_faulted(spoilt: Spoilt) -> None:
    planted = {place: (len(rows), min(rows)) for place, rows in by_place(spoilt.marks).items()}
    assert {place: (count, first) for place, count, first in said(spoilt.arrived)} == planted
    assert {rule for _, _, rule, _ in planted} == {
        "unread", "empty", "out_of_bounds", "unmatched", "outside_quarter", "overlap", "duplicate", "subtotal",
    }  # fmt: skip


@pytest.mark.long
def test_every_fault_across_tables_is_counted_and_no_other(spoilt: Spoilt) -> None:
    planted: Counter[tuple[str, str]] = Counter()
    for mark in spoilt.marks:
        if mark.rule is not None and mark.across:
            planted[mark.quarter, mark.rule] += mark.count
    assert {(a.quarter, a.rule): a.count for a in spoilt.arrived.agreements if a.count} == planted
    assert {rule for _, rule in planted} == {
        "count_differs", "time_differs", "overlapping", "not_employed", "rating_without_contact", "mean_handle_differs",
        "paid_twice",
    }  # fmt: skip


@pytest.mark.long
def test_what_is_written_otherwise_is_read_as_it_was_meant(spoilt: Spoilt, small: Study) -> None:
    """Faults apart, the tables are those of the centre without faults."""
    left_out = {(file.quarter, file.table): file.excluded for file in spoilt.arrived.files if file.excluded}
    for quarter in QUARTERS:
        paid, once = (pd.read_parquet(table_path(s, "pay", quarter)) for s in (spoilt.study, small))
        twice = sum(mark.kind == "second_pay" and mark.quarter == str(quarter) for mark in spoilt.marks)
        assert len(paid) == len(once) + twice
        pd.testing.assert_frame_equal(paid.merge(once, on=list(once.columns)), once)
        for name in ("training", "sales", "complaints", "appraisal_results", "queue_intervals", "staff_survey"):
            pd.testing.assert_frame_equal(
                *(pd.read_parquet(table_path(s, name, quarter)) for s in (spoilt.study, small))
            )
        for name in ("attendance", "ratings", "surveys"):
            with_faults, without = (pd.read_parquet(table_path(s, name, quarter)) for s in (spoilt.study, small))
            key = list(TABLES[name].key)
            gone = without.merge(with_faults[key], on=key, how="left", indicator=True)["_merge"] == "left_only"
            assert gone.sum() <= left_out.get((str(quarter), name), 0) + (5 if name == "surveys" else 0)


@pytest.mark.long
def test_files_without_a_fault_have_the_bytes_that_they_would_have_without_any(spoilt: Spoilt, small: Study) -> None:
    files = [path for path in sorted(spoilt.study.raw.rglob("*")) if path.is_file()]
    changed = {
        path.relative_to(spoilt.study.raw).as_posix()
        for path in files
        if sha256(path) != sha256(small.raw / path.relative_to(spoilt.study.raw))
    }
    named = {f"{mark.quarter}/{mark.file}" for mark in spoilt.marks}
    assert changed == named


def test_faults_change_nothing_that_happened(centre, quarter: QuarterData) -> None:
    faults = [Fault(kind="lost_call", quarter=quarter.quarter, count=3)]
    spoiled = QuarterData(centre.model_copy(update={"faults": faults}), quarter.quarter)
    assert len(spoiled.faults.marks()) == 3
    assert (spoiled.calls.start == quarter.calls.start).all()
    assert (spoiled.surveys.key == quarter.surveys.key).all()


def test_every_kind_can_be_planted_and_the_sample_plants_them_all() -> None:
    assert set(KINDS) == set(get_args(FaultKind))
    assert {fault.kind for fault in read_centre(LARGE).faults} == set(KINDS)
    page = (ROOT / "docs" / "synthetic_centre.md").read_text(encoding="utf-8")
    assert all(f"`{kind}`" in page for kind in KINDS)


def test_a_fault_for_which_there_is_no_row_is_refused(centre) -> None:
    for kind, when, message in [
        ("stranger", (2026, 1), "no 9999999 rows left"),
        ("lost_call", (2025, 4), "as a parquet extract"),
    ]:
        fault = Fault(kind=kind, quarter=Quarter(*when), count=9_999_999)
        with pytest.raises(StudyError, match=message):
            QuarterData(centre.model_copy(update={"faults": [fault]}), fault.quarter).faults.marks()


@pytest.mark.long
def test_the_documented_faults_are_those_of_the_centre(spoilt: Spoilt) -> None:
    written = json.loads(write_faults(spoilt.study.folder).read_text(encoding="utf-8"))["faults"]
    assert [Mark(**mark) for mark in written] == spoilt.marks
    modules = [path for path in (ROOT / "design_lab").rglob("*.py") if "synthetic" not in path.parts]
    assert not [path for path in modules if "faults.json" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("study", [LARGE, PILOT])
def test_the_faults_of_the_sample_studies_are_documented(study: Path, large: QuarterData) -> None:
    stated = Counter(
        (fault.kind, str(fault.quarter)) for fault in read_centre(study).faults for _ in range(fault.count)
    )
    written = [Mark(**mark) for mark in json.loads((study / "faults.json").read_text(encoding="utf-8"))["faults"]]
    assert {(mark.kind, mark.quarter) for mark in written} == set(stated)
    if study == LARGE:
        assert [mark for mark in written if mark.quarter == "2026Q3"] == large.faults.marks()
