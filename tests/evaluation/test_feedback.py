"""How soon people are told: by hand, and as the sample centre planted it."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from design_lab.evaluation import Official, feedback, official
from design_lab.periods import Quarter
from design_lab.synthetic.centre import read_centre
from design_lab.synthetic.exports import QuarterData

QUARTER = Quarter(2026, 3)


def results(*told_on):
    people = [f"E{place}" for place in range(len(told_on))]
    return Official(
        results=pd.DataFrame({"score": 80.0, "told_on": pd.to_datetime(list(told_on))}, index=people), pay=None
    )


def said(found):
    return {finding.id.removeprefix("diagnosis.feedback."): finding for finding in found.findings()}


def test_days_by_hand(small):
    october = [dt.date(2026, 10, day) for day in (3, 9, 10, 31)]
    # One was told before the quarter had ended, which is no date, and of one nothing is known.
    found = feedback(small, QUARTER, results(*october, dt.date(2026, 9, 30), None))
    assert found.days.tolist()[:4] == [3, 9, 10, 31]
    assert found.days.isna().sum() == 2
    assert (found.quantile(0.5), found.quantile(0.9)) == (9, 31)
    within = found.told_within(15)
    assert (within.value, within.n) == (0.5, 6)
    assert within.low < 3 / 6 < 5 / 6 < within.high  # three in time, two more at best
    told = said(found)
    assert {name: (one.value, one.n) for name, one in told.items()} == {
        "median": (9, 4),
        "p90": (31, 4),
        "undated": (2, 6),
    }
    assert (
        "Half of the 4 people with a dated result for 2026Q3 were told of it within 9 days" in told["median"].text["en"]
    )


@pytest.mark.parametrize(
    ("given", "why"),
    [(Official(results=None, pay=None), "no official results were delivered"), (results(None, None), "bear no date")],
)
def test_what_is_not_dated_cannot_be_told_and_is_asked_for(small, given, why):
    found = feedback(small, QUARTER, given)
    assert found.told_within(15) is None
    (told,) = found.findings()
    assert (told.claim, told.value) == ("unidentified", None)
    assert why in told.text["en"]
    assert "would tell" in told.text["en"]


def test_the_planted_waits_are_found(small):
    centre, shares = read_centre(small.folder), []
    for quarter in small.quarters:
        found = feedback(small, quarter, official(small, quarter))
        planted = QuarterData(centre, quarter).results.told
        assert sorted(found.days) == sorted(planted)
        shares.append(found.told_within(15).value)
    people = len(found.days) * len(shares)
    # The law: 5 days and whole days of an exponential wait of 6, so 1 - exp(-11/6) within 15.
    law = 1 - np.exp(-11 / 6)
    assert np.mean(shares) == pytest.approx(law, abs=3 * np.sqrt(law * (1 - law) / people))
