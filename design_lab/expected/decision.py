"""What those who decide are asked: the options, the one that a published rule recommends, and what it rests on.

The rule, the first that holds:

1. *Adopt* a candidate that teams were moved to by lot, if its effect on the primary outcome is `causal` with its whole
   interval on the better side of 0, the whole interval of the difference in calls per hour stays above minus the
   volume margin that study.yaml states, and no more groups stand out in its fairness screen than in today's. What
   shared queues deal out overstates a loss, so that volume need not be causal too.
2. *Pilot* the bearable candidate with the greatest expected effect on the primary outcome, if enough teams are free and
   the pilot proposed finds the effect sought in at least half of cases. A candidate is bearable if the middle of its
   expected effect is on the better side of 0, the better end of that interval reaches the least effect worth finding,
   its expected volume does not lie below minus the margin with the whole interval, and no more groups stand out than
   today.
3. *Keep* today's scheme and measure what is missing, if something is expected of a candidate.
4. *Not now*: nothing is expected of any candidate, so that there is nothing to choose from.

A recommendation is a judgement by this rule: it bears no claim beyond `scenario`, whatever the findings behind it do.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

from design_lab.catalogue import words
from design_lab.catalogue.outcomes import LOWER_IS_BETTER
from design_lab.display import Quantity, Shown, Term, number
from design_lab.evidence.weight_effect import SHOWN
from design_lab.evidence.wording import between, said
from design_lab.expected.pilot import LEAST_TEAMS
from design_lab.expected.rollout import Schedule
from design_lab.finding import Finding, state
from design_lab.scheme import Scheme
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

Option = Literal["adopt", "pilot", "keep", "not_now"]
OPTIONS: tuple[Option, ...] = get_args(Option)
Verdict = Literal["adoptable", "bearable", "unknown", "no_gain", "too_small", "volume", "groups"]
LEAST_CHANCE = 0.5  # that a pilot finds the effect sought: likelier than not
VOLUME = "calls_per_hour"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A scheme that could be adopted or piloted: how the rule takes it, and the effects on the primary outcome.

    `expected` is None where nothing is said of it, `measured` where nobody was moved to the scheme; `gains` says that a
    lot has shown a gain.
    """

    scheme: Scheme
    verdict: Verdict
    expected: Finding | None
    measured: Finding | None
    gains: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Decisions(Shown):
    """The options, the one that is `recommended`, of which candidate (None: of none), and `why`.

    `why` is a key below `decision_reason.`; `candidates` are those of the run, the one with the greatest expected
    effect first. `power` is the finding on the pilot proposed, None where there is none.
    """

    units: ClassVar[Mapping[str, str]] = {}
    primary: str
    candidates: tuple[Candidate, ...]
    recommended: Option
    chosen: Candidate | None
    why: str
    power: Finding | None
    margin: float | None
    schedule: Schedule

    def table(self) -> pd.DataFrame:
        """Return one row a candidate: scheme, decision_verdict, difference, low, high."""
        import pandas as pd

        rows = []
        for one in self.candidates:
            low, high = (one.expected and one.expected.interval) or (None, None)
            value = one.expected.value if one.expected else None
            rows.append((one.scheme.name, one.verdict, value, low, high))
        return pd.DataFrame(rows, columns=["scheme", "decision_verdict", "difference", "low", "high"])

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with the schemes' titles, verdicts in words and effects in their unit."""
        shown = Shown.to_text(self, lang)
        ends = [(one.expected, (one.expected and one.expected.interval) or (None, None)) for one in self.candidates]
        shown["difference"] = [number(one.value if one else None, self._unit, lang) for one, _ in ends]
        for place, column in enumerate(("low", "high")):
            shown[column] = [number(end[place], self._unit, lang) for _, end in ends]
        shown["scheme"] = [one.scheme.title[lang] for one in self.candidates]
        shown["decision_verdict"] = [words(lang).say(f"decision_verdict.{one.verdict}") for one in self.candidates]
        return shown

    @property
    def _unit(self) -> str:
        return SHOWN[self.primary][0]

    @property
    def _named(self) -> dict[str, Any]:
        """What sentences on an option are filled with; the candidate is the chosen one, else the first."""
        one = self.chosen or next(iter(self.candidates), None)
        plan = self.schedule.plan
        return {
            "scheme": one.scheme.title if one else "–",
            "outcome": Term(f"outcome.{self.primary}"),
            "owner": plan.stakeholders[plan.decision.owner],
        }

    def findings(self) -> tuple[Finding, ...]:
        """State the recommendation, each option with its condition, each candidate, the deadline and what overturns."""
        return (
            self._recommendation(), *self._options(), *self._conditions(), self._deadline(), self._overturn(),
            *(self._candidate(one) for one in self.candidates),
        )  # fmt: skip

    def _recommendation(self) -> Finding:
        return state(
            f"decision.recommended.{_named_by(self.recommended, self.chosen)}", None,
            says=f"decision.recommended_{self.recommended}", unit="count", n=len(self.candidates), claim="scenario",
            limits=("rule_not_mandate",), why=said(f"decision_reason.{self.why}", **self._reason), **self._named,
        )  # fmt: skip

    @property
    def _reason(self) -> dict[str, Any]:
        chance = self.power.value if self.power else None
        return {
            "chance": Quantity(chance, "share") if chance is not None else "–",
            "least": Quantity(LEAST_CHANCE, "weight"),
            "outcome": Term(f"outcome.{self.primary}"),
        }

    def _options(self) -> Iterator[Finding]:
        """What each option rests on: an effect measured here, one expected, or none that can be told."""
        one = self.chosen or next(iter(self.candidates), None)
        for kind in OPTIONS:
            rests = {"adopt": one.measured, "pilot": one.expected}.get(kind) if one else None
            id = f"decision.option.{_named_by(kind, one)}"
            if rests is None or rests.value is None:
                told = kind in ("keep", "not_now")
                yield state(id, None, says=f"decision.option_{kind}{'' if told else '_unknown'}", unit=self._unit,
                            n=None, claim="scenario" if told else "unidentified", **self._named)  # fmt: skip
                continue
            elsewhere = ("prior_not_client",) if rests.claim == "scenario" else ()
            yield state(
                id, rests.value, says=f"decision.option_{kind}", unit=self._unit, n=rests.n, claim=rests.claim,
                bounds=rests.interval, level=rests.level, limits=elsewhere,
                range=_range(rests, self._unit), **self._named,
            )  # fmt: skip

    def _conditions(self) -> Iterator[Finding]:
        """What must hold for each option; the volume margin is the number in those on which volume bears."""
        for kind in OPTIONS:
            guarded = kind in ("adopt", "pilot")
            says = f"decision.condition_{kind}{'_no_margin' if guarded and self.margin is None else ''}"
            yield state(
                f"decision.condition.{kind}", self.margin if guarded else None, says=says,
                unit="weight" if guarded else "count", n=None, claim="scenario", **self._named,
            )  # fmt: skip

    def _deadline(self) -> Finding:
        """How many weeks the first phase that waits for the decision is away."""
        plan = self.schedule.plan
        starts = self.schedule.weeks[plan.decision.before][0]
        return state(
            "decision.deadline", starts, says="decision.deadline", unit="weeks", n=None, claim="scenario",
            limits=("laid_end_to_end",), date=self.last_day.isoformat(), phase=plan.phases[plan.decision.before].name,
            **self._named,
        )  # fmt: skip

    @property
    def last_day(self) -> dt.date:
        """The last day on which the decision is in time."""
        plan = self.schedule.plan
        return self.schedule.day(self.schedule.weeks[plan.decision.before][0]) - dt.timedelta(days=1)

    def _overturn(self) -> Finding:
        return state("decision.overturn", None, says=f"decision.overturn_{self.recommended}", unit="count", n=None,
                     claim="scenario", **self._named)  # fmt: skip

    def _candidate(self, one: Candidate) -> Finding:
        named: dict[str, Any] = {"scheme": one.scheme.title, "outcome": Term(f"outcome.{self.primary}")}
        id, why = f"decision.candidate.{one.scheme.name}", said(f"decision_verdict.{one.verdict}")
        if one.expected is None:
            return state(id, None, says="decision.candidate_unknown", unit=self._unit, n=None, claim="unidentified",
                         **named)  # fmt: skip
        return state(
            id, one.expected.value, says="decision.candidate", unit=self._unit, n=one.expected.n,
            claim=one.expected.claim, bounds=one.expected.interval, level=one.expected.level,
            range=_range(one.expected, self._unit), why=why, **named,
        )  # fmt: skip


def _named_by(option: Option, candidate: Candidate | None) -> str:
    """An option as ids name it: with the scheme, where it is one of a scheme."""
    return f"{option}.{candidate.scheme.name}" if candidate and option in ("adopt", "pilot") else option


def _range(one: Finding, unit: str) -> Mapping[str, str]:
    return between(*one.interval, unit) if one.interval else said("evidence_part.no_interval")


def decisions(
    study: Study,
    candidates: Iterable[Scheme],
    findings: Iterable[Finding],
    schedule: Schedule,
    *,
    adopted: str | None = None,
    margin: float | None = None,
) -> Decisions:
    """Apply the rule to the findings of a run; `schedule` gives owner and deadline.

    `adopted` names the scheme to which teams have been moved already, `margin` is what volume may lose at most, in
    calls per hour. Used are `expected.<scheme>.<outcome>`, `evidence.weight_effect.<outcome>`,
    `candidates.<scheme>.groups_standing_out`, `diagnosis.groups_standing_out`, `pilot.effect`, `pilot.power` and
    `pilot.free_teams`; what is absent speaks for nothing.
    """
    told = {one.id: one for one in findings if one.value is not None}
    primary = study.settings.primary_outcome
    found = [_candidate(scheme, primary, told, adopted, margin) for scheme in candidates]
    sign = -1.0 if primary in LOWER_IS_BETTER else 1.0
    ordered = tuple(sorted(found, key=lambda one: -sign * _value(one.expected) if one.expected else float("inf")))
    option, chosen, why = recommended(ordered, told)
    return Decisions(
        primary=primary, candidates=ordered, recommended=option, chosen=chosen, why=why, power=told.get("pilot.power"),
        margin=study.settings.pilot.volume_margin, schedule=schedule,
    )  # fmt: skip


def recommended(candidates: tuple[Candidate, ...], told: Mapping[str, Finding]) -> tuple[Option, Candidate | None, str]:
    """Apply the rule to candidates, the greatest expected effect first: the option, of which candidate, and why."""
    adoptable = next((one for one in candidates if one.verdict == "adoptable"), None)
    if adoptable:
        return "adopt", adoptable, "measured"
    bearable = next((one for one in candidates if one.verdict == "bearable"), None)
    if bearable is None:
        known = any(one.expected for one in candidates)
        return ("keep", None, "none_bearable") if known else ("not_now", None, "nothing_expected")
    power, free = told.get("pilot.power"), told.get("pilot.free_teams")
    if power is None or (free is not None and _value(free) < LEAST_TEAMS):
        gained = next((one for one in candidates if one.gains), None)
        return ("keep", gained, "volume_not_shown") if gained else ("keep", bearable, "no_pilot")
    if _value(power) < LEAST_CHANCE:
        return "keep", bearable, "pilot_too_weak"
    return "pilot", bearable, "pilot_finds"


def _candidate(
    scheme: Scheme, primary: str, told: Mapping[str, Finding], adopted: str | None, margin: float | None
) -> Candidate:
    here = scheme.name == adopted
    expected = told.get(f"expected.{scheme.name}.{primary}")
    measured = told.get(f"evidence.weight_effect.{primary}") if here else None
    groups, today = (told.get(f"{stem}.groups_standing_out") for stem in (f"candidates.{scheme.name}", "diagnosis"))
    uneven = groups is not None and _value(groups) > (_value(today) if today else 0.0)
    gains = _gains(measured, primary)
    shown = gains and _is_kept(told.get(f"evidence.weight_effect.{VOLUME}"), margin)
    verdict = (
        "groups" if uneven else "adoptable" if shown
        else _expects(expected, told.get(f"expected.{scheme.name}.{VOLUME}"), told.get("pilot.effect"), primary, margin)
    )  # fmt: skip
    return Candidate(scheme=scheme, verdict=verdict, expected=expected, measured=measured, gains=gains)


def _gains(measured: Finding | None, primary: str) -> bool:
    """Whether a lot has shown a gain."""
    if measured is None or measured.claim != "causal" or not measured.interval:
        return False
    return measured.interval[1] < 0 if primary in LOWER_IS_BETTER else measured.interval[0] > 0


def _is_kept(volume: Finding | None, margin: float | None) -> bool:
    """Whether volume is shown to lose less than the margin."""
    return volume is not None and volume.interval is not None and margin is not None and volume.interval[0] > -margin


def _expects(
    expected: Finding | None, volume: Finding | None, sought: Finding | None, primary: str, margin: float | None
) -> Verdict:
    """How the rule takes a candidate by what is expected of it."""
    if expected is None:
        return "unknown"
    sign = -1.0 if primary in LOWER_IS_BETTER else 1.0
    gain = sign * _value(expected)
    best = max(sign * end for end in expected.interval) if expected.interval else gain
    if gain <= 0:
        return "no_gain"
    if sought is not None and best < _value(sought):
        return "too_small"
    if volume is not None and volume.interval and margin is not None and volume.interval[1] < -margin:
        return "volume"
    return "bearable"


def _value(one: Finding) -> float:
    return float(one.value or 0.0)
