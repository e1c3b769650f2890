"""Filled preference forms, read back: what each respondent says, and what is wrong with a form, cell by cell."""

from __future__ import annotations

import itertools
import math
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from design_lab.display import Shown
from design_lab.errors import DataError, nearest, place
from design_lab.evaluation.weighting.layout import (
    ABOUT,
    ABOUT_COLUMN,
    CODE_COLUMN,
    CODE_ROW,
    FIRST_COLUMN,
    FIRST_ROW,
    JUDGEMENTS,
    OVER,
    WAYS,
    Asked,
    Way,
    asked,
    cell,
    sheet,
)
from design_lab.evaluation.weighting.pairwise import ACCEPTED, consistency, to_revisit
from design_lab.files import TEMPORARY_MARK, sha256
from design_lab.scheme import Scheme
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
Cells = list[list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """One respondent's form: the name is the file's, `voice` how much she counts, `digest` the file's SHA-256.

    `direct` and `swing` hold points (k,), `ahp` judgements (k, k), each by `all` or role, of the dimensions that the
    form asks for there.
    """

    respondent: str
    voice: float
    digest: str
    given: Mapping[Way, Mapping[str, Array]]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Preferences(Shown):
    """All forms of a study: what they ask, the `answers` of those without a fault, and the `faults` of the others.

    `left_out` names the files of the latter. The table holds pairwise judgements against themselves.
    """

    units: ClassVar = {"consistency ratio": "ratio", "ratio then": "ratio"}
    asked: Asked
    answers: tuple[Answers, ...]
    faults: tuple[str, ...]
    left_out: tuple[str, ...]

    def table(self) -> pd.DataFrame:
        """Return one row a respondent and column judged by pairs: its consistency and the judgement to revisit."""
        import pandas as pd

        rows = [
            (one.respondent, one.voice, column, *self._judged(column, matrix))
            for one in self.answers
            for column, matrix in one.given["ahp"].items()
        ]
        heads = ["respondent", "voice", "for", "consistency ratio", "accepted", "revisit", "given", "fits better"]
        return pd.DataFrame(rows, columns=[*heads, "ratio then"])

    def lines(self) -> list[str]:
        """Say how many forms can be used, and which judgements disagree with themselves."""
        listed = self.to_text().to_dict("records")
        return [
            f"preferences: {len(self.answers)} forms can be used, {len(self.left_out)} cannot",
            *(
                f"{row['respondent']}, {row['for']}: consistency ratio {row['consistency ratio']} (Saaty), more than "
                f"{ACCEPTED:g}; revisit {row['revisit']}: {row['given']} is given, {row['fits better']} fits the other "
                f"judgements best and gives {row['ratio then']}"
                for row in listed
                if row["revisit"]
            ),
        ]

    def _judged(self, column: str, matrix: Array) -> tuple[Any, ...]:
        names = self.asked.dimensions[column]
        found = consistency(matrix)
        again = to_revisit(matrix) if found.ratio > ACCEPTED else None
        if again is None:
            return found.ratio, "yes" if found.ratio <= ACCEPTED else "no", "", "", "", None
        pair = f"{names[again.first]} {OVER} {names[again.second]}"
        return found.ratio, "no", pair, _spoken(again.given), _spoken(again.fitting), again.ratio


def preferences(study: Study, scheme: Scheme | None = None) -> Preferences:
    """Read the study's `preferences/*.xlsx`, forms on the dimensions of a scheme, the current one if none is named.

    A form with a fault is left out whole; each fault is a sentence with file, sheet, cell, value and what to do.
    """
    of = asked(scheme or study.current, study.settings.roles)
    answers, faults, left_out = [], [], []
    for path in sorted((study.folder / "preferences").glob("*.xlsx")):
        if path.name.startswith(("~$", ".")) or TEMPORARY_MARK in path.name:
            continue
        try:
            answers.append(read_form(path, of))
        except DataError as error:
            faults += str(error).splitlines()
            left_out.append(path.name)
    return Preferences(asked=of, answers=tuple(answers), faults=tuple(faults), left_out=tuple(left_out))


def read_form(path: Path, of: Asked) -> Answers:
    """Read one form; all its faults are lines of one `DataError`."""
    from design_lab.ingest.readers.workbook import read_sheets

    name = f"preferences/{path.name}"
    wanted = [sheet("about"), *map(sheet, WAYS)]
    pages = dict(read_sheets(path, name, lambda there: [title for title in wanted if title in there]))
    if lacking := [title for title in wanted if title not in pages]:
        raise DataError(f"{name}: has no page {', '.join(map(repr, lacking))}; fill in a form as it was written")
    faults: list[str] = []
    voice = _voice(pages[sheet("about")], place(name, sheet=sheet("about")), faults)
    given = {way: _Page(pages[sheet(way)], place(name, sheet=sheet(way)), way, of).read(faults) for way in WAYS}
    if not faults and not any(given.values()):
        faults.append(f"{name}: is empty; fill in a column of a page, or take the form out of preferences/")
    if faults:
        raise DataError("\n".join(faults))
    return Answers(respondent=path.stem, voice=voice, digest=sha256(path), given=given)


def _voice(cells: Cells, where: str, faults: list[str]) -> float:
    """How much a respondent counts; 1 where nothing is said."""
    row = ABOUT["voice"]
    said = _at(cells, row, ABOUT_COLUMN)
    if _blank(said):
        return 1.0
    if not _is_number(said) or said < 0:
        faults.append(
            f"{where}, cell {cell(row, ABOUT_COLUMN)}: {_quoted(said)} is no voice; enter a number from 0 up, or none"
        )
        return 1.0
    return float(said)


@dataclass(frozen=True, slots=True)
class _Page:
    """One page of a form, and where it lies."""

    cells: Cells
    where: str
    way: Way
    of: Asked

    def read(self, faults: list[str]) -> dict[str, Array]:
        """What is answered on the page, by column; faults are added to the list."""
        rows = self._codes([_at(self.cells, at, CODE_COLUMN) for at in range(FIRST_ROW, len(self.cells))])
        width = max(map(len, self.cells), default=0)
        columns = self._codes([_at(self.cells, CODE_ROW, at) for at in range(FIRST_COLUMN, width)])
        found = [*self._strangers(rows, columns)]
        if not found:
            answers = {name: self._column(name, at, rows, found) for name, at in columns.items()}
        faults += found
        return {} if found else {name: answer for name, answer in answers.items() if answer is not None}

    @staticmethod
    def _codes(found: list[Any]) -> dict[str, int]:
        return {str(code): at for at, code in enumerate(found) if not _blank(code)}

    def _strangers(self, rows: Mapping[str, int], columns: Mapping[str, int]) -> Iterator[str]:
        """Codes that the scheme does not know, and those that are lacking."""
        for kind, there, known in (
            ("row", rows, self.of.rows(self.way)),
            ("column", columns, self.of.columns),
        ):
            for code in there:
                if code not in known:
                    yield f"{self.where}: {kind} {code!r} is not in the scheme; {nearest(code, known)}"
            for code in known:
                if code not in there:
                    yield f"{self.where}: {kind} {code!r} is missing; fill in a form that is written for this scheme"

    def _column(self, column: str, at: int, rows: Mapping[str, int], faults: list[str]) -> Array | None:
        """The answers of a column, (k,) or (k, k), None where there are none."""
        said = {
            row: (cell(FIRST_ROW + down, FIRST_COLUMN + at), _at(self.cells, FIRST_ROW + down, FIRST_COLUMN + at))
            for row, down in rows.items()
        }
        filled = {row: answer for row, (_, answer) in said.items() if not _blank(answer)}
        wrong = [*self._cell_faults(column, said)]
        if filled and not wrong:
            wrong = [*self._gaps(column, said)]
        if not filled or wrong:
            faults += wrong
            return None
        given = {row: value for row, answer in filled.items() if (value := self._value(answer)) is not None}
        answer = self._matrix(column, given) if self.way == "ahp" else self._points(column, given)
        if odd := self._wrong_sum(answer):
            faults.append(f"{self.where}, column {column}: {odd}")
            return None
        return answer

    def _cell_faults(self, column: str, said: Mapping[str, tuple[str, Any]]) -> Iterator[str]:
        """What stands where nothing is asked, and what is no answer."""
        for row, (here, answer) in said.items():
            if _blank(answer):
                continue
            found = f"{self.where}, cell {here}: {_quoted(answer)}"
            if not self.of.is_asked(row, column):
                yield f"{found} is not asked, as {column} is not weighed on {row}; clear it"
            elif self._value(answer) is None:
                yield f"{found} {self._wanted(answer)}"

    def _gaps(self, column: str, said: Mapping[str, tuple[str, Any]]) -> Iterator[str]:
        """The first cell that is left out in a column of answers."""
        do = "judge every pair" if self.way == "ahp" else "enter 0 for what should weigh nothing"
        for row, (here, answer) in said.items():
            if self.of.is_asked(row, column) and _blank(answer):
                where = f"{self.where}, cell {here}"
                yield f"{where}: is empty, while others of {column} are filled; {do}, or clear the column"
                return

    def _value(self, said: Any) -> float | None:
        if self.way == "ahp":
            return JUDGEMENTS.get("1" if said == 1 and not isinstance(said, bool) else _typed(said).upper())
        return float(said) if _is_number(said) and 0 <= said <= 100 else None

    def _wanted(self, said: Any) -> str:
        if self.way == "ahp":
            step = _typed(said).removesuffix(".0")
            if f"A{step}" in JUDGEMENTS:  # a bare number does not say whose side it is on
                return f"is no judgement; choose A{step} if the first matters more, B{step} if the second does"
            return "is no judgement; choose one from the list: A9 to A2, 1, or B2 to B9"
        if isinstance(said, str) and _typed(said).removesuffix("%").replace(".", "", 1).isdecimal():
            return f"is text; enter the number {_typed(said).removesuffix('%')} in its place"
        return "is no number from 0 to 100; enter points without a sign, such as 25"

    def _points(self, column: str, given: Mapping[str, float]) -> Array:
        return np.array([given[name] for name in self.of.dimensions[column]])

    def _matrix(self, column: str, given: Mapping[str, float]) -> Array:
        names = self.of.dimensions[column]
        matrix = np.ones((len(names), len(names)))
        for (i, first), (j, second) in itertools.combinations(enumerate(names), 2):
            straight = f"{first}{OVER}{second}"
            value = given[straight] if straight in given else 1 / given[f"{second}{OVER}{first}"]
            matrix[i, j], matrix[j, i] = value, 1 / value
        return matrix

    def _wrong_sum(self, answer: Array) -> str:
        if self.way == "direct" and abs(answer.sum() - 100) > 1e-6:
            hint = ": write 25 for 25 %" if answer.sum() <= 1 + 1e-6 else ""
            return f"the points sum to {answer.sum():g}, but must sum to 100{hint}"
        if self.way == "swing" and answer.max() != 100:
            return f"the greatest swing has {answer.max():g} points; give 100 to the one that you would make first"
        return ""


def _at(cells: Cells, row: int, column: int) -> Any:
    return cells[row][column] if row < len(cells) and column < len(cells[row]) else ""


def _blank(said: Any) -> bool:
    return said is None or (isinstance(said, str) and not said.strip())


def _typed(said: Any) -> str:
    """What was typed, without blanks; full-width letters and digits as plain ones."""
    return "".join(unicodedata.normalize("NFKC", str(said)).split())


def _is_number(said: Any) -> bool:
    return isinstance(said, int | float) and not isinstance(said, bool) and math.isfinite(said)


def _quoted(said: Any) -> str:
    return f"{said:g}" if _is_number(said) else repr(said)


def _spoken(judgement: float) -> str:
    """Write a judgement as the form does, to the nearest step."""
    return min(JUDGEMENTS, key=lambda code: abs(math.log(JUDGEMENTS[code] / judgement)))
