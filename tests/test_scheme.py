"""Scheme files: what they say, and what is refused in words."""

import itertools
import json
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from design_lab.catalogue import cards, cards_with
from design_lab.errors import SchemeError
from design_lab.scheme import Scheme
from design_lab.scheme_faults import scheme_faults
from design_lab.study import project_root

SCHEMES = project_root() / "data" / "h_bank" / "schemes"


def content():
    return yaml.safe_load((SCHEMES / "quality_first.yaml").read_text(encoding="utf-8"))


def written(tmp_path, scheme):
    path = tmp_path / "quality_first.yaml"
    apart = json.loads(json.dumps(scheme))  # the same block in two places would be written as an alias
    path.write_text(yaml.safe_dump(apart, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def test_the_client_s_weights_stand_in_its_current_scheme():
    scheme = Scheme.read(SCHEMES / "current.yaml")
    assert {name: d.weight for name, d in scheme.dimensions.items()} == {
        "workload": 40, "service_quality": 25, "csat": 25, "teamwork": 10,
    }  # fmt: skip
    assert set(scheme.assumed) >= {"indicators", "rules", "grades"}


@pytest.mark.parametrize("path", sorted(SCHEMES.glob("*.yaml")), ids=lambda path: path.stem)
def test_weights_of_every_role_and_level_sum_to_one(path):
    weights = Scheme.read(path).weights("customer_service", "agent")
    assert sum(weights.values()) == pytest.approx(1, abs=1e-12)


def test_overrides_go_by_role_then_level_and_inherit_the_rest(tmp_path):
    scheme = content()
    scheme["overrides"] = [
        {"role": "complaints", "level": "team_leader", "dimensions": {"teamwork": {"weight": 25, "indicators": {"team_result": 100}}, "workload": {"weight": 15, "indicators": {"calls_per_hour": 100}}}},
        {"role": "complaints", "dimensions": {"workload": {"weight": 10, "indicators": {"calls_per_hour": 100}}, "csat": {"weight": 45, "indicators": {"csat": 100}}}},
    ]  # fmt: skip
    scheme["rules"]["csat"] = {"rule": "linear", "zero_at": 0.5, "full_at": 1.0}
    scheme["dimensions"]["csat"]["weight"] = 30
    path = written(tmp_path, scheme)
    with pytest.raises(SchemeError, match=r"overrides\.0 \(complaints team_leader\): the weights sum to 115"):
        Scheme.read(path)
    scheme["overrides"][0]["dimensions"]["service_quality"] = {"weight": 15, "indicators": {"qa_score": 100}}
    read = Scheme.read(written(tmp_path, scheme))
    assert read.weights("marketing", "agent")["very_satisfied_rate"] == pytest.approx(0.30)
    assert read.weights("complaints", "agent")["csat"] == pytest.approx(0.45)
    leader = read.weights("complaints", "team_leader")
    assert leader == pytest.approx({"calls_per_hour": 0.15, "qa_score": 0.15, "csat": 0.45, "team_result": 0.25})
    assert read.dimension_of("complaints", "team_leader")["team_result"] == "teamwork"


def test_the_fingerprint_sees_what_decides_a_score_and_nothing_else(tmp_path):
    scheme = content()
    first = Scheme.read(written(tmp_path, scheme)).fingerprint
    scheme["title"]["en"] = "Another title"
    scheme["why"] = "Another reason"
    scheme["rounding"] = {}
    scheme["rules"]["qa_score"]["inverse"] = "ratio"  # what it is anyway
    assert Scheme.read(written(tmp_path, scheme)).fingerprint == first
    scheme["rules"]["qa_score"]["cap"] = 119
    assert Scheme.read(written(tmp_path, scheme)).fingerprint != first


@pytest.mark.parametrize(
    "path",
    [*sorted(SCHEMES.glob("*.yaml")), project_root() / "tests" / "schemes" / "official.yaml"],
    ids=lambda path: path.stem,
)
def test_a_scheme_that_is_written_is_read_back_as_it_was(path, tmp_path):
    known = cards_with(project_root() / "tests" / "schemes" / "indicators.yaml")
    scheme = Scheme.read(path, known)
    again = tmp_path / path.name
    scheme.write(again)
    assert Scheme.read(again, known) == scheme
    text = again.read_text(encoding="utf-8")
    assert "&id" not in text
    assert not re.search(r"\d\.0\b", text)


def test_provenance_is_kept_and_decides_nothing(tmp_path):
    made = {"provenance": {"method": "ahp", "unrounded": {"all": {"csat": 31.4}}, "made_from": {"R01.xlsx": "0" * 64}}}
    scheme = Scheme.read(written(tmp_path, content() | made))
    assert scheme.provenance.unrounded == {"all": {"csat": 31.4}}
    assert scheme.fingerprint == Scheme.read(written(tmp_path, content())).fingerprint
    with pytest.raises(SchemeError, match=r"provenance\.made_from\.R01\.xlsx: .*pattern"):
        Scheme.read(written(tmp_path, content() | {"provenance": {"method": "ahp", "made_from": {"R01.xlsx": "x"}}}))


def change(**edits):
    """Set dotted keys; None removes the key."""

    def apply(scheme):
        for dotted, value in edits.items():
            *outer, last = dotted.split("__")
            part = scheme
            for key in outer:
                part = part[key]
            if value is None:
                del part[last]
            else:
                part[last] = value

    return apply


BAD = [
    (change(dimensions__workload__weight=26), "dimensions: the weights sum to 101, but must sum to 100"),
    (change(dimensions__workload__wieght=25), "dimensions.workload.wieght: is not a known key; did you mean 'weight'?"),
    (change(dimensions__workload__weight=float("nan")), "dimensions.workload.weight: input should be a finite number"),
    (change(dimensions__workload__weight="25"), "dimensions.workload.weight: input should be a valid number"),
    (change(dimensions__workload__weight=True), "dimensions.workload.weight: input should be a valid number"),
    (change(dimensions__workload__weight=-25), "dimensions.workload.weight: -25 is not between 0 and 100"),
    (change(dimensions__workload__indicators={"calls_per_hours": 100}), "is not a known indicator; did you mean 'calls_per_hour'?"),
    (change(dimensions__workload__indicators={"occupancy": 100}), "dimensions.workload.indicators.occupancy: nobody can be scored on it"),
    (change(dimensions__workload__indicators={"qa_score": 100}), "qa_score is weighed in two dimensions; weigh it in one"),
    (change(dimensions__teamwork__indicators={"peer_rating": 50}), "dimensions.teamwork.indicators: sum to 50, but must sum to 100"),
    (change(rules__qa_score=None), "rules.qa_score: is missing; every weighed indicator needs a rule"),
    (change(rules__qa_score={"rule": "atainment"}), "rules.qa_score.rule: 'atainment' is not known; did you mean 'attainment'?"),
    (change(rules__qa_score={"target": 80}), "rules.qa_score.rule: is missing"),
    (change(rules__qa_score={"rule": "linear", "zero_at": 60, "full_at": 100, "shrnk": True}), "rules.qa_score.shrnk: is not a known key; did you mean 'shrink'?"),
    (change(rules__qa_score={"rule": "linear", "zero_at": 100, "full_at": 60}), "rules.qa_score: higher is better, but zero_at 100 and full_at 60 reward the opposite"),
    (change(rules__qa_score={"rule": "linear", "zero_at": 60, "full_at": 100, "min_n": -1}), "rules.qa_score.min_n: input should be greater than or equal to 0"),
    (change(rules__qa_score={"rule": "stretch", "threshold": 90, "target": 85, "stretch": 95}), "rules.qa_score: threshold, target and stretch must rise, because higher is better, but are 90, 85, 95"),
    (change(rules__qa_score={"rule": "stretch", "threshold": 80, "target": 85, "stretch": 95, "points": [60, 50, 120]}), "rules.qa_score: below and points must rise, but are 0, 60, 50, 120"),
    (change(rules__handle_seconds={"rule": "stretch", "threshold": 150, "target": 180, "stretch": 240}), "rules.handle_seconds: threshold, target and stretch must fall, because lower is better"),
    (change(rules__qa_score={"rule": "deduction", "base": 100, "per_unit": -5, "floor": 0, "cap": 100}), "rules.qa_score: higher is better, but -5 points a unit above 0 reward the opposite"),
    (change(rules__qa_score={"rule": "deduction", "base": 130, "per_unit": 5, "floor": 0, "cap": 100}), "rules.qa_score: base 130 is not between floor 0 and cap 100"),
    (change(rules__qa_score={"rule": "attainment", "target": 90, "floor": 0, "cap": 120, "inverse": "difference"}), "rules.qa_score: inverse: is for indicators of which lower is better"),
    (change(rules__qa_score={"rule": "goalposts", "low": 100, "high": 60}), "rules.qa_score: low 100 is not below high 60"),
    (change(rules__qa_score={"rule": "z", "centre": 80, "spread": 0, "floor": 60, "cap": 100}), "rules.qa_score: spread 0 is not above 0"),
    (change(rules__qa_score={"rule": "z", "centre": 80, "spread": 10, "floor": 60, "cap": 100, "min_group": 1}), "min_group: a sample standard deviation needs 2 people"),
    (change(rules__qa_score={"rule": "rank", "peers": ["role", "shft"]}), "rules.qa_score.peers.1: 'shft' is not known; did you mean 'shift'?"),
    (change(rules__qa_score={"rule": "rank", "peers": ["role", "role"]}), "rules.qa_score: peers: role, role names something twice"),
    (change(dimensions__csat__rule={"rule": "z", "centre": 80, "spread": 10, "floor": 60}), "dimensions.csat.rule.cap: is missing"),
    (change(dimensions__csat__rule={"rule": "percentile", "shrink": True}), "dimensions.csat.rule: shrink and min_n are for an indicator's rule"),
    (change(dimensions__csat__rule={"rule": "attainment", "target": "role_median_prior_4_quarters", "floor": 0, "cap": 120}), "dimensions.csat.rule.target: points have no history"),
    (change(aggregation={"over": "geometrc"}), "aggregation.over: 'geometrc' is not known; did you mean 'geometric'?"),
    (change(aggregation={"over": "owa"}), "aggregation.over.places: belong to owa, and owa needs them"),
    (change(aggregation={"over": {"method": "owa", "places": [50, 40]}}), "aggregation.over.places: must be 0 or more and sum to 100"),
    (change(aggregation={"within": "harmonic"}, rules__qa_score={"rule": "goalposts", "low": 0, "high": 100, "floor": -10, "cap": 90}), "aggregation.within: a harmonic mean needs points of 0 or more; rules.qa_score goes down to -10"),
    (change(total={"floor": 100, "cap": 60}), "total: floor 100 is not below cap 60"),
    (change(missing={"min_weight": 120}), "missing.min_weight: 120 is not between 0 and 100"),
    (change(missing={"min_weight": 50, "incomplete": "drp"}), "missing.incomplete: 'drp' is not known; did you mean 'drop'?"),
    (change(rounding={"total": {"decimals": 2, "half": "down"}}), "rounding.total.half: 'down' is not known; known are: even, up"),
    (change(overrides=[{"role": "complaints"}]), "overrides.0: changes nothing; state dimensions or rules"),
    (change(overrides=[{"role": "x", "rules": {"qa_score": {"rule": "rank"}}}] * 2), "overrides.1: x has an override before; write them as one"),
    (change(overrides=[{"role": "x", "rules": {"qa_score": {"rule": "linear", "zero_at": 9, "full_at": 9}}}]), "overrides.0.rules.qa_score: zero_at and full_at are equal"),
    (change(eligibility={"attendance_rate": {"min": 2, "max": 1, "effect": "no_grade"}}), "eligibility.attendance_rate.min: 2 is above max 1, so that nobody meets the condition"),
    (change(eligibility={"attendance_rate": {"min": 0.9, "effect": "no_grade", "grade": "B"}}), "eligibility.attendance_rate.grade: is for cap_grade alone"),
    (change(eligibility={"attendance_rate": {"min": 0.9, "effect": "cap_grde"}}), "eligibility.attendance_rate.effect: 'cap_grde' is not known; did you mean 'cap_grade'?"),
    (change(grades__ties="best"), "grades.ties: 'best' is not known; did you mean 'better'?"),
    (change(grades={"method": "fixed", "bounds": {"A": 80, "B": 80}, "coefficients": {"A": 1, "B": 0}}), "grades.bounds: must fall from the best grade to the last"),
    (change(rules__qa_score__cap=50), "rules.qa_score: floor 60 is not below cap 50"),
    (change(rules__qa_score__target=0), "rules.qa_score: target 0 is not above 0"),
    (change(rules__qa_score={"rule": "linear", "zero_at": 1, "full_at": 1}), "zero_at and full_at are equal"),
    (
        change(rules__qa_score={"rule": "ladder", "steps": [{"start": 250, "points": 100}, {"end": 220, "points": 0}]}),
        "rules.qa_score: values between 220.0 and 250.0 fall on no step or on two",
    ),
    (change(rules__qa_score={"rule": "ladder", "steps": [{"start": 1, "points": 9}]}), "must be open below"),
    (change(grades__shares__A=30), "grades.shares: sum to 110, but must sum to 100"),
    (change(grades__coefficients={"A": 1.2, "B": 1.0}), "must name the grades A, B, C, D in this order"),
    (change(grades__method="forcd"), "grades.method: 'forcd' is not known; did you mean 'forced'?"),
    (change(grades=None), "grades: is missing"),
    (change(eligibility={"attendance_rate": {"min": 0.95}}), "eligibility.attendance_rate: needs either veto, or min with effect"),
    (change(eligibility={"attendance": {"veto": "zero"}}), "eligibility.attendance: is not a known indicator; did you mean 'attendance_rate'?"),
    (change(eligibility={"attendance_rate": {"min": 0.9, "effect": "cap_grade", "grade": "E"}}), "eligibility.attendance_rate.grade"),
    (change(title={"en": "Only"}), "title: needs the languages en and zh"),
    (change(effective_from="2026-10"), "quarter '2026-10' is not of the form 2026Q3"),
    (change(name="../x"), "scheme '../x' cannot be a name"),
    (change(assumed=["ruels"]), "assumed.0: 'ruels' is not known; did you mean 'rules'?"),
    (change(dimension={}), "dimension: is not a known key; did you mean 'dimensions'?"),
    (change(overrides=[{"role": "complaints", "dimensions": {"workload": {"weight": 5, "indicators": {"calls_per_hour": 100}}}}]), "overrides.0 (complaints): the weights sum to 80"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "said"), BAD, ids=[said[:40] for _, said in BAD])
def test_a_bad_scheme_is_refused_in_one_sentence_with_file_and_key(tmp_path, edit, said):
    scheme = content()
    edit(scheme)
    path = written(tmp_path, scheme)
    with pytest.raises(SchemeError, match=re.escape(said)) as refused:
        Scheme.read(path)
    assert all(line.startswith(str(path)) for line in str(refused.value).splitlines())


def test_a_key_that_stands_twice_is_refused(tmp_path):
    path = written(tmp_path, content())
    path.write_text(path.read_text(encoding="utf-8") + "grades: {}\n", encoding="utf-8")
    with pytest.raises(SchemeError, match="the key 'grades' stands twice"):
        Scheme.read(path)


def test_rules_go_by_role_then_level_too(tmp_path):
    scheme = content()
    ten, five = ({"rule": "attainment", "target": target, "floor": 60, "cap": 120} for target in (10, 5))
    scheme["overrides"] = [
        {"role": "complaints", "level": "team_leader", "rules": {"calls_per_hour": five}},
        {"role": "complaints", "rules": {"calls_per_hour": ten, "qa_score": ten}},
    ]
    read = Scheme.read(written(tmp_path, scheme))
    leader = read.rules_for("complaints", "team_leader")
    assert (leader["calls_per_hour"].target, leader["qa_score"].target) == (5, 10)
    assert read.rules_for("complaints", "agent")["calls_per_hour"].target == 10
    assert read.rules_for("marketing", "agent")["calls_per_hour"] == read.rules["calls_per_hour"]


def test_a_missing_scheme_file_is_named(tmp_path):
    with pytest.raises(SchemeError, match="there is no such file"):
        Scheme.read(Path(tmp_path) / "none.yaml")


@given(st.lists(st.integers(0, 20), min_size=3, max_size=3).map(sorted))
def test_any_split_in_fives_that_sums_to_100_is_accepted(cuts):
    scheme = content()
    parts = [high - low for low, high in itertools.pairwise([0, *cuts, 20])]
    for dimension, part in zip(scheme["dimensions"].values(), parts, strict=True):
        dimension["weight"] = part * 5
    read = Scheme.model_validate(scheme)
    assert [*scheme_faults(read, cards())] == []
    assert sum(read.weights("any", "any").values()) == pytest.approx(1)
