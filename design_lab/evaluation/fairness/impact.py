"""Impact ratios: whether the rare grades fall on groups of like people as if by lot. A screen, not a verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from design_lab.display import Quantity, Shown, written
from design_lab.evaluation.fairness.exact import Exact, Stratum, exact
from design_lab.evaluation.fairness.groups import Flags, Group, as_id, groups
from design_lab.evaluation.grounds import claim_of, is_reconstructed, unchanged_behaviour
from design_lab.evaluation.shares import LEVEL, Groups
from design_lab.finding import Finding, state
from design_lab.multiple_tests import holm
from design_lab.scoring import Scores
from design_lab.scoring.roster import last_spells

if TYPE_CHECKING:
    import pandas as pd

FOUR_FIFTHS = 0.8
ALPHA = 0.05  # of all comparisons under one scheme together
_OF_PLACE = ("team", "shift", "site")  # where the queue is part of what is compared


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactRatio:
    """How often a group got a grade, beside how often like others did.

    `people` of the group were held against others of their stratum, `received` of them got the `grade` where
    `expected` would have by lot. `ratio` is received over expected in the group, over the same of the others; None
    where all who got the grade are in the group. `low` and `high` bound it at level .95 (None: without end). `p` is
    exact and two-sided, `p_adjusted` holds for all comparisons of the scheme together (Holm). `flips` is how many
    grades would have to change hands until the ratio crosses the four-fifths line.
    """

    group: Group
    grade: str
    favourable: bool
    people: int
    received: int
    expected: float
    ratio: float | None
    low: float
    high: float | None
    p: float
    p_adjusted: float
    flips: int

    @property
    def outside(self) -> bool:
        """Whether the group got the best grade less, or the last more, than four fifths allow."""
        return _outside(self.ratio, favourable=self.favourable)

    @property
    def stands_out(self) -> bool:
        """Whether chance is an unlikely account, the ratio is outside, and one person's grade does not decide it."""
        return self.outside and self.p_adjusted < ALPHA and self.flips > 1


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Impact(Shown):
    """The impact ratios of one scheme, best grade and last, by group; `graded` people in all.

    `in_force` says that it is today's scheme, whose findings belong to the diagnosis, and no candidate.
    """

    units: ClassVar[Mapping[str, str]] = {
        "people": "count", "received": "count", "expected": "people_each", "ratio": "times", "low": "times",
        "high": "times", "p": "ratio", "p_adjusted": "ratio", "flips": "count",
    }  # fmt: skip
    name: str
    title: Mapping[str, str]
    quarter: str
    in_force: bool
    graded: int
    ratios: tuple[ImpactRatio, ...]
    reconstructed: bool
    limits: tuple[str, ...] = ()
    among: Mapping[str, str] | None = None  # the scheme, where these are only the people under it

    @property
    def _stem(self) -> str:
        return "diagnosis" if self.in_force else f"candidates.{self.name}"

    @property
    def standing_out(self) -> tuple[ImpactRatio, ...]:
        """The comparisons that ask for a closer look."""
        return tuple(one for one in self.ratios if one.stands_out)

    def table(self) -> pd.DataFrame:
        """Return one row a comparison: group, grade, people, received, expected, ratio, low, high, p, flips."""
        import pandas as pd

        rows = [
            (
                one.group.key, one.grade, one.people, one.received, one.expected, one.ratio, one.low, one.high,
                one.p, one.p_adjusted, one.flips, one.stands_out,
            )
            for one in self.ratios
        ]  # fmt: skip
        columns = [
            "group", "grade", "people", "received", "expected", "ratio", "low", "high", "p", "p_adjusted", "flips",
            "stands_out",
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=columns)

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with names for groups."""
        shown = Shown.to_text(self, lang)
        shown["group"] = [one.group.name()[lang] for one in self.ratios]
        return shown

    def findings(self) -> tuple[Finding, ...]:
        """State how many comparisons stand out, and each ratio."""
        claim = claim_of(self.reconstructed)
        limits = ("screen_not_verdict", *unchanged_behaviour(self.reconstructed, self.limits))
        if not self.ratios:
            none = state(
                f"{self._stem}.groups_standing_out", None, says="candidates.no_groups", unit="count",
                n=self.graded, claim="unidentified", among=self.among, scheme=self.title,
            )  # fmt: skip
            return (none,)
        count = state(
            f"{self._stem}.groups_standing_out", len(self.standing_out),
            says="candidates.groups_standing_out" if self.standing_out else "candidates.groups_none_standing_out",
            unit="count", n=self.graded, claim=claim, limits=limits, among=self.among, scheme=self.title,
            tests=Quantity(len(self.ratios), "count"),
        )  # fmt: skip
        return (count, *(self._state(one, limits) for one in self.ratios if one.ratio is not None))

    def _state(self, one: ImpactRatio, limits: Sequence[str]) -> Finding:
        bounds = (one.low, one.high) if one.high is not None else None
        said = "impact_ratio_stands_out" if one.stands_out else "impact_ratio"
        return state(
            f"{self._stem}.impact_ratio.{one.group.key}.{as_id(one.grade)}", one.ratio,
            says=f"candidates.{said}" if bounds else "candidates.impact_ratio_open", unit="times", n=one.people,
            claim=claim_of(self.reconstructed), bounds=bounds, level=LEVEL if bounds else None, limits=limits,
            among=self.among,
            scheme=self.title, group=one.group.name(), attribute=one.group.attribute_name, grade=one.grade,
            p=written(one.p), adjusted=written(one.p_adjusted), flips=Quantity(one.flips, "grades"),
            low=Quantity(one.low, "times"),
        )  # fmt: skip


def impact_ratios(rates: Sequence[float]) -> list[float]:
    """Return each rate over the highest, as New York's Local Law 144 asks of unconditioned rates.

    >>> [round(ratio, 2) for ratio in impact_ratios([54.3, 44.7])]
    [1.0, 0.82]
    """
    highest = max(rates)
    return [rate / highest for rate in rates]


def impact(scores: Scores, *, least: int, in_force: bool = False) -> Impact:
    """Hold the best and the last grade of each group of at least `least` graded people against like others.

    Like are people of the same role and level, and of the same queue where the attribute is one of the person and not
    of her place. Teams are compared too. `in_force` says that these are scores under today's scheme.
    """
    graded = scores.grade.notna()
    last = last_spells(scores.people.index[graded])
    people = scores.people[graded][last]
    got = scores.grade[graded][last].to_numpy()
    names = scores.scheme.grades.names()
    of_place = _strata(people, ["role", "level"])
    of_person = _strata(people, ["role", "level", "queue"]) if "queue" in people else of_place
    found = [
        one
        for group in groups(people, least=least, pairs=True, team=True)
        for alike in [of_place if group.attribute in _OF_PLACE else of_person]
        for favourable, grade in ((True, names[0]), (False, names[-1]))
        if (one := _ratio(group, grade, got == grade, alike, favourable=favourable, least=least))
    ]
    adjusted = holm([one.p for one in found])
    return Impact(
        name=scores.scheme.name,
        title=scores.scheme.title,
        quarter=scores.quarter,
        in_force=in_force,
        graded=len(people),
        ratios=tuple(replace(one, p_adjusted=p) for one, p in zip(found, adjusted, strict=True)),
        reconstructed=is_reconstructed(scores.scheme, "grades"),
        limits=scores.limits,
        among=scores.among,
    )


def _strata(people: pd.DataFrame, by: list[str]) -> Groups:
    """The number of each person's stratum, (n,)."""
    return np.asarray(people.groupby(by, dropna=False).ngroup().to_numpy())


def _ratio(group: Group, grade: str, got: Flags, strata: Groups, *, favourable: bool, least: int) -> ImpactRatio | None:
    """One comparison, its p not yet adjusted; None where strata that hold both hold too few of the group or others."""
    cells = []
    for stratum in np.unique(strata[group.known]):
        here = group.known & (strata == stratum)
        one = Stratum(people=int(here.sum()), group=int((here & group.inside).sum()), received=int((here & got).sum()))
        if 0 < one.group < one.people and 0 < one.received < one.people:
            cells.append((one, int((here & group.inside & got).sum())))
    held = sum(one.group for one, _ in cells)
    if held < least or sum(one.people for one, _ in cells) - held < least:
        return None
    by_lot, received = exact([one for one, _ in cells]), sum(inside for _, inside in cells)
    total, expected = sum(one.received for one, _ in cells), by_lot.mean()
    low, high = by_lot.expected_within(received, LEVEL)
    return ImpactRatio(
        group=group,
        grade=grade,
        favourable=favourable,
        people=held,
        received=received,
        expected=expected,
        ratio=_over(received, expected, total),
        low=_over(low, expected, total) or 0.0,
        high=_over(high, expected, total),
        p=by_lot.p(received),
        p_adjusted=math.nan,
        flips=_flips(by_lot, received, expected, total, favourable=favourable),
    )


def _over(received: float, expected: float, total: int) -> float | None:
    """Received over expected in the group, over the same of the others; None without end."""
    others = total - received
    return None if others < 1e-9 else received / expected / (others / (total - expected))


def _outside(ratio: float | None, *, favourable: bool) -> bool:
    if ratio is None:
        return not favourable
    return ratio < FOUR_FIFTHS if favourable else ratio > 1 / FOUR_FIFTHS


def _flips(by_lot: Exact, received: int, expected: float, total: int, *, favourable: bool) -> int:
    """The fewest grades that would have to change hands until the ratio lies on the other side of the line."""
    own = _outside(_over(received, expected, total), favourable=favourable)
    counts = by_lot.counts.astype(int)
    crossing = [
        abs(int(count) - received)
        for count in counts
        if _outside(_over(int(count), expected, total), favourable=favourable) != own
    ]
    return min(crossing, default=len(counts))
