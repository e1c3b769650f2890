"""All signs of gaming together: each with its p for the whole family, and sentences that accuse nobody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol

from design_lab.catalogue import LANGUAGES, words
from design_lab.display import Quantity, Term, Wording, number, written
from design_lab.evidence.gaming.bunching import bunching, score_bunching
from design_lab.evidence.gaming.odds import survey_selection, transfers_at_day_end
from design_lab.evidence.gaming.people import ALPHA, standing_out
from design_lab.evidence.gaming.sign import Kind, Sign, unidentified
from design_lab.evidence.gaming.timing import LAST_DAYS, period_end_push
from design_lab.evidence.inference import LEVEL
from design_lab.evidence.wording import joined
from design_lab.finding import Finding, Stated, state
from design_lab.multiple_tests import holm

if TYPE_CHECKING:
    import pandas as pd

Verdict = Literal["seen", "not_seen", "unknown"]
SCORE_WIDTH = 200  # hundredths of points from a grade's bound, within which official scores are compared
_FLAGS: Mapping[str, Kind] = {
    "unresolved": "survey_unresolved",
    "transferred": "survey_transferred",
    "long": "survey_long",
}
_LIMITS: Mapping[str, str] = {
    "bunching": "gaming_bunching",
    "push": "gaming_push",
    "short": "gaming_short",
    "survey": "gaming_survey",
    "transfers": "gaming_transfers",
}


class Counted(Protocol):
    """Counts of what people did, as `scoring.conduct` makes them; its docstring says what each frame holds."""

    @property
    def rates(self) -> pd.DataFrame:
        """Good outcomes `met` of `of` by person, quarter and indicator."""

    @property
    def scores(self) -> pd.DataFrame:
        """Official scores by person and quarter."""

    @property
    def days(self) -> pd.DataFrame:
        """Calls, short calls, signed-in time and calls offered by person and day."""

    @property
    def calls(self) -> pd.DataFrame:
        """Short calls and transfers by person, queue, type and hour."""

    @property
    def contacts(self) -> pd.DataFrame:
        """Contacts rated by person, type and flags."""

    @property
    def late(self) -> pd.DataFrame:
        """Transfers by person, type and whether late in her day."""

    @property
    def ends(self) -> tuple[dt.date, ...]:
        """The last days of months."""

    @property
    def bounds(self) -> tuple[int, ...]:
        """Official scores at which a grade begins."""

    @property
    def steps(self) -> Mapping[str, tuple[float, ...]]:
        """Shares at which a ladder of points has its next step, by indicator."""

    @property
    def first(self) -> str:
        """The first quarter."""

    @property
    def last(self) -> str:
        """The last quarter."""

    @property
    def short_seconds(self) -> int:
        """Below how many seconds of talk a call is short."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class GamingSigns(Stated):
    """Every sign that was screened for, with its p adjusted for all that could be read (Holm): a screen, no proof.

    `adjusted` (one a sign, None where it cannot be read) are the p for the whole family; a sign is seen where that is
    at most .05. Numbers of people from 1 to `least` - 1 are not shown. `targets` are those of indicators, `steps` the
    shares at which a ladder of points has its next step, `names` their names by language.
    """

    units: ClassVar = {"p": "effect", "p_adjusted": "effect"}
    signs: tuple[Sign, ...]
    adjusted: tuple[float | None, ...]
    least: int
    first: str
    last: str
    short_seconds: int
    targets: Mapping[str, float]
    names: Mapping[str, Mapping[str, str]]
    steps: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def verdict(self, number: int) -> Verdict:
        """Return whether the sign at this place is seen."""
        p = self.adjusted[number]
        return "unknown" if p is None else "seen" if p <= ALPHA else "not_seen"

    def table(self) -> pd.DataFrame:
        """Return one row a sign: sign, value, unit, low, high, p, p_adjusted, n, people, verdict."""
        import pandas as pd

        rows = [
            (
                one.name, self._shown(one), one.unit, one.low, one.high, one.p, self.adjusted[place], one.n,
                one.people, self.verdict(place),
            )
            for place, one in enumerate(self.signs)
        ]  # fmt: skip
        columns = ["sign", "value", "unit", "low", "high", "p", "p_adjusted", "n", "people", "verdict"]
        return pd.DataFrame(rows, columns=columns)

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with every number in its own unit, and each sign in words."""
        import pandas as pd

        spoken, told = words(lang), self.table()
        told["sign"] = [self._name(one, lang) for one in self.signs]
        for column in ("value", "low", "high"):
            pairs = zip(self.table()[column], told["unit"], strict=True)
            told[column] = [number(None if pd.isna(value) else value, unit, lang) for value, unit in pairs]
        few = [self._is_few(one) for one in self.signs]
        hidden = spoken.say("gaming.few", least=str(self.least))
        told["value"] = [hidden if one else value for one, value in zip(few, told["value"], strict=True)]
        for column in ("p", "p_adjusted"):
            told[column] = ["–" if pd.isna(p) else written(p) for p in told[column]]
        told["verdict"] = [spoken.say(f"gaming.verdict.{verdict}") for verdict in told["verdict"]]
        return told.drop(columns="unit")

    def findings(self) -> tuple[Finding, ...]:
        """State each sign, as an association; what cannot be read with its reason."""
        return tuple(self._state(place, one) for place, one in enumerate(self.signs))

    def _state(self, place: int, one: Sign) -> Finding:
        id, about = f"evidence.gaming.{one.name}", {lang: self._name(one, lang) for lang in LANGUAGES}
        adjusted = self.adjusted[place]
        if one.p is None or adjusted is None:
            return state(
                id, None, says="evidence.gaming_unknown", unit=one.unit, n=None, claim="unidentified", sign=about,
                why=Term(f"unknown.{one.unknown}"),
            )  # fmt: skip
        bounds = (one.low, one.high) if one.low is not None and one.high is not None else None
        told = {"p": written(one.p), "adjusted": written(adjusted)}
        verdict = {lang: words(lang).say(f"gaming.said.{self.verdict(place)}", **told) for lang in LANGUAGES}
        return state(
            id, self._shown(one), says=f"evidence.gaming.{one.kind}", unit=one.unit, n=one.n, claim="association",
            bounds=bounds, level=LEVEL if bounds else None, limits=self._limits(one), verdict=verdict,
            people=Quantity(one.people, "people"), first=self.first, last=self.last, **self._parts(one),
        )  # fmt: skip

    def _parts(self, one: Sign) -> dict[str, Wording]:
        """What a kind of sign's sentence names beside its numbers."""
        if one.kind == "bunching_steps":
            cuts = [step for step in self.steps[one.of] if step != self.targets.get(one.of)]
            shares = ({lang: number(cut, "share", lang) for lang in LANGUAGES} for cut in cuts)
            return {"indicator": self._indicator(one.of), "steps": joined(shares, by="report.join")}
        if one.kind == "bunching":
            return {"indicator": self._indicator(one.of), "target": Quantity(self.targets[one.of], "share")}
        if one.kind.startswith("push"):
            return {"days": str(LAST_DAYS), "short": Quantity(self.short_seconds, "seconds")}
        if one.unit == "people":
            few = {lang: words(lang).say("gaming.few", least=str(self.least)) for lang in LANGUAGES}
            many: Wording = few if self._is_few(one) else Quantity(one.value or 0, "people")
            return {"many": many, "short": Quantity(self.short_seconds, "seconds")}
        return {}

    def _limits(self, one: Sign) -> list[str]:
        own = _LIMITS[one.kind.split("_")[0]]
        load = ["gaming_load_held"] if one.kind == "push_volume" else []
        return ["gaming_screen", own, *load, *(["small_cells"] if self._is_few(one) else [])]

    def _is_few(self, one: Sign) -> bool:
        return one.unit == "people" and one.value is not None and 0 < one.value < self.least

    def _shown(self, one: Sign) -> float | int | None:
        return None if self._is_few(one) else one.value

    def _indicator(self, name: str) -> Wording:
        return self.names.get(name, name)

    def _name(self, one: Sign, lang: str) -> str:
        of = self.names[one.of].get(lang, one.of) if one.of in self.names else one.of
        return words(lang).say(f"gaming.sign.{one.kind}", indicator=of)


def gaming_signs(
    counted: Counted, *, targets: Mapping[str, float], names: Mapping[str, Mapping[str, str]], least: int
) -> GamingSigns:
    """Screen counts (`scoring.conduct`) for every sign, and hold all that can be read together (Holm 1979).

    `targets` are the least good rates of indicators, of which those counted in `rates` are used; `names` are names of
    indicators by language; `least` is the least number of people that is shown.
    """
    signs = tuple(_screened(counted, targets))
    held = iter(holm(one.p for one in signs if one.p is not None))
    return GamingSigns(
        signs=signs,
        adjusted=tuple(None if one.p is None else next(held) for one in signs),
        least=least,
        first=counted.first,
        last=counted.last,
        short_seconds=counted.short_seconds,
        targets=targets,
        names=names,
        steps=counted.steps,
    )


def _screened(counted: Counted, targets: Mapping[str, float]) -> Iterator[Sign]:
    rates = counted.rates
    known = [name for name in targets if name in set(rates["indicator"])] if len(rates) else []
    for name in known:
        rows = rates[rates["indicator"] == name]
        yield bunching(
            rows, met="met", of="of", threshold=targets[name], unit="employee_id", team="team", indicator=name
        )
    if not known:
        yield unidentified("bunching", "times", "no_rate_with_target")
    yield from _steps(counted, targets)
    yield _scores(counted)
    yield from _pushes(counted)
    yield from _standing(counted.calls)
    yield from (_selection(counted.contacts, flag, kind) for flag, kind in _FLAGS.items())
    yield _late(counted.late)


def _steps(counted: Counted, targets: Mapping[str, float]) -> Iterator[Sign]:
    """Bunching at the steps of ladders, the target aside, which has a sign of its own."""
    rates = counted.rates
    for name, steps in counted.steps.items():
        cuts = [step for step in steps if step != targets.get(name)]
        rows = rates[rates["indicator"] == name] if len(rates) else rates
        if cuts and len(rows):
            yield bunching(
                rows, met="met", of="of", threshold=cuts, unit="employee_id", team="team", indicator=name,
                kind="bunching_steps",
            )  # fmt: skip


def _scores(counted: Counted) -> Sign:
    if not counted.bounds:
        return unidentified("bunching_scores", "times", "no_fixed_bounds")
    if not len(counted.scores):
        return unidentified("bunching_scores", "times", "no_results")
    bounds = [float(bound) for bound in counted.bounds]
    return score_bunching(
        counted.scores, score="score_x100", bounds=bounds, width=SCORE_WIDTH, step=1, unit="employee_id", team="team"
    )


def _pushes(counted: Counted) -> Iterator[Sign]:
    days = counted.days
    timed = days[days["worked_ms"] > 0] if len(days) else days
    known = timed[timed["offered"].notna()] if len(timed) else timed
    yield (
        period_end_push(
            known, count="calls", exposure="worked_ms", person="employee_id", day="day", team="team", ends=counted.ends,
            held=["offered"],
        )
        if len(known)
        # Without the load an honest busy month-end is taken for a push more often than not (tests/proofs/test_gaming).
        else unidentified("push_volume", "share", "no_offered" if len(timed) else "no_hours")
    )  # fmt: skip
    yield (
        period_end_push(
            days, count="short", exposure="calls", person="employee_id", day="day", team="team", ends=counted.ends,
            kind="push_short_calls",
        )
        if len(days)
        else unidentified("push_short_calls", "share", "no_single_contacts")
    )  # fmt: skip


def _standing(calls: pd.DataFrame) -> Iterator[Sign]:
    cells = ["queue", "contact_type", "hour"]
    counts = ["calls", "short", "near", "transfer_n", "transferred"]
    summed = calls.groupby(["employee_id", *cells], as_index=False)[counts].sum()
    passed = summed[summed["transfer_n"] > 0] if len(summed) else summed
    yield (
        standing_out(summed, count="short", of="calls", person="employee_id", alike=cells, near="near")
        if len(summed)
        else unidentified("short_calls", "people", "no_single_contacts")
    )
    yield (
        standing_out(
            passed, count="transferred", of="transfer_n", person="employee_id", alike=cells, kind="transfers"
        )
        if len(passed)
        else unidentified("transfers", "people", "no_transfers_known")
    )  # fmt: skip


def _selection(contacts: pd.DataFrame, flag: str, kind: Kind) -> Sign:
    if not len(contacts):
        return unidentified(kind, "times", "no_rated_contacts")
    known = contacts[contacts[flag] >= 0]
    if not len(known):
        return unidentified(kind, "times", "contacts_not_told")
    alike = ["contact_type", *(one for one in _FLAGS if one != flag)]
    return survey_selection(
        known, rated="rated", contacts="contacts", bad=flag, person="employee_id", team="team", alike=alike, kind=kind
    )


def _late(late: pd.DataFrame) -> Sign:
    if not len(late):
        return unidentified("transfers_late", "times", "no_transfers_known")
    return transfers_at_day_end(
        late, transferred="transferred", contacts="contacts", late="late", person="employee_id", team="team",
        alike=["contact_type"],
    )  # fmt: skip
