"""Composite arithmetic against values verified with other libraries (tests/cases/small_5x4.json)."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from design_lab import composite
from design_lab.evaluation.shares import shares

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


@pytest.mark.parametrize(
    ("normalise", "case"),
    [(composite.by_sum, "sum"), (composite.by_length, "vector"), (composite.by_greatest, "max")],
)
def test_normalisations_by_division_match_the_libraries(normalise, case):
    np.testing.assert_allclose(normalise(X), expected(case), atol=1e-9)


def test_percentiles_match_the_two_usages_of_the_case():
    beaten = np.apply_along_axis(composite.shares_beaten, 0, X)
    np.testing.assert_allclose(beaten, expected("percentile_rank_COINr"), atol=1e-9)
    halves = np.apply_along_axis(composite.percentiles, 0, X)
    np.testing.assert_allclose(halves + 0.5 / len(X), expected("percentile_rank_pandas_pct"), atol=1e-9)


def test_means_of_shares_of_the_sum_match_pymcdm():
    x = composite.by_sum(X)
    np.testing.assert_allclose(composite.weighted_sum(x, W), expected("pymcdm_WSM_default_sum_norm"), atol=1e-9)
    np.testing.assert_allclose(composite.weighted_geometric_mean(x, W), expected("pymcdm_WPM_default"), atol=1e-9)


def test_closeness_to_the_ideal_matches_three_libraries():
    found = composite.closeness_to_ideal(composite.by_length(X), W)
    np.testing.assert_allclose(found, expected("topsis_vector"), atol=1e-9)
    assert composite.rank(found).tolist() == CASE["cases"]["topsis_vector"]["rank"]
    from_range = composite.closeness_to_ideal(composite.min_max(X), W)
    np.testing.assert_allclose(from_range, expected("topsis_minmax"), atol=1e-9)


def test_points_by_indicator_sum_to_the_total():
    case = CASE["cases"]["decomposition"]
    np.testing.assert_allclose(SCORED * W, case["points_by_indicator"], atol=1e-9)
    np.testing.assert_allclose(composite.weighted_sum(SCORED, W), case["sum"], atol=1e-9)


def test_shares_of_the_differences_follow_from_the_verified_correlations():
    r = np.array(CASE["cases"]["importance_pearson_squared"]["r"])
    total = composite.weighted_sum(SCORED, W)
    found = shares(SCORED * W, total, np.zeros(len(X), dtype=int))
    np.testing.assert_allclose(found, W * SCORED.std(axis=0) * r / total.std(), atol=1e-9)


def test_both_rank_correlations_of_the_two_schemes_match_the_verified_case():
    case = CASE["cases"]["two_schemes"]
    ranks = composite.rank(np.stack([SCORED @ W, SCORED @ np.array(CASE["weights_reform"])]))
    assert stats.kendalltau(*ranks).statistic == pytest.approx(case["kendall"], abs=1e-9)
    assert np.corrcoef(ranks)[0, 1] == pytest.approx(case["spearman"], abs=1e-9)


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


COMBINE = {
    "sum": composite.weighted_sum,
    "geometric": composite.weighted_geometric_mean,
    "harmonic": lambda x, w: composite.weighted_power_mean(x, w, -1),
    "ordered": lambda x, w: composite.ordered_weighted_mean(x, np.array([0.5, 0.3, 0.2]), w),
}


@pytest.mark.parametrize("combine", COMBINE.values(), ids=COMBINE)
@given(tables, st.floats(0, 1))
def test_an_indicator_that_stands_twice_with_its_weight_split_changes_no_total(combine, x, part):
    w = np.arange(1.0, x.shape[1] + 1)
    w /= w.sum()
    twice = np.column_stack([x, x[:, 0]])
    split = np.concatenate([[w[0] * part], w[1:], [w[0] * (1 - part)]])
    np.testing.assert_allclose(combine(twice + 1, split), combine(x + 1, w), rtol=1e-9)


@pytest.mark.parametrize("combine", COMBINE.values(), ids=COMBINE)
@given(tables, st.data())
def test_a_person_more_changes_no_other_s_total_and_no_order_among_them(combine, x, data):
    added = np.array(data.draw(st.lists(st.integers(0, 50), min_size=x.shape[1], max_size=x.shape[1])), dtype=float)
    w = np.full(x.shape[1], 1 / x.shape[1])
    before, after = combine(x + 1, w), combine(np.vstack([x, added]) + 1, w)[:-1]
    assert after.tolist() == before.tolist()
    order = [np.sign(np.subtract.outer(ranks, ranks)).tolist() for ranks in map(composite.rank, (before, after))]
    assert order[0] == order[1]


@given(tables)
def test_a_person_within_the_range_changes_no_other_s_min_max(x):
    between = np.vstack([x, x.mean(axis=0)])
    np.testing.assert_allclose(composite.min_max(between)[:-1], composite.min_max(x), atol=1e-12)
