"""Standard errors and shrunken means: by hand, and against planted truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from design_lab.scoring.estimates import mean_errors, share_errors, shrunken
from design_lab.scoring.signal import Signal, signal


def known(between, within):
    return Signal(people=2, observations=40, p=0.01, reliability=0.5, between_variance=between, within_variance=within)


def test_shrunken_means_by_hand():
    # Kept 10 / (10 + 90) and 90 / (90 + 90); weights n / (n + 90) = .1 and .5; mean (.1 x .8 + .5 x .9) / .6.
    found = shrunken(np.array([0.8, 0.9, np.nan]), np.array([10.0, 90.0, 0.0]), known(0.001, 0.09))
    mean = (0.1 * 0.8 + 0.5 * 0.9) / 0.6
    np.testing.assert_allclose(found, [mean + 0.1 * (0.8 - mean), mean + 0.5 * (0.9 - mean), np.nan])


def test_where_people_do_not_differ_everybody_has_the_mean_of_all_observations():
    found = shrunken(np.array([0.5, 1.0]), np.array([10.0, 30.0]), known(0.0, 0.1))
    np.testing.assert_allclose(found, [0.875, 0.875])


def test_without_chance_nothing_is_drawn():
    np.testing.assert_allclose(shrunken(np.array([1.0, 3.0]), np.array([1.0, 9.0]), known(2.0, 0.0)), [1.0, 3.0])


def test_shrunken_values_are_closer_to_the_truth():
    # CSAT of 180 agents, mean 90 %, SD 3 points, 5 to 120 ratings each; the truth is known.
    rng = np.random.default_rng(2026)
    gains = []
    for _ in range(200):
        truth = np.clip(rng.normal(0.90, 0.03, 180), 0, 1)
        n = rng.integers(5, 120, truth.size).astype(float)
        yes = rng.binomial(n.astype(int), truth).astype(float)
        drawn = shrunken(yes / n, n, signal(n, yes, yes))
        gains.append(((yes / n - truth) ** 2).mean() - ((drawn - truth) ** 2).mean())
    assert np.mean(gains) > 3 * np.std(gains) / np.sqrt(len(gains))
    assert np.mean(np.array(gains) > 0) > 0.95


def test_the_error_of_a_share_is_binomial_and_never_0():
    np.testing.assert_allclose(share_errors(np.array([4_000.0]), np.array([3_600.0])), np.sqrt(0.09 / 4_000), rtol=1e-2)
    assert (share_errors(np.array([1.0, 30.0, 30.0]), np.array([1.0, 0.0, 30.0])) > 0.03).all()


@pytest.mark.parametrize("share", [0.5, 0.9, 0.97, 0.995])
@pytest.mark.parametrize("n", [30, 100, 1_000])
def test_intervals_about_a_share_cover_the_truth(share, n):
    # Around the centre that belongs to the error (Agresti and Coull), 1.96 errors hold the truth in .93 of cases or
    # more, also at the ceiling.
    rng = np.random.default_rng(n)
    yes = rng.binomial(n, share, 20_000).astype(float)
    middle, margin = (yes + 2) / (n + 4), 1.96 * share_errors(np.full(yes.shape, float(n)), yes)
    assert (np.abs(middle - share) <= margin).mean() > 0.93


def test_the_error_of_a_mean_is_that_of_its_own_observations_where_there_are_many():
    rng = np.random.default_rng(3)
    groups = [rng.normal(200, spread, 2_000) for spread in (30, 90)]
    n, total, squares = (np.array([f(g) for g in groups]) for f in (len, np.sum, lambda g: (g**2).sum()))
    found = mean_errors(n.astype(float), total, squares, n, np.zeros(2, int))
    np.testing.assert_allclose(found, [g.std(ddof=1) / np.sqrt(len(g)) for g in groups], rtol=0.02)


@given(
    st.lists(st.lists(st.integers(0, 100), min_size=0, max_size=6), min_size=1, max_size=6),
)
def test_a_mean_without_spread_or_observation_has_no_error_and_every_other_one_above_0(groups):
    n, total, squares = (
        np.array([f(np.array(g)) for g in groups], float) for f in (len, np.sum, lambda g: (g**2).sum())
    )
    found = mean_errors(n, total, squares, n, np.zeros(len(groups), int))
    varies = any(len(set(group)) > 1 for group in groups)
    assert (np.isfinite(found) == ((n > 0) & varies)).all()
    assert (found[np.isfinite(found)] > 0).all()
