"""Where points end: counted by hand."""

import pandas as pd

from design_lab.evaluation import ceilings
from design_lab.scoring import score
from tests.scoring.conftest import make_panel, make_scheme


def test_people_at_the_ends_by_hand():
    # Attainment of 20 between 60 and 120: 30 is beyond the cap of 24, 10 below the floor of 12.
    rows = {
        "E1": (30.0, 100.0, 0.9, 4.0),
        "E2": (24.0, 80.0, 0.8, 4.0),
        "E3": (10.0, 50.0, 0.6, 5.0),
        "E4": (20.0, None, 0.7, 3.0),
    }
    found = {
        one.indicator: one for one in ceilings(score(make_panel(rows), make_scheme(), medians=pd.DataFrame())).found
    }
    ends = {name: (one.people, one.at_cap, one.at_floor) for name, one in found.items()}
    assert ends["calls_per_hour"] == (4, 2, 1)
    assert ends["qa_score"] == (3, 1, 1)  # linear from 60 to 100
    assert ends["very_satisfied_rate"] == (4, 2, 1)  # steps of 60, 80 and 100 from .7 and .8
    assert ends["peer_rating"] == (4, 0, 0)  # z between 60 and 100


def test_what_people_are_not_scored_on_is_not_counted():
    override = {"role": "customer_service", "dimensions": {"workload": {"weight": 0, "indicators": {}},
                "csat": {"weight": 65, "indicators": {"very_satisfied_rate": 100}}}}  # fmt: skip
    scheme = make_scheme(overrides=(override,))
    made = ceilings(
        score(make_panel({"E1": (30.0, 100.0, 0.9, 4.0), "E2": (9.0, 80.0, 0.6, 4.5)}), scheme, medians=pd.DataFrame())
    )
    assert "calls_per_hour" not in {one.indicator for one in made.found}
    said = {finding.id: finding for finding in made.findings()}
    assert said["diagnosis.at_cap.very_satisfied_rate"].value == 0.5
