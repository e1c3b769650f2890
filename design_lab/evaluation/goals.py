"""The goals of the appraisal, tested: the indicator that follows each, where it stands, and its target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from design_lab.catalogue import Card, words
from design_lab.catalogue.goals import Aim, Aims
from design_lab.catalogue.words import LANGUAGES
from design_lab.display import Quantity, Shown, interval, number
from design_lab.evaluation.shares import LEVEL, Array, margins
from design_lab.finding import Finding, state
from design_lab.scoring import Panel
from design_lab.scoring.roster import headcount

if TYPE_CHECKING:
    import pandas as pd

Answer = Literal["met", "not_met", "unknown", "no_target"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalState:
    """Where one goal stands: `indicator` follows it, `value` is the whole centre's with its interval.

    `indicator` is None where no indicator of the goal has data, `interval` where single people's values do not make up
    the centre's or there are too few teams for one, which `few_teams` tells; `people` have data; `target` is the
    client's.
    """

    goal: str
    indicator: str | None
    value: float | None
    interval: tuple[float, float] | None
    people: int
    observations: int
    target: float | None
    better: Literal["higher", "lower"]
    few_teams: bool = False
    teams: int = 0  # that the interval leaves out one at a time

    @property
    def se(self) -> float | None:
        """The standard error of the value, of which the interval is t times; None without an interval."""
        from scipy import stats

        if self.interval is None:
            return None
        return float((self.interval[1] - self.interval[0]) / 2 / stats.t.ppf((1 + LEVEL) / 2, self.teams - 1))

    @property
    def without_interval(self) -> tuple[str, ...]:
        """The limit that there is no interval, and why, as a key below `limit.`."""
        if self.interval:
            return ()
        return ("too_few_for_interval",) if self.few_teams else ("no_interval",)

    @property
    def answer(self) -> Answer:
        """Met or not met only where the interval, if there is one, stands on one side of the target."""
        if self.value is None:
            return "unknown"
        if self.target is None:
            return "no_target"
        if self.few_teams:
            return "unknown"
        ends = self.interval or (self.value, self.value)
        sign = 1 if self.better == "higher" else -1
        sides = {sign * end >= sign * self.target for end in ends}
        return "unknown" if len(sides) == 2 else ("met" if sides == {True} else "not_met")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Goals(Shown):
    """The state of every goal in one quarter."""

    quarter: str
    states: tuple[GoalState, ...]
    aims: Mapping[str, Aim]
    cards: Mapping[str, Card]

    def table(self) -> pd.DataFrame:
        """Return one row a goal: goal, indicator, value, low, high, people, target, answer."""
        import pandas as pd

        rows = [
            (one.goal, one.indicator, one.value, *(one.interval or (None, None)), one.people, one.target, one.answer)
            for one in self.states
        ]
        columns = ["goal", "indicator", "value", "low", "high", "people", "target", "answer"]
        return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(("value", "low", "high", "target"), "float64"))

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with names for ids, each number in its indicator's unit and the method beside it."""
        import pandas as pd

        spoken, rows = words(lang), []
        for one in self.states:
            aim, card = self.aims[one.goal], self.cards.get(one.indicator or "")
            unit = card.unit if card else "count"
            value = number(one.value, unit, lang) + (
                f" ({interval(*one.interval, unit, lang)})" if one.interval else ""
            )
            rows.append(
                (
                    aim.name[lang], card.name[lang] if card else "–", value, number(one.target, unit, lang),
                    spoken.say(f"answer.{one.answer}"), (aim.method or {}).get(lang, ""),
                )
            )  # fmt: skip
        heads = ("goal", "indicator", "value", "target", "answer", "method")
        return pd.DataFrame(rows, columns=[spoken.say(f"goals.{head}") for head in heads])

    def findings(self) -> tuple[Finding, ...]:
        """State where each goal stands, held against its target where there is one."""
        return tuple(self._finding(one) for one in self.states)

    def _finding(self, one: GoalState) -> Finding:
        id, aim = f"diagnosis.goal.{one.goal}", self.aims[one.goal]
        if one.indicator is None or one.value is None:
            return state(
                id, None, says="diagnosis.goal_without_data", unit="count", n=0, claim="unidentified", goal=aim.name,
                quarter=self.quarter, wanted=wanted(aim, self.cards),
            )  # fmt: skip
        card = self.cards[one.indicator]
        ends = in_brackets(one.interval, card.unit)
        against = {} if one.target is None else {"target": Quantity(one.target, card.unit)}
        return state(
            id, one.value, says=f"diagnosis.goal_{one.answer}", unit=card.unit, n=one.people, claim="accounting",
            bounds=one.interval, level=LEVEL if one.interval else None,
            limits=["one_quarter", *one.without_interval], goal=aim.name, indicator=card.name,
            quarter=self.quarter, ends=ends, **against,
        )  # fmt: skip


def wanted(aim: Aim, cards: Mapping[str, Card]) -> Mapping[str, str]:
    """Name the indicators of a goal, any of which would follow it, by language."""
    names = [cards[name].name for name in aim.indicators]
    return {lang: words(lang).say("run.join").join(name[lang] for name in names) for lang in LANGUAGES}


def in_brackets(ends: tuple[float, float] | None, unit: str) -> Mapping[str, str]:
    """Write an interval in brackets by language; nothing where there is none."""
    return {
        lang: words(lang).say("goals.interval", interval=interval(*ends, unit, lang)) if ends else ""
        for lang in LANGUAGES
    }


def goals(panel: Panel, aims: Aims, *, targets: Mapping[str, float]) -> Goals:
    """Say where each goal stands in the panel's quarter; `targets` are the client's, by indicator.

    A goal is followed by its first indicator that has a target and data, else by its first with data. Intervals leave
    out one team at a time (jackknife, t).
    """
    states = []
    for goal, aim in aims.goals.items():
        told = [one for one in aim.indicators if one in panel.values and one in panel.centre.index]
        told = [one for one in told if panel.centre["value"].notna()[one]]
        chosen = next((one for one in told if one in targets), told[0] if told else None)
        states.append(stands(panel, goal, chosen, targets))
    return Goals(quarter=panel.quarter, states=tuple(states), aims=aims.goals, cards=panel.cards)


def stands(panel: Panel, goal: str, indicator: str | None, targets: Mapping[str, float]) -> GoalState:
    """Say where a goal stands by one indicator, which must have a value of the whole centre; None where it has none."""
    if indicator is None:
        return GoalState(
            goal=goal, indicator=None, value=None, interval=None, people=0, observations=0, target=None, better="higher"
        )
    centre, observations = (float(panel.centre[column][indicator]) for column in ("value", "n"))
    ends, few_teams, teams = _interval(panel, indicator, centre)
    return GoalState(
        goal=goal,
        indicator=indicator,
        value=centre,
        interval=ends,
        people=headcount(panel.values.index[panel.values[indicator].notna()]),
        observations=int(observations),
        target=targets.get(indicator),
        better=panel.cards[indicator].better,
        few_teams=few_teams,
        teams=teams,
    )


def _interval(panel: Panel, indicator: str, centre: float) -> tuple[tuple[float, float] | None, bool, int]:
    """The interval of the centre's quotient, whether it lacks for want of teams, and how many teams there are.

    People are summed by what makes it: their counts, or counts / values.
    """
    there = panel.values[indicator].notna() & (panel.counts[indicator] > 0)
    values, counts = (frame.loc[there, indicator].to_numpy(np.float64) for frame in (panel.values, panel.counts))
    teams = panel.people[there].groupby(["role", "team"], dropna=False).ngroup().to_numpy()
    if len(values) < 2:
        return None, False, 0
    with np.errstate(divide="ignore"):
        ways = (counts, counts / values)  # the denominator is counted, or the numerator

    for under in ways:
        if np.isfinite(under).all() and np.isclose(float(under @ values) / float(under.sum()), centre, rtol=1e-6):

            def quotient(kept: npt.NDArray[np.bool_], under: Array = under) -> Array:
                return np.array([under[kept] @ values[kept] / under[kept].sum()])

            (margin,) = margins(quotient, teams)
            count = int(teams.max()) + 1
            return (None, True, count) if margin is None else ((centre - margin, centre + margin), False, count)
    return None, False, 0
