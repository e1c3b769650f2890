"""Criteria of a principle: a measured value, a threshold with its source, and an answer that may be "cannot be told".

A principle is met if all of its criteria are, not met if one is not, and otherwise it cannot be told: what is not known
is never a pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from design_lab.catalogue import words
from design_lab.catalogue.words import LANGUAGES
from design_lab.display import Quantity, Shown, Term, interval, number
from design_lab.finding import Claim, Finding, state
from design_lab.scoring.score import WHOSE

if TYPE_CHECKING:
    import pandas as pd

Principle = Literal["fair", "quantified", "complete", "timely"]
PRINCIPLES: tuple[Principle, ...] = ("fair", "quantified", "complete", "timely")
Answer = Literal["met", "not_met", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its ends, equal to it where it is exact, and what it rests on."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One measured criterion of a principle.

    `name` is a key below `criterion.` in the word files, `key` an id of its own where a name serves several; `found` is
    None where it cannot be measured, `why` then says why, as a key below `unknown.`; `level` is that of the ends of
    `found`, None where they bound what is not known instead of sampling error. `at_least` says on which side of `bound`
    it is met. `said` fills the placeholders of the name.
    """

    principle: Principle
    name: str
    found: Estimate | None
    bound: float
    at_least: bool
    unit: str
    claim: Claim
    level: float | None = None
    limits: tuple[str, ...] = ()
    why: str = ""
    key: str = ""
    said: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def answer(self) -> Answer:
        """Met or not met only where both ends stand on the same side of the bound."""
        if self.found is None:
            return "unknown"
        low, high = (self.found.low, self.found.high) if self.at_least else (-self.found.high, -self.found.low)
        bound = (self.bound if self.at_least else -self.bound) - 1e-9  # float noise must not decide
        if low >= bound:
            return "met"
        return "not_met" if high < bound else "unknown"

    def named(self, lang: str) -> str:
        """The criterion in words."""
        return words(lang).say(f"criterion.{self.name}", **{key: said[lang] for key, said in self.said.items()})

    @property
    def of_scheme(self) -> bool:
        """Whether it speaks of the people under one of several schemes alone."""
        return bool({*WHOSE} & {*self.limits})

    def finding(self, among: Mapping[str, str] | None = None) -> Finding:
        """State the value beside its threshold, and the answer; `among` is whose it is, if it hangs on the scheme."""
        id = f"diagnosis.principle.{self.principle}.{self.key or self.name}"
        side = "least" if self.at_least else "most"
        parts: dict[str, Any] = {
            "principle": Term(f"principle.{self.principle}"),
            "criterion": {lang: self.named(lang) for lang in LANGUAGES},
            "bound": {
                lang: words(lang).say(f"criterion_bound.{side}", bound=number(self.bound, self.unit, lang))
                for lang in LANGUAGES
            },
            "source": Term(f"criterion_source.{self.name}"),
        }
        if self.found is None:
            return state(
                id, None, says="diagnosis.criterion_unknown", unit=self.unit, n=0, claim="unidentified",
                among=among if self.of_scheme else None, why=Term(f"unknown.{self.why}"), **parts,
            )  # fmt: skip
        exact = self.found.low == self.found.high
        ends = {lang: interval(self.found.low, self.found.high, self.unit, lang) for lang in LANGUAGES}
        return state(
            id, self.found.value, says=f"diagnosis.criterion{'' if exact else '_between'}", unit=self.unit,
            n=self.found.n, claim=self.claim, limits=self.limits, among=among if self.of_scheme else None,
            bounds=(self.found.low, self.found.high) if self.level and not exact else None,
            level=self.level if not exact else None, answer=Term(f"answer.{self.answer}"), ends=ends, **parts,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Principles(Shown):
    """The criteria of all four principles."""

    criteria: tuple[Criterion, ...]
    among: Mapping[str, str] | None = None  # the scheme, where these are only the people under it

    def of(self, principle: Principle) -> tuple[Criterion, ...]:
        """Return the criteria of one principle."""
        return tuple(one for one in self.criteria if one.principle == principle)

    def answer(self, principle: Principle) -> Answer:
        """Not met if one criterion is not, met if all are, else unknown."""
        answers = {one.answer for one in self.of(principle)}
        if "not_met" in answers:
            return "not_met"
        return "met" if answers == {"met"} else "unknown"

    def table(self) -> pd.DataFrame:
        """Return one row a criterion: principle, criterion, value, low, high, bound, answer."""
        import pandas as pd

        rows = []
        for one in self.criteria:
            ends = (one.found.value, one.found.low, one.found.high) if one.found else (None, None, None)
            rows.append((one.principle, one.named("en"), *ends, one.bound, one.answer.replace("_", " ")))
        columns = ["principle", "criterion", "value", "low", "high", "bound", "answer"]
        return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[2:6], "float64"))

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with names for ids and each number in its unit."""
        import pandas as pd

        spoken = words(lang)
        rows = []
        for one in self.criteria:
            side = "least" if one.at_least else "most"
            value = number(one.found.value, one.unit, lang) if one.found else "–"
            if one.found and one.found.low != one.found.high:
                value += f" ({interval(one.found.low, one.found.high, one.unit, lang)})"
            bound = spoken.say(f"criterion_bound.{side}", bound=number(one.bound, one.unit, lang))
            named = spoken.say(f"principle.{one.principle}"), one.named(lang)
            rows.append((*named, value, bound, spoken.say(f"answer.{one.answer}")))
        heads = ("principle", "criterion", "value", "bound", "answer")
        return pd.DataFrame(rows, columns=[spoken.say(f"principles.{head}") for head in heads])

    def findings(self) -> tuple[Finding, ...]:
        """State each principle's answer, and each of its criteria."""
        return tuple(
            finding
            for principle in PRINCIPLES
            for finding in (self._whole(principle), *(one.finding(self.among) for one in self.of(principle)))
        )

    def _whole(self, principle: Principle) -> Finding:
        criteria, answer = self.of(principle), self.answer(principle)
        met = sum(one.answer == "met" for one in criteria)
        telling = [one for one in criteria if one.answer == ("met" if answer == "met" else answer)]
        claims = {one.claim for one in criteria if one.answer == answer}
        claim: Claim = next((one for one in ("scenario", "association") if one in claims), "accounting")
        listed = {lang: words(lang).say("run.join").join(_listed(telling, lang)) for lang in LANGUAGES}
        return state(
            f"diagnosis.principle.{principle}", None if answer == "unknown" else met,
            says=f"diagnosis.principle_{answer}", unit="count", n=len(criteria),
            claim="unidentified" if answer == "unknown" else claim, among=self.among,
            limits=dict.fromkeys(limit for one in criteria for limit in one.limits if limit in WHOSE),
            principle=Term(f"principle.{principle}"), criteria=listed, met=Quantity(met, "count"),
        )  # fmt: skip


def _listed(criteria: Iterable[Criterion], lang: str) -> list[str]:
    """The names of criteria; several of one name are told as one, with their number."""
    by_name: dict[str, list[Criterion]] = {}
    for one in criteria:
        by_name.setdefault(one.name, []).append(one)
    return [
        held[0].named(lang) if len(held) == 1 else words(lang).say(f"criterion.{name}_several", number=str(len(held)))
        for name, held in by_name.items()
    ]
