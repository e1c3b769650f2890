"""Every scheme that can be said is tried, and none that may not be."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from design_lab.bounds import Search
from design_lab.evaluation.search.front import chosen, pareto
from design_lab.evaluation.search.space import Candidate, Space, allowed, said_aloud


def candidate(indicator, dimension, most=40, qualitative=False):
    return Candidate(indicator=indicator, dimension=dimension, most=most, qualitative=qualitative, untested=False)


CANDIDATES = (
    candidate("pace", "workload"), candidate("qa", "service_quality", qualitative=True),
    candidate("first", "service_quality"), candidate("happy", "csat"), candidate("peers", "teamwork", 5, qualitative=True),
    candidate("team", "teamwork"),
)  # fmt: skip


@pytest.mark.parametrize("step", [5, 10, 20])
def test_every_way_to_say_weights_is_found_once(step):
    settings = Search(step=step)
    bounds = settings.bounds_for("anybody")
    found = said_aloud(CANDIDATES, bounds, settings)
    ways = itertools.product(*([0, *range(step, one.most + 1, step)] for one in CANDIDATES))
    expected = {
        way
        for way in ways
        if sum(way) == 100
        and all(low <= sum(w for w, c in zip(way, CANDIDATES, strict=True) if c.dimension == name) <= high
                for name, (low, high) in bounds.items() if name in {c.dimension for c in CANDIDATES})
    }  # fmt: skip
    assert {tuple(row) for row in found.tolist()} == expected
    assert len(found) == len(expected)


def test_no_weights_break_a_constraint_and_none_that_keeps_them_is_left_out():
    settings = Search(indicators=5)
    weights = said_aloud(CANDIDATES, settings.bounds_for("anybody"), settings)
    today = np.array([40.0, 15, 10, 25, 10, 0])
    space = Space(
        role="r",
        levels=("a", "b"),
        people=50,
        candidates=CANDIDATES,
        weights=weights,
        said=len(weights),
        today=today,
        elsewhere=0.0,
    )
    kept = allowed(weights, space, settings)
    for row, fine in zip(weights.tolist(), kept, strict=True):
        pace, qa, _, happy, peers, team = row
        expected = sum(w > 0 for w in row) <= 5 and qa + peers <= 30 and happy >= 25 and pace < 40 and peers + team > 10
        assert fine == expected
    assert 0 < kept.sum() < len(kept)


def test_a_client_says_in_its_own_words_which_dimensions_are_to_weigh_less_and_more():
    own = (candidate("pace", "output"), candidate("happy", "voice"), candidate("there", "conduct"))
    settings = Search(key=("voice",), less=("output",), more=(), most=90)
    weights = said_aloud(own, {}, settings)
    space = Space(
        role="r", levels=(), people=50, candidates=own, weights=weights, said=len(weights),
        today=np.array([30.0, 40, 30]), elsewhere=0.0,
    )  # fmt: skip
    kept = allowed(weights, space, settings)
    assert [*kept] == [pace < 30 and happy >= 40 for pace, happy, _ in weights.tolist()]
    assert kept.any()
    assert not allowed(weights, space, Search(most=90)).any(), "by the usual names nothing weighs teamwork more"


def test_a_bound_that_unreliable_indicators_cannot_reach_yields():
    unreliable = (candidate("pace", "workload", most=5), candidate("happy", "csat", most=95))
    found = said_aloud(unreliable, {"workload": (15, 35)}, Search(most=95))
    assert found.tolist() == [[5, 95]]


tables = st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=1, max_size=40)


@given(tables)
def test_the_front_is_what_no_other_one_beats(rows):
    figures = np.array(rows, dtype=float)
    beaten = [any((other >= row).all() and (other > row).any() for other in figures) for row in figures]
    assert pareto(figures).tolist() == np.flatnonzero(~np.array(beaten)).tolist()


def test_proposals_are_the_even_the_nearest_and_the_reliable_one():
    figures = {
        "alignment": np.array([1.0, 0.6, 0.0]),
        "reliability": np.array([0.5, 0.8, 0.9]),
        "distance": np.array([-30.0, -25.0, -20.0]),
    }
    assert chosen(figures) == {"even": 1, "nearest": 2, "reliable": 2}
