"""Complaints, queues, training and sales hang together with the calls and the people at work."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from design_lab.ingest import table_path
from design_lab.study import Study
from design_lab.synthetic.development import Sales, Training, make_sales, make_training
from design_lab.synthetic.exports import QuarterData
from design_lab.synthetic.outcomes import Complaints, Intervals, make_complaints, make_intervals


@pytest.fixture(scope="module")
def complaints(large: QuarterData) -> Complaints:
    return make_complaints(large.centre, large.organisation, large.duty, large.calls, large.quarter)


@pytest.fixture(scope="module")
def intervals(large: QuarterData) -> Intervals:
    return make_intervals(large.centre, large.duty, large.calls, large.quarter)


@pytest.fixture(scope="module")
def training(large: QuarterData) -> Training:
    return make_training(large.centre, large.organisation, large.attendance, large.quarter)


@pytest.fixture(scope="module")
def sales(large: QuarterData) -> Sales:
    return make_sales(large.centre, large.organisation, large.attendance, large.quarter)


def test_about_one_call_in_a_thousand_is_complained_of(complaints: Complaints, large: QuarterData) -> None:
    assert 0.0007 < len(complaints.call) / len(large.calls) < 0.0014
    assert 0.4 < complaints.justified.mean() < 0.7
    assert (complaints.closed >= complaints.received).all()
    assert (complaints.received >= large.duty.day[large.calls.row[complaints.call]]).all()


def test_unresolved_and_hurried_calls_are_complained_of_more(complaints: Complaints, large: QuarterData) -> None:
    resolved = large.calls.resolved
    assert resolved[complaints.call].mean() < resolved.mean() - 0.1
    pace = large.duty.latent.log_handle[large.calls.row]
    assert pace[complaints.call].mean() < pace.mean()


def test_cases_are_handled_by_those_whose_role_it_is(complaints: Complaints, large: QuarterData) -> None:
    handlers = {stint.person for stint in large.organisation.stints if _handles(large, stint.team)}
    assert set(complaints.handler) <= handlers


def _handles(data: QuarterData, team: int) -> bool:
    return data.centre.roles[data.organisation.teams[team].role].handles_complaints


def test_queues_count_the_calls_answered(intervals: Intervals, large: QuarterData) -> None:
    assert intervals.answered.sum() == len(large.calls)
    assert (intervals.offered == intervals.answered + intervals.abandoned).all()
    assert (intervals.prompt <= intervals.answered).all()
    assert 0.88 < intervals.answered.sum() / intervals.offered.sum() < 0.96
    assert 0.65 < intervals.prompt.sum() / intervals.answered.sum() < 0.90


def test_training_hours_are_within_those_required(training: Training, large: QuarterData) -> None:
    assert (training.attended <= training.required).all()
    assert 0.9 < training.attended.sum() / training.required.sum() < 1
    exams = training.exam[~np.isnan(training.exam)]
    assert 78 < exams.mean() < 86
    assert len(np.unique(training.person)) >= 0.95 * large.centre.headcount


def test_only_sellers_sell_and_only_when_present(sales: Sales, large: QuarterData) -> None:
    present = set((large.attendance.person * 1_000 + large.attendance.day)[large.attendance.present])
    assert set(sales.person * 1_000 + sales.day) <= present
    assert (sales.offers <= sales.contacts).all()
    assert (sales.successes <= sales.offers).all()
    assert 0.05 < sales.successes.sum() / sales.offers.sum() < 0.2
    assert 20 <= len(np.unique(sales.person)) <= 36


def test_every_register_arrives_whole(small: Study) -> None:
    quarter = small.quarters[-1]
    calls = pd.read_parquet(table_path(small, "interactions", quarter))
    queues = pd.read_parquet(table_path(small, "queue_intervals", quarter))
    assert queues["answered"].sum() == (calls["channel"] == "phone").sum()
    cases = pd.read_parquet(table_path(small, "complaints", quarter))
    known = calls.set_index("interaction_id")["employee_id"]
    assert (known.reindex(cases["interaction_id"]).to_numpy() == cases["employee_id"].to_numpy()).all()
    hours = pd.read_parquet(table_path(small, "training", quarter))["required_ms"]
    assert set(hours) <= {4 * 3_600_000, 40 * 3_600_000}
    assert pd.read_parquet(table_path(small, "sales", quarter))["contacts"].sum() > 0
    assert Path(table_path(small, "attendance", quarter)).is_file()
