"""Write Lakeside Bank's files: `python -m tests.lakeside.files inbox`. Sixty invented people, two quarters.

Months close on the 25th. Who is quick is marked a little lower and has fewer five-star ratings, by construction; nothing
of it is of any real person.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xlsxwriter

FIRST, LAST = dt.date(2026, 3, 26), dt.date(2026, 9, 25)
SQUADS = ("Amber", "Birch", "Cedar", "Dune", "Elm", "Fern", "Grove", "Heron", "Iris", "Juniper")
DISPUTES = SQUADS[7:]
IN_A_SQUAD = 6
STARS = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One invented person: how quick, how careful and how warm she is, in standard deviations."""

    id: str
    desk: str
    band: str
    squad: str
    joined: dt.date
    pace: float
    care: float
    warmth: float


def people(rng: np.random.Generator) -> list[Person]:
    """Return everybody on the list, squad by squad; the first of a squad leads it."""
    return [_person(rng, squad, place) for squad in range(len(SQUADS)) for place in range(IN_A_SQUAD)]


def _person(rng: np.random.Generator, squad: int, place: int) -> Person:
    pace, care, warmth = rng.normal(size=3)
    return Person(
        id=f"LK{1000 + 17 * (squad * IN_A_SQUAD + place)}",
        desk="Disputes" if SQUADS[squad] in DISPUTES else "Card hotline",
        band="Squad lead" if place == 0 else "Band 2" if place < 3 else "Band 1",
        squad=SQUADS[squad],
        joined=dt.date(2019, 1, 7) + dt.timedelta(days=int(rng.integers(0, 2300))),
        pace=float(pace),
        care=float(care - 0.3 * pace),
        warmth=float(warmth - 0.5 * pace),
    )


def working_days() -> list[dt.date]:
    """Return Monday to Friday of both quarters."""
    days = (FIRST + dt.timedelta(days=at) for at in range((LAST - FIRST).days + 1))
    return [day for day in days if day.weekday() < 5]


def month_of(day: dt.date) -> dt.date:
    """Return the first day of the calendar month after which the bank calls the month that holds a day."""
    first = day.replace(day=1)
    return (first + dt.timedelta(days=32)).replace(day=1) if day.day > 25 else first


def quarter_of(day: dt.date) -> str:
    """Return the quarter of the bank's calendar in which a day lies."""
    month = month_of(day)
    return f"{month.year}Q{(month.month + 2) // 3}"


def write(folder: Path, *, seed: int = 20260925) -> Path:
    """Write all files into a folder."""
    rng = np.random.default_rng(seed)
    everybody = people(rng)
    head = ["Staff No", "Full name", "Desk", "Band", "Squad", "Joined"]
    listed = [[one.id, f"Person {at}", one.desk, one.band, one.squad, one.joined] for at, one in enumerate(everybody)]
    _book(folder / "Staff list.xlsx", "People", [["Lakeside Bank, card-service centre"], head, *listed])
    present = {(one.id, day): rng.random() > 0.03 for one in everybody for day in working_days()}
    _books(folder / "desk", "Desk sheet {:%Y-%m}", _DESK, _desk(rng, everybody, present))
    _books(folder / "voice", "Customer voice {:%Y-%m}", _VOICE, _voice(rng, everybody, present))
    _books(folder / "checks", "Call checks {:%Y-%m}", _CHECKS, _checks(rng, everybody))
    _books(folder / "time", "Attendance {:%Y-%m}", _TIME, _time(rng, everybody, present))
    return folder


_DESK = ["Day", "Staff No", "Calls taken", "Logged in (min)", "Break (min)", "Talk time (min)", "After call work (min)"]
_VOICE = ["Staff No", "Rated at", "Stars"]
_CHECKS = ["Evaluation no", "Staff No", "Evaluation date", "QA score", "Critical error"]
_TIME = ["Staff No", "Day", "Rostered", "Attended", "Late"]
_Dated = Iterator[tuple[dt.date, list[Any]]]


def _desk(rng: np.random.Generator, everybody: Sequence[Person], present: dict[tuple[str, dt.date], bool]) -> _Dated:
    """A row a person and day, and the day's totals."""
    for day in working_days():
        rows = [_worked(rng, one, day) for one in everybody if present[one.id, day]]
        yield from ((day, row) for row in rows)
        yield day, ["Total", None, *(round(sum(row[at] for row in rows), 1) for at in range(2, len(_DESK)))]


def _worked(rng: np.random.Generator, one: Person, day: dt.date) -> list[Any]:
    usual = 26.0 if one.desk == "Disputes" else 52.0
    calls = int(rng.poisson(usual * np.exp(0.12 * one.pace)))
    minutes = (9.0 if one.desk == "Disputes" else 4.5) * np.exp(-0.09 * one.pace)
    talk = round(float(calls * minutes * rng.uniform(0.95, 1.05)), 1)
    return [day, one.id, calls, 450, round(float(rng.uniform(35, 50)), 1), talk, round(0.14 * talk, 1)]


def _voice(rng: np.random.Generator, everybody: Sequence[Person], present: dict[tuple[str, dt.date], bool]) -> _Dated:
    for day in working_days():
        for one in everybody:
            best = 1 / (1 + np.exp(-(0.75 + 0.45 * one.warmth)))
            odds = np.array([0.06, 0.08, 0.16, 0.70]) * (1 - best)
            for at in range(3 if present[one.id, day] else 0):
                moment = dt.datetime.combine(day, dt.time(9 + 3 * at, int(rng.integers(0, 60))))
                yield day, [one.id, f"{moment:%d/%m/%Y %H:%M}", int(rng.choice(STARS, p=[*odds, best]))]


def _checks(rng: np.random.Generator, everybody: Sequence[Person]) -> _Dated:
    checked = [(day, one) for day in working_days()[2::4] for one in everybody]
    for number, (day, one) in enumerate(checked, start=1):
        mark = float(np.clip(rng.normal(88 + 2.5 * one.care, 5), 40, 100))
        failed = rng.random() < 0.05 * np.exp(-0.5 * one.care)
        yield day, [number, one.id, day, f"{mark:.1f}%", "Yes" if failed else "No"]


def _time(rng: np.random.Generator, everybody: Sequence[Person], present: dict[tuple[str, dt.date], bool]) -> _Dated:
    for day in working_days():
        for one in everybody:
            there = present[one.id, day]
            yield day, [one.id, day, "Y", "Y" if there else "N", "Y" if there and rng.random() < 0.03 else "N"]


def _books(folder: Path, name: str, head: list[str], dated: _Dated) -> None:
    """A workbook for each of the bank's months."""
    by_month: dict[dt.date, list[list[Any]]] = {}
    for day, row in dated:
        by_month.setdefault(month_of(day), []).append(row)
    for month, rows in by_month.items():
        _book(folder / f"{name.format(month)}.xlsx", "Sheet1", [head, *rows])


def _book(path: Path, title: str, rows: list[list[Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy"}) as file:
        file.set_properties({"created": dt.datetime(2026, 9, 28)})
        page = file.add_worksheet(title)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
