"""The section on what other weights did: its heading by the numbers, its picture, and nothing where nothing is known."""

from dataclasses import replace

import pytest

from design_lab.catalogue import LANGUAGES
from design_lab.finding import words_of_cause
from design_lab.report import tell
from design_lab.report.content import Chart, Table
from tests.evidence.test_claim import past
from tests.evidence.test_weight_effect import made


@pytest.fixture(scope="module")
def effects():
    return made().findings()


def told(invented, findings, lang="en"):
    results, cover = invented(without=("evidence.claim",))
    return tell(replace(results, findings=(*results.findings, *findings)), cover, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_picture_and_the_table_hold_the_findings_in_order(invented, effects, lang):
    section = told(invented, effects, lang).section("evidence")
    (chart,) = (block for block in section.blocks if isinstance(block, Chart))
    events = [one for one in effects if ".event." in one.id]
    assert chart.name == "event_study"
    assert chart.series[0].values == tuple(one.value for one in events)
    assert chart.series[0].bounds == tuple(one.interval for one in events)
    (table,) = (block for block in section.blocks if isinstance(block, Table))
    assert [row.shows[0].id for row in table.rows] == [
        f"evidence.weight_effect.{outcome}" for outcome in ("csat", "qa_score", "complaints")
    ]
    assert words_of_cause(section.heading) == []


def test_the_heading_says_what_may_be_claimed_and_no_more(invented, effects):
    assert (
        told(invented, effects).section("evidence").heading.startswith("Where other weights came in by lot, customer")
    )
    by_choice = made(past(how="chosen", draw=None)).findings()
    heading = told(invented, by_choice).section("evidence").heading
    assert heading.endswith("that is no effect")
    flat = [replace(one, interval=(-1.0, 4.0)) if one.id == "evidence.weight_effect.csat" else one for one in effects]
    assert "no difference" in told(invented, flat).section("evidence").heading


def test_the_effect_stands_among_the_key_findings_in_the_claims_place(invented, effects):
    brief = told(invented, effects).section("summary").brief
    assert "evidence.weight_effect.csat" in {statement.id for statement in brief}


def test_where_the_past_cannot_tell_there_is_no_picture_and_no_number(invented):
    section = tell(*invented(), "en").section("evidence")
    assert section.heading == "The past cannot say what other weights would do"
    assert not [block for block in section.blocks if isinstance(block, Chart | Table)]
    assert [statement.figure for statement in section.brief] == [None]
    bare = tell(*invented(without=("evidence.claim",)), "en").section("evidence")
    assert bare.heading == "What the past says about other weights was not examined"
