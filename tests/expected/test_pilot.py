"""What a pilot would find: against the formula for independent shocks, a second road, and planted effects."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from design_lab.errors import ForecastError
from design_lab.evidence.adoption import adoption
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
        power(values, Design(kind="parallel", teams=n, before=2, after=2), rng=rng).detectable for n in (8, 12, 40)
    ]
    assert by_teams == sorted(by_teams, reverse=True)
    found = assured(values, 1.5, rng=rng)
    assert found
    assert all(one.at(1.5) >= 0.8 for one in found)
    assert [one.design.after for one in found] == sorted(one.design.after for one in found)
    assert assured(values, 0.01, rng=rng, most_teams=8) == ()


def test_a_stepped_design_changes_everybody_and_a_parallel_one_half():
    stepped = Design(kind="stepped", teams=7, before=2, after=3).treated()
    assert stepped[:, :2].sum() == 0
    assert stepped[:, -1].all()
    assert sorted(stepped.sum(axis=1)) == [1, 1, 2, 2, 3, 3, 3]
    parallel = Design(kind="parallel", teams=7, before=2, after=3).treated()
    assert parallel[:, -1].sum() == 3


def pilot(rng, design, *, effect=0.0):
    """One pilot as a frame: independent shocks, the first teams of the design changing first, an effect at once."""
    treated = design.treated()
    values = 90 + rng.standard_normal(treated.shape) + effect * treated
    starts = np.where(treated.any(axis=1), np.argmax(treated, axis=1), np.nan)
    team, quarter = (one.ravel() for one in np.indices(treated.shape))
    return pd.DataFrame({"team": team, "quarter": quarter, "csat": values.ravel(), "start": starts[team]})


TOLD = {"outcome": "csat", "unit": "team", "time": "quarter", "adopted": "start"}
PLANNED = (Design(kind="parallel", teams=9, before=1, after=3), Design(kind="stepped", teams=12, before=1, after=4))


@pytest.mark.parametrize("design", PLANNED)
def test_the_estimate_that_is_tried_is_the_one_that_judges_the_pilot(design):
    """Second road: `adoption` on the same pilot."""
    frame = pilot(np.random.default_rng(15), design)
    values = frame["csat"].to_numpy().reshape(design.teams, design.quarters)
    assert (values * design.weights("adoption")).sum() == pytest.approx(adoption(frame, **TOLD).value, abs=1e-10)
    assert design.weights("adoption").sum() == pytest.approx(0.0, abs=1e-12)
    assert (design.weights("two_way") * design.treated()).sum() == pytest.approx(1.0)


@pytest.mark.parametrize("design", PLANNED)
def test_the_test_that_judges_the_pilot_finds_the_detectable_effect_four_times_in_five(design):
    rng, tries = np.random.default_rng([16, design.teams]), 150
    known = power(past(rng, 60), design, rng=rng, estimator="adoption")
    found = [
        adoption(pilot(rng, design, effect=known.detectable), **TOLD, rng=rng, draws=199).lot.p < 0.05
        for _ in range(tries)
    ]
    assert np.mean(found) == pytest.approx(0.80, abs=3 * math.sqrt(0.16 / tries))


def test_an_analysis_held_against_one_quarter_finds_less_than_one_of_all_quarters_before():
    values, design = past(np.random.default_rng(17), 60), Design(kind="parallel", teams=12, before=4, after=4)
    one, all_ = (
        power(values, design, rng=np.random.default_rng(18), estimator=name).deviation
        for name in ("adoption", "two_way")
    )
    assert one / all_ == pytest.approx(math.sqrt((1 + 1 / 4) / (1 / 4 + 1 / 4)), rel=0.1)


def test_where_the_lot_has_too_few_results_nothing_is_found_however_large():
    rng = np.random.default_rng(19)
    for teams, least in ((4, 2 / 6), (6, 2 / 20)):
        design = Design(kind="parallel", teams=teams, before=1, after=2)
        found = power(past(rng), design, rng=rng, draws=200, estimator="adoption")
        assert found.least_p == pytest.approx(least)
        assert adoption(pilot(rng, design), **TOLD, rng=rng).lot.least_p == pytest.approx(least)
        assert (found.detectable, found.at(1e9), found.no_worse(1e9)) == (None, 0.0, 0.0)


def test_volume_is_shown_to_be_no_worse_as_often_as_the_normal_has_it():
    from scipy import stats

    rng = np.random.default_rng(20)
    found = power(past(rng, 100), Design(kind="parallel", teams=20, before=1, after=2), rng=rng, estimator="adoption")
    for margin, effect in ((0.0, 0.0), (1.0, 0.0), (1.0, -0.5)):
        exact = stats.norm.cdf((margin + effect) / found.deviation - stats.norm.ppf(0.975))
        assert found.no_worse(margin, effect) == pytest.approx(exact, abs=0.04)


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
