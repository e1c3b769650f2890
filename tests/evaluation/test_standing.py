"""A person's parts sum to the score under every rule, gaps are what is lost, and tiers hold no rank."""

import numpy as np
import pandas as pd
import pytest

from design_lab.evaluation.rerun import rerun
from design_lab.evaluation.standing import standing
from design_lab.evaluation.tiers import tier_heads, tiers
from design_lab.scoring import score
from tests.scoring.conftest import SIX, make_panel, make_scheme

NOBODY = pd.DataFrame()


@pytest.fixture
def six():
    return make_panel(SIX)


SCHEMES = {
    "as it is": {},
    "geometric": {"aggregation": {"within": "arithmetic", "over": "geometric"}},
    "capped": {"total": {"cap": 70}},
    "rounded": {"rounding": {"total": {"decimals": 0}}},
    "vetoed": {"eligibility": {"qa_score": {"min": 85, "veto": "zero"}}},
    "two in one": {
        "dimensions": {
            "workload": {
                "weight": 60,
                "indicators": {"calls_per_hour": 70, "qa_score": 30},
                "rule": {"rule": "percentile"},
            },
            "csat": {"weight": 40, "indicators": {"very_satisfied_rate": 50, "peer_rating": 50}},
        }
    },
}


@pytest.mark.parametrize("changes", SCHEMES.values(), ids=SCHEMES)
def test_parts_and_rules_sum_to_the_score(six, changes):
    scores = score(six, make_scheme(**changes), medians=NOBODY, refuse_chance=False)
    again = rerun(six, scores, medians=NOBODY, rng=np.random.default_rng(1), draws=2)
    for row in six.people.index:
        found = standing(six, again, row, least=2)
        if found.total is None:
            assert found.reason
            assert all(part.contribution is None for part in found.parts)
            continue
        told = sum(part.contribution or 0.0 for part in found.parts) + sum(value for _, value in found.rules)
        assert told == pytest.approx(found.total, abs=1e-9)
        assert all(part.why for part in found.parts if part.points is None)


def test_gaps_by_hand(six):
    """E1: 90 of quality is 75 of at most 100 points at 25 %: 6.25 lost; the ladder's 100 at .80 loses nothing."""
    scores = score(six, make_scheme(), medians=NOBODY, refuse_chance=False)
    again = rerun(six, scores, medians=NOBODY, rng=np.random.default_rng(1), draws=2)
    lost = {part.indicator: part.gap for part in standing(six, again, "E1", least=2).parts}
    assert lost["calls_per_hour"] == pytest.approx(8.0)  # attainment: 100 of 120 points at 40 %
    assert lost["qa_score"] == pytest.approx(6.25)
    assert lost["very_satisfied_rate"] == 0.0
    assert standing(six, again, "E1", least=2).gaps[0].indicator == "calls_per_hour"


def test_without_known_error_every_total_is_its_own_tier(six):
    scores = score(six, make_scheme(), medians=NOBODY, refuse_chance=False)
    again = rerun(six, scores, medians=NOBODY, rng=np.random.default_rng(1), draws=2)
    told = {row: standing(six, again, row, least=2).position for row in six.people.index}
    ordered = scores.total.dropna().sort_values(ascending=False)
    assert [told[row].tier for row in ordered.index] == [*range(1, len(ordered) + 1)]
    assert standing(six, again, "E1", least=50).position is None


def test_heads_are_the_tiers():
    totals, variances = np.array([90.0, 70.0, 89.0, 80.0]), np.ones(4)
    assert tier_heads(totals, variances).tolist() == [90.0, 80.0, 70.0]
    assert tiers(totals, variances) == 3
