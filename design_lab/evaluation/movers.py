"""Who would get another grade under a candidate: groups of people, and the dimension that moved each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from design_lab.display import Quantity, Shown, number
from design_lab.evaluation.cells import hidden
from design_lab.evaluation.comparison import graded_under_both, grades_of_both
from design_lab.evaluation.fairness.groups import Group, all_groups
from design_lab.evaluation.grounds import claim_of, either_reconstructed, limits_of_both, unchanged_behaviour
from design_lab.finding import Finding, state
from design_lab.gradebook import ForcedGrades
from design_lab.scheme import Scheme
from design_lab.scoring import Scores

if TYPE_CHECKING:
    import pandas as pd

Row = tuple[Group, int, tuple[int | None, ...]]
Way = npt.NDArray[np.str_]
WAYS = ("up", "same", "down")
_ATTRIBUTES = ("role", "employment_type", "tenure_band", "team")
_DUST = 1e-9  # points below which nothing of a total has changed


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Movers(Shown):
    """Who moves under a candidate, `graded` people in all.

    `rows` has each group of at least `least` people with its size and how many get a better grade (`up`), the same, or
    a worse one (`down`), None where a cell is too small to be shown or would give one away. `moved_by` counts the
    movers by the dimension that did most to move them: its contribution, less the mean change of the pool that it is
    ranked with; `rules` are vetoes and bounds, `grades` a grading that differs.
    """

    units: ClassVar = {"people": "count", "up": "count", "same": "count", "down": "count"}
    scheme: Scheme
    least: int
    graded: int
    rows: tuple[Row, ...]
    names: Mapping[str, Mapping[str, str]]
    moved_by: Mapping[str, int]
    reconstructed: bool
    limits: tuple[str, ...] = ()
    among: Mapping[str, str] | None = None  # the scheme, where these are only the people under it

    def table(self) -> pd.DataFrame:
        """Return one row a group: group, people, up, same, down."""
        import pandas as pd

        rows = [(group.key, people, *counts) for group, people, counts in self.rows]
        return pd.DataFrame(rows, columns=["group", "people", *WAYS])

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with names for ids and a mark for what is not shown."""
        shown = Shown.to_text(self, lang)
        shown["group"] = [group.name(self.names)[lang] for group, _, _ in self.rows]
        for way in WAYS:
            shown[way] = [
                number(counts[WAYS.index(way)], "count", lang) if counts[WAYS.index(way)] is not None else "·"
                for _, _, counts in self.rows
            ]
        return shown

    @property
    def movers(self) -> int:
        """How many people would get another grade."""
        return sum(self.moved_by.values())

    def findings(self) -> tuple[Finding, ...]:
        """State how many of each group would move either way, where that may be shown, and what moves people."""
        claim = claim_of(self.reconstructed)
        limits = unchanged_behaviour(self.reconstructed, self.limits)
        moved = tuple(
            state(
                f"candidates.{self.scheme.name}.{way}.{group.key}", count, says=f"candidates.group_{way}",
                unit="people", n=people, claim=claim, limits=(*limits, "small_cells"), among=self.among,
                scheme=self.scheme.title, group=group.name(self.names),
            )
            for group, people, counts in self.rows
            if group.attribute != "team"
            for way, count in zip(WAYS, counts, strict=True)
            if way != "same" and count is not None
        )  # fmt: skip
        by = tuple(
            state(
                f"candidates.{self.scheme.name}.moved_by.{dimension}", count / self.movers, says="candidates.moved_by",
                unit="share", n=self.movers, claim=claim, limits=limits, among=self.among, scheme=self.scheme.title,
                dimension=self.scheme.named(dimension), movers=Quantity(self.movers, "people"),
            )
            for dimension, count in self.moved_by.items()
            if self.movers >= self.least
        )  # fmt: skip
        return (*moved, *by)


def movers(
    today: Scores, candidate: Scores, *, least: int, names: Mapping[str, Mapping[str, str]] = MappingProxyType({})
) -> Movers:
    """Count who would get a better or a worse grade, by role, kind of employment, tenure and team.

    Of those who are graded under both, each counted once, in the last of her spells. Counts from 1 to `least` - 1 are
    not shown, nor any by which one could be found. `names` are what the client calls its roles.
    """
    graded = graded_under_both(today, candidate)
    people = today.people[graded]
    order = {grade: place for place, grade in enumerate(grades_of_both(today.scheme, candidate.scheme) or ())}
    shift = candidate.grade[graded].map(order).to_numpy(int) - today.grade[graded].map(order).to_numpy(int)
    way = np.where(shift < 0, "up", np.where(shift > 0, "down", "same"))
    by = _moved_by(today, candidate, graded, way)
    return Movers(
        scheme=candidate.scheme,
        least=least,
        graded=len(people),
        rows=tuple(row for attribute in _ATTRIBUTES for row in _rows(people, attribute, way, least)),
        names=names,
        moved_by={str(name): int(count) for name, count in by.items()},
        reconstructed=either_reconstructed(today, candidate, "grades"),
        limits=limits_of_both(today, candidate),
        among=today.among,
    )


def _rows(people: pd.DataFrame, attribute: str, way: Way, least: int) -> list[Row]:
    held = all_groups(people, attribute)
    counts = np.array([[int((way[group.inside] == one).sum()) for one in WAYS] for group in held], dtype=np.int64)
    if not held:
        return []
    mask = hidden(counts, least)
    return [
        (group, group.people, tuple(None if off else int(count) for count, off in zip(row, closed, strict=True)))
        for group, row, closed in zip(held, counts, mask, strict=True)
        if group.people >= least
    ]


def _moved_by(today: Scores, candidate: Scores, graded: pd.Series, way: Way) -> pd.Series:
    """How many movers each dimension moved most, in the candidate's order of dimensions."""
    import pandas as pd

    names = [*candidate.contributions, *(name for name in today.contributions if name not in candidate.contributions)]
    before, after = (scores.contributions[graded].reindex(columns=names).fillna(0.0) for scores in (today, candidate))
    change = after - before
    if isinstance(candidate.scheme.grades, ForcedGrades):
        pool = [today.people.loc[graded, "role"], today.people.loc[graded, "level"]]
        change = change - change.groupby(pool).transform("mean")
    signed = change.to_numpy() * np.where(way == "down", -1.0, 1.0)[:, None]
    moved = way != "same"
    strongest = np.array(names, dtype=object)[signed.argmax(axis=1)]
    strongest = np.where(signed.max(axis=1) > _DUST, strongest, "grades")[moved]
    counts = pd.Series(strongest, dtype=object).value_counts()
    return counts.reindex([name for name in (*names, "grades") if name in counts.index])
