"""Which team answers which queue: what teams share, they can shed onto each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from design_lab.periods import Quarter
from design_lab.schema import PHONE
from design_lab.scoring.sums import tables_of
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd


def team_queues(study: Study, quarter: Quarter) -> pd.DataFrame | None:
    """Count the calls of each team in each queue of a quarter, by the team of each person's last spell in it.

    Returns one row a pair: team, queue, calls; None where contacts were not delivered or name no queue.
    """
    import pandas as pd

    rows = dict(tables_of(study, quarter, ["interactions"])).get("interactions")
    if rows is None or "queue" not in rows.columns:
        return None
    calls = rows.filter((rows.channel == PHONE) & rows.queue.notnull())
    counted = calls.group_by("employee_id", "queue").aggregate(calls=calls.count()).order_by("employee_id", "queue")
    counts: pd.DataFrame = counted.to_pyarrow().to_pandas()
    staff = pd.read_parquet(
        study.tables / "staff" / f"{quarter}.parquet", columns=["employee_id", "team", "valid_from"]
    )
    last = staff.dropna(subset="team").sort_values("valid_from", kind="stable").groupby("employee_id")["team"].last()
    placed = counts.assign(team=counts["employee_id"].map(last)).dropna(subset="team")
    return placed.groupby(["team", "queue"])["calls"].sum().reset_index() if len(placed) else None
