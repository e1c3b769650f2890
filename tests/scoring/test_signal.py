"""Whether people can be told apart: the F test by another road, planted truth, and degenerate cases."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from design_lab.evaluation import reliabilities
from design_lab.scoring import panel
from design_lab.scoring.signal import LEVEL, signal
from tests.scoring.studies import person, write_study


def summed(groups):
    return signal(*(np.array([f(np.asarray(g, float)) for g in groups]) for f in (len, np.sum, lambda g: (g**2).sum())))


@given(st.lists(st.lists(st.integers(0, 100), min_size=2, max_size=6), min_size=2, max_size=6))
def test_it_is_the_one_way_analysis_of_variance(groups):
    found = summed(groups)
    if len({value for group in groups for value in group}) == 1 or all(len(set(group)) == 1 for group in groups):
        assert found.p in (0.0, 1.0) or found.p == pytest.approx(0.0, abs=1e-6)
        return
    if np.ptp([np.mean(group) for group in groups]) < 1e-12:  # scipy's F is then a rounding error below 0
        assert (found.p, found.reliability) == (1.0, 0.0)
        return
    ratio, p = stats.f_oneway(*groups)
    assert found.p == pytest.approx(p, abs=1e-9)
    assert found.reliability == pytest.approx(max(0.0, 1 - 1 / ratio) if ratio > 0 else 0.0, abs=1e-9)


def test_people_who_are_alike_are_told_apart_no_more_often_than_the_level_says():
    rng = np.random.default_rng(2026)
    sizes = np.full(20, 100.0)
    tries = 2_000
    wins = [rng.binomial(100, 0.9, 20).astype(float) for _ in range(tries)]
    found = sum(signal(sizes, won, won).tells_apart for won in wins)
    slack = 3 * np.sqrt(LEVEL * (1 - LEVEL) / tries)
    assert abs(found / tries - LEVEL) < slack + 0.01  # an F test of shares is approximate


def test_planted_reliability_is_found():
    # Between-person SD of 3 points at a mean of 90 %, 127 ratings each: reliability .56 (domain knowledge, by formula).
    rng = np.random.default_rng(7)
    n = np.full(4_000, 127.0)
    won = rng.binomial(127, np.clip(rng.normal(0.90, 0.03, n.size), 0, 1)).astype(float)
    expected = 0.03**2 / (0.03**2 + (0.9 * 0.1 - 0.03**2) / 127)
    assert signal(n, won, won).reliability == pytest.approx(expected, abs=0.02)


def test_one_person_or_one_observation_each_cannot_be_judged():
    assert signal(np.array([50.0]), np.array([45.0]), np.array([45.0])) is None
    assert signal(np.ones(3), np.array([1.0, 0.0, 1.0]), np.array([1.0, 0.0, 1.0])) is None


def test_values_that_do_not_vary_tell_nobody_apart():
    found = signal(np.full(3, 10.0), np.full(3, 850.0), np.full(3, 72_250.0))
    assert (found.p, found.reliability, found.tells_apart) == (1.0, 0.0, False)
    assert (found.between_variance, found.within_variance, found.reliability_at(100)) == (0.0, 0.0, 0.0)


def test_variance_components_by_hand():
    # Means 2 and 5 of 2 and 3 observations; grand mean 3.8; between 10.8 / 1, within 4 / 3; n0 = 5 - 13/5 = 2.4.
    found = summed([[1, 3], [4, 5, 6]])
    assert found.within_variance == pytest.approx(4 / 3)
    assert found.between_variance == pytest.approx((10.8 - 4 / 3) / 2.4)
    at_ten = found.between_variance / (found.between_variance + 4 / 3 / 10)
    assert found.reliability_at(10) == pytest.approx(at_ten)


def test_planted_variance_components_are_found_with_unequal_n():
    rng = np.random.default_rng(11)
    n = rng.integers(5, 200, 3_000)
    truth = rng.normal(80, 3, n.size)
    groups = [rng.normal(mean, 8, size) for mean, size in zip(truth, n, strict=True)]
    found = summed(groups)
    assert found.between_variance == pytest.approx(9, rel=0.1)
    assert found.within_variance == pytest.approx(64, rel=0.02)


@given(st.lists(st.lists(st.integers(0, 100), min_size=2, max_size=6), min_size=2, max_size=6))
def test_variances_are_never_below_0_and_more_observations_never_tell_less(groups):
    found = summed(groups)
    assert min(found.between_variance, found.within_variance) >= 0
    assert 0 <= found.reliability_at(10) <= found.reliability_at(20) <= 1


def test_weeks_stand_for_the_calls_in_them():
    # Four weeks of 10 calls each: means by week are the observations, and the variance is still that of one call.
    weeks = np.array([[5.0, 7.0, 6.0, 6.0], [9.0, 8.0, 9.0, 10.0]])
    n, total, squares = np.full(2, 40.0), 10 * weeks.sum(axis=1), 10 * (weeks**2).sum(axis=1)
    found = signal(n, total, squares, np.full(2, 4.0))
    ratio, p = stats.f_oneway(*weeks)
    assert (found.p, found.freedom) == (pytest.approx(p), 6)
    assert found.within_variance == pytest.approx(10 * weeks.var(axis=1, ddof=1).mean())
    assert found.reliability_at(40) == pytest.approx(1 - 1 / ratio)


def test_who_changed_level_within_a_role_is_two_spells_and_one_person(tmp_path):
    """Three agents, of whom one became a senior half-way: four means are held against each other, of three people."""
    middle = dt.date(2026, 8, 15)
    staff = [
        person("E1", until=middle), person("E1", level="senior", since=middle + dt.timedelta(days=1)),
        person("E2"), person("E3"),
    ]  # fmt: skip
    days = [dt.date(2026, 7, 1) + dt.timedelta(days=day) for day in range(90)]
    surveys = [
        {"interaction_id": f"{who}{day:%m%d}{hour}", "employee_id": who, "channel": "phone", "grade": grade,
         "rated_at": dt.datetime(day.year, day.month, day.day, hour)}
        for who, every in (("E1", 2), ("E2", 3), ("E3", 9))
        for number, day in enumerate(days)
        for hour in (9, 11, 14)
        for grade in [("dissatisfied" if number % every == 0 else "satisfied")]
    ]  # fmt: skip
    study = write_study(tmp_path / "levels", {"staff": {"2026Q3": staff}, "surveys": {"2026Q3": surveys}})
    people = panel(study, study.quarters[-1])
    found = people.signals["agent", "csat"]
    assert (len(people.people), found.people, found.spells, found.compared) == (4, 3, 4, 4)
    rated = people.counts["csat"].to_numpy(float)
    good = (people.values["csat"] * rated).to_numpy()
    by_hand = signal(rated, good, good)
    assert (found.p, found.reliability, found.freedom) == (by_hand.p, by_hand.reliability, by_hand.freedom)
    told = next(one for one in reliabilities(people, study.current, roles={}, least=2).found if one.indicator == "csat")
    assert (told.people, told.observations) == (3, pytest.approx(3 * 270 / 4))
