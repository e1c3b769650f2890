"""What a corrected datum does: by hand, on nobody else, on who is pushed out, on the pool; and where a grade turns."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from design_lab.catalogue import cards
from design_lab.errors import DataError
from design_lab.evaluation.correction import bounds, correct, flips, last_row, parse_change
from design_lab.scoring import score
from tests.scoring.conftest import make_panel, make_scheme

NOBODY = pd.DataFrame()
FIXED = {"method": "fixed", "bounds": {"A": 90, "B": 75, "C": 0}, "coefficients": {"A": 1.2, "B": 1.0, "C": 0.8}}


@pytest.fixture
def ten():
    """Ten people who differ in call quality alone: 60, 62, ... 78."""
    return make_panel({f"E{i}": (20.0, 60.0 + 2 * i, 0.75, 4.0) for i in range(10)})


def scored(panel, **changes):
    return score(panel, make_scheme(**changes), medians=NOBODY)


def test_a_corrected_datum_by_hand(ten):
    """Quality of E0 from 60 to 76: points (76 - 60) / 40 x 100 = 40 at a weight of 25 %, so the total gains 10."""
    before = scored(ten)
    found = correct(ten, before, last_row(ten, "E0"), {"qa_score": 76.0}, medians=NOBODY)
    assert found.points("qa_score") == (0.0, 40.0)
    assert found.totals[1] - found.totals[0] == pytest.approx(10.0)
    # A: E9 E8 (and E0, tied with E8 at rank 2: three people); B: E7 E6 E5 (to rank 6); C: E4 E3 E2; D: E1
    assert found.grades == ("D", "A")
    assert found.after.grade["E8"] == "A"
    changed = {i for i in before.grade.index if before.grade[i] != found.after.grade[i]} - {"E0"}
    assert found.others == len(changed) == 2


def test_the_same_datum_changes_nothing(ten):
    before = scored(ten)
    found = correct(ten, before, "E3", {"qa_score": 66.0}, medians=NOBODY)
    assert found.totals[0] == found.totals[1]
    assert found.others == 0
    assert found.after.grade.tolist() == before.grade.tolist()


def test_the_pool_follows_the_grade(ten):
    """Fixed bounds: nobody else moves, and 100.00 of pay at par goes from a coefficient of .8 to 1.2."""
    pay = pd.DataFrame(
        {"employee_id": [f"E{i}" for i in range(10)], "date": 1, "performance_x100": 10_000, "paid_x100": 0}
    )
    linear = {"rule": "linear", "zero_at": 0, "full_at": 100}
    only = {"service_quality": {"weight": 100, "indicators": {"qa_score": 100}}}
    before = scored(ten, grades=FIXED, dimensions=only, rules={"qa_score": linear})
    found = correct(ten, before, "E0", {"qa_score": 95.0}, medians=NOBODY, pay=pay)
    assert found.grades == ("C", "A")
    assert found.others == 0
    assert found.pool_x100[1] - found.pool_x100[0] == 4_000


def test_a_missing_datum_can_be_supplied():
    panel = make_panel({"E0": (20.0, None, 0.75, 4.0), **{f"E{i}": (20.0, 80.0, 0.75, 4.0) for i in range(1, 6)}})
    found = correct(panel, scored(panel), "E0", {"qa_score": 80.0}, medians=NOBODY)
    assert found.points("qa_score") == (None, 50.0)
    assert found.totals[1] == found.after.total["E1"]


def test_a_grade_turns_exactly_where_the_bisection_says(ten):
    only = {"service_quality": {"weight": 100, "indicators": {"qa_score": 100}}}
    linear = {"rule": "linear", "zero_at": 0, "full_at": 100}
    scores = scored(ten, grades=FIXED, dimensions=only, rules={"qa_score": linear})
    up, down = flips(ten, scores, "E5", medians=NOBODY)  # 70 points, C, and A and B begin at 90 and 75
    assert (up.way, up.value, up.grade) == ("better", 75.0, "B")
    assert (down.way, down.value, down.grade) == ("worse", None, None)


@given(st.integers(0, 9))
def test_the_step_before_the_turn_leaves_the_grade(who):
    panel = make_panel({f"E{i}": (20.0, 60.0 + 2 * i, 0.70 + i / 100, 4.0) for i in range(10)})
    scores = scored(panel)
    row = f"E{who}"
    for flip in flips(panel, scores, row, medians=NOBODY):
        if flip.value is not None and flip.indicator == "qa_score":
            step = 0.1 if flip.value > flip.now else -0.1
            at = correct(panel, scores, row, {"qa_score": flip.value}, medians=NOBODY)
            short = correct(panel, scores, row, {"qa_score": flip.value - step}, medians=NOBODY)
            assert at.grades[1] == flip.grade != at.grades[0]
            assert short.grades[1] == short.grades[0]


def test_bounds_come_from_the_card():
    known = cards()
    assert bounds(known["very_satisfied_rate"], known) == (0.0, 1.0)
    assert bounds(known["qa_score"], known) == (0.0, 100.0)
    assert bounds(known["peer_rating_adjusted"], known) == bounds(known["peer_rating"], known)
    assert bounds(known["calls_per_hour"], known) == (0.0, None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("qa_scor=90", "weighs no 'qa_scor'; did you mean 'qa_score'"),
        ("qa_score", "indicator=value"),
        ("qa_score=good", "'good' is not a number"),
        ("qa_score=101", "between 0 and 100"),
        ("qa_score=nan", "between 0 and 100"),
        ("very_satisfied_rate=92", "write 0.92 or 92%"),
        ("calls_per_hour=-1", "at 0 or above"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(ten, text, said):
    with pytest.raises(DataError, match=said):
        parse_change(text, scored(ten))


def test_a_share_may_be_said_in_percent(ten):
    assert parse_change("very_satisfied_rate = 92%", scored(ten)) == ("very_satisfied_rate", 0.92)


def test_an_unknown_pseudonym_names_the_nearest_and_lists_nobody():
    panel = make_panel({f"E{i}ab3f{i}77": (20.0, 80.0, 0.75, 4.0) for i in range(5)})
    with pytest.raises(DataError, match="did you mean 'E3ab3f377'"):
        last_row(panel, "E3ab3f378")
    with pytest.raises(DataError) as refused:
        last_row(panel, "zzz")
    assert not [one for one in panel.people.index if one in str(refused.value)]
