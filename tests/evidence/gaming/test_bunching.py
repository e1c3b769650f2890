"""Bunching by hand: mirror images on the lattice, what a smooth spread lets expect, planted jumps and bad frames."""

import numpy as np
import pandas as pd
import pytest

from design_lab.errors import DataError
from design_lab.evidence.gaming import bunching, score_bunching
from tests.evidence.panels import generator

WHO = {"unit": "who", "team": "team"}


def rows(met, of):
    people = len(met)
    return pd.DataFrame({"met": met, "of": of, "who": np.arange(people), "team": np.arange(people) % 10})


def found(frame, **changes):
    return bunching(frame, **{"met": "met", "of": "of", "threshold": 0.9, **WHO, **changes})


def smooth(rng, people=3000, n=40):
    return rows(rng.binomial(n, rng.beta(18, 2, people)), np.full(people, n))


def test_a_smooth_spread_of_heaped_rates_has_no_jump():
    held = found(smooth(generator()))
    assert held.low < 1 < held.high


def test_results_moved_from_just_short_to_just_met_are_a_jump():
    frame = smooth(generator())
    short = frame.index[frame["met"] == 35]  # 36 of 40 meet 90 %
    held = found(frame.assign(met=frame["met"].where(~frame.index.isin(short[::2]), 36)))
    assert held.p < 0.001
    assert held.low > 1


def test_the_jump_is_that_of_the_odds_where_all_lie_one_step_away():
    """Odds of 3, where a binomial at their mean of 0.8938 gives 5/36 x 0.8938/0.1062 = 1.168 to one."""
    held = found(rows([36] * 300 + [35] * 100, [40] * 400))
    assert held.value == pytest.approx(3 / 1.168, rel=0.04)
    assert held.n == held.people == 400


def test_a_threshold_between_two_points_of_the_lattice_is_met_from_the_next_one_on():
    """At 91 % of 40 it takes 37; 36 and 37 are mirror images."""
    held = found(rows([37] * 300 + [36] * 100, [40] * 400), threshold=0.91)
    assert held.value > 2


def test_of_several_thresholds_each_result_is_held_against_its_nearest():
    """Results moved onto 80 % are no jump at 90 % and one at the steps 80 % and 90 %; one step is a threshold."""
    frame = smooth(generator(), people=6000)
    short = frame.index[frame["met"] == 31]  # 32 of 40 meet 80 %
    moved = frame.assign(met=frame["met"].where(~frame.index.isin(short), 32))
    steps = found(moved, threshold=[0.8, 0.9], kind="bunching_steps", indicator="csat")
    assert (steps.name, steps.low > 1, found(moved).low < 1) == ("bunching_steps_csat", True, True)
    honest = found(frame, threshold=(0.8, 0.9))
    assert honest.low < 1 < honest.high
    one, alone = found(frame), found(frame, threshold=[0.9])
    assert (one.value, one.p, one.n) == (alone.value, alone.p, alone.n)
    for none in ([], [0.9, 1.0]):
        with pytest.raises(DataError, match=r"the threshold is .*; of a rate it must be a share above 0 and below 1"):
            found(frame, threshold=none)


def test_too_few_results_near_or_too_few_teams_are_no_sign():
    assert found(rows([36] * 20, [40] * 20)).unknown == "too_few_near"
    assert found(rows([10] * 100, [40] * 100)).unknown == "too_few_near"
    assert found(rows([36] * 100, [40] * 100).assign(team="one")).unknown == "too_few_teams_near"


def test_bounds_that_lie_close_together_make_no_jump_of_a_smooth_spread():
    """Scores rise towards 80: beyond the middle of two bounds they are nearer to the other, and their mirrors too."""
    rng = generator()
    values = np.rint(8000 + 250 * rng.normal(size=20_000)).astype(int)
    frame = pd.DataFrame({"score": values, "who": np.arange(20_000), "team": np.arange(20_000) % 20})
    held = score_bunching(frame, score="score", bounds=[7900.0, 8100.0], width=200, step=1, **WHO)
    assert held.low < 1 < held.high


def test_scores_at_a_bound_mirror_those_a_step_short():
    rng = generator()
    frame = rows(np.zeros(4000, int), np.ones(4000, int)).assign(score=np.rint(7500 + 400 * rng.normal(size=4000)))
    given = {"score": "score", "bounds": [8000.0, 7000.0], "width": 200, "step": 1, **WHO}
    honest = score_bunching(frame, **given)
    assert honest.low < 1 < honest.high
    lifted = frame["score"].where(~frame["score"].between(7950, 7999), 8000)
    assert score_bunching(frame.assign(score=lifted), **given).p < 0.001


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"met": "mett"}, "no column 'mett'; did you mean 'met'"),
        ({"threshold": 90}, "must be a share above 0 and below 1"),
        ({"met": "of", "of": "met"}, "of is above met in"),
    ],
)
def test_what_cannot_be_meant_is_refused(change, message):
    with pytest.raises(DataError, match=message):
        found(rows([36] * 80, [40] * 80), **change)


def test_holes_and_halves_are_refused():
    with pytest.raises(DataError, match="met is missing in 1 of 80 rows, first in row 0"):
        found(rows([np.nan] + [36] * 79, [40] * 80))
    with pytest.raises(DataError, match="met must hold whole numbers"):
        found(rows([35.5] * 80, [40] * 80))
    with pytest.raises(DataError, match="at least one bound"):
        score_bunching(rows([1], [1]), score="met", bounds=[], width=2, step=1, **WHO)
