"""A quarter's tables as the rules across them read them: what several rules need is made once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt

    from ibis.backends import BaseBackend


@dataclass(frozen=True, kw_only=True)
class Held:
    """Canonical tables by name, as ibis tables of `engine`, with the quarter's last day and the client's month.

    Each mean that files state beside their counts (`ingest.stated`) is a table of its own name, if it is there.
    """

    engine: BaseBackend
    tables: Mapping[str, Any]
    last_day: dt.date
    month_ends_on: int | None

    def __getitem__(self, name: str) -> Any:
        return self.tables[name]

    def __contains__(self, name: object) -> bool:
        return name in self.tables

    @cached_property
    def contact_days(self) -> Any:
        """Contacts by person and day: `contacts`, of them by `phone`, their time and the longest of them."""
        detail = self["interactions"]
        phone = detail.channel == "phone"
        length = detail.talk_ms + detail.hold_ms.fill_null(0)
        days = (
            detail.mutate(date=detail.started_at.date(), is_phone=phone, handled=handled_ms(detail), length=length)
            .group_by(["employee_id", "date"])
            .aggregate(
                contacts=lambda t: t.count(),
                phone=lambda t: t.is_phone.sum(),
                detail_ms=lambda t: t.handled.sum(where=t.is_phone).fill_null(0),
                longest_ms=lambda t: t.length.max(where=t.is_phone),
            )
        )
        return self.made(days)

    @cached_property
    def sheet(self) -> Any:
        """Agent activity with the last day of each row's period and all handling together."""
        sheet = self["agent_periods"]
        return sheet.mutate(end=sheet.period_end.fill_null(sheet.date), reported_ms=handled_ms(sheet))

    @cached_property
    def is_daily(self) -> bool:
        """Whether each row of agent activity is of one day."""
        longer = self.sheet.aggregate(longer=(self.sheet.end > self.sheet.date).any())
        return not self.engine.to_pyarrow(longer)["longer"][0].as_py()

    @cached_property
    def phone_days(self) -> Any:
        """Days with contacts by phone, each with the row of agent activity that covers it: `begins`, `signed_in_ms`."""
        days = self.contact_days.filter(lambda t: t.phone > 0)
        rows = self.sheet.select("end", "signed_in_ms", owner="employee_id", begins="date")
        covers = [days.employee_id == rows.owner, days.date >= rows.begins, days.date <= rows.end]
        return self.made(days.join(rows, covers, how="left"))

    def made(self, rows: Any) -> Any:
        """Compute an intermediate table once."""
        import ibis

        return ibis.memtable(self.engine.to_pyarrow(rows))


def handled_ms(rows: Any) -> Any:
    """Talk, hold and wrap-up together; what was not delivered counts nothing."""
    return rows.talk_ms + rows.hold_ms.fill_null(0) + rows.wrap_ms.fill_null(0)


def cases(rows: Any, breaks: Any, *, person: str | None = "employee_id", day: str | None = "date") -> Any:
    """The cases that a rule judges: whether each breaks it, whose it is and of which day."""
    import ibis

    nothing = ibis.null("string")
    return rows.select(
        breaks=breaks.fill_null(False),
        person=nothing if person is None else rows[person],
        day=nothing if day is None else rows[day].cast("date").cast("string"),
    )
