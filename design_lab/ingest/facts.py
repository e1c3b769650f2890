"""What the delivered tables say about the centre before anybody is scored: rows, people, volume, capacity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from design_lab.arrivals import Agreement, Arrivals
from design_lab.display import Quantity, Shown, Term
from design_lab.finding import Finding, state
from design_lab.ingest.tables import arrivals, table_path
from design_lab.ingest.volume import READ, Volume, heads_by_role, people_and_volume, volume_of
from design_lab.periods import Quarter
from design_lab.schema import TABLES
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Facts(Shown):
    """What arrived for one quarter.

    `frame` has one row a canonical table: files, rows used, rows left out; `staff` the heads by role on the quarter's
    last day; `volume` what was handled in which hours, None without a source of work; `statements` say both.
    """

    units: ClassVar = {"files": "count", "rows": "count", "left out": "count"}
    study: Study
    quarter: str
    frame: pd.DataFrame
    staff: dict[str, int]
    volume: Volume | None
    statements: tuple[Finding, ...]
    delivered: int  # rows of all files that should have become rows of a table
    agreements: tuple[Agreement, ...]
    rated_in_sheets: bool  # the sheets count ratings by grade, and no single ratings were delivered

    def table(self) -> pd.DataFrame:
        """Return the frame."""
        return self.frame

    def findings(self) -> tuple[Finding, ...]:
        """State rows, whether tables agree, staff, volume and capacity."""
        return (*self._rows(), *self._case_mix(), *self._agreements(), *self.statements)

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
        ] + [
            state(
                "data.excluded_rows", int(self.frame["left out"].sum()), says="data.excluded_rows", unit="count",
                n=self.delivered, claim="accounting", quarter=self.quarter,
            )
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


def facts(study: Study, quarter: Quarter) -> Facts:
    """Count what arrived for a quarter; a study whose tables are not built raises `DataError`."""
    arrived = arrivals(study)
    tables = _tables(study, quarter)
    return Facts(
        study=study,
        quarter=str(quarter),
        frame=_rows(arrived, quarter),
        staff=heads_by_role(study, quarter, tables["staff"]),
        volume=volume_of(study, quarter, tables),
        statements=people_and_volume(study, quarter, tables),
        delivered=sum(file.data_rows for file in arrived.files if file.quarter == str(quarter)),
        agreements=tuple(found for found in arrived.agreements if found.quarter == str(quarter)),
        rated_in_sheets=_rated_in_sheets(arrived, str(quarter)),
    )


def _rated_in_sheets(arrived: Arrivals, quarter: str) -> bool:
    files, _, _ = arrived.counts(quarter, "surveys")
    return not files and "surveys" not in arrived.missing_by_quarter[quarter]


def _tables(study: Study, quarter: Quarter) -> dict[str, pa.Table]:
    from pyarrow import parquet

    paths = {name: table_path(study, name, quarter) for name in READ}
    if paths["agent_periods"].is_file():
        del paths["interactions"]  # the largest table, which then is not looked at
    return {name: parquet.read_table(path) for name, path in paths.items() if path.is_file()}


def _rows(arrived: Arrivals, quarter: Quarter) -> pd.DataFrame:
    import pandas as pd

    rows = [(name, *arrived.counts(str(quarter), name)) for name in TABLES]
    return pd.DataFrame(rows, columns=["table", "files", "rows", "left out"])
