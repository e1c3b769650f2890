"""What is counted and summed of each canonical table, a row a person: counts and sums of integers only.

Each function takes an ibis table and returns the named expressions to aggregate it by.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from design_lab.schema import GRADES

Measures = Mapping[str, Any]
SATISFIED = ("very_satisfied", "satisfied")


def of_interactions(rows: Any) -> Measures:
    """Contacts, their handle time and its square, and what was transferred and resolved, each with its own count."""
    handle_ms = _handle_ms(rows)
    return {
        "n": rows.count(),
        "handle_ms": handle_ms.sum(),
        "handle_ms_squared": (handle_ms * handle_ms).sum(),
        "transferred": rows.transferred.sum(),
        "transfer_n": rows.transferred.count(),
        "resolved": rows.resolved_first_contact.sum(),
        "resolved_n": rows.resolved_first_contact.count(),
    }


def of_agent_periods(rows: Any, first_day: dt.date, last_day: dt.date) -> Measures:
    """Work, presence and ratings of the daily or monthly sheets.

    Quotients get their own numerator and denominator from the rows that hold both. A row of several days tells of
    presence by `days_worked` alone: `days_unknown` counts those without it. `crossing` counts rows that reach out of
    the quarter.
    """
    import ibis

    several = (rows.period_end > rows.date).fill_null(False)
    present = (ibis.coalesce(rows.signed_in_ms, rows.answered, rows.talk_ms) > 0).cast("int64")
    days = ibis.coalesce(rows.days_worked, several.ifelse(ibis.null("int64"), present))
    timed, handled = (rows.answered.notnull() & length.notnull() for length in (rows.signed_in_ms, rows.talk_ms))
    return {
        "days": days.sum(),
        "days_unknown": days.isnull().sum(),
        "crossing": ((rows.date < first_day) | (ibis.coalesce(rows.period_end, rows.date) > last_day)).sum(),
        "answered": rows.answered.sum(),
        "timed": timed.ifelse(rows.answered, 0).sum(),
        "timed_ms": timed.ifelse(rows.signed_in_ms, 0).sum(),
        "handled": handled.ifelse(rows.answered, 0).sum(),
        "handle_ms": handled.ifelse(_handle_ms(rows), 0).sum(),
        **_ratings_counted(rows),
    }


def _ratings_counted(rows: Any) -> Measures:
    """Ratings by the sheet's counts; a row that counts satisfied customers alone tells of no share of them."""
    import ibis

    counts = {grade: getattr(rows, f"rated_{grade}") for grade in GRADES}
    lower = ibis.coalesce(*(count for grade, count in counts.items() if grade not in SATISFIED)).notnull()
    upper = ibis.coalesce(*(counts[grade] for grade in SATISFIED)).notnull()
    told = {"rated": lower & upper, "rated_by_degree": lower & counts["very_satisfied"].notnull()}
    whole = sum((ibis.coalesce(count, 0) for count in counts.values()), start=ibis.literal(0))
    satisfied = sum((ibis.coalesce(counts[grade], 0) for grade in SATISFIED), start=ibis.literal(0))
    return {
        "rated": told["rated"].ifelse(whole, 0).sum(),
        "rated_satisfied": told["rated"].ifelse(satisfied, 0).sum(),
        "rated_by_degree": told["rated_by_degree"].ifelse(whole, 0).sum(),
        "rated_very_satisfied": told["rated_by_degree"].ifelse(counts["very_satisfied"], 0).sum(),
    }


def _handle_ms(rows: Any) -> Any:
    """Talk, hold and wrap-up together; of the latter two, what was not delivered counts nothing."""
    return rows.talk_ms + rows.hold_ms.fill_null(0) + rows.wrap_ms.fill_null(0)


def of_surveys(rows: Any) -> Measures:
    """Ratings, and how many of them are very satisfied, and at least satisfied."""
    return {
        "n": rows.count(),
        "very_satisfied": (rows.grade == "very_satisfied").sum(),
        "satisfied": rows.grade.isin(SATISFIED).sum(),
    }


def of_points(rows: Any) -> Measures:
    """Rows with points, their sum and the sum of their squares."""
    points = rows.points_x100
    return {"n": rows.count(), "points_x100": points.sum(), "points_x100_squared": (points * points).sum()}
