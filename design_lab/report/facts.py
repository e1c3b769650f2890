"""Findings as a report asks for them: by what they are about, worded in one language, absent ones as None."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from design_lab.catalogue import words
from design_lab.catalogue.words import dimension_in, limit_in
from design_lab.display import interval, number, worded
from design_lab.finding import Finding, Results
from design_lab.report.content import Group, Series, Statement, clean, once, shortened
from design_lab.report.cover import Cover

_LONGEST_NAME = 48  # Latin letters; a longer title is cut where it names, and stands whole in the findings' own texts


@dataclass(frozen=True, slots=True)
class Facts:
    """The findings and names of one report in one language."""

    results: Results
    cover: Cover
    lang: str

    def say(self, key: str, **parts: str) -> str:
        """Return the words at `report.<key>`."""
        return words(self.lang).say(f"report.{key}", **parts)

    def heads(self, key: str, *columns: str) -> tuple[str, ...]:
        """Return the headings of a table's columns, the words at `report.<key>.<column>_column`."""
        return tuple(self.say(f"{key}.{column}_column") for column in columns)

    def chart_word(self, key: str, **parts: str) -> str:
        """Return the words at `chart.<key>`."""
        return words(self.lang).say(f"chart.{key}", **parts)

    def get(self, id: str) -> Finding | None:
        """Return a finding that has something to show, else None."""
        return next((finding for finding in self.results.findings if finding.id == id), None)

    def measured(self, id: str) -> Finding | None:
        """Return a finding that has a value, else None."""
        finding = self.get(id)
        return finding if finding is not None and finding.value is not None else None

    def shown(self, finding: Finding | None) -> str:
        """Write a finding's value in its unit, a dash where there is none."""
        return number(finding.value, finding.unit, self.lang) if finding else self.say("unstated")

    def bounded(self, finding: Finding | None) -> str:
        """Write a finding's value with its interval in brackets, where it has one."""
        if finding is None or not finding.interval:
            return self.shown(finding)
        return f"{self.shown(finding)} ({interval(*finding.interval, finding.unit, self.lang)})"

    def level(self, findings: Iterable[Finding | None]) -> str:
        """Say at which level the intervals of findings are, by the first that has one; nothing where none has."""
        level = next((one.level for one in findings if one and one.interval), None)
        return self.say("level", level=number(level, "weight", self.lang)) if level else ""

    def alt(self, name: str, items: Iterable[str]) -> str:
        """Say in words what the chart of this name shows, item by item."""
        return self.chart_word(f"{name}_alt", items=self.say("sentence_join").join(items))

    def series(self, name: str, tone: str, findings: Iterable[Finding | None], unit: str | None = None) -> Series:
        """Return the bars called by the words at `chart.<name>`; labels are in `unit`, else each finding's own."""
        held = tuple(findings)
        return Series(
            name=self.chart_word(name),
            tone=tone,
            values=tuple(float(f.value) if f and f.value is not None else None for f in held),
            labels=tuple(number(f.value, unit or f.unit, self.lang) if f else "" for f in held),
            bounds=tuple(f.interval if f else None for f in held),
        )

    def statement(self, finding: Finding) -> Statement:
        """Word a finding: its sentence, its number, its claim and its limits."""
        return Statement(
            id=finding.id,
            text=clean(finding.text[self.lang]),
            figure=self.shown(finding) if finding.value is not None else None,
            claim=finding.claim,
            claim_label=self.claim(finding.claim),
            limits=once(clean(limit_in(limit, self.lang)) for limit in finding.limits),
        )

    def statements(self, findings: Iterable[Finding | None]) -> tuple[Statement, ...]:
        """Word several findings, leaving out absent ones."""
        return tuple(self.statement(finding) for finding in findings if finding is not None)

    def groups(self, found: Mapping[str, Sequence[Finding]], *, folded: bool = False) -> list[Group]:
        """Findings under the titles at these keys of the report's words; what holds none is left out."""
        return [
            Group(title=self.say(key), statements=self.statements(held), folded=folded)
            for key, held in found.items()
            if held
        ]

    def claim(self, claim: str) -> str:
        """Name a claim."""
        return words(self.lang).say(f"claim.{claim}")

    def joined(self, items: Sequence[str]) -> str:
        """Join names as a sentence does.

        Two or more end in the language's 'and'.
        """
        if len(items) < 2:
            return "".join(items)
        return self.say("join").join(items[:-1]) + self.say("join_last") + items[-1]

    def dimension(self, id: str) -> str:
        """Name a dimension as it stands inside a sentence."""
        return clean(dimension_in(id, self.lang, self.cover.called))

    def table(self, id: str) -> str:
        """Name a canonical table."""
        return self._named("table", id)

    def _named(self, kind: str, id: str) -> str:
        key = f"{kind}.{id}"
        return words(self.lang).say(key) if key in words(self.lang) else clean(id.replace("_", " "))

    def indicator(self, id: str) -> str:
        """Name an indicator by its card."""
        known = self.cover.indicators
        return capital(clean(worded(known[id], self.lang))) if id in known else clean(id.replace("_", " "))

    def role(self, id: str) -> str:
        """Name a role as the study does."""
        return capital(clean(worded(self.cover.roles[id], self.lang))) if id in self.cover.roles else clean(id)

    def goal(self, id: str) -> str:
        """Name a goal as the study does."""
        return capital(clean(worded(self.cover.goals[id], self.lang))) if id in self.cover.goals else clean(id)

    def quoted_goal(self, id: str) -> str:
        """Name a goal inside a sentence, in quotation marks."""
        return self.say("quote", text=clean(worded(self.cover.goals.get(id, id), self.lang)))

    def scheme(self, name: str) -> str:
        """Name a scheme by its title."""
        title = self.cover.schemes.get(name)
        return (shortened(clean(worded(title, self.lang)), _LONGEST_NAME) or name) if title else name

    def leading_scheme(self) -> str:
        """The scheme of which findings speak that name none, in quotation marks: the first of those in force."""
        found = self.results.under("diagnosis.people_by_scheme")
        return self.quoted(found[0].id.split(".")[2] if found else self.cover.current)

    def quoted(self, name: str) -> str:
        """Name a candidate inside a sentence, in quotation marks."""
        return self.say("quote", text=self.scheme(name))

    def candidates(self) -> tuple[str, ...]:
        """Return the names of candidates with findings: those of the cover in order, then any others."""
        found = once(finding.id.split(".")[1] for finding in self.results.under("candidates"))
        known = [name for name in self.cover.schemes if name in found]
        return once([*known, *found])

    def group(self, key: str) -> str | None:
        """Name a group of people by its key in a finding's id, such as gender-female; None where it has no words."""
        attribute, _, value = key.partition("-")
        if attribute == "role":
            return capital(self.role(value))
        name = f"group.{value.replace('plus', '+')}"
        return capital(words(self.lang).say(name)) if name in words(self.lang) else None

    def dimensions(self) -> tuple[str, ...]:
        """Return the dimensions with a weight on paper or an effective one, 'rules' last."""
        found = [
            finding.id.split(".")[2]
            for kind in ("nominal_weight", "effective_weight")
            for finding in self.results.under(f"diagnosis.{kind}")
        ]
        ordered = once([*(d for d in self.cover.dimensions if d in found), *found])
        return tuple(sorted(ordered, key=lambda dimension: dimension == "rules"))


def capital(text: str) -> str:
    """Begin a text with a capital letter.

    >>> capital("customer satisfaction")
    'Customer satisfaction'
    """
    return text[:1].upper() + text[1:]
