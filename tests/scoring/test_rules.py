"""Every rule of points: by hand, and what must hold of it whatever the values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from design_lab.rulebook import AmongPeers, Rule
from design_lab.scoring.rules import points

NAN = float("nan")


def rule(**keys):
    return TypeAdapter(Rule).validate_python(keys)


def earned(stated, values, better="higher", target=None, groups=None):
    """Points of `values` under a rule, everybody in one group of peers unless groups are given."""
    x = np.array(values, dtype=float)
    goal = getattr(stated, "target", NAN) if target is None else target
    aims = np.full(x.shape, NAN if isinstance(goal, str) else goal)
    members = np.zeros(len(x), dtype=int) if groups is None else np.array(groups)
    return points(x, stated, better=better, targets=aims, groups=members).tolist()


def test_attainment_is_value_over_target_between_floor_and_cap():
    # 100 x 12 / 15 = 80; 100 x 30 / 15 = 200, capped; 100 x 6 / 15 = 40, floored.
    stated = rule(rule="attainment", target=15, floor=60, cap=120)
    assert earned(stated, [12, 15, 30, 6]) == pytest.approx([80, 100, 120, 60])


def test_attainment_of_what_should_be_low_has_two_forms():
    # Target 180 s, 240 s taken: 100 x 180 / 240 = 75, or 100 x (2 - 240 / 180) = 66.67. At 150 s: 120 or 116.67.
    ratio = rule(rule="attainment", target=180, floor=0, cap=150)
    difference = rule(rule="attainment", target=180, floor=0, cap=150, inverse="difference")
    assert earned(ratio, [240, 150, 180, 0], better="lower") == pytest.approx([75, 120, 100, 150])
    assert earned(difference, [240, 150, 180, 0], better="lower") == pytest.approx([200 / 3, 350 / 3, 100, 150])


def test_threshold_target_and_stretch_are_joined_by_straight_lines():
    # From 60 at 85 to 100 at 90: 8 points a unit. From 100 at 90 to 120 at 95: 4 points a unit.
    stated = rule(rule="stretch", threshold=85, target=90, stretch=95)
    assert earned(stated, [85, 87, 90, 94, 95, 99, 84.9]) == pytest.approx([60, 76, 100, 116, 120, 120, 0])
    kept = rule(rule="stretch", threshold=85, target=90, stretch=95, below=60)
    assert earned(kept, [70]) == [60]


def test_stretch_runs_downwards_where_lower_is_better():
    # Handle time: threshold 240 s, target 180 s, stretch 150 s; 210 s is halfway to the target, 160 s two thirds on.
    stated = rule(rule="stretch", threshold=240, target=180, stretch=150)
    assert earned(stated, [240, 210, 180, 160, 100, 241], better="lower") == pytest.approx(
        [60, 80, 100, 100 + 20 * 2 / 3, 120, 0]
    )


def test_linear_runs_from_nothing_to_everything():
    # 100 x (0.87 - 0.85) / (0.90 - 0.85) = 40.
    assert earned(rule(rule="linear", zero_at=0.85, full_at=0.90), [0.87, 0.84, 0.95]) == pytest.approx([40, 0, 100])
    assert earned(rule(rule="linear", zero_at=0.2, full_at=0), [0.05, 0.3], better="lower") == pytest.approx([75, 0])


def test_goalposts_give_the_cap_to_the_better_end():
    # (70 - 50) / (100 - 50) = .4 of the way from 60 to 120 points: 84; turned round: .6 of it: 96.
    stated = rule(rule="goalposts", low=50, high=100, floor=60, cap=120)
    assert earned(stated, [70, 40, 101]) == pytest.approx([84, 60, 120])
    assert earned(stated, [70, 40, 101], better="lower") == pytest.approx([96, 120, 60])


def test_a_ladder_jumps_at_its_steps():
    steps = [
        {"end": 0.85, "points": 0},
        {"start": 0.85, "end": 0.9, "points": 20},
        {"start": 0.9, "end": 0.95, "points": 25},
        {"start": 0.95, "points": 30},
    ]
    assert earned(rule(rule="ladder", steps=steps), [0.8499, 0.85, 0.9, 0.95, 1]) == [0, 20, 25, 30, 30]


def test_a_deduction_counts_units_beyond_its_start():
    # 100 less 5 a violation, never below 0.
    violations = rule(rule="deduction", base=100, per_unit=-5, floor=0, cap=100)
    assert earned(violations, [0, 1, 3, 25], better="lower") == [100, 95, 85, 0]
    # 80, and 1 more for every 10 calls above 100 a day, never above 100.
    bonus = rule(rule="deduction", base=80, start=100, per_unit=0.1, floor=0, cap=100)
    assert earned(bonus, [90, 100, 150, 400]) == pytest.approx([80, 80, 85, 100])
    # 100, less 2 for each point below 90.
    below = rule(rule="deduction", base=100, start=90, per_unit=-2, side="below", floor=0, cap=100)
    assert earned(below, [95, 88, 30]) == [100, 96, 0]


def test_z_is_held_against_peers():
    # 10, 14, 18: mean 14, sample deviation 4, population deviation sqrt(32 / 3) = 3.266.
    sample = rule(rule="z", centre=80, spread=10, floor=0, cap=200)
    whole = rule(rule="z", centre=80, spread=10, floor=0, cap=200, sd="population")
    assert earned(sample, [10, 14, 18]) == pytest.approx([70, 80, 90])
    assert earned(sample, [10, 14, 18], better="lower") == pytest.approx([90, 80, 70])
    step = 40 / (32 / 3) ** 0.5
    assert earned(whole, [10, 14, 18]) == pytest.approx([80 - step, 80, 80 + step])
    clipped = rule(rule="z", centre=80, spread=10, floor=75, cap=85)
    assert earned(clipped, [10, 14, 18]) == [75, 80, 85]


def test_peers_who_do_not_differ_get_the_centre_also_when_their_mean_is_not_exact():
    # The mean of three times 0.1 is not 0.1 in binary; that must not pass for a difference.
    assert earned(rule(rule="z", centre=80, spread=10, floor=0, cap=120), [0.1, 0.1, 0.1]) == [80, 80, 80]


def test_percentile_is_rank_less_a_half_over_n_and_ties_share_the_mean_rank():
    # Ranks from the worst: 10 is 1, the two 20 share 2.5, 30 is 4; (1 - .5) / 4 = .125, (2.5 - .5) / 4 = .5, .875.
    stated = rule(rule="percentile")
    assert earned(stated, [20, 10, 30, 20]) == [50, 12.5, 87.5, 50]
    assert earned(stated, [20, 10, 30, 20], better="lower") == [50, 87.5, 12.5, 50]


def test_rank_is_the_share_of_the_others_who_are_worse():
    # Of the three others: 10 beats none, 20 beats one, 30 beats three.
    assert earned(rule(rule="rank"), [20, 10, 30, 20]) == pytest.approx([100 / 3, 0, 100, 100 / 3])
    assert earned(rule(rule="rank", min_group=1), [7]) == [50]


def test_min_max_runs_between_the_worst_and_the_best_peer():
    # From 1 at 58 to 100 at 81: 62 lies 4 / 23 of the way, 1 + 99 x 4 / 23 = 18.217.
    stated = rule(rule="min_max", floor=1, cap=100)
    assert earned(stated, [62, 58, 81]) == pytest.approx([1 + 99 * 4 / 23, 1, 100])
    assert earned(stated, [5, 5]) == [50.5, 50.5]


@pytest.mark.parametrize("name", ["z", "percentile", "rank", "min_max"])
def test_groups_are_apart_and_a_small_one_gets_no_points(name):
    keys = {"centre": 80, "spread": 10, "floor": 0, "cap": 120} if name == "z" else {}
    stated = rule(rule=name, min_group=3, **keys)
    values, groups = [1, 2, 3, 1, 2, NAN, 5], [0, 0, 0, 1, 1, 1, -1]
    got = earned(stated, values, groups=groups)
    assert got[:3] == earned(stated, [1, 2, 3])
    assert np.isnan(got[3:]).all()


EXAMPLES = {
    "attainment": (rule(rule="attainment", target=20, floor=60, cap=120), (60, 120)),
    "stretch": (rule(rule="stretch", threshold=10, target=20, stretch=40), (0, 120)),
    "linear": (rule(rule="linear", zero_at=5, full_at=45), (0, 100)),
    "goalposts": (rule(rule="goalposts", low=5, high=45), (0, 100)),
    "ladder": (rule(rule="ladder", steps=[{"end": 20, "points": 0}, {"start": 20, "points": 100}]), (0, 100)),
    "deduction": (rule(rule="deduction", base=50, start=10, per_unit=2, floor=0, cap=90), (0, 90)),
    "z": (rule(rule="z", centre=80, spread=10, floor=60, cap=100), (60, 100)),
    "percentile": (rule(rule="percentile"), (0, 100)),
    "rank": (rule(rule="rank"), (0, 100)),
    "min_max": (rule(rule="min_max"), (0, 100)),
}
several = st.lists(st.integers(0, 60), min_size=2, max_size=9)


@pytest.mark.parametrize("name", EXAMPLES)
@given(values=several, order=st.randoms(use_true_random=False))
def test_points_follow_the_values_stay_within_bounds_and_forget_the_order(name, values, order):
    stated, (low, high) = EXAMPLES[name]
    got = earned(stated, values)
    by_value = [p for _, p in sorted(zip(values, got, strict=True), key=lambda pair: pair[0])]
    assert (np.diff(by_value) >= -1e-9).all()
    assert low - 1e-9 <= min(got) <= max(got) <= high + 1e-9
    places = list(range(len(values)))
    order.shuffle(places)
    assert earned(stated, [values[i] for i in places]) == pytest.approx([got[i] for i in places])


LOWER = {
    "ratio": rule(rule="attainment", target=20, floor=60, cap=120),
    "difference": rule(rule="attainment", target=20, floor=60, cap=120, inverse="difference"),
    "stretch": rule(rule="stretch", threshold=40, target=20, stretch=10),
    "goalposts": EXAMPLES["goalposts"][0],
    "deduction": rule(rule="deduction", base=100, start=10, per_unit=-3, floor=0, cap=100),
    **{name: EXAMPLES[name][0] for name in ("z", "percentile", "rank", "min_max")},
}


@pytest.mark.parametrize("name", LOWER)
@given(values=several)
def test_points_fall_with_the_values_where_lower_is_better(name, values):
    got = earned(LOWER[name], values, better="lower")
    by_value = [p for _, p in sorted(zip(values, got, strict=True), key=lambda pair: pair[0])]
    assert (np.diff(by_value) <= 1e-9).all()


@pytest.mark.parametrize("name", [name for name, (stated, _) in EXAMPLES.items() if isinstance(stated, AmongPeers)])
@given(values=several, scale=st.floats(0.1, 50), shift=st.floats(-50, 50))
def test_what_is_held_against_peers_forgets_units(name, values, scale, shift):
    stated, _ = EXAMPLES[name]
    moved = [scale * value + shift for value in values]
    assert earned(stated, moved) == pytest.approx(earned(stated, values), abs=1e-6)
