"""The appeals against a quarter's results counted, and those of the year up to it by group, ground and who decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from design_lab.evaluation.appeals.findings import Appeals
from design_lab.evaluation.appeals.on_record import OnRecord, on_record
from design_lab.evaluation.appeals.register import corrected, register, told_on, working_days
from design_lab.evaluation.appeals.slices import Measure, numbered, slices
from design_lab.evaluation.appeals.tally import STANDARD, Effect, Tally
from design_lab.evaluation.correction import rescored
from design_lab.evaluation.fairness.groups import Group, groups_by
from design_lab.evaluation.grounds import is_reconstructed
from design_lab.evaluation.official import Official, official
from design_lab.periods import Quarter
from design_lab.scheme import Scheme
from design_lab.scoring import Panel, score
from design_lab.scoring.roster import last_spells
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

_YEAR = 4  # quarters


@dataclass(frozen=True, slots=True, kw_only=True)
class _Delivered:
    """A quarter's register with `waited` and `has_result` beside it, and who has a result; None if nobody.

    `waited` are the working days from being told to filing, `holidays` says whether those in between are known.
    """

    rows: pd.DataFrame
    people: frozenset[str] | None
    holidays: bool


def appeals(
    study: Study, quarter: Quarter, people: Panel, given: Official, scheme: Scheme, *, medians: pd.DataFrame, least: int
) -> Appeals:
    """Count the appeals against a quarter's official results, and those of the four quarters up to it by group.

    `people` is the quarter's panel, `scheme` the one under which corrected values are scored, `medians` its targets.
    Nothing is told of fewer than `least` people or appeals.
    """
    mine = _delivered(study, quarter, given)
    if mine is None:
        return Appeals(quarter=str(quarter), least=least, tally=None, year=None)
    before = [one for back in range(_YEAR - 1, 0, -1) if (one := quarter.plus(-back)) in study.quarters]
    held = [_delivered(study, one, official(study, one)) for one in before]
    year = [*(one for one in held if one is not None), mine]
    effect, record = _upheld(mine.rows, people, given, scheme, medians, least)
    return Appeals(
        quarter=str(quarter),
        least=least,
        tally=_tally([mine]),
        year=_tally(year),
        grounds=_grounds(year, least),
        slices=slices(_frames(people, mine, year), least=least),
        effect=effect,
        record=record,
    )


def _delivered(study: Study, quarter: Quarter, given: Official) -> _Delivered | None:
    rows = register(study, quarter)
    if rows is None:
        return None
    known = None if given.results is None else frozenset(map(str, given.results.index))
    has_result = rows["employee_id"].isin(known or ())
    told, named = told_on(rows, given), study.settings.working_days
    return _Delivered(
        rows=rows.assign(waited=working_days(told, rows["filed_on"], named), has_result=has_result),
        people=known,
        holidays=bool((rows["holidays"] & named.tell(told)).all()),
    )


def _tally(held: Sequence[_Delivered]) -> Tally:
    rows = _all(held)
    known = [one.people for one in held if one.people is not None]
    return Tally(
        quarters=len(held),
        people=sum(map(len, known)) if len(known) == len(held) else None,
        appellants=sum(one.rows.loc[one.rows["has_result"], "employee_id"].nunique() for one in held),
        without_result=sum(int((~one.rows["has_result"]).sum()) for one in held if one.people is not None),
        filed=len(rows),
        open=int(rows["open"].sum()),
        decided=int(rows["upheld"].notna().sum()),
        upheld=int(rows["upheld"].fillna(False).sum()),
        days=rows["days"].dropna().to_numpy(),
        waited=rows["waited"].dropna().to_numpy(),
        holidays=all(one.holidays for one in held),
    )


def _all(held: Sequence[_Delivered]) -> pd.DataFrame:
    """The rows of several registers, one after the other."""
    import pandas as pd

    return pd.concat([one.rows for one in held], ignore_index=True)


def _grounds(year: Sequence[_Delivered], least: int) -> tuple[tuple[Group, int], ...]:
    return tuple((group, group.people) for group in groups_by(_all(year), "ground", least=least))


def _frames(people: Panel, mine: _Delivered, year: Sequence[_Delivered]) -> dict[Measure, pd.DataFrame]:
    """The people with a result and whether they appealed within the year; its appeals, whether upheld and in time."""
    rows = _all(year)
    roster = people.people[last_spells(people.people.index)]
    roster = roster.set_axis(roster.index.get_level_values("employee_id"))
    rated = roster[roster.index.isin(mine.people or frozenset())]
    results = [sum(one in (held.people or ()) for held in year) for one in rated.index]
    alike = rated.assign(results=results).groupby(["role", "level", "results"], dropna=False).ngroup()
    filed = rows[rows["employee_id"].isin(roster.index)].assign(decided_by=lambda held: numbered(held["decided_by"]))
    about = roster.loc[filed["employee_id"]].reset_index(drop=True)
    theirs = about.assign(stratum=0, **{name: filed[name].to_numpy() for name in ("ground", "decided_by")})
    decided, dated = filed["upheld"].notna().to_numpy(), filed["days"].notna().to_numpy()
    return {
        "appealed": rated.assign(hit=rated.index.isin(rows["employee_id"]), stratum=alike.to_numpy()),
        "upheld": theirs.assign(hit=filed["upheld"].fillna(False).to_numpy(bool))[decided],
        "in_time": theirs.assign(hit=(filed["days"] <= STANDARD[-1]).to_numpy())[dated],
    }


def _upheld(
    rows: pd.DataFrame, people: Panel, given: Official, scheme: Scheme, medians: pd.DataFrame, least: int
) -> tuple[Effect | None, OnRecord | None]:
    """What the values that upheld appeals correct do together, and how they stand on record.

    There is no effect where fewer than `least` can be corrected.
    """
    last = people.people.index[last_spells(people.people.index)]
    row_of = dict(zip(last.get_level_values("employee_id"), last, strict=True))
    stated = rows[rows["upheld"].fillna(False).astype(bool) & rows["employee_id"].isin(row_of)]
    changes: dict[Any, dict[str, float]] = {}
    for appeal in stated.to_dict("records"):
        row = row_of[appeal["employee_id"]]
        if found := corrected(appeal, people, scheme, row)[0]:
            changes.setdefault(row, {}).update(found)
    before = score(people, scheme, medians=medians)
    after, moved, pool = rescored(people, before, changes, medians=medians, pay=given.pay)
    upheld = {str(employee): row_of[employee] for employee in stated["employee_id"]}
    record = on_record(upheld, changes, given, before, after)
    if len(changes) < least:
        return None, record
    theirs = moved[list(changes)]
    effect = Effect(
        title=scheme.title,
        reconstructed=is_reconstructed(scheme, "grades"),
        limits=before.limits,
        cases=len(changes),
        regraded=int(theirs.sum()),
        others=int(moved.sum() - theirs.sum()),
        pool_x100=pool,
    )
    return effect, record
