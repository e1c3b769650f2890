"""Weights out of data: the verified case, what the libraries do wrong, and what must not change them."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from design_lab.evaluation.weighting.refused import NoWeightsError
from design_lab.evaluation.weighting.spread import (
    DATA_DRIVEN,
    critic_weights,
    entropy_weights,
    first_component,
    pca_weights,
)

CASES = Path(__file__).parents[2] / "cases"
CASE = json.loads((CASES / "small_5x4.json").read_text(encoding="utf-8"))
EDGES = json.loads((CASES / "edge_behaviours.json").read_text(encoding="utf-8"))
X = np.array(CASE["X"])
NAMES = CASE["indicators"]


@pytest.mark.parametrize(
    ("method", "case"),
    [
        ("entropy", "entropy_weights"),
        ("critic", "critic_weights_pearson"),
        ("deviation", "std_weights"),
        ("gini", "gini_weights"),
        ("removal", "merec_weights"),
    ],
)
def test_weights_match_two_libraries(method, case):
    np.testing.assert_allclose(DATA_DRIVEN[method](X, NAMES), CASE["cases"][case]["expected"], atol=1e-9)


def test_critic_by_ranks_matches_the_verified_case():
    found = critic_weights(X, NAMES, correlation="spearman")
    np.testing.assert_allclose(found, CASE["cases"]["critic_weights_spearman"]["expected"], atol=1e-9)


def test_the_first_component_matches_the_verified_loadings():
    case = CASE["cases"]["pca_first_loadings"]
    found = first_component(X, NAMES)
    np.testing.assert_allclose(np.abs(found.loadings), np.abs(case["loadings_sign_free"]), atol=1e-9)
    assert found.explained == pytest.approx(case["explained_share"][0], abs=1e-9)


def test_negative_loadings_are_refused_and_named():
    # In the verified case two indicators load against the two others.
    with pytest.raises(NoWeightsError, match="loads workload, teamwork negatively"):
        pca_weights(X, NAMES)


def test_pca_weighs_by_loadings_where_all_point_one_way():
    turned = X * [1, -1, -1, 1]
    loadings = np.abs(first_component(X, NAMES).loadings)
    np.testing.assert_allclose(pca_weights(turned, NAMES), loadings / loadings.sum(), atol=1e-12)


def test_equally_long_components_are_refused():
    square = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    with pytest.raises(NoWeightsError, match="two directions explain equally much"):
        pca_weights(square, ["a", "b"])


def test_critic_respects_the_direction_of_cost():
    # Of calls that are long and costly, the long ones come with good quality: turned, the two disagree.
    x = np.array([[200.0, 90.0, 7.0], [150.0, 85.0, 9.0], [120.0, 70.0, 5.0], [180.0, 80.0, 8.0]])
    turned = x * [-1, 1, 1]
    as_cost = critic_weights(x, ["seconds", "qa", "peers"], ["lower", "higher", "higher"])
    np.testing.assert_allclose(as_cost, critic_weights(turned, ["seconds", "qa", "peers"]), atol=1e-12)
    assert np.abs(as_cost - critic_weights(x, ["seconds", "qa", "peers"])).max() > 0.01


def test_entropy_takes_a_zero_as_its_limit():
    case = EDGES["entropy_with_a_zero"]
    np.testing.assert_allclose(entropy_weights(np.array(case["X"]), ["a", "b"]), case["skcriteria"], atol=1e-9)


def test_entropy_by_hand_is_the_formula_written_out():
    shares = X / X.sum(axis=0)
    divergence = 1 + (shares * np.log(shares)).sum(axis=0) / np.log(5)
    np.testing.assert_allclose(entropy_weights(X, NAMES), divergence / divergence.sum(), atol=1e-12)


FLAT = np.column_stack([X[:, 0], np.full(5, 3.0)])


@pytest.mark.parametrize("method", ["critic", "pca"])
def test_a_constant_column_is_named_where_libraries_return_nothing(method):
    assert EDGES["constant_col_critic_skc"]["result"] == [None] * 4
    with pytest.raises(NoWeightsError, match="nobody differs on flat,"):
        DATA_DRIVEN[method](FLAT, ["workload", "flat"])


@pytest.mark.parametrize("method", ["entropy", "deviation", "gini"])
def test_a_constant_column_weighs_nothing_where_only_spread_counts(method):
    assert DATA_DRIVEN[method](FLAT, ["workload", "flat"]).tolist() == [1.0, 0.0]
    with pytest.raises(NoWeightsError, match="people do not differ"):
        DATA_DRIVEN[method](FLAT[:, 1:], ["flat"])


@pytest.mark.parametrize("method", DATA_DRIVEN)
@pytest.mark.parametrize(
    ("x", "said"),
    [
        (np.array([[1.0, np.nan], [2.0, 3.0]]), "values are missing in b"),
        (np.array([[1.0, np.inf], [2.0, 3.0]]), "values are missing in b"),
        (np.array([[1.0, 2.0]]), "fewer than two people"),
    ],
)
def test_gaps_and_single_people_are_refused_in_words(method, x, said):
    with pytest.raises(NoWeightsError, match=said):
        DATA_DRIVEN[method](x, ["a", "b"])


@pytest.mark.parametrize(
    ("method", "column", "said"),
    [
        ("entropy", [-1.0, 2.0, 3.0], "b has values below 0"),
        ("gini", [-1.0, 2.0, 3.0], "b has values below 0"),
        ("entropy", [0.0, 0.0, 0.0], "b is 0 for everybody"),
        ("removal", [0.0, 2.0, 3.0], "b has values that are not above 0"),
    ],
)
def test_values_that_a_method_cannot_use_are_refused_in_words(method, column, said):
    with pytest.raises(NoWeightsError, match=said):
        DATA_DRIVEN[method](np.column_stack([[1.0, 2.0, 4.0], column]), ["a", "b"])


def test_columns_that_all_agree_give_critic_nothing_to_weigh():
    with pytest.raises(NoWeightsError, match="people do not differ"):
        critic_weights(np.column_stack([X[:, 0], X[:, 0] * 2 + 1]), ["a", "b"])


tables = hnp.arrays(
    float, st.tuples(st.integers(3, 9), st.integers(2, 5)), elements=st.integers(1, 60).map(float)
).filter(lambda x: bool((np.ptp(x, axis=0) > 0).all()))


def made(method, x, names=None):
    try:
        return DATA_DRIVEN[method](x, names or [f"c{at}" for at in range(x.shape[1])])
    except NoWeightsError:
        return None


@pytest.mark.parametrize("method", DATA_DRIVEN)
@given(tables, st.randoms(use_true_random=False))
def test_the_order_of_people_and_columns_changes_no_weight(method, x, random):
    weights = made(method, x)
    people, columns = [*range(len(x))], [*range(x.shape[1])]
    random.shuffle(people)
    random.shuffle(columns)
    moved = made(method, x[people][:, columns])
    if weights is None:  # what is refused is refused in any order
        assert moved is None
        return
    np.testing.assert_allclose(moved, weights[columns], atol=1e-7)
    assert weights.sum() == pytest.approx(1)
    assert weights.min() >= 0


@pytest.mark.parametrize("method", ["critic", "pca"])
@given(tables, st.floats(0.1, 10), st.floats(-50, 50))
def test_units_and_zero_points_change_no_weight(method, x, scale, shift):
    weights, moved = made(method, x), made(method, x * scale + shift)
    if weights is None:
        assert moved is None
    else:
        np.testing.assert_allclose(moved, weights, atol=1e-6)


@pytest.mark.parametrize("method", ["entropy", "gini", "removal"])
@given(tables, st.floats(0.1, 10))
def test_units_change_no_weight_of_methods_that_need_a_zero(method, x, scale):
    weights = made(method, x)
    factors = scale ** np.arange(x.shape[1])
    np.testing.assert_allclose(made(method, x * factors), weights, atol=1e-7)


@given(tables)
def test_everybody_twice_changes_no_weight_of_spread_and_conflict(x):
    for method in ("critic", "pca"):
        weights = made(method, x)
        if weights is not None:
            np.testing.assert_allclose(made(method, np.vstack([x, x])), weights, atol=1e-7)
