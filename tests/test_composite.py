"""Composite arithmetic against values verified with other libraries (tests/cases/small_5x4.json)."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from design_lab import composite

CASE = json.loads((Path(__file__).parent / "cases" / "small_5x4.json").read_text(encoding="utf-8"))
X = np.array(CASE["X"])
W = np.array(CASE["weights"])
SCORED = np.array(CASE["scored_1_100"])


def expected(name):
    return np.array(CASE["cases"][name]["expected"])


def test_min_max_matches_two_libraries():
    np.testing.assert_allclose(composite.min_max(X), expected("minmax_0_1"), atol=1e-9)


@pytest.mark.parametrize("ddof", [0, 1])
def test_z_scores_match_the_verified_case(ddof):
    np.testing.assert_allclose(composite.z_scores(X, ddof=ddof), expected(f"zscore_ddof{ddof}"), atol=1e-9)


def test_weighted_sum_and_its_ranks_match_two_libraries():
    totals = composite.weighted_sum(SCORED, W)
    np.testing.assert_allclose(totals, expected("weighted_sum_on_1_100"), atol=1e-9)
    assert composite.rank(totals).tolist() == CASE["cases"]["weighted_sum_on_1_100"]["rank"]


def test_geometric_mean_matches_two_libraries():
    totals = composite.weighted_geometric_mean(SCORED, W)
    np.testing.assert_allclose(totals, expected("weighted_geometric_mean_on_1_100"), atol=1e-9)


@pytest.mark.parametrize(
    ("p", "case"),
    [(-1, "weighted_harmonic_mean_on_1_100"), (2, "power_mean_p2_on_1_100"), (-2, "power_mean_p-2_on_1_100")],
)
def test_power_means_match_the_verified_case(p, case):
    np.testing.assert_allclose(composite.weighted_power_mean(SCORED, W, p), expected(case), atol=1e-9)


def test_ordered_weighted_mean_matches_its_formula():
    w = np.array(CASE["cases"]["owa_on_1_100"]["owa_weights_best_first"])
    np.testing.assert_allclose(composite.ordered_weighted_mean(SCORED, w), expected("owa_on_1_100"), atol=1e-9)


def test_two_schemes_rank_the_five_people_as_verified():
    case = CASE["cases"]["two_schemes"]
    both = np.stack([SCORED @ W, SCORED @ np.array(CASE["weights_reform"])])
    np.testing.assert_allclose(both, [case["score_now"], case["score_reform"]], atol=1e-9)
    assert composite.rank(both).tolist() == [case["rank_now"], case["rank_reform"]]


def test_tied_people_share_the_better_rank():
    assert composite.rank(np.array([6.0, 6.0, 2.0, 4.0])).tolist() == [1, 1, 4, 3]


def test_a_constant_column_favours_nobody():
    x = np.array([[3.0], [3.0], [3.0]])
    assert composite.min_max(x).ravel().tolist() == [0.5, 0.5, 0.5]
    assert composite.z_scores(x).ravel().tolist() == [0.0, 0.0, 0.0]


tables = hnp.arrays(float, st.tuples(st.integers(2, 8), st.integers(1, 5)), elements=st.integers(0, 50).map(float))


@given(tables, st.floats(0.1, 50))
def test_rescaling_all_weights_leaves_ranks_unchanged(x, factor):
    w = np.arange(1.0, x.shape[1] + 1)
    ranks = [composite.rank(np.round(composite.weighted_sum(x, k * w) / k, 6)) for k in (1.0, factor)]
    assert ranks[0].tolist() == ranks[1].tolist()


@given(tables, st.randoms(use_true_random=False))
def test_permuting_people_permutes_their_ranks(x, random):
    order = list(range(len(x)))
    random.shuffle(order)
    totals = composite.weighted_sum(x, np.ones(x.shape[1]))
    assert composite.rank(totals)[order].tolist() == composite.rank(totals[order]).tolist()


@given(tables, st.floats(0.1, 10), st.floats(-100, 100))
def test_min_max_forgets_units(x, scale, shift):
    np.testing.assert_allclose(composite.min_max(x * scale + shift), composite.min_max(x), atol=1e-6)
