"""The canonical tables: keys, columns, units and bounds. Every client's files are brought into this shape.

Durations are whole milliseconds, points and money whole hundredths, because sums of integers are equal in any order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["person", "text", "code", "date", "time", "count", "milliseconds", "points_x100", "money_x100", "flag"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: what kind of value it holds, whether it must be filled, and its bounds (both included)."""

    kind: Kind
    required: bool = True
    low: int | None = None
    high: int | None = None
    per_day: bool = False  # the bounds are a day's; a row of several days has as many times as much room
    values: tuple[str, ...] = ()  # of a code: the words that may stand there; empty: any word


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One canonical table: a row is named by `key`, and `columns` stand in this order."""

    name: str
    key: tuple[str, ...]
    columns: Mapping[str, Column] = field(default_factory=dict)
    when: str | None = None  # the column that dates a row, for validity of ids and for the quarter's bounds
    until: str | None = None  # the column that ends a row of several days, of which `when` is the first


_DAY = 24 * 60 * 60 * 1000

PHONE = "phone"  # the channel that agent sheets and the indicators of calls are about
GRADES = ("very_satisfied", "satisfied", "neutral", "dissatisfied", "very_dissatisfied")

STAFF = Table(
    name="staff",
    key=("employee_id", "valid_from"),
    columns={
        "employee_id": Column(kind="person"),
        "role": Column(kind="code"),
        "level": Column(kind="code"),
        "team": Column(kind="text", required=False),
        "department": Column(kind="text", required=False),
        "site": Column(kind="text", required=False),
        "employment_type": Column(kind="code", required=False),
        "gender": Column(kind="code", required=False),
        "birth_year": Column(kind="count", required=False, low=1930, high=2020),
        "hire_date": Column(kind="date", required=False),
        "leave_date": Column(kind="date", required=False),
        "valid_from": Column(kind="date"),
        "valid_to": Column(kind="date", required=False),
    },
)

ID_MAP = Table(
    name="id_map",
    key=("system", "external_id", "valid_from"),
    columns={
        "system": Column(kind="code"),
        "external_id": Column(kind="text"),
        "employee_id": Column(kind="person"),
        "valid_from": Column(kind="date"),
        "valid_to": Column(kind="date", required=False),
    },
)

INTERACTIONS = Table(
    name="interactions",
    key=("interaction_id",),
    when="started_at",
    columns={
        "interaction_id": Column(kind="text"),
        "employee_id": Column(kind="person"),
        "channel": Column(kind="code"),  # PHONE, or another word of the client's mapping, such as chat
        "queue": Column(kind="text", required=False),
        "contact_type": Column(kind="text", required=False),
        "started_at": Column(kind="time"),
        "talk_ms": Column(kind="milliseconds", low=0, high=_DAY),
        "hold_ms": Column(kind="milliseconds", required=False, low=0, high=_DAY),
        "wrap_ms": Column(kind="milliseconds", required=False, low=0, high=_DAY),
        "transferred": Column(kind="flag", required=False),
        "resolved_first_contact": Column(kind="flag", required=False),
        # Of text sessions: messages of the visitor, those that waited for more than two minutes, a dialogue or none.
        "visitor_messages": Column(kind="count", required=False, low=0, high=5000),
        "late_replies": Column(kind="count", required=False, low=0, high=5000),
        "effective": Column(kind="flag", required=False),
    },
)

AGENT_PERIODS = Table(
    name="agent_periods",
    key=("employee_id", "date"),
    when="date",
    until="period_end",
    columns={
        "employee_id": Column(kind="person"),
        "date": Column(kind="date"),
        "period_end": Column(kind="date", required=False),  # of a row of several days; `date` is the first of them
        "days_worked": Column(kind="count", required=False, low=0, high=1, per_day=True),
        "answered": Column(kind="count", required=False, low=0, high=5000, per_day=True),
        "signed_in_ms": Column(kind="milliseconds", required=False, low=0, high=_DAY, per_day=True),
        "aux_ms": Column(kind="milliseconds", required=False, low=0, high=_DAY, per_day=True),
        "talk_ms": Column(kind="milliseconds", required=False, low=0, high=_DAY, per_day=True),
        "hold_ms": Column(kind="milliseconds", required=False, low=0, high=_DAY, per_day=True),
        "wrap_ms": Column(kind="milliseconds", required=False, low=0, high=_DAY, per_day=True),
        # How many ratings of each grade the sheet counts; a grade that the client's scale lacks stays empty.
        **{f"rated_{grade}": Column(kind="count", required=False, low=0, high=5000, per_day=True) for grade in GRADES},
    },
)

SURVEYS = Table(
    name="surveys",
    key=("interaction_id",),
    when="rated_at",
    columns={
        "interaction_id": Column(kind="text"),
        "employee_id": Column(kind="person"),
        "channel": Column(kind="code", required=False),  # of the contact; empty: PHONE
        "rated_at": Column(kind="time"),
        "grade": Column(kind="code", values=GRADES),
        "points_x100": Column(kind="points_x100", required=False, low=0, high=100_00),  # the client's own scale
    },
)

QUALITY_REVIEWS = Table(
    name="quality_reviews",
    key=("employee_id", "review"),
    when="reviewed_on",
    columns={
        "employee_id": Column(kind="person"),
        "review": Column(kind="count", low=1),
        "reviewed_on": Column(kind="date"),
        "contact_type": Column(kind="text", required=False),
        "points_x100": Column(kind="points_x100", low=0, high=100_00),
        "critical_error": Column(kind="flag", required=False),
    },
)

RATINGS = Table(
    name="ratings",
    key=("rater_id", "employee_id", "item"),
    columns={
        "rater_id": Column(kind="person"),
        "employee_id": Column(kind="person"),
        "item": Column(kind="text"),
        "points_x100": Column(kind="points_x100", low=0, high=100_00),
    },
)

LEAVE_KINDS = ("annual", "sick", "personal", "maternity", "other")

ATTENDANCE = Table(
    name="attendance",
    key=("employee_id", "date"),
    when="date",
    columns={
        "employee_id": Column(kind="person"),
        "date": Column(kind="date"),
        "scheduled": Column(kind="flag"),
        "present": Column(kind="flag"),
        "approved_leave": Column(kind="code", required=False, values=LEAVE_KINDS),  # empty: none was approved
        "late": Column(kind="flag", required=False),
    },
)

COMPLAINTS = Table(
    name="complaints",
    key=("complaint_id",),
    when="received_on",
    columns={
        "complaint_id": Column(kind="text"),
        "interaction_id": Column(kind="text", required=False),
        "employee_id": Column(kind="person"),  # whose work is complained of
        "handler_id": Column(kind="person", required=False),
        "received_on": Column(kind="date"),
        "closed_on": Column(kind="date", required=False),  # empty: not closed when the file was made
        "justified": Column(kind="flag", required=False),
        "repeated": Column(kind="flag", required=False),
    },
)

QUEUE_INTERVALS = Table(
    name="queue_intervals",
    key=("queue", "starts_at"),
    when="starts_at",
    columns={
        "queue": Column(kind="text"),
        "starts_at": Column(kind="time"),
        "offered": Column(kind="count", low=0),
        "answered": Column(kind="count", low=0),
        "abandoned": Column(kind="count", required=False, low=0),
        "answered_within_20s": Column(kind="count", required=False, low=0),
    },
)

TRAINING = Table(
    name="training",
    key=("employee_id", "date"),
    when="date",
    columns={
        "employee_id": Column(kind="person"),
        "date": Column(kind="date"),  # a day of the period that the row is about, its first as a rule
        "required_ms": Column(kind="milliseconds", low=0),
        "attended_ms": Column(kind="milliseconds", low=0),
        "exam_points_x100": Column(kind="points_x100", required=False, low=0, high=100_00),
    },
)

SALES = Table(
    name="sales",
    key=("employee_id", "date"),
    when="date",
    columns={
        "employee_id": Column(kind="person"),
        "date": Column(kind="date"),
        "contacts": Column(kind="count", low=0, high=5000),
        "offers": Column(kind="count", required=False, low=0, high=5000),
        "successes": Column(kind="count", low=0, high=5000),
    },
)

APPRAISAL_RESULTS = Table(
    name="appraisal_results",
    key=("employee_id",),
    columns={
        "employee_id": Column(kind="person"),
        "score_x100": Column(kind="points_x100"),  # as published, its adjustment included
        "grade": Column(kind="code", required=False),
        "adjustment_x100": Column(kind="points_x100", required=False),
        "adjustment_reason": Column(kind="text", required=False),
        "breaches": Column(kind="count", required=False, low=0, high=1000),  # of compliance, confirmed in the quarter
        "told_on": Column(kind="date", required=False),  # when the person was told of the result
    },
)

PAY = Table(
    name="pay",
    key=("employee_id", "date"),
    when="date",
    columns={
        "employee_id": Column(kind="person"),
        "date": Column(kind="date"),  # a day of the month that is paid
        "base_x100": Column(kind="money_x100", low=0),
        "performance_x100": Column(kind="money_x100", low=0),  # at a coefficient of 1
        "paid_x100": Column(kind="money_x100", low=0),
    },
)

APPEALS = Table(
    name="appeals",
    key=("employee_id", "filed_on"),  # against the quarter's results, so filed after its end
    columns={
        "employee_id": Column(kind="person"),
        "filed_on": Column(kind="date"),
        "ground": Column(kind="text", required=False),
        "indicator": Column(kind="code", required=False),  # whose value is disputed
        "corrected_x100": Column(kind="points_x100", required=False),  # the value it should have; of a share, percent
        "evidence": Column(kind="text", required=False),
        "closed_on": Column(kind="date", required=False),  # empty: not decided when the file was made
        "upheld": Column(kind="flag", required=False),
        "decision": Column(kind="text", required=False),
        "decided_by": Column(kind="person", required=False),
    },
)

STAFF_SURVEY = Table(
    name="staff_survey",
    key=("response", "item"),  # anonymous: no person
    columns={
        "response": Column(kind="count", low=1),
        "role": Column(kind="code", required=False),
        "item": Column(kind="text"),
        "points_x100": Column(kind="points_x100", low=0, high=100_00),
    },
)

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        STAFF,
        ID_MAP,
        INTERACTIONS,
        AGENT_PERIODS,
        SURVEYS,
        QUALITY_REVIEWS,
        RATINGS,
        ATTENDANCE,
        COMPLAINTS,
        QUEUE_INTERVALS,
        TRAINING,
        SALES,
        APPRAISAL_RESULTS,
        PAY,
        APPEALS,
        STAFF_SURVEY,
    )
}

# Means that a client's file may state beside the counts they come from: compared with the counts, and never used.
STATED_MEANS: Mapping[str, Mapping[str, Column]] = {
    "agent_periods": {
        "mean_handle_ms": Column(kind="milliseconds", required=False),  # talk, hold and wrap-up over answered
        "satisfied_x100": Column(kind="points_x100", required=False),  # hundredths of a percent of the ratings
    }
}

WORK_SOURCES = ("interactions", "agent_periods")  # a study needs one of them, and `staff`
