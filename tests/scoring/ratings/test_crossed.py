"""The crossed model against statsmodels and dense algebra, and its degenerate cases."""

import warnings

import numpy as np
import pandas as pd
import pytest

from design_lab.scoring.ratings import forms, severity
from design_lab.scoring.ratings.crossed import Design, fit, fixed_effects, projection
from tests.scoring.ratings.conftest import round_robin


@pytest.fixture
def design():
    ratings, _ = round_robin(np.random.default_rng(11), people=9, items=1, keep=0.8)
    return forms(ratings).design()[0]


def dense(design, found):
    """The same predictions from the covariance matrix of all ratings: (ratee, its SE, unshrunk, its SE, severity, its SE)."""
    ratees, raters = design.cross.shape
    of_ratee, of_rater = np.eye(ratees)[design.ratee], np.eye(raters)[design.rater]
    noise = np.diag(found.residual_sd**2 / design.weight)
    between, strict = found.ratee_sd**2, found.rater_sd**2
    without = noise + strict * of_rater @ of_rater.T
    inverse = np.linalg.inv(without + between * of_ratee @ of_ratee.T)
    ones = np.ones((len(design.y), 1))
    information = (ones.T @ inverse @ ones).item()
    mean = (ones.T @ inverse @ design.y).item() / information
    maker = inverse - inverse @ ones @ ones.T @ inverse / information
    gain = between * of_ratee.T @ inverse
    error = between * np.eye(ratees) - gain @ of_ratee * between
    weight = 1 - gain @ ones
    ratee_se = np.sqrt(np.diag(error + weight @ weight.T / information))
    fixed = np.linalg.inv(of_ratee.T @ np.linalg.inv(without) @ of_ratee)
    unshrunk = fixed @ of_ratee.T @ np.linalg.inv(without) @ design.y
    lenient = strict * of_rater.T @ maker @ design.y
    lenient_se = np.sqrt(np.diag(strict * np.eye(raters) - strict**2 * of_rater.T @ maker @ of_rater))
    return mean + gain @ (design.y - mean), ratee_se, unshrunk, np.sqrt(np.diag(fixed)), -lenient, lenient_se


@pytest.mark.parametrize("weighed", [False, True])
def test_predictions_and_their_errors_equal_dense_algebra(design, weighed):
    if weighed:
        weight = np.random.default_rng(3).uniform(0.5, 2, len(design.y))
        design = Design(y=design.y, ratee=design.ratee, rater=design.rater, weight=weight)
    found = fit(design, level=0.95)
    mine = found.ratee, found.ratee_se, found.unshrunk, found.unshrunk_se, found.severity, found.severity_se
    for one, other in zip(mine, dense(design, found), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-8, atol=1e-10)


def test_variance_components_equal_those_of_statsmodels(design):
    from statsmodels.regression.mixed_linear_model import MixedLM

    data = pd.DataFrame({"y": design.y, "ratee": design.ratee, "rater": design.rater, "all": 1})
    parts = {"ratee": "0 + C(ratee)", "rater": "0 + C(rater)"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of statsmodels' own search, not of ours
        other = MixedLM.from_formula("y ~ 1", data, groups="all", re_formula="0", vc_formula=parts).fit(reml=True)
    found = fit(design, level=0.95)
    ratee, rater = np.sqrt(other.vcomp)
    assert (found.ratee_sd, found.rater_sd) == pytest.approx((ratee, rater), rel=2e-3)
    assert found.residual_sd == pytest.approx(np.sqrt(other.scale), rel=2e-3)
    assert found.mean == pytest.approx(other.fe_params.iloc[0], abs=1e-3)


def test_fixed_effects_equal_least_squares_on_dummies(design):
    held = np.hstack(
        [np.eye(size)[codes] for size, codes in zip(design.cross.shape, (design.ratee, design.rater), strict=True)]
    )
    residual = design.y - held @ np.linalg.lstsq(held, design.y, rcond=None)[0]
    raters = held[:, design.cross.shape[0] :]
    alone = design.y - raters @ np.linalg.lstsq(raters, design.y, rcond=None)[0]
    df = np.linalg.matrix_rank(held) - np.linalg.matrix_rank(raters), len(design.y) - np.linalg.matrix_rank(held)
    found = fixed_effects(design)
    np.testing.assert_allclose(found.residual, residual, atol=1e-10)
    ratio = ((alone @ alone - residual @ residual) / df[0]) / ((residual @ residual) / df[1])
    assert found.ratio == pytest.approx(ratio, rel=1e-10)
    np.testing.assert_allclose(held @ projection(design) @ held.T, held @ np.linalg.pinv(held), atol=1e-10)


def test_a_person_is_worth_as_many_ratings_as_balance_would_have():
    codes = np.indices((5, 4)).reshape(2, -1)
    full = Design(y=np.arange(20.0) ** 1.1 % 7, ratee=codes[0], rater=codes[1], weight=np.ones(20))
    assert fixed_effects(full).per_ratee == pytest.approx(4)


def test_the_interval_of_severity_ends_where_the_deviance_has_risen():
    """Second road: the dense REML likelihood at both ends, 3.84 / 2 below its maximum."""
    ratings, _ = round_robin(np.random.default_rng(4), people=10, items=1)
    design = forms(ratings).design()[0]
    found = fit(design, level=0.95)

    def likelihood(rater_sd):
        scale = found.residual_sd
        covariance = np.eye(len(design.y)) + (found.ratee_sd / scale) ** 2 * (design.ratee[:, None] == design.ratee)
        covariance = covariance + (rater_sd / scale) ** 2 * (design.rater[:, None] == design.rater)
        inverse, ones = np.linalg.inv(covariance), np.ones(len(design.y))
        mean = ones @ inverse @ design.y / (information := ones @ inverse @ ones)
        square = (design.y - mean) @ inverse @ (design.y - mean)
        return -0.5 * (np.linalg.slogdet(covariance)[1] + np.log(information) + (len(design.y) - 1) * np.log(square))

    for end in found.rater_sd_interval:
        assert likelihood(found.rater_sd) - likelihood(end) == pytest.approx(3.8414588 / 2, abs=1e-3)


def test_raters_who_are_alike_have_no_severity_and_nobody_moves():
    ratings, _ = round_robin(np.random.default_rng(5), people=30, severity=0.0)
    found = severity(forms(ratings))
    assert found.rater_sd_interval[0] == 0
    assert found.sds["rater"] < 0.1
    assert (found.people["adjusted"] - found.people["raw"]).abs().max() < found.people["standard_error"].min()


def test_ratings_that_never_differ_are_adjusted_to_themselves():
    codes = np.indices((4, 5)).reshape(2, -1)
    flat = Design(y=np.full(20, 3.0), ratee=codes[0], rater=codes[1], weight=np.ones(20))
    found = fit(flat, level=0.95)
    assert found.unshrunk == pytest.approx(3.0)
    assert found.rater_sd == pytest.approx(0, abs=1e-9)
    assert fixed_effects(flat).p == 1.0
