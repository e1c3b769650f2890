"""Several tests held together: by hand, and as statsmodels holds them."""

from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from design_lab.multiple_tests import holm


def test_holm_by_hand():
    assert holm([0.03, 0.01, 0.5]) == pytest.approx([0.06, 0.03, 0.5])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_holm_is_that_of_statsmodels_to_the_last_bit(ps):
    held = holm(ps)
    with mock.patch("gc.collect"):  # which it calls each time
        rejected, adjusted = multipletests(ps, method="holm")[:2]
    assert held == adjusted.tolist()
    assert [p <= 0.05 for p in held] == rejected.tolist() or np.isclose(held, 0.05).any()
