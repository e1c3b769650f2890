"""Where things stand on the form on which people say what should weigh how much; it is written and read by this.

A form has a page about who answers and one for each way of answering, whose rows are dimensions or pairs of them and
whose columns are everybody and the roles. Codes stand beside names, so that a page is read whatever its language.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from design_lab.catalogue import words
from design_lab.provenance import EVERYBODY
from design_lab.scheme import Scheme

Way = Literal["direct", "swing", "ahp"]
WAYS: tuple[Way, ...] = ("direct", "swing", "ahp")
OVER = ">"  # between the two dimensions of a pair's code
CODE_ROW = 4  # from 0, as all here: the row of role codes; the row of names follows, then the answers
FIRST_ROW = CODE_ROW + 2
CODE_COLUMN = 0
FIRST_COLUMN = 3  # of answers; between lie names, or both names of a pair
ABOUT = {"position": 4, "voice": 5}  # rows of the first page; the answer stands in column ABOUT_COLUMN
ABOUT_COLUMN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a form asks: the dimensions to be weighed, by `all` for everybody and by role, in the scheme's order."""

    dimensions: Mapping[str, tuple[str, ...]]

    @property
    def columns(self) -> tuple[str, ...]:
        """Everybody, then the roles."""
        return tuple(self.dimensions)

    def rows(self, way: Way) -> tuple[str, ...]:
        """The codes of a page's rows: dimensions, or pairs of them for AHP."""
        every = tuple(dict.fromkeys(name for names in self.dimensions.values() for name in names))
        if way != "ahp":
            return every
        return tuple(f"{first}{OVER}{second}" for first, second in itertools.combinations(every, 2))

    def is_asked(self, row: str, column: str) -> bool:
        """Whether a row, a dimension or a pair, is asked for a column."""
        return set(row.split(OVER)) <= set(self.dimensions[column])


def asked(scheme: Scheme, roles: Mapping[str, object]) -> Asked:
    """Return what a form asks under a scheme: the dimensions that weigh something, for everybody and for each role."""
    own = {role: _weighing(scheme, role) for role in roles}
    return Asked(dimensions={EVERYBODY: _weighing(scheme, ""), **own})


def _weighing(scheme: Scheme, role: str) -> tuple[str, ...]:
    return tuple(name for name, dimension in scheme.dimensions_for(role, "").items() if dimension.weight)


def sheet(way: Way | Literal["about"]) -> str:
    """Return the title of a form's page, in both languages as forms travel between readers of either."""
    return f"{words('zh').say(f'form.preferences.{way}.sheet')} {words('en').say(f'form.preferences.{way}.sheet')}"


# How many times as important the first of a pair is: 9 to 2 the first, 1 both alike, 2 to 9 the second.
JUDGEMENTS: Mapping[str, float] = {
    **{f"A{step}": float(step) for step in range(9, 1, -1)},
    "1": 1.0,
    **{f"B{step}": 1 / step for step in range(2, 10)},
}


def cell(row: int, column: int) -> str:
    """Name a cell as Excel does, from row and column counted from 0.

    >>> cell(6, 3), cell(0, 27)
    ('D7', 'AB1')
    """
    letters, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"
