"""Every set of weights that can be said aloud for one role, and the constraints that it has to meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from design_lab.bounds import Search
from design_lab.rulebook import Rule
from design_lab.scheme import Scheme
from design_lab.scoring import Panel

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
Percents = npt.NDArray[np.integer[Any]]
TEAM_RESULT = "team_result"  # what a leader's own weights must carry
_KNOWN_BY = 0.5  # the share of people who must have an indicator's data


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An indicator that may be weighed: its dimension, the most it may weigh in percent, and whether it is a judgement.

    `untested` says that its reliability is not known, so that nothing limits its weight but the common bounds.
    """

    indicator: str
    dimension: str
    most: int
    qualitative: bool
    untested: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """The people of a role (of one level, if they lead) and what may be weighed for them.

    `weights` (schemes, k) in percent, of the k `candidates`, meet every constraint; `said` counts those that can be
    said within the bounds at all. `today` (k,) are today's weights and `elsewhere` what lies on indicators that are no
    candidates. `unknown` says why nothing is sought, as a key below `search.unknown.`, '' where something is;
    `unstated` that the study itself does not bound all of the candidates' dimensions. `reach` is the most that the
    candidates may weigh together, in percent; `unruled` are indicators of other dimensions that could be candidates,
    had a scheme of the study a rule for them.
    """

    role: str
    levels: tuple[str, ...]
    people: int
    candidates: tuple[Candidate, ...]
    weights: Percents
    said: int
    today: Array
    elsewhere: float
    unknown: str = ""
    unstated: bool = False
    reach: int = 0
    unruled: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The role, with the level where the space is one level's."""
        return self.role if len(self.levels) != 1 else f"{self.role}.{self.levels[0]}"

    @property
    def indicators(self) -> tuple[str, ...]:
        """The candidates' names."""
        return tuple(one.indicator for one in self.candidates)

    def of_dimensions(self, names: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Return which candidates, (k,), lie in these dimensions."""
        return np.array([one.dimension in names for one in self.candidates], dtype=bool)


def spaces(
    panel: Panel, today: Scheme, others: Sequence[Scheme], settings: Search, *, leads: Mapping[str, str], least: int
) -> tuple[Space, ...]:
    """Return the space of each role, and of each level that leads, with at least `least` people on the roster.

    Candidates are the indicators for which today's scheme has a rule or which another of the study's schemes weighs
    under the same rules, that the person does not lack control of, and on which half of the people have data.
    """
    people = panel.people
    found = []
    for role in dict.fromkeys(people["role"]):
        levels = [*dict.fromkeys(people.loc[people["role"] == role, "level"])]
        staff = tuple(level for level in levels if level not in leads)
        for chosen in (staff, *((level,) for level in levels if level in leads)):
            who = people["role"].eq(role) & people["level"].isin(chosen)
            if who.any():
                found.append(_space(panel, today, others, settings, str(role), chosen, who, least))
    return tuple(found)


def said_aloud(candidates: Sequence[Candidate], bounds: Mapping[str, tuple[int, int]], settings: Search) -> Percents:
    """Return every way, (schemes, k), to give candidates weights in steps that sum to 100, dimensions within bounds.

    >>> one, two = (Candidate(indicator=n, dimension=n, most=60, qualitative=False, untested=False) for n in "ab")
    >>> said_aloud([one, two], {"b": (45, 55)}, Search(most=60)).tolist()
    [[45, 55], [50, 50], [55, 45]]
    """
    sums: Percents = np.zeros((1, 0), dtype=np.int16)
    placed: list[int] = []
    for dimension in dict.fromkeys(one.dimension for one in candidates):
        inside = [place for place, one in enumerate(candidates) if one.dimension == dimension]
        low, high = bounds.get(dimension, (0, 100))
        low = min(low, sum(candidates[place].most for place in inside))  # what is unreliable may weigh no more
        ways: Percents = np.zeros((1, 0), dtype=np.int16)
        for place in inside:
            steps = range(
                -(-settings.least // settings.step) * settings.step, candidates[place].most + 1, settings.step
            )
            ways = _crossed(ways, np.array([[0], *([weight] for weight in steps if weight)], dtype=np.int16), high)
        ways = ways[ways.sum(axis=1) >= low]
        sums = _crossed(sums, ways, 100)
        placed += inside
    whole = sums[sums.sum(axis=1) == 100]
    return np.asarray(whole[:, np.argsort(placed)])


def _crossed(first: Percents, second: Percents, most: int) -> Percents:
    """Each row of the first beside each of the second, as far as both sum to at most `most`."""
    left, right = np.nonzero(first.sum(axis=1)[:, None] + second.sum(axis=1) <= most)
    return np.concatenate([first[left], second[right]], axis=1)


def allowed(weights: Percents, space: Space, settings: Search) -> npt.NDArray[np.bool_]:
    """Return which weights (schemes, k) meet the constraints that join indicators, (schemes,)."""

    def together(dimensions: Sequence[str]) -> tuple[Percents, float]:
        inside = space.of_dimensions(dimensions)
        return weights[:, inside].sum(axis=1), float(space.today[inside].sum())

    key, key_today = together(settings.key)
    less, less_today = together(settings.less)
    more, more_today = together(settings.more)
    judged = weights[:, np.array([one.qualitative for one in space.candidates], dtype=bool)].sum(axis=1)
    fine = ((weights > 0).sum(axis=1) <= settings.indicators) & (judged <= settings.qualitative)
    fine &= key >= key_today
    if settings.more:
        fine &= more > more_today
    return np.asarray(fine & (less < less_today) if less_today else fine)


def _space(
    panel: Panel,
    today: Scheme,
    others: Sequence[Scheme],
    settings: Search,
    role: str,
    levels: tuple[str, ...],
    who: pd.Series,
    least: int,
) -> Space:
    candidates = _candidates(panel, today, others, settings, role, levels, who)
    stated = [today.weights(role, level) for level in panel.people.loc[who, "level"]]
    known = {one.indicator for one in candidates}
    weights = np.array([[100 * one.get(name.indicator, 0.0) for name in candidates] for one in stated])
    elsewhere = [100 * share for one in stated for name, share in one.items() if name not in known]
    nothing = Space(
        role=role, levels=levels, people=int(who.sum()), candidates=candidates, said=0,
        weights=np.zeros((0, len(candidates)), dtype=np.int16), today=weights.mean(axis=0),
        elsewhere=float(sum(elsewhere)) / len(stated),
        unstated=any(not settings.states(one.dimension, role, levels) for one in candidates),
    )  # fmt: skip
    if nothing.people < least:
        return replace(nothing, unknown="few_people")
    said = said_aloud(candidates, settings.bounds_for(role, levels), settings)
    kept = said[allowed(said, nothing, settings)]
    if len(levels) == 1 and kept.size and TEAM_RESULT in known:
        kept = kept[kept[:, nothing.indicators.index(TEAM_RESULT)] > 0]
    if len(kept):
        return replace(nothing, weights=kept, said=len(said))
    reach, unruled = _reach(candidates, settings.bounds_for(role, levels)), _unruled(panel, candidates, who)
    why = "nothing_allowed" if reach >= 100 else "without_rule" if unruled else "without_data"
    return replace(nothing, said=len(said), unknown=why, reach=reach, unruled=unruled)


def _reach(candidates: Sequence[Candidate], bounds: Mapping[str, tuple[int, int]]) -> int:
    """The most that candidates may weigh together within the bounds of their dimensions, in percent."""
    most: dict[str, int] = {}
    for one in candidates:
        most[one.dimension] = most.get(one.dimension, 0) + one.most
    return sum(min(together, bounds.get(name, (0, 100))[1]) for name, together in most.items())


def _unruled(panel: Panel, candidates: Sequence[Candidate], who: pd.Series) -> tuple[str, ...]:
    """Indicators that could be weighed in dimensions in which nothing is a candidate, but for the lack of a rule."""
    usable, there = panel.usable()[who], {one.dimension for one in candidates}
    return tuple(
        str(name)
        for name in usable
        if _may_be_weighed(panel, str(name), usable) and panel.cards[str(name)].dimension not in there
    )


def _may_be_weighed(panel: Panel, indicator: str, usable: pd.DataFrame) -> bool:
    """Whether an indicator may be scored, the person has some control of it, and half of the people have data."""
    card = panel.cards[indicator]
    if not card.scored or card.controllable.person == "no" or indicator not in usable:
        return False
    return float(usable[indicator].notna().mean()) >= _KNOWN_BY


def _candidates(
    panel: Panel,
    today: Scheme,
    others: Sequence[Scheme],
    settings: Search,
    role: str,
    levels: tuple[str, ...],
    who: pd.Series,
) -> tuple[Candidate, ...]:
    usable = panel.usable()[who]
    found = []
    for indicator, rule in _ruled(today, others, role, levels).items():
        card = panel.cards[indicator]
        if rule is None or not _may_be_weighed(panel, indicator, usable):
            continue
        signal = panel.signals.get((role, indicator))
        trusted = signal is None or signal.reliability >= settings.reliability
        found.append(
            Candidate(
                indicator=indicator,
                dimension=_dimension_of(indicator, [today, *others], role, levels, card.dimension),
                most=settings.most if trusted else settings.least,
                qualitative=card.kind == "qualitative",
                untested=signal is None,
            )
        )
    return tuple(found)


def _ruled(today: Scheme, others: Sequence[Scheme], role: str, levels: tuple[str, ...]) -> dict[str, Rule | None]:
    """The rule of each indicator that some scheme of the study has one for, today's before the others'."""
    found: dict[str, Rule | None] = {}
    for scheme in (today, *others):
        for level in levels:
            for indicator, rule in scheme.rules_for(role, level).items():
                found.setdefault(indicator, rule)
    return found


def _dimension_of(indicator: str, schemes: Sequence[Scheme], role: str, levels: tuple[str, ...], otherwise: str) -> str:
    for scheme in schemes:
        for level in levels:
            if dimension := scheme.dimension_of(role, level).get(indicator):
                return dimension
    return otherwise
