"""Calls by person and week, month, quarter, half-year or year of the client's calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from design_lab.periods import Period, Quarter, period_begins
from design_lab.schema import PHONE
from design_lab.scoring.measures import of_interactions
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_KEYS = ["employee_id", "first_day"]


def calls_by_period(study: Study, quarters: Iterable[Quarter], *, period: Period) -> pd.DataFrame:
    """Count and sum the calls of some quarters, a row a person and period, ordered by both.

    Keyed by (employee_id, first_day of the period); columns are those of `measures.of_interactions`: counts, integer
    sums and sums of squares, so that means and variances of any longer period follow by addition. One quarter is read
    at a time and memory stays that of one; what two quarters share of a period is added up. A quarter without contacts
    adds nothing, and neither do text sessions: what they tell of a person is another thing.
    """
    import ibis
    import pandas as pd
    import pyarrow as pa

    engine = study.connect()
    there = [(quarter, study.rows(engine, "interactions", quarter)) for quarter in quarters]
    held = [(quarter, rows) for quarter, rows in there if rows is not None]
    begins = ibis.memtable(_begins([quarter for quarter, _ in held], period, study.settings.calendar.month_ends_on))
    parts = [_summed(rows, begins).to_pyarrow() for _, rows in held]
    if not parts:
        return pd.DataFrame(columns=_KEYS).set_index(_KEYS)
    whole = pa.concat_tables(parts)
    dated: pd.DataFrame = whole.set_column(1, _KEYS[1], whole[_KEYS[1]].cast(pa.timestamp("s"))).to_pandas()
    return dated.groupby(_KEYS).sum()


def _summed(contacts: Any, begins: Any) -> Any:
    """Calls by person and day, then the days by the period that holds them."""
    calls = contacts.filter(contacts.channel == PHONE)
    by_day = calls.group_by("employee_id", day=calls.started_at.date()).aggregate(**of_interactions(calls))
    sums = {name: by_day[name].sum() for name in by_day.columns if name not in ("employee_id", "day")}
    return by_day.join(begins, "day").group_by(_KEYS).aggregate(**sums).order_by(_KEYS)


def _begins(quarters: Iterable[Quarter], period: Period, closing: int | None) -> pa.Table:
    """Each day of the quarters with the first day of the period that holds it."""
    import pyarrow as pa

    bounds = [(quarter.first_day(closing), quarter.last_day(closing)) for quarter in quarters]
    days = [first + dt.timedelta(days=n) for first, last in bounds for n in range((last - first).days + 1)]
    begins = [period_begins(day, period, closing) for day in days]
    return pa.table({"day": pa.array(days, pa.date32()), "first_day": pa.array(begins, pa.date32())})
