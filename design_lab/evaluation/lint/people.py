"""Lints on people and their values: leaders without team results, values that are chance, missing or told twice."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from design_lab.catalogue import LANGUAGES, Card, words
from design_lab.display import Quantity, number
from design_lab.evaluation.lint.record import Lint, bound, joined, say, weight
from design_lab.evaluation.reliability import Reliabilities
from design_lab.scheme import Scheme
from design_lab.scheme_faults import places
from design_lab.scoring import Panel
from design_lab.scoring.points import weighed
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

_HAIR = 1e-9


def of_leaders(scheme: Scheme, study: Study, panel: Panel | None) -> Iterator[Lint]:
    """Levels that lead others and are weighed on no result of their team."""
    settings = study.settings
    pairs = [(role, level) for role in settings.roles for level in settings.leads]
    if panel is not None:
        there = set(zip(panel.people["role"], panel.people["level"], strict=True))
        pairs = [pair for pair in pairs if pair in there]
    without = [pair for pair in pairs if not _team_weight(scheme, pair, study.cards)]
    levels = dict.fromkeys(level for _, level in without)
    for level in levels:
        roles = [role for role, one in without if one == level]
        everywhere = len(roles) == sum(one == level for _, one in pairs)
        names = joined(settings.roles[role] for role in roles)
        says = "leader_without_team" if everywhere else "leader_without_team_in"
        yield say("leader_without_team", "overrides", says=says, level=settings.levels[level], roles=names)


def _team_weight(scheme: Scheme, pair: tuple[str, str], cards: Mapping[str, Card]) -> float:
    return sum(w for one, w in scheme.weights(*pair).items() if any(way.of == "team" for way in cards[one].computed))


def of_reliability(scheme: Scheme, study: Study, panel: Panel, reliable: Reliabilities) -> Iterator[Lint]:
    """Weights over 5 % on indicators of which the reliability at the cycle in force is under .6, with the roles."""
    pairs = list(dict.fromkeys(zip(panel.people["role"], panel.people["level"], strict=True)))
    for indicator in scheme.indicators:
        told, most = [], 0.0
        for one in reliable.found:
            levels = [level for role, level in pairs if role == one.role] if one.indicator == indicator else []
            heavy = [pair for level in levels if _heavy(scheme, pair := (one.role, level), indicator)]
            least = min((one.by_cycle[study.cycle_of(*pair)] for pair in heavy), default=1.0)
            if least < bound("unreliable") - _HAIR:
                told.append((one, least))
                most = max(most, *(scheme.weights(*pair)[indicator] for pair in heavy))
        if told:
            among = joined(
                _by_role("lint_by_role", reliable.roles, one.role, Quantity(least, "correlation"), one.people)
                for one, least in told
            )
            yield say(
                "unreliable", _key(scheme, indicator), people=sum(one.people for one, _ in told),
                indicator=panel.cards[indicator].name, weight=weight(most), among=among,
                bound=Quantity(bound("unreliable"), "correlation"),
            )  # fmt: skip


def _heavy(scheme: Scheme, pair: tuple[str, str], indicator: str) -> bool:
    return scheme.weights(*pair).get(indicator, 0.0) > bound("small_weight") + _HAIR


def _key(scheme: Scheme, indicator: str) -> str:
    """The first key of the file at which an indicator is weighed."""
    for where, role, level in places(scheme):
        if dimension := scheme.dimension_of(role, level).get(indicator):
            return f"{where}.{dimension}.indicators.{indicator}"
    return f"rules.{indicator}"


def _by_role(
    says: str, roles: Mapping[str, Mapping[str, str]], role: str, value: Quantity, people: int
) -> dict[str, str]:
    """A role's value and people, by language."""
    return {
        lang: words(lang).say(
            says,
            role=roles.get(role, {}).get(lang, role),
            value=number(value.value, value.unit, lang),
            people=number(people, "people", lang),
        )
        for lang in LANGUAGES
    }


def of_data(scheme: Scheme, study: Study, panel: Panel, usable: pd.DataFrame, *, least: int) -> Iterator[Lint]:
    """Indicators for which most people of a role, if it has `least` people, have no `usable` value (`panel.usable`)."""
    roles, weights = panel.people["role"], weighed(panel.people, scheme).weights
    for indicator in scheme.indicators:
        mine = roles[weights[indicator] > 0]
        if indicator not in usable:
            if len(mine):
                yield say("no_data", _key(scheme, indicator), says="no_data_at_all", people=len(mine),
                          indicator=panel.cards[indicator].name)  # fmt: skip
            continue
        there = usable.loc[mine.index, indicator].notna().groupby(mine).agg(["mean", "size"])
        few = there[(there["mean"] < bound("no_data")) & (there["size"] >= least)]
        if len(few):
            among = joined(
                _by_role("lint_data_by_role", study.settings.roles, role, Quantity(share, "share"), size)
                for role, share, size in zip(few.index, few["mean"], few["size"], strict=True)
            )
            yield say("no_data", _key(scheme, indicator), people=int(few["size"].sum()),
                      indicator=panel.cards[indicator].name, among=among)  # fmt: skip


def of_values(scheme: Scheme, study: Study, panel: Panel, usable: pd.DataFrame, *, least: int) -> Iterator[Lint]:
    """Pairs of indicators weighed together whose values are nearly the same among the people of the largest role."""
    roles, role = np.unique(panel.people["role"].to_numpy(dtype=str), return_inverse=True)
    weights = weighed(panel.people, scheme).weights
    columns = {
        one: np.where(weights[one] > 0, usable[one].to_numpy(np.float64, na_value=np.nan), np.nan)
        for one in scheme.indicators
        if one in usable
    }
    for first, second in itertools.combinations(columns, 2):
        both = np.isfinite(columns[first]) & np.isfinite(columns[second])
        sizes = np.bincount(role[both], minlength=len(roles))
        largest = int(sizes.argmax())
        if sizes[largest] < least:
            continue
        pair = [columns[one][both & (role == largest)] for one in (first, second)]
        if min(np.ptp(one) for one in pair) == 0:
            continue
        together = float(np.corrcoef(*pair)[0, 1])
        if abs(together) > bound("same_values"):
            yield say(
                "same_values", _key(scheme, second), people=int(sizes[largest]),
                indicators=joined(panel.cards[one].name for one in (first, second)),
                value=Quantity(together, "correlation"),
                role=study.settings.roles.get(str(roles[largest]), {"en": str(roles[largest])}),
                n=Quantity(int(sizes[largest]), "people"),
            )  # fmt: skip
