"""Where an outcome goes by itself, and how an effect fades: by hand, by a second road, and by coverage."""

import numpy as np
import pytest
from scipy import stats

from design_lab.errors import ForecastError
from design_lab.expected.course import course, from_scale
from design_lab.expected.horizon import Fading


def rng(*key):
    return np.random.default_rng([2026, *key])


def test_the_predictive_is_the_average_over_trends_and_seasons():
    """Second road: the same belief as a Gaussian process, whose kernel has no slopes; its predictive is a mixture of t."""
    past = 60 + 0.12 * np.arange(12) + np.tile([0.8, -0.4, 0, -0.4], 3) + rng(1).standard_normal(12)
    found = course(past, np.zeros(12), share=False, quarters=4, rng=rng(2), draws=200_000)
    for place in range(4):
        sides = [mixture(past, 12 + place, cut) for cut in np.quantile(found.latent[:, place], [0.05, 0.5, 0.95])]
        np.testing.assert_allclose(sides, [0.05, 0.5, 0.95], atol=0.004)


def mixture(past, ahead, cut):
    """The share of the predictive of quarter `ahead` that lies below `cut`, over trend or none and seasons or none."""
    size, time = len(past), np.arange(ahead + 1)
    trend, season = time[:, None].astype(float), np.eye(4)[time % 4][:, :3] - np.eye(4)[time % 4][:, 3:]
    basis = np.linalg.svd(np.eye(size) - 1 / size)[2][: size - 1]  # away from the mean
    weights, below = [], []
    for columns in ([], [trend], [season], [trend, season]):
        kernel = 1e7 * np.ones((len(time), len(time))) + np.eye(len(time))
        if columns:
            apart = np.concatenate(columns, axis=1)
            apart = apart - apart[:size].mean(axis=0)
            kernel += size * apart @ np.linalg.inv(apart[:size].T @ apart[:size]) @ apart.T
        inner, cross = kernel[:size, :size], kernel[-1, :size]
        left = basis @ inner @ basis.T
        squares = (basis @ past) @ np.linalg.solve(left, basis @ past)
        weights.append(-0.5 * np.linalg.slogdet(left)[1] - 0.5 * (size - 1) * np.log(squares))
        centre = 60 + cross @ np.linalg.solve(inner, past - 60)
        spread = np.sqrt((kernel[-1, -1] - cross @ np.linalg.solve(inner, cross)) * squares / (size - 1))
        below.append(stats.t.cdf((cut - centre) / spread, size - 1))
    chance = np.exp(np.array(weights) - max(weights))
    return float(chance @ below / chance.sum())


@pytest.mark.parametrize("slope", [0.0, 1.0])
def test_a_line_is_carried_on_where_there_is_one_and_hardly_where_there_is_none(slope):
    """Four quarters on, beside where twelve quarters end: 12/13 of a plain line, counted from the middle of the past."""
    moved, lines = [], []
    for number in range(200):
        past = 60 + slope * np.arange(12) + rng(9, number).standard_normal(12)
        ahead = course(past, np.zeros(12), share=False, quarters=4, rng=rng(10, number), draws=1000).mean[:, 3]
        moved.append(np.median(ahead) - 60)
        lines.append(np.polyval(np.polyfit(np.arange(12), past, 1), 15) - 60)
    assert np.mean(moved) == pytest.approx(slope * (5.5 + 9.5 * 12 / 13), abs=0.2)
    assert slope or np.std(moved) < 0.7 * np.std(lines)


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
    assert 1.5 / fading.left(weights)[0] == pytest.approx(1.5 / np.mean(shape), rel=1e-12)
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
