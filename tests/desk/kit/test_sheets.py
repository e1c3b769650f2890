"""The kit's spreadsheets calculate: LibreOffice comes to what Python comes to, from the same numbers."""

import datetime as dt
import itertools

import numpy as np
import openpyxl
import pandas as pd
import pytest

from design_lab.catalogue.kit import kit_texts
from design_lab.desk.kit.calibration import _rounded
from design_lab.desk.kit.content import Book, Formula, Number, Sheet
from design_lab.desk.kit.excel import write_book
from design_lab.desk.kit.ratings import criterion
from design_lab.evaluation.official import official
from design_lab.gradebook import ForcedGrades
from design_lab.scoring import panel
from design_lab.scoring.grades import numbers
from design_lab.scoring.ratings import forms, severity
from tests.desk.kit.conftest import find, table

pytestmark = pytest.mark.long


def filled(path, tmp_path, sheet, **cells):
    """A copy of a workbook in which somebody has filled in cells."""
    book = openpyxl.load_workbook(path)
    for place, value in cells.items():
        book[sheet][place] = value
    copy = tmp_path / path.name
    book.save(copy)
    return copy


@pytest.mark.long
def test_targets_are_quartiles_of_what_people_reached(made, small, recalculated, tmp_path):
    path = made.folders["en"] / "07_target_setting.xlsx"
    page = openpyxl.load_workbook(path)["targets"]
    uplift = find(page, "target better than the median by")
    found = recalculated(filled(path, tmp_path, "targets", **{f"B{uplift.row}": 0.1}))
    rows = {(row["role"], row["indicator"]): row for row in table(found["targets"], "role")}
    row = rows["customer service", "QA score"]
    held = [panel(small, past) for past in small.quarters[-4:]]
    values = [
        one.usable().loc[one.people["role"].eq("customer_service"), "qa_score"].dropna().astype(float) for one in held
    ]
    pooled = pd.concat(values)
    worse, median, better = pooled.quantile([0.25, 0.5, 0.75])
    assert row["person-quarters"] == len(pooled)
    assert row["mean of the medians"] == pytest.approx(np.mean([one.median() for one in values]))
    assert row["last less first median"] == pytest.approx(values[-1].median() - values[0].median())
    assert row["threshold"] == pytest.approx(worse)
    assert row["target"] == pytest.approx(1.1 * median)
    assert row["stretch"] == pytest.approx(1.1 * median + better - median)
    shares = [one for one in rows.values() if one["indicator"] == "very-satisfied rate"]
    assert all(one["target"] <= 1 and one["stretch"] <= 1 for one in shares)


@pytest.mark.long
def test_a_role_of_few_people_has_no_row_and_is_named(made, small):
    page = openpyxl.load_workbook(made.folders["en"] / "07_target_setting.xlsx")["targets"]
    last = panel(small, small.quarters[-1]).people["role"].value_counts()
    few = {small.settings.roles[role]["en"] for role, people in last.items() if people < 10}
    assert few
    assert not few & {row["role"] for row in table(page, "role")}
    notes = [page.cell(row, 1).value for row in range(3, 7)]
    assert any(note and note.startswith("Left out") and "complaints" in note for note in notes)


@pytest.mark.long
def test_the_schedule_counts_working_days(made, small, recalculated, tmp_path):
    path = made.folders["en"] / "08_process_map_schedule.xlsx"
    holiday = dt.date(2027, 1, 4)
    book = recalculated(filled(path, tmp_path, "holidays", A5=holiday))
    rows = table(book["schedule"], "step")
    due = small.quarters[-1].plus(1)
    free = [np.datetime64(holiday)]
    after = due.last_day()
    for step, row in zip(kit_texts("en").process, rows, strict=True):
        start, end = row["begins"].date(), row["ends"].date()
        assert np.busday_count(start, end + dt.timedelta(days=1), holidays=free) == step.days
        if step.id == "targets":
            assert end < due.first_day()
        else:
            assert start == np.busday_offset(after, 1, "backward", holidays=free).astype(object)
            after = end
    heads = [value for value in rows[0] if isinstance(value, dt.datetime)]
    assert {day.weekday() for day in heads} == {0}
    for row in rows:
        inside = [day for day in heads if row[day] == 1]
        assert inside == [day for day in heads if day <= row["ends"] and day + dt.timedelta(days=6) >= row["begins"]]


@pytest.mark.parametrize("heads", ["up", "nearest", "down"])
def test_heads_by_formula_are_those_that_scoring_grades(heads, recalculated, tmp_path):
    shares = {"A": 20, "B": 35, "C": 30, "D": 15}
    coefficients = {"A": 1.2, "B": 1.0, "C": 0.9, "D": 0.6}
    grades = ForcedGrades(
        method="forced", pool="all", ties="better", heads=heads, shares=shares, coefficients=coefficients
    )
    sizes = [*range(1, 26), 40, 60, 123]
    cumulated = [*itertools.accumulate(shares.values())]
    rows = tuple(
        (Number(size, "count"), *(Formula(_rounded(heads, f"A{at}*{share}/100"), "count") for share in cumulated))
        for at, size in enumerate(sizes, 4)
    )
    path = tmp_path / "heads.xlsx"
    write_book(
        path,
        Book(title="heads", sheets=(Sheet(name="heads", title="heads", columns=("n", *shares), rows=rows),)),
        mark="",
    )
    page = recalculated(path)["heads"]
    for row in table(page, "n"):
        given = numbers(np.arange(row["n"], dtype=float), grades, np.zeros(row["n"], dtype=int))
        assert [row[name] for name in shares][:-1] == [int((given <= place).sum()) for place in range(3)], row["n"]


@pytest.mark.long
def test_calibration_tells_units_of_enough_people_and_no_person(made, small, recalculated):
    book = recalculated(made.folders["en"] / "05_calibration.xlsx")
    results = official(small, small.quarters[-1]).results
    people = panel(small, small.quarters[-1]).people
    rows = table(book["by leader"], "unit")
    assert rows
    assert all(row["people"] >= 5 for row in rows)
    overall = sum(row["people"] * row["mean score"] for row in rows) / sum(row["people"] for row in rows)
    for row in rows:
        assert row["apart from the mean"] == pytest.approx(row["mean score"] - overall)
        assert (row["to look at"] == "ask the leader") == (abs(row["mean score"] - overall) > 3)
        counts = [row["grades A, B"], row["grades C, D"]]
        assert all(count == "·" or count == 0 or count >= 5 for count in counts)
        assert counts.count("·") != 1, "one hidden beside a shown one is found by subtraction"
    text = " ".join(str(cell.value) for line in book["by leader"].iter_rows() for cell in line)
    assert not [one for one in results.index if one in text]
    cases = table(book["changed cases"], "person")
    adjusted = results[results["adjustment"] != 0]
    assert {row["person"] for row in cases} == set(adjusted.index)
    teams = set(people["team"].dropna())
    for row in cases:
        assert row["score after"] == pytest.approx(results.at[row["person"], "score"])
        assert (row["to look at"] == "reason is missing") == (not row["reason"])
        assert not teams & set(map(str, row.values()))


@pytest.mark.long
def test_grades_are_hidden_where_few_people_have_them(made):
    page = openpyxl.load_workbook(made.folders["en"] / "05_calibration.xlsx")["grades and shares"]
    rows = [row for row in table(page, "role") if row["grade"] in "ABCD"]
    counts = {row["people with it"] for row in rows}
    assert "·" in counts
    assert all(count == "·" or count == 0 or count >= 5 for count in counts)


def answers(path, tmp_path, given):
    """The practice cases answered: `given` of each reference."""
    page = openpyxl.load_workbook(path)["answers"]
    head = find(page, "your level")
    cells = {}
    for row in range(head.row + 1, page.max_row + 1):
        cells[f"C{row}"] = given(page.cell(row, 4).value, row)
    return filled(path, tmp_path, "answers", **cells)


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        (lambda reference, row: reference, "passed"),
        (lambda reference, row: min(5, reference + 1), "not yet"),
        (lambda reference, row: 6 - reference, "not yet"),
        (lambda reference, row: reference if row % 2 else None, "unfinished"),
    ],
    ids=["as the references", "a level too mild", "upside down", "half of it"],
)
@pytest.mark.long
def test_a_rater_passes_by_the_criterion_alone(made, recalculated, tmp_path, given, verdict):
    path = made.folders["en"] / "06_rater_training.xlsx"
    page = recalculated(answers(path, tmp_path, given))["answers"]
    assert page.cell(find(page, "result").row, 2).value == verdict


@pytest.mark.long
def test_the_criterion_is_that_of_the_study_s_ratings(made, small):
    known = severity(forms(pd.read_parquet(small.tables / "ratings" / f"{small.quarters[-1]}.parquet")))
    page = openpyxl.load_workbook(made.folders["en"] / "06_rater_training.xlsx")["answers"]
    found = criterion(known, cases=6, items=3)
    shown = [
        page.cell(find(page, text).row, 2).value
        for text in ("largest mean difference to pass, either way", "largest spread to pass")
    ]
    assert shown == pytest.approx([found.mean, found.sd])


def test_raters_who_scatter_as_today_pass_each_part_19_times_in_20(small):
    """Drawn raters without severity: a second road to both limits, not through their formulas."""
    known = severity(forms(pd.read_parquet(small.tables / "ratings" / f"{small.quarters[-1]}.parquet")))
    cases, items, draws = 6, 3, 20_000
    found = criterion(known, cases=cases, items=items)
    rng = np.random.default_rng(7)
    pair = rng.normal(0, known.sds["pair"], (draws, cases, 1))
    apart = (pair + rng.normal(0, known.sds["answer"], (draws, cases, items))).reshape(draws, -1)
    assert (np.abs(apart.mean(axis=1)) <= found.mean).mean() == pytest.approx(0.95, abs=0.01)
    # Answers on one case go together, so that the spread within a rater scatters more than independent answers would.
    assert 0.90 <= (apart.std(axis=1, ddof=1) <= found.sd).mean() <= 0.98
