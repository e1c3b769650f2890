"""Calls fit into the time of those who answer them, and into what is known of such centres."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from design_lab.errors import StudyError
from design_lab.synthetic.centre import Centre
from design_lab.synthetic.demand import days_of, expected_calls, is_spring_festival
from design_lab.synthetic.exports import QuarterData


@pytest.fixture(params=["quarter", "large"])
def data(request: pytest.FixtureRequest) -> QuarterData:
    found: QuarterData = request.getfixturevalue(request.param)
    return found


def test_nobody_has_two_calls_at_once(data: QuarterData) -> None:
    calls, person = data.calls, data.duty.person[data.calls.row]
    order = np.lexsort((calls.start, person))
    same = person[order][1:] == person[order][:-1]
    ends = (calls.start + calls.handle)[order][:-1]
    assert (calls.start[order][1:][same] >= ends[same]).all()


def test_calls_lie_within_the_sign_in_of_their_agent(data: QuarterData) -> None:
    calls, duty = data.calls, data.duty
    midnight = (data.quarter.first_day() - dt.date(1970, 1, 1)).days * 86_400 + duty.day[calls.row] * 86_400
    signed_in = midnight + duty.start[calls.row]
    assert (calls.start >= signed_in).all()
    assert (calls.start + calls.handle <= signed_in + duty.sign_in[calls.row]).all()


def test_handle_time_fits_into_the_available_time_of_each_agent_and_day(data: QuarterData) -> None:
    spent = np.bincount(data.calls.row, weights=data.calls.handle, minlength=len(data.duty.day))
    assert (spent <= data.centre.duty.limit * data.duty.available).all()


def test_the_large_centre_keeps_within_capacity_every_day(large: QuarterData) -> None:
    spent = np.bincount(large.duty.day[large.calls.row], weights=large.calls.handle)
    ready = np.bincount(large.duty.day, weights=large.duty.available)
    assert 0.60 <= spent.sum() / ready.sum() <= 0.85
    assert (spent / ready).max() <= 0.92


def test_call_ids_are_unique_and_ascend_with_time(data: QuarterData) -> None:
    assert (np.diff(data.calls.call_id) > 0).all()
    assert (np.diff(data.calls.start) >= 0).all()


def test_volume_averages_what_the_centre_states_and_grows(large: QuarterData) -> None:
    centre = large.centre
    by_quarter = [np.mean([expected_calls(day, centre.demand) for day in days_of(q)]) for q in centre.quarters]
    days = [day for quarter in centre.quarters for day in days_of(quarter)]
    assert np.mean([expected_calls(day, centre.demand) for day in days]) == pytest.approx(15_000)
    years = np.reshape(by_quarter, (3, 4)).mean(axis=1)
    assert years[1:] / years[:-1] == pytest.approx(1.06, abs=0.01)
    answered = len(large.calls) / sum(expected_calls(day, centre.demand) for day in days_of(large.quarter))
    assert 0.97 <= answered <= 1.02


def test_calls_per_head_and_year_are_those_of_bank_centres(large: QuarterData) -> None:
    """Chinese bank centres took 14,223 to 21,556 calls a head and year (brief.md); the band is 12,000 to 24,000."""
    centre = large.centre
    assert centre.headcount == 300
    assert 15_000 * 365 / centre.headcount == 18_250
    for first in range(0, 12, 4):
        days = [day for quarter in centre.quarters[first : first + 4] for day in days_of(quarter)]
        a_year = sum(expected_calls(day, centre.demand) for day in days)
        assert 12_000 <= a_year / centre.headcount <= 24_000


def test_handle_time_and_its_shape_are_those_of_bank_calls(large: QuarterData) -> None:
    handle = large.calls.handle
    assert 140 <= handle.mean() <= 170
    assert 0.55 <= np.log(handle).std() <= 0.85
    per_month = np.bincount(large.duty.person[large.calls.row]) / 3
    assert np.quantile(per_month[per_month > 800], [0.05, 0.95]) == pytest.approx([1_300, 3_000], rel=0.4)


def test_first_contact_resolution_and_transfers_are_in_their_bands(large: QuarterData) -> None:
    assert 0.68 <= large.calls.resolved.mean() <= 0.76
    assert 0.02 <= large.calls.transferred.mean() <= 0.10


def test_case_mix_differs_between_queues(large: QuarterData) -> None:
    queue = large.duty.queue[large.calls.row]
    means = [large.calls.handle[queue == number].mean() for number in range(len(large.centre.queues))]
    assert max(means) / min(means) > 1.4


def test_spring_festival_is_quiet_and_unknown_years_are_refused(centre: Centre) -> None:
    assert is_spring_festival(dt.date(2026, 2, 17))
    assert not is_spring_festival(dt.date(2026, 3, 17))
    assert expected_calls(dt.date(2026, 2, 17), centre.demand) < 0.8 * expected_calls(
        dt.date(2026, 3, 17), centre.demand
    )
    with pytest.raises(StudyError, match="2040 is not known"):
        is_spring_festival(dt.date(2040, 1, 1))
