"""Totals against values verified with other libraries, and what must hold of them under any scheme and any gaps."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from design_lab.catalogue import cards
from design_lab.composite import rank
from design_lab.scheme_faults import scheme_faults
from design_lab.scoring import score

from .conftest import INDICATORS, make_panel, make_scheme

CASES = Path(__file__).parents[1] / "cases"
CASE = json.loads((CASES / "small_5x4.json").read_text(encoding="utf-8"))
EDGE = json.loads((CASES / "edge_behaviours.json").read_text(encoding="utf-8"))
NOBODY = pd.DataFrame()
NAMES = ("workload", "service_quality", "csat", "teamwork")


def five():
    """The five people of the case, its columns as indicators of which higher is better."""
    return make_panel(dict(zip(CASE["units"], map(tuple, CASE["X"]), strict=True)))


def composite(weights, stated, **changed):
    """A scheme with a dimension an indicator, all under one rule."""
    dimensions = {
        name: {"weight": weight * 100, "indicators": {indicator: 100}}
        for name, indicator, weight in zip(NAMES, INDICATORS, weights, strict=True)
    }
    return make_scheme(dimensions=dimensions, rules=dict.fromkeys(INDICATORS, stated), **changed)


def expected(name):
    return CASE["cases"][name]["expected"]


ONE_TO_100 = {"rule": "min_max", "floor": 1, "cap": 100}


@pytest.mark.parametrize(
    ("case", "over"),
    [
        ("weighted_sum_on_1_100", "arithmetic"),
        ("weighted_geometric_mean_on_1_100", "geometric"),
        ("weighted_harmonic_mean_on_1_100", "harmonic"),
    ],
)
def test_totals_are_those_of_other_libraries(case, over):
    scores = score(five(), composite(CASE["weights"], ONE_TO_100, aggregation={"over": over}), medians=NOBODY)
    np.testing.assert_allclose(scores.points, CASE["scored_1_100"], atol=1e-9)
    np.testing.assert_allclose(scores.total, expected(case), atol=1e-9)
    np.testing.assert_allclose(scores.contributions.sum(axis=1), scores.total, atol=1e-9)
    parts = CASE["cases"]["decomposition"]["points_by_indicator"]
    np.testing.assert_allclose(scores.contributions.drop(columns="rules"), parts, atol=1e-9)


def test_ordered_weights_are_those_of_the_formula():
    case = CASE["cases"]["owa_on_1_100"]
    places = [100 * w for w in case["owa_weights_best_first"]]
    scheme = composite([0.25] * 4, ONE_TO_100, aggregation={"over": {"method": "owa", "places": places}})
    np.testing.assert_allclose(score(five(), scheme, medians=NOBODY).total, case["expected"], atol=1e-9)


def test_both_weightings_of_the_case_order_people_as_verified():
    case = CASE["cases"]["two_schemes"]
    for weights, totals in (("weights", "score_now"), ("weights_reform", "score_reform")):
        scores = score(five(), composite(CASE[weights], ONE_TO_100), medians=NOBODY)
        np.testing.assert_allclose(scores.total, case[totals], atol=1e-9)


@pytest.mark.parametrize(
    ("case", "stated", "scale"),
    [
        ("minmax_0_1", {"rule": "min_max"}, 100),
        ("percentile_rank_COINr", {"rule": "rank"}, 100),
        ("zscore_ddof1", {"rule": "z", "centre": 0, "spread": 10, "floor": -99, "cap": 99}, 10),
        ("zscore_ddof0", {"rule": "z", "centre": 0, "spread": 10, "floor": -99, "cap": 99, "sd": "population"}, 10),
    ],
)
def test_points_are_those_of_other_libraries(case, stated, scale):
    points = score(five(), composite(CASE["weights"], stated), medians=NOBODY).points
    np.testing.assert_allclose(points / scale, expected(case), atol=1e-9)


def test_percentiles_are_pandas_percentiles_less_half_a_place():
    points = score(five(), composite(CASE["weights"], {"rule": "percentile"}), medians=NOBODY).points
    np.testing.assert_allclose(points / 100 + 0.5 / 5, expected("percentile_rank_pandas_pct"), atol=1e-9)


def test_a_constant_column_is_the_middle_for_everybody():
    # scikit-criteria makes it 0 and pymcdm 1, which favours or punishes everybody by its weight.
    people = five()
    people.values["peer_rating"] = 7.0
    points = score(people, composite(CASE["weights"], {"rule": "min_max"}), medians=NOBODY).points
    for library in ("skcriteria", "pymcdm"):
        others = np.array(EDGE[f"constant_column_minmax_{library}"]["result"])[:, :3]
        np.testing.assert_allclose(points.iloc[:, :3] / 100, others, atol=1e-9)
    assert points["peer_rating"].tolist() == [50.0] * 5


def test_a_missing_value_costs_one_person_and_nobody_else():
    # pymcdm makes all five totals missing, scikit-criteria refuses all.
    people = five()
    people.values.loc["E1", "peer_rating"] = np.nan
    scores = score(people, composite(CASE["weights"], ONE_TO_100), medians=NOBODY)
    parts = np.array(CASE["cases"]["decomposition"]["points_by_indicator"])
    assert scores.total["E1"] == pytest.approx(parts[0, :3].sum() / 0.9)
    assert scores.total.notna().all()


def test_tied_totals_share_the_better_rank_as_in_coinr():
    tied = {f"E{i}": (value, 90.0, 0.8, 4.0) for i, value in enumerate(EDGE["ties"]["scores"])}
    first = {"method": "forced", "pool": "all", "ties": "better", "heads": "nearest", "shares": {"A": 25, "B": 75}, "coefficients": {"A": 1, "B": 0}}  # fmt: skip
    scores = score(make_panel(tied), composite([1, 0, 0, 0], {"rule": "min_max"}, grades=first), medians=NOBODY)
    assert scores.grade.tolist() == ["A", "A", "B", "B"]


def test_ranks_of_ties_are_one_of_three_usages_and_the_scheme_says_which():
    # Dense ranks (1, 1, 3, 2), which tell nobody how many are better, are none of them.
    totals, ours = np.array(EDGE["ties"]["scores"], dtype=float), {}
    for usage in ("better", "worse", "mean"):
        ours[usage] = rank(totals, usage).tolist()
    assert ours == {"better": [1, 1, 4, 3], "worse": [2, 2, 4, 3], "mean": EDGE["ties"]["pymcdm"]}
    assert EDGE["ties"]["skcriteria"] not in ours.values()


def test_z_scores_below_zero_are_weighed_like_any_other_points():
    # scikit-criteria refuses to weigh values below 0; a scheme's z may lie anywhere between its floor and cap.
    assert "can't operate with values < 0" in EDGE["zscores_into_WSM_skcriteria"]["error"]
    plain = {"rule": "z", "centre": 0, "spread": 1, "floor": -10, "cap": 10}
    scores = score(five(), composite(CASE["weights"], plain), medians=NOBODY)
    values = np.array(CASE["X"])
    z = (values - values.mean(axis=0)) / values.std(axis=0, ddof=1)
    assert (scores.points.to_numpy() < 0).any()
    np.testing.assert_allclose(scores.total, z @ CASE["weights"], atol=1e-12)


def said(scheme):
    return [str(fault) for fault in scheme_faults(scheme, cards())]


def test_weights_that_do_not_sum_or_are_negative_are_refused():
    # Both libraries score with them; one warns.
    double = composite([0.8, 0.5, 0.5, 0.2], ONE_TO_100)
    negative = composite([0.6, 0.25, 0.25, -0.1], ONE_TO_100)
    assert "dimensions: the weights sum to 200, but must sum to 100" in said(double)
    assert "dimensions.teamwork.weight: -10 is not between 0 and 100" in said(negative)


@pytest.mark.parametrize("over", ["geometric", "harmonic"])
def test_one_zero_makes_a_mean_zero_that_does_not_compensate(over):
    people = five()
    people.values.loc["E1", "csat"] = 0.0
    scheme = composite(CASE["weights"], {"rule": "min_max"}, aggregation={"over": over})
    assert score(people, scheme, medians=NOBODY).total["E3"] == 0.0  # the least workload of all


@st.composite
def rules(draw, low):
    """Any rule for indicators of which higher is better and whose values lie between 0 and 50."""
    a, b, c = sorted(draw(st.lists(st.integers(0, 50), min_size=3, max_size=3, unique=True)))
    kind = draw(st.sampled_from(["attainment", "stretch", "linear", "ladder", "deduction", "z", "percentile", "rank", "min_max", "goalposts"]))  # fmt: skip
    peers = {"peers": draw(st.sampled_from([["role", "level"], ["team"], []])), "min_group": draw(st.integers(2, 3))}
    bounds = {"floor": draw(st.integers(low, 40)), "cap": draw(st.integers(60, 120))}
    return {"rule": kind} | {
        "attainment": {"target": a + 1} | bounds,
        "stretch": {"threshold": a, "target": b, "stretch": c},
        "linear": {"zero_at": a, "full_at": b},
        "ladder": {
            "steps": [{"end": a, "points": 0}, {"start": a, "end": b, "points": 70}, {"start": b, "points": 90}]
        },
        "deduction": {"base": 50, "start": a, "per_unit": 2} | bounds,
        "z": {"centre": 80, "spread": 10} | bounds | peers,
        "percentile": peers,
        "rank": peers,
        "min_max": bounds | peers,
        "goalposts": {"low": a, "high": c} | bounds,
    }[kind]


@st.composite
def schemes(draw):
    """Any scheme of this file's language, as far as its parts are drawn here."""
    combine = st.sampled_from(["arithmetic", "geometric", "harmonic", {"method": "owa", "places": [50, 30, 20]}])
    aggregation = {"within": draw(combine), "over": draw(combine)}
    low = 0 if {"geometric", "harmonic"} & {str(part) for part in aggregation.values()} else -20
    first = draw(st.integers(0, 20)) * 5
    inner = draw(st.integers(0, 10)) * 10
    pair = {"calls_per_hour": inner, "qa_score": 100 - inner}
    own = draw(st.one_of(st.none(), rules(low)))
    dimensions = {
        "workload": {"weight": first, "indicators": pair, "rule": own},
        "csat": {"weight": 100 - first, "indicators": {"very_satisfied_rate": 70, "peer_rating": 30}},
    }
    veto = draw(st.sampled_from([{}, {"veto": "zero"}, {"veto": "lowest_grade"}, {"max": 0, "effect": "no_score"}, {"max": 0, "effect": "no_grade"}]))  # fmt: skip
    return make_scheme(
        dimensions=dimensions,
        overrides=[{"role": "complaints", "rules": {"qa_score": draw(rules(low))}}],
        rules={indicator: draw(rules(low)) for indicator in INDICATORS},
        aggregation=aggregation,
        missing={
            "min_weight": draw(st.integers(0, 90)),
            "incomplete": draw(st.sampled_from(["shrink", "keep", "drop"])),
            "total": draw(st.sampled_from([None, 80])),
        },
        total=draw(st.sampled_from([{}, {"floor": 40, "cap": 90}])),
        rounding=draw(st.sampled_from([{}, {"points": {"decimals": 0}, "total": {"decimals": 1, "half": "even"}}])),
        eligibility={"compliance_breaches": veto} if veto else {},
        protected=draw(st.sampled_from([None, {"tenure_months": 6, "min_days": 0}])),
        grades={
            "method": "forced", "pool": draw(st.sampled_from(["role", "team", "all"])),
            "ties": draw(st.sampled_from(["better", "worse", "mean"])),
            "heads": draw(st.sampled_from(["up", "nearest", "down"])),
            "shares": {"A": 20, "B": 40, "C": 40}, "coefficients": {"A": 1.2, "B": 1.0, "C": 0.8},
        },
    )  # fmt: skip


value = st.one_of(st.none(), st.integers(0, 50).map(float))


@st.composite
def panels(draw):
    size = draw(st.integers(1, 8))
    rows = {f"E{i}": tuple(draw(value) for _ in INDICATORS) for i in range(size)}
    several = [draw(st.sampled_from(["customer_service", "complaints"])) for _ in range(size)]
    teams = [draw(st.sampled_from(["T1", "T2", None])) for _ in range(size)]
    tenure = [draw(st.sampled_from([3.0, 24.0])) for _ in range(size)]
    people = make_panel(rows, role=several, team=teams, tenure_months=tenure)
    people.values["compliance_breaches"] = [draw(st.sampled_from([float("nan"), 0.0, 1.0])) for _ in range(size)]
    people.counts["compliance_breaches"] = 1
    return people


def in_points():
    """The cards, of which none is a share: drawn values and rules lie between 0 and 50."""
    return {name: card.model_copy(update={"unit": "points"}) for name, card in cards().items()}


@given(panels(), schemes())
def test_contributions_sum_to_the_total_under_every_scheme(people, scheme):
    assert [*scheme_faults(scheme, in_points())] == []
    scores = score(people, scheme, medians=NOBODY)
    told = scores.total.notna()
    np.testing.assert_allclose(scores.contributions[told].sum(axis=1), scores.total[told], atol=1e-9)
    assert scores.contributions[told].notna().all(axis=None)
    assert scores.contributions[~told].isna().all(axis=None)
    assert (scores.reason[~told] != "").all()
    assert scores.grade[~told].isna().all()


@pytest.mark.long
@given(panels(), schemes(), st.randoms(use_true_random=False))
def test_the_order_and_the_names_of_people_change_nothing(people, scheme, random):
    order = list(people.people.index)
    random.shuffle(order)
    parts = pd.MultiIndex.from_tuples([(one, 1) for one in order], names=["employee_id", "part"])
    shuffled = type(people)(
        quarter=people.quarter,
        people=people.people.loc[order].set_axis(parts),
        values=people.values.loc[order].set_axis(parts),
        counts=people.counts.loc[order].set_axis(parts),
        standard_errors=people.standard_errors.loc[order].set_axis(parts),
        centre=people.centre,
    )
    first, again = score(people, scheme, medians=NOBODY), score(shuffled, scheme, medians=NOBODY)
    pd.testing.assert_series_equal(again.by_person(again.total).loc[first.total.index], first.total, check_names=False)
    assert again.by_person(again.grade).loc[first.grade.index].tolist() == first.grade.tolist()


@given(panels(), st.integers(1, 9))
def test_a_better_value_never_costs_points_of_one_s_own(people, more):
    scheme = make_scheme(rules=make_scheme().model_dump()["rules"] | {"peer_rating": {"rule": "percentile"}})
    better = type(people)(
        **{name: getattr(people, name) for name in people.__slots__} | {"values": people.values.copy()}
    )
    better.values.loc["E0", "qa_score"] = people.values.loc["E0", "qa_score"] + more
    before, after = score(people, scheme, medians=NOBODY), score(better, scheme, medians=NOBODY)
    assert before.total.isna()["E0"] or after.total["E0"] >= before.total["E0"] - 1e-9
    pd.testing.assert_series_equal(after.total.drop("E0"), before.total.drop("E0"))
