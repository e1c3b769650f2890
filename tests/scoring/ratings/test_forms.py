"""Forms: what is read, refused and levelled before anybody is compared."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from design_lab.errors import DataError
from design_lab.scoring.ratings import adjusted_scores, forms, rating_signals, severity
from design_lab.scoring.ratings.crossed import Design, fixed_effects
from design_lab.scoring.signal import LEVEL, signal
from tests.scoring.ratings.conftest import frame, round_robin


def test_hundredths_and_points_are_the_same_ratings():
    ratings, _ = round_robin(np.random.default_rng(1))
    ratings["points"] = ratings["points"].round(2)
    hundredths = ratings.assign(points_x100=(ratings["points"] * 100).round().astype(int)).drop(columns="points")
    pd.testing.assert_frame_equal(adjusted_scores(ratings), adjusted_scores(hundredths))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda r: r.drop(columns="item"), "no column item"),
        (lambda r: r[r["rater_id"] == r["employee_id"]], "nobody is rated by somebody else"),
        (lambda r: r.assign(points=r["points"].where(r.index > 0)), "empty cells in points"),
        (
            lambda r: pd.concat([r, r.head(1)]),
            "1 answers are given twice, the first by rater P0000 on P0001, item item 0",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(spoil, said):
    ratings, _ = round_robin(np.random.default_rng(1))
    with pytest.raises(DataError, match=said):
        forms(spoil(ratings))


def test_an_open_item_does_not_count_for_or_against_a_person():
    # Item "hard" is rated a point lower by everybody; C leaves it open on A.
    rows = [
        (r, e, item, 4 + (item == "easy") - 0.0)
        for r in "ABCDE"
        for e in "ABCDE"
        if r != e
        for item in ("easy", "hard")
    ]
    found = forms(frame([row for row in rows if row[:3] != ("C", "A", "hard")])).others
    assert found["points"].to_numpy() == pytest.approx(4.5)
    assert found.loc[(found["employee_id"] == "A") & (found["rater_id"] == "C"), "items"].item() == 1


def test_forms_with_fewer_items_weigh_less():
    ratings, _ = round_robin(np.random.default_rng(8), people=14, answer=1.5, pair=0.1, items=4)
    short = (ratings["rater_id"] == "P0000") & (ratings["item"] != "item 0")
    whole, cut = severity(forms(ratings)), severity(forms(ratings[~short]))
    # Rater P0000 now gives one answer a form: a strictness that rests on less is less sure.
    assert cut.raters["standard_error"]["P0000"] > 1.2 * whole.raters["standard_error"]["P0000"]
    assert cut.raters["standard_error"]["P0005"] == pytest.approx(whole.raters["standard_error"]["P0005"], rel=0.1)


def test_ratings_of_oneself_change_no_score():
    ratings, truth = round_robin(np.random.default_rng(2))
    praise = frame([(person, person, "item 0", 5.0) for person in truth.index])
    pd.testing.assert_frame_equal(adjusted_scores(ratings), adjusted_scores(pd.concat([ratings, praise])))


@pytest.mark.long
@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_neither_the_order_of_rows_nor_the_names_of_people_matter(seed):
    rng = np.random.default_rng(seed)
    ratings, truth = round_robin(rng, people=6, items=2, keep=0.8)
    found = adjusted_scores(ratings)
    names = dict(zip(truth.index, rng.permutation([f"Q{at}" for at in range(len(truth))]), strict=True))
    other = ratings.sample(frac=1, random_state=seed).replace({"rater_id": names, "employee_id": names})
    other = adjusted_scores(other).rename(index={new: old for old, new in names.items()}).sort_index()
    pd.testing.assert_frame_equal(found, other.rename_axis("employee_id"), atol=1e-4)


@pytest.mark.long
@settings(max_examples=25)
@given(st.floats(-2, 2), st.floats(0.2, 5))
def test_another_scale_of_points_gives_the_same_scores_on_that_scale(shift, factor):
    ratings, _ = round_robin(np.random.default_rng(3), people=6, items=1)
    found = adjusted_scores(ratings)
    other = adjusted_scores(ratings.assign(points=shift + factor * ratings["points"]))
    np.testing.assert_allclose(other["value"], shift + factor * found["value"], atol=1e-4 * factor)
    np.testing.assert_allclose(other["standard_error"], factor * found["standard_error"], rtol=1e-3)


def test_a_rater_who_is_a_point_stricter_moves_nobody():
    ratings, _ = round_robin(np.random.default_rng(6), people=20, items=1, keep=0.5)
    strict = ratings.assign(points=ratings["points"] - (ratings["rater_id"] == "P0003"))
    raw = strict.groupby("employee_id")["points"].mean() - ratings.groupby("employee_id")["points"].mean()
    moved = adjusted_scores(strict)["value"] - adjusted_scores(ratings)["value"]
    apart = raw[raw < 0].mean() - raw[raw == 0].mean()
    kept = moved[raw < 0].mean() - moved[raw == 0].mean()
    assert apart < -0.08
    assert abs(kept) < 0.25 * abs(apart)


def test_without_a_second_rater_nothing_is_adjusted_and_it_is_said():
    alone = frame([("A", "B", "x", 3), ("B", "C", "x", 4)])
    found = severity(forms(alone))
    assert found.unknown == "no_second_rater"
    assert found.people["adjusted"].tolist() == [3, 4]
    assert found.people["standard_error"].isna().all()
    told = {finding.id: finding for finding in found.findings()}
    assert told["ratings.severity_sd"].claim == "unidentified"
    assert "nobody was rated by a second rater" in told["ratings.severity_sd"].text["en"]


def test_raters_who_each_rate_one_person_cannot_be_told_from_whom_they_rate():
    rng = np.random.default_rng(9)
    rows = [(f"R{e}{k}", f"E{e}", "x", rng.normal()) for e in range(6) for k in range(5)]
    found = severity(forms(frame(rows)))
    assert found.unknown == "raters_rate_one"
    pd.testing.assert_series_equal(found.people["adjusted"], found.people["raw"], check_names=False)
    assert (found.people["standard_error"] > 0).all()


def test_groups_without_a_common_rater_are_told():
    ratings, _ = round_robin(np.random.default_rng(10), people=6, teams=3)
    found = severity(forms(ratings))
    told = {finding.id: finding for finding in found.findings()}
    assert found.parts == told["ratings.parts"].value == 3
    assert found.people["part"].groupby(found.people.index.str[:3]).nunique().eq(1).all()
    assert any("Nobody rated in two of the groups" in limit for limit in told["ratings.severity_sd"].limits)
    # One rater of the first team who also rates in the second holds two groups together.
    bridge = frame([("P0000", "P0100", "item 0", 4.0), ("P0000", "P0101", "item 0", 4.0)])
    assert severity(forms(pd.concat([ratings, bridge]))).parts == 2


def test_the_signal_after_severity_is_that_of_the_panel_s_kind():
    ratings, truth = round_robin(np.random.default_rng(12), people=12, teams=2, items=1)
    role = pd.Series(["agents"] * 12 + ["others"] * 12, index=truth.index)
    found = rating_signals(ratings, role)
    assert set(found) == {"agents", "others"}
    assert found["agents"].people == 12
    assert found["agents"].observations == 132
    assert found["agents"].tells_apart
    assert 0.8 < found["agents"].reliability < 1
    assert found["agents"].reliability_at(11) == pytest.approx(found["agents"].reliability, abs=0.01)
    few = ratings[ratings["rater_id"].isin(truth.index[:4])]
    assert rating_signals(few, role) == {}
    with pytest.raises(DataError, match="a person has two roles"):
        rating_signals(ratings, pd.concat([role, role]))


def test_severity_alone_does_not_pass_for_differences_between_people():
    """Five raters drawn of thirty who differ: a plain test sees differences where there are none, this one does not."""
    rng, tries, plain, adjusted = np.random.default_rng(20), 1_000, 0, 0
    for _ in range(tries):
        severities = np.sort(rng.normal(0, 0.8, 30))[::-1]  # those rated first get the strict raters
        rater = np.concatenate([(rated + rng.choice(12, 5, replace=False)) % 30 for rated in range(18)])
        rated = np.repeat(np.arange(18), 5)
        y = 4 - severities[rater] + rng.normal(0, 0.5, 90)
        design = Design(y=y, ratee=rated, rater=np.unique(rater, return_inverse=True)[1], weight=np.ones(90))
        adjusted += fixed_effects(design).p < LEVEL
        plain += signal(*(np.bincount(rated, part) for part in (np.ones(90), y, y**2))).tells_apart
    assert plain / tries > 0.9
    assert abs(adjusted / tries - LEVEL) < 3 * np.sqrt(LEVEL * (1 - LEVEL) / tries)
