"""Text sessions are held at a desk of their own, several at once, and told apart from calls."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from design_lab.ingest import table_path
from design_lab.study import Study
from design_lab.synthetic.centre import Centre, TextDesk
from design_lab.synthetic.exports import QuarterData
from design_lab.synthetic.sessions import NOT_RATED, Sessions


@pytest.fixture(scope="module")
def sessions(large: QuarterData) -> Sessions:
    assert large.sessions is not None
    return large.sessions


@pytest.fixture(scope="module")
def desk(large: QuarterData) -> TextDesk:
    assert large.centre.text_desk is not None
    return large.centre.text_desk


def most_at_once(agent: np.ndarray, start: np.ndarray, end: np.ndarray) -> int:
    """How many spans of one agent ever hold at once, counted at each start; an end at a start is before it."""
    times = np.concatenate([start, end])
    steps = np.concatenate([np.ones(len(start)), -np.ones(len(end))])
    owner = np.concatenate([agent, agent])
    order = np.lexsort((steps, times, owner))
    open_now = np.cumsum(steps[order])
    return int(open_now.max())  # every agent's spans close, so that the sum begins at 0 with each


def test_nobody_holds_more_sessions_at_once_than_the_desk_allows(
    sessions: Sessions, desk: TextDesk, large: QuarterData
) -> None:
    end = sessions.start + sessions.length
    assert most_at_once(large.desk_duty.person[sessions.row], sessions.start, end) == desk.concurrency


def test_those_at_the_desk_take_no_calls_in_that_week(large: QuarterData) -> None:
    def weeks(duty):
        monday = large.quarter.first_day().weekday()
        return {(person, (day + monday) // 7) for person, day in zip(duty.person, duty.day, strict=True)}

    assert weeks(large.desk_duty)
    assert not weeks(large.desk_duty) & weeks(large.duty)


def test_the_desk_is_manned_by_agents_of_its_roles_for_the_stated_share(desk: TextDesk, large: QuarterData) -> None:
    organisation, duty = large.organisation, large.desk_duty
    assert {organisation.teams[team].role for team in np.unique(duty.team)} == set(desk.roles)
    leaders = {stint.person for stint in organisation.on(large.quarter.last_day()) if stint.place == 0}
    first = {stint.person for stint in organisation.on(large.quarter.first_day()) if stint.place == 0}
    assert not set(duty.person.tolist()) & leaders & first
    days = [len(part.day) for part in (duty, large.duty)]
    assert 0.04 <= days[0] / sum(days) <= 0.08  # 8 % of the weeks of 165 among some 250 on calls


def test_sessions_have_the_lengths_and_outcomes_of_the_field(sessions: Sessions, large: QuarterData) -> None:
    assert 900 <= len(sessions) / 92 <= 1_300
    assert 240 <= sessions.length.mean() <= 480
    assert (sessions.late <= sessions.messages).all()
    assert 0.02 <= sessions.late.sum() / sessions.messages.sum() <= 0.10
    assert 0.83 <= sessions.effective.mean() <= 0.89
    assert sessions.messages[~sessions.effective].max() == 2
    assert not (sessions.resolved | sessions.transferred)[~sessions.effective].any()
    rated = sessions.key != NOT_RATED
    assert not rated[~sessions.effective].any()
    assert 0.88 <= (sessions.key[rated] <= 2).mean() <= 0.95
    load = sessions.length.sum() / (3 * large.desk_duty.available.sum())
    assert 0.4 <= load <= 0.9


def test_slow_agents_keep_visitors_waiting_more_often(sessions: Sessions, large: QuarterData) -> None:
    pace = large.desk_duty.latent.log_handle[sessions.row]
    slow, fast = pace > np.quantile(pace, 0.75), pace < np.quantile(pace, 0.25)
    late = [sessions.late[part].sum() / sessions.messages[part].sum() for part in (slow, fast)]
    assert late[0] > 1.2 * late[1]


def test_sessions_have_a_shape_of_their_own(sessions: Sessions, large: QuarterData) -> None:
    evening = [np.isin(start % 86_400 // 3600, [19, 20, 21]).mean() for start in (sessions.start, large.calls.start)]
    assert evening[0] > 1.3 * evening[1]
    night = sessions.start % 86_400 // 3600
    assert ((night >= 7) & (night <= 22)).all()


def test_without_a_desk_everybody_takes_calls(centre: Centre, quarter: QuarterData) -> None:
    alone = QuarterData(centre.model_copy(update={"text_desk": None}), quarter.quarter)
    assert alone.sessions is None
    assert len(alone.duty.day) == len(quarter.duty.day) + len(quarter.desk_duty.day)
    assert len(alone.desk_duty.day) == 0


def test_the_desk_knows_people_by_numbers_that_lost_their_zeros(study: Path, quarter: QuarterData) -> None:
    with (study / "raw" / "2026Q1" / "在线会话明细.csv").open(encoding="gb18030", newline="") as file:
        rows = list(csv.DictReader(file))
    assert quarter.sessions is not None
    assert len(rows) == len(quarter.sessions)
    assert {len(row["工号"]) for row in rows} == {5}
    assert {row["渠道"] for row in rows} == {"网上银行", "手机银行"}


def test_sessions_and_their_ratings_arrive_beside_the_calls(small: Study, centre: Centre) -> None:
    quarter = small.quarters[-1]
    made = QuarterData(centre, quarter).sessions
    assert made is not None
    contacts = pd.read_parquet(table_path(small, "interactions", quarter))
    text = contacts[contacts["channel"] != "phone"]
    assert set(contacts["channel"]) == {"phone", "chat", "mobile"}
    assert len(text) == len(made)
    assert text["visitor_messages"].sum() == made.messages.sum()
    assert text["late_replies"].sum() == made.late.sum()
    assert text["effective"].sum() == made.effective.sum()
    assert contacts.loc[contacts["channel"] == "phone", "visitor_messages"].isna().all()
    ratings = pd.read_parquet(table_path(small, "surveys", quarter))
    assert (ratings["channel"] != "phone").sum() == (made.key != NOT_RATED).sum()
    rated = ratings[ratings["channel"] != "phone"].merge(text, on=["interaction_id", "employee_id", "channel"])
    assert len(rated) == (made.key != NOT_RATED).sum()
