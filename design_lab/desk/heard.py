"""A person's appeals: ground, evidence, decision, and what the disputed value does to the grade and the pool."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from design_lab.evaluation.appeals import corrected, register, told_on, working_days
from design_lab.evaluation.appeals.on_record import Standing, standing
from design_lab.evaluation.correction import Correction, correct
from design_lab.evaluation.official import Official
from design_lab.periods import Quarter
from design_lab.scheme import Scheme
from design_lab.scoring import InForce, Panel, Scores, score_in_force
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One appeal of a person against the official result of a quarter, as registered.

    What the register is silent on is None; `claimed` is the value that `indicator` should have, in hundredths, of a
    share in hundredths of a percent. `waited` counts the working days from being told of the result to filing, `days`
    those to the decision; `holidays` says whether holidays of their years are named. `published` are the official score
    and grade. `correction` is what the value does under `scheme`, the one in force; where it is None, `why` says why,
    as a key below `appeals.why.` in the word files. `standing` says of an upheld appeal whether the result on record
    shows it.
    """

    filed_on: dt.date
    waited: int | None
    ground: str | None
    indicator: str | None
    claimed: float | None
    evidence: str | None
    closed_on: dt.date | None
    days: int | None
    holidays: bool
    upheld: bool | None
    decision: str | None
    decided_by: str | None
    published: tuple[float | None, str | None]
    scheme: Scheme
    correction: Correction | None
    why: str
    standing: Standing | None


def heard(
    study: Study, quarter: Quarter, employee: str, people: Panel, row: Any, scheme: Scheme, held: InForce,
    given: Official, *, medians: pd.DataFrame, before: Scores | None = None,
) -> tuple[Heard, ...]:  # fmt: skip
    """Return a person's appeals against a quarter's result, in the order of filing; `row` is hers in the panel.

    `scheme` is the one that she was under, `held` those in force in the quarter; `before` are the scores under it, if
    they are known already.
    """
    rows = register(study, quarter)
    mine = None if rows is None else rows[rows["employee_id"].eq(employee)]
    if mine is None or mine.empty:
        return ()
    if before is None:
        before = score_in_force(people, held, medians=medians)[scheme.name]
    mine = mine.assign(waited=working_days(told_on(mine, given), mine["filed_on"], study.settings.working_days))
    found = []
    for appeal in mine.to_dict("records"):
        changes, why = corrected(appeal, people, scheme, row)
        made = correct(people, before, row, changes, medians=medians, pay=given.pay, held=held) if changes else None
        if made and made.totals == (None, None):
            made, why = None, "not_scored"
        found.append(_heard(appeal, employee, given, scheme, made, why))
    return tuple(found)


def _heard(
    appeal: dict[Any, Any], employee: str, given: Official, scheme: Scheme, made: Correction | None, why: str,
) -> Heard:  # fmt: skip
    import pandas as pd

    closed, upheld = appeal["closed_on"], None if pd.isna(appeal["upheld"]) else bool(appeal["upheld"])
    published = given.published(employee)
    held_against = standing(made.grades if made else None, published[1], adjusted=given.adjusted(employee))
    waited, days = (None if math.isnan(appeal[name]) else int(appeal[name]) for name in ("waited", "days"))
    return Heard(
        filed_on=appeal["filed_on"].date(),
        waited=waited,
        claimed=None if math.isnan(appeal["claimed"]) else float(appeal["claimed"]),
        closed_on=None if pd.isna(closed) else closed.date(),
        days=days,
        holidays=bool(appeal["holidays"]),
        upheld=upheld,
        **{name: appeal[name] for name in ("ground", "indicator", "evidence", "decision", "decided_by")},
        published=published,
        standing=held_against if upheld else None,
        scheme=scheme,
        correction=made,
        why=why,
    )
