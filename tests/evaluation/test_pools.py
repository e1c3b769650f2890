"""The bonus pool: exactly the same under the same scheme, by hand under another, neutral to the cent."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from design_lab.errors import DataError
from design_lab.evaluation.pools import Pools, pools
from design_lab.scoring import score
from design_lab.scoring.pay import neutral, payroll
from tests.evaluation.test_movers import scheme
from tests.scoring.conftest import make_panel, make_scheme
from tests.scoring.test_pay import months

NOBODY = pd.DataFrame()


def ten():
    return make_panel({f"E{i}": (50.0 + i, 90.0 - i, 0.7, 4.0) for i in range(10)})


def test_the_same_scheme_changes_no_cent():
    pay = months(*((f"E{i}", 7, 100_000 + i, 0) for i in range(10)))
    today = score(ten(), scheme("today", 40, 60), medians=NOBODY)
    found = pools(today, today, pay, least=1)
    assert found.factor == 1.0
    assert (found.people["neutral_x100"] == found.people["today_x100"]).all()
    assert [finding.value for finding in found.findings()] == [0.0, 1.0, 0, 0]


def test_by_hand():
    """A and D change hands: E8, E9 lose A and D falls on E9; pay of the fast is twice that of the slow."""
    pay = months(*((f"E{i}", 7, 200_000 if i > 4 else 100_000, 0) for i in range(10)))
    today = score(ten(), scheme("today", 60, 40), medians=NOBODY)
    other = score(ten(), scheme("other", 40, 60), medians=NOBODY)
    found = pools(today, other, pay, least=1)
    # today: E0 .6, E1-3 .9, E4 1 of 1000.00 each, E5-7 1, E8-9 1.2 of 2000.00 each: 4300 + 6000 + 4800
    # other: E0-1 1.2, E2-4 1 of 1000.00, E5 1, E6-8 .9, E9 .6 of 2000.00: 2400 + 3000 + 2000 + 5400 + 1200
    assert found.people[["today_x100", "due_x100"]].sum().tolist() == [1_510_000, 1_400_000]
    assert found.people["neutral_x100"].sum() == 1_510_000
    change = {finding.id: finding for finding in found.findings()}["candidates.other.pool_change"]
    assert change.value == pytest.approx(1_400_000 / 1_510_000 - 1)
    assert "7.3% smaller" in change.text["en"]


def test_who_gains_and_loses_is_counted_from_one_percent_of_pay_on():
    """Keeping the pool's size moves everybody by a hair: nobody gains or loses by that."""
    today = [100_00, 100_00, 100_00, 100_00, 0]
    spread = [100_99, 101_00, 98_99, 99_01, 5]
    people = pd.DataFrame({"today_x100": today, "due_x100": today, "neutral_x100": spread})
    found = Pools(
        name="other", title={"en": "Other"}, quarter="2026Q3", least=1, people=people, factor=1.0, reconstructed=False
    )
    told = {finding.id: finding for finding in found.findings()}
    assert (told["candidates.other.pay_gain"].value, told["candidates.other.pay_lose"].value) == (2, 1)
    assert "at least 1% more pay" in told["candidates.other.pay_gain"].text["en"]


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=30), st.integers(0, 10**8))
def test_a_neutral_pool_is_met_to_the_cent(amounts, pool):
    pay = months(*((f"E{i:02d}", 7, amount, 0) for i, amount in enumerate(amounts)))
    paid = payroll(pay, pd.Series({f"E{i:02d}": "B" for i in range(len(amounts))}, dtype=object), make_scheme())
    spread, factor = neutral(paid, pool)
    assert spread.due_x100 == pool
    exact = paid.people["due_x100"] * factor
    assert ((spread.people["due_x100"] - exact).abs() < 1 + 1e-6).all()


def test_nothing_due_cannot_be_spread():
    pay = months(("E1", 7, 0, 0))
    paid = payroll(pay, pd.Series({"E1": "B"}, dtype=object), make_scheme())
    with pytest.raises(DataError, match=r"scheme test: nobody is due any performance pay"):
        neutral(paid, 100)


def test_without_pay_nothing_is_said_of_the_pool():
    today = score(ten(), scheme("today", 40, 60), medians=NOBODY)
    (found,) = pools(today, today, None, least=1).findings()
    assert (found.claim, found.value) == ("unidentified", None)
