"""Six invented people whose scores are computed by hand."""

import pandas as pd
import pytest

from design_lab.scheme import Scheme
from design_lab.scoring import Panel

INDICATORS = ("calls_per_hour", "qa_score", "very_satisfied_rate", "peer_rating")


def make_panel(rows, *, quarter="2026Q3", counts=1000, **people):
    """A panel of customer-service agents from {id: (value by indicator, None where missing)}."""
    index = pd.Index(sorted(rows), name="employee_id")
    values = pd.DataFrame([rows[one] for one in index], index, columns=list(INDICATORS), dtype="float64")
    frame = pd.DataFrame(
        {
            "role": "customer_service", "level": "agent", "team": "T1", "department": "D", "site": "S",
            "employment_type": "own", "gender": "female", "tenure_months": 24.0, "days_present": 60,
        },
        index=index,
    ).assign(**people)  # fmt: skip
    observed = values.notna() * counts
    unknown = pd.DataFrame(float("nan"), index, values.columns)
    return Panel(
        quarter=quarter, people=frame, values=values, counts=observed, standard_errors=unknown, centre=pd.DataFrame()
    )


SIX = {
    "E1": (20.0, 90.0, 0.80, 4.0),
    "E2": (10.0, 80.0, 0.70, 4.5),
    "E3": (5.0, 95.0, 0.90, 3.0),
    "E4": (30.0, 70.0, 0.60, 5.0),
    "E5": (15.0, None, 0.75, None),
    "E6": (None, None, None, 4.0),
}


@pytest.fixture
def six():
    return make_panel(SIX)


def make_scheme(**changed):
    given = {
        "name": "test",
        "title": {"en": "Test", "zh": "测试"},
        "why": "A scheme for tests.",
        "dimensions": {
            "workload": {"weight": 40, "indicators": {"calls_per_hour": 100}},
            "service_quality": {"weight": 25, "indicators": {"qa_score": 100}},
            "csat": {"weight": 25, "indicators": {"very_satisfied_rate": 100}},
            "teamwork": {"weight": 10, "indicators": {"peer_rating": 100}},
        },
        "rules": {
            "calls_per_hour": {"rule": "attainment", "target": 20, "floor": 60, "cap": 120},
            "qa_score": {"rule": "linear", "zero_at": 60, "full_at": 100},
            "very_satisfied_rate": {
                "rule": "ladder",
                "steps": [{"end": 0.7, "points": 60}, {"start": 0.7, "end": 0.8, "points": 80}, {"start": 0.8, "points": 100}],
            },
            "peer_rating": {"rule": "z", "centre": 80, "spread": 10, "floor": 60, "cap": 100},
        },
        "grades": {
            "method": "forced", "pool": "role_level", "ties": "better",
            "shares": {"A": 20, "B": 40, "C": 30, "D": 10},
            "coefficients": {"A": 1.2, "B": 1.0, "C": 0.9, "D": 0.6},
        },
    } | changed  # fmt: skip
    return Scheme.model_validate(given)
