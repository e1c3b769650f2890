"""Shares of differences: by hand, by a second road, and as properties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from design_lab.evaluation.shares import (
    FEWEST_TEAMS,
    TeamSums,
    apart,
    margins,
    share_margins,
    shares,
    team_draws,
    variance_within,
)

ONE_GROUP = np.zeros(3, dtype=int)


def test_shares_by_hand():
    parts = np.array([[1.0, 0.0], [2.0, 3.0], [3.0, 0.0]])
    # Deviations (-1, 0, 1) and (-1, 2, -1); totals (-2, 2, 0): 2 of 8 and 6 of 8.
    assert shares(parts, parts.sum(axis=1), ONE_GROUP).tolist() == [0.25, 0.75]
    # Beside an outcome that only follows the first part: (-1, 0, 1) @ (-1, 0, 1) = 2, (-1, 2, -1) @ (-1, 0, 1) = 0.
    assert shares(parts, np.array([5.0, 6.0, 7.0]), ONE_GROUP).tolist() == [1.0, 0.0]


@given(
    st.lists(st.tuples(*[st.floats(-100, 100)] * 3), min_size=2, max_size=12),
    st.lists(st.sampled_from([0.6, 0.9, 1.0, 1.2]), min_size=12, max_size=12),
)
def test_shares_of_any_outcome_sum_to_one(rows, coefficients):
    parts = np.array(rows)
    groups = np.arange(len(rows)) % 2
    for outcome in (parts.sum(axis=1), np.array(coefficients[: len(rows)])):
        found = shares(parts, outcome, groups)
        covariance = apart(parts.sum(axis=1), groups) @ apart(outcome, groups)
        if np.isfinite(found).all() and abs(covariance) > 1e-3:
            assert found.sum() == pytest.approx(1, abs=1e-9)


def test_margins_equal_a_jackknife_written_out():
    draw = np.random.default_rng(5)
    values, teams = draw.normal(size=40), np.repeat(np.arange(8), 5)
    (margin,) = margins(lambda kept: np.array([values[kept].mean()]), teams)
    left_out = [values[teams != team].mean() for team in range(8)]
    variance = 7 / 8 * sum((one - np.mean(left_out)) ** 2 for one in left_out)
    assert margin == pytest.approx(2.364624 * variance**0.5, rel=1e-6)  # t of 7 degrees of freedom, .975


@pytest.mark.parametrize("teams", [1, 2, 3, 4])
def test_fewer_than_five_teams_give_no_margin(teams):
    people = np.arange(20) % teams
    assert margins(lambda kept: np.array([kept.mean(), 2.0]), people) == [None, None]
    assert margins(lambda kept: np.array([float(kept.sum())]), np.arange(20) % FEWEST_TEAMS)[0] is not None


def test_variance_within_groups_is_pooled():
    values, groups = np.array([1.0, 3.0, 10.0, 14.0]), np.array([0, 0, 1, 1])
    assert variance_within(values, groups) == (2 + 8) / 2
    assert variance_within(np.array([1.0, 2.0]), np.array([0, 1])) == 0


def a_few_teams(rng, teams):
    """Parts (n, 3), their totals, two groups and teams of unequal size."""
    team = np.repeat(np.arange(teams), 3 + np.arange(teams) % 4)
    parts = 80 + rng.normal(size=(team.size, 3)) * [3, 2, 1] + rng.normal(size=(teams, 3))[team]
    return parts, parts.sum(axis=1), rng.integers(0, 2, team.size), team


def repeated(parts, outcome, groups, team, times):
    """The share among people of teams drawn so many times, everybody standing in as many rows."""
    rows = np.repeat(np.arange(team.size), times[team].astype(int))
    return shares(parts[rows], outcome[rows], groups[rows])


def test_shares_from_sums_by_team_are_those_of_the_people_drawn():
    people = a_few_teams(np.random.default_rng(3), 6)
    sums = TeamSums.of(*people)
    for times in (np.ones(6), *team_draws(6)[:20]):
        assert sums.shares(times) == pytest.approx(repeated(*people, times), abs=1e-9)


def test_margins_equal_a_studentised_bootstrap_written_out():
    people = a_few_teams(np.random.default_rng(4), 6)

    def error(times):
        copies = np.repeat(np.arange(6), times.astype(int))
        without = np.array([repeated(*people, times - np.eye(6)[one]) for one in copies])
        return np.sqrt(5 / 6 * ((without - without.mean(axis=0)) ** 2).sum(axis=0))

    whole = repeated(*people, np.ones(6))
    away = [abs(repeated(*people, times) - whole) / error(times) for times in team_draws(6) if (times > 0).sum() > 1]
    expected = np.quantile(away, 0.95, axis=0) * error(np.ones(6))
    assert share_margins(*people) == pytest.approx(expected.tolist(), rel=1e-9)


def test_four_teams_give_no_margin_and_a_part_that_never_differs_none_but_zero():
    parts, _, groups, team = a_few_teams(np.random.default_rng(5), 4)
    assert share_margins(parts, parts.sum(axis=1), groups, team) == [None] * 3
    parts, _, groups, team = a_few_teams(np.random.default_rng(5), 6)
    parts[:, 2] = 7.0
    assert share_margins(parts, parts.sum(axis=1), groups, team)[2] == 0
