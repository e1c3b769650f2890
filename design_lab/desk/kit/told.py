"""The kit's facts in words of one language: names, numbers, rules and what stands on every form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from design_lab.catalogue import Card, words
from design_lab.catalogue.kit import KitTexts, kit_texts
from design_lab.catalogue.words import dimension_in
from design_lab.desk.kit.facts import Facts, Position
from design_lab.display import number, worded
from design_lab.rulebook import (
    MEDIAN,
    AmongPeers,
    Attainment,
    Deduction,
    Goalposts,
    Ladder,
    Linear,
    MinMax,
    Rule,
    Step,
    Stretch,
    ZScore,
)

_NONE = "–"


@dataclass(frozen=True, slots=True)
class Told:
    """A study's facts and the language in which they are told."""

    facts: Facts
    lang: str

    def say(self, key: str, **parts: str) -> str:
        """Return the words at `kit.<key>`."""
        return words(self.lang).say(f"kit.{key}", **parts)

    @property
    def texts(self) -> KitTexts:
        """The fixed texts."""
        return kit_texts(self.lang)

    @property
    def study(self) -> str:
        """The study's title."""
        return worded(self.facts.study.settings.title, self.lang)

    @property
    def scheme(self) -> str:
        """The scheme's title."""
        return worded(self.facts.scheme.title, self.lang)

    @property
    def mark(self) -> str:
        """What marks invented data, '' where they are real."""
        return words(self.lang).say("report.mark") if self.facts.study.settings.synthetic else ""

    @property
    def join(self) -> str:
        """What stands between items of a list."""
        return words(self.lang).say("report.join")

    @property
    def semicolon(self) -> str:
        """What stands between items that hold commas."""
        return words(self.lang).say("targets.join")

    @property
    def days_to_appeal(self) -> str:
        """Within how many working days an appeal can be filed, as practice has it."""
        return self.number(self.texts.appeal.deadlines[0].days, "working_days")

    def subtitle(self, period: object) -> str:
        """Return what stands below a form's title: study, scheme and period."""
        return self.say("subtitle", study=self.study, scheme=self.scheme, period=str(period))

    def number(self, value: float | None, unit: str) -> str:
        """Write a number in its unit."""
        return number(value, unit, self.lang)

    def role(self, role: str) -> str:
        """Return what a role is called."""
        return worded(self.facts.study.settings.roles.get(role, {self.lang: role}), self.lang)

    def level(self, level: str) -> str:
        """Return what a level is called."""
        return worded(self.facts.study.settings.levels.get(level, {self.lang: level}), self.lang)

    def position(self, position: Position) -> str:
        """Return a role with its levels."""
        return self.say(
            "position", role=self.role(position.role), levels=self.join.join(map(self.level, position.levels))
        )

    def dimension(self, dimension: str) -> str:
        """Return what a dimension is called."""
        return dimension_in(dimension, self.lang, self.facts.study.settings.dimensions)

    def card(self, indicator: str) -> Card:
        """Return an indicator's metric card."""
        return self.facts.study.cards[indicator]

    def indicator(self, indicator: str) -> str:
        """Return what an indicator is called."""
        return worded(self.card(indicator).name, self.lang)

    def value(self, indicator: str, value: float | None) -> str:
        """Write an indicator's value in its unit."""
        return self.number(value, self.card(indicator).unit)

    def weight(self, share: float) -> str:
        """Write a share of the score, with a decimal where it is no whole percent."""
        return self.number(share, "weight" if abs(share * 100 - round(share * 100)) < 1e-9 else "share")

    def cycle(self, position: Position) -> str:
        """Return for which period people of a position are appraised, and how often."""
        cycle = self.facts.study.cycle_of(position.role, position.levels[0])
        return self.say("cycle", period=str(self.facts.due), cycle=words(self.lang).say(f"cycle.{cycle}"))

    def points(self, value: float) -> str:
        """Write points without their unit, whole ones without decimals."""
        return f"{value:g}"

    def signatures(self, who: Iterable[str]) -> tuple[tuple[str | None, ...], ...]:
        """Return rows for who signs and when; `who` are keys below `kit.signs.`."""
        return tuple((self.say(f"signs.{one}"), None, None) for one in who)

    def target(self, role: str, indicator: str, rule: Rule) -> str:
        """Return the target of a rule in words: as stated, or the role's median where that is known and may be told."""
        if not isinstance(rule, Attainment):
            return self.value(indicator, rule.target) if isinstance(rule, Stretch) else _NONE
        if rule.target != MEDIAN:
            return self.value(indicator, float(rule.target))
        median, why = self.facts.median(role, indicator)
        if median is None:
            return self.say(f"median_{why}", least=str(self.facts.least))
        return self.say("median", value=self.value(indicator, median), quarters=str(len(self.facts.history)))

    def short_target(self, role: str, indicator: str, rule: Rule) -> str:
        """Return a target without where it comes from; '' where it is not known or may not be told."""
        if isinstance(rule, Attainment) and rule.target == MEDIAN:
            median, _ = self.facts.median(role, indicator)
            return "" if median is None else self.value(indicator, median)
        told = self.target(role, indicator, rule)
        return "" if told == _NONE else told

    def rule(self, indicator: str, rule: Rule) -> str:
        """Return in a sentence how a value becomes points."""
        parts = [self._rule(indicator, rule)]
        if rule.shrink:
            parts.append(self.say("rule.shrunk"))
        least = self.card(indicator).minimum_n if rule.min_n is None else rule.min_n
        if least > 1:
            parts.append(self.say("rule.least", least=self.number(least, "count")))
        return self.semicolon.join(parts)

    def _rule(self, indicator: str, rule: Rule) -> str:
        def at(value: float) -> str:
            return self.value(indicator, value)

        say, points = self.say, self.points
        if isinstance(rule, Attainment):
            way = "higher" if self.card(indicator).better == "higher" else f"lower_{rule.inverse}"
            return say(f"rule.attainment_{way}", floor=points(rule.floor), cap=points(rule.cap))
        if isinstance(rule, Stretch):
            low, middle, high = map(points, rule.points)
            return say(
                "rule.stretch", threshold=at(rule.threshold), target=at(rule.target), stretch=at(rule.stretch),
                low=low, middle=middle, high=high, below=points(rule.below),
            )  # fmt: skip
        return self._stated(indicator, rule)

    def _stated(self, indicator: str, rule: Rule) -> str:
        """A rule with values of its own, or one among peers."""

        def at(value: float) -> str:
            return self.value(indicator, value)

        say, points = self.say, self.points
        if isinstance(rule, Linear):
            return say("rule.linear", zero=at(rule.zero_at), full=at(rule.full_at))
        if isinstance(rule, Ladder):
            return say("rule.ladder", steps=self.join.join(self._step(indicator, step) for step in rule.steps))
        if isinstance(rule, Deduction):
            return say(
                f"rule.deduction_{rule.side}", base=points(rule.base), each=f"{rule.per_unit:+g}",
                start=at(rule.start), floor=points(rule.floor), cap=points(rule.cap),
            )  # fmt: skip
        if isinstance(rule, Goalposts):
            return say(
                "rule.goalposts", low=at(rule.low), high=at(rule.high), floor=points(rule.floor), cap=points(rule.cap)
            )
        return self._among(rule) if isinstance(rule, AmongPeers) else ""

    def _among(self, rule: AmongPeers) -> str:
        peers = self.join.join(self.say(f"peer.{one}") for one in rule.peers) or self.say("peer.all")
        if isinstance(rule, ZScore):
            return self.say(
                "rule.z", peers=peers, centre=self.points(rule.centre), spread=self.points(rule.spread),
                floor=self.points(rule.floor), cap=self.points(rule.cap),
            )  # fmt: skip
        if isinstance(rule, MinMax):
            return self.say("rule.min_max", peers=peers, floor=self.points(rule.floor), cap=self.points(rule.cap))
        return self.say(f"rule.{rule.rule}", peers=peers)

    def _step(self, indicator: str, step: Step) -> str:
        low, high = (None if end is None else self.value(indicator, end) for end in (step.start, step.end))
        key = "step_open" if low is None and high is None else "step_below" if low is None else (
            "step_above" if high is None else "step"
        )  # fmt: skip
        return self.say(f"rule.{key}", low=low or "", high=high or "", points=self.points(step.points))

    def conditions(self) -> tuple[str, ...]:
        """Return the scheme's conditions, vetoes and protection, a sentence each."""
        scheme, found = self.facts.scheme, []
        for name, one in scheme.eligibility.items():
            bounds = {
                "min": "" if one.min is None else self.say("condition.min", value=self.value(name, one.min)),
                "max": "" if one.max is None else self.say("condition.max", value=self.value(name, one.max)),
            }
            limit = self.join.join(text for text in bounds.values() if text) or self.say("condition.any")
            effect = f"veto_{one.veto}" if one.veto else str(one.effect)
            grade = one.grade or (scheme.grades.names()[1] if one.effect == "cap_grade" else "")
            what = self.say(f"condition.{effect}", grade=grade)
            found.append(self.say("condition.sentence", indicator=self.indicator(name), limit=limit, effect=what))
        if kept := scheme.protected:
            months, days = self.number(kept.tenure_months, "months"), self.number(kept.min_days, "days")
            found.append(self.say("condition.protected", months=months, days=days))
        return tuple(found)
