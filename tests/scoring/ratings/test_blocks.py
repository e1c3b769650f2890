"""Parts that touch each other nowhere are solved as the whole matrix would be."""

import numpy as np
import pytest
from scipy import sparse

from design_lab.scoring.ratings.blocks import Blocks


@pytest.fixture
def whole():
    """A matrix of parts of 1, 3, 3 and 4, their rows mixed, with the part of each row."""
    rng = np.random.default_rng(5)
    part = rng.permutation(np.repeat([0, 1, 2, 3], [3, 1, 4, 3]))
    drawn = rng.normal(size=(11, 11))
    matrix = np.where(part[:, None] == part, drawn + drawn.T, 0.0)
    return matrix + 12 * np.eye(11), part


def test_blocks_solve_as_the_whole_matrix_does(whole):
    matrix, part = whole
    found, right = Blocks(sparse.csr_array(matrix), part), np.arange(22.0).reshape(11, 2)
    assert found.solve(right) == pytest.approx(np.linalg.solve(matrix, right))
    assert found.log_det == pytest.approx(np.linalg.slogdet(matrix)[1])
    assert found.inverse().toarray() == pytest.approx(np.linalg.inv(matrix))


def test_a_matrix_that_is_not_positive_definite_is_refused():
    with pytest.raises(np.linalg.LinAlgError, match="positive definite"):
        _ = Blocks(sparse.csr_array(-np.eye(2)), np.array([0, 1])).log_det
