"""What a scheme is worth on balance, and what makes it uncertain."""

import numpy as np
import pytest

from design_lab.budget import Costs, Range
from design_lab.expected.cost import Outlook, net_value

YUAN = {"en": "yuan", "zh": "元"}
TITLE = {"en": "Another scheme", "zh": "另一方案"}


def exact(value):
    return Range(low=value, central=value, high=value)


def costs(**changed):
    stated = {"currency": YUAN, "person_quarter": exact(50.0), "csat_point": exact(100.0), "complaint": exact(3.0)}
    return Costs(**{**stated, **changed})


def valued(stated, outlook):
    return net_value(stated, outlook, scheme="x", title=TITLE, rng=np.random.default_rng(1))


def test_the_sum_by_hand():
    # 2 points at 100, 10 complaints fewer at 3, 3 people at 50, 40 more pay: 200 + 30 - 150 - 40.
    outlook = Outlook(
        csat_points=np.array([2.0]), complaints=np.array([-10.0]), fte=np.array([3.0]), pay=np.array([40.0])
    )
    made = valued(costs(), outlook)
    assert made.total == pytest.approx(np.full(made.total.size, 40.0))
    value, above = made.findings()
    assert (value.id, value.value, value.interval, value.claim) == ("expected.x.net_value", 40, (40, 40), "scenario")
    assert (above.id, above.value) == ("expected.x.net_value_positive", 1)
    assert made.drivers == ()
    assert made.table().set_index("line")["value"].to_dict() == {
        "csat_points": 200, "complaints": 30, "fte": -150, "pay": -40, "net": 40,
    }  # fmt: skip


def test_what_changes_nothing_is_worth_exactly_nothing():
    made = valued(
        costs(), Outlook(csat_points=np.zeros(300), complaints=np.zeros(300), fte=np.zeros(300), pay=np.zeros(300))
    )
    assert not made.total.any()
    assert made.findings()[0].value == 0


@pytest.mark.parametrize(
    ("stated", "keys"),
    [
        (None, "costs.currency, costs.csat_point, costs.person_quarter"),
        (Costs(currency=YUAN, csat_point=exact(100.0)), "costs.person_quarter"),
    ],
)
def test_without_a_value_the_net_value_is_not_told(stated, keys):
    made = valued(stated, Outlook(csat_points=np.array([1.0]), fte=np.array([2.0])))
    (told,) = made.findings()
    assert (told.value, told.claim) == (None, "unidentified")
    assert f"study.yaml does not state {keys}. A range there" in told.text["en"]
    assert made.table().empty
    assert made.total is None


def test_an_input_that_is_nothing_needs_no_value_and_one_unknown_is_named():
    made = valued(Costs(currency=YUAN, csat_point=exact(10.0)), Outlook(csat_points=np.array([1.0]), fte=np.zeros(1)))
    told = made.findings()[0]
    assert told.value == 10
    assert "Complaints are not counted, for their change is not known." in told.limits
    assert not [limit for limit in told.limits if limit.startswith("People needed")]
    (nothing,) = valued(costs(), Outlook()).findings()
    assert (nothing.value, nothing.claim) == (None, "unidentified")


def test_shares_of_the_variance_are_those_planted():
    rng, count = np.random.default_rng(5), 6000
    outlook = Outlook(csat_points=rng.normal(0, 2, count), fte=rng.normal(0, 2, count), pay=rng.normal(0, 100, count))
    made = valued(costs(), outlook)
    shares = {driver.name: driver for driver in made.drivers}
    variance = {"csat_points": 200.0**2, "fte": 100.0**2, "pay": 100.0**2}
    for name, part in variance.items():
        assert shares[name].share == pytest.approx(part / sum(variance.values()), abs=0.03)
    assert next(driver.name for driver in made.drivers) == "csat_points"
    assert set(shares) == set(variance)  # values that are one number do not vary


def test_a_range_of_values_is_a_driver_beside_what_it_values():
    rng, count = np.random.default_rng(5), 6000
    given = Range(low=0.0, central=50.0, high=100.0)
    made = valued(costs(csat_point=given), Outlook(csat_points=rng.normal(4, 0.5, count)))
    shares = {driver.name: driver.share for driver in made.drivers}
    # Of the product of two independent inputs: mean^2 var of each, and what both do together.
    price, points = 100.0**2 / 24, 0.25
    whole = 16 * price + 2500 * points + price * points
    assert shares["csat_point"] == pytest.approx(16 * price / whole, abs=0.03)
    assert shares["csat_points"] == pytest.approx(2500 * points / whole, abs=0.03)


def test_draws_belong_together():
    with pytest.raises(ValueError, match="fte: 3 draws where 5 are meant"):
        valued(costs(), Outlook(csat_points=np.ones(5), fte=np.ones(3)))
    with pytest.raises(ValueError, match="pay: 2 draws where 2 are meant, or one that is not finite"):
        valued(costs(), Outlook(pay=np.array([1.0, np.inf])))


def test_the_same_generator_gives_the_same_value():
    given = costs(csat_point=Range(low=50.0, central=100.0, high=400.0))
    once, again = (valued(given, Outlook(csat_points=np.array([1.0, 2.0]))) for _ in range(2))
    assert once.total.tolist() == again.total.tolist()


@pytest.mark.parametrize(("lang", "shown"), [("en", "200 yuan"), ("zh", "200 元")])
def test_amounts_bear_the_client_s_currency(lang, shown):
    made = valued(costs(), Outlook(csat_points=np.array([2.0])))
    assert made.to_text(lang)["value"].tolist() == [shown, shown]
