"""The section on a pilot: its heading by the numbers, its picture of power, and nothing where nothing is known."""

from dataclasses import replace

import pytest

from design_lab.catalogue import LANGUAGES
from design_lab.finding import state
from design_lab.report import tell
from design_lab.report.content import Chart, Table


def section_of(invented, *, without=(), more=(), lang="en"):
    results, cover = invented(without=without)
    return tell(replace(results, findings=(*results.findings, *more)), cover, lang).section("pilot")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_picture_and_the_tables_hold_the_findings(invented, lang):
    section, (results, _) = section_of(invented, lang=lang), invented()
    (chart,) = (block for block in section.blocks if isinstance(block, Chart))
    by_id = {one.id: one.value for one in results.findings}
    shown = {one.id for one in chart.shows}
    kinds = {id.split(".")[2] for id in shown}
    assert len(kinds) == 1
    assert len(chart.series) == 3  # half of the teams, all, and twice as many
    for length, name in enumerate(chart.categories):
        for bars, teams in zip(chart.series, (7, 14, 28), strict=True):
            ids = [id for id in shown if id.endswith(f".t{teams}.q{name.split()[0]}")]
            assert bars.values[length] == pytest.approx(by_id[ids[0]])
    by_design, by_outcome = (block for block in section.blocks if isinstance(block, Table))
    assert len(by_design.columns) == 3
    assert [row.shows[0].id for row in by_outcome.rows] == [
        f"pilot.mde_by.{name}" for name in ("csat", "qa_score", "calls_per_hour")
    ]


def test_the_heading_says_how_long_it_takes_or_that_it_is_not_enough(invented):
    enough = section_of(invented).heading
    assert enough.startswith("A pilot of 14 teams over ")
    results, _ = invented()
    found = next(one for one in results.findings if one.id == "pilot.quarters")
    short = section_of(invented, without=("pilot.quarters",), more=[replace(found, value=None)]).heading
    assert short.startswith("The best pilot of a year")
    least = section_of(invented, without=("pilot.power", "pilot.quarters", "pilot.teams")).heading
    assert least.startswith("A pilot finds an effect on customer satisfaction of ")


def test_where_no_pilot_can_be_planned_the_reason_stands_alone(invented):
    why = state("pilot.mde", None, says="pilot.no_teams", unit="pp", n=None, claim="unidentified")
    section = section_of(invented, without=("pilot",), more=[why])
    assert section.heading == "No pilot by team can be planned on what is there"
    assert not [block for block in section.blocks if isinstance(block, Chart | Table)]
    assert [one.id for one in section.brief] == ["pilot.mde"]


def test_without_findings_the_section_says_that_it_was_not_examined(invented):
    section = section_of(invented, without=("pilot",))
    assert section.heading == "Which pilot would tell was not examined"
    assert section.blocks == ()


def test_a_verdict_stands_first(invented):
    verdict = state(
        "pilot.verdict", 1.4, says="pilot.verdict", unit="pp", n=14, claim="causal", quarter="2026Q3", outcome="CSAT",
        rule="", verdict="go", digest="0123456789ab", range="-", p="0.010",
    )  # fmt: skip
    section = section_of(invented, more=[verdict])
    assert section.blocks[0].statements[0].id == "pilot.verdict"
