"""Departures from parallel trends: worst bends by linear programming, planted ones, and where a result breaks down."""

import numpy as np
import pytest
from scipy import optimize

from design_lab.evidence.adoption import adoption
from design_lab.evidence.trends import Allowed, _bend, breakdown, relative_magnitudes, smoothness
from tests.evidence.panels import generator, panel, told

WAVES = [5] * 4 + [7] * 4 + [9] * 4 + [99] * 3


def found(**planted):
    return adoption(panel(generator(), WAVES, **planted), **told())


def bent(slope, bend=0.0):
    """Steps before and effects after of an exact trend: each step larger by `bend` than the one before it."""
    before = slope + bend * np.arange(3)
    weights = np.array([0.5, 0.3, 0.2])
    value = float(weights @ np.cumsum(slope + bend * np.arange(3, 6)))
    return Allowed(
        before=before, without_before=before + np.zeros((12, 3)), value=value, without=np.full(12, value),
        weights=weights,
    )  # fmt: skip


def test_the_effects_by_event_make_the_mean_effect():
    held = found()
    after = [event.value for event in held.events if event.time >= 0]
    assert held.trends.weights @ after == pytest.approx(held.value)


def test_with_no_departure_allowed_relative_magnitudes_give_the_jackknife_interval():
    held = found()
    assert relative_magnitudes(held.trends, 0.0) == pytest.approx((held.estimate.low, held.estimate.high))


def test_a_straight_trend_is_taken_out_whole():
    """Nothing happened but a trend that differs: smoothness at 0 is exactly 0 wide around 0."""
    assert smoothness(bent(0.4), 0.0) == pytest.approx((0, 0), abs=1e-9)


def test_a_bend_of_the_size_allowed_is_held_and_a_larger_one_not():
    low, high = smoothness(bent(0.0, 0.1), 0.1001)
    assert low <= 0 <= high
    low, high = smoothness(bent(0.0, 0.1), 0.02)
    assert low > 0


def test_the_worst_bend_is_the_one_that_linear_programming_finds():
    before, after, most = np.array([0.2, -0.5, 1.7]), np.array([0.5, 0.3, 0.2]), 1.0
    reach = after @ [1, 2, 3]
    before = before + (reach - before.sum()) / 3

    # Steps in order, three before and three after; the slope of the first is free, bends between them are bounded.
    def out_of_place(steps):
        return after @ np.cumsum(steps[3:]) - before @ steps[:3]

    weights = np.array([out_of_place(one) for one in np.eye(6)])
    differences = np.diff(np.eye(6), axis=0)
    solved = optimize.linprog(
        -weights, A_ub=np.vstack([differences, -differences]), b_ub=np.full(10, most), bounds=[(-1e3, 1e3)] * 6
    )
    assert most * _bend(before, after) == pytest.approx(-solved.fun)


def test_intervals_widen_with_what_is_allowed_and_the_breakdown_lies_on_the_edge():
    held = found(effect=4.0, noise=0.3)
    widths = [np.diff(relative_magnitudes(held.trends, most))[0] for most in (0, 0.5, 1, 2)]
    assert widths == sorted(widths)
    edge = breakdown(lambda most: relative_magnitudes(held.trends, most))
    assert edge > 0
    assert relative_magnitudes(held.trends, edge * 0.99)[0] > 0 >= relative_magnitudes(held.trends, edge * 1.01)[0]


def test_where_nothing_happened_the_result_breaks_down_at_once():
    held = found(effect=0.0)
    assert breakdown(lambda most: relative_magnitudes(held.trends, most)) == 0


def test_no_period_before_adoption_but_the_base_leaves_nothing_to_ask():
    assert adoption(panel(generator(), [1, 1, 1, 1, 99, 99, 99]), **told()).trends is None
