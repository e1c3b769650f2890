"""What the delivered tables say about the centre before anybody is scored: rows, people, volume, capacity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from design_lab.display import Quantity, Shown, Term
from design_lab.finding import Finding, state
from design_lab.ingest.agreement import Agreement
from design_lab.ingest.arrivals import Arrivals
from design_lab.ingest.tables import arrivals, table_path
from design_lab.periods import Quarter
from design_lab.schema import TABLES
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Facts(Shown):
    """What arrived for one quarter.

    `frame` has one row a canonical table: files, rows used, rows left out; `staff` the heads by role on the quarter's
    last day; `contacts_per_day` over calendar days and `occupancy`, handle time over signed-in time less AUX, both None
    without agent activity, the latter also without signed-in time.
    """

    units: ClassVar = {"files": "count", "rows": "count", "left out": "count"}
    study: Study
    quarter: str
    frame: pd.DataFrame
    staff: dict[str, int]
    contacts_per_day: float | None
    occupancy: float | None
    agents: int
    agreements: tuple[Agreement, ...]
    rated_in_sheets: bool  # the sheets count ratings by grade, and no single ratings were delivered

    def table(self) -> pd.DataFrame:
        """Return the frame."""
        return self.frame

    def findings(self) -> tuple[Finding, ...]:
        """State rows, whether tables agree, staff, volume and capacity."""
        return (*self._rows(), *self._case_mix(), *self._agreements(), *self._staff(), *self._work())

    def _agreements(self) -> list[Finding]:
        return [
            state(
                f"data.check.{found.rule}", found.count, says=f"data.check.{found.rule}", unit="count", n=found.of,
                claim="accounting", quarter=self.quarter,
            )
            for found in self.agreements
        ]  # fmt: skip

    def _rows(self) -> list[Finding]:
        return [
            state(
                f"data.rows.{table}", rows if files else None, says=self._arrived(table, files), unit="count",
                n=files, claim="accounting" if files else "unidentified",
                limits=["ids_unmatched"] if left_out else [], table=Term(f"table.{table}"), quarter=self.quarter,
                excluded=Quantity(left_out, "count"),
            )
            for table, files, rows, left_out in self.frame.itertuples(index=False)
        ]  # fmt: skip

    def _arrived(self, table: str, files: int) -> str:
        if not files:
            return "data.rated_in_sheets" if table == "surveys" and self.rated_in_sheets else "data.missing"
        return "data.rows"

    def _case_mix(self) -> list[Finding]:
        """Say what is lost where sheets by day or month are all that tells of the work."""
        files = self.frame.set_index("table")["files"]
        if files["interactions"] or not files["agent_periods"]:
            return []
        return [
            state(
                "data.case_mix", None, says="data.case_mix", unit="count", n=None, claim="unidentified",
                quarter=self.quarter,
            )
        ]  # fmt: skip

    def _staff(self) -> list[Finding]:
        settings = self.study.settings
        heads = sum(self.staff.values())
        found = [
            state(
                f"data.staff.{role}", count, says="data.staff", unit="people", n=heads, claim="accounting",
                role=settings.roles[role], quarter=self.quarter,
            )
            for role, count in self.staff.items()
        ]  # fmt: skip
        if settings.expected_shares and heads:
            unnamed = sum(count for role, count in self.staff.items() if role not in settings.expected_shares)
            stated = sum(settings.expected_shares.values()) / 100
            found.append(
                state(
                    "data.unassigned_share", unnamed / heads, says="data.unassigned_share", unit="share", n=heads,
                    claim="accounting", limits=["unknown_roles"], stated=Quantity(stated, "weight"),
                    quarter=self.quarter,
                )
            )  # fmt: skip
        return found

    def _work(self) -> list[Finding]:
        if self.contacts_per_day is None:
            return []
        per_day = state(
            "data.contacts_per_day", self.contacts_per_day, says="data.contacts_per_day", unit="count",
            n=self.agents, claim="accounting", quarter=self.quarter,
        )  # fmt: skip
        if self.occupancy is None:
            return [per_day]
        limit = self.study.settings.occupancy_max
        exceeded = self.occupancy > limit
        return [
            per_day,
            state(
                "data.capacity", self.occupancy, says="data.capacity_exceeded" if exceeded else "data.capacity",
                unit="share", n=self.agents, claim="accounting", limits=["signed_in_only"],
                quarter=self.quarter, limit=Quantity(limit, "weight"),
            ),
        ]  # fmt: skip


def facts(study: Study, quarter: Quarter) -> Facts:
    """Count what arrived for a quarter; a study whose tables are not built raises `DataError`."""
    arrived = arrivals(study)
    per_day, occupancy, agents = _work(study, quarter)
    return Facts(
        study=study,
        quarter=str(quarter),
        frame=_rows(arrived, quarter),
        staff=_heads(study, quarter),
        contacts_per_day=per_day,
        occupancy=occupancy,
        agents=agents,
        agreements=tuple(found for found in arrived.agreements if found.quarter == str(quarter)),
        rated_in_sheets=_rated_in_sheets(arrived, str(quarter)),
    )


def _rated_in_sheets(arrived: Arrivals, quarter: str) -> bool:
    files, _, _ = arrived.counts(quarter, "surveys")
    return not files and "surveys" not in arrived.missing_by_quarter[quarter]


def _rows(arrived: Arrivals, quarter: Quarter) -> pd.DataFrame:
    import pandas as pd

    rows = [(name, *arrived.counts(str(quarter), name)) for name in TABLES]
    return pd.DataFrame(rows, columns=["table", "files", "rows", "left out"])


def _heads(study: Study, quarter: Quarter) -> dict[str, int]:
    """Heads by role on the quarter's last day, in the order of study.yaml."""
    import pandas as pd

    staff = pd.read_parquet(table_path(study, "staff", quarter))
    day = quarter.last_day(study.settings.calendar.month_ends_on)
    ends = staff["valid_to"]
    in_force = staff[(staff["valid_from"] <= day) & (ends.isna() | (ends >= day))]
    gone = in_force["leave_date"].notna() & (in_force["leave_date"].fillna(day) < day)
    heads = in_force[~gone].drop_duplicates("employee_id")["role"].value_counts()
    return {role: int(heads.get(role, 0)) for role in study.settings.roles}


def _work(study: Study, quarter: Quarter) -> tuple[float | None, float | None, int]:
    """Contacts a calendar day, occupancy, and how many people signed in."""
    import pandas as pd

    path = table_path(study, "agent_periods", quarter)
    if not path.is_file():
        return None, None, 0
    work = pd.read_parquet(path)
    calendar = study.settings.calendar.month_ends_on
    days = (quarter.last_day(calendar) - quarter.first_day(calendar)).days + 1
    handled = sum(int(work[column].sum()) for column in ("talk_ms", "hold_ms", "wrap_ms"))
    available = int(work["signed_in_ms"].sum()) - int(work["aux_ms"].sum())
    worked = (work["signed_in_ms"] > 0) | (work["signed_in_ms"].isna() & (work["answered"] > 0))
    agents = int(work.loc[worked, "employee_id"].nunique())
    return int(work["answered"].sum()) / days, handled / available if available > 0 else None, agents
