"""Whom the grades honour and pass over: counted by hand, and by true values."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from design_lab.evaluation import misdirection, rerun
from design_lab.scoring import score
from design_lab.scoring.signal import Signal
from tests.scoring.conftest import make_panel, make_scheme

NOBODY = pd.DataFrame()
HALVES = {
    "method": "forced", "pool": "role_level", "ties": "better",
    "shares": {"A": 50, "D": 50}, "coefficients": {"A": 1.2, "D": 0.6},
}  # fmt: skip


def eight():
    """Eight people graded by volume alone; E0 to E3 get an A, E4 to E7 a D."""
    made = make_panel({f"E{i}": (23.0 - i, 80.0 + i, 0.5, 4.0) for i in range(8)})
    made.values["csat"] = [0.95, 0.85, 0.89, 0.91, 0.80, 0.99, 0.99, 0.99]
    made.counts["csat"] = 400
    volume = {"workload": {"weight": 100, "indicators": {"calls_per_hour": 100}}}
    scheme = make_scheme(dimensions=volume, grades=HALVES)
    return made, scheme


def found(panel, scheme, target=0.90, least=1):
    scores = score(panel, scheme, medians=NOBODY)
    again = rerun(panel, scores, medians=NOBODY, rng=np.random.default_rng(3), draws=40)
    return misdirection(panel, scores, again, csat_target=target, least=least)


def test_counts_by_hand():
    made = found(*eight())
    assert (made.below_target.people, made.below_target.measured) == (4, 2)  # E1 with 85 % and E2 with 89 %
    # The best quarter of eight QA scores, 80 to 87, are those of at least the 75th percentile, 85.25: E6 and E7.
    assert (made.passed_over.people, made.passed_over.measured) == (4, 2)
    said = {finding.id: finding.value for finding in made.findings()}
    assert said == {"diagnosis.top_grade_below_csat_target": 0.5, "diagnosis.low_grade_best_quality": 0.5}


def test_of_fewer_people_than_may_be_shown_no_share_is_stated():
    """One person with the last grade would be told whether she is among the best on quality."""
    made = found(*eight(), least=5)
    assert {finding.value for finding in made.findings()} == {None}
    assert all("too few people got this grade" in finding.text["en"] for finding in made.findings())
    assert made.table().empty


def test_true_values_count_what_chance_leaves_open():
    panel, scheme = eight()
    told = Signal(
        people=8, observations=3200, p=0.0, reliability=0.9, between_variance=0.003, within_variance=0.09
    )  # an error of 1.5 points for 400 ratings
    panel.signals["customer_service", "csat"] = told
    made = found(panel, scheme)
    assert made.below_target.low <= made.below_target.true_share <= made.below_target.high
    # 85 % is below 90 % for certain; 89 % and 91 % could be either; 95 % is not.
    assert 0.25 <= made.below_target.true_share <= 0.75
    assert "diagnosis.top_true_csat_below_target" in {finding.id for finding in made.findings()}


@pytest.mark.parametrize(
    ("target", "drop", "why"),
    [
        (None, None, "the study names no target for CSAT"),
        (0.9, "csat", "nobody with the top grade has enough ratings"),
        (0.9, "qa_score", "nobody with the last grade has a quality indicator"),
    ],
)
def test_what_cannot_be_counted_is_said(target, drop, why):
    panel, scheme = eight()
    if drop:
        panel = replace(panel, values=panel.values.drop(columns=drop), counts=panel.counts.drop(columns=drop))
    unknown = [finding for finding in found(panel, scheme, target).findings() if finding.claim == "unidentified"]
    assert [finding.value for finding in unknown] == [None]
    assert why in unknown[0].text["en"]
