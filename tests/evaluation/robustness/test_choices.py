"""Uniform numbers become choices: weights stay weights, categories are even."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from design_lab.evaluation.robustness.choices import REACH, Choices, category, halved, moved, other_rules, shifted
from tests.scoring.conftest import INDICATORS, make_scheme

GOALPOSTS = {"rule": "goalposts", "low": 0, "high": 100, "floor": 0, "cap": 100}


@st.composite
def weights(draw):
    points = draw(st.lists(st.integers(0, 40), min_size=1, max_size=7).filter(any))
    return np.array(points) / sum(points)


@given(weights(), st.data())
def test_shifted_weights_are_weights_within_reach(stated, data):
    uniform = np.array([data.draw(st.lists(st.floats(0, 1), min_size=len(stated), max_size=len(stated)))])
    (drawn,) = shifted(stated, uniform)
    assert drawn.sum() == pytest.approx(1)
    assert np.abs(drawn - stated).max() <= REACH + 1e-12
    assert ((drawn > 0) == (stated > 0)).all()
    order = np.random.default_rng(0).permutation(len(stated))
    np.testing.assert_allclose(shifted(stated[order], uniform[:, order])[0], drawn[order], atol=1e-12)


@given(weights(), st.data())
def test_a_moved_weight_takes_from_the_others_in_proportion(stated, data):
    place, by = data.draw(st.integers(0, len(stated) - 1)), data.draw(st.floats(-0.2, 0.2))
    found = moved(stated, place, by)
    assert found.sum() == pytest.approx(1)
    others = np.delete(stated, place)
    if 0 < stated[place] < 1:
        assert found[place] == pytest.approx(
            max(stated[place] + by, stated[place] / 10) if by < 0 else min(stated[place] + by, 1)
        )
        np.testing.assert_allclose(np.delete(found, place) * others.sum(), others * (1 - found[place]), atol=1e-12)
    else:
        assert found.tolist() == stated.tolist()


def test_categories_are_even_and_the_ends_belong_somewhere():
    grid = (np.arange(1200) + 0.5) / 1200
    assert np.bincount(category(grid, 3)).tolist() == [400, 400, 400]
    assert np.bincount(halved(grid, 3)).tolist() == [600, 200, 200, 200]
    assert category(np.array([1.0]), 3).tolist() == [2]


def test_what_is_as_stated_is_not_there_twice():
    attainment = {"rule": "attainment", "target": "role_median_prior_4_quarters", "floor": 60, "cap": 120}
    scheme = make_scheme(rules=dict.fromkeys(INDICATORS, attainment))
    assert [*other_rules(scheme)] == ["z", "percentile"]
    choices = Choices.of(scheme)
    assert (len(choices.rules), len(choices.aggregations), choices.missing) == (3, 2, ("shrink", "keep", "drop"))
    assert choices.rules[0] is scheme


def test_no_geometric_mean_where_points_may_be_negative():
    rules = dict.fromkeys(INDICATORS, GOALPOSTS) | {"qa_score": {**GOALPOSTS, "floor": -20}}
    scheme = make_scheme(rules=rules)
    assert len(Choices.of(scheme).aggregations) == 1
