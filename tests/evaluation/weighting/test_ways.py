"""Ways to weights on scored people: second roads, groups of respondents, refusals, and schemes that come of them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from design_lab.errors import StudyError
from design_lab.evaluation import effective_weights, preferences, ways_to_weights
from design_lab.evaluation.weighting.forms import Answers, Preferences
from design_lab.evaluation.weighting.layout import asked
from design_lab.evaluation.weighting.pairwise import judgements_together, priorities
from design_lab.evaluation.weighting.spread import critic_weights, entropy_weights
from design_lab.scheme import Scheme
from design_lab.scoring import panel, score, targets
from tests.scoring.conftest import make_panel, make_scheme

NOBODY = pd.DataFrame()
ROLES = {
    "customer_service": {"en": "customer service", "zh": "客户服务人员"},
    "complaints": {"en": "complaints handling", "zh": "投诉处理人员"},
}
DIMENSIONS = ("workload", "service_quality", "csat", "teamwork")
PAPER = {"workload": 0.40, "service_quality": 0.25, "csat": 0.25, "teamwork": 0.10}


def crowd(people=60, seed=3, **lacking):
    draw = np.random.default_rng(seed)
    rows = {
        f"E{i:03d}": (draw.normal(20, 3), draw.normal(85, 4), draw.uniform(0.6, 0.9), draw.normal(4, 0.4))
        for i in range(people)
    }
    return make_panel(rows | lacking, team=[f"T{i % 6}" for i in range(people + len(lacking))])


def scored(people=None, **changed):
    return score(crowd() if people is None else people, make_scheme(**changed), medians=NOBODY)


def answer(name, voice=1.0, **pages):
    given = {"direct": {}, "swing": {}, "ahp": {}} | pages
    return Answers(respondent=name, voice=voice, digest=name[-1] * 64, given=given)


def forms(*answers, scheme=None, left_out=()):
    of = asked(scheme or make_scheme(), ROLES)
    return Preferences(asked=of, answers=answers, faults=left_out, left_out=left_out)


def found(scores, filled=None, **options):
    return ways_to_weights(scores, roles=ROLES, least=10, forms=filled, **options)


def way(ways, method, who="customer_service"):
    return next(one for one in ways.ways if (one.method, one.who) == (method, who))


def reweighed(scores, weights):
    """The same people under the same scheme with other weights, as they are and not rounded."""
    dimensions = {
        name: {"weight": 100 * weights[name], "indicators": dict(block.indicators)}
        for name, block in scores.scheme.dimensions.items()
    }
    return scored(dimensions=dimensions)


def test_balanced_weights_reward_exactly_what_today_s_paper_says():
    scores = scored()
    before = {one.dimension: one.effective for one in effective_weights(scores).weights}
    assert max(abs(before[name] - PAPER[name]) for name in PAPER) > 0.05
    after = effective_weights(reweighed(scores, way(found(scores), "balanced").weights))
    assert {one.dimension: one.effective for one in after.weights if one.dimension in PAPER} == pytest.approx(
        PAPER, abs=1e-9
    )


def test_balancing_aims_at_what_is_wanted_of_a_role():
    scores = scored()
    wanted = {"workload": 0.1, "service_quality": 0.3, "csat": 0.4, "teamwork": 0.2}
    ways = found(scores, wanted={"customer_service": wanted})
    after = effective_weights(reweighed(scores, way(ways, "balanced").weights))
    assert {one.dimension: one.effective for one in after.weights if one.dimension in PAPER} == pytest.approx(
        wanted, abs=1e-9
    )
    with pytest.raises(StudyError, match="wanted weights of customer_service: csat, sales must stand in both"):
        found(scores, wanted={"customer_service": {"sales": 1.0} | {k: 0.0 for k in PAPER if k != "csat"}})


def test_data_driven_weights_are_those_of_the_points():
    scores = scored()
    points = scores.points[["calls_per_hour", "qa_score", "very_satisfied_rate", "peer_rating"]].to_numpy()
    ways = found(scores)
    assert [*way(ways, "entropy").weights.values()] == pytest.approx(entropy_weights(points, DIMENSIONS).tolist())
    assert [*way(ways, "critic").weights.values()] == pytest.approx(critic_weights(points, DIMENSIONS).tolist())
    assert way(ways, "entropy").n == 60


def test_who_lacks_a_dimension_changes_no_weight():
    alone = found(scored())
    joined = found(scored(crowd(X1=(25.0, None, 0.9, None), X2=(None, None, 0.5, None))))
    for method in ("entropy", "critic", "balanced"):
        assert way(joined, method) == way(alone, method)


@settings(max_examples=20)
@given(st.permutations(range(30)))
def test_the_order_of_people_changes_no_weight(order):
    people = crowd(30)
    ids = people.people.index
    ways = found(scored(people))
    moved = make_panel({ids[at]: tuple(people.values.loc[ids[to]]) for at, to in enumerate(order)})
    after = found(scored(moved))
    for method in ("entropy", "critic", "balanced"):
        assert way(after, method).weights == pytest.approx(way(ways, method).weights, abs=1e-9)


def test_a_small_role_gives_no_weights_and_its_size_is_not_told():
    people = crowd()
    people.people.loc[people.people.index[:7], "role"] = "complaints"
    ways = found(scored(people))
    assert set(ways.table()["for"]) == {"all", "customer_service"}
    (said,) = [one for one in ways.findings() if one.id == "weights.few_people"]
    assert said.claim == "unidentified"
    assert said.text["en"] == (
        "For complaints handling, data give no weights: fewer than 10 people have points on every dimension, too few for a "
        "figure to stand for."
    )
    assert "7" not in said.text["zh"]
    assert not [one for one in ways.findings() if one.id.startswith("weights.entropy.complaints")]


def test_a_dimension_without_differences_is_refused_by_name_or_weighs_nothing():
    people = crowd()
    people.values["qa_score"] = 80.0
    ways = found(scored(people))
    assert way(ways, "entropy").weights["service_quality"] == 0
    said = {one.id: one for one in ways.findings()}
    for method in ("critic", "pca", "balanced"):
        refused = said[f"weights.{method}.customer_service.refused"]
        assert refused.value is None
        assert "nobody differs on service quality" in refused.text["en"]
        assert "服务质量在人员之间没有差异" in refused.text["zh"]


def test_respondents_count_by_their_voice_and_their_range_is_the_interval():
    first, second = np.array([50.0, 20, 20, 10]), np.array([20.0, 40, 20, 20])
    filled = forms(answer("R1", 2, direct={"all": first}), answer("R2", 1, direct={"all": second}))
    ways = found(scored(), filled)
    one = way(ways, "direct", "all")
    assert [*one.weights.values()] == pytest.approx([0.4, 0.8 / 3, 0.2, 0.4 / 3])
    said = {finding.id: finding for finding in ways.findings()}
    workload = said["weights.direct.workload"]
    assert (workload.value, workload.interval, workload.level, workload.n) == (0.4, (0.2, 0.5), 1.0, 2)
    assert workload.claim == "accounting"
    assert "2 respondents, from 20.0% to 50.0%" in workload.text["en"]
    assert "opinions of those who were asked" in workload.limits[0]
    assert said["weights.forms"].value == 2


def test_a_single_respondent_has_no_range_and_a_voice_of_nothing_does_not_count():
    points = np.array([100.0, 50, 25, 25])
    filled = forms(answer("R1", swing={"complaints": points}), answer("R2", 0, swing={"complaints": points[::-1]}))
    ways = found(scored(), filled)
    assert way(ways, "swing", "complaints").weights == pytest.approx(
        {"workload": 0.5, "service_quality": 0.25, "csat": 0.125, "teamwork": 0.125}
    )
    (said,) = [one for one in ways.findings() if one.id == "weights.swing.complaints.csat"]
    assert (said.interval, said.n) == (None, 1)
    assert "one respondent would give customer satisfaction 12.5% for complaints handling" in said.text["en"]


HONEST = np.divide.outer(np.array([4.0, 2, 2, 1]), np.array([4.0, 2, 2, 1]))


def slipped(answer=1 / 9):
    matrix = HONEST.copy()
    matrix[0, 2], matrix[2, 0] = answer, 1 / answer
    return matrix


def test_pairwise_judgements_are_aggregated_both_ways():
    filled = forms(answer("R1", 3, ahp={"all": HONEST}), answer("R2", 1, ahp={"all": slipped(1)}))
    ways = found(scored(), filled)
    together = priorities(judgements_together([HONEST, slipped(1)], [3, 1]))
    assert [*way(ways, "ahp", "all").weights.values()] == pytest.approx(together.tolist())
    means = np.exp(0.75 * np.log(priorities(HONEST)) + 0.25 * np.log(priorities(slipped(1))))
    assert [*way(ways, "ahp_priorities", "all").weights.values()] == pytest.approx((means / means.sum()).tolist())
    said = {finding.id: finding.text["en"] for finding in ways.findings()}
    assert said["weights.ahp.disputed"].startswith("Respondents differ most on workload against customer satisfaction")
    assert "from 1 to 2 times" in said["weights.ahp.disputed"]
    assert "On their own, 0 of 2 respondents" in said["weights.ahp.inconsistent_respondents"]
    assert "random index of Saaty 1980; up to 0.10 is usually accepted" in said["weights.ahp.consistency_ratio"]


def test_inconsistent_judgements_are_told_with_the_one_to_revisit():
    ways = found(scored(), forms(answer("R1", ahp={"all": slipped()})))
    (said,) = [one for one in ways.findings() if one.id == "weights.ahp.consistency_ratio"]
    assert said.value > 0.1
    assert "The one to revisit first is workload over customer satisfaction: 1/9 times" in said.text["en"]
    assert "would fit the others best as 2, with a ratio of 0.000" in said.text["en"]


@pytest.mark.parametrize(
    ("filled", "claim", "said"),
    [
        (None, "unidentified", "there is no filled preference form"),
        (forms(left_out=("R1.xlsx",)), "unidentified", "none of the 1 preference forms can be used"),
        (
            forms(answer("R1", direct={"all": np.array([25.0] * 4)}), left_out=("R2.xlsx", "R3.xlsx")),
            "accounting",
            "1 of 3 forms were used; left out with faults: 2.",
        ),
    ],
)
def test_what_was_asked_is_always_told(filled, claim, said):
    first = found(scored(), filled).findings()[0]
    assert (first.id, first.claim) == ("weights.forms", claim)
    assert said in first.text["en"]


def test_findings_of_assumed_rules_are_a_scenario_and_ids_are_unique():
    filled = forms(answer("R1", direct={"all": np.array([25.0] * 4)}, ahp={"all": HONEST, "complaints": HONEST}))
    ways = found(scored(assumed=["rules"]), filled)
    made = [one for one in ways.findings() if one.id.startswith(("weights.entropy", "weights.balanced"))]
    assert {one.claim for one in made} == {"scenario"}
    ids = [one.id for one in ways.findings()]
    assert len(ids) == len(set(ids))


def test_the_table_stands_beside_today_in_either_language():
    ways = found(scored(), forms(answer("R1", direct={"all": np.array([10.0, 20, 30, 40])})))
    table = ways.table()
    mine = table[table["for"].eq("customer_service")].set_index("dimension")
    assert mine["today"].to_dict() == PAPER
    assert table.drop(columns=["for", "dimension"]).groupby(table["for"]).sum().loc["all", ["today", "direct"]].tolist() == [
        pytest.approx(1), pytest.approx(1),
    ]  # fmt: skip
    shown = ways.to_text("zh")
    assert [*shown.columns[:5]] == ["适用对象", "考核维度", "现行", "等权", "直接分配"]
    assert shown.iloc[0].tolist()[:5] == ["所有人员", "工作量", "40.0%", "25.0%", "10.0%"]


def test_a_way_becomes_a_scheme_that_says_where_it_comes_from():
    filled = forms(answer("R1", direct={"all": np.array([12.0, 33, 33, 22]), "complaints": np.array([0.0, 50, 50, 0])}))
    ways = found(scored(), filled)
    made = ways.scheme_by("direct")
    assert {name: block.weight for name, block in made.dimensions.items()} == {
        "workload": 10, "service_quality": 35, "csat": 35, "teamwork": 20,
    }  # fmt: skip
    assert made.weights("complaints", "agent") == {"qa_score": 0.5, "very_satisfied_rate": 0.5}
    kept = made.provenance
    assert (kept.method, kept.step, kept.quarter) == ("direct", 5, "2026Q3")
    assert kept.unrounded["all"] == {"workload": 12, "service_quality": 33, "csat": 33, "teamwork": 22}
    assert kept.rounded["all"] == {"workload": 10, "service_quality": 35, "csat": 35, "teamwork": 20}
    assert kept.made_from == {"preferences/R1.xlsx": "1" * 64}
    assert made.fingerprint != ways.scheme.fingerprint
    exact = ways.scheme_by("direct", step=1)
    assert exact.dimensions["workload"].weight == 12
    assert exact.provenance.step == 1


def test_a_scheme_out_of_data_changes_the_roles_that_gave_weights_and_no_level_of_its_own():
    leaders = {
        "workload": {"weight": 5, "indicators": {"calls_per_hour": 100}},
        "teamwork": {"weight": 45, "indicators": {"peer_rating": 100}},
    }
    overrides = [{"role": "customer_service", "level": "team_leader", "dimensions": leaders}]
    people = crowd()
    people.people.loc[people.people.index[:3], "level"] = "team_leader"
    ways = found(scored(people, overrides=overrides))
    assert way(ways, "entropy").n == 57
    made = ways.scheme_by("entropy")
    assert made.dimensions == ways.scheme.dimensions
    assert made.weights("customer_service", "agent") != ways.scheme.weights("customer_service", "agent")
    assert made.dimensions_for("customer_service", "team_leader")["teamwork"].weight == 45
    assert sum(made.weights("customer_service", "agent").values()) == pytest.approx(1)
    assert set(made.provenance.made_from) == {"scheme test", "points of customer_service"}


def test_schemes_are_written_for_every_way_that_gives_weights_and_can_be_read(tmp_path):
    filled = forms(answer("R1", direct={"all": np.array([12.0, 33, 33, 22])}, ahp={"all": HONEST}))
    ways = found(scored(), filled)
    paths = ways.write(tmp_path)
    assert [path.stem for path in paths][:4] == ["by_equal", "by_direct", "by_ahp", "by_ahp_priorities"]
    assert {path.stem for path in paths} >= {"by_entropy", "by_critic", "by_balanced"}
    for path in paths:
        read = Scheme.read(path)
        assert read.name == path.stem
        assert read == ways.scheme_by(read.provenance.method)
        assert read.title["en"].startswith("Weights by ")
    with pytest.raises(StudyError, match="way 'gini' gives no weights here"):
        ways.scheme_by("gini")


@pytest.mark.long
def test_the_small_centre_s_forms_and_data_stand_beside_its_weights(small):
    quarter = small.quarters[-1]
    people, medians = panel(small, quarter), targets(small, quarter)
    ways = ways_to_weights(
        score(people, small.current, medians=medians),
        roles=small.settings.roles, least=small.settings.privacy.strictest, forms=preferences(small),
    )  # fmt: skip
    table = ways.table().set_index(["for", "dimension"])
    shares = table.groupby(level="for").sum(min_count=1).stack().dropna()
    assert shares.to_numpy() == pytest.approx(1.0)
    # By hand: (2 x 25 + 30) / 3 of the two who shared out points.
    assert table.loc[("all", "workload"), "direct"] == pytest.approx(0.8 / 3)
    said = {one.id: one for one in ways.findings()}
    assert (said["weights.forms"].value, said["weights.forms"].claim) == (3, "accounting")
    assert said["weights.ahp.inconsistent_respondents"].value == 1
    assert said["weights.balanced.customer_service.workload"].claim == "scenario"
    # Rescored with the weights of balancing, those who lack nothing get what the paper says.
    weights = way(ways, "balanced").weights
    dimensions = {
        name: block.model_dump(exclude_unset=True) | {"weight": 100 * weights[name]}
        for name, block in small.current.dimensions.items()
    }
    reweighed = Scheme.model_validate(small.current.model_dump(exclude_unset=True) | {"dimensions": dimensions})
    again = score(people, reweighed, medians=medians, refuse_chance=False)
    whole = (again.why == "").all(axis="columns") & again.people["role"].eq("customer_service")
    rewarded = {one.dimension: one.effective for one in effective_weights(again, who=whole).weights}
    assert {name: rewarded[name] for name in PAPER} == pytest.approx(PAPER, abs=1e-9)
