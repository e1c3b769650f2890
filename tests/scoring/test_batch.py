"""Many schemes at once give what `score` gives each of them alone."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from design_lab.composite import rank
from design_lab.errors import SchemeError
from design_lab.gradebook import ForcedGrades
from design_lab.scoring import Batch, Panel, Signal, score
from design_lab.scoring.grades import NONE, numbers

from .conftest import INDICATORS, make_panel, make_scheme
from .test_totals import panels, schemes

NOBODY = pd.DataFrame()
COLLAPSED = {
    "people": 9,
    "observations": 90,
    "p": 0.4,
    "reliability": 0.0,
    "between_variance": 0.0,
    "within_variance": 1.0,
}


def with_weights(scheme, draw):
    """The scheme with other weights of its dimensions and indicators, none of them nothing that was something."""
    content = scheme.model_dump(exclude_unset=True)
    dimensions = {}
    first = draw(st.integers(1, 99))
    for name, weight in zip(content["dimensions"], (first, 100 - first), strict=True):
        dimension, inner = content["dimensions"][name], draw(st.integers(1, 99))
        there = [one for one, part in dimension["indicators"].items() if part]
        parts = [100] if len(there) == 1 else [inner, 100 - inner]
        stated = dict.fromkeys(dimension["indicators"], 0) | dict(zip(there, parts, strict=True))
        dimensions[name] = dimension | {"weight": weight if dimension["weight"] else 0, "indicators": stated}
    if sum(one["weight"] for one in dimensions.values()) != 100:
        dimensions = content["dimensions"]
    return type(scheme).model_validate(content | {"dimensions": dimensions})


@st.composite
def signals(draw):
    """That some indicators do not tell the people of some role apart."""
    alike = draw(st.sets(st.tuples(st.sampled_from(["customer_service", "complaints"]), st.sampled_from(INDICATORS))))
    return dict.fromkeys(alike, Signal(**COLLAPSED))


@pytest.mark.long
@given(panels(), schemes(), signals(), st.data(), st.booleans())
def test_every_scheme_of_a_batch_is_scored_as_alone(people, scheme, alike, data, refuse_chance):
    people = Panel(**{name: getattr(people, name) for name in people.__slots__} | {"signals": alike})
    tried = [scheme, *(with_weights(scheme, data.draw) for _ in range(3))]
    batch = Batch.of(people, scheme, medians=NOBODY, refuse_chance=refuse_chance)
    weights = batch.weights(tried)
    totals, grades = batch.totals(weights), batch.grades(weights)
    names = [*scheme.grades.names(), None]
    for one, total, given_grades in zip(tried, totals, grades, strict=True):
        alone = score(people, one, medians=NOBODY, refuse_chance=refuse_chance)
        np.testing.assert_allclose(total, alone.total.to_numpy(), atol=1e-9)
        assert [names[number] for number in given_grades] == alone.grade.tolist()


@pytest.mark.long
@given(panels(), schemes(), st.data())
def test_what_a_dimension_adds_is_its_contribution(people, scheme, data):
    tried = [scheme, with_weights(scheme, data.draw)]
    batch = Batch.of(people, scheme, medians=NOBODY)
    added = {name: batch.added(batch.weights(tried), [name]) for name in ("workload", "csat")}
    for place, one in enumerate(tried):
        alone = score(people, one, medians=NOBODY).contributions
        told = alone.notna().all(axis=1) & (alone.drop(columns="rules") != 0).any(axis=1)
        for name in set(added) & set(alone):
            np.testing.assert_allclose(added[name][place][told], alone.loc[told, name], atol=1e-9)


@pytest.mark.long
@given(panels(), schemes(), signals(), st.data())
def test_other_values_and_mixtures_are_scored_as_a_batch_of_their_own(people, scheme, alike, data):
    """The layout of people is kept, points are made again; each row of a mixture has the values that it names."""
    people = replace(people, signals=alike)
    order = data.draw(st.permutations(range(len(people.people))))
    shuffled = people.values.iloc[order].set_axis(people.values.index)
    others = [people, replace(people, values=shuffled), replace(people, values=people.values * 0.9)]
    batch = Batch.of(people, scheme, medians=NOBODY)
    again = [batch.again(one) for one in others]
    at = np.array(data.draw(st.lists(st.integers(0, 2), min_size=1, max_size=6)))
    weights = batch.weights([scheme, with_weights(scheme, data.draw)])[np.arange(len(at)) % 2]
    mixed = Batch.mixed(again, at)
    given_grades, added = mixed.grade(mixed.compared(weights), mixed.best), mixed.contributions(weights)
    for row, number in enumerate(at):
        alone = Batch.of(others[number], scheme, medians=NOBODY)
        own = weights[row : row + 1]
        assert given_grades[row].tolist() == alone.grades(own)[0].tolist() == again[number].grades(own)[0].tolist()
        total = np.sum([part[row] for part in added.values()], axis=0)
        np.testing.assert_allclose(total, alone.totals(own)[0], atol=1e-9)


@given(panels(), schemes())
def test_contributions_of_a_batch_are_those_of_a_score(people, scheme):
    batch = Batch.of(people, scheme, medians=NOBODY)
    added, alone = batch.contributions(batch.weights([scheme])), score(people, scheme, medians=NOBODY).contributions
    for name in alone:
        np.testing.assert_allclose(added[name][0], alone[name].to_numpy(float), atol=1e-9)


def test_other_people_need_a_batch_of_their_own(six):
    batch = Batch.of(six, make_scheme(), medians=NOBODY)
    with pytest.raises(ValueError, match="the panel has other people"):
        batch.again(replace(six, people=six.people.copy()))


@given(panels(), schemes(), st.data(), st.sampled_from(["customer_service", "complaints"]))
def test_people_who_stand_alone_are_scored_as_in_the_whole(people, scheme, data, role):
    tried = [scheme, *(with_weights(scheme, data.draw) for _ in range(2))]
    batch = Batch.of(people, scheme, medians=NOBODY)
    chosen = people.people["role"].eq(role).to_numpy()
    assume(chosen.any())
    pairs = [number for number, (one, _) in enumerate(batch.pairs) if one == role]
    part = batch.part(pairs)
    if part is None:
        return
    assert sorted(part.rows) == np.flatnonzero(chosen).tolist()
    totals, grades = batch.totals(batch.weights(tried)), batch.grades(batch.weights(tried))
    np.testing.assert_allclose(part.totals(part.weights(tried)), totals[:, part.rows], atol=1e-12)
    np.testing.assert_array_equal(part.grades(part.weights(tried)), grades[:, part.rows])
    everybody = batch.part(range(len(batch.pairs)))
    np.testing.assert_array_equal(everybody.grades(everybody.weights(tried)), grades[:, everybody.rows])
    with pytest.raises(ValueError, match="the panel has other people"):
        part.again(people)


def test_those_who_share_a_pool_or_peers_do_not_stand_alone():
    people = make_panel({f"E{i}": (i, 90, 0.8, i) for i in range(4)}, role=["customer_service", "complaints"] * 2)
    grades = make_scheme().model_dump()["grades"]
    peers = make_scheme().model_dump()["rules"] | {"peer_rating": {"rule": "percentile", "peers": []}}
    by_role = grades | {"pool": "role"}
    assert Batch.of(people, make_scheme(grades=by_role), medians=NOBODY).part([1]) is not None
    assert Batch.of(people, make_scheme(grades=grades | {"pool": "all"}), medians=NOBODY).part([1]) is None
    assert Batch.of(people, make_scheme(grades=by_role, rules=peers), medians=NOBODY).part([1]) is None


def test_weights_differ_by_role_and_level():
    people = make_panel({"E1": (10, 90, 0.8, 4), "E2": (20, 70, 0.6, 3)}, role=["customer_service", "complaints"])
    scheme = make_scheme(
        rules={one: {"rule": "goalposts", "low": 0, "high": 100, "floor": 0, "cap": 100} for one in INDICATORS}
    )
    batch = Batch.of(people, scheme, medians=NOBODY)
    assert batch.pairs == (("customer_service", "agent"), ("complaints", "agent"))
    weights = np.zeros((1, 2, 4))
    weights[0, 0, 0], weights[0, 1, 1] = 1.0, 1.0
    assert batch.totals(weights).tolist() == [[10.0, 70.0]]


def test_what_the_batch_has_no_points_for_is_refused(six):
    batch = Batch.of(six, make_scheme(), medians=NOBODY)
    workload = {"weight": 100, "indicators": {"calls_per_hour": 50, "handle_seconds": 50}}
    with pytest.raises(SchemeError, match="handle_seconds is weighed in workload for customer_service agent"):
        batch.weights([make_scheme(dimensions={"workload": workload})])


@pytest.mark.parametrize(
    "wrong", [np.full((1, 1, 4), 0.3), np.array([[[1.5, -0.5, 0, 0]]]), np.full((1, 1, 4), np.nan)]
)
def test_weights_that_are_no_shares_are_refused(six, wrong):
    batch = Batch.of(six, make_scheme(), medians=NOBODY)
    with pytest.raises(ValueError, match="shares of 0 or more that sum to 1"):
        batch.totals(wrong)
    with pytest.raises(ValueError, match=r"need \(schemes, 1 pairs, 4\)"):
        batch.totals(np.full((1, 4), 0.25))


def test_people_who_are_held_against_other_roles_stay_weighed():
    people = make_panel(
        {f"E{i}": (i, 90, 0.8, i) for i in range(4)},
        role=["customer_service", "customer_service", "complaints", "complaints"],
    )
    rules = make_scheme().model_dump()["rules"] | {"peer_rating": {"rule": "percentile", "peers": []}}
    batch = Batch.of(people, make_scheme(rules=rules), medians=NOBODY)
    weights = np.full((1, 2, 4), 0.25)
    assert np.isfinite(batch.totals(weights)).all()
    weights[0, 1] = [0.5, 0.5, 0, 0]
    with pytest.raises(ValueError, match="peer_rating: people are held against other roles"):
        batch.totals(weights)


@given(
    st.lists(st.one_of(st.none(), st.integers(0, 6)), min_size=1, max_size=25),
    st.sampled_from(["better", "worse", "mean"]),
    st.sampled_from(["up", "nearest", "down"]),
    st.lists(st.integers(0, 10), min_size=3, max_size=3),
)
def test_forced_grades_are_those_of_ranks(totals, ties, heads, parts):
    shares = dict(zip("ABCD", [*(10 * part / 3 for part in parts), 100 - 10 * sum(parts) / 3], strict=True))
    grades = ForcedGrades(
        method="forced", pool="all", ties=ties, heads=heads, shares=shares, coefficients=dict.fromkeys("ABCD", 1.0)
    )
    values = np.array([np.nan if one is None else one for one in totals], dtype=float)
    given_grades = numbers(np.stack([values, values[::-1]]), grades, np.zeros(len(values), dtype=int))
    told = np.isfinite(values)
    taken = {"up": 1.0, "nearest": 0.5, "down": 0.0}[heads]
    place = (rank(values[told], ties) - taken) / max(told.sum(), 1) + (1e-9 if heads == "up" else -1e-9)
    expected = np.searchsorted(np.cumsum([*shares.values()]) / 100, place, side="right").clip(max=3)
    assert given_grades[0][told].tolist() == expected.tolist()
    assert (given_grades[0][~told] == NONE).all()
    assert given_grades[1].tolist() == given_grades[0][::-1].tolist()


def test_memory_does_not_grow_with_the_number_of_schemes():
    rng = np.random.default_rng(0)
    many = make_panel({f"E{i:05d}": tuple(rng.uniform(0, 50, 4)) for i in range(20_000)})
    scheme = make_scheme(rules={one: {"rule": "linear", "zero_at": 0, "full_at": 50} for one in INDICATORS})
    batch = Batch.of(many, scheme, medians=NOBODY)
    peaks = []
    for schemes_tried in (150, 900):
        weights = rng.dirichlet(np.ones(4), (schemes_tried, 1))
        tracemalloc.start()
        graded = sum(int((block.grades == 0).sum()) for block in batch.blocks(weights))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert graded == schemes_tried * 4000
    assert peaks[1] < 1.1 * peaks[0]


@given(panels(), schemes(), st.data())
def test_sums_over_people_are_those_of_what_each_adds(people, scheme, data):
    batch = Batch.of(people, scheme, medians=NOBODY)
    weights = batch.weights([scheme, with_weights(scheme, data.draw)])
    beside = np.arange(weights.shape[0] * len(batch.rows), dtype=float).reshape(len(weights), -1)
    for name in scheme.dimensions:
        summed = (batch.added(weights, [name]) * beside).sum(axis=1)
        np.testing.assert_allclose(batch.added_sums(weights, [name], beside), summed, atol=1e-6)


def test_variance_of_a_total_is_that_of_its_points_over_the_weight_that_is_there():
    people = make_panel({"E1": (10, 80, 0.5, 4), "E2": (12, 90, 0.6, np.nan)})
    rules = {one: {"rule": "linear", "zero_at": 0, "full_at": 100} for one in INDICATORS}
    batch = Batch.of(people, make_scheme(rules=rules), medians=NOBODY)
    weights, noise = np.full((1, 1, 4), 0.25), np.array([[4.0, 4.0, 4.0, 4.0], [4.0, 1.0, 1.0, 9.0]])
    variances = [batch.variance_sums(weights, noise, np.eye(2)[[one]])[0] for one in (0, 1)]
    np.testing.assert_allclose(variances, [16 / 16, 6 / 16 / 0.75**2])
