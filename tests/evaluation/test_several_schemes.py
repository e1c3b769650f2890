"""A pilot: whose numbers they are where several schemes are in force, in every result that speaks of one of them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from design_lab.catalogue.goals import Aims
from design_lab.evaluation import (
    as_if_all,
    compare,
    coverage,
    effective_weights,
    impact,
    misdirection,
    movers,
    noise,
    over_time,
    pools,
    principles,
    rerun,
    weights_by_quarter,
    weights_by_scheme,
)
from design_lab.evaluation.ceilings import ceilings
from design_lab.periods import Quarter
from design_lab.scoring import History, InForce, everybody, score, score_in_force, score_moved
from tests.evaluation.test_diagnosis import crowd
from tests.scoring.conftest import make_scheme
from tests.scoring.test_totals import panels, schemes

NOBODY = pd.DataFrame()
TITLES = {"test": {"en": "Test", "zh": "测试"}, "other": {"en": "Other", "zh": "另一方案"}}
WEIGHTS = {"workload": 10, "service_quality": 25, "csat": 25, "teamwork": 40}
AIMS = Aims.model_validate({
    "goals": {"efficiency": {"name": {"en": "efficiency", "zh": "效率"}, "indicators": ["calls_per_hour"]}},
    "contents": {"quality": {"name": {"en": "quality", "zh": "质量"}, "indicators": ["qa_score"]}},
})  # fmt: skip


def weighed(name, weights):
    dimensions = {
        one: {"weight": weights.get(one, part.weight), "indicators": part.indicators}
        for one, part in make_scheme().dimensions.items()
    }
    return make_scheme(name=name, title=TITLES.get(name, {"en": "Third", "zh": "第三方案"}), dimensions=dimensions)


def piloted(people):
    """Four of twelve teams under another scheme: 40 of 120 people."""
    moved = people.people["team"].isin(["T0", "T1", "T2", "T3"])
    return InForce(
        period="2026Q3", schemes={"test": weighed("test", {}), "other": weighed("other", WEIGHTS)},
        under=moved.map({True: "other", False: "test"}), limits=("several_schemes",),
    )  # fmt: skip


@pytest.fixture(scope="module")
def pilot():
    people = crowd(120, teams=12)
    held = piloted(people)
    return people, held, score_in_force(people, held, medians=NOBODY)


def diagnosed(people, held, today):
    again = rerun(people, today, medians=NOBODY, rng=np.random.default_rng(1), draws=4, held=held)
    chance = noise(again, names={}, least=10)
    cover = coverage(people, today.scheme, AIMS, roles={}, least=1, held=held)
    mine = people.only(held.under == today.scheme.name)
    return (
        effective_weights(today),
        effective_weights(today, what="grade"),
        ceilings(today),
        chance,
        misdirection(mine, today, again, csat_target=0.9, least=1),
        impact(today, least=10, in_force=True),
        cover,
        principles(people, today, cover, least=10, cycle_months=3),
        weights_by_quarter([today]),
    )


def compared(people, held, today, candidate):
    moved = score_moved(people, held, candidate, medians=NOBODY)
    pay = pd.DataFrame({"employee_id": people.people.index, "date": 1, "performance_x100": 1000, "paid_x100": 1000})
    past = History(
        panels={Quarter.parse(one): people for one in ("2026Q2", "2026Q3")},
        in_force={Quarter.parse(one): held for one in ("2026Q2", "2026Q3")},
        recent=(Quarter.parse("2026Q2"), Quarter.parse("2026Q3")),
    )
    return (
        compare(today, moved),
        movers(today, moved, least=5),
        pools(today, moved, pay, least=5),
        impact(moved, least=10),
        *over_time(past, today, [moved]),
    )


# What is told of the leading scheme, and of what a candidate would change of it.

NOT_OF_THE_SCHEME = ("diagnosis.principle.timely.feedback", "diagnosis.principle.timely.cycle", "diagnosis.coverage.")


def test_every_sentence_says_under_which_scheme_its_people_are(pilot):
    people, held, scored = pilot
    results = (
        *diagnosed(people, held, scored["test"]),
        *compared(people, held, scored["test"], weighed("third", {"workload": 20, "teamwork": 30})),
    )
    findings = [one for result in results for one in result.findings()]
    said = [one for one in findings if not one.id.startswith(NOT_OF_THE_SCHEME[:2]) and ".named." not in one.id]
    assert len(said) > 50
    told = [one for one in said if one.value is not None]
    for one in told:
        assert 'mong people under the scheme "Test": ' in one.text["en"], one.id
        assert "适用“测试”的人员：" in one.text["zh"], one.id
        assert any("Several schemes were in force" in limit for limit in one.limits), one.id
    counts = {one.id: one.n for one in told if one.unit in ("people", "share", "weight") and "coverage" not in one.id}
    assert max(counts.values()) == 80  # of 120


def test_with_one_scheme_in_force_nothing_is_said_of_others(pilot):
    people, *_ = pilot
    held = everybody(people, make_scheme())
    today = score_in_force(people, held, medians=NOBODY)["test"]
    results = (
        *diagnosed(people, held, today),
        *compared(people, held, today, weighed("third", {"workload": 20, "teamwork": 30})),
    )
    for one in (finding for result in results for finding in result.findings()):
        assert "Among people" not in one.text["en"]
        assert not any("Several schemes" in limit for limit in one.limits)
    assert weights_by_scheme({"test": today}, least=10).findings() == ()


def test_a_candidate_is_tried_on_the_people_under_the_leading_scheme_and_others_stay(pilot):
    """By a second road: all totals by hand from two plain scorings, graded in one pool by rank."""
    people, held, scored = pilot
    third = weighed("third", {"workload": 20, "teamwork": 30})
    moved = score_moved(people, held, third, medians=NOBODY)
    mine = held.under.eq("test")
    totals = score(people, third, medians=NOBODY).total.where(
        mine, score(people, held.schemes["other"], medians=NOBODY).total
    )
    place = totals.rank(ascending=False, method="min")
    expected = np.array(["A", "B", "C", "D"])[
        np.searchsorted([24, 72, 108], place, side="left")
    ]  # 20, 40, 30, 10 % of 120
    assert [*moved.grade] == [*expected[mine]]
    pd.testing.assert_series_equal(moved.total, totals[mine], check_names=False)
    assert compare(scored["test"], moved).graded == 80


@pytest.mark.long
@given(panels(), schemes())
def test_where_one_scheme_is_in_force_a_candidate_is_simply_scored(people, scheme):
    moved = score_moved(people, everybody(people, make_scheme(name="today")), scheme, medians=NOBODY)
    alone = score(people, scheme, medians=NOBODY)
    pd.testing.assert_series_equal(moved.total, alone.total)
    assert [*moved.grade] == [*alone.grade]
    assert (moved.limits, moved.among) == (alone.limits, None)


def test_a_candidate_that_others_are_under_already_takes_everybody_into_one_pool(pilot):
    people, held, _ = pilot
    moved = score_moved(people, held, held.schemes["other"], medians=NOBODY)
    alone = score(people, held.schemes["other"], medians=NOBODY)
    mine = held.under.eq("test")
    assert [*moved.grade] == [*alone.grade[mine]]
    assert moved.among == TITLES["test"]


def test_the_pool_is_that_of_the_people_who_would_move(pilot):
    people, held, scored = pilot
    pay = pd.DataFrame({"employee_id": people.people.index, "date": 1, "performance_x100": 1000, "paid_x100": 1000})
    moved = score_moved(people, held, weighed("third", {"workload": 20, "teamwork": 30}), medians=NOBODY)
    assert len(pools(scored["test"], moved, pay, least=5).people) == 80


# Side by side.


def test_weights_on_paper_and_effective_ones_stand_beside_each_other_by_scheme(pilot):
    _, held, scored = pilot
    made = {one.id: one for one in weights_by_scheme(scored, least=10).findings()}
    assert [made[f"diagnosis.people_by_scheme.{name}"].value for name in ("test", "other")] == [80, 40]
    assert made["diagnosis.people_by_scheme.other"].text["en"] == (
        'Under "Other": 40 people, of 120 on the roster whose scheme is known.'
    )
    for name, scheme in held.schemes.items():
        for dimension, part in scheme.dimensions.items():
            nominal = made[f"diagnosis.nominal_weight_by_scheme.{name}.{dimension}"]
            assert nominal.value == pytest.approx(part.weight / 100)
            assert f'Among people under the scheme "{TITLES[name]["en"]}": ' in nominal.text["en"]
            assert f"diagnosis.effective_weight_by_scheme.{name}.{dimension}" in made


def test_weights_on_paper_that_differ_by_role_are_said_to_be_means():
    people = crowd(60, teams=6)
    people.people["role"] = np.where(people.people["team"].isin(["T0", "T1"]), "complaints", "customer_service")
    other = {
        name: {"weight": WEIGHTS[name], "indicators": part.indicators}
        for name, part in make_scheme().dimensions.items()
    }
    scores = score(people, make_scheme(overrides=[{"role": "complaints", "dimensions": other}]), medians=NOBODY)
    made = {one.id: one for one in effective_weights(scores).findings()}["diagnosis.nominal_weight.workload"]
    assert made.value == pytest.approx((40 * 0.40 + 20 * 0.10) / 60)
    assert "on average over the 60 people compared" in made.text["en"]


def test_what_takes_everybody_to_be_under_one_scheme_says_so(pilot):
    people, held, _ = pilot
    plain = compare(*(score(people, scheme, medians=NOBODY) for scheme in held.schemes.values())).findings()
    told = as_if_all(plain, held)
    assert all("everybody is taken to be under the scheme named" in one.limits[-1] for one in told)
    assert as_if_all(plain, everybody(people, make_scheme())) == plain
