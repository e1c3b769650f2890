"""What a scheme pays for: slopes of expected pay, against hand computation and what must not matter."""

import math
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest

from design_lab.expected import incentives
from design_lab.expected.incentive import CONDITION
from tests.scoring.conftest import INDICATORS, make_panel, make_scheme

SPREADS = (12.0, 6.0, 4.2, 6.0)  # of the four indicators, in points
LINEAR = {one: {"rule": "linear", "zero_at": 0, "full_at": 100} for one in INDICATORS}
WEIGHTS = {"workload": 40, "service_quality": 25, "csat": 25, "teamwork": 10}
QUALITY_FIRST = {"workload": 25, "service_quality": 30, "csat": 30, "teamwork": 15}


def weighed(weights):
    return {
        name: {"weight": weight, "indicators": {indicator: 100}}
        for (name, weight), indicator in zip(weights.items(), INDICATORS, strict=False)
    }


def normal_panel(rng, people=4000):
    values = 50 + rng.standard_normal((people, 4)) * SPREADS
    values[:, 2] /= 100  # the share of very satisfied ratings
    return make_panel({f"E{i:05d}": tuple(row) for i, row in enumerate(values)})


def worth(panel, scheme, *, noise=1.0, pay=1000.0):
    index = panel.people.index
    return incentives(
        panel, scheme, medians=pd.DataFrame(), noise=pd.Series(noise, index), pay=pd.Series(pay, index)
    ).marginal["amount"]


RULES = LINEAR | {"very_satisfied_rate": {"rule": "linear", "zero_at": 0, "full_at": 1}}


def test_under_forced_shares_a_weight_cut_by_a_third_cuts_the_incentive_by_less():
    panel = normal_panel(np.random.default_rng(3))
    before, after = (
        worth(panel, make_scheme(rules=RULES, dimensions=weighed(weights))).groupby("dimension").sum()
        for weights in (WEIGHTS, QUALITY_FIRST)
    )
    deviation = [
        math.hypot(*(w / 100 * s for w, s in zip(of.values(), SPREADS, strict=True))) for of in (WEIGHTS, QUALITY_FIRST)
    ]
    for name, weight in WEIGHTS.items():
        exact = QUALITY_FIRST[name] / weight * deviation[0] / deviation[1]
        assert after[name] / before[name] == pytest.approx(exact, rel=0.03)
    assert after["workload"] / before["workload"] == pytest.approx(0.84, abs=0.03)
    assert after["service_quality"] / before["service_quality"] == pytest.approx(1.62, abs=0.05)


def test_one_cut_by_hand():
    """Six people, one cut at 50 with noise 4: each moves by the normal density there, times the jump and the pay."""
    values = (30.0, 45.0, 49.0, 52.0, 60.0, 70.0)
    panel = make_panel({f"E{i}": (one, None, None, None) for i, one in enumerate(values)})
    scheme = make_scheme(
        dimensions={"workload": {"weight": 100, "indicators": {"calls_per_hour": 100}}},
        rules={"calls_per_hour": LINEAR["calls_per_hour"]},
        grades={"method": "fixed", "bounds": {"A": 50, "B": 0}, "coefficients": {"A": 1.2, "B": 0.9}},
    )
    spread = np.std(values, ddof=1)
    chance = NormalDist(0, 4)
    by_hand = np.mean(
        [(chance.cdf(x + 0.1 * spread - 50) - chance.cdf(x - 0.1 * spread - 50)) / 0.2 for x in values]
    ) * 0.3 * 1000  # fmt: skip
    assert worth(panel, scheme, noise=16.0).item() == pytest.approx(by_hand, rel=1e-12)
    density = np.mean([chance.pdf(x - 50) for x in values]) * spread * 0.3 * 1000
    assert by_hand == pytest.approx(density, rel=0.02)


def test_beyond_its_cap_an_indicator_pays_nothing():
    panel = normal_panel(np.random.default_rng(5), 300)
    rules = RULES | {"calls_per_hour": {"rule": "attainment", "target": 1, "floor": 60, "cap": 120}}
    one = pd.Series(1.0, panel.people.index)
    found = incentives(panel, make_scheme(rules=rules), medians=pd.DataFrame(), noise=one, pay=one).table()
    capped = found.set_index("indicator").loc["calls_per_hour"]
    assert capped["amount"] == 0
    assert capped["moves"] == 0
    assert (found.set_index("indicator").drop("calls_per_hour")["amount"] > 0).all()


def test_neither_a_rescaled_score_nor_the_unit_of_an_indicator_nor_the_order_of_dimensions_matters():
    panel = normal_panel(np.random.default_rng(7), 400)
    scheme = make_scheme(rules=RULES)
    usual = worth(panel, scheme)
    halved = {
        one: rule | {"full_at": rule["zero_at"] + 2 * (rule["full_at"] - rule["zero_at"])}
        for one, rule in RULES.items()
    }
    np.testing.assert_allclose(worth(panel, make_scheme(rules=halved), noise=0.25), usual, rtol=1e-6)
    minutes = panel.values.assign(calls_per_hour=panel.values["calls_per_hour"] / 60)
    per_minute = RULES | {"calls_per_hour": {"rule": "linear", "zero_at": 0, "full_at": 100 / 60}}
    other = type(panel)(**{name: getattr(panel, name) for name in panel.__slots__} | {"values": minutes})
    np.testing.assert_allclose(worth(other, make_scheme(rules=per_minute)), usual, rtol=1e-6)
    turned = make_scheme(rules=RULES, dimensions=dict(reversed(scheme.model_dump()["dimensions"].items())))
    pd.testing.assert_series_equal(worth(panel, turned).sort_index(), usual.sort_index(), rtol=1e-9)


def test_who_moves_alone_gains_on_her_peers():
    """Were everybody shifted at once, points by rank among peers would stand still."""
    panel = normal_panel(np.random.default_rng(9), 400)
    among = make_scheme(rules=RULES | {"calls_per_hour": {"rule": "percentile", "peers": ["role", "level"]}})
    found = worth(panel, among)
    assert (
        found["customer_service", "workload", "calls_per_hour"] > 0.5 * worth(panel, make_scheme(rules=RULES)).iloc[0]
    )


def test_a_condition_pays_whoever_stands_close_to_its_bound_although_it_weighs_nothing():
    panel = normal_panel(np.random.default_rng(11), 400)
    scheme = make_scheme(
        rules=RULES, dimensions=weighed({"workload": 40, "service_quality": 25, "csat": 35}),
        eligibility={"peer_rating": {"min": 45, "effect": "cap_grade", "grade": "C"}},
    )  # fmt: skip
    found = worth(panel, scheme)
    assert found["customer_service", CONDITION, "peer_rating"] > 0


def test_who_is_not_graded_and_who_has_no_pay_is_worth_nothing():
    panel = normal_panel(np.random.default_rng(13), 100)
    newcomers = panel.people.assign(tenure_months=1.0)
    other = type(panel)(**{name: getattr(panel, name) for name in panel.__slots__} | {"people": newcomers})
    assert (worth(other, make_scheme(rules=RULES, protected={"tenure_months": 6, "min_days": 30})) == 0).all()
    assert (worth(panel, make_scheme(rules=RULES), pay=0.0) == 0).all()


def test_missing_noise_or_pay_is_refused():
    panel = normal_panel(np.random.default_rng(15), 10)
    whole = pd.Series(1.0, panel.people.index)
    with pytest.raises(ValueError, match="noise and pay must state a number for everybody"):
        incentives(panel, make_scheme(rules=RULES), medians=pd.DataFrame(), noise=whole.iloc[1:], pay=whole)
