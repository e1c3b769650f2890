"""Scores of forecasts: by hand, by integration, by the closed form of the normal, and by coverage of their intervals."""

import numpy as np
import pytest
from scipy import integrate, stats

from design_lab.expected.scores import (
    LEAST_LINES,
    LEAST_QUARTERS,
    PROBABILITIES,
    crps,
    crps_of_draws,
    ends,
    quantiles_of,
    scored,
    summary,
)

NORMAL = stats.norm.ppf(PROBABILITIES)
REFERENCES = {"no_change": None, "random_walk": 2 * NORMAL, "seasonal_naive": None}


def closed_form(y):
    """Gneiting and Raftery 2007, equation 21."""
    return y * (2 * stats.norm.cdf(y) - 1) + 2 * stats.norm.pdf(y) - 1 / np.sqrt(np.pi)


def one(observed, quarter, quantiles=NORMAL, *, series="csat", **references):
    return scored(quantiles, observed, series=series, quarter=quarter, references=REFERENCES | references)


@pytest.mark.parametrize("y", [-3.0, -1.2, 0.0, 0.7, 2.5])
def test_crps_of_a_normal_told_by_quantiles_is_the_closed_form(y):
    assert crps(NORMAL, y) == pytest.approx(closed_form(y), rel=0.003)
    assert crps(10 + 4 * NORMAL, 10 + 4 * y) == pytest.approx(4 * closed_form(y), rel=0.003)


@pytest.mark.parametrize("y", [-1.0, 0.3, 4.0])
def test_crps_is_the_integral_of_the_squared_distance_of_distributions(y):
    """Second road, for a skewed forecast: integrate (F(x) - 1{x >= y})^2."""
    law = stats.gamma(2.0)
    below, _ = integrate.quad(lambda x: law.cdf(x) ** 2, -5, y)
    above, _ = integrate.quad(lambda x: law.sf(x) ** 2, y, 60)
    assert crps(law.ppf(PROBABILITIES), y) == pytest.approx(below + above, rel=0.01)


def test_crps_of_draws_by_hand_and_of_many_by_the_closed_form():
    # |0-1|, |4-1| -> mean 2; the one pair is 4 apart -> half of it is 2.
    assert crps_of_draws(np.array([4.0, 0.0]), 1.0) == 0.0
    draws = np.random.default_rng(20261128).standard_normal(200_000)
    assert crps_of_draws(draws, 0.7) == pytest.approx(closed_form(0.7), abs=0.005)
    assert crps(quantiles_of(draws), 0.7) == pytest.approx(crps_of_draws(draws, 0.7), rel=0.02)


def test_the_true_forecast_has_the_least_crps_on_average():
    came = np.random.default_rng(7).standard_normal(20_000)
    means = {
        name: np.mean([crps(told, y) for y in came[:4000]])
        for name, told in {"true": NORMAL, "narrow": 0.5 * NORMAL, "wide": 2 * NORMAL, "moved": NORMAL + 0.5}.items()
    }
    assert min(means, key=means.get) == "true"


def test_bands_and_errors_by_hand():
    told = np.arange(1.0, 100.0)  # median 50, half within 25 to 75: a standard deviation of 50 / 1.349
    found = scored(told, 80.0, series="s", quarter="2026Q1", references={"random_walk": told, "seasonal_naive": None})
    assert ends(told, 50) == (25.0, 75.0)
    assert (found.inside, found.error) == ({50: False, 90: True}, 30.0)
    assert found.apart == pytest.approx(30 * 1.349 / 50)
    assert found.references == {"random_walk": (found.crps, 50.0)}


def test_a_forecast_without_spread_has_no_standardised_error():
    assert scored([0.9] * 99, 0.8, series="s", quarter="2026Q1", references={}).apart is None


def test_too_few_forecasts_or_quarters_are_not_judged():
    few = [one(0.1, f"2026Q{1 + place % 4}") for place in range(LEAST_LINES - 1)]
    narrow = [one(0.1, f"2026Q{1 + place % (LEAST_QUARTERS - 1)}") for place in range(100)]
    for found in (summary(few), summary(narrow), summary([])):
        assert not found.enough
        assert found.bias is None
        assert {*found.coverage.values(), *found.skill.values()} == {None}
    assert summary(few).inside == {50: 11, 90: 11}


def test_coverage_and_skill_by_hand():
    """Three quarters in which all is hit and one in which all is missed by 2."""
    lines = [one(0.0 if quarter else 2.0, f"2026Q{quarter + 1}") for quarter in range(4) for _ in range(3)]
    found = summary(lines)
    assert (found.n, found.quarters, found.inside) == (12, 4, {50: 9, 90: 9})
    coverage = found.coverage[90]
    # The quarters' sums of residuals are -2.25 and three times .75: the error is sqrt(4/3 x 6.75) / 12 = .25, which is
    # worth .75 x .25 / .0625 = 3 forecasts, less what t of 3 instead of 11 degrees of freedom takes.
    worth = 3 * (stats.t.ppf(0.975, 11) / stats.t.ppf(0.975, 3)) ** 2
    ends_by_hand = stats.beta.ppf([0.025, 0.975], [0.75 * worth, 0.75 * worth + 1], [0.25 * worth + 1, 0.25 * worth])
    assert [coverage.value, coverage.low, coverage.high] == pytest.approx([0.75, *ends_by_hand])
    own = sum(crps(NORMAL, y) for y in (2, 0, 0, 0))
    other = sum(crps(2 * NORMAL, y) for y in (2, 0, 0, 0))
    assert found.skill["random_walk"].value == pytest.approx(1 - own / other)
    assert found.skill["no_change"] is None
    assert found.bias.value == pytest.approx(2 / 4 * 1.349 / (NORMAL[74] - NORMAL[24]))


def test_where_all_are_inside_each_quarter_counts_as_one():
    found = summary([one(0.0, f"2026Q{quarter + 1}") for quarter in range(4) for _ in range(30)]).coverage[90]
    # Clopper and Pearson: (alpha / 2) to the power of 1 / n.
    assert (found.value, found.low, found.high) == (1.0, pytest.approx(0.025**0.25), 1.0)


def test_skill_does_not_hang_on_units():
    rng = np.random.default_rng(3)
    came = rng.standard_normal(40)
    plain = [one(y, f"Q{place % 8}") for place, y in enumerate(came)]
    mixed = [
        one(scale * y, f"Q{place % 8}", scale * NORMAL, random_walk=scale * 2 * NORMAL)
        for place, y in enumerate(came)
        for scale in [1000.0 if place % 2 else 1.0]
    ]
    assert summary(mixed).skill["random_walk"].value == pytest.approx(summary(plain).skill["random_walk"].value)
    assert summary(mixed).bias.value == pytest.approx(summary(plain).bias.value)


def test_a_forecast_against_itself_has_no_skill_and_no_doubt_of_it():
    lines = [one(y, f"Q{place % 8}", random_walk=NORMAL) for place, y in enumerate(np.linspace(-2, 2, 24))]
    found = summary(lines).skill["random_walk"]
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)


def test_intervals_of_coverage_hold_where_quarters_share_a_shock():
    """Eight outcomes in each of twelve quarters move together; the true coverage of the 50 % band is a half."""
    held, tries = [], 500
    rng = np.random.default_rng(20261128)
    for _ in range(tries):
        shock = rng.standard_normal((12, 1)) * np.sqrt(0.7)
        came = shock + rng.standard_normal((12, 8)) * np.sqrt(0.3)
        found = summary([one(y, f"Q{place:02d}") for place, row in enumerate(came) for y in row]).coverage[50]
        held.append(found.low <= 0.5 <= found.high)
    assert np.mean(held) > 0.95 - 0.03 - 3 * np.sqrt(0.05 * 0.95 / tries)
