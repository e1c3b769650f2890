"""The analytic hierarchy process: verified cases, planted slips, groups."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from design_lab.errors import StudyError
from design_lab.evaluation.weighting.direct import stated_weights, weights_together
from design_lab.evaluation.weighting.pairwise import (
    RANDOM_INDEX,
    SCALE,
    consistency,
    judgements_together,
    most_disputed,
    priorities,
    priorities_together,
    to_revisit,
)
from design_lab.evaluation.weighting.refused import NoWeightsError

CASES = json.loads((Path(__file__).parents[2] / "cases" / "ahp.json").read_text(encoding="utf-8"))["cases"]


def consistent(weights):
    return np.divide.outer(np.array(weights), np.array(weights))


def judged(matrix, first, second, answer):
    changed = matrix.copy()
    changed[first, second], changed[second, first] = answer, 1 / answer
    return changed


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_weights_and_both_consistency_ratios_match_three_libraries(case):
    matrix = np.array(case["matrix"])
    np.testing.assert_allclose(priorities(matrix), case["weights_eigenvector"], atol=1e-9)
    found = consistency(matrix)
    assert found.lambda_max == pytest.approx(case["lambda_max"], abs=1e-9)
    assert found.index == pytest.approx(case["CI"], abs=1e-9)
    assert (found.ratio, found.random_index) == (pytest.approx(case["CR_Saaty_RI"], abs=1e-9), "saaty")
    other = consistency(matrix, "tummala_ling")
    assert other.ratio == pytest.approx(case["pymcdm_CR(Tummala&Ling RI)"], abs=1e-9)
    assert other.random_index == "tummala_ling"


def test_a_judgement_too_many_is_refused_where_a_library_fails():
    assert consistency(np.ones((15, 15))).ratio == pytest.approx(0, abs=1e-12)
    with pytest.raises(StudyError, match="16 things are compared; the random index 'saaty' ends at 15"):
        consistency(np.ones((16, 16)))
    with pytest.raises(StudyError, match="did you mean 'saaty'"):
        consistency(np.ones((3, 3)), "saty")


def test_both_tables_have_fifteen_orders_that_do_not_cross():
    saaty, tummala = (np.array(RANDOM_INDEX[name][2:]) for name in ("saaty", "tummala_ling"))
    assert len(saaty) == len(tummala) == 13
    assert np.abs(saaty - tummala).max() < 0.08


def test_two_things_cannot_disagree():
    assert consistency(judged(np.ones((2, 2)), 0, 1, 9)).ratio == 0
    assert to_revisit(judged(np.ones((2, 2)), 0, 1, 9)) is None


@pytest.mark.parametrize(
    ("matrix", "said"),
    [
        (np.array([[1.0, 3.0], [3.0, 1.0]]), "one must be 1 over the other"),
        (np.array([[1.0, np.nan], [1.0, 1.0]]), "a square table of numbers above 0"),
        (np.array([[1.0, -2.0], [-0.5, 1.0]]), "a square table of numbers above 0"),
        (np.ones((2, 3)), "a square table of numbers above 0"),
    ],
)
def test_what_are_no_judgements_is_refused_in_words(matrix, said):
    with pytest.raises(NoWeightsError, match=said):
        priorities(matrix)


def test_the_judgement_to_revisit_is_the_planted_slip():
    honest = consistent([8.0, 4.0, 2.0, 1.0])
    slipped = judged(honest, 0, 2, 1 / 4)
    found = to_revisit(slipped)
    assert (found.first, found.second) == (0, 2)
    assert (found.given, found.fitting) == (0.25, 4.0)
    assert found.ratio == pytest.approx(0, abs=1e-9)
    assert to_revisit(honest) is None


@given(st.integers(0, 5), st.sampled_from([*SCALE, *(1 / step for step in SCALE[1:])]))
def test_a_single_slip_is_always_found_and_mended(pair, slip):
    honest = consistent([4.0, 2.0, 2.0, 1.0])
    first, second = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)][pair]
    slipped = judged(honest, first, second, slip)
    found = to_revisit(slipped)
    if slip == honest[first, second]:
        assert found is None
    else:
        assert (found.first, found.second, found.fitting) == (first, second, honest[first, second])


scores = st.lists(st.sampled_from([*SCALE, *(1 / step for step in SCALE[1:])]), min_size=6, max_size=6)


def matrix_of(answers):
    matrix = np.ones((4, 4))
    for (i, j), answer in zip([(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)], answers, strict=True):
        matrix = judged(matrix, i, j, answer)
    return matrix


@given(scores)
def test_no_single_change_beats_the_one_suggested(answers):
    matrix = matrix_of(answers)
    found = to_revisit(matrix)
    tried = [
        consistency(judged(matrix, i, j, answer)).ratio
        for i in range(4) for j in range(i + 1, 4) for answer in (1 / 9, 1 / 5, 1 / 2, 1, 2, 5, 9)
    ]  # fmt: skip
    best = consistency(matrix).ratio if found is None else found.ratio
    assert best <= min(tried) + 1e-9


@given(scores, st.permutations(range(4)))
def test_the_order_of_things_changes_no_weight(answers, order):
    matrix = matrix_of(answers)
    moved = matrix[np.ix_(order, order)]
    np.testing.assert_allclose(priorities(moved), priorities(matrix)[list(order)], atol=1e-9)
    assert consistency(moved).ratio == pytest.approx(consistency(matrix).ratio, abs=1e-9)


@given(scores, scores, st.floats(0.1, 10))
def test_groups_follow_voices_and_not_their_unit(one, other, unit):
    matrices = [matrix_of(one), matrix_of(other)]
    together = judgements_together(matrices, [2, 1])
    np.testing.assert_allclose(together * together.T, np.ones((4, 4)), atol=1e-9)
    np.testing.assert_allclose(together, judgements_together(matrices, [2 * unit, unit]), atol=1e-9)
    # Two voices are two people of one voice.
    np.testing.assert_allclose(together, judgements_together([*matrices, matrices[0]], [1, 1, 1]), atol=1e-9)
    np.testing.assert_allclose(judgements_together(matrices, [1, 0]), matrices[0], rtol=1e-9)
    own = [priorities(matrix) for matrix in matrices]
    alone = priorities_together(own, [1, 0])
    np.testing.assert_allclose(alone, own[0], atol=1e-9)


def test_both_group_rules_agree_on_consistent_judgements_and_by_hand():
    first, second = [8.0, 1.0], [2.0, 1.0]
    # Geometric means: 8 and 2 become 4, so 4 to 1.
    both = judgements_together([consistent(first), consistent(second)], [1, 1])
    assert both[0, 1] == pytest.approx(4)
    shares = priorities_together([np.array(first) / 9, np.array(second) / 3], [1, 1])
    assert shares == pytest.approx([0.8, 0.2])


def test_the_most_disputed_pair_is_named():
    honest = consistent([4.0, 2.0, 1.0])
    assert most_disputed([honest, honest]) is None
    assert most_disputed([honest, judged(honest, 1, 2, 1 / 5)]) == (1, 2)


def test_stated_points_become_shares_and_voices_their_mean():
    assert stated_weights(np.array([100.0, 50.0, 50.0])).tolist() == [0.5, 0.25, 0.25]
    mean = weights_together([np.array([0.5, 0.5]), np.array([0.2, 0.8])], [1, 2])
    assert mean == pytest.approx([0.3, 0.7])
    with pytest.raises(NoWeightsError, match="points must be 0 or more"):
        stated_weights(np.array([0.0, 0.0]))
    with pytest.raises(StudyError, match="must be 0 or more, and one of them above 0"):
        weights_together([np.array([1.0])], [0])
