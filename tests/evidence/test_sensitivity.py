"""What would overturn an estimate: against published figures, by regression with the confounder, and by hand."""

import json
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from design_lab.errors import DataError
from design_lab.evidence.sensitivity import benchmark, confounding, lee_bounds, response_bounds

CASE = json.loads((Path(__file__).parents[1] / "cases" / "sensemakr_darfur.json").read_text(encoding="utf-8"))


def test_darfur():
    told, close = CASE["measured"], CASE["tolerance"]
    found = confounding(told["estimate"], told["se"], told["dof"])
    assert found.partial_r2 == pytest.approx(told["r2yd_x"], abs=close)
    assert found.robustness == pytest.approx(told["rv_q1"], abs=close)
    assert found.robustness_significant == pytest.approx(told["rv_q1_alpha05"], abs=close)


def regressed(outcome, *columns):
    return sm.OLS(outcome, sm.add_constant(np.column_stack(columns))).fit()


def partial_r2(fitted, place):
    t = fitted.tvalues[place]
    return t**2 / (t**2 + fitted.df_resid)


def test_a_benchmark_as_strong_as_the_confounder_takes_away_what_the_confounder_does():
    """A confounder twin of the covariate, independent of it: the bound is what the regression with both gives."""
    rng = np.random.default_rng(20261128)
    seen, hidden = np.linalg.qr(rng.normal(size=(4000, 2)) - 0)[0].T * np.sqrt(4000)
    seen, hidden = (each - each.mean() for each in (seen, hidden))
    treatment = 0.5 * seen + 0.5 * hidden + rng.normal(size=4000)
    outcome = treatment + 0.4 * seen + 0.4 * hidden + rng.normal(size=4000)
    short, full = regressed(outcome, treatment, seen), regressed(outcome, treatment, seen, hidden)
    left = benchmark(
        short.params[1], short.bse[1], int(short.df_resid),
        with_treatment=partial_r2(regressed(treatment, seen), 1), with_outcome=partial_r2(short, 2),
    )  # fmt: skip
    assert left == pytest.approx(full.params[1], abs=0.05)
    assert short.params[1] > full.params[1] + 0.1


def test_a_confounder_that_cannot_be_so_strong_is_refused():
    with pytest.raises(ValueError, match=r"no confounder can be 3 times as strong"):
        benchmark(1.0, 0.1, 100, with_treatment=0.4, with_outcome=0.1, times=3)


def test_no_error_is_no_ground_for_a_robustness_value():
    with pytest.raises(ValueError, match=r"positive standard error"):
        confounding(1.0, 0.0, 100)


def test_who_left_by_hand():
    """Of 4 treated and 2 others seen of 5 each, half of the treated are in excess."""
    assert lee_bounds(np.array([4.0, 1.0, 3.0, 2.0]), np.array([1.0, 2.0]), treated_share=0.8, control_share=0.4) == (
        1.5 - 1.5,
        3.5 - 1.5,
    )
    assert lee_bounds(np.array([1.0, 2.0]), np.array([4.0, 1.0, 3.0, 2.0]), treated_share=0.4, control_share=0.8) == (
        1.5 - 3.5,
        1.5 - 1.5,
    )


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=20), st.floats(0.05, 1), st.floats(0.05, 1))
def test_who_left_bounds_hold_the_bare_difference_and_close_where_nobody_left_more(values, one, other):
    treated, control = np.array(values), np.array([0.0, 1.0])
    low, high = lee_bounds(treated, control, treated_share=one, control_share=other)
    assert low <= treated.mean() - 0.5 + 1e-9
    assert high >= treated.mean() - 0.5 - 1e-9
    same = lee_bounds(treated, control, treated_share=one, control_share=one)
    assert same == pytest.approx((treated.mean() - 0.5,) * 2)


def test_nobody_seen_is_refused():
    with pytest.raises(DataError, match=r"above 0 still seen"):
        lee_bounds(np.array([1.0]), np.array([1.0]), treated_share=0.5, control_share=0.0)


def test_silent_customers_by_hand():
    """Half answer, 93 % of them satisfied, before 90 %: nothing assumed of the others leaves everything open."""
    assert response_bounds(0.93, 1.0, base_rate=0.90, base_response=1.0, apart=1.0) == pytest.approx((0.03, 0.03))
    low, high = response_bounds(0.93, 0.5, base_rate=0.90, base_response=0.5, apart=1.0)
    assert (low, high) == pytest.approx((0.465 - 0.95, 0.965 - 0.45))
