"""The rows of the roster, the identity table and the quality reviews, as they are known at a quarter's end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from design_lab.synthetic.organisation import Stint, level_of
from design_lab.synthetic.sheets import YES_NO

if TYPE_CHECKING:
    from design_lab.synthetic.exports import QuarterData


def roster_rows(data: QuarterData) -> Iterator[tuple[Any, ...]]:
    """Yield a row for each validity period that meets the quarter, in the order of HR id and date."""
    first, last, people = data.quarter.first_day(), data.quarter.last_day(), data.organisation.people
    for stint in sorted(data.organisation.stints, key=lambda s: (people[s.person].hr_id, s.start)):
        for start, end in _periods(data, stint):
            if start <= last and (end is None or end >= first):
                yield _roster_row(data, stint, start, end)


def _periods(data: QuarterData, stint: Stint) -> list[tuple[dt.date, dt.date | None]]:
    """Split a stint where the person becomes a senior agent."""
    senior = data.organisation.people[stint.person].senior_on
    role = data.centre.roles[data.organisation.teams[stint.team].role]
    before = senior - dt.timedelta(days=1)
    grows = level_of(role, stint, data.organisation.people[stint.person], senior) == "senior_agent"
    if grows and stint.start < senior and stint.covers(senior):
        return [(stint.start, before), (senior, stint.end)]
    return [(stint.start, stint.end)]


def _roster_row(data: QuarterData, stint: Stint, start: dt.date, end: dt.date | None) -> tuple[Any, ...]:
    person, team = data.organisation.people[stint.person], data.organisation.teams[stint.team]
    role = data.centre.roles[team.role]
    return (
        person.hr_id,
        person.name,
        role.department,
        role.title,
        data.centre.levels[level_of(role, stint, person, start)],
        team.title,
        team.site,
        "劳务派遣" if person.dispatched else "自有",
        "女" if person.woman else "男",
        person.birth_year,
        person.hired,
        _known(person.left, data),
        start,
        _known(end, data),
    )


def id_rows(data: QuarterData) -> Iterator[tuple[Any, ...]]:
    """Yield system, id there, HR id and validity of all on calls in the quarter, in the order of system and id."""
    first, last = data.quarter.first_day(), data.quarter.last_day()
    known = [
        person
        for person in data.organisation.people
        if person.ids_from is not None and person.ids_from <= last and (person.left is None or person.left >= first)
    ]
    for system in ("ACD", "QA"):
        ids = [(p.acd_id if system == "ACD" else p.qa_id, p) for p in known]
        for own, person in sorted(((own, p) for own, p in ids if own), key=lambda item: (item[0], item[1].ids_from)):
            yield system, own, person.hr_id, person.ids_from, _known(person.left, data)


def review_rows(data: QuarterData) -> list[tuple[Any, ...]]:
    """Return day, id of the reviewed, HR id of the reviewer, call type, score and critical error, by day and id."""
    people, duty, calls, reviews = data.organisation.people, data.duty, data.calls, data.reviews
    kinds, first = list(data.centre.call_types.values()), data.quarter.first_day()
    rows = [
        (
            first + dt.timedelta(days=int(reviews.day[i])),
            people[duty.person[calls.row[call]]].qa_id,
            people[reviews.reviewer[i]].hr_id,
            kinds[calls.kind[call]].title,
            float(reviews.score[i]),
            YES_NO[int(reviews.critical[i])],
        )
        for i, call in enumerate(reviews.call)
    ]
    return sorted(rows, key=lambda row: (row[0], row[1]))


def _known(day: dt.date | None, data: QuarterData) -> dt.date | None:
    """Return a date unless it lies after the quarter, when the export cannot know it."""
    return day if day is not None and day <= data.quarter.last_day() else None
