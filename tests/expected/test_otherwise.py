"""The answer told otherwise: by weights on paper, and without each card."""

import pytest

from design_lab.expected import expected_effects
from design_lab.expected.forecast import TOLD
from design_lab.expected.otherwise import otherwise


@pytest.fixture(scope="module")
def found(start):
    return expected_effects(start, start.study.scheme("quality_first"))


@pytest.fixture(scope="module")
def made(found):
    return otherwise(found)


def told(result):
    return {one.id: one for one in result.findings()}


def test_a_change_of_rules_alone_has_no_linear_answer_but_an_answer(start):
    """Weights stay, a cap below everybody's pace takes the incentive away: on paper nothing has changed."""
    current = start.study.current
    (name,) = current.dimensions["workload"].indicators
    rule = current.rules[name].model_copy(update={"target": 0.1})
    capped = current.model_copy(update={"name": "capped", "rules": {**current.rules, name: rule}})
    answer = otherwise(expected_effects(start, capped))
    assert answer.linear["csat"] == (0.0, 0.0, 0.0)
    one = told(answer)["expected.capped.csat.linear"]
    assert one.value == 0
    assert "an approximation" in one.text["en"]


def test_the_linear_answer_goes_the_same_way_as_the_weights(made):
    assert made.linear["csat"][1] > 0
    assert made.linear["calls_per_hour"][1] < 0
    assert made.linear["csat_dissatisfied"][1] < 0


def test_each_card_behind_the_answer_is_left_out_once(start, found, made):
    entries = ("quality_on_quality", "quality_on_workload", "decay_half_life", "decay_floor", "ramp")
    assert {*made.without} == {card for name in entries for card in start.evidence[name].cards}
    now = found.first.path("csat").effect_band()[1, found.starts + TOLD - 1]
    assert any(ends is not None and abs(ends[1] - now) > 1e-4 for ends in made.without.values())
    assert made.without["J3"] is None
    assert told(made)["expected.quality_first.csat.without.J3"].claim == "unidentified"
    assert "with it by" in told(made)["expected.quality_first.csat.without.E3"].text["en"]


def test_what_a_card_says_moves_the_answer_its_way(start, made, found):
    """A card whose mean lies above its pool's lifts the answer: without it less is expected."""
    pool = start.evidence["quality_on_quality"]
    now = found.first.path("csat").effect_band()[1, found.starts + TOLD - 1]
    high = max(pool.cards, key=lambda card: pool.mean - pool.without(card).mean)
    assert pool.without(high).mean < pool.mean
    assert made.without[high][1] < now


def test_the_scheme_in_force_has_no_other_answer(start):
    assert otherwise(expected_effects(start, start.study.current)).findings() == ()
