"""The claim test: which kind of claim may be made about what other weights did, decided from the history by itself.

A recorded draw makes it causal, adoption that was chosen causal under assumptions, and nothing at all is identified
where nobody of one role was under other weights. Spill-over, events that coincide and selection on the past take claims
away; no passed test ever gives one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from design_lab.catalogue import LANGUAGES, words
from design_lab.display import Quantity, Term, Wording
from design_lab.evidence.adoption import LEAST_SIDE, Adoption
from design_lab.evidence.draws import fault
from design_lab.evidence.history import WeightHistory, weight_history
from design_lab.evidence.inference import LEAST_CLUSTERS
from design_lab.evidence.trends import breakdown, relative_magnitudes
from design_lab.evidence.wording import ByLanguage, joined, said
from design_lab.finding import Claim, Finding, Stated, state
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

# What a failed check takes away: every claim of an effect, or those that no draw stands behind.
_SPILT = {"untreated_volume": "spill_over", "shared_queues": "shared_work", "handle_time": "shared_time"}
ALWAYS_FATAL = (*_SPILT, "concurrent_events")
FATAL_UNDRAWN = ("selection_on_past", "dip_before", "pre_trend", "placebo_dates")
DEALT_OUT = ("calls_per_hour",)  # what comes to a queue is given: what one team leaves undone of it the others get
_LEAST_BREAKDOWN = 1.0  # times the largest step before adoption


class Checked(Protocol):
    """A check as the claim test reads it: its name, and `passed`, `failed` or `cannot_be_judged`."""

    @property
    def name(self) -> str:
        """The check's name, such as selection_on_past."""

    @property
    def verdict(self) -> str:
        """What came of it."""

    @property
    def shared(self) -> bool:
        """Whether it says that teams answer queues together with those that they are compared with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a claim may or may not be made: a key below `claim_reason.` and what its sentence is filled with."""

    key: str
    parts: Mapping[str, Wording] = field(default_factory=dict)

    @property
    def text(self) -> ByLanguage:
        """Its sentence, by language."""
        return said(f"claim_reason.{self.key}", **self.parts)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ClaimTest(Stated):
    """Which claim may be made, why, and what would tell more.

    `weight_sets` is how many sets of weights people of one role were under between `first` and `last`; `tells` are keys
    below `claim_tell.` that name the data or the pilot that would identify more; `breakdown` is how many times the
    largest step before adoption trends may step apart after it before the interval reaches none (None: not known).
    """

    weight_sets: int
    first: str
    last: str
    claim: Claim
    reasons: tuple[Reason, ...] = ()
    tells: tuple[str, ...] = ()
    outcome: str = "csat"
    breakdown: float | None = None
    history: WeightHistory | None = None
    units: ClassVar = {"breakdown": "times"}

    def table(self) -> pd.DataFrame:
        """Return one row: claim, how adoption was decided, treated and untreated teams, and the breakdown."""
        import pandas as pd

        past = self.history
        counts = (past.how, len(past.treated), len(past.untreated)) if past and past.treated else ("none", 0, 0)
        columns = ["claim", "how", "treated", "untreated", "breakdown"]
        return pd.DataFrame([(self.claim, *counts, self.breakdown)], columns=columns)

    def findings(self) -> tuple[Finding, ...]:
        """State which claim may be made, as `evidence.claim`."""
        key = {"causal-under-assumptions": "assumed", "unidentified": "no_variation"}.get(self.claim, self.claim)
        if self.claim == "unidentified" and self.weight_sets > 1:
            key = "unidentified"
        told: dict[str, Any] = {
            "reasons": joined(one.text for one in self.reasons),
            "tell": joined(said(f"claim_tell.{key}") for key in self.tells),
            "change": change_said(self.history),
        }
        if self.breakdown is not None:
            told["breakdown"] = Quantity(self.breakdown, "times")
        return (
            state(
                "evidence.claim", None, says=f"evidence.claim_{key}", unit="percentage_points", n=self._teams(),
                claim=self.claim, limits=self._limits(), first=self.first, last=self.last,
                outcome=Term(f"outcome.{self.outcome}"), **told,
            ),
        )  # fmt: skip

    def _teams(self) -> int | None:
        return len(self.history.compared) if self.history and self.claim != "unidentified" else None

    def _limits(self) -> tuple[str, ...]:
        past = self.history
        if past is None or self.claim == "unidentified":
            return ()
        return history_limits(past)


def change_said(history: WeightHistory | None) -> ByLanguage:
    """Name a change by everything that it weighs otherwise, in each language; empty where nothing changed."""
    changes = history.changes if history else ()
    each = (
        said(
            "evidence_part.change",
            name=one.title,
            before=Quantity(one.before, "weight"),
            after=Quantity(one.after, "weight"),
        )
        for one in changes
    )
    return joined(each, by="report.join")


def lot_only(history: WeightHistory) -> bool:
    """Whether so few teams stand on one side that only draws of the lot can tell chance from effect."""
    return len(history.treated) < LEAST_SIDE or history.held_against < LEAST_SIDE


def history_limits(history: WeightHistory) -> tuple[str, ...]:
    """Return what the history leaves open, as keys below `limit.`."""
    status = {one.status for one in history.teams}
    holds = {
        "switched_in_mid_quarter": any(one.in_mid_quarter for one in history.treated),
        "other_changes_apart": bool(status & {"other_weights", "changed_again", "always", "unknown"}),
        "levels_changed_otherwise": history.levels_differ,
        "rules_changed_too": history.rules_too,
    }
    return tuple(limit for limit, here in holds.items() if here)


def claim_test(
    study: Study,
    *,
    history: WeightHistory | None = None,
    effect: Adoption | None = None,
    outcome: str = "csat",
    checks: Sequence[Checked] = (),
) -> ClaimTest:
    """Decide which claim the study's history allows about what other weights did to an outcome.

    `history` is read from the study if it is not passed, `effect` what `adoption` estimated, and `checks` whatever was
    checked, with names and verdicts. The rules are those of docs/method.md; what no check was passed for is not taken
    for granted but told as a limit.
    """
    return judged(history or weight_history(study), effect=effect, outcome=outcome, checks=checks)


def judged(
    history: WeightHistory,
    *,
    effect: Adoption | None,
    outcome: str,
    checks: Sequence[Checked] = (),
    unknown: str = "",
) -> ClaimTest:
    """Decide the same from a history at hand; `unknown` says why an outcome could not be estimated, where it could not.

    `unknown` is a key below `claim_reason.`; such an outcome is unidentified whatever the history allows.
    """
    holds = breakdown_of(effect)
    claim, reasons, tells = _nothing(history, unknown) or _something(
        history, effect, holds, checks, dealt_out=outcome in DEALT_OUT
    )
    return ClaimTest(
        weight_sets=history.weight_sets,
        first=str(history.quarters[0]),
        last=str(history.quarters[-1]),
        claim=claim,
        reasons=tuple(reasons),
        tells=tuple(dict.fromkeys(tells)),
        outcome=outcome,
        breakdown=holds if claim != "unidentified" else None,
        history=history,
    )


def breakdown_of(effect: Adoption | None) -> float | None:
    """Return up to how many times the largest step before adoption an effect holds; None where no step is seen."""
    trends = effect.trends if effect else None
    return None if trends is None else breakdown(lambda most: relative_magnitudes(trends, most))


_Decided = tuple[Claim, list[Reason], list[str]]


def _nothing(history: WeightHistory, unknown: str) -> _Decided | None:
    """Why nothing is identified, if nothing is."""
    teams = len(history.compared)
    if history.weight_sets == 1:
        return "unidentified", [Reason(key="no_variation")], ["pilot"]
    if not history.treated:
        return "unidentified", [Reason(key="none_compared" if history.teams else "teams_unknown")], ["pilot"]
    if not history.waiting:
        return "unidentified", [Reason(key="everybody_at_once", parts={"date": str(history.dates[0])})], ["keep_some"]
    if teams < LEAST_CLUSTERS:
        few = {"teams": str(teams), "least": str(LEAST_CLUSTERS)}
        return "unidentified", [Reason(key="too_few_teams", parts=few)], ["more_teams"]
    return ("unidentified", [Reason(key=unknown)], ["outcome_data"]) if unknown else None


def _something(
    history: WeightHistory, effect: Adoption | None, holds: float | None, checks: Sequence[Checked], *, dealt_out: bool
) -> _Decided:
    """How much is identified where teams can be compared, and why."""
    failed = {one.name for one in checks if one.verdict == "failed"}
    passed = {one.name for one in checks if one.verdict == "passed"}
    drawn = history.how == "randomised"
    against, tells = _against(history, failed)
    if dealt_out and not failed & {*_SPILT} and any(one.shared for one in checks):
        against.append(Reason(key="dealt_out"))
        tells.append("shield_queues")
    few = lot_only(history)
    if not drawn:
        more = _against_undrawn(history, effect, holds, failed, few)
        against += more
        tells += ["record_draw"] if more else []
    claim: Claim = "association" if against else "causal" if drawn else "causal-under-assumptions"
    reasons = [_how(history), *against]
    reasons += [Reason(key="lot_only", parts={"least": str(LEAST_SIDE)})] if few and drawn else []
    small = sum(count < LEAST_CLUSTERS for count in history.cohorts.values())
    reasons += [Reason(key="small_cohorts", parts={"least": str(LEAST_CLUSTERS)})] if small else []
    told = {*ALWAYS_FATAL, *(() if drawn else FATAL_UNDRAWN)}
    reasons += _elsewhere(history)
    reasons += [Reason(key="check_failed", parts=_check(name)) for name in sorted(failed - told)]
    if not {*_SPILT} & (failed | passed):
        reasons.append(Reason(key="spill_over_unchecked"))
    return claim, reasons, tells


def _elsewhere(history: WeightHistory) -> list[Reason]:
    """The roles whose teams changed too, and are not in the estimate."""
    each = [said("claim_reason.role_and_teams", role=role, teams=str(teams)) for role, teams in history.roles_apart]
    return [Reason(key="roles_apart", parts={"roles": joined(each, by="report.join")})] if each else []


def _check(name: str) -> dict[str, Wording]:
    """The check's name in words; one that is not known here is called by its id."""
    key = f"check.{name}"
    return {"check": Term(key) if key in words("en") else name}


def _how(history: WeightHistory) -> Reason:
    """How adoption was decided, with the draw where there is one."""
    parts: dict[str, Wording] = {"treated": str(len(history.treated)), "teams": str(len(history.compared))}
    if history.how == "randomised":
        names = dict.fromkeys(name for one in history.compared for name in (str(one.draw), *one.redrawn))
        told = {lang: words(lang).say("report.join").join(names) for lang in LANGUAGES}
        return Reason(key="drawn_apart" if history.by_draw else "drawn", parts={**parts, "draw": told})
    claimed = history.how == "unknown" and any(one.how == "randomised" for one in history.treated)
    why = fault(history.compared) if claimed else None
    return Reason(key=why or f"adoption_{history.how}", parts=parts)


def _against(history: WeightHistory, failed: set[str]) -> tuple[list[Reason], list[str]]:
    """What speaks against any effect, however adoption was decided."""
    found, tells = [], []
    for name, reason in _SPILT.items():
        if name in failed:
            found.append(Reason(key=reason))
            tells.append("shield_queues")
    if history.events:
        names = {lang: words(lang).say("report.join").join(history.events) for lang in LANGUAGES}
        found.append(Reason(key="event", parts={"events": names}))
    elif "concurrent_events" in failed:
        found.append(Reason(key="check_failed", parts=_check("concurrent_events")))
    tells += ["apart_from_events"] if history.events or "concurrent_events" in failed else []
    return found, tells


def _against_undrawn(
    history: WeightHistory, effect: Adoption | None, holds: float | None, failed: set[str], few: bool
) -> list[Reason]:
    """What speaks against an effect where no draw stands behind it."""
    found = [Reason(key="check_failed", parts=_check(name)) for name in FATAL_UNDRAWN if name in failed]
    if few:
        counts: dict[str, Wording] = {
            "treated": str(len(history.treated)), "waiting": str(history.waiting), "least": str(LEAST_SIDE),
        }  # fmt: skip
        found.append(Reason(key="too_few_undrawn", parts=counts))
    if effect is None:
        return [*found, Reason(key="not_estimated")]
    if holds is None:
        return [*found, Reason(key="no_steps_before")]
    if holds < _LEAST_BREAKDOWN:
        found.append(Reason(key="breaks_down", parts={"breakdown": Quantity(holds, "times")}))
    return found
