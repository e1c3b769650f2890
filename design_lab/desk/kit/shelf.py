"""Where a kit is put: files are written whole, what a person has changed is kept, and what is no longer made goes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from design_lab.errors import StudyError
from design_lab.files import read_json, sha256, write_json
from design_lab.study import Study

RECORD = "kit.json"  # each file's digest as it was written
_OWN = "kit"  # the only folder of a study in which a kit may lie


@dataclass(slots=True)
class Shelf:
    """One language's folder while it is filled; `close` removes what was made before and is not made any more."""

    folder: Path
    _before: dict[str, str]
    _now: dict[str, str] = field(default_factory=dict)
    _kept: list[str] = field(default_factory=list)

    @classmethod
    def open(cls, folder: Path, study: Study) -> Shelf:
        """Open a folder; one in which the study's own files lie raises `StudyError`."""
        places = (folder.absolute(), folder.resolve())
        own = (study.folder, study.raw.resolve(), study.tables.resolve())
        for place in places:
            for home in own:
                inside = place.relative_to(home).parts if place.is_relative_to(home) else None
                if inside is not None and (home != study.folder or inside[:1] != (_OWN,)):
                    raise StudyError(
                        f"{folder}: lies in the study's folder, where the client's files and people's settings are; "
                        "choose another one with --out"
                    )
        before: dict[str, str] = {}
        with contextlib.suppress(OSError, ValueError):
            before = dict(read_json(folder / RECORD))
        return cls(folder, before)

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files of this kit, in their order."""
        return tuple(self._now)

    def put(self, name: str, write: Callable[[Path], None]) -> None:
        """Write a file, unless there is one that somebody has changed since it was written."""
        path = self.folder / name
        if self._is_changed(name):
            self._kept.append(name)
            self._now[name] = self._before.get(name, "")
            return
        write(path)
        self._now[name] = sha256(path)

    def close(self) -> tuple[str, ...]:
        """Remove files of an earlier kit that are not in this one, write the record; return the names of those kept."""
        for name in self._before.keys() - self._now.keys():
            path = (self.folder / name).resolve()
            if path.is_file() and path.is_relative_to(self.folder.resolve()):
                if self._is_changed(name):
                    self._kept.append(name)
                    self._now[name] = self._before[name]
                else:
                    path.unlink()
        write_json(self.folder / RECORD, self._now)
        return tuple(self._kept)

    def _is_changed(self, name: str) -> bool:
        path = self.folder / name
        return path.exists() and sha256(path) != self._before.get(name)
