"""The official appraisal follows the centre's weights; pay, appeals and the survey follow the appraisal."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from design_lab.ingest import table_path
from design_lab.study import Study
from design_lab.synthetic.appraisal import make_appeals
from design_lab.synthetic.exports import QuarterData
from design_lab.synthetic.reward import COEFFICIENTS, QUESTIONS, pay_rows, survey_rows


def test_scores_lie_around_80_and_grades_are_forced(large: QuarterData) -> None:
    found = large.results
    assert found.score.mean() == pytest.approx(80, abs=1)
    assert found.score.min() > 40
    shares = np.bincount(found.grade, minlength=4) / len(found.grade)
    assert shares == pytest.approx(np.array([0.2, 0.4, 0.3, 0.1]), abs=0.02)


def test_a_few_are_adjusted_by_hand_with_a_reason(large: QuarterData) -> None:
    found = large.results
    assert ((found.reason >= 0) == (found.adjustment != 0)).all()
    assert 1 <= (found.reason >= 0).sum() <= 0.08 * len(found.person)


def test_all_weight_on_volume_ranks_by_calls_answered(quarter: QuarterData) -> None:
    weights = {"workload": 1.0, "service_quality": 0.0, "csat": 0.0, "teamwork": 0.0}
    law = quarter.centre.law.model_copy(update={"kind": "none"})
    data = QuarterData(quarter.centre.model_copy(update={"weights": weights, "law": law}), quarter.quarter)
    found, calls = data.results, np.bincount(data.duty.person[data.calls.row], minlength=len(data.organisation.people))
    own = (found.reason < 0) & (found.score > 40) & (calls[found.person] > 0)
    roles = {s.person: data.organisation.teams[s.team].role for s in data.organisation.on(data.quarter.last_day())}
    mine = own & np.array([roles[person] == "customer_service" for person in found.person])
    order = np.argsort(found.score[mine], kind="stable")
    assert (np.diff(calls[found.person[mine]][order]) >= 0).all()


def test_pay_is_base_and_performance_times_the_coefficient(large: QuarterData) -> None:
    rows = list(pay_rows(large))
    assert len({row[1] for row in rows}) == 3
    assert {round(row[3] / (row[2] + row[3]), 2) for row in rows} == {0.15, 0.20, 0.25}
    assert {round(row[4] / row[3], 2) for row in rows} <= set(COEFFICIENTS)


def test_low_grades_appeal_more_and_the_lowest_always(large: QuarterData) -> None:
    found = make_appeals(large)
    assert np.argmin(large.results.score) in found.row
    assert (found.closed > found.filed).all()
    assert 1 <= len(found.row) <= 40


def test_the_survey_names_nobody(large: QuarterData) -> None:
    rows = list(survey_rows(large))
    responses = len({row[0] for row in rows})
    assert len(rows) == responses * len(QUESTIONS)
    assert 0.6 < responses / len(large.results.person) < 0.8
    assert {row[3] for row in rows} <= {1, 2, 3, 4, 5}


def test_results_pay_appeals_and_survey_arrive(small: Study) -> None:
    for quarter in small.quarters:
        found = {
            name: pd.read_parquet(table_path(small, name, quarter)) for name in ("appraisal_results", "pay", "appeals")
        }
        assert set(found["appeals"]["employee_id"]) <= set(found["appraisal_results"]["employee_id"])
        assert (found["appeals"]["filed_on"] > quarter.last_day()).all()
        assert found["pay"]["paid_x100"].sum() > 0
        assert set(pd.read_parquet(table_path(small, "staff_survey", quarter))["item"]) == set(QUESTIONS)
