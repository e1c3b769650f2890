"""Upheld appeals held against the results on record: whether the grade was corrected, and whether anything tells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from design_lab.evaluation.official import Official
from design_lab.scoring import Scores

if TYPE_CHECKING:
    import pandas as pd

# An upheld appeal whose correction gives another grade: that one is on record, the one without it, or a third.
# One whose correction leaves the grade. One without a correction to score: the result was adjusted, or nothing tells
# what became of it. Or no grade is on record.
Standing = Literal["corrected", "uncorrected", "another", "same_grade", "adjusted", "untraced", "unknown"]
_NAMES_AN_APPEAL = re.compile("appeal|申诉", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRecord:
    """How many people with an upheld appeal stand how on record, by `Standing`.

    `named` results are adjusted for an appeal by their reason, `unfounded` of them of people without an upheld one.
    """

    people: Mapping[Standing, int]
    named: int
    unfounded: int

    @property
    def regraded(self) -> int:
        """Those whose correction gives another grade and of whom a grade is on record."""
        return sum(self.people.get(one, 0) for one in ("corrected", "uncorrected", "another"))

    @property
    def known(self) -> int:
        """Those of whom a grade is on record."""
        return sum(self.people.values()) - self.people.get("unknown", 0)


def standing(grades: tuple[str | None, str | None] | None, published: str | None, *, adjusted: bool) -> Standing:
    """Return how an upheld appeal stands on record: `grades` are without and with its correction, None without one.

    >>> standing(("C", "B"), "C", adjusted=False), standing(("C", "B"), "B", adjusted=True)
    ('uncorrected', 'corrected')
    >>> standing(None, "C", adjusted=False)
    'untraced'
    """
    if published is None:
        return "unknown"
    if grades is None:
        return "adjusted" if adjusted else "untraced"
    before, after = grades
    if before == after:
        return "same_grade"
    return "corrected" if published == after else "uncorrected" if published == before else "another"


def on_record(
    upheld: Mapping[str, Any], corrected: Mapping[Any, object], given: Official, before: Scores, after: Scores
) -> OnRecord | None:
    """Hold people with `upheld` appeals, by pseudonym their row in the scores, against the results on record.

    `corrected` holds the rows that a correction changes, `before` and `after` the scores without and with all of them.
    None where no results were delivered.
    """
    if given.results is None:
        return None
    found = Counter(
        standing(
            (before.grade[row], after.grade[row]) if row in corrected else None,
            given.published(employee)[1],
            adjusted=given.adjusted(employee),
        )
        for employee, row in upheld.items()
    )
    named = _named(given.results)
    return OnRecord(people=dict(found), named=len(named), unfounded=sum(one not in upheld for one in named))


def _named(results: pd.DataFrame) -> list[str]:
    """The people whose result is adjusted for a reason that names an appeal."""
    return [
        str(employee)
        for employee, reason in results["reason"].items()
        if isinstance(reason, str) and _NAMES_AN_APPEAL.search(reason)
    ]
