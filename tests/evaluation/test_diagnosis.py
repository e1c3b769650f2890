"""Effective weights: by hand, by a second road, and as properties."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from design_lab.evaluation import compare, effective_weights
from design_lab.evaluation.alike import alike
from design_lab.scoring import panel, score, targets
from design_lab.scoring.signal import Signal
from tests.scoring.conftest import make_panel, make_scheme

NOBODY = pd.DataFrame()
ATTAINED = {"rule": "attainment", "target": 4, "floor": 60, "cap": 120}


def crowd(people=60, teams=6, seed=3):
    draw = np.random.default_rng(seed)
    rows = {
        f"E{i:03d}": (draw.normal(20, 3), draw.normal(85, 4), draw.uniform(0.6, 0.9), draw.normal(4, 0.4))
        for i in range(people)
    }
    return make_panel(rows, team=[f"T{i % teams}" for i in range(people)])


def found(scores):
    return {weight.dimension: weight for weight in effective_weights(scores).weights}


def test_effective_weights_equal_the_covariance_formula():
    scores = score(crowd(), make_scheme(), medians=NOBODY)
    total = scores.total
    for dimension, weight in found(scores).items():
        expected = scores.contributions[dimension].cov(total) / total.var()
        assert weight.effective == pytest.approx(expected, abs=1e-12)


def test_two_roles_are_compared_within_and_not_across():
    people = crowd()
    people.people.loc[people.people.index[:30], "role"] = "complaints"
    people.values.loc[people.people.index[:30], "calls_per_hour"] += 5  # between roles: must not count
    scores = score(people, make_scheme(), medians=NOBODY)
    by_role = scores.people["role"]
    apart = scores.contributions - scores.contributions.groupby(by_role).transform("mean")
    total = apart.sum(axis=1)
    for dimension, weight in found(scores).items():
        assert weight.effective == pytest.approx(apart[dimension] @ total / (total @ total), abs=1e-12)


def test_a_dimension_on_which_nobody_differs_decides_nothing():
    people = crowd()
    people.values["calls_per_hour"] = 20.0
    weights = found(score(people, make_scheme(), medians=NOBODY))
    assert weights["workload"].nominal == pytest.approx(0.40)
    assert weights["workload"].effective == 0


def test_a_veto_has_its_own_part_where_the_textbook_formula_falls_short_of_one():
    people = crowd(200)
    people.values["compliance_breaches"] = [1.0, 1.0, *[0.0] * 198]
    people.counts["compliance_breaches"] = 1
    scores = score(people, make_scheme(eligibility={"compliance_breaches": {"veto": "zero"}}), medians=NOBODY)
    weights = found(scores)
    assert sum(weight.effective for weight in weights.values()) == pytest.approx(1, abs=1e-9)
    textbook = sum(
        nominal * scores.points[indicator].cov(scores.total) / scores.total.var()
        for indicator, nominal in scores.scheme.weights("customer_service", "agent").items()
    )
    assert textbook < 0.6 < weights["rules"].effective


values = st.one_of(st.none(), st.floats(1, 50))


@given(
    st.lists(st.tuples(values, values, values, values), min_size=3, max_size=10),
    st.lists(st.booleans(), min_size=10, max_size=10),
    st.integers(5, 100),
)
def test_effective_weights_sum_to_one_for_missing_data_and_vetoes_too(rows, breaches, least):
    people = make_panel({f"E{i}": row for i, row in enumerate(rows)})
    people.values["compliance_breaches"] = [float(b) for b in breaches[: len(rows)]]
    people.counts["compliance_breaches"] = 1
    scheme = make_scheme(missing={"min_weight": least}, eligibility={"compliance_breaches": {"veto": "zero"}})
    scores = score(people, scheme, medians=NOBODY)
    split = effective_weights(scores)
    if split.unknown:
        held = alike(scores, scores.told_apart)
        assert held.people == 0 or scores.total[held.rows].groupby(held.groups).agg(np.ptp).max() < 1e-5
        assert all(weight.effective is None for weight in split.weights)
        return
    assert sum(weight.effective for weight in split.weights) == pytest.approx(1, abs=1e-9)


def unknown_texts(scores):
    split = effective_weights(scores)
    made = [finding for finding in split.findings() if finding.id.startswith("diagnosis.effective_weight")]
    assert {(finding.value, finding.claim) for finding in made} == {(None, "unidentified")}
    assert [finding.value for finding in split.findings()][:4] == pytest.approx([0.40, 0.25, 0.25, 0.10])
    return {finding.text["en"].partition(": ")[2] for finding in made}


def test_totals_that_do_not_differ_have_no_effective_weights():
    same = make_panel({f"E{i}": (20.0, 90.0, 0.8, 4.0) for i in range(10)})
    said = unknown_texts(score(same, make_scheme(), medians=NOBODY))
    assert said == {"the totals of people of the same role and level do not differ."}


def test_nobody_scored_means_no_effective_weights():
    nobody = make_panel({"E1": (None, None, None, 4.0), "E2": (None, None, None, 3.0)})
    assert unknown_texts(score(nobody, make_scheme(), medians=NOBODY)) == {"nobody could be scored."}


def noisy(p):
    """A crowd whose tested indicators, all but calls per hour, come with an F test of this p."""
    people = crowd()
    found = Signal(people=60, observations=6000, p=p, reliability=0.0, between_variance=0.0, within_variance=1.0)
    tested = ("qa_score", "very_satisfied_rate", "peer_rating")
    return replace(people, signals={("customer_service", indicator): found for indicator in tested})


def test_people_who_cannot_be_told_apart_are_scored_and_neither_graded_nor_ranked():
    scores = score(noisy(0.73), make_scheme(), medians=NOBODY)
    assert scores.total.notna().all()
    assert scores.grade.isna().all()
    assert set(scores.reason) == {"no_signal"}
    (said,) = unknown_texts(scores)
    assert (
        said == "on the indicators that are weighed, people of the same role differ no more than chance would have it."
    )
    made = compare(scores, scores).findings()
    assert [(f.id, f.value, f.claim) for f in made] == [
        ("candidates.test.rank_correlation", None, "unidentified"),
        ("candidates.test.grade_changes", None, "unidentified"),
    ]


def test_people_who_can_be_told_apart_on_enough_of_the_weight_are_graded_as_ever():
    plain = score(crowd(), make_scheme(), medians=NOBODY)
    assert score(noisy(0.01), make_scheme(), medians=NOBODY).grade.equals(plain.grade)
    # Calls per hour carry 40 of 100: enough where a scheme asks for no more.
    scores = score(noisy(0.73), make_scheme(missing={"min_weight": 40}), medians=NOBODY)
    assert scores.grade.equals(plain.grade)


def test_one_team_gives_shares_without_an_interval():
    weights = effective_weights(score(crowd(teams=1), make_scheme(), medians=NOBODY))
    assert all(weight.interval is None for weight in weights.weights)
    made = weights.findings()
    assert all(finding.interval is None for finding in made)
    assert any("too few teams for an interval" in finding.text["en"] for finding in made)


@pytest.mark.long
def test_the_team_interval_covers_the_share_of_a_large_population():
    """Planted truth: independent indicators of known variance, no ceilings reached, teams of twelve drawn at random.

    The share of each dimension in the population follows from its variance; 95 % intervals over 200 centres of 15 teams
    must cover it .95 of the time, give or take three Monte-Carlo standard errors.
    """
    linear = {"rule": "linear", "zero_at": 0, "full_at": 100}
    scheme = make_scheme(
        rules=dict.fromkeys(("calls_per_hour", "qa_score", "very_satisfied_rate", "peer_rating"), linear)
    )
    spread = np.array([8.0, 6.0, 4.0, 10.0])
    nominal = np.array([0.40, 0.25, 0.25, 0.10])
    truth = (nominal * spread) ** 2 / ((nominal * spread) ** 2).sum()
    draw, covered, centres = np.random.default_rng(20260930), np.zeros(4), 200
    for _ in range(centres):
        drawn = 50 + spread * draw.standard_normal((180, 4))
        people = make_panel(
            {f"E{i:03d}": tuple(row) for i, row in enumerate(drawn)}, team=[f"T{i // 12}" for i in range(180)]
        )
        weights = effective_weights(score(people, scheme, medians=NOBODY)).weights[:4]
        covered += [
            abs(weight.effective - share) <= weight.margin for weight, share in zip(weights, truth, strict=True)
        ]
    error = 3 * np.sqrt(0.95 * 0.05 / centres)
    assert (np.abs(covered / centres - 0.95) < error).all()


def test_findings_carry_the_claim_that_the_scheme_allows():
    confirmed = effective_weights(score(crowd(), make_scheme(), medians=NOBODY)).findings()
    assumed = effective_weights(score(crowd(), make_scheme(assumed=["rules"]), medians=NOBODY)).findings()
    for made, claim in ((confirmed, "accounting"), (assumed, "scenario")):
        claims = {f.id.split(".")[1]: f.claim for f in made}
        assert claims == {"nominal_weight": "accounting", "effective_weight": claim}
    limits = {limit for f in assumed for limit in f.limits}
    assert any("reconstructed scheme" in limit for limit in limits)


def test_a_scheme_compared_with_itself_changes_nothing():
    scores = score(crowd(), make_scheme(), medians=NOBODY)
    null = compare(scores, scores)
    assert null.rank_correlation == 1.0
    assert (null.up, null.down) == (0, 0)
    changes = {f.id: f.value for f in null.findings()}
    assert changes["candidates.test.grade_changes"] == 0


def test_a_comparison_counts_who_moves_as_by_hand():
    people = crowd()
    turned = make_scheme(
        name="turned",
        dimensions={
            "workload": {"weight": 10, "indicators": {"calls_per_hour": 100}},
            "service_quality": {"weight": 40, "indicators": {"qa_score": 100}},
            "csat": {"weight": 40, "indicators": {"very_satisfied_rate": 100}},
            "teamwork": {"weight": 10, "indicators": {"peer_rating": 100}},
        },
    )
    today, other = (score(people, scheme, medians=NOBODY) for scheme in (make_scheme(), turned))
    compared = compare(today, other)
    order = "ABCD"
    moves = [order.index(a) - order.index(b) for a, b in zip(today.grade, other.grade, strict=True)]
    assert compared.up == sum(move > 0 for move in moves)
    assert compared.down == sum(move < 0 for move in moves)
    assert compared.graded == 60
    assert compared.rank_correlation == pytest.approx(today.total.corr(other.total, method="spearman"))
    assert np.trace(compared.transitions.to_numpy()) == 60 - compared.up - compared.down


def test_nobody_in_common_leaves_ranks_unknown():
    scores = score(make_panel({"E1": (20.0, 90.0, 0.8, None)}), make_scheme(), medians=NOBODY)
    correlation, changes, *_ = compare(scores, scores).findings()
    assert (correlation.value, correlation.claim) == (None, "unidentified")
    assert (changes.value, changes.n) == (0.0, 1)


def test_the_small_centre_is_diagnosed_with_parts_that_sum_to_one(small):
    quarter = small.quarters[-1]
    scores = score(panel(small, quarter), small.current, medians=targets(small, quarter))
    weights = effective_weights(scores)
    assert sum(weight.effective for weight in weights.weights) == pytest.approx(1, abs=1e-9)
    assert weights.reconstructed


def with_peer_ratings_alone(people, ratings):
    """The last of these people have nothing but a peer rating each, as somebody in training has."""
    last = people.values.index[-len(ratings) :]
    people.values.loc[last] = float("nan")
    people.values.loc[last, "peer_rating"] = ratings
    return people


def test_who_lacks_other_dimensions_than_most_is_left_out_and_counted():
    """By hand, with linear points from 0 to 100: four agents with everything, three with peer ratings alone."""
    rows = {"E1": (50, 40, 40, 40), "E2": (60, 40, 40, 40), "E3": (50, 60, 40, 40), "E4": (60, 60, 40, 40)}
    rows |= {f"E{i}": (None, None, None, rating) for i, rating in ((5, 70), (6, 80), (7, 90))}
    linear = {"rule": "linear", "zero_at": 0, "full_at": 100}
    indicators = ("calls_per_hour", "qa_score", "very_satisfied_rate", "peer_rating")
    scheme = make_scheme(rules=dict.fromkeys(indicators, linear), missing={"min_weight": 10})
    scores = score(make_panel(rows), scheme, medians=NOBODY)
    # Workload differs by 4 points among the four (-2, 2, -2, 2), quality by 5 (-2.5, -2.5, 2.5, 2.5). Teamwork would
    # differ by 10 among the three, who are weighed on it alone: 200 beside 16 and 25 in sums of squares.
    weights = effective_weights(scores)
    found = {weight.dimension: weight.effective for weight in weights.weights}
    assert found == pytest.approx(
        {"workload": 16 / 41, "service_quality": 25 / 41, "csat": 0, "teamwork": 0, "rules": 0}, abs=1e-12
    )
    assert (weights.people, weights.left_out, weights.alone) == (4, 3, 0)
    # Among those who lack the same they are the usual case.
    three = effective_weights(scores, who=scores.weights["workload"].eq(0))
    assert {w.dimension: w.effective for w in three.weights}["teamwork"] == 1
    assert (three.people, three.left_out) == (3, 0)


def test_who_has_other_weights_is_held_against_those_who_have_the_same():
    """By hand: quality is two indicators; two of four lack one, and their quality weighs 10 of 90 instead of 25."""
    quality = {"weight": 20, "indicators": {"qa_score": 50, "peer_rating": 50}}
    workload = {"weight": 80, "indicators": {"calls_per_hour": 100}}
    linear = {"rule": "linear", "zero_at": 0, "full_at": 100}
    scheme = make_scheme(
        dimensions={"workload": workload, "service_quality": quality},
        rules=dict.fromkeys(("calls_per_hour", "qa_score", "peer_rating"), linear),
    )
    rows = {"E1": (50, 40, None, 60), "E2": (60, 50, None, 70), "E3": (50, 90, None, None), "E4": (59, 99, None, None)}
    # In pairs: 8 points of workload and 2 of quality; 8 (9 x 80/90) of workload and 1 (9 x 10/90) of quality.
    covariances = {"workload": 8 * 10 + 8 * 9, "service_quality": 2 * 10 + 1 * 9}
    weights = effective_weights(score(make_panel(rows), scheme, medians=NOBODY))
    found = {w.dimension: w.effective for w in weights.weights if w.dimension != "rules"}
    assert found == pytest.approx({name: value / 181 for name, value in covariances.items()}, abs=1e-12)
    assert (weights.people, weights.left_out) == (4, 0)


def test_who_is_alone_is_left_out_and_counted():
    people = crowd()
    people.people.loc["E007", "role"] = "complaints"
    scores = score(people, make_scheme(rules=make_scheme().rules | {"peer_rating": ATTAINED}), medians=NOBODY)
    weights = effective_weights(scores)
    assert (weights.people, weights.left_out, weights.alone) == (59, 1, 1)
    among = effective_weights(scores, who=scores.people.index != "E007")
    assert (among.people, among.left_out) == (59, 0)
    assert [w.effective for w in weights.weights] == pytest.approx([w.effective for w in among.weights], abs=1e-12)
    assert "diagnosis.left_out" not in {finding.id for finding in among.findings()}
    (said,) = [finding for finding in weights.findings() if finding.id == "diagnosis.left_out"]
    assert (said.value, said.n, said.claim) == (1, 60, "accounting")
    assert "0 people judged" in said.text["en"]
    assert "1 person with nobody else of the same role" in said.text["en"]


def test_where_nobody_is_like_another_no_share_is_given():
    rows = {"E1": (20.0, 90.0, 0.8, 4.0), "E2": (20.0, 90.0, 0.8, None), "E3": (20.0, None, 0.8, 4.0)}
    said = unknown_texts(score(make_panel(rows), make_scheme(), medians=NOBODY))
    assert said == {"nobody with a total shares role, level and weights with somebody else."}


def test_whole_points_of_weights_shared_out_anew_count_for_nothing():
    """Who has peer ratings alone gets 80 points of teamwork where others get 8: no difference in teamwork."""
    scheme = make_scheme(missing={"min_weight": 10})
    scores = score(with_peer_ratings_alone(crowd(), [4.0] * 6), scheme, medians=NOBODY)
    among = effective_weights(scores, who=scores.weights["workload"] > 0)
    whole = effective_weights(scores)
    assert [w.effective for w in whole.weights] == pytest.approx([w.effective for w in among.weights], abs=1e-12)
    assert ("judged_alike" in whole.limits, "judged_alike" in among.limits) == (True, False)
