"""Forecasts of a study: what is said of each role, what is left unsaid and why, and what must be exactly nothing."""

import numpy as np
import pytest

from design_lab.errors import ForecastError
from design_lab.expected import expected_effects
from design_lab.expected.forecast import TOLD
from design_lab.expected.preview import forecast_start


@pytest.fixture(scope="module")
def found(start):
    return expected_effects(start, start.study.scheme("quality_first"))


def told(result):
    return {one.id: one for one in result.findings()}


def test_the_role_asked_about_is_told_by_quarter_and_others_once(start, found):
    made = told(found)
    effect = made["expected.quality_first.csat"]
    assert effect.claim == "scenario"
    assert effect.interval[0] < effect.value < effect.interval[1]
    assert effect.value == made[f"expected.quality_first.csat.q{TOLD}"].value
    assert {f"expected.quality_first.csat.q{number}" for number in range(1, 9)} <= {*made}
    assert "customer service" in effect.text["en"]
    assert "客户服务人员" in effect.text["zh"]
    assert "expected.quality_first.csat.technical_support" in made
    assert start.roles[0].role == "customer_service"


def test_views_are_quantiles_of_the_one_distribution(found):
    made, path = told(found), found.first.path("csat")
    at = found.starts + TOLD - 1
    views = [made[f"expected.quality_first.csat.{name}"].value for name in ("conservative", "central", "optimistic")]
    np.testing.assert_allclose(views, 100 * np.quantile(path.effect[:, at], [0.1, 0.5, 0.9]), rtol=1e-9)


def test_the_chance_of_a_target_is_of_what_will_be_published(start, found):
    one = told(found)["expected.quality_first.target_probability.csat"]
    at = found.starts + TOLD - 1
    assert one.value == pytest.approx((found.first.path("csat").changed[:, at] >= 0.9).mean())
    stays = told(expected_effects(start, start.study.current))
    without = (found.first.path("csat").without[:, at] >= 0.9).mean()
    assert stays["expected.current.target_probability.csat"].value == pytest.approx(without)


def test_the_scheme_in_force_changes_exactly_nothing(start):
    stays = expected_effects(start, start.study.current)
    for role in stays.roles:
        for one in role.forecast.paths.values() if role.forecast else ():
            np.testing.assert_array_equal(one.changed, one.without)
    assert not any(".q" in id and ".level." not in id for id in told(stays))


def test_a_scheme_that_pays_for_the_same_things_changes_exactly_nothing_and_says_so(start):
    same = start.study.current.model_copy(update={"name": "twin"})
    made = told(expected_effects(start, same))
    assert made["expected.twin.csat"].value == 0
    assert "nothing that moves it is paid for otherwise" in made["expected.twin.csat"].text["en"]
    assert "expected.twin.csat.q1" not in made


def test_a_change_of_rules_alone_has_an_effect(start):
    """A cap below everybody's pace takes the incentive away although no weight changes."""
    current = start.study.current
    (name,) = current.dimensions["workload"].indicators
    rule = current.rules[name].model_copy(update={"target": 0.1})
    capped = current.model_copy(update={"name": "capped", "rules": {**current.rules, name: rule}})
    made = expected_effects(start, capped)
    assert made.first.effects.steps["volume_on_workload"] < 0


def test_outcomes_without_past_or_evidence_are_left_unsaid_with_the_reason(found):
    made = told(found)
    teamwork, repeat = (made[f"expected.quality_first.{name}"] for name in ("teamwork", "repeat_calls"))
    assert (teamwork.value, teamwork.claim) == (None, "unidentified")
    assert "no evidence says how it answers" in teamwork.text["en"]
    assert "not counted" in repeat.text["en"]


def test_before_a_scheme_is_in_force_everything_is_equal_to_the_byte(start, found):
    later = expected_effects(start, start.study.scheme("team_share"))
    assert (found.starts, later.starts) == (0, 1)
    for one in later.first.forecast.paths.values():
        assert one.changed[:, :1].tobytes() == one.without[:, :1].tobytes()
    text = told(later)["expected.team_share.csat.q1"].text["en"]
    assert "(2027Q1)" in text
    assert text.startswith("In quarter 1 under")
    with pytest.raises(ForecastError, match="too far ahead"):
        expected_effects(start, found.scheme.model_copy(update={"effective_from": "2031Q1"}))


def test_draws_fall_on_all_schemes_alike(start, found):
    again = expected_effects(start, found.scheme)
    other = expected_effects(start, start.study.current)
    for outcome, one in found.first.forecast.paths.items():
        assert one.changed.tobytes() == again.first.path(outcome).changed.tobytes()
        assert one.without.tobytes() == other.first.path(outcome).without.tobytes()


def test_with_too_few_quarters_nothing_is_forecast(small):
    made = told(expected_effects(forecast_start(small, small.quarters[-2], seed=1), small.scheme("quality_first")))
    assert made["expected.quality_first.csat"].value is None
    assert "six quarters" in made["expected.quality_first.csat"].text["en"]


def test_the_table_says_the_same_as_the_findings(found):
    table = found.table().set_index(["role", "outcome"])
    row = table.loc[("customer_service", "csat")]
    assert 100 * row["difference"] == pytest.approx(told(found)["expected.quality_first.csat"].value, rel=1e-9)
    for lang in ("en", "zh"):
        assert len(found.to_text(lang)) == len(table)
