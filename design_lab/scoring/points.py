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


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One rule in force for an indicator, and what does not hang on values, all (n,).

    `place` is the indicator's column, `mine` for whom the rule is in force, `targets` what each person is held against
    and `groups` the numbers of her peers.
    """

    place: int
    indicator: str
    rule: Rule
    mine: Flags
    targets: Array
    groups: Groups


def holding(people: pd.DataFrame, scheme: Scheme, of: Weighed, medians: pd.DataFrame) -> tuple[Held, ...]:
    """Return each rule that scores somebody, with its peers and targets; peers are weighed on the same indicator."""
    weights, positioned = of.weights.to_numpy(), positions(people)
    return tuple(
        Held(
            place=place,
            indicator=indicator,
            rule=rule,
            mine=mine,
            targets=_targets(rule, people["role"], medians, indicator),
            groups=peer_groups(people, rule, mine),
        )
        for place, indicator in enumerate(scheme.indicators)
        for rule, mine in _in_force(positioned, scheme, indicator, weights[:, place] > 0)
    )


def worth(panel: Panel, scheme: Scheme, held: tuple[Held, ...]) -> Array:
    """Return everybody's points, (n, k) by indicator of the scheme, missing where there are none."""
    found = np.full((len(panel.people), len(scheme.indicators)), np.nan)
    shrunk = _shrunk(panel, held)
    for one in held:
        if one.indicator in panel.values:
            values = _scored(panel, shrunk, one)
            got = points(
                np.where(one.mine, values, np.nan), one.rule, better=panel.cards[one.indicator].better,
                targets=one.targets, groups=one.groups,
            )  # fmt: skip
            if scheme.rounding.points:
                got = rounded(got, scheme.rounding.points.decimals, scheme.rounding.points.half)
            found[one.mine, one.place] = got[one.mine]
    return found


def earned(panel: Panel, scheme: Scheme, of: Weighed, medians: pd.DataFrame) -> Earned:
    """Return everybody's points on what they are weighed on; peers are those who are weighed on the same indicator."""
    import pandas as pd

    columns, index, held = list(scheme.indicators), panel.people.index, holding(panel.people, scheme, of, medians)
    found = worth(panel, scheme, held)
    why = np.full(found.shape, "", dtype=object)
    shrunk = _shrunk(panel, held)
    for one in held:
        reason = _reasons(panel, shrunk, one)
        lacking = "few_peers" if isinstance(one.rule, AmongPeers) else "no_target"
        without = np.isnan(found[:, one.place])
        why[one.mine, one.place] = np.where((reason == "") & without, lacking, reason)[one.mine]
    return Earned(points=pd.DataFrame(found, index, columns), why=pd.DataFrame(why, index, columns, dtype=object))


def _shrunk(panel: Panel, held: tuple[Held, ...]) -> pd.DataFrame | None:
    return panel.shrunk() if any(one.rule.shrink for one in held) else None


def _in_force(positioned: Positioned, scheme: Scheme, indicator: str, weighed: Flags) -> list[tuple[Rule, Flags]]:
    """Each rule that is in force for the indicator, and for whom; peers under equal rules are compared together."""
    pairs, at = positioned
    held = [scheme.rules_for(*pair).get(indicator) for pair in pairs]
    distinct = [rule for rule in dict.fromkeys(held) if rule is not None]
    return [(rule, weighed & np.array([one == rule for one in held])[at]) for rule in distinct]


def _few(panel: Panel, held: Held) -> Flags:
    """Whose value rests on fewer observations than the rule or the card demands, (n,)."""
    least = panel.cards[held.indicator].minimum_n if held.rule.min_n is None else held.rule.min_n
    return np.asarray(panel.counts[held.indicator].to_numpy() < least)


def _scored(panel: Panel, shrunk: pd.DataFrame | None, held: Held) -> Array:
    """The values that are scored, (n,), missing where they rest on too few observations."""
    frame = panel.values if shrunk is None or not held.rule.shrink else shrunk
    return np.where(_few(panel, held), np.nan, frame[held.indicator].to_numpy(dtype=np.float64, na_value=np.nan))


def _reasons(panel: Panel, shrunk: pd.DataFrame | None, held: Held) -> Texts:
    """Why values are not scored, (n,), '' where they are."""
    if held.indicator not in panel.values:
        return np.full(len(panel.people), "no_data", dtype=object)
    values = panel.values[held.indicator].to_numpy(dtype=np.float64, na_value=np.nan)
    reason = np.where(np.isnan(values), "no_data", np.where(_few(panel, held), "few_observations", "")).astype(object)
    if held.rule.shrink and shrunk is not None:
        unknown = shrunk[held.indicator].isna().to_numpy()
        reason = np.where((reason == "") & unknown, "not_shrunk", reason)
    return reason


def _targets(rule: Rule, role: pd.Series, medians: pd.DataFrame, indicator: str) -> Array:
    if isinstance(rule, Attainment) and rule.target != MEDIAN:
        return np.full(len(role), float(rule.target))
    if not isinstance(rule, Attainment) or indicator not in medians:
        return np.full(len(role), np.nan)
    known = medians[indicator].to_dict()
    return np.array([known.get(one, np.nan) for one in role], dtype=np.float64)
