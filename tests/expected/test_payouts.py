"""Pay with expected behaviour: nothing under today's scheme, neutral to a cent, and by hand what people are moved by."""

import numpy as np
import pandas as pd
import pytest

from design_lab.evaluation.official import official
from design_lab.expected import expected_effects
from design_lab.expected.forecast import TOLD
from design_lab.expected.payouts import Payouts, expected_panel, payouts


@pytest.fixture(scope="module")
def found(start):
    return expected_effects(start, start.study.scheme("quality_first"))


@pytest.fixture(scope="module")
def made(start, found):
    return payouts(found, official(start.study, start.quarter).pay)


def test_the_scheme_in_force_moves_nobody_and_no_cent(start):
    same = payouts(expected_effects(start, start.study.current), official(start.study, start.quarter).pay)
    for name in ("rescored", "expected", "neutral"):
        assert (same.people[f"{name}_x100"] == same.people["today_x100"]).all()
    assert (same.rescored, same.moved, same.transition()) == (0, 0, 0.0)


def test_values_move_by_the_median_effect_of_their_outcome(start, found):
    moved, role = expected_panel(found), start.panel.people["role"].astype(str)
    mine, at = role.eq(found.first.start.role), found.starts + TOLD - 1
    path = found.first.path("calls_per_hour")
    ratio = np.median(path.changed[:, at] / path.without[:, at])
    pace = moved.values["calls_per_hour"] / start.panel.values["calls_per_hour"]
    np.testing.assert_allclose(pace[mine].dropna(), ratio)
    odds = [one.values["very_satisfied_rate"][mine].dropna() for one in (start.panel, moved)]
    inside = (odds[0] > 0) & (odds[0] < 1)
    apart = np.diff([np.log(one / (1 - one))[inside] for one in odds], axis=0)
    np.testing.assert_allclose(apart, apart[0, 0])
    assert apart[0, 0] > 0
    for stays in ("team_result", "peer_rating"):
        pd.testing.assert_series_equal(moved.values[stays], start.panel.values[stays])


def test_the_neutral_pool_is_today_s_to_a_cent_and_losses_are_made_up_for(made):
    assert made.people["neutral_x100"].sum() == made.people["today_x100"].sum()
    short = (made.people["today_x100"] - made.people["neutral_x100"]).clip(lower=0).sum()
    assert made.transition() == pytest.approx(2 * short / 100)
    assert made.transition(1) == pytest.approx(short / 100)
    told = {one.id: one for one in made.findings()}
    assert told["expected.quality_first.pool_change"].value == pytest.approx(
        made.people["expected_x100"].sum() / made.people["today_x100"].sum() - 1
    )
    assert told["expected.quality_first.transition_cost"].unit == "money"


def test_small_cells_of_gains_and_losses_stay_hidden(found):
    """Of 30 people 3 lose: neither they nor, by subtraction, who gains is told."""
    today = np.full(30, 100_00)
    moved = today + np.where(np.arange(30) < 3, -500, np.where(np.arange(30) < 15, 500, 0))
    people = pd.DataFrame(dict.fromkeys(("today_x100", "rescored_x100"), today) | {
        "expected_x100": moved, "neutral_x100": moved,
    })  # fmt: skip
    few, enough = (
        Payouts(found=found, people=people, least=least, graded=30, rescored=2, moved=20, stays=()) for least in (10, 3)
    )
    ids = [{one.id.rpartition(".")[2]: one.value for one in held.findings()} for held in (few, enough)]
    assert {"pay_gain", "pay_lose", "grades_rescored"} & {*ids[0]} == set()
    assert (ids[1]["pay_gain"], ids[1]["pay_lose"]) == (12, 3)
    assert ids[0]["grades_behaviour"] == 20


def test_without_pay_nothing_is_said_of_it(found):
    bare = payouts(found, None)
    assert {one.claim for one in bare.findings()} == {"unidentified"}
    with pytest.raises(ValueError, match="no performance pay was delivered"):
        bare.transition()
