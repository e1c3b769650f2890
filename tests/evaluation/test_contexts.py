"""Effective weights side by side: by role, by quarter, by rule, and for the grade."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from design_lab.evaluation import (
    effective_weights,
    weights_by_quarter,
    weights_by_role,
    weights_by_rule,
    weights_by_scheme,
)
from design_lab.evaluation.alike import alike
from design_lab.evaluation.contexts import Z, with_rule
from design_lab.evaluation.shares import apart
from design_lab.scoring import InForce, everybody, score, score_in_force
from tests.evaluation.test_diagnosis import crowd
from tests.scoring.conftest import make_panel, make_scheme
from tests.scoring.test_totals import panels, schemes

NOBODY = pd.DataFrame()
ROLES = {role: {"en": role, "zh": role} for role in ("customer_service", "complaints", "marketing")}


def by(split):
    return {weight.dimension: weight.effective for weight in split.weights}


def test_a_role_is_split_by_itself():
    people = crowd(90)
    people.people.loc[people.people.index[:30], "role"] = "complaints"
    people.people.loc[people.people.index[30:35], "role"] = "marketing"
    scores = score(people, make_scheme(), medians=NOBODY)
    made = weights_by_role(scores, roles=ROLES, least=10)
    assert list(made.splits) == ["customer_service", "complaints"]  # five people are too few
    alone = scores.people["role"].eq("complaints")
    total = scores.total[alone]
    for dimension, effective in by(made.splits["complaints"]).items():
        assert effective == pytest.approx(
            scores.contributions.loc[alone, dimension].cov(total) / total.var(), abs=1e-12
        )


def test_weights_for_the_grade_by_hand():
    # Two people an A, two a B: coefficients 1.2 and 1.0; workload alone separates them.
    people = make_panel(
        {"E1": (24.0, 80, 0.8, 4), "E2": (24.0, 90, 0.8, 4), "E3": (12.0, 90, 0.8, 4), "E4": (12.0, 80, 0.8, 4)}
    )
    halves = {"A": 50, "B": 50}
    grades = {
        "method": "forced",
        "pool": "role_level",
        "ties": "better",
        "shares": halves,
        "coefficients": {"A": 1.2, "B": 1.0},
    }
    scores = score(people, make_scheme(grades=grades), medians=NOBODY)
    assert scores.grade.tolist() == ["A", "A", "B", "B"]
    assert by(effective_weights(scores, what="grade"))["workload"] == pytest.approx(1)
    assert by(effective_weights(scores))["workload"] < 1  # of the totals, quality makes a part


values = st.one_of(st.none(), st.floats(1, 50))


@given(
    st.lists(st.tuples(values, values, values, values), min_size=4, max_size=12),
    st.lists(st.booleans(), min_size=12, max_size=12),
)
def test_weights_for_the_grade_sum_to_one(rows, breaches):
    people = make_panel({f"E{i:02d}": row for i, row in enumerate(rows)})
    people.values["compliance_breaches"] = [float(b) for b in breaches[: len(rows)]]
    people.counts["compliance_breaches"] = 1
    scheme = make_scheme(eligibility={"compliance_breaches": {"veto": "zero"}})
    split = effective_weights(score(people, scheme, medians=NOBODY), what="grade")
    if not split.unknown:
        assert sum(by(split).values()) == pytest.approx(1, abs=1e-9)
    assert all(finding.id.startswith("diagnosis.effective_weight_of_grade.") for finding in split.findings())


def test_z_gives_every_indicator_its_weight_where_people_are_independent():
    """With equal spreads the effective weight of z is w^2 / sum of w^2 in expectation: rules decide, not units."""
    people = crowd(4000, teams=40)
    made = weights_by_rule(people, everybody(people, make_scheme()), medians=NOBODY)
    squares = np.array([0.40, 0.25, 0.25, 0.10]) ** 2
    found = by(made.splits["z"])
    expected = dict(zip(("workload", "service_quality", "csat", "teamwork"), squares / squares.sum(), strict=True))
    for dimension, share in expected.items():
        assert found[dimension] == pytest.approx(share, abs=0.03)


def test_other_rules_leave_the_scheme_as_it_was():
    scheme = make_scheme()
    changed = with_rule(scheme, Z)
    assert {rule.rule for rule in changed.rules.values()} == {"z"}
    assert changed.weights("customer_service", "agent") == scheme.weights("customer_service", "agent")
    assert {rule.rule for rule in scheme.rules.values()} == {"attainment", "linear", "ladder", "z"}


def test_quarters_stand_side_by_side_and_say_which():
    history = [score(crowd(seed=seed), make_scheme(), medians=NOBODY) for seed in (3, 4)]
    made = weights_by_quarter([history[0]])
    (finding,) = [f for f in made.findings() if f.id == "diagnosis.effective_weight_by_quarter.2026Q3.workload"]
    assert finding.text["en"].startswith("In 2026Q3, workload made up")
    assert made.table().loc[0, "people"] == 60


def test_what_is_rewarded_is_told_under_attainment_and_under_z_as_a_scenario():
    people = crowd()
    made = weights_by_rule(
        people, everybody(people, make_scheme()), medians=people.values.groupby(people.people["role"]).median()
    )
    assert list(made.splits) == ["attainment", "z"]
    said = {finding.id: finding for finding in made.findings()}
    for rule, split in made.splits.items():
        assert sum(by(split).values()) == pytest.approx(1, abs=1e-9)
        told = said[f"diagnosis.effective_weight_by_rule.{rule}.workload"]
        assert (told.value, told.claim) == (pytest.approx(by(split)["workload"]), "scenario")
        assert made.names[rule]["zh"] in told.text["zh"]


def test_schemes_in_force_are_split_each_by_itself_and_never_together():
    people = crowd(120, teams=12)
    under = people.people["team"].isin(["T0", "T1", "T2", "T3"]).map({True: "test", False: "other"})
    weights = {"workload": 10, "service_quality": 25, "csat": 25, "teamwork": 40}
    other = make_scheme(name="other", title={"en": "Other", "zh": "另一方案"}, dimensions={
        name: {"weight": weights[name], "indicators": part.indicators}
        for name, part in make_scheme().dimensions.items()
    })  # fmt: skip
    held = InForce(
        period="2026Q3", schemes={"test": make_scheme(), "other": other}, under=under, limits=("several_schemes",)
    )
    made = weights_by_scheme(score_in_force(people, held, medians=NOBODY), least=40)
    for name, split in made.splits.items():
        alone = effective_weights(score(people, held.schemes[name], medians=NOBODY), who=under.eq(name))
        assert by(split) == pytest.approx(by(alone), abs=1e-12)
        assert split.people == under.eq(name).sum() == {"test": 40, "other": 80}[name]
    (larger,) = weights_by_scheme(score_in_force(people, held, medians=NOBODY), least=41).splits
    assert larger == "other"
    (told,) = [one for one in made.findings() if one.id == "diagnosis.effective_weight_by_scheme.other.teamwork"]
    assert told.text["en"].startswith('Among people under the scheme "Other", teamwork makes up')
    assert any("Several schemes were in force" in limit for limit in told.limits)
    assert not weights_by_scheme(score_in_force(people, everybody(people, other), medians=NOBODY), least=40).findings()


def test_a_role_is_told_by_its_name_with_the_number_of_its_people():
    scores = score(crowd(), make_scheme(), medians=NOBODY)
    made = weights_by_role(scores, roles={"customer_service": {"en": "customer service", "zh": "客户服务"}}, least=10)
    (told,) = [f for f in made.findings() if f.id == "diagnosis.effective_weight_by_role.customer_service.workload"]
    assert told.text["en"].startswith("Customer service: workload makes up")
    assert "客户服务" in told.text["zh"]
    assert told.n == 60


@given(panels(), schemes())
def test_weights_for_score_and_grade_sum_to_one_under_every_scheme(people, scheme):
    scores = score(people, scheme, medians=NOBODY)
    for what in ("score", "grade"):
        split = effective_weights(scores, what=what)
        if not split.unknown and well_conditioned(scores, what):
            assert sum(by(split).values()) == pytest.approx(1, abs=1e-9)
        assert all(weight.effective is None for weight in split.weights) == bool(split.unknown)


def well_conditioned(scores, what):
    """Whether totals and outcome go together enough that rounding of floats stays below a billionth."""
    told = scores.told_apart & scores.grade.notna() if what == "grade" else scores.told_apart
    held = alike(scores, told)
    outcome = scores.grade.map(dict(scores.scheme.grades.coefficients)) if what == "grade" else scores.total
    together = (apart(values[held.rows].to_numpy(float), held.groups) for values in (scores.total, outcome))
    return abs(np.multiply(*together).sum()) > 1e-3
