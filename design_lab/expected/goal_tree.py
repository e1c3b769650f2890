"""The goal tree: each goal, what follows it, where that stands, its targets over a year, and what guards it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from design_lab.aimed import MILESTONES, Target
from design_lab.catalogue import Card, words
from design_lab.catalogue.goals import Aim, Aims
from design_lab.catalogue.words import LANGUAGES
from design_lab.display import Quantity, Shown, number
from design_lab.evaluation.goals import Goals, GoalState, goals, stands, wanted
from design_lab.evaluation.shares import LEVEL
from design_lab.finding import Finding, state
from design_lab.scoring import Panel

if TYPE_CHECKING:
    import pandas as pd

_TOLD = 1.96 * 2**0.5  # standard errors of one quarter by which two quarters must differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a goal's indicator is to be some months from now: stated by the client, or proposed on a straight line."""

    months: int
    value: float
    stated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One goal: where it `stands`, its steps (none without a target), and the indicator that guards it, or None."""

    stands: GoalState
    steps: tuple[Step, ...]
    guard: GoalState | None

    @property
    def bound(self) -> float | None:
        """The worse end of the guard's interval of today: no worse than chance has it; None without an interval."""
        if self.guard is None or self.guard.interval is None:
            return None
        return self.guard.interval[0 if self.guard.better == "higher" else 1]

    def told(self, step: Step) -> bool | None:
        """Whether a change up to the step could be told from chance; None without a standard error."""
        if self.stands.value is None or self.stands.se is None:
            return None
        return abs(step.value - self.stands.value) > _TOLD * self.stands.se

    def met(self, step: Step) -> bool:
        """Whether today's value is as good as the step already."""
        sign = 1 if self.stands.better == "higher" else -1
        return self.stands.value is not None and sign * self.stands.value >= sign * step.value


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class GoalTree(Shown):
    """The branches of all goals in one quarter."""

    quarter: str
    branches: tuple[Branch, ...]
    aims: Mapping[str, Aim]
    cards: Mapping[str, Card]

    def table(self) -> pd.DataFrame:
        """Return one row a goal: goal, indicator, baseline, se, target_3, target_6, target_12, stated, guard, bound."""
        import pandas as pd

        rows = []
        for one in self.branches:
            steps = {step.months: step.value for step in one.steps}
            rows.append(
                (
                    one.stands.goal, one.stands.indicator, one.stands.value, one.stands.se,
                    *(steps.get(months) for months in MILESTONES), any(step.stated for step in one.steps),
                    one.guard.indicator if one.guard else None, one.bound,
                )
            )  # fmt: skip
        targets = [f"target_{months}" for months in MILESTONES]
        columns = ["goal", "indicator", "baseline", "se", *targets, "stated", "guard", "bound"]
        return pd.DataFrame(rows, columns=columns).astype(
            dict.fromkeys(("baseline", "se", *targets, "bound"), "float64")
        )

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with names for ids, numbers in their units, and what each goal is for and how followed."""
        import pandas as pd

        spoken = words(lang)
        heads = ("goal", "serves", "indicator", "baseline", "se", *(f"target_{months}" for months in MILESTONES))
        rows = [self._row(one, lang) for one in self.branches]
        return pd.DataFrame(rows, columns=[spoken.say(f"goal_tree.{h}") for h in (*heads, "guard", "bound", "method")])

    def _row(self, one: Branch, lang: str) -> tuple[str, ...]:
        aim, card = self.aims[one.stands.goal], self.cards.get(one.stands.indicator or "")
        guard = self.cards.get(one.guard.indicator or "") if one.guard else None
        unit, steps = card.unit if card else "count", {step.months: step for step in one.steps}
        said = {}
        for months, step in steps.items():
            value = number(step.value, unit, lang)
            said[months] = value if step.stated else words(lang).say("goal_tree.proposed", value=value)
        return (
            aim.name[lang], (aim.serves or {}).get(lang, "–"), card.name[lang] if card else "–",
            number(one.stands.value, unit, lang), number(*_margin(one.stands.se, unit), lang),
            *(said.get(months, "–") for months in MILESTONES), guard.name[lang] if guard else "–",
            number(one.bound, guard.unit if guard else "count", lang), (aim.method or {}).get(lang, "–"),
        )  # fmt: skip

    def findings(self) -> tuple[Finding, ...]:
        """State where each goal starts, each of its steps and what guards it; or that there is no target or no data."""
        return tuple(found for one in self.branches for found in self._branch(one))

    def _branch(self, one: Branch) -> Iterator[Finding]:
        held, aim = one.stands, self.aims[one.stands.goal]
        parts: dict[str, Any] = {
            "goal": aim.name, "serves": aim.serves or dict.fromkeys(LANGUAGES, "–"), "quarter": self.quarter
        }  # fmt: skip
        if held.indicator is None or held.value is None:
            yield _unknown(held.goal, "no_data", "count", parts | {"wanted": wanted(aim, self.cards)})
            return
        card = self.cards[held.indicator]
        margin, unit = _margin(held.se, card.unit)
        parts |= {
            "indicator": card.name, "baseline": Quantity(held.value, card.unit), "guard": self._guard(one),
            "se": {lang: "" if margin is None else words(lang).say("goal_tree.error", se=number(margin, unit, lang))
                   for lang in LANGUAGES},
        }  # fmt: skip
        yield from _ends(one, card, self.cards, {"goal": aim.name, "quarter": self.quarter})
        if not one.steps:
            yield _unknown(held.goal, "no_target", card.unit, parts | {"name": held.indicator}, held.people)
        for step in one.steps:
            yield self._step(one, step, card, parts)

    def _step(self, one: Branch, step: Step, card: Card, parts: Mapping[str, Any]) -> Finding:
        told = one.told(step)
        says = "held" if one.met(step) else "stated" if step.stated else "proposed"
        if says != "held":
            key = {True: "goal_tree.tell_yes", False: "goal_tree.tell_no", None: ""}[told]
            parts = {**parts, "tell": {lang: words(lang).say(key) if key else "" for lang in LANGUAGES}}
        if says == "proposed":
            parts = {**parts, "target": Quantity(one.steps[-1].value, card.unit)}
        limits = [*([] if step.stated else ["straight_line"]), *([] if told is None else ["later_as_precise"])]
        return state(
            f"goal_tree.{one.stands.goal}.m{step.months}", step.value, unit=card.unit, n=one.stands.people,
            says=f"goal_tree.{says}", claim="accounting" if step.stated else "scenario",
            limits=["one_quarter", *one.stands.without_interval, *limits], months=Quantity(step.months, "months"),
            **parts,
        )  # fmt: skip

    def _guard(self, one: Branch) -> Mapping[str, str]:
        if one.guard is None or one.bound is None:
            return dict.fromkeys(LANGUAGES, "")
        card = self.cards[one.guard.indicator or ""]
        return {
            lang: words(lang).say(
                "goal_tree.guarded", guard=card.name[lang], bound=number(one.bound, card.unit, lang)
            )
            for lang in LANGUAGES
        }  # fmt: skip


def goal_tree(panel: Panel, aims: Aims, *, targets: Mapping[str, Target]) -> GoalTree:
    """Build the tree of a quarter's panel; `targets` are the client's, by indicator, with its milestones if it has any.

    A target without milestones is for twelve months; steps that the client does not state lie on a straight line from
    today to the nearest one it does, and where today is as good as that already, on that.
    """
    held: Goals = goals(panel, aims, targets={name: target.value for name, target in targets.items()})
    branches = tuple(
        Branch(stands=one, steps=_steps(one, targets.get(one.indicator or "")), guard=_guarded(panel, one, aims))
        for one in held.states
    )
    return GoalTree(quarter=panel.quarter, branches=branches, aims=aims.goals, cards=panel.cards)


def _steps(held: GoalState, target: Target | None) -> tuple[Step, ...]:
    if target is None or held.value is None:
        return ()
    stated = {MILESTONES[-1]: target.value, **target.milestones}
    sign = 1 if held.better == "higher" else -1
    steps = []
    for months in MILESTONES:
        before = max((m for m in stated if m < months), default=0)
        after = min(m for m in stated if m >= months)
        start = stated.get(before, held.value)
        if sign * start > sign * stated[after]:
            start = stated[after]
        value = start + (stated[after] - start) * (months - before) / (after - before)
        steps.append(Step(months=months, value=float(value), stated=months in stated))
    return tuple(steps)


def _guarded(panel: Panel, held: GoalState, aims: Aims) -> GoalState | None:
    """Say where the first guard with data stands that is not what follows the goal."""
    for name in aims.goals[held.goal].guards:
        known = name in panel.values and name in panel.centre.index and panel.centre["value"].notna()[name]
        if known and name != held.indicator:
            return stands(panel, held.goal, name, {})
    return None


def _margin(se: float | None, unit: str) -> tuple[float | None, str]:
    """A standard error in the unit in which it is said: with a digit more, of shares in percentage points."""
    finer = {"share": "pp", "points": "rating_points", "per_hour": "calls_apart", "seconds": "seconds_apart"}
    return None if se is None else se * (100 if unit == "share" else 1), finer.get(unit, unit)


def _ends(one: Branch, card: Card, cards: Mapping[str, Card], parts: Mapping[str, Any]) -> Iterator[Finding]:
    """Where a goal starts, by the indicator that its id ends in, and the bound of the indicator that guards it."""
    held = one.stands
    yield state(
        f"goal_tree.{held.goal}.baseline.{held.indicator}", held.value, says="goal_tree.baseline", unit=card.unit,
        n=held.people, claim="accounting", bounds=held.interval, level=LEVEL if held.interval else None,
        limits=["one_quarter", *held.without_interval], indicator=card.name, **parts,
    )  # fmt: skip
    if one.guard is not None and one.bound is not None:
        guard = cards[one.guard.indicator or ""]
        yield state(
            f"goal_tree.{held.goal}.guard.{one.guard.indicator}", one.bound, says="goal_tree.guard", unit=guard.unit,
            n=one.guard.people, claim="scenario", limits=["one_quarter"], indicator=guard.name, **parts,
        )  # fmt: skip


def _unknown(goal: str, why: str, unit: str, parts: Mapping[str, Any], people: int = 0) -> Finding:
    return state(
        f"goal_tree.{goal}.m{MILESTONES[-1]}", None, says=f"goal_tree.{why}", unit=unit, n=people, claim="unidentified",
        **parts,
    )  # fmt: skip
