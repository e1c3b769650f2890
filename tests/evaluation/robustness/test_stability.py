"""Nothing that varies leaves every grade; places and tiers by hand; rows in any order; the same draws again."""

from dataclasses import replace

import numpy as np
import pytest

from design_lab.evaluation.robustness import Ensemble, factors, stability
from design_lab.evaluation.robustness.choices import Design
from design_lab.evaluation.robustness.ensemble import places
from design_lab.scoring import score
from tests.evaluation.test_noise import observed, two_halves
from tests.scoring.conftest import make_panel, make_scheme

from .conftest import NOBODY


def stated(draws, k=2):
    nothing = np.zeros(draws, dtype=int)
    return Design(
        weights=np.full((draws, k), 0.5), rule=nothing, aggregation=nothing, missing=nothing, sampling=nothing
    )


def fixed(ensemble):
    """The ensemble without anything that varies: one rule, one aggregation, one treatment, one indicator, no sample."""
    choices = replace(
        ensemble.choices,
        rules=ensemble.choices.rules[:1],
        aggregations=ensemble.choices.aggregations[:1],
        missing=ensemble.choices.missing[:1],
    )
    return replace(ensemble, choices=choices, samples=ensemble.samples[:1])


@pytest.fixture
def certain():
    dimensions = {"service_quality": {"weight": 100, "indicators": {"qa_score": 100}}}
    scheme = make_scheme(dimensions=dimensions, rules={"qa_score": {"rule": "linear", "zero_at": 0, "full_at": 100}})
    panel = make_panel({f"E{i:02d}": (None, 60.0 + i, None, None) for i in range(20)})
    return fixed(Ensemble.of(panel, scheme, medians=NOBODY, rng=np.random.default_rng(0), measurements=0))


def test_without_doubt_every_grade_holds_and_no_choice_matters(certain):
    found = stability(certain, rng=np.random.default_rng(1), least=5, draws=20)
    for one in found.held.values():
        assert (one.share, one.low, one.high, one.holding) == (1, 1, 1, 1)
    assert found.width == 0
    assert found.tiers == {("customer_service", "agent"): 20}
    shares = factors(certain, rng=np.random.default_rng(1), base=16)
    assert {(one.first, one.total, one.total_margin) for one in (*shares.grades, *shares.places)} == {(0, 0, 0)}
    assert shares.top is None
    (said,) = [finding for finding in shares.findings() if finding.id == "robustness.test.top_factor"]
    assert said.value == 0


def test_as_stated_is_as_scored(around):
    alone = score(around.panel, around.scheme, medians=NOBODY)
    assert alone.grade.notna().sum() == len(around.graded)
    names = around.scheme.grades.names()
    assert [names[one] for one in around.grades] == alone.grade[alone.grade.notna()].tolist()
    (one,) = around.outcomes(stated(3))
    assert (one.grades == around.grades).all()
    np.testing.assert_allclose(one.places, np.broadcast_to(around.places, one.places.shape))


def test_an_outcome_is_what_the_chosen_scheme_scores_alone(around):
    z = around.choices.rules.index(next(s for s in around.choices.rules if s.rules["qa_score"].rule == "z"))
    geometric = len(around.choices.aggregations) - 1
    pick = lambda number: np.array([number])  # noqa: E731
    design = Design(
        weights=np.array([[1.0, 0.0]]), rule=pick(z), aggregation=pick(geometric), missing=pick(1), sampling=pick(2)
    )
    (outcome,) = around.outcomes(design)
    content = around.choices.rules[z].model_dump(exclude_unset=True)
    content["dimensions"]["workload"]["weight"], content["dimensions"]["service_quality"]["weight"] = 55, 45
    content |= {
        "aggregation": {"within": "geometric", "over": "geometric"},
        "missing": {"min_weight": 50, "incomplete": "keep"},
    }
    alone = score(around.samples[2], type(around.scheme).model_validate(content), medians=NOBODY)
    names = around.scheme.grades.names()
    assert [names[one] for one in outcome.grades[0]] == alone.grade.iloc[around.graded].tolist()


def test_places_by_hand():
    totals = np.array([[90.0, 90.0, 70.0, np.nan, 50.0]])
    assert places(totals, np.array([0, 0, 0, 0, 1])).tolist() == [[0.25, 0.25, 0.625, 1.0, 0.5]]


def test_rows_in_another_order_give_the_same():
    panel = observed(np.random.default_rng(9), 60, between=4, within=8, n=16)
    order = np.random.default_rng(10).permutation(60)
    frames = {name: getattr(panel, name).iloc[order] for name in ("people", "values", "counts", "standard_errors")}
    found = []
    for one in (panel, replace(panel, **frames)):
        around = Ensemble.of(one, two_halves(), medians=NOBODY, rng=np.random.default_rng(0), measurements=0)
        found.append(stability(around, rng=np.random.default_rng(1), least=5, draws=30))
    assert found[0].held == found[1].held
    assert found[0].tiers == found[1].tiers


def test_the_same_generator_gives_the_same_draws_and_more_doubt_leaves_fewer_grades(around):
    first, second = (stability(around, rng=np.random.default_rng(3), least=5, draws=60) for _ in range(2))
    assert first.held == second.held
    shares = {source: one.share for source, one in first.held.items()}
    assert shares["all"] < min(shares["sampling"], shares["choices"])
    assert shares["choices"] <= shares["weights"] < 1
    said = {finding.id: finding for finding in first.findings()}
    stable = said["robustness.test.grade_stability"]
    assert (stable.n, stable.claim) == (200, "scenario")
    assert stable.interval[0] <= stable.value <= stable.interval[1]
    assert said["robustness.test.grade_stability_by.sampling"].claim == "accounting"
    assert "60 draws, 6 measurements" in stable.text["en"]


def test_nobody_graded_is_said():
    panel = make_panel({"E1": (None, None, None, None)})
    around = Ensemble.of(panel, two_halves(), medians=NOBODY, rng=np.random.default_rng(0), measurements=2)
    rng = np.random.default_rng(1)
    found = [*stability(around, rng=rng, least=5).findings(), *factors(around, rng=rng, base=4).findings()]
    assert [(one.value, one.claim) for one in found] == [(None, "unidentified")] * 2
