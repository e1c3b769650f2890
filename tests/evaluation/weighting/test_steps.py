"""Weights that can be said aloud."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from design_lab.errors import StudyError
from design_lab.evaluation.weighting.steps import in_steps


def test_largest_remainders_by_hand():
    assert in_steps({"a": 0.412, "b": 0.388, "c": 0.2}, 1) == {"a": 41, "b": 39, "c": 20}
    assert in_steps({"a": 0.412, "b": 0.388, "c": 0.2}, 5) == {"a": 40, "b": 40, "c": 20}


def test_equal_remainders_go_to_the_first():
    assert in_steps({"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}, 5) == {"a": 35, "b": 35, "c": 30}


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=8).filter(lambda parts: sum(parts) > 1e-6), st.sampled_from([1, 5])
)
def test_steps_sum_to_a_hundred_and_none_is_a_step_off(parts, step):
    shares = {at: part / sum(parts) for at, part in enumerate(parts)}
    found = in_steps(shares, step)
    assert sum(found.values()) == 100
    assert all(value % step == 0 and abs(value - 100 * shares[at]) < step + 1e-6 for at, value in found.items())


def test_a_step_that_does_not_divide_a_hundred_is_refused():
    with pytest.raises(StudyError, match="step 7: does not divide 100"):
        in_steps({"a": 1.0}, 7)
