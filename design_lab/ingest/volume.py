"""People and volume: heads by role, contacts a day, and whether the contacts can be handled in the hours on duty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from design_lab.display import Quantity
from design_lab.finding import Finding, state
from design_lab.periods import Quarter
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_HOUR_MS = 3_600_000
READ = ("staff", "agent_periods", "interactions", "attendance")  # the tables that are looked at
Basis = Literal["signed_in", "on_duty", "no_hours", "no_times"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """What was handled, in which hours.

    `occupancy` is handle time over the hours of its `basis`: signed-in time less AUX, or, where no sign-in was
    delivered, days on duty times the study's `shift_hours`; None where hours or handle times are not known.
    `contacts_per_day` is over calendar days.
    """

    contacts_per_day: float
    occupancy: float | None
    basis: Basis
    agents: int


def people_and_volume(study: Study, quarter: Quarter, tables: Mapping[str, pa.Table]) -> tuple[Finding, ...]:
    """State heads by role, the client's shares of staff, contacts a day and capacity, from the tables of `READ`."""
    heads, volume = heads_by_role(study, quarter, tables["staff"]), volume_of(study, quarter, tables)
    return (*_staff(study, quarter, heads), *(_capacity(study, quarter, volume) if volume else ()))


def heads_by_role(study: Study, quarter: Quarter, staff: pa.Table) -> dict[str, int]:
    """Heads by role on the quarter's last day, in the order of study.yaml."""
    frame = staff.to_pandas()
    day = quarter.last_day(study.settings.calendar.month_ends_on)
    ends = frame["valid_to"]
    in_force = frame[(frame["valid_from"] <= day) & (ends.isna() | (ends >= day))]
    gone = in_force["leave_date"].notna() & (in_force["leave_date"].fillna(day) < day)
    heads = in_force[~gone].drop_duplicates("employee_id")["role"].value_counts()
    return {role: int(heads.get(role, 0)) for role in study.settings.roles}


def volume_of(study: Study, quarter: Quarter, tables: Mapping[str, pa.Table]) -> Volume | None:
    """Measure volume and occupancy from agent activity, or from the contacts alone; None without both."""
    calendar = study.settings.calendar.month_ends_on
    days = (quarter.last_day(calendar) - quarter.first_day(calendar)).days + 1
    if "agent_periods" in tables:
        return _by_activity(study, tables, days)
    return _by_contacts(study, tables, days) if "interactions" in tables else None


def _by_activity(study: Study, tables: Mapping[str, pa.Table], days: int) -> Volume:
    work = tables["agent_periods"].to_pandas()
    handled = _handled_ms(work)
    available = int(work["signed_in_ms"].sum()) - int(work["aux_ms"].sum())
    worked = (work["signed_in_ms"] > 0) | (work["signed_in_ms"].isna() & (work["answered"] > 0))
    agents = int(work.loc[worked, "employee_id"].nunique())
    per_day = int(work["answered"].sum()) / days
    if available > 0 and handled is not None:
        occupancy = handled / available
        return Volume(contacts_per_day=per_day, occupancy=occupancy, basis="signed_in", agents=agents)
    daily = work[worked & (work["period_end"].isna() | (work["period_end"] == work["date"]))]
    hours = _hours_on_duty_ms(study, tables, daily[["employee_id", "date"]])
    return _on_duty(per_day, agents, handled, hours)


def _by_contacts(study: Study, tables: Mapping[str, pa.Table], days: int) -> Volume:
    import pyarrow.compute as pc

    detail = tables["interactions"]
    # Contacts in writing may be handled several at a time: their durations say nothing about hours.
    calls = detail.filter(pc.equal(detail["channel"], "phone"))
    columns = ["employee_id", "started_at", "talk_ms", "hold_ms", "wrap_ms"]
    frame = calls.select(columns).to_pandas()
    frame["date"] = frame["started_at"].dt.date
    days_at_work = frame[["employee_id", "date"]].drop_duplicates()
    agents = len(pc.unique(detail["employee_id"]))
    hours = _hours_on_duty_ms(study, tables, days_at_work)
    return _on_duty(detail.num_rows / days, agents, _handled_ms(frame), hours)


def _handled_ms(rows: pd.DataFrame) -> int | None:
    """Handle time together; None where no row has any."""
    if not rows["talk_ms"].notna().any():
        return None
    return sum(int(rows[column].sum()) for column in ("talk_ms", "hold_ms", "wrap_ms"))


def _hours_on_duty_ms(study: Study, tables: Mapping[str, pa.Table], days_at_work: pd.DataFrame) -> float | None:
    """Days on duty, by the register or by the days with contacts, times the most hours of a day; None if not known."""
    hours = study.settings.shift_hours
    if hours is None:
        return None
    if "attendance" not in tables:
        return len(days_at_work) * hours * _HOUR_MS
    register = tables["attendance"].to_pandas()
    handling = register["employee_id"].isin(days_at_work["employee_id"])
    return int((register["present"] & handling).sum()) * hours * _HOUR_MS


def _on_duty(per_day: float, agents: int, handled: int | None, hours: float | None) -> Volume:
    if handled is None or not hours:
        basis: Basis = "no_times" if handled is None else "no_hours"
        return Volume(contacts_per_day=per_day, occupancy=None, basis=basis, agents=agents)
    return Volume(contacts_per_day=per_day, occupancy=handled / hours, basis="on_duty", agents=agents)


def _staff(study: Study, quarter: Quarter, heads: Mapping[str, int]) -> list[Finding]:
    settings, everybody = study.settings, sum(heads.values())
    found = [
        state(
            f"data.staff.{role}", count, says="data.staff", unit="people", n=everybody, claim="accounting",
            role=settings.roles[role], quarter=str(quarter),
        )
        for role, count in heads.items()
    ]  # fmt: skip
    if settings.expected_shares and everybody:
        unnamed = sum(count for role, count in heads.items() if role not in settings.expected_shares)
        stated = sum(settings.expected_shares.values()) / 100
        found.append(
            state(
                "data.unassigned_share", unnamed / everybody, says="data.unassigned_share", unit="share", n=everybody,
                claim="accounting", limits=["unknown_roles"], stated=Quantity(stated, "weight"), quarter=str(quarter),
            )
        )  # fmt: skip
    return found


def _capacity(study: Study, quarter: Quarter, volume: Volume) -> list[Finding]:
    per_day = state(
        "data.contacts_per_day", volume.contacts_per_day, says="data.contacts_per_day", unit="count",
        n=volume.agents, claim="accounting", quarter=str(quarter),
    )  # fmt: skip
    if volume.occupancy is None:
        unknown = state(
            "data.capacity", None, says=f"data.capacity_{volume.basis}", unit="share", n=volume.agents,
            claim="unidentified", quarter=str(quarter),
        )  # fmt: skip
        return [per_day, unknown]
    limit = study.settings.occupancy_max
    exceeded = "_exceeded" if volume.occupancy > limit else ""
    on_duty = volume.basis == "on_duty"
    says = f"data.capacity{'_on_duty' if on_duty else ''}{exceeded}"
    parts: dict[str, Any] = {"hours": f"{study.settings.shift_hours:g}"} if on_duty else {}
    return [
        per_day,
        state(
            "data.capacity", volume.occupancy, says=says, unit="share", n=volume.agents, claim="accounting",
            limits=[] if on_duty else ["signed_in_only"], quarter=str(quarter), limit=Quantity(limit, "weight"),
            **parts,
        ),
    ]  # fmt: skip
