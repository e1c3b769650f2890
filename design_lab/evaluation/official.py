"""What the client says was officially scored, graded and paid."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from design_lab.ingest.tables import table_path
from design_lab.periods import Quarter
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Official:
    """What the client delivered of a quarter's results, None where nothing was.

    `results` is keyed by `employee_id`: `score` as published and `adjustment`, both in points, `grade` and `reason`
    (None where empty), `told_on` the date on which the person was told; `pay` is the canonical table.
    """

    results: pd.DataFrame | None
    pay: pd.DataFrame | None
    least: int = 1  # people of whom something is told

    def published(self, employee: str) -> tuple[float | None, str | None]:
        """Return a person's score and grade as published, each None if it was not."""
        if self.results is None or employee not in self.results.index:
            return None, None
        said: Any = self.results.loc[employee]
        return (None if math.isnan(said["score"]) else float(said["score"])), said["grade"]

    def adjusted(self, employee: str) -> bool:
        """Return whether a person's result was adjusted by hand."""
        return (
            self.results is not None
            and employee in self.results.index
            and bool(self.results.at[employee, "adjustment"])
        )


def official(study: Study, quarter: Quarter) -> Official:
    """Read the official results and the pay of a quarter, as far as they were delivered; each is None if it was not.

    `results` (people, 5) are by employee_id: `score` and `adjustment` in points, `grade`, `reason` and `told_on`, which
    may be missing; `pay` is the canonical table, a row a person and month. The quarter's tables must be built.
    """
    import pandas as pd

    paths = {name: table_path(study, name, quarter) for name in ("appraisal_results", "pay")}
    found = {name: pd.read_parquet(path) if path.is_file() else None for name, path in paths.items()}
    rows = found["appraisal_results"]
    if rows is None or rows.empty:
        return Official(results=None, pay=found["pay"], least=study.settings.privacy.strictest)
    grade, reason = (
        rows[column].astype(object).where(rows[column].notna(), None) for column in ("grade", "adjustment_reason")
    )
    results = pd.DataFrame(
        {
            "score": rows["score_x100"].to_numpy(dtype="float64") / 100,
            "adjustment": rows["adjustment_x100"].fillna(0).to_numpy(dtype="float64") / 100,
            "grade": grade.to_numpy(),
            "reason": reason.to_numpy(),
            "told_on": pd.to_datetime(rows["told_on"]).to_numpy(),
        },
        index=pd.Index(rows["employee_id"], name="employee_id"),
    )
    return Official(results=results.sort_index(), pay=found["pay"], least=study.settings.privacy.strictest)
