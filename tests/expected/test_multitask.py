"""Alignment, distortion and risk: right angles by hand, no value without its key, and no risk without chance."""

from dataclasses import replace

import numpy as np
import pytest

from design_lab.budget import Range
from design_lab.expected.multitask import Multitask, cosine, multitask


def valued(amounts):
    return {name: np.full(50, float(amount)) for name, amount in amounts.items()}


def of(start, paid_for, values, **changed):
    made = multitask(start, start.study.current)
    return replace(
        made, paid_for=paid_for, valued=valued(values), missing=tuple(name for name in paid_for if name not in values),
        dimensions={name: {"en": name, "zh": "维度"} for name in paid_for}, **changed,
    )  # fmt: skip


@pytest.fixture(scope="module")
def made(start):
    return multitask(start, start.study.current)


def test_three_four_five_by_hand(start):
    """Paid 3 and 4, valued 1 and 0: the cosine is .6 and 4 go to what is not valued."""
    one = of(start, {"workload": 3.0, "csat": 4.0}, {"workload": 1.0, "csat": 0.0})
    assert one.alignment[0] == pytest.approx(0.6)
    assert one.distortion[0] == pytest.approx(4.0)
    same = of(start, {"workload": 3.0, "csat": 4.0}, {"workload": 30.0, "csat": 40.0})
    assert (same.alignment[0], same.distortion[0]) == (pytest.approx(1.0), pytest.approx(0.0, abs=1e-6))


def test_the_unit_of_values_does_not_matter_and_that_of_pay_scales_distortion():
    paid, values = np.array([2.0, 5.0, 1.0]), np.array([[1.0, 3.0, 2.0]])
    np.testing.assert_allclose(cosine(paid, values), cosine(7 * paid, 0.01 * values))


def test_without_stated_values_nothing_is_said_and_the_key_is_named(made):
    told = {one.id.rpartition(".")[2]: one for one in made.findings()}
    for name in ("alignment", "distortion"):
        assert (told[name].value, told[name].claim) == (None, "unidentified")
        assert "costs.standard_deviation" in told[name].text["en"]
        assert "workload" in told[name].text["zh"]
    assert told["risk"].value > 0
    assert isinstance(made, Multitask)


def test_risk_is_in_money_and_none_where_no_pay_was_delivered(start, made):
    pay = start.pay["performance"]
    assert 0 < made.risk < pay.max()
    bare = multitask(replace(start, priced=False), start.study.current)
    assert bare.risk is None
    assert bare.distortion is None
    doubled = multitask(replace(start, pay=start.pay.assign(performance=2 * pay)), start.study.current)
    assert doubled.risk == pytest.approx(2 * made.risk)


def test_ranges_of_values_make_an_interval(start):
    rng = np.random.default_rng(3)
    wide = {name: Range(low=1, central=5, high=20).draws(400, rng) for name in ("workload", "csat")}
    one = replace(
        of(start, {"workload": 3.0, "csat": 4.0}, {"workload": 1.0, "csat": 1.0}), valued=wide
    )  # fmt: skip
    middle, low, high = one.alignment
    assert low < middle < high <= 1
    (finding,) = (told for told in one.findings() if told.id.endswith(".alignment"))
    assert finding.interval == pytest.approx((low, high))
