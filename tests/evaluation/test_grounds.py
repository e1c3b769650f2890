"""What a number stands on: a part that nobody confirmed makes a reconstruction of what it decides, and of no more."""

from typing import get_args

import pandas as pd
import pytest

from design_lab.evaluation import compare, effective_weights
from design_lab.evaluation.grounds import DECIDED_BY, Decided, is_reconstructed, without_assuming
from design_lab.scheme import Part
from design_lab.scoring import score
from tests.evaluation.test_diagnosis import crowd
from tests.scoring.conftest import make_scheme

PARTS = get_args(Part)


def test_every_part_decides_who_gets_which_grade():
    assert DECIDED_BY["grades"] == set(PARTS)
    assert DECIDED_BY["points"] | DECIDED_BY["weights"] < DECIDED_BY["totals"] < DECIDED_BY["grades"]


@pytest.mark.parametrize(
    ("part", "decided"),
    [
        ("weights", {"weights", "totals", "grades"}),
        ("indicators", {"weights", "points", "totals", "grades"}),
        ("rules", {"points", "totals", "grades"}),
        ("missing", {"totals", "grades"}),
        ("eligibility", {"totals", "grading", "grades"}),
        ("protected", {"grading", "grades"}),
        ("grades", {"grading", "grades"}),
    ],
)
def test_what_is_reconstructed_where_one_part_is_assumed(part, decided):
    scheme = make_scheme(assumed=[part])
    assert {one for one in get_args(Decided) if is_reconstructed(scheme, one)} == decided


def test_what_is_confirmed_is_assumed_no_more():
    scheme = make_scheme(assumed=list(PARTS))
    assert set(without_assuming(scheme, ["totals"]).assumed) == {"protected", "grades"}
    assert without_assuming(scheme, ["totals", "grading"]).assumed == ()
    assert without_assuming(scheme, []).assumed == scheme.assumed


def test_assumed_grades_leave_shares_of_the_score_the_client_s_own():
    scores = score(crowd(), make_scheme(assumed=["grades"]), medians=pd.DataFrame())
    assert not effective_weights(scores).reconstructed
    assert effective_weights(scores, what="grade").reconstructed
    claims = {finding.id.rpartition(".")[2]: finding.claim for finding in compare(scores, scores).findings()}
    assert claims == {
        "rank_correlation": "accounting", "grade_changes": "scenario", "grade_up": "scenario", "grade_down": "scenario",
    }  # fmt: skip
