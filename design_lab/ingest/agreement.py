"""Whether a quarter's tables agree with each other: what is counted twice must be equal, nobody is in two places.

What disagrees is reported, not left out: which of the two is right is for the client to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from design_lab.arrivals import Agreement, Case
from design_lab.ingest.across import people, registers, work
from design_lab.ingest.across.held import Held
from design_lab.periods import Quarter

if TYPE_CHECKING:
    import pyarrow as pa

_CASES = 5  # of each rule, told by person and day

# Each rule, and the tables that it needs; of several sets one suffices.
RULES: Mapping[str, tuple[Callable[[Held], Any], tuple[tuple[str, ...], ...]]] = {
    "count_differs": (work.count_differs, (("agent_periods", "interactions"),)),
    "time_differs": (work.time_differs, (("agent_periods", "interactions"),)),
    "longer_than_signed_in": (work.longer_than_signed_in, (("agent_periods",),)),
    "contact_longer_than_signed_in": (work.contact_longer_than_signed_in, (("agent_periods", "interactions"),)),
    "contact_without_sign_in": (work.contact_without_sign_in, (("agent_periods", "interactions"),)),
    "overlapping": (work.overlapping, (("interactions",),)),
    "overlapping_periods": (work.overlapping_periods, (("agent_periods",),)),
    "mean_handle_differs": (work.mean_handle_differs, (("agent_periods", "mean_handle_ms"),)),
    "satisfied_share_differs": (registers.satisfied_share_differs, (("surveys", "satisfied_x100"),)),
    "not_employed": (people.not_employed, (("staff", "agent_periods"), ("staff", "interactions"))),
    "worked_while_absent": (
        people.worked_while_absent, (("attendance", "interactions"), ("attendance", "agent_periods")),
    ),
    "paid_twice": (people.paid_twice, (("pay",),)),
    "rating_without_contact": (registers.rating_without_contact, (("surveys", "interactions"),)),
    "told_before_end": (registers.told_before_end, (("appraisal_results",),)),
    "complaint_of_other": (registers.complaint_of_other, (("complaints", "interactions"),)),
}  # fmt: skip


def agreements(
    tables: Mapping[str, pa.Table],
    quarter: str,
    *,
    stated: Sequence[pa.Table] = (),
    month_ends_on: int | None = None,
) -> tuple[Agreement, ...]:
    """Hold a quarter's canonical tables against each other by every rule whose tables are there.

    `stated` holds the means that files state beside their counts, as `ingest.stated` returns them.
    """
    import ibis

    engine = ibis.duckdb.connect(threads=1)
    given = {**tables, **_by_mean(stated)}
    held = Held(
        engine=engine,
        tables={name: ibis.memtable(table) for name, table in given.items()},
        last_day=Quarter.parse(quarter).last_day(month_ends_on),
        month_ends_on=month_ends_on,
    )
    found = tuple(
        _asked(rule, broken(held), held, quarter)
        for rule, (broken, needs) in RULES.items()
        if any(set(needed) <= set(given) for needed in needs)
    )
    engine.disconnect()
    return found


def _by_mean(stated: Sequence[pa.Table]) -> dict[str, pa.Table]:
    """What files state, a table for each mean."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not stated:
        return {}
    whole = pa.concat_tables(stated)
    return {mean: whole.filter(pc.equal(whole["mean"], mean)) for mean in pc.unique(whole["mean"]).to_pylist()}


def _asked(rule: str, judged: Any, held: Held, quarter: str) -> Agreement:
    """How many cases break a rule, how many there are, and the first of those that break it."""
    counted = held.engine.to_pyarrow(judged.aggregate(broken=judged.breaks.sum().cast("int64"), of=judged.count()))
    count, of = (int(counted[column][0].as_py() or 0) for column in ("broken", "of"))
    shown: tuple[Case, ...] = ()
    if count:
        first = judged.filter(judged.breaks).select("day", "person").distinct().order_by(["day", "person"])
        shown = tuple(Case(**row) for row in held.engine.to_pyarrow(first.limit(_CASES)).to_pylist())
    return Agreement(rule=rule, quarter=quarter, count=count, of=of, cases=shown)
