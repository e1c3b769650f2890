"""Where each file goes below raw/: its quarter's folder, or the one whose files serve every quarter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from design_lab.errors import StudyError
from design_lab.ingest.draft.parts import Given, Part
from design_lab.ingest.draft.periods import latest_run, quarter_told, spanned
from design_lab.ingest.mapping import EVERY_QUARTER
from design_lab.periods import Quarter
from design_lab.schema import WORK_SOURCES

SNAPSHOTS = ("staff", "id_map")  # lists that serve all quarters if they come once


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A client's file and its folder below raw/ (a quarter or every_quarter); `doubt` says why that is a guess."""

    given: Given
    folder: str
    doubt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a file tells of its quarters, by the days of its rows or else by its name."""

    quarters: tuple[Quarter, ...]
    doubt: str | None = None


def place(
    parts: Sequence[Part], strangers: Sequence[Given], whole: Quarter
) -> tuple[list[Placed], tuple[Quarter, ...]]:
    """Return where each file goes, and the quarters that have work and a roster, without a gap.

    `whole` is the quarter to take where no file tells one. Two files for one place raise `StudyError`.
    """
    told = _told(parts)
    quarters = _worked(parts, told) or (whole,)
    every = _of_every_quarter(parts, told, quarters)
    placed = {}
    for part in parts:
        for given in part.files:
            placed[given.path] = _placed(given, told[given.path], given.path in every, quarters[-1])
    for given in strangers:
        named = quarter_told(given.told_by)
        placed.setdefault(given.path, Placed(given=given, folder=str(named or quarters[-1])))
    found = list(placed.values())
    _refuse_collisions(found)
    return found, _with_roster(parts, placed, quarters)


def _told(parts: Sequence[Part]) -> dict[Path, Told]:
    found: dict[Path, Told] = {}
    for part in parts:
        for given in part.files:
            if given.path not in found or not found[given.path].quarters:
                found[given.path] = _of_file(part, given)
    return found


def _of_file(part: Part, given: Given) -> Told:
    named, days = quarter_told(given.told_by), spanned(part.days(given))
    if part.table == "appeals" and days:
        against = days[-1].plus(-1)
        doubt = None if against == named else f"appeals filed in {days[-1]} are taken to be against {against}"
        return Told(quarters=(against,), doubt=doubt)
    if len(days) == 1 and named not in (None, days[0]):
        return Told(quarters=days, doubt=f"its name says {named}, its rows {days[0]}")
    return Told(quarters=days or ((named,) if named else ()))


def _worked(parts: Sequence[Part], told: Mapping[Path, Told]) -> tuple[Quarter, ...]:
    """The quarters in which there is work; without any, those of which files tell."""
    working = [part for part in parts if part.table in WORK_SOURCES and not part.distinct]
    for group in (working, parts):
        found = [quarter for part in group for given in part.files for quarter in told[given.path].quarters]
        if found:
            return latest_run(found)
    return ()


def _of_every_quarter(parts: Sequence[Part], told: Mapping[Path, Told], quarters: Sequence[Quarter]) -> set[Path]:
    """Files that cannot lie in one quarter's folder; all files of a part lie alike."""
    every = {path for path, said in told.items() if len(said.quarters) > 1}
    for table in SNAPSHOTS:
        paths = {given.path for part in parts if part.table == table for given in part.files}
        known = {quarter for path in paths for quarter in told[path].quarters}
        if len(paths) == 1 and not set(quarters) <= known and (len(quarters) > 1 or known):
            every |= paths
    while True:
        more = {given.path for part in parts if any(g.path in every for g in part.files) for given in part.files}
        if more <= every:
            return every
        every |= more


def _placed(given: Given, told: Told, is_every: bool, latest: Quarter) -> Placed:
    if is_every:
        return Placed(given=given, folder=EVERY_QUARTER)
    if told.quarters:
        return Placed(given=given, folder=str(told.quarters[0]), doubt=told.doubt)
    return Placed(
        given=given, folder=str(latest), doubt=f"neither its name nor its rows tell the quarter; {latest} is taken"
    )


def _refuse_collisions(placed: Sequence[Placed]) -> None:
    taken: dict[tuple[str, str], Given] = {}
    for one in placed:
        place_of = (one.folder, one.given.below.as_posix())
        if place_of in taken:
            raise StudyError(
                f"{one.given.path} and {taken[place_of].path} would both become raw/{'/'.join(place_of)}; "
                "rename one of them, or leave it out if it is the same file"
            )
        taken[place_of] = one.given


def _with_roster(
    parts: Sequence[Part], placed: Mapping[Path, Placed], quarters: tuple[Quarter, ...]
) -> tuple[Quarter, ...]:
    """Of the quarters with work the last ones with a roster; all of them where there is no roster at all."""
    folders = {placed[given.path].folder for part in parts if part.table == "staff" for given in part.files}
    if not folders or EVERY_QUARTER in folders:
        return quarters
    return latest_run([quarter for quarter in quarters if str(quarter) in folders]) or quarters


def most_in_one_folder(part: Part, placed: Sequence[Placed]) -> int:
    """Return how many of a part's files lie in one folder at most."""
    counted: dict[str, int] = defaultdict(int)
    own = {given.path for given in part.files}
    for one in placed:
        counted[one.folder] += one.given.path in own
    return max(counted.values(), default=0)
