"""A new client's study folder, from the first files that came."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from design_lab.desk.interview import write_interview_guide
from design_lab.desk.questionnaire import reading_lines, write_questionnaire
from design_lab.desk.request import write_data_request
from design_lab.desk.settings_text import scheme_text, study_text
from design_lab.errors import StudyError
from design_lab.files import TEMPORARY_MARK, safe_name, sync_folder, write_text
from design_lab.ingest.draft.plan import Draft, draft
from design_lab.ingest.draft.yaml_text import FILL_IN, MARK, sources_text

_FOLDERS = ("raw", "schemes", "narrative", "preferences", "notebooks")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStudy:
    """What `new_study` made: the folder, the draft behind it, and how many lines of each page are left to settle."""

    folder: Path
    draft: Draft
    to_settle: dict[str, int]

    def lines(self) -> list[str]:
        """Say what was made of each file, what could not be used, and what to do next."""
        found = self.draft
        said = [f"{', '.join(planned.globs)} -> {planned.part.table}" for planned in found.planned]
        strangers = dict.fromkeys(sheet.given.below for sheet in found.strangers)
        span = f"quarters {found.quarters[0]} to {found.quarters[-1]}"
        left = [f"{count} in {page}" for page, count in self.to_settle.items() if count]
        return [
            *said,
            *(f"{below}: was copied, but is taken for no table" for below in strangers),
            *found.refusals,
            f"{self.folder} is there: {span}, tables: {', '.join(found.tables) or 'none'}",
            f"Settle the lines marked '{MARK}' ({', '.join(left)}), then: design-lab check {self.folder}",
        ]


def new_study(
    path: Path, *, files: Sequence[Path] = (), today: dt.date, progress: Callable[[str], None] = lambda _: None
) -> NewStudy:
    """Make a client's study folder: settings, a drafted mapping, a scheme, the files in their places, and the forms.

    The folder is built beside its place and renamed, so that it is whole or absent. A place that holds something, a
    name that cannot be one, or files that are not there raise `StudyError`.
    """
    target = Path(os.path.abspath(path))  # noqa: PTH100  a link in the path is kept
    _check(target, files)
    _sweep(target)
    progress("reading the files")
    found = draft(files, today=today)
    target.parent.mkdir(parents=True, exist_ok=True)
    building = target.with_name(f".{target.name}{TEMPORARY_MARK}{os.getpid()}-{secrets.token_hex(4)}")
    try:
        pages = _build(building, target.name, found, progress)
        _move(building, target)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return NewStudy(folder=path, draft=found, to_settle={name: _open_lines(text) for name, text in pages.items()})


def _check(target: Path, files: Sequence[Path]) -> None:
    safe_name(target.name, "study")
    if target.is_file() or (target.is_dir() and any(target.iterdir())):
        raise StudyError(f"{target}: is there already and not empty; choose another name, or move it away first")
    for source in files:
        if not source.exists():
            raise StudyError(f"{source}: there is no such file or folder (--from)")
        if target.is_relative_to(source.resolve()):
            raise StudyError(f"{target}: lies inside {source}, whose files it would take; choose a place beside it")


def _sweep(target: Path) -> None:
    """Remove what killed runs left beside the place, so that no copy of a client's files stays behind unseen."""
    import psutil

    for left in target.parent.glob(f".{target.name}{TEMPORARY_MARK}*"):
        owner = left.name.rsplit(TEMPORARY_MARK, 1)[1].split("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(left, ignore_errors=True)


def _build(folder: Path, name: str, found: Draft, progress: Callable[[str], None]) -> dict[str, str]:
    """Write everything into `folder`; return the texts that the consultant edits."""
    folder.mkdir()
    for part in _FOLDERS:
        (folder / part).mkdir()
    for quarter in found.quarters:
        (folder / "raw" / str(quarter)).mkdir()
    for placed in found.placed:
        copy = folder / "raw" / placed.folder / placed.given.below
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(placed.given.path, copy)
    progress(f"copied {len(found.placed)} files; writing the pages and the forms")
    pages = {
        "study.yaml": study_text(name, found),
        "sources.yaml": _sources(found),
        "schemes/current.yaml": scheme_text(found),
    }
    for page, text in pages.items():
        write_text(folder / page, text)
    write_data_request(folder / "数据需求清单.xlsx", found)
    write_interview_guide(folder / "访谈提纲.docx")
    write_questionnaire(folder / "员工问卷.xlsx", roles=tuple(found.codes("staff", "role")))
    return pages


def _sources(found: Draft) -> str:
    survey = [] if "staff_survey" in found.tables else ["", *reading_lines(found.codes("staff", "role"))]
    return "\n".join([sources_text(found).rstrip("\n"), *survey]) + "\n"


def _move(building: Path, target: Path) -> None:
    """Let the finished folder appear at its place at once."""
    if target.is_dir():
        target.rmdir()  # it is empty
    try:
        building.rename(target)
    except OSError as error:
        raise StudyError(f"{target}: cannot be made ({error.strerror}); choose another place") from None
    sync_folder(target.parent)


def _open_lines(text: str) -> int:
    """Lines that are marked as guesses or left to be filled in; what explains the marks is none."""
    lines = [line for line in text.splitlines() if MARK in line or FILL_IN in line]
    return sum(not line.startswith("# ") for line in lines)
