"""The goal tree: baselines with their errors, steps to a target, and what guards them."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from design_lab.aimed import Target
from design_lab.catalogue.goals import Aim, Aims, aims
from design_lab.errors import StudyError
from design_lab.expected.goal_tree import goal_tree
from tests.scoring.test_score import make_panel

NAME = {"en": "a goal", "zh": "目标"}
TREE = Aims(
    goals={
        "service": Aim(name=NAME, indicators=("csat", "very_satisfied_rate"), method=NAME, serves=NAME,
                       guards=("exam_points", "calls_per_hour")),
        "fast": Aim(name=NAME, indicators=("calls_per_hour",), guards=("calls_per_hour",)),
        "learn": Aim(name=NAME, indicators=("exam_points",)),
    },
    contents={},
)  # fmt: skip


@pytest.fixture(scope="module")
def panel():
    """120 people in 12 teams of ten, each with as many ratings and calls."""
    rng = np.random.default_rng(3)
    rows = {f"E{i:03d}": (rng.normal(20, 3), rng.normal(85, 4), rng.uniform(0.6, 0.9), 4.0) for i in range(120)}
    made = make_panel(rows, team=[f"T{i % 12:02d}" for i in range(120)])
    shares, counts = made.values["very_satisfied_rate"], made.counts["very_satisfied_rate"]
    hours = made.counts["calls_per_hour"] / made.values["calls_per_hour"]
    centre = pd.DataFrame(
        {
            "value": [(shares * counts).sum() / counts.sum(), made.counts["calls_per_hour"].sum() / hours.sum()],
            "n": [counts.sum(), made.counts["calls_per_hour"].sum()],
        },
        index=["very_satisfied_rate", "calls_per_hour"],
    )
    return replace(made, centre=centre)


def stated(value, **milestones):
    return {"very_satisfied_rate": Target(value=value, definition="", **milestones)}


def test_the_standard_error_is_that_of_team_means(panel):
    one = goal_tree(panel, TREE, targets=stated(0.9)).branches[0].stands
    means = panel.values["very_satisfied_rate"].groupby(panel.people["team"]).mean()
    assert one.se == pytest.approx(means.std() / np.sqrt(12), rel=1e-6)  # with equal counts the jackknife is that


def test_steps_lie_on_a_straight_line_unless_the_client_states_them(panel):
    service = goal_tree(panel, TREE, targets=stated(0.9)).branches[0]
    base = service.stands.value
    assert [(one.months, one.stated) for one in service.steps] == [(3, False), (6, False), (12, True)]
    assert [one.value for one in service.steps] == pytest.approx(
        [base + (0.9 - base) / 4, base + (0.9 - base) / 2, 0.9]
    )
    own = goal_tree(panel, TREE, targets=stated(0.9, milestones={6: 0.8})).branches[0]
    assert [one.stated for one in own.steps] == [False, True, True]
    assert [one.value for one in own.steps] == pytest.approx([(base + 0.8) / 2, 0.8, 0.9])


def steps(tree):
    return [one for one in tree.findings() if one.id.split(".")[2] not in ("baseline", "guard")]


def test_each_goal_with_data_states_where_it_starts_and_what_guards_it(panel):
    tree = goal_tree(panel, TREE, targets=stated(0.9))
    service, fast, _ = tree.branches
    held = {one.id: one for one in tree.findings()}
    start = held[f"goal_tree.service.baseline.{service.stands.indicator}"]
    assert (start.value, start.interval, start.n) == (
        pytest.approx(service.stands.value), pytest.approx(service.stands.interval), service.stands.people,
    )  # fmt: skip
    assert held["goal_tree.service.guard.calls_per_hour"].value == pytest.approx(service.bound)
    assert held[f"goal_tree.fast.baseline.{fast.stands.indicator}"].value == pytest.approx(fast.stands.value)
    assert not [id for id in held if id.startswith(("goal_tree.fast.guard", "goal_tree.learn.baseline"))]


def test_a_target_that_is_met_asks_for_no_step_back(panel):
    service = goal_tree(panel, TREE, targets=stated(0.5)).branches[0]
    assert [one.value for one in service.steps] == [0.5, 0.5, 0.5]
    assert all(service.met(one) for one in service.steps)
    told = steps(goal_tree(panel, TREE, targets=stated(0.5)))[0]
    assert "as good as the client's 50.0% already, and is to be no worse in 3 months." in told.text["en"]


def test_a_step_within_the_noise_of_two_quarters_is_said_to_be(panel):
    service = goal_tree(panel, TREE, targets=stated(0.9)).branches[0]
    base, least = service.stands.value, 1.96 * np.sqrt(2) * service.stands.se
    for target, told in ((base + 0.99 * least, False), (base + 1.01 * least, True)):
        last = goal_tree(panel, TREE, targets=stated(target)).branches[0]
        assert last.told(last.steps[-1]) is told
    small = steps(goal_tree(panel, TREE, targets=stated(base + least / 2)))[0]
    assert "would not be told from chance" in small.text["en"]


def test_the_guard_is_the_first_with_data_that_is_not_the_goal_s_own(panel):
    service, fast, learn = goal_tree(panel, TREE, targets=stated(0.9)).branches
    assert service.guard.indicator == "calls_per_hour"
    assert service.bound == service.guard.interval[0]
    assert fast.guard is None
    assert learn.bound is None


def test_what_is_not_known_has_no_number(panel):
    tree = goal_tree(panel, TREE, targets=stated(0.9))
    told = {one.id: one for one in steps(tree)}
    assert [*told] == [
        *(f"goal_tree.service.m{months}" for months in (3, 6, 12)), "goal_tree.fast.m12", "goal_tree.learn.m12",
    ]  # fmt: skip
    assert [one.claim for one in told.values()] == [
        "scenario",
        "scenario",
        "accounting",
        "unidentified",
        "unidentified",
    ]
    assert "targets.calls_per_hour in study.yaml" in told["goal_tree.fast.m12"].text["en"]
    assert "nothing that follows it has data" in told["goal_tree.learn.m12"].text["en"]
    assert told["goal_tree.service.m12"].value == 0.9
    assert re.search(r"standard error \d\.\d\d pp", told["goal_tree.service.m12"].text["en"])


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_tree_is_read_in_both_languages(panel, lang):
    tree = goal_tree(panel, TREE, targets=stated(0.9))
    shown = tree.to_text(lang)
    assert len(shown) == len(tree.table()) == 3
    assert "nan" not in shown.to_string()
    assert ("(proposed)" if lang == "en" else "（建议）") in shown.iloc[0, 5]


def test_every_goal_of_the_catalogue_says_what_it_is_for_and_what_guards_it():
    for aim in aims().goals.values():
        assert set(aim.serves) == {"en", "zh"}
        assert aim.guards
        assert aim.guards[0] not in aim.indicators


def test_a_guard_without_a_card_is_refused(tmp_path):
    file = tmp_path / "goals.yaml"
    file.write_text("goals:\n  a: {name: {en: a, zh: 甲}, indicators: [csat], guards: [csta]}\ncontents: {}\n", "utf-8")
    with pytest.raises(StudyError, match=r"goals\.a\.guards: csta has no metric card; did you mean 'csat'"):
        aims(file)
