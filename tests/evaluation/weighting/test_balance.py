"""Importance balancing: by hand, by scipy's root, as properties, and where there is no solution."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from design_lab.evaluation.weighting.balance import balanced_weights, effective_of
from design_lab.evaluation.weighting.refused import NoWeightsError

COVARIANCE = np.array([[90.0, -20.0, 5.0], [-20.0, 40.0, 10.0], [5.0, 10.0, 9.0]])
WANTED = np.array([0.4, 0.35, 0.25])
NAMES = ["workload", "csat", "teamwork"]


def test_two_columns_by_hand():
    # Variances 4 and 1, no covariance: parts 4 a^2 and b^2 are equal where b = 2 a.
    assert balanced_weights(np.diag([4.0, 1.0]), np.array([0.5, 0.5]), ["a", "b"]) == pytest.approx([1 / 3, 2 / 3])


def test_the_wanted_weights_are_had_exactly():
    weights = balanced_weights(COVARIANCE, WANTED, NAMES)
    np.testing.assert_allclose(effective_of(COVARIANCE, weights), WANTED, atol=1e-12)
    assert weights.sum() == pytest.approx(1)


def test_a_root_found_by_scipy_is_the_same():
    def off(free):
        w = np.append(free, 1 - free.sum())
        return (effective_of(COVARIANCE, w) - WANTED)[:2]

    found = optimize.root(off, np.array([0.3, 0.3]), tol=1e-13)
    assert found.success
    np.testing.assert_allclose(balanced_weights(COVARIANCE, WANTED, NAMES)[:2], found.x, atol=1e-9)


@given(
    st.integers(2, 7),
    st.integers(0, 10_000),
    st.lists(st.integers(1, 60), min_size=7, max_size=7),
    st.floats(0.001, 1000),
)
def test_any_wanted_weights_above_nothing_are_had_for_any_data(columns, seed, parts, unit):
    people = np.random.default_rng(seed).normal(size=(40, columns)) * unit
    people[:, 1] -= 0.8 * people[:, 0]
    wanted = np.array(parts[:columns], dtype=float) / sum(parts[:columns])
    covariance = np.cov(people, rowvar=False)
    names = [f"c{at}" for at in range(columns)]
    weights = balanced_weights(covariance, wanted, names)
    np.testing.assert_allclose(effective_of(covariance, weights), wanted, atol=1e-9)
    assert weights.min() > 0


@given(st.integers(0, 10_000), st.floats(0.01, 100))
def test_a_column_in_another_unit_weighs_so_much_less(seed, factor):
    people = np.random.default_rng(seed).normal(size=(30, 3))
    before = balanced_weights(np.cov(people, rowvar=False), WANTED, NAMES)
    after = balanced_weights(np.cov(people * [factor, 1, 1], rowvar=False), WANTED, NAMES) * [factor, 1, 1]
    np.testing.assert_allclose(after / after.sum(), before, atol=1e-9)


def test_what_is_wanted_at_nothing_weighs_nothing():
    weights = balanced_weights(COVARIANCE, np.array([0.6, 0.0, 0.4]), NAMES)
    assert weights[1] == 0
    np.testing.assert_allclose(effective_of(COVARIANCE, weights), [0.6, 0.0, 0.4], atol=1e-12)


@pytest.mark.parametrize("least", [1e-3, 1e-5])
def test_very_small_wanted_shares_are_had_too(least):
    wanted = np.array([1 - 2 * least, least, least])
    weights = balanced_weights(COVARIANCE, wanted, NAMES)
    np.testing.assert_allclose(effective_of(COVARIANCE, weights), wanted, atol=1e-9)


def test_a_dimension_on_which_nobody_differs_is_named():
    flat = COVARIANCE * np.outer([1, 0, 1], [1, 0, 1])
    with pytest.raises(NoWeightsError, match="nobody differs on customer satisfaction"):
        balanced_weights(flat, WANTED, NAMES)


def test_two_dimensions_that_cancel_have_no_solution():
    # The second is the first turned round: equal weights make all totals equal.
    cancelling = np.array([[1.0, -1.0], [-1.0, 1.0]])
    with pytest.raises(NoWeightsError, match="some weights of 0 or more make all totals equal"):
        balanced_weights(cancelling, np.array([0.7, 0.3]), ["a", "b"])


def test_two_dimensions_that_are_one_can_share_its_weight_as_wanted():
    same = np.ones((2, 2))
    assert balanced_weights(same, np.array([0.7, 0.3]), ["a", "b"]) == pytest.approx([0.7, 0.3])


@pytest.mark.parametrize("wanted", [[0.5, 0.6, -0.1], [0.5, 0.2, 0.1]])
def test_what_are_no_shares_is_refused(wanted):
    with pytest.raises(NoWeightsError, match="must be 0 or more and sum to 1"):
        balanced_weights(COVARIANCE, np.array(wanted), NAMES)
