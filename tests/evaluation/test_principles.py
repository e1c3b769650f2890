"""Principles and goals: answers by hand, planted gaps, and nothing unknown that passes."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from design_lab.catalogue.goals import Aim, Aims
from design_lab.evaluation.coverage import coverage
from design_lab.evaluation.criteria import Criterion, Estimate, Principles
from design_lab.evaluation.fairness import gaps
from design_lab.evaluation.feedback import Feedback
from design_lab.evaluation.goals import goals
from design_lab.evaluation.principles import GAP, principles
from design_lab.scoring import score
from design_lab.scoring.signal import Signal
from tests.scoring.conftest import make_panel, make_scheme

NOBODY = pd.DataFrame()
NAME = {"en": "x", "zh": "甲"}
AIMS = Aims(
    goals={"fast": Aim(name=NAME, indicators=("calls_per_hour",), method=NAME)},
    contents={"together": Aim(name=NAME, indicators=("peer_rating",))},
)


def crowd(people=120, teams=12, seed=3, **columns):
    rng = np.random.default_rng(seed)
    rows = {
        f"E{i:03d}": (rng.normal(20, 3), rng.normal(85, 4), rng.uniform(0.6, 0.9), rng.normal(4, 0.4))
        for i in range(people)
    }
    return make_panel(rows, team=[f"T{i % teams:02d}" for i in range(people)], **columns)


def answers(panel, scheme=None, **known):
    scheme = scheme or make_scheme()
    scores = score(panel, scheme, medians=NOBODY)
    cover = coverage(panel, scheme, AIMS, roles={}, least=1)
    return principles(panel, scores, cover, **({"least": 10, "cycle_months": 3} | known))


def known(value, *, low=None, high=None):
    return Estimate(value=value, low=value if low is None else low, high=value if high is None else high, n=100)


@pytest.mark.parametrize(
    ("low", "high", "at_least", "answer"),
    [
        (0.7, 0.9, True, "met"), (0.5, 0.6, True, "not_met"), (0.6, 0.8, True, "unknown"),
        (0.71, 0.9, False, "not_met"), (0.5, 0.7, False, "met"), (0.6, 0.8, False, "unknown"),
    ],
)  # fmt: skip
def test_an_answer_needs_both_ends_on_one_side(low, high, at_least, answer):
    one = Criterion(
        principle="fair", name="same_grade", found=Estimate(value=low, low=low, high=high, n=9), bound=0.7,
        at_least=at_least, unit="share", claim="accounting", level=0.95,
    )  # fmt: skip
    assert one.answer == answer


def test_nothing_unknown_passes():
    found = answers(crowd())
    assert {one.name for one in found.criteria if one.answer == "unknown"} >= {
        "same_grade",
        "feedback",
        "score_reliability",
    }
    for principle in ("fair", "timely"):
        assert found.answer(principle) == "unknown"
        told = {finding.id: finding for finding in found.findings()}[f"diagnosis.principle.{principle}"]
        assert (told.claim, told.value) == ("unidentified", None)
        assert told.text["en"].lower().count("cannot be told") >= 1


@given(st.lists(st.sampled_from(["met", "not_met", "unknown"]), min_size=1, max_size=4))
def test_a_principle_is_met_only_if_every_criterion_is(given_answers):
    ends = {"met": (0.8, 0.9), "not_met": (0.1, 0.2), "unknown": (0.1, 0.9)}
    made = tuple(
        Criterion(
            principle="timely", name="score_reliability", key=f"c{at}", bound=0.7, at_least=True, unit="share",
            claim="accounting", level=0.95, found=Estimate(value=0.5, low=ends[one][0], high=ends[one][1], n=9),
        )
        for at, one in enumerate(given_answers)
    )  # fmt: skip
    answer = Principles(criteria=made).answer("timely")
    expected = "not_met" if "not_met" in given_answers else "unknown" if "unknown" in given_answers else "met"
    assert answer == expected


def test_weights_are_split_by_kind_and_by_what_is_known_of_their_reliability():
    panel = crowd()
    panel.signals["customer_service", "very_satisfied_rate"] = Signal(
        people=120, observations=12_000, p=0.0, reliability=0.8, between_variance=1.0, within_variance=25.0
    )
    found = {one.name: one for one in answers(panel).criteria}
    # Calls per hour (40 %) are not tested, the very-satisfied rate (25 %) is reliable; QA and peer ratings are qualitative.
    assert found["reliable_weight"].found == Estimate(value=0.25, low=0.25, high=pytest.approx(0.65), n=120)
    assert found["reliable_weight"].answer == "not_met"
    assert found["subjective_weight"].found.value == pytest.approx(0.35)
    assert found["subjective_weight"].answer == "not_met"
    finding = found["reliable_weight"].finding()
    assert finding.interval is None  # what is not known is no sampling error
    assert "25.0% to 65.0%" in finding.text["en"]


def test_cells_filled_by_assumption_leave_completeness_open():
    assert answers(crowd()).answer("complete") == "met"
    assert answers(crowd(), make_scheme(assumed=("indicators",))).answer("complete") == "unknown"
    panel = crowd()
    panel.counts["calls_per_hour"] = 0
    assert answers(panel).answer("complete") == "not_met"


def told(days):
    return Feedback(quarter="2026Q3", days=pd.Series(days, dtype="float64"))


def test_timely_by_hand():
    good = {"score_reliability": known(0.8, low=0.75, high=0.85), "told": told([10] * 300)}
    assert answers(crowd(), **good).answer("timely") == "met"
    assert answers(crowd(), **good | {"cycle_months": 12}).answer("timely") == "not_met"
    assert answers(crowd(), **good | {"told": told([10] * 250 + [40] * 50)}).answer("timely") == "not_met"
    # Nobody knows when 30 of 300 were told: all of them in time, or none.
    assert answers(crowd(), **good | {"told": told([10] * 270 + [None] * 30)}).answer("timely") == "unknown"
    assert answers(crowd(), **good | {"told": told([None] * 300)}).answer("timely") == "unknown"
    assert answers(crowd(), **good | {"score_reliability": known(0.7, low=0.6, high=0.8)}).answer("timely") == "unknown"


def test_a_gap_equals_the_regression_within_role_and_level():
    panel = crowd(gender=["female" if i % 3 else "male" for i in range(120)])
    panel.people.loc[panel.people.index[::2], "level"] = "senior_agent"
    scores = score(panel, make_scheme(), medians=NOBODY)
    (found,) = gaps(scores, least=10)
    assert (found.group.key, found.people, found.others) == ("gender-female", 80, 40)
    levels = pd.get_dummies(panel.people["level"], dtype=float).to_numpy()
    held = np.column_stack([panel.people["gender"].eq("female").astype(float), levels])
    slope = np.linalg.lstsq(held, scores.total.to_numpy(), rcond=None)[0][0]
    apart = scores.total - scores.total.groupby(panel.people["level"]).transform("mean")
    assert found.value == pytest.approx(slope / np.sqrt((apart**2).sum() / 119))


def test_planted_gaps_are_found_and_none_is_made_up():
    gender = ["female" if i % 2 else "male" for i in range(600)]
    fair = crowd(600, 30, gender=gender)
    (found,) = gaps(score(fair, make_scheme(), medians=NOBODY), least=10)
    assert abs(found.value) < found.margin
    unfair = crowd(600, 30, gender=gender)
    women = unfair.people["gender"] == "female"
    unfair.values.loc[women, "calls_per_hour"] -= 3
    criterion = next(one for one in answers(unfair).criteria if one.key == "gap_gender-female")
    assert criterion.found.low > GAP
    assert criterion.answer == "not_met"
    assert "women" in criterion.finding().text["en"]
    assert "女性" in criterion.finding().text["zh"]


def test_intervals_of_several_gaps_hold_together():
    one = crowd(gender=["female" if i % 2 else "male" for i in range(120)])
    both = crowd(
        gender=["female" if i % 2 else "male" for i in range(120)], employment_type=["own", "agency", "intern"] * 40
    )
    alone = {gap.group.value: gap.margin for gap in gaps(score(one, make_scheme(), medians=NOBODY), least=10)}
    beside = {gap.group.value: gap.margin for gap in gaps(score(both, make_scheme(), medians=NOBODY), least=10)}
    assert set(beside) == {"female", "own", "agency", "intern"}
    assert beside["female"] > 1.2 * alone["female"]


def test_groups_that_are_small_or_unknown_are_no_gap_of_zero():
    few = crowd(gender=["female"] * 9 + ["male"] * 111)
    assert gaps(score(few, make_scheme(), medians=NOBODY), least=10) == ()
    unknown = crowd(gender=[None] * 120)
    assert gaps(score(unknown, make_scheme(), medians=NOBODY), least=10) == ()
    assert {one.name: one.answer for one in answers(few).criteria}["gap_any"] == "unknown"


def test_groups_of_any_name_have_ids_of_their_own():
    bands = ["24+", "24", "甲", "乙"] * 30
    told = {f.id for f in answers(crowd(tenure_band=bands)).findings() if ".fair.gap_" in f.id}
    assert len(told) == 4
    assert "diagnosis.principle.fair.gap_tenure_band-24" in told


def test_a_group_of_one_team_cannot_be_told_from_the_team():
    panel = crowd(site=["B" if i % 12 == 0 else "A" for i in range(120)])
    (gap,) = gaps(score(panel, make_scheme(), medians=NOBODY), least=10)
    assert gap.margin is None
    criterion = next(one for one in answers(panel).criteria if one.name == "gap")
    assert criterion.answer == "unknown"
    assert "all of the group to one" in criterion.finding().text["en"]


def with_centre(panel):
    shares, counts = panel.values["very_satisfied_rate"], panel.counts["very_satisfied_rate"]
    hours = panel.counts["calls_per_hour"] / panel.values["calls_per_hour"]
    centre = pd.DataFrame(
        {
            "value": [(shares * counts).sum() / counts.sum(), panel.counts["calls_per_hour"].sum() / hours.sum(), 4.2],
            "n": [counts.sum(), panel.counts["calls_per_hour"].sum(), 900],
        },
        index=["very_satisfied_rate", "calls_per_hour", "peer_rating"],
    )
    return replace(panel, centre=centre)


TREE = Aims(
    goals={
        "service": Aim(name=NAME, indicators=("csat", "very_satisfied_rate"), method=NAME),
        "fast": Aim(name=NAME, indicators=("calls_per_hour",)),
        "together": Aim(name=NAME, indicators=("peer_rating",)),
        "learn": Aim(name=NAME, indicators=("exam_points",)),
    },
    contents={},
)


def test_goals_stand_where_the_centre_stands():
    panel = with_centre(crowd())
    found = {one.goal: one for one in goals(panel, TREE, targets={"very_satisfied_rate": 0.5}).states}
    assert (found["service"].indicator, found["service"].answer) == ("very_satisfied_rate", "met")
    low, high = found["service"].interval
    # Second road: with equal counts the jackknife of ten-person teams is the t interval of team means.
    means = panel.values["very_satisfied_rate"].groupby(panel.people["team"]).mean()
    half = 2.200985 * means.std() / np.sqrt(12)
    assert (high - low) / 2 == pytest.approx(half, rel=1e-6)
    assert (low + high) / 2 == pytest.approx(found["service"].value)
    assert found["fast"].answer == "no_target"
    assert found["fast"].interval is not None  # calls are the numerator: hours are found from them
    assert found["together"].interval is None  # the centre's 4.2 is not made of these values
    assert (found["learn"].indicator, found["learn"].answer) == (None, "unknown")


def test_a_target_within_the_interval_is_not_told_and_lower_is_better_where_it_is():
    panel = with_centre(crowd())
    value = panel.centre["value"]["very_satisfied_rate"]
    for target, answer in ((value, "unknown"), (value + 0.2, "not_met"), (value - 0.2, "met")):
        found = goals(panel, TREE, targets={"very_satisfied_rate": target}).states[0]
        assert found.answer == answer
        assert (
            replace(found, better="lower").answer == {"met": "not_met", "not_met": "met", "unknown": "unknown"}[answer]
        )


def test_every_goal_has_a_finding_in_both_languages():
    found = goals(with_centre(crowd()), TREE, targets={"very_satisfied_rate": 0.5})
    told = {finding.id: finding for finding in found.findings()}
    assert set(told) == {f"diagnosis.goal.{goal}" for goal in TREE.goals}
    assert told["diagnosis.goal.learn"].claim == "unidentified"
    assert "exam result" in told["diagnosis.goal.learn"].text["en"]
    assert told["diagnosis.goal.service"].interval is not None
    assert told["diagnosis.goal.together"].limits[-1].startswith("Single people")
    assert len(found.to_text("zh")) == len(found.table()) == 4


def test_tables_and_findings_agree():
    found = answers(
        crowd(gender=["female" if i % 2 else "male" for i in range(120)]), same_grade=known(0.6, low=0.55, high=0.65)
    )
    told = {finding.id for finding in found.findings()}
    assert len(told) == len(found.criteria) + 4
    assert len(found.table()) == len(found.to_text("zh")) == len(found.criteria)
    assert found.table()["answer"].isin(["met", "not met", "unknown"]).all()
