"""Where an outcome goes by itself, and how an effect fades: by hand, by a second road, and by coverage."""

import numpy as np
import pytest
import statsmodels.api as sm

from design_lab.errors import ForecastError
from design_lab.expected.course import course, from_scale
from design_lab.expected.horizon import Fading


def rng(*key):
    return np.random.default_rng([2026, *key])


def test_the_predictive_is_that_of_the_regression():
    """Second road: statsmodels' prediction interval for a new quarter."""
    past = 60 + 0.5 * np.arange(12) + np.tile([3.0, -1, 0, -2], 3) + rng(1).standard_normal(12)
    found = course(past, np.zeros(12), share=False, quarters=4, rng=rng(2), draws=200_000)
    time = np.arange(16)
    columns = np.column_stack([np.ones(16), time, *(time % 4 == one for one in range(3))]).astype(float)
    told = sm.OLS(past, columns[:12]).fit().get_prediction(columns[12:]).summary_frame(alpha=0.1)
    np.testing.assert_allclose(found.latent.mean(axis=0), told["mean"], atol=0.03)
    np.testing.assert_allclose(np.quantile(found.latent, 0.05, axis=0), told["obs_ci_lower"], atol=0.06)
    np.testing.assert_allclose(np.quantile(found.mean, 0.95, axis=0), told["mean_ci_upper"], atol=0.06)


def test_measurement_noise_leaves_the_latent_course_and_comes_back_in_what_is_published():
    noisy = course(
        70 + rng(3).standard_normal(12), np.full(12, 1.0), share=False, quarters=1, rng=rng(4), draws=100_000
    )
    latent, published = noisy.latent.std(), noisy.measured(rng(5)).std()
    assert latent < published
    assert published**2 == pytest.approx(latent**2 + 1, rel=0.02)


@pytest.mark.parametrize("share", [True, False])
def test_nine_in_ten_intervals_cover_the_next_quarters(share):
    covered, tries = [], 400
    for number in range(tries):
        stream = rng(6, number)
        whole = 2.5 + 0.01 * np.arange(16) + np.tile([0.1, 0.0, -0.1, 0.0], 4) + 0.1 * stream.standard_normal(16)
        values = from_scale(whole, share=share)
        found = course(values[:12], np.full(12, 1e-6), share=share, quarters=4, rng=stream, draws=2000)
        low, high = np.quantile(from_scale(found.latent, share=share), [0.05, 0.95], axis=0)
        covered.append((low <= values[12:]) & (values[12:] <= high))
    share_covered = np.mean(covered, axis=0)
    assert (np.abs(share_covered - 0.9) < 0.04 + 3 * np.sqrt(0.09 / tries)).all()


def test_a_mean_over_event_quarters_is_not_the_initial_effect():
    one = np.ones(1)
    fading = Fading(half_life=4 * one, floor=0 * one, ramp_quarters=one)
    weights = np.array([1.0, 1.0, 1.0, 1.0])
    shape = [2 ** (-event / 4) for event in range(4)]
    assert fading.initial(1.5 * one, weights)[0] == pytest.approx(1.5 / np.mean(shape), rel=1e-12)
    np.testing.assert_allclose(fading.at(4)[0], shape, rtol=1e-12)


def test_an_effect_that_stays_is_the_same_in_all_quarters():
    one = np.ones(3)
    np.testing.assert_array_equal(Fading(half_life=one, floor=one, ramp_quarters=one).at(8), np.ones((3, 8)))


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda: carried(np.full(5, 0.9)), "fewer than 6 quarters do not tell a trend"),
        (lambda: carried(np.array([0.9] * 7 + [1.0])), "a share of 0 or 1 has no log-odds"),
        (lambda: carried(np.array([0.9] * 7 + [np.nan])), "no value or no error"),
        (lambda: carried(np.full(8, 0.9), np.zeros(7)), "8 values and 7 errors"),
        (
            lambda: Fading(half_life=np.zeros(1), floor=np.zeros(1), ramp_quarters=np.ones(1)),
            "half-life must be above 0",
        ),
        (lambda: Fading(half_life=np.ones(1), floor=np.full(1, 1.1), ramp_quarters=np.ones(1)), "from 0 to 1"),
        (lambda: Fading(half_life=np.ones(1), floor=np.zeros(1), ramp_quarters=np.zeros(1)), "more than 0 quarters"),
    ],
)
def test_what_cannot_be_carried_on_is_refused(broken, said):
    with pytest.raises(ForecastError, match=said):
        broken()


def carried(values, errors=None):
    errors = np.zeros(len(values)) if errors is None else errors
    return course(values, errors, share=True, quarters=2, rng=rng(8), draws=10)
