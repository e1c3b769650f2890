"""Small cells: nothing that is hidden can be found from the table's sums."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.optimize import linprog

from design_lab.evaluation.cells import hidden


def test_by_hand():
    counts = np.array([[3, 20, 30], [15, 25, 12], [40, 22, 18]])
    assert hidden(counts, 10).tolist() == [[True, True, False], [True, True, False], [False] * 3]
    assert not hidden(np.array([[0, 20], [10, 30]]), 10).any()
    assert hidden(np.array([[9]]), 10).all()


@given(arrays(np.int64, array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=5), elements=st.integers(0, 40)))
def test_no_small_count_follows_from_the_sums(counts):
    mask = hidden(counts, 10)
    assert mask[(counts > 0) & (counts < 10)].all()
    for cells in (*mask, *mask.T):
        assert cells.sum() != 1


@pytest.mark.parametrize("seed", range(5))
def test_what_is_hidden_is_not_determined(seed):
    """Second road: a linear programme over all tables with these sums finds another value for every small cell."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 40, size=(4, 3))
    mask = hidden(counts, 10)
    sums = [np.where(np.add.outer(np.arange(4), np.zeros(3)) == row, 1, 0).ravel() for row in range(4)]
    sums += [np.where(np.add.outer(np.zeros(4), np.arange(3)) == column, 1, 0).ravel() for column in range(3)]
    known = np.array(sums)
    bounds = [(0, None) if off else (count, count) for off, count in zip(mask.ravel(), counts.ravel(), strict=True)]
    for at in np.flatnonzero(mask.ravel() & (counts.ravel() > 0) & (counts.ravel() < 10)):
        goal = np.zeros(12)
        goal[at] = 1
        ends = [
            linprog(sign * goal, A_eq=known, b_eq=known @ counts.ravel(), bounds=bounds).fun * sign for sign in (1, -1)
        ]
        assert ends[1] - ends[0] > 1
