"""The forecasts to beat: by hand, and honest in the worlds in which they are right."""

import numpy as np
import pytest
from scipy import stats

from design_lab.expected.course import from_scale, to_scale
from design_lab.expected.past import Past
from design_lab.expected.references import freedom, references
from design_lab.expected.scores import PROBABILITIES, ends


def past(values, outcome="handle_seconds"):
    held = np.asarray(values, dtype=float)
    names = tuple(f"Q{place:03d}" for place in range(held.size))
    return Past(outcome=outcome, quarters=names, values=held, errors=0 * held, filled=0 * held, work=0 * held + 1)


def test_one_quarter_ahead_by_hand():
    # Changes 2, -2, 2, -2, 2, of which the mean square is 4, with five degrees of freedom.
    found = references(past([10, 12, 10, 12, 10, 12]), 1)["random_walk"]
    np.testing.assert_allclose(found, 12 + 2 * stats.t.ppf(PROBABILITIES, 5), rtol=1e-9)


def test_the_season_repeats_the_same_quarter_of_the_last_known_year():
    values = [10, 20, 30, 40, 11, 19, 31, 39, 12, 18, 32, 38]
    for ahead, middle in ((1, 12), (2, 18), (4, 38), (5, 12), (8, 38)):
        assert references(past(values), ahead)["seasonal_naive"][49] == pytest.approx(middle)
    # Each yearly change is 1; with eight of them t has eight degrees of freedom.
    told = references(past(values), 3)["seasonal_naive"]
    np.testing.assert_allclose(told, 32 + stats.t.ppf(PROBABILITIES, 8), rtol=1e-9)


def test_overlapping_changes_count_as_few():
    assert freedom(11, 1, 1) == 11
    # Two changes over two quarters share one: G = [[2, 1], [1, 2]], so 16 / 10.
    assert freedom(2, 2, 1) == pytest.approx(1.6)
    assert freedom(4, 2, 4) == 4  # yearly changes of four different seasons share nothing


def test_far_ahead_the_longest_changes_that_are_known_are_stretched():
    values = np.cumsum(np.random.default_rng(1).standard_normal(12))
    near, far = (references(past(values), ahead)["random_walk"] for ahead in (4, 8))
    np.testing.assert_allclose(np.subtract(far, values[-1]), np.sqrt(2) * np.subtract(near, values[-1]), atol=1e-8)


def test_a_share_stays_a_share():
    values = from_scale(np.array([3.0, 3.5, 2.5, 3.0, 3.6, 2.6, 3.1, 3.4]), share=True)
    told = np.array(references(past(values, "csat"), 1)["random_walk"])
    assert ((told > 0) & (told < 1)).all()
    on_scale = to_scale(told, share=True)
    assert on_scale[49] == pytest.approx(3.4)
    np.testing.assert_allclose(on_scale[98] - 3.4, 3.4 - on_scale[0], rtol=1e-6)


@pytest.mark.parametrize(
    ("values", "outcome", "walk", "season"),
    [
        ([1, 2, 1], "handle_seconds", False, False),
        ([1, 2, 1, 2, 1, 2], "handle_seconds", True, False),
        ([5] * 12, "handle_seconds", False, False),
        ([0.9] * 5 + [1.0] + [0.8] * 6, "csat", False, False),
    ],
)
def test_what_is_too_short_never_changed_or_at_its_end_has_none(values, outcome, walk, season):
    found = references(past(values, outcome), 1)
    assert (found["random_walk"] is not None, found["seasonal_naive"] is not None) == (walk, season)


def test_a_random_walk_covers_in_a_random_walk_and_the_season_in_a_seasonal_one():
    tries, rng = 600, np.random.default_rng(20261128)
    walk, season = [], []
    for _ in range(tries):
        steps = np.cumsum(rng.standard_normal(16))
        yearly = np.cumsum(rng.standard_normal((4, 4)), axis=0).ravel()
        for ahead in (1, 2, 4):
            for values, name, held in ((steps, "random_walk", walk), (yearly, "seasonal_naive", season)):
                low, high = ends(references(past(values[:12]), ahead)[name], 90)
                held.append((ahead, low <= values[11 + ahead] <= high))
    for held in (walk, season):
        for ahead in (1, 2, 4):
            share = np.mean([inside for one, inside in held if one == ahead])
            assert abs(share - 0.9) < 0.04 + 3 * np.sqrt(0.09 / tries)
