"""The register of appeals against a quarter's results: a row an appeal, working days counted, what it would correct."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from design_lab.evaluation.correction import bounds
from design_lab.evaluation.official import Official
from design_lab.ingest.tables import table_path
from design_lab.periods import Quarter
from design_lab.scheme import Scheme
from design_lab.scoring import Panel
from design_lab.study import Study, WorkingDays

if TYPE_CHECKING:
    import pandas as pd

MONDAY_TO_FRIDAY = WorkingDays()
_WORDS = ("ground", "indicator", "evidence", "decision", "decided_by")


def working_days(first: pd.Series, last: pd.Series, named: WorkingDays = MONDAY_TO_FRIDAY) -> npt.NDArray[np.float64]:
    """Return the working days after one day up to another, (n,): Monday to Friday but for holidays that are `named`.

    Make-up days that are named count too. NaN where a day is missing or the second lies before the first.

    >>> import pandas as pd
    >>> friday, days = pd.to_datetime(["2026-10-09"] * 3), pd.to_datetime(["2026-10-09", "2026-10-11", "2026-10-12"])
    >>> working_days(pd.Series(friday), pd.Series(days)).tolist()
    [0.0, 0.0, 1.0]
    """
    import pandas as pd

    begun, ended = (pd.to_datetime(days).to_numpy().astype("datetime64[D]") for days in (first, last))
    known = ~np.isnat(begun) & ~np.isnat(ended)
    known[known] = begun[known] <= ended[known]
    counted = np.full(len(begun), np.nan)
    holidays, made_up = (np.unique(np.array(days, "datetime64[D]")) for days in (named.holidays, named.make_up_days))
    first_day, last_day = begun[known], ended[known]
    counted[known] = np.busday_count(first_day + 1, last_day + 1, holidays=holidays)
    counted[known] += np.searchsorted(made_up, last_day, side="right") - np.searchsorted(made_up, first_day, "right")
    return counted


def register(study: Study, quarter: Quarter) -> pd.DataFrame | None:
    """Read the appeals against a quarter's results, in the order of filing; None where no register was delivered.

    Columns are the canonical table's, days as timestamps, words None where empty, `upheld` True, False or missing,
    `claimed` the corrected value in hundredths as a float; beside them `days`, the working days to the decision (NaN
    without one, or with one before the filing), `holidays`, whether study.yaml names holidays of the years of both, and
    `open`, whether the register holds no decision.
    """
    import pandas as pd

    path = table_path(study, "appeals", quarter)
    if not path.is_file():
        return None
    rows = pd.read_parquet(path).sort_values(["filed_on", "employee_id"], kind="stable", ignore_index=True)
    filed, closed, upheld = pd.to_datetime(rows["filed_on"]), pd.to_datetime(rows["closed_on"]), rows["upheld"]
    said = {name: rows[name].astype(object).where(rows[name].notna(), None) for name in _WORDS}
    named = study.settings.working_days
    return pd.DataFrame(
        {
            "employee_id": rows["employee_id"],
            "filed_on": filed,
            "closed_on": closed,
            "upheld": upheld.astype("boolean"),
            "claimed": rows["corrected_x100"].astype("float64"),
            "days": working_days(filed, closed, named),
            "holidays": named.tell(filed) & named.tell(closed),
            "open": closed.isna() & upheld.isna(),
            **said,
        }
    )


def told_on(rows: pd.DataFrame, given: Official) -> pd.Series:
    """Return the day on which each appellant was told of her official result, (n,), missing where it is not known."""
    import pandas as pd

    if given.results is None:
        return pd.Series(pd.NaT, rows.index, dtype="datetime64[s]")
    told = given.results["told_on"].reindex(rows["employee_id"]).astype("datetime64[s]")
    return told.set_axis(rows.index)


def corrected(appeal: Mapping[Any, Any], panel: Panel, scheme: Scheme, row: Any) -> tuple[dict[str, float], str]:
    """Return the value by indicator that an appeal would correct in a row of the panel, empty where none can be.

    Beside it stands why there is none, as a key below `appeals.why.` in the word files; empty where there is one.
    """
    indicator, hundredths = appeal["indicator"], float(appeal["claimed"])
    people: Any = panel.people
    if indicator is None:
        return {}, "no_indicator"
    if math.isnan(hundredths):
        return {}, "no_value"
    if not scheme.weights(str(people.at[row, "role"]), str(people.at[row, "level"])).get(indicator):
        return {}, "not_weighed"
    if indicator not in panel.values:
        return {}, "no_data"
    card = panel.cards[indicator]
    value = hundredths / (10_000 if card.unit == "share" else 100)
    low, high = bounds(card, panel.cards)
    if value < low or (high is not None and value > high):
        return {}, "out_of_bounds"
    return {indicator: value}, ""
