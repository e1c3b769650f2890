"""Who worked when: hired or not, present or absent, paid once a month."""

from __future__ import annotations

from typing import Any

from design_lab.ingest.across.held import Held, cases


def _days_at_work(held: Held) -> Any:
    """Periods in which somebody worked, from agent activity, or from the contacts where no activity was delivered."""
    if "agent_periods" in held:
        sheet = held.sheet
        return sheet.filter((sheet.signed_in_ms > 0) | (sheet.answered > 0)).select("employee_id", "date", "end")
    return held.contact_days.select("employee_id", "date", end="date")


def not_employed(held: Held) -> Any:
    """Somebody worked before being hired or after leaving; a row of several days counts if all of them are so."""
    staff = held["staff"]
    employed = staff.group_by("employee_id").aggregate(
        hired=staff.hire_date.min(), left=staff.leave_date.max(), staying=staff.leave_date.isnull().sum()
    )
    days = _days_at_work(held).join(employed, "employee_id", how="left")
    return cases(days, (days.end < days.hired) | ((days.staying == 0) & (days.date > days.left)))


def worked_while_absent(held: Held) -> Any:
    """The attendance register says absent, and the same person handled contacts on that day."""
    if "interactions" in held:
        worked = held.contact_days.select("employee_id", "date", worked="contacts")
    else:
        sheet = held.sheet.filter(lambda t: t.end == t.date)
        worked = sheet.select("employee_id", "date", worked="answered")
    register = held["attendance"].join(worked, ["employee_id", "date"], how="left")
    return cases(register, ~register.present & (register.worked > 0))


def paid_twice(held: Held) -> Any:
    """A person has two rows of pay in one of the client's months."""
    import ibis

    pay = held["pay"]
    month = pay.date.year() * 12 + pay.date.month()
    if held.month_ends_on is not None:
        month += (pay.date.day() > held.month_ends_on).cast("int64")
    rows = pay.mutate(month=month)
    window = ibis.window(group_by=["employee_id", "month"], order_by="date")
    rows = rows.mutate(before=rows.date.lag().over(window))
    return cases(rows, rows.before.notnull())
