"""The chapter on forecasts held to account: the frozen ones first, then the back-test with its picture."""

from dataclasses import replace

import pytest

from design_lab.display import Term
from design_lab.expected.scores import PROBABILITIES, scored, summary
from design_lab.expected.verdicts import stated
from design_lab.finding import state
from design_lab.report import tell

SKILLS = {"random_walk": ".random_walk"}


def made_of(*, inside=9, of=12):
    """Forecasts of four quarters, of which the first ones hold what came."""
    told = [float(one) for one in PROBABILITIES]
    return summary([
        scored(told, 0.5 if place < inside else 5.0, series="s", quarter=f"2026Q{1 + place % 4}",
               references={"random_walk": told})
        for place in range(of)
    ])  # fmt: skip


@pytest.fixture
def held(invented):
    def make(*findings):
        results, cover = invented()
        return replace(results, findings=(*results.findings, *findings)), cover

    return make


def nothing_frozen():
    return state("review.due", None, says="review.nothing_frozen", unit="count", n=0, claim="unidentified")


def backtested():
    which = Term("review.backtest")
    return (
        *stated("review.backtest", made_of(), which=which, skills=SKILLS),
        *stated("review.backtest.csat", made_of(inside=12), which=which, skills=SKILLS, only=("coverage",)),
        *stated("review.backtest.ahead_4", made_of(of=5), which=which, skills=SKILLS, only=("coverage",)),
    )


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_is_frozen_stands_before_the_back_test_and_its_picture(held, lang):
    section = tell(*held(nothing_frozen(), *backtested()), lang).section("review")
    frozen, overall, chart, rest = section.blocks
    assert [one.id for one in frozen.statements] == ["review.due"]
    assert [one.id for one in overall.statements][:2] == ["review.backtest.coverage", "review.backtest.coverage_50"]
    assert (chart.categories, chart.series[0].values) == (
        (("Customer satisfaction",) if lang == "en" else ("客户满意度",)),
        (1.0,),
    )
    assert rest.folded
    assert "75.0%" in section.heading


def test_frozen_forecasts_lead_once_they_can_be_judged(held):
    found = stated("review", made_of(inside=6), which=Term("review.frozen"), skills={"no_change": ""})
    section = tell(*held(*found, *backtested()), "en").section("review")
    assert section.heading == "50.0% of the frozen forecasts had what came within their 90% band"


def test_a_run_that_looked_at_no_forecast_has_no_such_chapter(invented):
    assert "review" not in [section.key for section in tell(*invented(), "en").sections]


def test_what_cannot_be_judged_of_parts_of_the_back_test_is_folded_away(held):
    unknown = tell(*held(nothing_frozen(), *backtested()), "en").section("unknown")
    opened = [
        one.id
        for block in unknown.blocks
        if not getattr(block, "folded", False)
        for one in getattr(block, "statements", ())
    ]
    assert "review.due" in opened
    assert not [id for id in opened if id.startswith("review.backtest")]
