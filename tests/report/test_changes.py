"""What changed since the last report, and the courses over all quarters, as the report tells them."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from design_lab.catalogue import LANGUAGES
from design_lab.changes import Base, compare
from design_lab.evaluation.drift import drift, trends
from design_lab.finding import Results, words_of_cause
from design_lab.periods import Quarter
from design_lab.report import FORMATS, write_reports
from design_lab.report.story import tell
from design_lab.scoring.courses import Courses, Point
from tests.report.conftest import ROLES
from tests.report.papers import numbers_in, numbers_told, text_of

BASE = Base(quarter="2026Q2", revision=1, digest="0" * 64)
QUARTERS = ("2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q3")
KEPT = ("diagnosis.effective_weight.", "diagnosis.nominal_weight.", "evidence.claim", "indicators.csat")
STATED = {"settings": {"privacy": {"k.executive": "10"}}}


def moved_on(results, by):
    """The results of the quarter before: every effective weight lower, on an interval as wide."""
    before = [
        dataclasses.replace(
            one, value=one.value - by, interval=(one.interval[0] - by, one.interval[1] - by)
        ) if one.id.startswith("diagnosis.effective_weight.") and one.interval else one
        for one in results.findings
    ]  # fmt: skip
    return Results(study=results.study, quarter="2026Q2", synthetic=True, findings=tuple(before))


def over_time():
    """A role of forty people whose handle time rises in the last quarter, made from sheets there."""
    rng = np.random.default_rng(2)
    base, rows, points = rng.normal(160, 9, 40), [], []
    for place, quarter in enumerate(QUARTERS):
        table = "agent_periods" if quarter == QUARTERS[-1] else "interactions"
        for person, value in enumerate(base + (8 if place == 4 else 0) + rng.normal(0, 2, 40)):
            rows.append(
                {
                    "quarter": quarter,
                    "employee_id": f"E{person:03d}",
                    "role": "customer_service",
                    "handle_seconds": value,
                }
            )
        for name, value in (("csat", 0.9 + place / 200), ("handle_seconds", 160.0 + place)):
            bounds = (value * 0.98, value * 1.02)
            points.append(
                Point(
                    indicator=name,
                    quarter=quarter,
                    value=value,
                    interval=bounds,
                    people=40,
                    observations=4000,
                    table=table,
                )
            )
    held = Courses(quarters=QUARTERS, points=tuple(points), values=pd.DataFrame(rows))
    roles = {role: name for role, (name, _) in ROLES.items()}
    drifted = drift(held, Quarter.parse("2026Q3"), roles=roles, least=10, rng=np.random.default_rng(3), draws=199)
    return (*trends(held, least=10).findings(), *drifted.findings())


@pytest.fixture(scope="module")
def ground(invented):
    results, cover = invented()
    kept = tuple(one for one in results.findings if one.id.startswith(KEPT))
    return dataclasses.replace(results, findings=(*kept, *over_time()), landscapes=()), cover


@pytest.fixture(scope="module")
def told(ground):
    """A maker of (results with changes, cover) by what they are held beside."""
    results, cover = ground

    def make(before, **given):
        changes = compare(before, results, base=BASE, definitions=STATED, **{"earlier_definitions": STATED} | given)
        return dataclasses.replace(results, findings=(*changes.findings(), *results.findings)), cover

    return make


@pytest.fixture(scope="module")
def files(told, ground, tmp_path_factory):
    """All files of a report that changed."""
    folder = tmp_path_factory.mktemp("changed")
    parts = {"diagnosis.effective_weight.workload": {"data": 0.1, "code": 0.05, "parameters": 0.0, "together": None}}
    earlier = {"settings": {"privacy": {"k.executive": "8"}}}
    results, cover = told(moved_on(ground[0], 0.2), parts=parts, earlier_definitions=earlier)
    write_reports(results, cover, langs=LANGUAGES, formats=FORMATS, folder=folder)
    return folder, results, cover


def test_it_stands_right_after_the_answer_and_the_answer_says_that_something_moved(told, ground):
    report = tell(*told(moved_on(ground[0], 0.2)), "en")
    keys = [section.key for section in report.sections]
    assert keys[keys.index("decision") + 1 : keys.index("decision") + 3] == ["changes", "trends"]
    assert any("moved beyond their intervals" in sentence for sentence in report.section("summary").lead)
    assert "chance alone may move up to" in report.section("changes").heading


def test_the_answer_is_silent_where_nothing_moved_and_says_where_there_was_no_report(told, ground):
    still = tell(*told(moved_on(ground[0], 0.0)), "en")
    assert not any("last report" in sentence for sentence in still.section("summary").lead)
    assert still.section("changes").heading.startswith("None of")
    first = tell(*told(None), "en")
    assert "This is the first report of this study." in first.section("summary").lead
    assert [one.id for block in first.section("changes").blocks for one in block.statements] == ["changes.first"]


def test_without_a_comparison_there_is_no_such_section(ground):
    results, cover = ground
    kept = tuple(one for one in results.findings if not one.id.startswith(("trend.", "drift.")))
    report = tell(dataclasses.replace(results, findings=kept), cover, "zh")
    assert not {"changes", "trends"} & {section.key for section in report.sections}


def test_a_change_is_no_open_question_of_its_own(told, ground):
    """What cannot be told is told once, not again as a change."""
    report = tell(*told(moved_on(ground[0], 0.0), earlier_definitions=None), "en")
    said = [one.id for block in report.section("unknown").blocks if block.kind == "group" for one in block.statements]
    assert said
    assert not any(id.startswith("changes.") for id in said)


def test_the_parts_of_a_replayed_change_stand_in_a_table(files):
    _, results, cover = files
    table = tell(results, cover, "en").section("changes").tables[0]
    assert table.rows[0].cells == ("diagnosis.effective_weight.workload", "20.0 pp", "10.0 pp", "5.0 pp", "0.0 pp", "–")


def test_courses_show_first_and_last_value_and_where_the_source_changed(files):
    _, results, cover = files
    chart = tell(results, cover, "en").section("trends").chart
    assert chart.quarters == QUARTERS
    assert [course.title for course in chart.courses] == ["CSAT", "Handle time"]
    assert [course.breaks for course in chart.courses] == [(4,), (4,)]
    assert (chart.courses[0].labels[0], chart.courses[0].labels[-1]) == ("90.0%", "92.0%")
    assert "source changed" in chart.note


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_number_of_every_file_stands_in_a_finding_and_none_speaks_of_causes(files, lang):
    folder, results, cover = files
    allowed = numbers_told(results, lang)
    for name in (*(f"report.{lang}.{kind}" for kind in FORMATS), f"summary.{lang}.pdf"):
        text = text_of(folder / name)
        assert numbers_in(text, results, cover) <= allowed, name
        assert words_of_cause(text) == [], name


@pytest.mark.parametrize("lang", LANGUAGES)
def test_page_paper_document_and_slides_all_tell_what_changed(files, lang):
    folder, results, _ = files
    overall = results["changes.beyond"].text[lang]
    for kind in FORMATS:
        text = text_of(folder / f"report.{lang}.{kind}")
        assert "".join(overall.split()) in "".join(text.split()), kind
    assert all(one.id in text_of(folder / f"report.{lang}.html") for one in results.under("changes"))


def test_a_slide_draws_a_course_an_indicator(files):
    from pptx import Presentation

    folder, results, _ = files
    slides = Presentation(str(folder / "report.en.pptx")).slides
    charts = [
        shape.chart
        for slide in slides
        for shape in slide.shapes
        if shape.has_chart and shape.name in ("CSAT", "Handle time")
    ]
    held = [[series.values for series in chart.plots[0].series] for chart in charts]
    assert held[0][0] == pytest.approx([results[f"trend.csat.{quarter}"].value for quarter in QUARTERS])
    assert held[0][1] == pytest.approx([results[f"trend.csat.{quarter}"].interval[0] for quarter in QUARTERS])
    assert len(held) == 2
