"""What a pilot adds to what was believed: by hand, by a second road, and what must not matter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from design_lab.errors import ForecastError
from design_lab.expected.response import Belief, Piloted, response, updated

NAMES = ("workload", "csat", "teamwork")
ROLES = frozenset({"agent"})


def belief(mean=(0.5, 1.0, 0.2), deviation=(0.4, 0.8, 0.3)):
    return Belief(dimensions=NAMES, mean=np.array(mean), covariance=np.diag(np.array(deviation) ** 2))


def piloted(estimate=1.5, error=0.3, clusters=12, **change):
    change = change or {"workload": -1.0, "csat": 1.0}
    return Piloted(
        change=change, estimate=estimate, standard_error=error, clusters=clusters, claim="causal", roles=ROLES
    )


def test_one_dimension_by_hand():
    """Prior N(1, .8²), estimate 1.5 of a change of 1: precisions add, the estimate's widened by (t(11) / z)²."""
    pilot = piloted(csat=1.0)
    wide = 0.3**2 * (2.200985 / 1.959964) ** 2
    weight = 0.64 / (0.64 + wide)
    found = response("csat", belief(), pilot, {"csat": 1.0}, roles=ROLES)
    assert found.posterior.mean == pytest.approx(1 + weight * 0.5, rel=1e-6)
    assert found.posterior.deviation**2 == pytest.approx(1 / (1 / 0.64 + 1 / wide), rel=1e-6)
    assert found.data_share == pytest.approx(weight, rel=1e-6)
    assert (found.span_share, found.size, found.claim) == (1.0, 1.0, "causal")
    assert found.data.mean == 1.5


def test_the_update_is_the_normal_one_conditioned_jointly():
    """The second road: the joint normal of r and two estimates, conditioned at once."""
    pilots = (piloted(), piloted(0.4, 0.5, 8, teamwork=2.0, csat=0.5))
    before = belief()
    moved = np.stack([before.of(one.change) for one in pilots])
    inside = moved @ before.covariance @ moved.T + np.diag([one.variance for one in pilots])
    gain = before.covariance @ moved.T @ np.linalg.inv(inside)
    after = updated(before, pilots)
    np.testing.assert_allclose(
        after.mean, before.mean + gain @ (np.array([one.estimate for one in pilots]) - moved @ before.mean), rtol=1e-10
    )
    np.testing.assert_allclose(after.covariance, before.covariance - gain @ moved @ before.covariance, atol=1e-12)


def test_no_change_of_incentives_is_exactly_nothing():
    found = response("csat", belief(), piloted(), {}, roles=ROLES)
    assert (found.posterior.mean, found.posterior.deviation, found.data) == (0.0, 0.0, None)
    assert found.claim == "scenario"


def test_a_claim_is_carried_along_the_piloted_way_and_not_far_beyond():
    carried = response("csat", belief(), piloted(), {"workload": -1.2, "csat": 1.2}, roles=ROLES)
    assert (carried.claim, round(carried.size, 10), carried.span_share) == ("causal", 1.2, 1.0)
    for change, roles in (
        ({"workload": -1.3, "csat": 1.3}, ROLES),  # too far
        ({"workload": 1.0, "csat": -1.0}, ROLES),  # the other way
        ({"workload": -1.0, "csat": 1.0, "teamwork": 2.0}, ROLES),  # another direction too
        ({"workload": -1.0, "csat": 1.0}, ROLES | {"complaints"}),  # other roles
    ):
        assert response("csat", belief(), piloted(), change, roles=roles).claim == "scenario"


def test_what_lies_along_the_pilot_and_beyond_it_sums_to_the_answer():
    found = response("csat", belief(), piloted(), {"workload": -0.5, "csat": 2.0, "teamwork": 1.0}, roles=ROLES)
    assert found.piloted.mean + found.beyond.mean == pytest.approx(found.posterior.mean, abs=1e-12)
    assert 0 < found.span_share < 0.99
    assert 0 < found.data_share <= found.span_share


def test_a_pilot_says_nothing_of_a_dimension_that_it_did_not_move():
    found = response("csat", belief(), piloted(csat=1.0), {"teamwork": 1.0}, roles=ROLES)
    assert found.data_share == pytest.approx(0, abs=1e-12)
    assert found.span_share == pytest.approx(0, abs=1e-12)
    assert found.data is None
    assert found.posterior == found.prior


CHANGES = st.lists(st.integers(-3000, 3000).map(lambda thousandths: thousandths / 1000), min_size=3, max_size=3)


@given(
    CHANGES,
    st.lists(st.floats(0.1, 50), min_size=3, max_size=3),
    st.permutations(range(3)),
)
def test_neither_the_units_of_incentives_nor_the_order_of_dimensions_matter(change, units, order):
    names = [NAMES[place] for place in order]
    unit = np.array(units)
    before = belief()
    other = Belief(
        dimensions=tuple(names),
        mean=(before.mean / unit)[list(order)],
        covariance=(before.covariance / np.outer(unit, unit))[np.ix_(order, order)],
    )
    wanted = dict(zip(NAMES, change, strict=True))
    pilot = piloted()
    scaled = {name: value * unit[NAMES.index(name)] for name, value in wanted.items()}
    again = piloted(**{name: value * unit[NAMES.index(name)] for name, value in pilot.change.items()})
    first, second = (
        response("csat", before, pilot, wanted, roles=ROLES),
        response("csat", other, again, scaled, roles=ROLES),
    )
    for name in ("data_share", "span_share", "size"):
        assert getattr(second, name) == pytest.approx(getattr(first, name), abs=1e-9)
    assert second.posterior.mean == pytest.approx(first.posterior.mean, abs=1e-9)
    assert second.posterior.deviation == pytest.approx(first.posterior.deviation, abs=1e-9)


@given(CHANGES)
def test_half_steps_add_up(change):
    wanted = dict(zip(NAMES, change, strict=True))
    half = {name: value / 2 for name, value in wanted.items()}
    whole, part = (response("csat", belief(), piloted(), one, roles=ROLES) for one in (wanted, half))
    assert 2 * part.posterior.mean == pytest.approx(whole.posterior.mean, abs=1e-9)


def test_intervals_cover_as_often_as_they_say_with_few_clusters():
    """Truth from the prior, an estimate whose standard error is itself estimated from 8 clusters."""
    rng = np.random.default_rng([8, 2026])
    clusters, draws, covered, bare = 8, 2000, 0, 0
    before = belief()
    change = {"workload": -1.0, "csat": 1.0}
    moved = before.of(change)
    for _ in range(draws):
        truth = float(moved @ (before.mean + np.sqrt(np.diag(before.covariance)) * rng.standard_normal(3)))
        teams = truth + rng.standard_normal(clusters)
        error = float(teams.std(ddof=1) / np.sqrt(clusters))
        pilot = piloted(float(teams.mean()), error, clusters, **change)
        low, high = response("csat", before, pilot, change, roles=ROLES).posterior.interval
        covered += low <= truth <= high
        weight = 1 / (1 / (moved @ before.covariance @ moved) + 1 / error**2)
        mean = weight * (before.effect(moved)[0] / (moved @ before.covariance @ moved) + teams.mean() / error**2)
        bare += abs(truth - mean) <= stats.norm.ppf(0.975) * np.sqrt(weight)
    allowed = 3 * np.sqrt(0.95 * 0.05 / draws)
    assert 0.93 - allowed <= covered / draws <= 0.98 + allowed
    assert bare < covered


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda: belief(deviation=(0.4, 0.0, 0.3)), "csat: the deviation of a belief must be above 0"),
        (lambda: belief(mean=(0.4, float("nan"), 0.3)), "not finite"),
        (lambda: Belief(dimensions=NAMES, mean=np.zeros(2), covariance=np.eye(3)), "3 dimensions needs 3 means"),
        (lambda: piloted(error=0.0), "standard error above 0"),
        (lambda: piloted(clusters=1), "from 1 cluster"),
        (lambda: belief().of({"volume": 1.0}), "volume: nothing is believed of it; known are workload, csat, teamwork"),
    ],
)
def test_what_cannot_be_put_together_is_refused(broken, said):
    with pytest.raises(ForecastError, match=said):
        broken()
