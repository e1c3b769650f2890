"""Agreement, habits, reciprocity and self-ratings: published tables, hand-computed cases, planted truth."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from design_lab.errors import DataError
from design_lab.scoring.ratings import Scale, agreement, forms, habits, icc, reciprocity, self_other, severity
from tests.scoring.ratings.conftest import frame, round_robin

SHROUT_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float)


def test_icc_equals_the_table_of_shrout_and_fleiss():
    """Psychological Bulletin 86 (1979), tables 2 to 4: ICC(1,1) = .17 and ICC(1,4) = .44."""
    found = icc(SHROUT_FLEISS.ravel(), np.repeat(np.arange(6), 4))
    assert (round(found.one, 2), round(found.mean, 2), found.raters) == (0.17, 0.44, 4)
    # Their interval of ICC(1,1), by F = 1.79 on 5 and 18 degrees of freedom.
    low = 1.79 / stats.f.ppf(0.975, 5, 18)
    assert found.one_interval[0] == pytest.approx((low - 1) / (low + 3), abs=0.005)
    assert found.one_interval[0] < 0.17 < found.one_interval[1]


def test_two_people_or_one_rater_have_no_icc_where_nothing_can_be_told():
    assert icc(np.array([1.0, 2.0, 3.0]), np.array([0, 0, 0])) is None
    assert icc(np.array([1.0, 2.0]), np.array([0, 1])) is None
    assert icc(np.array([1.0, 1.0, 2.0, 2.0]), np.array([0, 0, 1, 1])) is None


def test_r_wg_by_hand():
    # Five raters, two items on 1 to 5: variances 0.2 and 0 against the 2 of blind answers.
    points = {"x": [4, 4, 4, 4, 5], "y": [3] * 5}
    rows = [(f"R{at}", "E", item, value) for item, given in points.items() for at, value in enumerate(given)]
    rows += [(f"R{at}", "F", item, at % 5 + 1) for at in range(4) for item in points]
    found = agreement(forms(frame(rows)), scale=Scale(low=1, high=5, options=5))
    assert found.r_wg.to_dict() == {"E": pytest.approx(1 - 0.1 / 2)}  # F has four raters
    assert found.agreed == 1


def test_blind_answers_agree_as_the_null_says():
    rng = np.random.default_rng(13)
    rows = [(f"R{r}", f"E{e}", "x", rng.integers(1, 6)) for e in range(400) for r in range(8)]
    found = agreement(forms(frame(rows)), scale=Scale(low=1, high=5, options=5)).r_wg
    assert abs(found.mean()) < 3 * found.std() / np.sqrt(400)


def test_a_scale_is_what_was_used_unless_it_is_stated():
    assert Scale.used_in(pd.Series([2, 5, 4, 4])) == Scale(low=2, high=5, options=4)
    assert Scale.used_in(pd.Series([1.0, 3.5, 4.0])).options == 7
    with pytest.raises(DataError, match="every answer is the same"):
        Scale.used_in(pd.Series([4, 4]))
    with pytest.raises(DataError, match="at least two"):
        Scale(low=1, high=5, options=1)


def test_halo_is_the_planted_share():
    ratings, _ = round_robin(np.random.default_rng(14), people=40, pair=0.4, answer=0.3, severity=0.5)
    given = forms(ratings)
    found = habits(given, severity(given), scale=Scale(low=1, high=7, options=7))
    planted = 0.4**2 / (0.4**2 + 0.3**2)
    low, high = found.halo_interval
    assert low < planted < high
    assert found.halo == pytest.approx(planted, abs=0.04)
    assert found.raters["halo"].mean() == pytest.approx(planted, abs=0.06)
    none, _ = round_robin(np.random.default_rng(15), people=40, pair=0.0, answer=0.3, severity=0.5)
    assert habits(forms(none), severity(forms(none)), scale=Scale(low=1, high=7, options=7)).halo < 0.03


def test_habits_of_three_raters_by_hand():
    rng = np.random.default_rng(16)
    ratings, _ = round_robin(rng, people=20, items=3, severity=0.1)
    ratings["points"] = (ratings["points"] - 1).round().clip(1, 5)
    ratings.loc[ratings["rater_id"] == "P0000", "points"] = 5.0  # gives everybody the best
    ratings.loc[ratings["rater_id"] == "P0001", "points"] = 3.0  # gives everybody the middle
    given = forms(ratings)
    found = habits(given, severity(given), scale=Scale(low=1, high=5, options=5))
    assert (found.raters["top"]["P0000"], found.raters["middle"]["P0000"]) == (1, 0)
    assert (found.raters["top"]["P0001"], found.raters["middle"]["P0001"]) == (0, 1)
    assert found.raters.index[found.raters["restricted"].eq(True)].tolist() == ["P0000", "P0001"]
    assert found.raters["spread"]["P0000"] == 0
    assert found.answers == 20 * 19 * 3
    assert found.top == (ratings["points"] == 5).sum()
    wide = ratings.pivot(index=["employee_id", "rater_id"], columns="item", values="points")
    assert found.alike == wide.eq(wide.iloc[:, 0], axis=0).all(axis=1).sum()


def test_one_item_has_no_halo_and_it_is_said():
    ratings, _ = round_robin(np.random.default_rng(17), items=1)
    given = forms(ratings)
    told = {f.id: f for f in habits(given, severity(given), scale=Scale(low=1, high=7, options=7)).findings()}
    assert told["ratings.halo"].claim == "unidentified"
    assert "ratings.habit.alike" not in told


def test_a_pair_who_favour_each_other_is_screened_and_nobody_else():
    ratings, _ = round_robin(np.random.default_rng(18), people=12, teams=4, items=2)
    both = ratings["rater_id"].isin(["P0102", "P0105"]) & ratings["employee_id"].isin(["P0102", "P0105"])
    ratings.loc[both, "points"] += 2.0
    found = reciprocity(forms(ratings))
    assert found.pairs == 4 * 66
    assert found.screened[["first", "second"]].to_numpy().tolist() == [["P0102", "P0105"]]


def test_too_few_mutual_pairs_say_nothing():
    rng = np.random.default_rng(19)
    rows = [(f"R{r}", f"E{e}", "x", rng.normal()) for r in range(6) for e in range(6)]
    found = reciprocity(forms(frame(rows)))
    assert (found.correlation, found.pairs) == (None, 0)
    assert [finding.claim for finding in found.findings()] == ["unidentified"]


def test_self_ratings_by_hand():
    others = [(r, e, "x", {"A": 2, "B": 3, "C": 4, "D": 5}[e]) for e in "ABCD" for r in "ABCD" if r != e]
    own = [("A", "A", "x", 3), ("B", "B", "x", 5), ("C", "C", "x", 4), ("D", "D", "x", 6)]
    found = self_other(forms(frame(others + own)))
    assert (found.people, found.own, found.others, found.difference) == (4, 4.5, 3.5, 1.0)
    low, high = stats.ttest_1samp([1, 2, 0, 1], 0).confidence_interval(0.95)
    assert found.difference_interval == pytest.approx((low, high))
    assert found.correlation == pytest.approx(np.corrcoef([3, 5, 4, 6], [2, 3, 4, 5])[0, 1])


def test_nobody_who_rates_himself_is_no_difference_of_zero():
    ratings, _ = round_robin(np.random.default_rng(21))
    found = self_other(forms(ratings))
    assert (found.people, found.difference) == (0, None)
    assert {finding.claim for finding in found.findings()} == {"unidentified"}
