"""Decisions requested, timetable, responsibilities, communication and risks: by the findings, and said where absent."""

import datetime as dt
from dataclasses import replace

import pytest

from design_lab.catalogue import LANGUAGES, words
from design_lab.catalogue.rollout import RollingOut, catalogued
from design_lab.finding import state
from design_lab.report import tell
from design_lab.report.charts import draw
from design_lab.report.timetable import Timeline

pptx = pytest.importorskip("pptx")


def sections_of(invented, lang="en", **variant):
    report = tell(*invented(**variant), lang)
    return {section.key: section for section in report.sections}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_options_stand_in_order_and_one_is_recommended(invented, lang):
    section = sections_of(invented, lang)["decision"]
    (table,) = section.tables
    assert [row.shows[0].id.split(".")[2] for row in table.rows] == ["keep", "pilot", "adopt", "not_now"]
    advice = words(lang).say("report.decision.recommended")
    assert [row.cells[1] == advice for row in table.rows] == [False, True, False, False]
    assert {row.cells[5] for row in table.rows} == {"2026-11-29"}  # the day before the phase that waits for it
    assert all(row.cells[3] for row in table.rows)
    adopt = table.rows[2]
    assert adopt.holes == {2}  # not measured, and no number in its place
    assert adopt.shows[0].figure is None
    title = {"en": '"Team share"', "zh": "“团队共担”"}[lang]
    assert title in section.heading
    assert title in table.rows[1].cells[0]


def test_the_heading_follows_the_recommendation(invented):
    results, cover = invented(without=("decision.recommended",))
    keep = state("decision.recommended.keep", None, says="decision.option_keep", unit="count", n=3, claim="scenario")
    told = tell(replace(results, findings=(*results.findings, keep)), cover, "en")
    assert told.section("decision").heading.startswith("Decision requested: keep what is in force")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_timetable_holds_the_findings(invented, lang):
    results, _ = invented()
    chart = sections_of(invented, lang)["plan"].chart
    assert isinstance(chart, Timeline)
    for id, stage in zip(catalogued().phases, chart.stages, strict=True):
        assert stage.start == results[f"plan.{id}.starts_week"].value
        assert stage.weeks == results[f"plan.{id}.weeks"].value
    assert chart.end == results["plan.weeks"].value == 89
    assert chart.stages[5].label == {"en": "52 weeks, to 2028-01-09", "zh": "52 周，至 2028-01-09"}[lang]
    assert [stage.name for stage in chart.stages if stage.deciding] == [
        catalogued().phases[id].name[lang] for id in ("gate", "review")
    ]
    svg, png = draw(chart, "mark")
    assert "<desc" in svg
    assert png.startswith(b"\x89PNG")


def test_ticks_are_a_month_a_quarter_or_half_a_year_apart():
    def steps(weeks):
        chart = Timeline(name="plan", title="", alt="", stages=(), begins=dt.date(2026, 10, 5), shows=())
        return type(
            "Long", (), {"end": weeks, "step": Timeline.step.fget(type("E", (), {"end": weeks})())}
        )().step, chart

    assert [steps(weeks)[0] for weeks in (10, 25, 50, 89, 150, 300)] == [2, 4, 13, 13, 26, 52]
    assert steps(10)[1].tick(4) == "2026-11-02"


def test_without_a_first_day_weeks_are_told_alone(invented):
    results, cover = invented()
    report = tell(results, replace(cover, begins=None), "en")
    chart = report.section("plan").chart
    assert chart.stages[0].label == "4 weeks"
    assert chart.tick(13) == "13"
    assert {row.cells[5] for row in report.section("decision").tables[0].rows} == {"8 weeks"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_timetable_is_a_native_chart_with_real_dates(written, lang):
    folder, results, _ = written()
    slides = pptx.Presentation(folder / f"report.{lang}.pptx").slides
    (chart,) = (
        shape.chart for slide in slides for shape in slide.shapes if shape.has_chart and len(shape.chart.plots[0].series) == 3
        and shape.chart.plots[0].series[0].name == "from"
    )  # fmt: skip
    first, days, _ = chart.plots[0].series
    origin = (dt.date(2026, 10, 5) - dt.date(1899, 12, 30)).days  # as spreadsheets count days
    assert chart.value_axis.minimum_scale == first.values[0] == origin
    assert days.values[5] == 7 * results["plan.pilot.weeks"].value
    assert first.values[6] == origin + 7 * results["plan.gate.starts_week"].value


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_phase_has_its_raci_and_every_message_its_day(invented, lang):
    sections = sections_of(invented, lang)
    (raci,) = sections["responsibilities"].tables
    assert len(raci.rows) == len(catalogued().phases)
    assert all(cell for row in raci.rows for cell in row.cells[:3])
    (messages,) = sections["communication"].tables
    assert [row.cells[3] for row in messages.rows] == [
        "2026-11-02", "2026-11-30", "2026-11-30", "2026-12-14", "2027-01-11", "2027-01-11", "2028-01-10", "2028-01-17",
    ]  # fmt: skip


def test_owners_are_called_as_the_study_calls_them(invented):
    results, cover = invented()
    own = RollingOut.model_validate({"owners": {"retail_head": {"en": "Ms Wang", "zh": "王女士"}}}).applied()
    report = tell(results, replace(cover, rollout=own), "zh")
    assert report.section("decision").tables[0].rows[0].cells[4] == "零售业务分管行领导（王女士）"
    assert "王女士" in report.section("responsibilities").heading


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_register_says_what_the_data_show_and_never_that_all_is_well(invented, lang):
    results, _ = invented()
    section = sections_of(invented, lang)["risks"]
    (table,) = section.tables
    assert len(table.rows) == len(catalogued().risks)
    for row in table.rows:
        sign = results[row.shows[1].id]
        assert (2 in row.holes) == bool(sign.value)
        if sign.value is None:
            assert row.cells[2] == words(lang).say("report.risks.not_watched")
    scores = [results[row.shows[0].id].value for row in table.rows]
    assert scores == sorted(scores, reverse=True)
    assert section.brief[0].id == "risks.signs"


def test_a_risk_that_the_study_dropped_is_not_told(invented):
    assert len(sections_of(invented, without=("risk.volume",))["risks"].tables[0].rows) == len(catalogued().risks) - 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_findings_the_sections_say_that_nothing_was_examined(invented, lang):
    sections = sections_of(invented, lang, without=("decision", "plan", "risk"))
    for key in ("decision", "plan", "risks"):
        assert sections[key].heading == words(lang).say(f"report.{key}.none")
        assert not sections[key].blocks
        assert sections[key].lead
    assert not {"responsibilities", "communication"} & set(sections)
