"""From a panel to points: each person's value by the rule in force for her role and level, and why there are none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from design_lab.composite import rounded
from design_lab.rulebook import MEDIAN, AmongPeers, Attainment, Rule
from design_lab.scheme import Scheme
from design_lab.scoring.panel import Panel
from design_lab.scoring.rules import Groups, points

if TYPE_CHECKING:
    import pandas as pd


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


def positions(people: pd.DataFrame) -> tuple[list[tuple[str, str]], Groups]:
    """Return the pairs of role and level that people stand in, and the number of each person's pair, (n,)."""
    each = list(zip(people["role"], people["level"], strict=True))
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


def peer_groups(people: pd.DataFrame, rule: Rule, among: pd.Series) -> Groups:
    """Number the groups of those `among` whom a rule compares, (n,); -1 where what makes peers is not known."""
    import pandas as pd

    numbers = pd.Series(-1, index=people.index)
    if not isinstance(rule, AmongPeers) or not rule.peers:
        return numbers.mask(among, 0).to_numpy(dtype=np.int64)
    keys = people.reindex(columns=list(rule.peers))
    known = among & keys.notna().all(axis="columns")
    if known.any():
        numbers[known] = keys[known].groupby(list(rule.peers), observed=True).ngroup()
    return numbers.to_numpy(dtype=np.int64)


def earned(panel: Panel, scheme: Scheme, of: Weighed, medians: pd.DataFrame) -> Earned:
    """Return everybody's points on what they are weighed on; peers are those who are weighed on the same indicator."""
    import pandas as pd

    found = pd.DataFrame(np.nan, index=panel.people.index, columns=list(scheme.indicators))
    why = pd.DataFrame("", index=found.index, columns=found.columns, dtype=object)
    shrunk = panel.shrunk() if any(rule.shrink for rule in _all_rules(scheme)) else None
    for indicator in scheme.indicators:
        for rule, mine in _in_force(panel.people, scheme, indicator, of.weights[indicator] > 0):
            values, reason = _values(panel, shrunk, indicator, rule)
            values = values.where(mine)
            aims = _targets(rule, panel.people["role"], medians, indicator)
            got = points(
                values.to_numpy(),
                rule,
                better=panel.cards[indicator].better,
                targets=aims.to_numpy(dtype=np.float64),
                groups=peer_groups(panel.people, rule, mine),
            )
            if scheme.rounding.points:
                got = rounded(got, scheme.rounding.points.decimals, scheme.rounding.points.half)
            found.loc[mine, indicator] = got[mine]
            lacking = "few_peers" if isinstance(rule, AmongPeers) else "no_target"
            reason = reason.mask(reason.eq("") & np.isnan(got), lacking)
            why.loc[mine, indicator] = reason[mine]
    return Earned(points=found, why=why)


def _all_rules(scheme: Scheme) -> list[Rule]:
    return [*scheme.rules.values(), *(rule for override in scheme.overrides for rule in override.rules.values())]


def _in_force(people: pd.DataFrame, scheme: Scheme, indicator: str, weighed: pd.Series) -> list[tuple[Rule, pd.Series]]:
    """Each rule that is in force for the indicator, and for whom; peers under equal rules are compared together."""
    pairs, at = positions(people)
    held = [scheme.rules_for(*pair).get(indicator) for pair in pairs]
    distinct = [rule for rule in dict.fromkeys(held) if rule is not None]
    return [(rule, weighed & np.array([one == rule for one in held])[at]) for rule in distinct]


def _values(panel: Panel, shrunk: pd.DataFrame | None, indicator: str, rule: Rule) -> tuple[pd.Series, pd.Series]:
    """The values that are scored, (n,), missing where they rest on too few observations, and why they are missing."""
    import pandas as pd

    index = panel.people.index
    if indicator not in panel.values:
        return pd.Series(np.nan, index=index), pd.Series("no_data", index=index)
    observed = panel.values[indicator].astype("float64")
    least = panel.cards[indicator].minimum_n if rule.min_n is None else rule.min_n
    few = panel.counts[indicator] < least
    reason = pd.Series("", index=index).mask(few, "few_observations").mask(observed.isna(), "no_data")
    values = observed
    if rule.shrink and shrunk is not None:
        values = shrunk[indicator]
        reason = reason.mask(reason.eq("") & values.isna(), "not_shrunk")
    return values.where(reason.eq("")), reason


def _targets(rule: Rule, role: pd.Series, medians: pd.DataFrame, indicator: str) -> pd.Series:
    import pandas as pd

    if not isinstance(rule, Attainment):
        return pd.Series(np.nan, index=role.index)
    if rule.target != MEDIAN:
        return pd.Series(float(rule.target), index=role.index)
    return role.map(medians[indicator]) if indicator in medians else pd.Series(np.nan, index=role.index)
