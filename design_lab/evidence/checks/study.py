"""The checks on a study's own adoption of other weights, from its history and its panel by team and quarter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from design_lab.evidence.checks.beside import Concurrent
from design_lab.evidence.checks.suite import EvidenceChecks, evidence_checks
from design_lab.evidence.history import WeightHistory
from design_lab.evidence.overturn import drawn_in, usable
from design_lab.evidence.weight_effect import SHOWN
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

_VOLUME, _HANDLE = "calls_per_hour", "handle_seconds"
_OTHERS = 0.05  # of a queue's calls, from which on others count as answering it too


def check_adoption(
    study: Study,
    history: WeightHistory,
    rates: pd.DataFrame,
    *,
    rng: np.random.Generator,
    frozen: pd.DataFrame | None = None,
    queues: pd.DataFrame | None = None,
) -> EvidenceChecks:
    """Ask all checks of the effect on the study's primary outcome; none where there is no effect to check.

    `rates` and `frozen` are as of `weight_effects`: one row a team and quarter, and the same with everybody kept where
    she was before the first adoption. Shares are asked in percentage points. Volume is calls an hour, handle time
    seconds a call, and what else happened is what study.yaml lists as concurrent events; `queues` has the calls of each
    team in each queue, as `team_queues`.
    """
    outcome = study.settings.primary_outcome
    rows = usable(history.panel(rates), outcome)
    if rows is None:
        return EvidenceChecks(checks=())
    scale = SHOWN[outcome][1]
    asked = rows.assign(**{outcome: scale * rows[outcome]})
    kept = None if frozen is None else usable(history.panel(frozen), outcome)
    if kept is not None:
        before = kept.set_index(["team", "quarter"])[outcome].rename("frozen") * scale
        asked = asked.join(before, on=["team", "quarter"])
    known = [name for name in ("frozen", _VOLUME, _HANDLE) if name in asked and asked[name].notna().all()]
    there = [name for name in known if usable(asked, name) is not None]
    return evidence_checks(
        asked,
        outcome=outcome,
        unit="team",
        time="quarter",
        adopted="adopted",
        rng=rng,
        drawn=drawn_in(asked),
        frozen="frozen" if "frozen" in there else None,
        volume=_VOLUME if _VOLUME in there else None,
        handle=_HANDLE if _HANDLE in there else None,
        shared=None if queues is None else _shared(history, queues),
        events=tuple(_events(study, history, {*asked["team"]})),
    )


def _shared(history: WeightHistory, queues: pd.DataFrame) -> float | None:
    """The share of the compared teams' calls in queues that teams of another date of adoption answer too."""
    there = queues[queues["team"].isin([one.name for one in history.compared])]
    if there.empty:
        return None
    dated = there.assign(date=there["team"].map(lambda name: history.adoption_of(name) or ""))
    calls = dated.groupby(["queue", "date"])["calls"].sum()
    others = 1 - calls / calls.groupby("queue").transform("sum")
    return float(calls[others >= _OTHERS].sum() / calls.sum())


def _events(study: Study, history: WeightHistory, teams: set[str]) -> Iterator[Concurrent]:
    """What else came to some of the compared teams within the quarters, in the panel's terms."""
    closing = study.settings.calendar.month_ends_on
    for event in study.settings.concurrent_events:
        during = [
            str(quarter)
            for quarter in history.quarters
            if event.first_day <= quarter.last_day(closing)
            and (event.last_day is None or event.last_day >= quarter.first_day(closing))
        ]
        units = teams if event.who == "all" else teams & {*event.who}
        if during and units:
            yield Concurrent(what=event.what, begins=during[0], units=tuple(sorted(units)), ends=during[-1])
