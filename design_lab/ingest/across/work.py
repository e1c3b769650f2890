"""Agent activity against contacts, and contacts against the time for which somebody was signed in."""

from __future__ import annotations

from typing import Any

from design_lab.ingest.across.held import Held, cases

_ROUNDED_MS = 3000  # three durations a contact, each rounded to a second


def _reported(held: Held) -> Any:
    """Rows of agent activity beside the contacts by phone of their days.

    A row is asked if it counts contacts, is not of somebody who never signed in, and ends within the quarter, since the
    contacts of later days lie in another.
    """
    detail = (
        held.phone_days.filter(lambda t: t.begins.notnull())
        .group_by(["employee_id", "begins"])
        .aggregate(contacts=lambda t: t.phone.sum(), contacts_ms=lambda t: t.detail_ms.sum())
        .select("contacts", "contacts_ms", "begins", owner="employee_id")
    )
    sheet = held.sheet
    worked = sheet.signed_in_ms.isnull() | (sheet.signed_in_ms > 0) | (sheet.answered > 0)
    asked = sheet.filter(sheet.answered.notnull() & worked & (sheet.end <= held.last_day))
    both = asked.join(detail, [asked.employee_id == detail.owner, asked.date == detail.begins], how="left")
    return both.mutate(contacts=both.contacts.fill_null(0), contacts_ms=both.contacts_ms.fill_null(0))


def count_differs(held: Held) -> Any:
    """Agent activity and the detail count different numbers of contacts by phone."""
    both = _reported(held)
    return cases(both, both.answered != both.contacts)


def time_differs(held: Held) -> Any:
    """They agree on the number and not on the time, by more than rounding to seconds explains."""
    both = _reported(held)
    apart = (both.reported_ms - both.contacts_ms).abs() > both.contacts * _ROUNDED_MS
    return cases(both, (both.answered == both.contacts) & apart)


def longer_than_signed_in(held: Held) -> Any:
    """Handling and breaks took longer than the person was signed in."""
    sheet = held.sheet
    return cases(sheet, sheet.reported_ms + sheet.aux_ms.fill_null(0) > sheet.signed_in_ms)


def contact_longer_than_signed_in(held: Held) -> Any:
    """A single contact lasted longer than the person was signed in on that day."""
    days = held.phone_days.filter(lambda t: t.signed_in_ms > 0)
    return cases(days, days.longest_ms > days.signed_in_ms)


def contact_without_sign_in(held: Held) -> Any:
    """Contacts by phone on a day on which the person was not signed in.

    Where rows are of several days, only days that a row covers are asked: the first days of a quarter may be covered by
    a row of the quarter before.
    """
    days = held.phone_days if held.is_daily else held.phone_days.filter(lambda t: t.begins.notnull())
    return cases(days, days.begins.isnull() | (days.signed_in_ms == 0))


def overlapping(held: Held) -> Any:
    """A call began before the same person's call before it had ended; wrap-up may run beside the next call."""
    import ibis

    detail = held["interactions"].filter(lambda t: t.channel == "phone")
    length = detail.talk_ms + detail.hold_ms.fill_null(0)
    timed = detail.mutate(start_ms=detail.started_at.epoch_seconds() * 1000, length=length)
    window = ibis.window(group_by="employee_id", order_by=["start_ms", "interaction_id"])
    follows = timed.mutate(ended_ms=(timed.start_ms + timed.length).lag().over(window))
    return cases(follows, follows.start_ms < follows.ended_ms - 1000, day="started_at")  # starts are whole seconds


def overlapping_periods(held: Held) -> Any:
    """Two rows of one person share days, such as two fiscal months that both count the 20th."""
    import ibis

    before = ibis.window(group_by="employee_id", order_by="date", preceding=(None, 1))
    rows = held.sheet.mutate(ended=held.sheet.end.max().over(before))
    return cases(rows, rows.date <= rows.ended)


def mean_handle_differs(held: Held) -> Any:
    """The mean handle time that a file states is not talk, hold and wrap-up over the contacts that it counts."""
    stated = held["mean_handle_ms"]
    sheet = held.sheet.filter(lambda t: (t.answered > 0) & t.talk_ms.notnull() & t.wrap_ms.notnull())
    both = sheet.join(stated.select("employee_id", "date", "stated", "slack"), ["employee_id", "date"])
    apart = (both.stated * both.answered - both.reported_ms).abs()
    return cases(both, apart > both.slack * both.answered + _ROUNDED_MS // 2)
