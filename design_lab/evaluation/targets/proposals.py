"""Targets from the past: by role and level, what people did, held and could do, each told as a SMART target."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from design_lab.catalogue import LANGUAGES, Card, words
from design_lab.catalogue.goals import Aims
from design_lab.display import Quantity, Shown, Term, number
from design_lab.finding import Finding, state
from design_lab.periods import Cycle, Quarter
from design_lab.scheme import Scheme
from design_lab.scoring import Panel
from design_lab.scoring.targets import remembered
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
Way = Literal["usual", "capability", "stretch", "seasonal"]
WAYS: tuple[Way, ...] = ("usual", "capability", "stretch", "seasonal")
USUAL, STRETCH = 0.5, 0.8  # the shares of person-quarters that a usual and a stretch target leave behind
ERRORS = 2.0  # standard errors beyond what was held: more than chance
YEARS = 3  # of which the same quarter is known, for a season to be told from a good year
_QUARTERS = 4  # from which on quarters can be told to be stable
_MOVING_RANGE = 2.66  # natural limits of single values: mean +- 2.66 mean moving ranges


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One target of an indicator for a role and level, made in one way.

    `value` is None where it cannot be made, and `why` says so as a key below `no_target.`; `people` had `quarters`
    person-quarters with enough data in the last four quarters, of which the share `reached` was as good as the target.
    """

    role: str
    level: str
    indicator: str
    way: Way
    value: float | None
    why: str
    people: int
    quarters: int
    reached: float | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Proposals(Shown):
    """Targets of all roles, levels and weighed indicators for the quarter `due`.

    `quarters` are those that they are made from; `same_season` how many of them are the same quarter of former years.
    """

    due: Quarter
    quarters: tuple[Quarter, ...]
    found: tuple[Proposal, ...]
    same_season: int
    cycles: Mapping[tuple[str, str], Cycle]
    cards: Mapping[str, Card]
    aims: Aims
    roles: Mapping[str, Mapping[str, str]]
    levels: Mapping[str, Mapping[str, str]]

    def of(self, way: Way) -> dict[tuple[str, str, str], float]:
        """Return the targets made in one way, by (role, level, indicator)."""
        return {
            (one.role, one.level, one.indicator): one.value
            for one in self.found
            if one.way == way and one.value is not None
        }

    def table(self) -> pd.DataFrame:
        """Return one row a role, level and indicator: people, the target of each way, and who reached the usual one."""
        return self._frame(lambda one: one.value, lambda one: one.reached)

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with names for ids and every number in its unit."""
        shown = self._frame(
            lambda one: number(one.value, self.cards[one.indicator].unit, lang),
            lambda one: number(one.reached, "share", lang),
        )
        named = {"role": self.roles, "level": self.levels}
        for column, names in named.items():
            shown[column] = [names.get(id, {}).get(lang, id) for id in shown[column]]
        shown["indicator"] = [self.cards[id].name[lang] for id in shown["indicator"]]
        return shown.rename(columns={key: words(lang).say(f"targets.{key}") for key in shown.columns})

    def _frame(self, value: Any, reached: Any) -> pd.DataFrame:
        import pandas as pd

        rows = [
            {
                "role": cell[0].role,
                "level": cell[0].level,
                "indicator": cell[0].indicator,
                "people": cell[0].people,
                **{one.way: value(one) for one in cell},
                "reached": reached(cell[0]),
            }
            for cell in self._cells()
        ]
        return pd.DataFrame(rows, columns=["role", "level", "indicator", "people", *WAYS, "reached"])

    def _cells(self) -> Iterator[tuple[Proposal, ...]]:
        """The proposals of one role, level and indicator, in the order of the ways."""
        for start in range(0, len(self.found), len(WAYS)):
            yield self.found[start : start + len(WAYS)]

    def findings(self) -> tuple[Finding, ...]:
        """State each usual target as a SMART one, the others beside it, and whether seasons can be told."""
        season = state(
            "targets.seasonal", self.same_season,
            says=f"targets.seasonal_{'known' if self.same_season >= YEARS else 'unknown'}", unit="count", n=None,
            claim="accounting", due=str(self.due), least=Quantity(YEARS, "count"),
        )  # fmt: skip
        return (*(self._smart(cell) for cell in self._cells()), season)

    def _smart(self, cell: tuple[Proposal, ...]) -> Finding:
        usual, *others = cell
        card = self.cards[usual.indicator]
        id = f"targets.{usual.role}.{usual.level}.{usual.indicator}"
        position = self.roles.get(usual.role, {}), self.levels.get(usual.level, {})
        names = [(position[0].get(lang, usual.role), position[1].get(lang, usual.level)) for lang in LANGUAGES]
        who: dict[str, Any] = {
            "indicator": card.name,
            "who": {lang: words(lang).say("run.join").join(pair) for lang, pair in zip(LANGUAGES, names, strict=True)},
            "due": str(self.due),
        }
        if usual.value is None:
            return state(
                id, None, says="targets.none", unit=card.unit, n=usual.people, claim="unidentified",
                why=Term(f"no_target.{usual.why}"), **who,
            )  # fmt: skip
        beside = {
            lang: words(lang).say("targets.join").join(
                words(lang).say("targets.beside", way=words(lang).say(f"targets.{one.way}"),
                                value=number(one.value, card.unit, lang))
                for one in others if one.value is not None
            )
            for lang in LANGUAGES
        }  # fmt: skip
        return state(
            id, usual.value, says=f"targets.smart_{card.better}", unit=card.unit, n=usual.people, claim="accounting",
            limits=("from_the_past", "chance_included"), definition=card.definition,
            minimum=Quantity(card.minimum_n, "count"), reached=Quantity(usual.reached or 0.0, "share"),
            quarters=Quantity(usual.quarters, "count"), goal=self._goal(usual.indicator), beside=beside,
            cycle=Term(f"cycle.{self.cycles[usual.role, usual.level]}"), **who,
        )  # fmt: skip

    def _goal(self, indicator: str) -> Mapping[str, str]:
        """The goals that the indicator serves, by name; what it serves none says so."""
        served = [aim.name for aim in self.aims.goals.values() if indicator in aim.indicators]
        if not served:
            return {lang: words(lang).say("targets.no_goal") for lang in LANGUAGES}
        return {lang: words(lang).say("run.join").join(name[lang] for name in served) for lang in LANGUAGES}


def propose_targets(panels: Mapping[Quarter, Panel], scheme: Scheme, study: Study, *, due: Quarter) -> Proposals:
    """Propose targets for the quarter `due` from the panels of quarters before it, such as `history(...).panels`.

    Usual: what half of the person-quarters of the last four quarters reached. Stretch: what one in five reached.
    Capability: the mean of the quarters' means that lie within natural limits (single values with moving ranges,
    Wheeler, Understanding Variation, 1993), and two standard errors of it to the better side; needs four quarters.
    Seasonal: what half reached in the same quarter of at least three former years. Roles and levels with fewer people
    than the strictest audience's k in the last quarter have none.
    """
    held = [past for past in sorted(panels) if past < due]
    least = study.settings.privacy.strictest
    found: list[Proposal] = []
    season = [past for past in held if past.number == due.number]
    positions = _positions(panels[held[-1]], least) if held else []
    usable = {past: panels[past].usable().astype("float64") for past in held}
    for role, level in positions:
        here = {past: panels[past].people["role"].eq(role) & panels[past].people["level"].eq(level) for past in held}
        for indicator in scheme.weights(role, level):
            values = {
                past: usable[past].loc[here[past], indicator].dropna() for past in held if indicator in usable[past]
            }
            found += _proposals(
                (role, level, indicator), values, remembered(values, due), [one for one in season if one in values],
                study.cards[indicator].better, least,
            )  # fmt: skip
    return Proposals(
        due=due,
        quarters=tuple(held),
        found=tuple(found),
        same_season=len(season),
        cycles={pair: study.cycle_of(*pair) for pair in positions},
        cards=study.cards,
        aims=study.aims,
        roles=study.settings.roles,
        levels=study.settings.levels,
    )


def _positions(panel: Panel, least: int) -> list[tuple[str, str]]:
    """Roles and levels with at least `least` people, the largest first."""
    pairs = Counter(zip(panel.people["role"], panel.people["level"], strict=True))
    return [pair for pair, n in pairs.most_common() if n >= least]


def _proposals(
    cell: tuple[str, str, str],
    values: Mapping[Quarter, pd.Series],
    recent: Sequence[Quarter],
    season: Sequence[Quarter],
    better: str,
    least: int,
) -> Iterator[Proposal]:
    """The four ways for one role, level and indicator; `values` are those of people by quarter."""
    role, level, indicator = cell
    sign = 1.0 if better == "higher" else -1.0
    pooled = _pooled(values, recent)
    people = len({index[0] if isinstance(index, tuple) else index for past in recent for index in values[past].index})
    for way, value, why in _made(values, pooled, recent, season, sign):
        enough = people >= least
        target = value if enough else None
        yield Proposal(
            role=role,
            level=level,
            indicator=indicator,
            way=way,
            value=target,
            why=why if enough else "few_people",
            people=people,
            quarters=len(pooled),
            reached=None if target is None else float((sign * pooled >= sign * target).mean()),
        )


def _made(
    values: Mapping[Quarter, pd.Series],
    pooled: Array,
    recent: Sequence[Quarter],
    season: Sequence[Quarter],
    sign: float,
) -> Iterator[tuple[Way, float | None, str]]:
    yield ("usual", *_quantile(pooled, USUAL, sign))
    means = np.array([values[past].mean() for past in sorted(values) if len(values[past])])
    yield ("capability", *_capability(means, sign))
    yield ("stretch", *_quantile(pooled, STRETCH, sign))
    if len(season) < YEARS:
        yield "seasonal", None, "few_years"
    else:
        yield ("seasonal", *_quantile(_pooled(values, season), USUAL, sign))


def _pooled(values: Mapping[Quarter, pd.Series], quarters: Sequence[Quarter]) -> Array:
    return np.concatenate([np.empty(0), *(values[past].to_numpy() for past in quarters)])


def _quantile(pooled: Array, share: float, sign: float) -> tuple[float | None, str]:
    """The value that a share of the person-quarters stays behind."""
    return (None, "no_data") if not len(pooled) else (float(sign * np.quantile(sign * pooled, share)), "")


def _capability(means: Array, sign: float) -> tuple[float | None, str]:
    """The mean of stable quarters and two standard errors more, or why there is none.

    >>> _capability(np.array([80.0, 82.0, 80.0, 82.0]), 1.0)
    (82.15..., '')
    """
    if len(means) < _QUARTERS:
        return None, "few_quarters"
    limit = _MOVING_RANGE * np.abs(np.diff(means)).mean()
    stable = means[np.abs(means - means.mean()) <= limit + 1e-12]
    if len(stable) < _QUARTERS:
        return None, "not_stable"
    return float(stable.mean() + sign * ERRORS * stable.std(ddof=1) / np.sqrt(len(stable))), ""
