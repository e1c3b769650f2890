"""Six invented people under one scheme and each of its overrides, recomputed with a pencil.

           calls/h  QA   very satisfied  peers      points (calls/h, QA, very satisfied, peers)
    Ann    22       90   .82             4.0        110  75    100  75      agent, customer service, team T1
    Bo     16       80   .75             4.5         80  50     80  87.5    agent, customer service, team T1
    Cy     30       95   .60             3.0        120  87.5   60  50      senior agent, customer service, team T2
    Di      9       85   .90             4.0         90  62.5  100  75      team leader, customer service, team T2
    Ed      6       70   .80             5.0         75  25    100  100     agent, complaints, team T3
    Fay    10       -    .78             4.0        120  -      80  75      agent, complaints, team T3

Points: calls/h are 100 x value / target within 60 and 120, the target 20, for team leaders of customer service 10, in
complaints 8; QA (x - 60) / 40; very satisfied 60 below .7, 80 below .8, 100 from there; peers (x - 1) / 4.
"""

from dataclasses import replace
from typing import get_args

import numpy as np
import pandas as pd
import pytest

from design_lab.rulebook import Peer
from design_lab.scoring import panel, score
from design_lab.scoring.signal import Signal

from .conftest import make_panel, make_scheme

NOBODY = pd.DataFrame()
PEOPLE = ["Ann", "Bo", "Cy", "Di", "Ed", "Fay"]
STEPS = [{"end": 0.7, "points": 60}, {"start": 0.7, "end": 0.8, "points": 80}, {"start": 0.8, "points": 100}]
RULES = {
    "calls_per_hour": {"rule": "attainment", "target": 20, "floor": 60, "cap": 120},
    "qa_score": {"rule": "linear", "zero_at": 60, "full_at": 100},
    "very_satisfied_rate": {"rule": "ladder", "steps": STEPS},
    "peer_rating": {"rule": "goalposts", "low": 1, "high": 5},
    "first_contact_resolution": {"rule": "linear", "zero_at": 0.5, "full_at": 0.9},
}


def of(weight, **indicators):
    return {"weight": weight, "indicators": indicators}


DIMENSIONS = {
    "workload": of(40, calls_per_hour=100),
    "service_quality": of(25, qa_score=100),
    "csat": of(25, very_satisfied_rate=100),
    "teamwork": of(10, peer_rating=100),
}
OVERRIDES = [
    {
        "role": "complaints",
        "dimensions": {"workload": of(20, calls_per_hour=100), "csat": of(45, very_satisfied_rate=100)},
        "rules": {"calls_per_hour": RULES["calls_per_hour"] | {"target": 8}},
    },
    {
        "role": "customer_service",
        "level": "team_leader",
        "dimensions": {"workload": of(15, calls_per_hour=100), "teamwork": of(35, peer_rating=100)},
        "rules": {"calls_per_hour": RULES["calls_per_hour"] | {"target": 10}},
    },
]
ALL = {
    "method": "forced", "pool": "all", "ties": "better", "shares": {"A": 20, "B": 40, "C": 30, "D": 10},
    "coefficients": {"A": 1.2, "B": 1.0, "C": 0.9, "D": 0.6},
}  # fmt: skip
TOTALS = {"Ann": 95.25, "Bo": 73.25, "Cy": 89.875, "Di": 80.375, "Ed": 76.25, "Fay": 90.0}


@pytest.fixture
def people():
    return make_panel(
        {
            "Ann": (22.0, 90.0, 0.82, 4.0),
            "Bo": (16.0, 80.0, 0.75, 4.5),
            "Cy": (30.0, 95.0, 0.60, 3.0),
            "Di": (9.0, 85.0, 0.90, 4.0),
            "Ed": (6.0, 70.0, 0.80, 5.0),
            "Fay": (10.0, None, 0.78, 4.0),
        },
        role=["customer_service"] * 4 + ["complaints"] * 2,
        level=["agent", "agent", "senior_agent", "team_leader", "agent", "agent"],
        team=["T1", "T1", "T2", "T2", "T3", "T3"],
        on_last_day=True,
    )


def scored(people, **changed):
    given = {"dimensions": DIMENSIONS, "overrides": OVERRIDES, "rules": RULES, "grades": ALL} | changed
    return score(people, make_scheme(**given), medians=NOBODY)


def add(people, indicator, *values):
    """Give the six a further indicator."""
    people.values[indicator] = np.array(values, dtype=float)
    people.counts[indicator] = 1000


def grades(scores):
    return dict(scores.grade)


def test_points_weights_and_totals_by_role_and_level(people):
    scores = scored(people)
    parts = {
        #       workload     quality       csat       teamwork
        "Ann": (0.40 * 110, 0.25 * 75, 0.25 * 100, 0.10 * 75),  # 44 + 18.75 + 25 + 7.5
        "Bo": (0.40 * 80, 0.25 * 50, 0.25 * 80, 0.10 * 87.5),  # 32 + 12.5 + 20 + 8.75
        "Cy": (0.40 * 120, 0.25 * 87.5, 0.25 * 60, 0.10 * 50),  # 48 + 21.875 + 15 + 5
        "Di": (0.15 * 90, 0.25 * 62.5, 0.25 * 100, 0.35 * 75),  # 13.5 + 15.625 + 25 + 26.25
        "Ed": (0.20 * 75, 0.25 * 25, 0.45 * 100, 0.10 * 100),  # 15 + 6.25 + 45 + 10
        "Fay": (0.20 * 120 / 0.75, 0, 0.45 * 80 / 0.75, 0.10 * 75 / 0.75),  # (24 + 36 + 7.5) / .75
    }
    for one, hand in parts.items():
        assert scores.contributions.loc[one].tolist() == pytest.approx([*hand, 0])
    assert dict(scores.total) == pytest.approx(TOTALS)
    assert scores.why.loc["Fay", "qa_score"] == "no_data"


def test_a_level_s_override_goes_before_its_role_s(people):
    people.people.loc["Di", "role"] = "complaints"
    overrides = [
        *OVERRIDES,
        {
            "role": "complaints",
            "level": "team_leader",
            "rules": {"calls_per_hour": RULES["calls_per_hour"] | {"target": 9}},
        },
    ]
    # Weights of complaints, the target of her level: 20 + 15.625 + 45 + 7.5.
    assert scored(people, overrides=overrides).total["Di"] == pytest.approx(
        0.20 * 100 + 0.25 * 62.5 + 0.45 * 100 + 0.10 * 75
    )


@pytest.mark.parametrize(
    ("half", "expected"), [("up", [95.3, 73.3, 89.9, 80.4, 76.3, 90.0]), ("even", [95.2, 73.2, 89.9, 80.4, 76.2, 90.0])]
)
def test_a_total_is_rounded_where_the_scheme_says_so(people, half, expected):
    scores = scored(people, rounding={"total": {"decimals": 1, "half": half}})
    assert scores.total.tolist() == pytest.approx(expected)
    assert scores.contributions.loc["Ann", "rules"] == pytest.approx(expected[0] - 95.25)


def test_points_are_rounded_where_the_scheme_says_so(people):
    # Bo's peers give 87.5, which goes up to 88: .10 x 88 in place of 8.75. Cy's QA 87.5 too, Di's 62.5 to 63.
    scores = scored(people, rounding={"points": {"decimals": 0}})
    assert scores.total["Bo"] == pytest.approx(73.25 + 0.05)
    assert scores.total["Cy"] == pytest.approx(89.875 + 0.125)
    assert scores.contributions["rules"].abs().max() < 1e-12


def test_totals_are_kept_between_floor_and_cap(people):
    scores = scored(people, total={"floor": 75, "cap": 90})
    assert scores.total.tolist() == pytest.approx([90, 75, 89.875, 80.375, 76.25, 90])
    assert scores.contributions["rules"].tolist() == pytest.approx([-5.25, 1.75, 0, 0, 0, 0])


def test_a_veto_zeroes_the_total_below_its_floor_too(people):
    add(people, "compliance_breaches", 0, 1, 0, 0, 0, np.nan)
    scores = scored(people, eligibility={"compliance_breaches": {"veto": "zero"}}, total={"floor": 75})
    assert scores.total["Bo"] == 0
    assert scores.contributions.loc["Bo", "rules"] == pytest.approx(-73.25)
    assert scores.total["Fay"] == 90  # nothing known of her breaches: the condition is met


def test_a_veto_may_leave_one_case_open(people):
    add(people, "compliance_breaches", 0, 1, 2, 0, 0, 0)
    scores = scored(people, eligibility={"compliance_breaches": {"veto": "zero", "max": 1}})
    assert scores.total[["Bo", "Cy"]].tolist() == pytest.approx([73.25, 0])


# The order is Ann, Fay, Cy, Di, Ed, Bo; 20, 60, 90, 100 % of six people are 1.2, 3.6, 5.4 and 6.
HEADS = {"up": "AABBCC", "nearest": "ABBBCD", "down": "ABBCCD"}
ORDER = ["Ann", "Fay", "Cy", "Di", "Ed", "Bo"]


@pytest.mark.parametrize("heads", HEADS)
def test_heads_are_rounded_as_the_scheme_says(people, heads):
    scores = scored(people, grades=ALL | {"heads": heads})
    assert "".join(scores.grade[ORDER]) == HEADS[heads]


POOLS = {
    # Customer service Ann, Cy, Di, Bo: .8, 2.4, 3.6, 4, so 1, 3, 4 heads. Complaints Fay, Ed: .4, 1.2, so 1, 2.
    "role": {"Ann": "A", "Cy": "B", "Di": "B", "Bo": "C", "Fay": "A", "Ed": "B"},
    "role_level": {"Ann": "A", "Bo": "B", "Cy": "A", "Di": "A", "Fay": "A", "Ed": "B"},
    "team": {"Ann": "A", "Bo": "B", "Cy": "A", "Di": "B", "Fay": "A", "Ed": "B"},
}


@pytest.mark.parametrize("pool", POOLS)
def test_pools_are_graded_apart(people, pool):
    assert grades(scored(people, grades=ALL | {"pool": pool})) == POOLS[pool]


def test_who_is_in_no_team_shares_a_pool_with_the_others_of_the_role_who_are_in_none(people):
    people.people.loc[["Bo", "Cy"], "team"] = None
    found = grades(scored(people, grades=ALL | {"pool": "team"}))
    assert (found["Ann"], found["Cy"], found["Bo"]) == ("A", "A", "B")


@pytest.mark.parametrize(("ties", "expected"), [("better", "AAAABB"), ("worse", "ABBBBB"), ("mean", "ABBBBB")])
def test_tied_people_share_a_grade_at_the_boundary(people, ties, expected):
    # Cy, Di and Fay hold the ranks 2 to 4. The first grade has 40 % of 6, 2.4, so 2 heads: their better rank 2 is in
    # it, their mean rank 3 and their worse rank 4 are not.
    tied = {"Ann": 25.0, "Cy": 20.0, "Di": 10.0, "Fay": 8.0, "Ed": 6.0, "Bo": 15.0}
    people.values["calls_per_hour"] = people.values.index.map(tied)
    only = {"dimensions": {"workload": of(100, calls_per_hour=100)}, "overrides": [
        {k: v for k, v in override.items() if k != "dimensions"} for override in OVERRIDES
    ]}  # fmt: skip
    two = {
        "method": "forced",
        "pool": "all",
        "ties": ties,
        "heads": "nearest",
        "shares": {"A": 40, "B": 60},
        "coefficients": {"A": 1, "B": 0},
    }
    scores = scored(people, grades=two, **only)
    assert scores.total[["Cy", "Di", "Fay"]].tolist() == [100, 100, 100]
    assert "".join(scores.grade[["Ann", "Cy", "Di", "Fay", "Bo", "Ed"]]) == expected


def test_the_mean_rank_may_reach_what_the_worse_one_does_not(people):
    # 50 % of 6 are 3 heads; ranks 2 to 4 have the mean 3.
    people.values["calls_per_hour"] = [25.0, 15.0, 20.0, 10.0, 6.0, 8.0]
    only = {"dimensions": {"workload": of(100, calls_per_hour=100)}, "overrides": [
        {k: v for k, v in override.items() if k != "dimensions"} for override in OVERRIDES
    ]}  # fmt: skip
    found = {}
    for ties in ("mean", "worse"):
        two = {
            "method": "forced",
            "pool": "all",
            "ties": ties,
            "heads": "nearest",
            "shares": {"A": 50, "B": 50},
            "coefficients": {"A": 1, "B": 0},
        }
        found[ties] = "".join(scored(people, grades=two, **only).grade[["Ann", "Cy", "Di", "Fay", "Bo", "Ed"]])
    assert found == {"mean": "AAAABB", "worse": "ABBBBB"}


def test_fixed_grades_start_at_their_bound(people):
    fixed = {"method": "fixed", "bounds": {"A": 90, "B": 76.25, "C": 0}, "coefficients": {"A": 1.2, "B": 1.0, "C": 0.8}}
    assert grades(scored(people, grades=fixed)) == {"Ann": "A", "Fay": "A", "Cy": "B", "Di": "B", "Ed": "B", "Bo": "C"}


def test_conditions_cap_a_grade_and_nobody_moves_up(people):
    add(people, "attendance_rate", 0.90, 1, 1, 1, 1, np.nan)
    add(people, "transfer_rate", 0.1, 0.1, 0.3, 0.1, 0.1, 0.1)
    conditions = {
        "attendance_rate": {"min": 0.95, "effect": "cap_grade"},  # the second grade is the best still open
        "transfer_rate": {"max": 0.25, "effect": "cap_grade", "grade": "D"},
    }
    scores = scored(people, eligibility=conditions)
    assert grades(scores) == dict(zip(ORDER, "BADBCC", strict=True))
    assert dict(scores.total) == pytest.approx(TOTALS)


def test_a_veto_may_give_the_last_grade_alone(people):
    add(people, "compliance_breaches", 1, 0, 0, 0, 0, 0)
    scores = scored(people, eligibility={"compliance_breaches": {"veto": "lowest_grade"}})
    assert (scores.grade["Ann"], scores.total["Ann"]) == ("D", pytest.approx(95.25))
    assert scores.grade["Fay"] == "A"


def test_a_condition_may_leave_people_out_of_grades_or_scores(people):
    add(people, "attendance_rate", 0.5, 1, 1, 1, 1, 1)
    no_grade = scored(people, eligibility={"attendance_rate": {"min": 0.8, "effect": "no_grade"}})
    # Without Ann five are graded: 1, 3, 4.5, 5, so that Fay alone has A.
    assert no_grade.total["Ann"] == pytest.approx(95.25)
    assert (no_grade.grade["Ann"], no_grade.reason["Ann"]) == (None, "not_eligible")
    assert "".join(no_grade.grade[ORDER[1:]]) == "ABBCC"
    no_score = scored(people, eligibility={"attendance_rate": {"min": 0.8, "effect": "no_score"}})
    assert np.isnan(no_score.total["Ann"])
    assert no_score.contributions.loc["Ann"].isna().all()
    assert no_score.reason["Ann"] == "not_eligible"


def test_protected_people_are_scored_and_take_no_place_in_the_pool(people):
    people.people["tenure_months"] = [3.0, 24, 24, 24, 24, 24]
    people.people["days_present"] = [60, 60, 60, 60, 60, 29]
    scores = scored(people, protected={"tenure_months": 6, "min_days": 30})
    assert scores.total["Ann"] == pytest.approx(95.25)
    assert scores.reason[["Ann", "Fay"]].tolist() == ["protected", "protected"]
    # Of four .8, 2.4, 3.6 and 4: 1, 3, 4 heads.
    assert scores.grade[ORDER].tolist() == [None, None, "A", "B", "B", "C"]


def test_who_is_gone_on_the_last_day_may_stand_outside(people):
    people.people["on_last_day"] = [True, True, False, True, True, True]
    scores = scored(people, appraised="on_last_day", missing={"min_weight": 50, "total": 80})
    assert np.isnan(scores.total["Cy"])
    assert (scores.reason["Cy"], scores.grade["Cy"]) == ("not_appraised", None)
    assert scored(people).total["Cy"] == pytest.approx(89.875)


QUALITY = DIMENSIONS | {"service_quality": of(25, qa_score=60, first_contact_resolution=40)}


@pytest.mark.parametrize(
    ("incomplete", "expected"),
    [
        ("shrink", (24 + 0.10 * 50 + 36 + 7.5) / 0.85),  # the dimension weighs the 10 of its 25 that are there
        ("keep", 24 + 0.25 * 50 + 36 + 7.5),  # it weighs its 25
        ("drop", (24 + 36 + 7.5) / 0.75),  # it weighs nothing
    ],
)
def test_a_dimension_of_which_a_part_is_missing(people, incomplete, expected):
    add(people, "first_contact_resolution", 0.7, 0.7, 0.7, 0.7, 0.7, 0.7)  # 50 points
    scores = scored(people, dimensions=QUALITY, missing={"min_weight": 50, "incomplete": incomplete})
    assert scores.total["Fay"] == pytest.approx(expected)
    assert scores.total["Ann"] == pytest.approx(95.25 - 18.75 + 0.25 * (0.6 * 75 + 0.4 * 50))


def test_too_little_weight_gives_no_score_or_the_stated_one(people):
    none = scored(people, missing={"min_weight": 80})
    assert np.isnan(none.total["Fay"])
    assert none.reason["Fay"] == "too_little_weight"
    stated = scored(people, missing={"min_weight": 80, "total": 60})
    assert stated.total["Fay"] == 60
    assert stated.contributions.loc["Fay"].tolist() == [0, 0, 0, 0, 60]


def test_aggregation_over_dimensions(people):
    w, ann = np.array([0.40, 0.25, 0.25, 0.10]), np.array([110, 75, 100, 75])
    geometric = scored(people, aggregation={"over": "geometric"})
    assert geometric.total["Ann"] == pytest.approx(110**0.40 * 75**0.25 * 100**0.25 * 75**0.10)
    harmonic = scored(people, aggregation={"over": "harmonic"})
    assert harmonic.total["Ann"] == pytest.approx(1 / (0.40 / 110 + 0.25 / 75 + 0.25 / 100 + 0.10 / 75))
    # The contributions stay the arithmetic part; the rest is the part rules.
    assert harmonic.contributions.loc["Ann"].tolist() == pytest.approx([*(w * ann), harmonic.total["Ann"] - 95.25])


def test_ordered_weights_go_to_places(people):
    equal = {name: dimension | {"weight": 25} for name, dimension in DIMENSIONS.items()}
    owa = {"over": {"method": "owa", "places": [40, 30, 20, 10]}}
    # Ann's points from the best: 110, 100, 75, 75: 44 + 30 + 15 + 7.5.
    assert scored(people, dimensions=equal, overrides=[], aggregation=owa).total["Ann"] == pytest.approx(96.5)
    # With her weights 40/25/25/10 the best place reaches 40 %, of which the first quarter counts 1.6-fold and the rest
    # 1.2-fold: .40 + .15 x 1.2 = .58; then 25 % to 65 % cumulated: to .70 + .15 x .8 = .82, that is .24 more; the last
    # 35 % hold .18.
    assert scored(people, aggregation=owa).total["Ann"] == pytest.approx(0.58 * 110 + 0.24 * 100 + 0.18 * 75)


def test_aggregation_within_a_dimension(people):
    add(people, "first_contact_resolution", 0.7, 0.7, 0.7, 0.7, 0.7, 0.7)
    scores = scored(people, dimensions=QUALITY, aggregation={"within": "geometric"})
    quality = 75**0.6 * 50**0.4
    assert scores.total["Ann"] == pytest.approx(0.40 * 110 + 0.25 * quality + 0.25 * 100 + 0.10 * 75)
    assert scores.contributions.loc["Ann", "service_quality"] == pytest.approx(0.25 * (0.6 * 75 + 0.4 * 50))
    assert scores.contributions.loc["Ann", "rules"] == pytest.approx(0.25 * (quality - 65))


def test_a_dimension_may_have_a_rule_of_its_own(people):
    add(people, "first_contact_resolution", 0.7, 0.9, 0.5, 0.7, 0.7, 0.7)
    z = {"rule": "z", "centre": 80, "spread": 10, "floor": 0, "cap": 120, "peers": ["role"], "min_group": 3}
    dimensions = QUALITY | {"service_quality": QUALITY["service_quality"] | {"rule": z}}
    scores = scored(people, dimensions=dimensions)
    # .6 x QA + .4 x resolution points: Ann 45 + 20, Bo 30 + 40, Cy 52.5 + 0, Di 37.5 + 20; mean 61.25, deviations
    # 3.75, 8.75, -8.75, -3.75: sd sqrt(181.25 / 3).
    sd = (181.25 / 3) ** 0.5
    assert scores.contributions.loc["Bo", "service_quality"] == pytest.approx(0.25 * (80 + 10 * 8.75 / sd))
    assert scores.contributions["rules"].abs().max() < 1e-9
    # Complaints has two people only, so the dimension is missing there: (15 + 45 + 10) / .75.
    assert scores.total["Ed"] == pytest.approx(70 / 0.75)


def test_a_group_of_peers_that_is_too_small_is_the_reason(people):
    z = {"rule": "z", "centre": 80, "spread": 10, "floor": 0, "cap": 120, "peers": ["role"], "min_group": 3}
    scores = scored(people, rules=RULES | {"very_satisfied_rate": z}, missing={"min_weight": 60})
    # Without the 45 of csat Ed has 55 of 100, Fay 30.
    assert scores.why.loc["Ed", "very_satisfied_rate"] == "few_peers"
    assert scores.reason[["Ed", "Fay"]].tolist() == ["few_peers", "few_peers"]
    assert scores.total.drop(["Ed", "Fay"]).notna().all()


def test_peers_may_be_those_of_a_shift_across_roles(people):
    people.people["shift"] = ["early", "late", "early", "late", "early", None]
    percentile = {"rule": "percentile", "peers": ["shift"]}
    scores = scored(people, rules=RULES | {"very_satisfied_rate": percentile})
    # Early .82, .60, .80: ranks 3, 1, 2; late .75, .90: 1, 2; nobody knows Fay's shift.
    assert scores.points["very_satisfied_rate"].tolist()[:5] == pytest.approx([250 / 3, 25, 50 / 3, 75, 50])
    assert scores.why.loc["Fay", "very_satisfied_rate"] == "few_peers"


def test_a_rule_states_on_how_many_observations_a_value_must_rest(people):
    people.counts["very_satisfied_rate"] = [99, 100, 20, 100, 100, 100]
    assert scored(people).why.loc["Ann", "very_satisfied_rate"] == "few_observations"
    lenient = RULES | {"very_satisfied_rate": RULES["very_satisfied_rate"] | {"min_n": 50}}
    why = scored(people, rules=lenient).why["very_satisfied_rate"]
    assert (why["Ann"], why["Cy"]) == ("", "few_observations")


def test_a_rule_may_score_the_shrunk_value(people):
    # Within variance .16, between .0016: of 100 ratings 100 x .0016 / (.16 + .16) = half the distance is kept.
    people.counts["very_satisfied_rate"] = 100
    found = Signal(people=4, observations=400, p=0.001, reliability=0.5, between_variance=0.0016, within_variance=0.16)
    known = replace(people, signals={("customer_service", "very_satisfied_rate"): found})
    linear = {"rule": "linear", "zero_at": 0.5, "full_at": 1.0, "shrink": True}
    scores = scored(known, rules=RULES | {"very_satisfied_rate": linear})
    # The mean of .82, .75, .60, .90 is .7675; Cy: .7675 + .5 x (.60 - .7675) = .68375, so 36.75 points in place of 20.
    assert scores.points.loc["Cy", "very_satisfied_rate"] == pytest.approx(36.75)
    assert scores.why.loc["Ed", "very_satisfied_rate"] == "not_shrunk"


def test_whatever_may_make_peers_is_known_of_the_people_of_a_panel(small):
    known = panel(small, small.quarters[-1]).people
    assert set(get_args(Peer)) <= set(known.columns)
    groups = {"rule": "z", "centre": 80, "spread": 10, "floor": 40, "cap": 120, "peers": ["role", "queue", "shift"]}
    scheme = make_scheme(rules=make_scheme().model_dump()["rules"] | {"calls_per_hour": groups})
    points = score(panel(small, small.quarters[-1]), scheme, medians=NOBODY).points["calls_per_hour"]
    by = [known[peer] for peer in ("role", "queue", "shift")]
    within = points.groupby(by).agg(["size", "count", "mean"])
    several = within[within["count"] >= 2]
    assert len(several) >= 3
    assert several["mean"].between(79.999, 80.001).all()
