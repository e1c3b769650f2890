"""One thing to be said of a scheme file, and all of them together: as lines, as a table and as findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from design_lab.catalogue import LANGUAGES, words
from design_lab.catalogue.lints import LintCard, Needs, Severity, lint_cards
from design_lab.display import Quantity, Shown, Wording, worded
from design_lab.finding import Finding, state

if TYPE_CHECKING:
    import pandas as pd

SEVERITIES: tuple[Severity, ...] = get_args(Severity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lint:
    """What one lint says of one place: its id, the key in the file, and the reason with its numbers, by language.

    `people` is how many people's values it rests on, None where it rests on the file alone; `waived` is the reason for
    which the file waives it, None where it stands; `as_in` names the baseline if the same is to be said of that.
    """

    id: str
    where: str
    reason: Mapping[str, str]
    people: int | None = None
    waived: str | None = None
    as_in: Mapping[str, str] | None = None

    @property
    def card(self) -> LintCard:
        """Its record in the catalogue."""
        return lint_cards()[self.id]

    @property
    def severity(self) -> Severity:
        """How grave it is."""
        return self.card.severity

    def line(self, lang: str) -> str:
        """Return it as one line: severity, id, key, reason and source, and why it is waived."""
        spoken = words(lang)
        severity = spoken.say(f"lint_severity.{'waived' if self.waived else self.severity}")
        source = self.card.source[lang]
        said = spoken.say("lint_line", severity=severity, id=self.id, where=self.where, reason=self.reason[lang],
                          source=source)  # fmt: skip
        said += spoken.say("lint_waiver", why=self.waived) if self.waived else ""
        return said + spoken.say("lint_as_in", baseline=self.as_in[lang]) if self.as_in else said


def say(id: str, where: str, *, says: str | None = None, people: int | None = None, **parts: Wording) -> Lint:
    """Make a lint whose reason in every language is the words at `lint.<id>` (or `says`), filled with its numbers.

    >>> say("small_weight", "dimensions.csat", indicator="CSAT", weight=Quantity(0.03, "weight"),
    ...     bound=Quantity(0.05, "weight")).reason["en"]
    'CSAT weighs 3%, less than 5%: too little to move anybody, and one thing more to follow'
    """
    reason = {
        lang: words(lang).say(f"lint.{says or id}", **{key: worded(part, lang) for key, part in parts.items()})
        for lang in LANGUAGES
    }
    return Lint(id=id, where=where, reason=reason, people=people)


def bound(id: str) -> float:
    """Return the bound beyond which a lint speaks."""
    found = lint_cards()[id].bound
    if found is None:
        raise KeyError(f"lint {id} has no bound")
    return found


def joined(items: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return several names or parts of a sentence as one, by language."""
    held = list(items)
    return {lang: words(lang).say("run.join").join(one[lang] for one in held) for lang in LANGUAGES}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Lints(Shown):
    """All that is to be said of one scheme file, the gravest first; what is as in its baseline stands apart, after it.

    `checked` names what was known: the file alone, or also a baseline, the study and people's values (panel);
    `left_out` says why people's values were not looked at although a study was given.
    """

    scheme: str
    title: Mapping[str, str]
    found: tuple[Lint, ...]
    checked: frozenset[Needs]
    left_out: str = ""

    def of(self, severity: Severity) -> tuple[Lint, ...]:
        """Return the lints of a severity that stand and are news: neither waived nor as in the baseline."""
        return tuple(one for one in self._standing if one.severity == severity and one.as_in is None)

    @property
    def inherited(self) -> tuple[Lint, ...]:
        """The lints that stand and are to be said of the baseline just so."""
        return tuple(one for one in self._standing if one.as_in is not None)

    @property
    def _standing(self) -> tuple[Lint, ...]:
        return tuple(one for one in self.found if one.waived is None)

    @property
    def waived(self) -> tuple[Lint, ...]:
        """The lints that the file waives with a reason."""
        return tuple(one for one in self.found if one.waived is not None)

    def lines(self, lang: str = "en") -> list[str]:
        """Return a line a lint, and one that says what was not looked at."""
        silent = [words(lang).say("lint_without_data", why=self.left_out)] if self.left_out else []
        return [*(one.line(lang) for one in self.found), *silent]

    def table(self) -> pd.DataFrame:
        """Return one row a lint: severity, id, key, reason, waived (why or ''), as_in (or '', news)."""
        return self._frame("en", [one.severity for one in self.found])

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table in one language."""
        return self._frame(lang, [words(lang).say(f"lint_severity.{one.severity}") for one in self.found])

    def _frame(self, lang: str, severities: list[str]) -> pd.DataFrame:
        import pandas as pd

        rows = [
            (severity, one.id, one.where, one.reason[lang], one.waived or "", one.as_in[lang] if one.as_in else "")
            for severity, one in zip(severities, self.found, strict=True)
        ]
        return pd.DataFrame(rows, columns=["severity", "id", "key", "reason", "waived", "as_in"])

    def findings(self) -> tuple[Finding, ...]:
        """State how many lints stand by severity and how many are waived, and what each says; notes are counted only.

        What is as in the baseline is counted, and told of the baseline alone.
        One finding a lint, `lint.<scheme>.<id>` or, if the file waives it, `lint.<scheme>.waived.<id>`: its value is in
        how many places it speaks.
        """
        counts = {f"{severity}s": len(self.of(severity)) for severity in SEVERITIES if severity != "error"}
        if self.inherited:
            counts["inherited"] = len(self.inherited)
        counts["waived"] = len(self.waived)
        whole = tuple(
            state(
                f"lint.{self.scheme}.{kind}", count, says=f"lint.{kind}", unit="count", n=None, claim="accounting",
                limits=() if "panel" in self.checked else ("linted_without_data",), scheme=self.title,
            )
            for kind, count in counts.items()
        )  # fmt: skip
        told: dict[str, list[Lint]] = {}
        for one in (*self.of("warning"), *self.waived):
            told.setdefault(one.id, []).append(one)
        return (*whole, *(self._finding(id, held) for id, held in told.items()))

    def _finding(self, id: str, held: list[Lint]) -> Finding:
        people = [one.people for one in held if one.people is not None]
        first = held[0]
        waived: dict[str, Any] = {} if first.waived is None else {"why": first.waived}
        return state(
            f"lint.{self.scheme}.{'waived.' if waived else ''}{id}", len(held),
            says=f"lint.{'is_waived' if waived else 'stands'}", unit="count", n=max(people) if people else None,
            claim="association" if people else "accounting", limits=("one_quarter",) if people else (),
            scheme=self.title, source=first.card.source,
            reason={lang: words(lang).say("lint_join").join(one.reason[lang] for one in held) for lang in LANGUAGES},
            **waived,
        )  # fmt: skip


def weight(value: float) -> Quantity:
    """Return a share of the total as it is shown."""
    return Quantity(value, "weight")
