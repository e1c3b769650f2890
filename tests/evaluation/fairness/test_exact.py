"""The exact test against Fisher's, enumeration, and lots drawn."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from design_lab.evaluation.fairness.exact import Stratum, exact


@given(people=st.integers(2, 60), data=st.data())
def test_one_stratum_is_fishers_test(people, data):
    group = data.draw(st.integers(1, people - 1))
    received = data.draw(st.integers(1, people - 1))
    least, most = max(0, group + received - people), min(group, received)
    inside = data.draw(st.integers(least, most))
    table = [[inside, group - inside], [received - inside, people - group - received + inside]]
    own = exact([Stratum(people=people, group=group, received=received)])
    assert own.p(inside) == pytest.approx(stats.fisher_exact(table).pvalue, rel=1e-6)


def test_strata_are_enumerated():
    strata = [Stratum(people=5, group=2, received=2), Stratum(people=4, group=3, received=1)]
    chances = np.zeros(4)
    whole = [itertools.combinations(range(one.people), one.received) for one in strata]
    ways = list(itertools.product(*map(list, whole)))
    for way in ways:
        inside = sum(sum(who < one.group for who in drawn) for drawn, one in zip(way, strata, strict=True))
        chances[inside] += 1 / len(ways)
    own = exact(strata)
    assert own.counts.tolist() == [0, 1, 2, 3]
    np.testing.assert_allclose(own.chances(), chances, atol=1e-12)
    assert own.mean() == pytest.approx(2 * 2 / 5 + 3 * 1 / 4)


@pytest.mark.parametrize("received", [0, 3, 6])
def test_the_interval_is_that_of_the_odds_ratio(received):
    """Second road: the exact interval of a common odds ratio, which scipy gives for one stratum."""
    table = [[received, 10 - received], [8 - received, 12 + received]]
    low, high = stats.contingency.odds_ratio(table).confidence_interval(0.95)
    own = exact([Stratum(people=30, group=10, received=8)])
    ends = own.expected_within(received, 0.95)
    wanted = [own.mean(np.log(odds)) if odds > 0 else 0.0 for odds in (low, high)]
    assert ends == pytest.approx(tuple(wanted), abs=1e-6)


def test_many_large_strata_stay_finite():
    own = exact([Stratum(people=2000, group=900, received=400)] * 30)
    assert np.isfinite(own.chances()).all()
    assert own.mean() == pytest.approx(30 * 900 * 400 / 2000)
    assert own.p(round(own.mean())) == pytest.approx(1.0, abs=0.02)
    assert own.p(round(own.mean()) + 300) < 1e-6
