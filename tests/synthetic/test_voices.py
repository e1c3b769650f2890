"""Surveys, quality scores and peer ratings stay in the bands of the field, and hang together weakly."""

from __future__ import annotations

import numpy as np
import pytest

from design_lab.synthetic.exports import QuarterData
from design_lab.synthetic.voices import Reviews, Surveys, make_ratings, make_reviews, make_surveys


@pytest.fixture(scope="module")
def surveys(large: QuarterData) -> Surveys:
    return make_surveys(large.centre, large.duty, large.calls, large.quarter)


@pytest.fixture(scope="module")
def reviews(large: QuarterData) -> Reviews:
    return make_reviews(large.centre, large.organisation, large.duty, large.calls, large.quarter)


def agents(large: QuarterData) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Those of the first queue with at least 2,000 calls."""
    mine = large.duty.queue[large.calls.row] == 0
    counts = np.bincount(large.duty.person[large.calls.row[mine]])
    return np.flatnonzero(counts >= 2_000)


def means(index: np.ndarray, values: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    sums, counts = np.bincount(index, weights=values), np.bincount(index)
    return sums[chosen] / counts[chosen]


def test_satisfaction_is_above_nine_tenths_with_a_ceiling(surveys: Surveys, large: QuarterData) -> None:
    assert 0.91 <= (surveys.key <= 2).mean() <= 0.94
    assert 0.65 <= (surveys.key == 1).mean() <= 0.75
    assert 0.20 <= len(surveys.call) / len(large.calls) <= 0.30


def test_agents_differ_in_satisfaction_by_two_to_three_points(surveys: Surveys, large: QuarterData) -> None:
    person, chosen = large.duty.person[large.calls.row[surveys.call]], agents(large)
    share = means(person, surveys.key <= 2, chosen)
    noise = (share * (1 - share) / np.bincount(person)[chosen]).mean()
    assert 0.017 <= np.sqrt(share.var(ddof=1) - noise) <= 0.030


def test_quality_scores_have_their_mean_spread_and_number(reviews: Reviews, large: QuarterData) -> None:
    assert 83 <= reviews.score.mean() <= 87
    assert 7.5 <= reviews.score.std() <= 10
    per_month = len(reviews.call) / 3 / len(np.unique(large.duty.person))
    assert 6 <= per_month <= 9
    assert reviews.critical.mean() < 0.03


def test_outcomes_of_agents_correlate_weakly_with_the_stated_signs(
    surveys: Surveys, reviews: Reviews, large: QuarterData
) -> None:
    calls, chosen = large.calls, agents(large)
    person = large.duty.person[calls.row]
    resolved = means(person, calls.resolved, chosen)
    handle = means(person, calls.handle, chosen)
    pleased = means(person[surveys.call], surveys.key == 1, chosen)
    score = means(person[reviews.call], reviews.score, chosen)
    table = np.corrcoef([handle, resolved, pleased, score])
    assert 0 <= table[0, 1] <= 0.35
    assert 0.3 <= table[1, 2] <= 0.65
    assert 0 <= table[2, 3] <= 0.45
    assert table[0, 3] > 0


def test_peers_rate_others_of_their_team_on_three_items(large: QuarterData) -> None:
    ratings = make_ratings(large.centre, large.organisation, large.quarter)
    team = {stint.person: stint.team for stint in large.organisation.on(large.quarter.last_day())}
    assert all(team[a] == team[b] and a != b for a, b in zip(ratings.rater, ratings.rated, strict=True))
    assert len(ratings.rated) == 3 * 6 * len(team)
    assert 3.7 <= ratings.points.mean() <= 4.3
