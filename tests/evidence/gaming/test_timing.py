"""Pushes at the end of a month: a planted rise to the digit, shared days, and bad frames."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from design_lab.errors import DataError
from design_lab.evidence.gaming import period_end_push
from tests.evidence.panels import generator
from tests.proofs.centres import ENDS

HOW = {"count": "calls", "exposure": "hours", "person": "who", "day": "day", "team": "team", "ends": ENDS}


def days(people=20):
    dates = pd.date_range("2026-01-01", "2026-12-31")
    at = pd.MultiIndex.from_product([range(people), dates], names=["who", "day"]).to_frame(index=False)
    last = (at["day"] + pd.Timedelta(days=3)).dt.day.isin([1, 2, 3])
    return at.assign(team=at["who"] % 6, hours=8.0, calls=100.0 + 10 * (at["day"].dt.day_of_week == 0), last=last)


def test_without_noise_the_rise_is_that_planted_and_weekdays_are_taken_out():
    told = days().assign(calls=lambda rows: rows["calls"] + 5 * rows["last"])
    found = period_end_push(told, **HOW)
    near = told[_near(told["day"])]
    assert found.value == pytest.approx(5 / near["calls"].mean())
    assert found.p < 1e-6
    assert found.n == len(near)


def _near(dates):
    """From nine days before an end to seven days after it."""
    return dates.isin({pd.Timestamp(end) + pd.Timedelta(days=off) for end in ENDS for off in range(-9, 8)})


def test_nothing_planted_is_nothing():
    assert period_end_push(days(), **HOW).value == pytest.approx(0, abs=1e-12)


def test_busy_days_of_the_whole_centre_widen_the_interval():
    """Everybody shares the days: more people do not make them better known."""
    rng = generator()
    busy = dict(zip(pd.date_range("2026-01-01", "2026-12-31"), rng.normal(size=365), strict=True))
    told = days().assign(calls=lambda rows: rows["calls"] * np.exp(0.1 * rows["day"].map(busy)))
    found = period_end_push(told, **HOW)
    assert found.high - found.low > 0.02
    held = period_end_push(told.assign(load=lambda rows: np.exp(rows["day"].map(busy))), **HOW, held=["load"])
    assert held.high - held.low < (found.high - found.low) / 3


def test_few_ends_teams_or_counts_are_no_sign():
    assert period_end_push(days(), **HOW | {"ends": ENDS[:5]}).unknown == "too_few_ends"
    assert period_end_push(days(), **HOW | {"ends": []}).unknown == "too_few_ends"
    assert period_end_push(days().assign(team=0), **HOW).unknown == "too_few_teams_near"
    assert period_end_push(days().assign(calls=0), **HOW).unknown == "nothing_counted"


def test_bad_frames_are_refused():
    with pytest.raises(DataError, match="hours must be above 0"):
        period_end_push(days().assign(hours=0), **HOW)
    with pytest.raises(DataError, match="rows repeat a who and day"):
        period_end_push(pd.concat([days(), days()], ignore_index=True), **HOW)
    with pytest.raises(DataError, match="no column 'team'"):
        period_end_push(days().drop(columns="team"), **HOW)
    assert dt.date(2026, 2, 28) in ENDS
