"""From a panel to points: each person's value by the rule in force for her role and level, and why there are none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from design_lab.composite import rounded
from design_lab.rulebook import MEDIAN, AmongPeers, Attainment, Rule
from design_lab.scheme import Scheme
from design_lab.scoring.panel import Panel
from design_lab.scoring.rules import Array, Groups, points

if TYPE_CHECKING:
    import pandas as pd

Flags = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]
Positioned = tuple[list[tuple[str, str]], Groups]  # pairs of role and level, and the number of each person's pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """Points (n, k) by indicator of the scheme, missing where there are none.

    `why` (n, k) says why a weighed indicator gave none, as a key below `reason.` in the word files ('' otherwise).
    """

    points: pd.DataFrame
    why: pd.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """Each person's weights by indicator, as shares, and the dimension in which each is weighed, both (n, k)."""

    weights: pd.DataFrame
    dimensions: pd.DataFrame


def appraised(people: pd.DataFrame, scheme: Scheme) -> pd.Series:
    """Return whom the scheme appraises, (n,): everybody, or who is on the roster on the last day."""
    import pandas as pd

    everybody = pd.Series(True, index=people.index)
    return everybody if scheme.appraised == "roster" else people["on_last_day"].astype(bool)


def positions(people: pd.DataFrame) -> Positioned:
    """Return the pairs of role and level that people stand in, and the number of each person's pair, (n,)."""
    each = list(zip(people["role"].tolist(), people["level"].tolist(), strict=True))
    number = {pair: place for place, pair in enumerate(dict.fromkeys(each))}
    return list(number), np.array([number[pair] for pair in each], dtype=np.int64)


def weighed(people: pd.DataFrame, scheme: Scheme) -> Weighed:
    """Return what each person is weighed on, by role and level; who is not appraised is weighed on nothing."""
    import pandas as pd

    pairs, at = positions(people)
    columns = list(scheme.indicators)
    stated = [[found.get(name, 0.0) for name in columns] for found in (scheme.weights(*pair) for pair in pairs)]
    named = [[found.get(name, "") for name in columns] for found in (scheme.dimension_of(*pair) for pair in pairs)]
    weights = np.array(stated, dtype=np.float64).reshape(-1, len(columns))[at]
    weights[~appraised(people, scheme).to_numpy()] = 0.0
    dimensions = np.array(named, dtype=object).reshape(-1, len(columns))[at]
    return Weighed(
        weights=pd.DataFrame(weights, people.index, columns), dimensions=pd.DataFrame(dimensions, people.index, columns)
    )


def peer_groups(people: pd.DataFrame, rule: Rule, among: Flags) -> Groups:
    """Number the groups of those `among` (n,) whom a rule compares, (n,); -1 where what makes peers is not known."""
    if not isinstance(rule, AmongPeers):
        return np.full(len(among), -1, dtype=np.int64)
    if not rule.peers:
        return np.where(among, 0, -1)
    keys = people.reindex(columns=list(rule.peers))
    known = among & keys.notna().all(axis="columns").to_numpy()
    each = list(zip(*(keys[column].tolist() for column in keys), strict=True))
    number = {key: place for place, key in enumerate(dict.fromkeys(each))}
    return np.where(known, [number[key] for key in each], -1)


def earned(panel: Panel, scheme: Scheme, of: Weighed, medians: pd.DataFrame) -> Earned:
    """Return everybody's points on what they are weighed on; peers are those who are weighed on the same indicator."""
    import pandas as pd

    columns, index = list(scheme.indicators), panel.people.index
    found = np.full((len(index), len(columns)), np.nan)
    why = np.full(found.shape, "", dtype=object)
    weights, positioned = of.weights.to_numpy(), positions(panel.people)
    shrunk = panel.shrunk() if any(rule.shrink for rule in _all_rules(scheme)) else None
    for place, indicator in enumerate(columns):
        for rule, mine in _in_force(positioned, scheme, indicator, weights[:, place] > 0):
            values, reason = _values(panel, shrunk, indicator, rule)
            got = points(
                np.where(mine, values, np.nan),
                rule,
                better=panel.cards[indicator].better,
                targets=_targets(rule, panel.people["role"], medians, indicator),
                groups=peer_groups(panel.people, rule, mine),
            )
            if scheme.rounding.points:
                got = rounded(got, scheme.rounding.points.decimals, scheme.rounding.points.half)
            lacking = "few_peers" if isinstance(rule, AmongPeers) else "no_target"
            found[mine, place] = got[mine]
            why[mine, place] = np.where((reason == "") & np.isnan(got), lacking, reason)[mine]
    return Earned(points=pd.DataFrame(found, index, columns), why=pd.DataFrame(why, index, columns, dtype=object))


def _all_rules(scheme: Scheme) -> list[Rule]:
    return [*scheme.rules.values(), *(rule for override in scheme.overrides for rule in override.rules.values())]


def _in_force(positioned: Positioned, scheme: Scheme, indicator: str, weighed: Flags) -> list[tuple[Rule, Flags]]:
    """Each rule that is in force for the indicator, and for whom; peers under equal rules are compared together."""
    pairs, at = positioned
    held = [scheme.rules_for(*pair).get(indicator) for pair in pairs]
    distinct = [rule for rule in dict.fromkeys(held) if rule is not None]
    return [(rule, weighed & np.array([one == rule for one in held])[at]) for rule in distinct]


def _values(panel: Panel, shrunk: pd.DataFrame | None, indicator: str, rule: Rule) -> tuple[Array, Texts]:
    """The values that are scored, (n,), missing where they rest on too few observations, and why they are missing."""
    people = len(panel.people)
    if indicator not in panel.values:
        return np.full(people, np.nan), np.full(people, "no_data", dtype=object)
    values = panel.values[indicator].to_numpy(dtype=np.float64, na_value=np.nan)
    least = panel.cards[indicator].minimum_n if rule.min_n is None else rule.min_n
    few = panel.counts[indicator].to_numpy() < least
    reason = np.where(np.isnan(values), "no_data", np.where(few, "few_observations", "")).astype(object)
    if rule.shrink and shrunk is not None:
        values = shrunk[indicator].to_numpy(dtype=np.float64)
        reason = np.where((reason == "") & np.isnan(values), "not_shrunk", reason)
    return np.where(reason == "", values, np.nan), reason


def _targets(rule: Rule, role: pd.Series, medians: pd.DataFrame, indicator: str) -> Array:
    if isinstance(rule, Attainment) and rule.target != MEDIAN:
        return np.full(len(role), float(rule.target))
    if not isinstance(rule, Attainment) or indicator not in medians:
        return np.full(len(role), np.nan)
    known = medians[indicator].to_dict()
    return np.array([known.get(one, np.nan) for one in role], dtype=np.float64)
