"""What a pilot would find: against the formula for independent shocks, a second road, and planted effects."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from design_lab.errors import ForecastError
from design_lab.expected.pilot import Design, assured, power


def past(rng, teams=40, quarters=12, *, own=1.0, common=0.0):
    shocks = own * rng.standard_normal((teams, quarters)) + common * rng.standard_normal(quarters)
    return pd.DataFrame(
        shocks + 90 + 3 * rng.standard_normal((teams, 1)),
        [f"T{i:02d}" for i in range(teams)],
        [f"Q{i}" for i in range(quarters)],
    )


@pytest.mark.parametrize(("teams", "before", "after"), [(12, 4, 4), (8, 2, 1), (20, 1, 3)])
def test_a_parallel_pilot_has_the_variance_of_two_differences_of_means(teams, before, after):
    rng = np.random.default_rng([7, teams])
    found = power(past(rng, 200), Design(kind="parallel", teams=teams, before=before, after=after), rng=rng)
    exact = math.sqrt((1 / before + 1 / after) * 2 / (teams / 2))
    assert found.deviation == pytest.approx(exact, rel=0.1)
    assert found.detectable == pytest.approx(2.802 * exact, rel=0.12)


def test_what_all_teams_share_and_what_each_always_has_cost_no_power():
    designs = Design(kind="stepped", teams=12, before=2, after=4)
    plain, shared = (
        power(past(np.random.default_rng(3), common=common), designs, rng=np.random.default_rng(4))
        for common in (0.0, 50.0)
    )
    assert shared.deviation < 1.6 * plain.deviation  # other numbers are drawn, but 50 times the shock would show


def test_the_estimator_is_that_of_two_way_fixed_effects():
    """Second road: least squares on dummies of teams and quarters."""
    rng = np.random.default_rng(5)
    design = Design(kind="stepped", teams=6, before=2, after=3)
    treated, values = design.treated(), rng.standard_normal((6, 5))
    team, quarter = (one.ravel() for one in np.indices(values.shape))
    columns = np.column_stack([treated.ravel(), np.eye(6)[team], np.eye(5)[quarter]])
    by_dummies = np.linalg.lstsq(columns, values.ravel(), rcond=None)[0][0]
    order = list(itertools.permutations(range(6)))
    within = treated - treated.mean(axis=1, keepdims=True) - treated.mean(axis=0) + treated.mean()
    by_all = [(values[list(rows)] * within).sum() / (within**2).sum() for rows in order]
    assert by_all[0] == pytest.approx(by_dummies, abs=1e-12)
    found = power(pd.DataFrame(values), design, rng=rng, draws=20_000)
    assert found.deviation == pytest.approx(np.std(by_all), rel=0.03)
    assert found.least_p == pytest.approx(1 / len({tuple(map(tuple, treated[list(rows)])) for rows in order}))


def test_four_in_five_planted_effects_of_the_detectable_size_are_found():
    rng = np.random.default_rng(6)
    values = past(rng, 24)
    design = Design(kind="parallel", teams=24, before=4, after=4)
    found = power(values, design, rng=rng)
    assert found.at(0.0) == pytest.approx(0.05, abs=0.005)
    assert found.at(found.detectable) == pytest.approx(0.80, abs=0.02)
    assert found.at(-found.detectable) == pytest.approx(0.80, abs=0.05)
    fresh = power(past(np.random.default_rng(60), 24), design, rng=np.random.default_rng(61))
    assert fresh.at(found.detectable) == pytest.approx(0.80, abs=0.15)  # another past of the same kind


def test_more_teams_or_quarters_find_less_and_the_smallest_that_does_is_named():
    rng = np.random.default_rng(8)
    values = past(rng, 16)
    by_teams = [
        power(values, Design(kind="parallel", teams=n, before=2, after=2), rng=rng).detectable for n in (6, 12, 40)
    ]
    assert by_teams == sorted(by_teams, reverse=True)
    found = assured(values, 1.5, rng=rng)
    assert found
    assert all(one.at(1.5) >= 0.8 for one in found)
    assert [one.design.after for one in found] == sorted(one.design.after for one in found)
    assert assured(values, 0.01, rng=rng, most_teams=6) == ()


def test_a_stepped_design_changes_everybody_and_a_parallel_one_half():
    stepped = Design(kind="stepped", teams=7, before=2, after=3).treated()
    assert stepped[:, :2].sum() == 0
    assert stepped[:, -1].all()
    assert sorted(stepped.sum(axis=1)) == [1, 1, 2, 2, 3, 3, 3]
    parallel = Design(kind="parallel", teams=7, before=2, after=3).treated()
    assert parallel[:, -1].sum() == 3


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda: Design(kind="parallel", teams=3, before=1, after=1), "3 teams cannot be told from chance"),
        (lambda: Design(kind="parallel", teams=8, before=0, after=1), "at least one quarter before"),
        (lambda: Design(kind="stepped", teams=8, before=1, after=1), "at least two quarters after"),
        (lambda: tried(past(np.random.default_rng(1), 3)), "the past has 3 teams"),
        (lambda: tried(past(np.random.default_rng(1), 6, 3)), "has 3 quarters and the design needs 4"),
        (
            lambda: tried(past(np.random.default_rng(1), 6).mask(lambda v: v == v.iloc[1, 2])),
            "team T01 has no value in Q2",
        ),
        (lambda: assured(past(np.random.default_rng(1)), 0.0, rng=np.random.default_rng(1)), "an effect of 0 is found"),
    ],
)
def test_what_cannot_be_planned_is_refused(broken, said):
    with pytest.raises(ForecastError, match=said):
        broken()


def tried(values):
    return power(values, Design(kind="parallel", teams=4, before=2, after=2), rng=np.random.default_rng(2))
