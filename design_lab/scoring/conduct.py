"""What people's contacts look like beside their results: counts from which signs of gaming are screened.

Counts alone, by engine, one quarter at a time; whoever asks a question of them divides. Nobody is judged here.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from design_lab.gradebook import FixedGrades
from design_lab.periods import Quarter, due
from design_lab.rulebook import Ladder, Rule
from design_lab.schema import PHONE
from design_lab.scoring import measures
from design_lab.scoring.kept import Parts, kept
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

SHORT_SECONDS = 15  # of talk: below, hardly anything can have been asked and answered (judgement)
LATE_MINUTES = 30  # before the start of a person's last call of the day
EARLIER_MINUTES = 150  # how far back the calls reach with which late ones are compared
_LONG = (3, 2)  # a contact is long beyond 3/2 of the mean of its type
_UNKNOWN = -1
_RATES = ("csat", "very_satisfied_rate", "first_contact_resolution")
_TEAM = ["employee_id", "team"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Conduct:
    """Counts of some quarters by person (employee_id, team), phone contacts only; a frame that cannot be made is empty.

    `rates`: a row a person, quarter and indicator, `met` of `of` (csat, very_satisfied_rate,
    first_contact_resolution). `scores`: official scores in hundredths, a row a person and quarter. `days`: a row a
    person and day with calls, short (talk below `SHORT_SECONDS`), worked_ms (signed-in time) and offered (calls offered
    to the whole centre that day), these two missing where unknown. `calls`: a row a person, queue, contact_type and
    hour with calls, short, near (talk from once to twice the floor), transfer_n and transferred. `contacts`: a row a
    person, contact_type and flags unresolved, transferred, long (1, 0, -1 unknown) with contacts and rated. `late`: a
    row a person, contact_type and late (1 within `LATE_MINUTES` of her last call of the day, 0 in the two hours before)
    with contacts and transferred. `ends` are the last days of months; `bounds` the official scores, in hundredths, at
    which a grade begins, none where shares are forced; `steps` the shares at which a ladder of points has its next step
    for some role, by indicator of `rates`; `first` and `last` the quarters.
    """

    rates: pd.DataFrame
    scores: pd.DataFrame
    days: pd.DataFrame
    calls: pd.DataFrame
    contacts: pd.DataFrame
    late: pd.DataFrame
    ends: tuple[dt.date, ...]
    bounds: tuple[int, ...]
    first: str
    last: str
    steps: Mapping[str, tuple[float, ...]]
    short_seconds: int = SHORT_SECONDS

    def __repr__(self) -> str:
        return f"Conduct({self.days['calls'].sum() if len(self.days) else 0} calls, {len(self.ends)} months)"


_COLUMNS = {
    "rates": [*_TEAM, "period", "indicator", "met", "of"],
    "scores": [*_TEAM, "period", "score_x100"],
    "days": [*_TEAM, "day", "calls", "short", "worked_ms", "offered"],
    "calls": [*_TEAM, "queue", "contact_type", "hour", "calls", "short", "near", "transfer_n", "transferred"],
    "contacts": [*_TEAM, "contact_type", "unresolved", "transferred", "long", "contacts", "rated"],
    "late": [*_TEAM, "contact_type", "late", "contacts", "transferred"],
}


def conduct(study: Study, quarters: Iterable[Quarter]) -> Conduct:
    """Count what signs of gaming are screened from, in some quarters, reading one quarter's tables at a time.

    A person belongs to the team of her last spell in the quarter; people without a team are left out.
    """
    import pandas as pd

    held = list(quarters)
    closing = study.settings.calendar.month_ends_on
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in _COLUMNS}
    for quarter in held:
        teams = _teams(study, quarter)
        made = kept(study, quarter.span(closing), "conduct", functools.partial(_of_quarter, study, quarter))
        for name, frame in made.frames.items():
            joined = frame.merge(teams, on="employee_id")
            parts[name].append(joined[[column for column in _COLUMNS[name] if column in joined]])
    frames = {
        name: pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=_COLUMNS[name])
        for name, found in parts.items()
    }
    grades = study.current.grades
    bounds = list(grades.bounds.values())[:-1] if isinstance(grades, FixedGrades) else []
    return Conduct(
        rates=frames["rates"], scores=frames["scores"], days=frames["days"], calls=frames["calls"],
        contacts=frames["contacts"], late=frames["late"],
        ends=tuple(span.last_day for quarter in held for span in due("month", quarter, closing)),
        bounds=tuple(sorted(round(100 * bound) for bound in bounds)),
        first=str(held[0]),
        last=str(held[-1]),
        steps=_steps(study),
    )  # fmt: skip


def _steps(study: Study) -> dict[str, tuple[float, ...]]:
    """Where ladders of points step up in the scheme in force, of the rates that are counted."""
    scheme, settings = study.current, study.settings
    held = [scheme.rules_for(role, level) for role in settings.roles for level in settings.levels]
    found = {name: {start for rules in held for start in _ups(rules.get(name))} for name in _RATES}
    return {name: tuple(sorted(starts)) for name, starts in found.items() if starts}


def _ups(rule: Rule | None) -> Iterator[float]:
    """The shares from which a ladder gives more points than just below."""
    if isinstance(rule, Ladder):
        ordered = sorted(rule.steps, key=lambda step: -math.inf if step.start is None else step.start)
        for lower, upper in itertools.pairwise(ordered):
            if upper.start is not None and 0 < upper.start < 1 and upper.points > lower.points:
                yield float(upper.start)


def _of_quarter(study: Study, quarter: Quarter) -> Parts:
    """What is counted of a quarter by person, whatever her team."""
    engine = study.connect()
    names = ("interactions", "surveys", "agent_periods", "queue_intervals", "appraisal_results")
    tables = {name: _rows(engine, study, name, quarter) for name in names}
    found = {}
    if tables["interactions"] is not None:
        calls = tables["interactions"].filter(tables["interactions"].channel == PHONE)
        found = {
            "calls": _calls(calls),
            "days": _days(calls, tables["agent_periods"], tables["queue_intervals"]),
            "late": _late(calls),
        }
        if tables["surveys"] is not None:
            found["contacts"] = _contacts(calls, tables["surveys"])
    rates = _rates(tables["interactions"], tables["surveys"])
    if len(rates):
        found["rates"] = rates.assign(period=str(quarter))
    if tables["appraisal_results"] is not None:
        scored = tables["appraisal_results"].select("employee_id", "score_x100").drop_null()
        found["scores"] = _frame(scored.order_by("employee_id")).assign(period=str(quarter))
    return Parts(frames=found, told={})


def _rows(engine: Any, study: Study, table: str, quarter: Quarter) -> Any:
    rows = study.rows(engine, table, quarter)
    return None if rows is None else measures.prepared(table, rows)


def _frame(rows: Any) -> pd.DataFrame:
    frame: pd.DataFrame = rows.to_pyarrow().to_pandas()
    return frame


def _counted(rows: Any, keys: list[str], **wanted: Any) -> pd.DataFrame:
    return _frame(rows.group_by(keys).aggregate(**wanted).order_by(keys))


def _calls(calls: Any) -> pd.DataFrame:
    """Short calls and transfers by what routing hands out alike: queue, type and hour of day."""
    floor = SHORT_SECONDS * 1000
    keyed = calls.mutate(
        queue=calls.queue.fill_null(""), contact_type=calls.contact_type.fill_null(""), hour=calls.started_at.hour()
    )
    return _counted(
        keyed,
        ["employee_id", "queue", "contact_type", "hour"],
        calls=keyed.count(),
        short=(keyed.talk_ms < floor).sum(),
        near=((keyed.talk_ms >= floor) & (keyed.talk_ms < 2 * floor)).sum(),
        transfer_n=keyed.transferred.count(),
        transferred=keyed.transferred.sum().fill_null(0),
    )


def _days(calls: Any, sheets: Any, queues: Any) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    keyed = calls.mutate(day=calls.started_at.date())
    short = (keyed.talk_ms < SHORT_SECONDS * 1000).sum()
    days = _counted(keyed, ["employee_id", "day"], calls=keyed.count(), short=short).assign(worked_ms=np.nan)
    if sheets is not None:
        # A row of several days tells of none of them.
        single = sheets.filter(
            (sheets.period_end.isnull() | (sheets.period_end == sheets.date)) & sheets.date.notnull()
        )
        worked = _frame(single.select("employee_id", "signed_in_ms", day=single.date).order_by("employee_id", "day"))
        days = days.drop(columns="worked_ms").merge(worked, on=["employee_id", "day"], how="left")
        days = days.rename(columns={"signed_in_ms": "worked_ms"})
    if queues is not None:
        offered = queues.mutate(day=queues.starts_at.date())
        days = days.merge(_counted(offered, ["day"], offered=offered.offered.sum()), on="day", how="left")
    return days.assign(
        day=pd.to_datetime(days["day"]),
        worked_ms=days["worked_ms"].astype(float),
        offered=days["offered"].astype(float) if "offered" in days else np.nan,
    )


def _contacts(calls: Any, ratings: Any) -> pd.DataFrame:
    """Whether contacts were rated, by what kind of contact they were."""
    times, over = _LONG
    keyed = calls.mutate(contact_type=calls.contact_type.fill_null(""))
    usual = keyed.group_by("contact_type").aggregate(type_n=keyed.count(), type_ms=keyed.handle_ms.sum())
    rated = ratings.group_by("interaction_id").aggregate(grade=ratings.grade.max())
    joined = keyed.join(usual, "contact_type").left_join(rated, "interaction_id")
    flags = {
        "unresolved": 1 - measures.whole(joined.resolved_first_contact),
        "transferred": measures.whole(joined.transferred),
        "long": measures.whole(joined.handle_ms * joined.type_n * over > joined.type_ms * times),
    }
    flagged = joined.mutate(**{name: flag.fill_null(_UNKNOWN) for name, flag in flags.items()})
    keys = ["employee_id", "contact_type", *flags]
    return _counted(flagged, keys, contacts=flagged.count(), rated=flagged.grade.count())


def _late(calls: Any) -> pd.DataFrame:
    """Transfers in the last minutes before a person's last call of a day, and in the two hours before."""
    known = calls.filter(calls.transferred.notnull())
    keyed = known.mutate(day=known.started_at.date(), contact_type=known.contact_type.fill_null(""))
    last = keyed.group_by(["employee_id", "day"]).aggregate(last=keyed.started_at.max())
    joined = keyed.join(last, ["employee_id", "day"])
    before = measures.seconds(joined.last) - measures.seconds(joined.started_at)
    near = joined.mutate(late=measures.whole(before < LATE_MINUTES * 60)).filter(before < EARLIER_MINUTES * 60)
    keys = ["employee_id", "contact_type", "late"]
    return _counted(near, keys, contacts=near.count(), transferred=near.transferred.sum())


def _rates(contacts: Any, ratings: Any) -> pd.DataFrame:
    """Good outcomes of all outcomes, by person and indicator."""
    import pandas as pd

    parts = []
    if contacts is not None:
        calls = contacts.filter(contacts.channel == PHONE)
        flag = calls.resolved_first_contact
        parts.append(_counted(calls, ["employee_id"], met=flag.sum(), of=flag.count()))
        parts[-1]["indicator"] = "first_contact_resolution"
    if ratings is not None:
        phone = ratings.filter(ratings.channel == PHONE)
        for name, grades in {"csat": measures.SATISFIED, "very_satisfied_rate": measures.SATISFIED[:1]}.items():
            good = phone.grade.isin(grades).sum()
            parts.append(_counted(phone, ["employee_id"], met=good, of=phone.count()).assign(indicator=name))
    told = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["employee_id", "met", "of"])
    return told[told["of"] > 0].astype({"met": "int64", "of": "int64"})


def _teams(study: Study, quarter: Quarter) -> pd.DataFrame:
    """The team of each person's last spell that began by the quarter's end."""
    import pandas as pd

    columns = [*_TEAM, "valid_from"]
    staff = pd.read_parquet(study.tables / "staff" / f"{quarter}.parquet", columns=columns)
    last = pd.Timestamp(quarter.last_day(study.settings.calendar.month_ends_on))
    begun = staff[pd.to_datetime(staff["valid_from"]) <= last].sort_values(["employee_id", "valid_from"])
    return begun.groupby("employee_id").tail(1).dropna(subset="team")[_TEAM]
