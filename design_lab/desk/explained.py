"""An explanation in words of one language: what the page's template and the console show."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from design_lab.catalogue import words
from design_lab.catalogue.words import Words, dimension_in
from design_lab.desk.record import ToldAppeal, told_appeal, told_correction
from design_lab.display import number, worded
from design_lab.evaluation.correction import Flip
from design_lab.evaluation.grounds import is_reconstructed
from design_lab.evaluation.standing import Part, Standing

if TYPE_CHECKING:
    from design_lab.desk.explain import Account, Explanation

_HINTS = 3
_FLIP_COLUMNS = ("indicator", "now", "better", "worse")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAccount:
    """One scheme's account: sentences, and the rows of its tables, cells as text."""

    heading: str
    lead: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sums: tuple[tuple[str, str], ...]  # what is added beside the indicators, and the score
    position: tuple[str, ...]
    correction: tuple[str, ...]
    flip: str
    flip_columns: tuple[str, ...]
    flips: tuple[tuple[str, ...], ...]
    hints: tuple[str, ...]
    left_out: tuple[str, ...]
    limits: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """An explanation in one language; `lines` are its short form."""

    html_lang: str
    title: str
    subtitle: str
    mark: str
    headings: dict[str, str]
    notes: tuple[str, ...]
    appeals: tuple[ToldAppeal, ...]
    accounts: tuple[ToldAccount, ...]
    lines: tuple[str, ...]


def told(explanation: Explanation, lang: str) -> Explained:
    """Word an explanation in a language."""
    spoken, settings = words(lang), explanation.study.settings
    person = explanation.panel.people.loc[explanation.row]
    names = {"role": settings.roles, "level": settings.levels}
    who = [worded(names[key].get(person[key], {"en": str(person[key])}), lang) for key in ("role", "level")]
    title = spoken.say("explain.title", employee=explanation.employee, quarter=str(explanation.quarter))
    subtitle = spoken.say("explain.subtitle", role=who[0], level=who[1])
    if explanation.spells > 1:
        spells = number(explanation.spells, "count", lang)
        subtitle = " ".join([subtitle, spoken.say("explain.spells", spells=spells)])
    notes = tuple(spoken.say(f"explain.note.{name}") for name in ("who", "right", "last_place", "source"))
    accounts = tuple(_Teller(explanation, account, spoken).told() for account in explanation.accounts)
    appeals = tuple(told_appeal(one, explanation.panel, explanation.row, spoken) for one in explanation.appeals)
    return Explained(
        html_lang={"en": "en-GB", "zh": "zh-CN"}[lang],
        title=title,
        subtitle=subtitle,
        mark=spoken.say("report.mark") if settings.synthetic else "",
        headings={
            key.removeprefix("explain.heading."): spoken.say(key) for key in spoken.keys if "explain.heading." in key
        },
        notes=notes,
        appeals=appeals,
        accounts=accounts,
        lines=(
            title,
            subtitle,
            *(line for appeal in appeals for line in appeal.lines),
            *(line for account in accounts for line in _lines(account)),
            *notes[:3],
        ),
    )


def _lines(account: ToldAccount) -> Iterator[str]:
    yield account.heading
    yield from (f"  {line}" for line in (*account.lead, *account.position, *account.correction, account.flip))
    yield from (f"  {line}" for line in account.limits)


class _Teller:
    """Words one account."""

    def __init__(self, explanation: Explanation, account: Account, spoken: Words) -> None:
        self.explanation, self.account, self.spoken, self.lang = explanation, account, spoken, spoken.lang

    def told(self) -> ToldAccount:
        standing = self.account.standing
        scheme = standing.scores.scheme
        return ToldAccount(
            heading=worded(scheme.title, self.lang),
            lead=tuple(self._lead(standing)),
            columns=tuple(self.spoken.say(f"explain.column.{name}") for name in (
                "indicator", "dimension", "paper", "weight", "value", "n", "points", "contribution",
            )),
            rows=tuple(self._row(part) for part in standing.parts),
            sums=tuple(self._sums(standing)),
            position=tuple(self._position(standing)),
            correction=tuple(self._correction()),
            flip=self._flip(standing),
            flip_columns=tuple(self.spoken.say(f"explain.column.{name}") for name in _FLIP_COLUMNS),
            flips=tuple(self._flip_rows()),
            hints=tuple(self._hint(part) for part in standing.gaps[:_HINTS]),
            left_out=tuple(self._left_out(standing)),
            limits=tuple(self._limits(standing)),
        )  # fmt: skip

    def _say(self, key: str, **parts: str) -> str:
        return self.spoken.say(f"explain.{key}", **parts)

    def _dimension(self, name: str) -> str:
        return dimension_in(name, self.lang, self.explanation.study.settings.dimensions)

    def _name(self, indicator: str) -> str:
        return worded(self.explanation.panel.cards[indicator].name, self.lang)

    def _value(self, indicator: str, value: float | None) -> str:
        return number(value, self.explanation.panel.cards[indicator].unit, self.lang)

    def _grade(self, grade: str | None) -> str:
        return grade or self._say("no_grade")

    def _lead(self, standing: Standing) -> Iterator[str]:
        if standing.total is None:
            yield self._say("unscored", why=self.spoken.say(f"reason.{standing.reason}"))
        else:
            points, grade = number(standing.total, "points", self.lang), self._grade(standing.grade)
            yield self._say("scored", total=points, grade=grade)
            if standing.grade is None and standing.reason:
                yield self._say("ungraded", why=self.spoken.say(f"reason.{standing.reason}"))
        yield from self._other_spells(standing)
        total, published = self.account.official
        if total is not None:
            yield self._say("official", total=number(total, "points", self.lang), grade=self._grade(published))

    def _other_spells(self, standing: Standing) -> Iterator[str]:
        """What the same scheme gave the person's other spells in the quarter, each in a sentence."""
        scores, settings = standing.scores, self.explanation.study.settings
        people: Any = scores.people
        for row in people.index[people.index.get_level_values("employee_id") == self.explanation.employee]:
            if row == standing.row:
                continue
            role, level = (
                worded(names.get(people.at[row, key], {"en": str(people.at[row, key])}), self.lang)
                for key, names in (("role", settings.roles), ("level", settings.levels))
            )
            parts = {"role": role, "level": level, "days": number(people.at[row, "days_in_force"], "days", self.lang)}
            if math.isnan(scores.total[row]):
                yield self._say("other_spell_unscored", **parts, why=self.spoken.say(f"reason.{scores.reason[row]}"))
            else:
                total = number(scores.total[row], "points", self.lang)
                yield self._say("other_spell", **parts, total=total, grade=self._grade(scores.grade[row]))

    def _row(self, part: Part) -> tuple[str, ...]:
        n = number(part.n, "count", self.lang)
        if part.n < part.least:
            n = self._say("of_least", n=n, least=number(part.least, "count", self.lang))
        value = self._value(part.indicator, part.value)
        if part.error is not None:
            value = self._say("with_error", value=value, error=self._value(part.indicator, part.error))
        points = number(part.points, "points", self.lang)
        return (
            self._name(part.indicator),
            self._dimension(part.dimension),
            number(part.paper, "share", self.lang),
            number(part.weight, "share", self.lang),
            value,
            n,
            self.spoken.say(f"reason.{part.why}") if part.points is None and part.why else points,
            number(part.contribution, "points", self.lang),
        )

    def _sums(self, standing: Standing) -> Iterator[tuple[str, str]]:
        if standing.total is None:
            return
        for name, value in standing.rules:
            yield self._say("rules_of", what=self._dimension(name)), number(value, "points", self.lang)
        yield self._say("sum"), number(standing.total, "points", self.lang)

    def _position(self, standing: Standing) -> Iterator[str]:
        found = standing.position
        if found is None:
            yield self._say("no_position")
        else:
            counts = {
                name: number(getattr(found, name), "count", self.lang) for name in ("tier", "best", "worst", "tiers")
            }
            people = number(found.people, "people", self.lang)
            if found.tiers == 1:
                yield self._say("one_tier", people=people)
            else:
                yield self._say("position" if found.best == found.worst else "position_open", people=people, **counts)
        if standing.same_grade is not None:
            share, draws = number(standing.same_grade, "share", self.lang), number(standing.draws, "count", self.lang)
            yield self._say("same_grade", share=share, draws=draws)

    def _correction(self) -> Iterator[str]:
        if found := self.account.correction:
            yield from told_correction(found, self.explanation.panel, self.explanation.row, self.spoken)

    def _flip(self, standing: Standing) -> str:
        found = [flip for flip in self.account.flips if flip.change is not None]
        if standing.grade is None:
            return self._say("flip.no_grade")
        if not found:
            return self._say("flip.none")
        least = min(found, key=lambda flip: flip.change or 0.0)
        name, now, value = (
            self._name(least.indicator),
            *(self._value(least.indicator, v) for v in (least.now, least.value)),
        )
        change = number(least.change, "standard_deviations", self.lang)
        return self._say(
            "flip.least", indicator=name, now=now, value=value, grade=self._grade(least.grade), change=change
        )

    def _flip_rows(self) -> Iterator[tuple[str, ...]]:
        by = {(flip.indicator, flip.way): flip for flip in self.account.flips}
        for name in dict.fromkeys(flip.indicator for flip in self.account.flips):
            ways = (self._way(by[name, "better"]), self._way(by[name, "worse"]))
            yield self._name(name), self._value(name, by[name, "better"].now), *ways

    def _way(self, flip: Flip) -> str:
        if flip.value is None:
            return self._say("flip.impossible")
        return self._say("flip.at", value=self._value(flip.indicator, flip.value), grade=self._grade(flip.grade))

    def _hint(self, part: Part) -> str:
        card = self.explanation.panel.cards[part.indicator]
        hint = self._say(
            "hint", indicator=self._name(part.indicator), value=self._value(part.indicator, part.value),
            gap=number(part.gap, "points", self.lang), definition=worded(card.definition, self.lang).rstrip(".。"),
            way=self._say(f"way.{card.better}"),
        )  # fmt: skip
        if card.controllable.person == "yes":
            return hint
        why = worded(card.controllable.why, self.lang).rstrip(".。")
        return " ".join([hint, self._say(f"control.{card.controllable.person}", why=why)])

    def _left_out(self, standing: Standing) -> Iterator[str]:
        panel, row = self.explanation.panel, self.explanation.row
        counts: Any = panel.counts
        used = {part.indicator for part in standing.parts}
        beside = [str(name) for name in panel.values if name not in used and counts.at[row, name] > 0]
        if beside:
            names = self.spoken.say("report.join").join(self._name(name) for name in beside)
            yield self._say("not_weighed", indicators=names)

    def _limits(self, standing: Standing) -> Iterator[str]:
        scores = standing.scores
        if is_reconstructed(scores.scheme, "grades"):
            yield self.spoken.say("limit.reconstructed_scheme")
        yield from (self.spoken.say(f"limit.{key}") for key in scores.limits)
