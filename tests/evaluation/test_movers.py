"""Who moves: nobody under the same scheme, counts by hand, small cells closed, and what moved each."""

import numpy as np
import pandas as pd
import pytest

from design_lab.evaluation import compare
from design_lab.evaluation.comparison import grades_of_both
from design_lab.evaluation.movers import movers
from design_lab.scoring import score
from tests.scoring.conftest import make_panel, make_scheme

NOBODY = pd.DataFrame()
LINEAR = {"rule": "linear", "zero_at": 0, "full_at": 100}


def scheme(name, speed, quality):
    zero = {
        "teamwork": {"weight": 0, "indicators": {"peer_rating": 100}},
        "csat": {"weight": 0, "indicators": {"very_satisfied_rate": 100}},
    }
    return make_scheme(
        name=name,
        dimensions={
            "workload": {"weight": speed, "indicators": {"calls_per_hour": 100}},
            "service_quality": {"weight": quality, "indicators": {"qa_score": 100}},
        }
        | zero,
        rules=dict.fromkeys(("calls_per_hour", "qa_score", "very_satisfied_rate", "peer_rating"), LINEAR),
    )


def test_the_same_scheme_moves_nobody():
    panel = make_panel({f"E{i}": (10.0 + i, 90.0 - i, 0.7, 4.0) for i in range(20)})
    today = score(panel, scheme("today", 40, 60), medians=NOBODY)
    found = movers(today, today, least=1)
    assert found.moved_by == {}
    assert found.table()[["up", "down"]].to_numpy().sum() == 0
    assert all(finding.value == 0 for finding in found.findings())


def test_movers_by_hand():
    """Ten people: speed falls where quality rises, so that weighing quality turns the order round."""
    panel = make_panel({f"E{i}": (50.0 + i, 90.0 - i, 0.7, 4.0) for i in range(10)}, team=["T1"] * 5 + ["T2"] * 5)
    today = score(panel, scheme("today", 60, 40), medians=NOBODY)
    other = score(panel, scheme("other", 40, 60), medians=NOBODY)
    found = movers(today, other, least=1)
    # today A: E8 E9, B: E4-7, C: E1-3, D: E0; other A: E0 E1, B: E2-5, C: E6-8, D: E9
    counts = found.table().set_index("group")
    assert counts.loc["team-T1", ["people", "up", "same", "down"]].tolist() == [5, 4, 1, 0]
    assert counts.loc["team-T2", ["people", "up", "same", "down"]].tolist() == [5, 0, 1, 4]
    # E0 gains 10 x .2 points of speed less and 18 points of quality more than the mean: moved by both; quality is first
    assert found.movers == 8
    assert sum(found.moved_by.values()) == 8
    change = {name: (other.contributions - today.contributions)[name] for name in ("workload", "service_quality")}
    apart = pd.DataFrame({name: values - values.mean() for name, values in change.items()})
    up = apart[:5].idxmax(axis=1)[[True, True, True, True, False]]
    down = apart[5:].idxmin(axis=1)[[False, True, True, True, True]]
    assert found.moved_by == pd.concat([up, down]).value_counts().to_dict()


def test_small_counts_are_closed():
    rng = np.random.default_rng(3)
    panel = make_panel(
        {f"E{i:03d}": (rng.normal(20, 3), rng.normal(85, 4), 0.7, 4.0) for i in range(200)},
        team=[f"T{i % 16}" for i in range(200)],
        employment_type=["agency" if i % 3 else "own" for i in range(200)],
    )
    rules = make_scheme().model_dump()["rules"]
    today = score(panel, make_scheme(rules=rules), medians=NOBODY)
    other = score(panel, scheme("other", 20, 80), medians=NOBODY)
    found = movers(today, other, least=10)
    for _, _, counts in found.rows:
        assert all(count is None or count == 0 or count >= 10 for count in counts)
        assert sum(count is None for count in counts) != 1
    text = found.to_text("zh")
    assert "·" in text.to_numpy()
    shown = {finding.id for finding in found.findings()}
    assert not any(".team-" in one for one in shown)
    assert "劳务派遣员工" in text["group"].tolist()
    assert any(one.startswith("candidates.other.moved_by.") for one in shown)
    assert sum(f.value for f in found.findings() if ".moved_by." in f.id) == pytest.approx(1)


def test_who_changed_role_within_the_quarter_is_one_person_by_her_last_spell():
    """Four rows of three people; in her first spell E1 would fall and in her last one rise, and she is counted once."""
    panel = make_panel({"E1": (10.0, 50.0, 0.7, 4.0), "E2": (20.0, 40.0, 0.7, 4.0), "E3": (30.0, 30.0, 0.7, 4.0),
                        "E4": (40.0, 20.0, 0.7, 4.0)}, team=["T1"] * 4)  # fmt: skip
    keys = pd.MultiIndex.from_tuples([("E1", 1), ("E1", 2), ("E2", 1), ("E3", 1)], names=["employee_id", "part"])
    for frame in (panel.people, panel.values, panel.counts, panel.standard_errors):
        frame.index = keys
    panel.people["role"] = ["complaints", "customer_service", "customer_service", "complaints"]
    today, other = (
        score(panel, scheme(name, *weights), medians=NOBODY)
        for name, weights in (("today", (60, 40)), ("other", (40, 60)))
    )
    assert today.grade.notna().all()
    # In customer service E1 (20, 40) stands below E2 (30, 30)? By hand: 60 % speed and 40 % quality.
    assert today.total.tolist() == pytest.approx([26, 28, 30, 32])
    assert other.total.tolist() == pytest.approx([34, 32, 30, 28])
    made = compare(today, other)
    assert (made.graded, made.up, made.down) == (3, 1, 2)
    found = movers(today, other, least=1)
    assert (found.graded, found.movers) == (3, 3)


def graded(*names):
    worth = {name: 1.2 - place / 10 for place, name in enumerate(names)}
    shares = dict.fromkeys(names, 100 / len(names))
    return make_scheme(
        grades={"method": "forced", "pool": "role", "ties": "better", "shares": shares, "coefficients": worth}
    )


@pytest.mark.parametrize(
    ("theirs", "order"),
    [
        ("ABCD", "ABCD"),
        ("SABCD", "SABCD"),  # above the best of today's
        ("ABCDE", "ABCDE"),
        ("AC", "ABCD"),
        ("AXYD", "ABCXYD"),
    ],
)
def test_a_grade_that_only_the_candidate_has_stands_in_its_place(theirs, order):
    assert "".join(grades_of_both(graded(*"ABCD"), graded(*theirs))) == order


def test_a_new_best_grade_makes_nobody_worse():
    people = make_panel({f"E{i:02}": (10.0 + i, 80.0, 0.8, 4.0) for i in range(20)})
    today, candidate = (score(people, graded(*names), medians=pd.DataFrame()) for names in ("AD", "SAD"))
    found = compare(today, candidate)
    # Of ten with A seven get S and three keep A; of ten with D four get A.
    assert (found.up, found.down) == (11, 0)


@pytest.mark.parametrize("theirs", [("优秀", "称职", "基本称职"), ("B", "A", "C")])
def test_of_grades_of_which_nobody_can_say_whose_is_better_no_change_is_told(theirs):
    people = make_panel({f"E{i:02}": (10.0 + i, 80.0, 0.8, 4.0) for i in range(20)})
    today, candidate = (score(people, graded(*names), medians=pd.DataFrame()) for names in ("ABC", theirs))
    assert grades_of_both(today.scheme, candidate.scheme) is None
    found = {one.id: one for one in compare(today, candidate).findings()}
    changes = found[f"candidates.{candidate.scheme.name}.grade_changes"]
    assert (changes.value, changes.claim) == (None, "unidentified")
    assert "cannot be put in one order" in changes.text["en"]
    assert found[f"candidates.{candidate.scheme.name}.rank_correlation"].value == pytest.approx(1.0)
    assert movers(today, candidate, least=5).findings() == ()
