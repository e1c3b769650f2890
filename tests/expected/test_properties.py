"""What must hold of any incentives: nothing comes of nothing, and no unit and no order matters."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from design_lab.catalogue.priors import evidence
from design_lab.expected import incentives
from design_lab.expected.course import course
from design_lab.expected.effects import effects, steps
from design_lab.expected.paths import projected, unchanged
from design_lab.expected.priors import pooled
from tests.scoring.conftest import make_panel, make_scheme

PRIORS = pooled(evidence())
DIMENSIONS = ("workload", "service_quality", "csat", "teamwork")
PAID_FOR = st.fixed_dictionaries({name: st.floats(0.06, 1.0) for name in DIMENSIONS})
UNITS = st.fixed_dictionaries({"calls_per_hour": st.floats(0.01, 100), "qa_score": st.floats(0.01, 100)})
PANEL = make_panel({
    f"E{place:02d}": (8.0 + place % 13, 70.0 + place % 17, 0.6 + place % 11 / 50, 3.5 + place % 7 / 10)
    for place in range(40)
})  # fmt: skip
RULES = {
    "calls_per_hour": {"rule": "attainment", "target": 14, "floor": 60, "cap": 120},
    "qa_score": {"rule": "linear", "zero_at": 60, "full_at": 100},
    "very_satisfied_rate": {"rule": "linear", "zero_at": 0, "full_at": 1},
    "peer_rating": {"rule": "z", "centre": 80, "spread": 10, "floor": 60, "cap": 100},
}


def courses():
    rng, past = np.random.default_rng(11), 0.93 + 0.003 * np.sin(np.arange(12))
    volume = 13 + 0.2 * np.cos(np.arange(12))
    made = {
        "csat": course(past, np.full(12, 0.001), share=True, quarters=8, rng=rng, draws=40),
        "calls_per_hour": course(volume, np.full(12, 0.05), share=False, quarters=8, rng=rng, draws=40),
    }
    return unchanged(made, rng=rng)


USUAL = courses()


def forecast(before, after):
    found = effects(PRIORS, before, after, bonus_power=0.175, roles=frozenset({"agent"}))
    return projected("any", USUAL, found, rng=np.random.default_rng(5))


def worth(panel, scheme):
    index = panel.people.index
    found = incentives(
        panel, scheme, medians=pd.DataFrame(), noise=pd.Series(2.0, index), pay=pd.Series(1000.0, index)
    ).marginal["amount"]
    return found.sort_index()


@given(PAID_FOR)
def test_whatever_is_paid_for_no_change_of_it_is_exactly_nothing(paid_for):
    for one in forecast(paid_for, dict(paid_for)).paths.values():
        assert one.changed.tobytes() == one.without.tobytes()


@given(PAID_FOR, PAID_FOR, st.permutations(DIMENSIONS))
def test_the_order_of_dimensions_does_not_matter(before, after, order):
    plain, turned = forecast(before, after), forecast({name: before[name] for name in order}, after)
    for outcome, one in plain.paths.items():
        np.testing.assert_allclose(turned[outcome].changed, one.changed, rtol=1e-12)


@given(PAID_FOR, PAID_FOR, st.floats(0, 1))
def test_steps_on_the_way_in_logs_add_up_to_the_whole_step(before, after, part):
    """Wherever one stops on the way, as long as nothing is so little paid for that it counts with the least share."""
    between = {name: before[name] ** (1 - part) * after[name] ** part for name in DIMENSIONS}
    ways = [steps(PRIORS, *way) for way in ((before, between), (between, after), (before, after))]
    if not any(unpaid for _, unpaid in ways):
        _adds_up(before, after, between, ways)


def _adds_up(before, after, between, ways):
    (first, _), (second, _), (whole, _) = ways
    for name in whole:
        assert first[name] + second[name] == pytest.approx(whole[name], abs=1e-9)
    answers = [
        effects(PRIORS, *way, bonus_power=0.175, roles=frozenset({"agent"})).responses["csat"].prior.mean
        for way in ((before, between), (between, after), (before, after))
    ]
    assert answers[0] + answers[1] == pytest.approx(answers[2], abs=1e-9)


@settings(max_examples=15)
@given(UNITS)
def test_the_unit_of_an_indicator_does_not_matter(units):
    """Values and the rule that reads them in another unit: a standard deviation is worth the same pay."""
    other = PANEL.values.assign(**{name: PANEL.values[name] * unit for name, unit in units.items()})
    speed, quality = units["calls_per_hour"], units["qa_score"]
    rules = RULES | {
        "calls_per_hour": RULES["calls_per_hour"] | {"target": 14 * speed},
        "qa_score": RULES["qa_score"] | {"zero_at": 60 * quality, "full_at": 100 * quality},
    }
    plain = worth(PANEL, make_scheme(rules=RULES))
    rescaled = worth(_with(PANEL, other), make_scheme(rules=rules))
    np.testing.assert_allclose(rescaled, plain, rtol=1e-6, atol=1e-6)


@pytest.mark.long
@given(st.permutations(DIMENSIONS))
def test_the_order_in_which_a_scheme_states_its_dimensions_does_not_matter(order):
    scheme = make_scheme(rules=RULES)
    held = scheme.model_dump(mode="json", exclude_unset=True)
    turned = make_scheme(rules=RULES, dimensions={name: held["dimensions"][name] for name in order})
    np.testing.assert_allclose(worth(PANEL, turned), worth(PANEL, scheme), rtol=1e-9, atol=1e-9)


def _with(panel, values):
    from dataclasses import replace

    return replace(panel, values=values)
