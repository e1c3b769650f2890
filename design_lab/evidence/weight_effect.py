"""What other weights did to each outcome: estimate, claim, what could have been found, and what would overturn it.

The primary outcome is named before looking and tested alone; all others share one error rate (Holm, 1979).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from design_lab.catalogue.outcomes import OUTCOMES
from design_lab.display import Quantity, Term, number
from design_lab.errors import DataError, nearest
from design_lab.evidence.adoption import LEAST_COHORT, Adoption, Event, adoption
from design_lab.evidence.claim import Checked, ClaimTest, change_said, history_limits, judged, lot_only
from design_lab.evidence.history import WeightHistory
from design_lab.evidence.inference import LEVEL
from design_lab.evidence.overturn import Overturn, drawn_in, overturned, usable
from design_lab.evidence.wording import NOTHING, ByLanguage, between, said
from design_lab.finding import Finding, Stated, state
from design_lab.multiple_tests import holm
from design_lab.parallel import each

if TYPE_CHECKING:
    import pandas as pd

By = Literal["lot", "leaving_out", "permuting"]
# How each outcome is shown: its unit, and what makes it of the panel's own.
_RATES = dict.fromkeys(OUTCOMES, ("pp", 100.0))
SHOWN: Mapping[str, tuple[str, float]] = _RATES | {
    "qa_score": ("rating_points", 1.0),
    "complaints": ("per_10000", 10_000.0),
    "handle_seconds": ("seconds_apart", 1.0),
    "calls_per_hour": ("calls_apart", 1.0),
    "teamwork": ("rating_points", 1.0),
}
POWER = 0.8
_ALIKE = 1e-9  # of the spread, below which two outcomes are one number


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightEffect:
    """What other weights did to one outcome, in the outcome's own unit.

    `interval` leaves out one team at a time, or with few teams comes of other draws of the lot; None where the design
    bears none. `p` is the test `by` other draws where adoption was drawn, and `p_held` the same for all secondary
    outcomes together (of the primary one: itself). `detectable` is the effect that would be found four times in five.
    `mirrors` names an outcome before it that is the same number told the other way round: it is not counted twice, and
    has that one's `p_held`.
    Without an `adoption` the outcome is unidentified, as its `claim` says.
    """

    outcome: str
    unit: str
    claim: ClaimTest
    adoption: Adoption | None = None
    interval: tuple[float, float] | None = None
    p: float | None = None
    p_held: float | None = None
    by: By = "lot"
    detectable: float | None = None
    mirrors: str = ""

    @property
    def told(self) -> bool:
        """Whether it is told from none, all outcomes considered."""
        return self.p_held is not None and self.p_held < 1 - LEVEL


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class WeightEffects(Stated):
    """What other weights did to every outcome, the primary one first, and what would overturn what is said of it.

    `alone` says that the primary outcome was tested by itself; else its p is held together with others like theirs.
    """

    history: WeightHistory
    effects: tuple[WeightEffect, ...]
    overturn: Overturn
    alone: bool = True

    @property
    def primary(self) -> WeightEffect:
        """The outcome that was named before looking."""
        return self.effects[0]

    @property
    def claim(self) -> ClaimTest:
        """Which claim may be made about the primary outcome."""
        return self.primary.claim

    def table(self) -> pd.DataFrame:
        """Return one row an outcome that could be estimated: its unit, value, ends, detectable, p and p_adjusted."""
        import pandas as pd

        rows = [
            (
                one.outcome,
                one.unit,
                one.adoption.value,
                *(one.interval or (None, None)),
                one.detectable,
                one.p,
                one.p_held,
            )
            for one in self.effects
            if one.adoption
        ]
        columns = ["outcome", "unit", "value", "low", "high", "detectable", "p", "p_adjusted"]
        return pd.DataFrame(rows, columns=columns)

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with every number written in its outcome's unit."""
        shown = self.table().astype(object)
        shown = shown.where(shown.notna(), None)
        for column in ("value", "low", "high", "detectable"):
            pairs = zip(shown[column], shown["unit"], strict=True)
            shown[column] = [number(value, unit, lang) for value, unit in pairs]
        for column in ("p", "p_adjusted"):
            shown[column] = [number(value, "effect", lang) for value in shown[column]]
        return shown.drop(columns="unit")

    def findings(self) -> tuple[Finding, ...]:
        """State the claim, every effect, the primary one by quarters since the change, and what would overturn it.

        Where nothing is identified the claim alone is stated, and no number.
        """
        claim = self.claim.findings()
        if not any(one.adoption for one in self.effects):
            return claim
        each = tuple(self._state(one) for one in self.effects)
        events = self.primary.adoption.events if self.primary.adoption else ()
        return (
            *claim,
            *each,
            *(self._event(event) for event in events),
            *self.overturn.findings(self.claim.claim, self.primary.outcome),
        )

    def _state(self, one: WeightEffect) -> Finding:
        id, outcome = f"evidence.weight_effect.{one.outcome}", Term(f"outcome.{one.outcome}")
        if one.adoption is None:
            return state(
                id, None, says="evidence.weight_effect_unknown", unit=one.unit, n=None, claim="unidentified",
                outcome=outcome, why=one.claim.reasons[0].text,
            )  # fmt: skip
        kind = {"causal-under-assumptions": "assumed"}.get(one.claim.claim, one.claim.claim)
        return state(
            id, one.adoption.value, says=f"evidence.weight_effect_{kind}{'' if one.told else '_flat'}", unit=one.unit,
            n=one.adoption.treated + one.adoption.never, claim=one.claim.claim, bounds=one.interval,
            level=LEVEL if one.interval else None, limits=self._limits(one), outcome=outcome,
            change=change_said(self.history), treated=str(one.adoption.treated), tested=self._tested(one),
            range=_range(one.interval, one.unit), **_breakdown(one),
        )  # fmt: skip

    def _tested(self, one: WeightEffect) -> ByLanguage:
        """The test's p, what it is with the other outcomes held together, and the least effect that would be found."""
        apart = one is self.primary and self.alone
        held = NOTHING if apart else said("evidence_part.held", p=Quantity(one.p_held or 0.0, "effect"))
        if one.mirrors:
            held = said("evidence_part.mirrored", outcome=Term(f"outcome.{one.mirrors}"))
        found = NOTHING
        if one.detectable is not None:
            found = said("evidence_part.detectable", least=Quantity(one.detectable, one.unit))
        return said(f"evidence_part.by_{one.by}", p=Quantity(one.p or 0.0, "effect"), held=held, found=found)

    def _limits(self, one: WeightEffect) -> tuple[str, ...]:
        drawn = one.claim.claim == "causal"
        found = one.adoption.limits if one.adoption else ()
        kept = [limit for limit in found if not (drawn and limit == "parallel_without_adoption")]
        ratings = ["self_selected_ratings"] if one.outcome.startswith("csat") else []
        queues = ["volume_dealt_out"] if any(reason.key == "dealt_out" for reason in one.claim.reasons) else []
        return tuple(dict.fromkeys([*kept, *queues, *history_limits(self.history), *ratings, "few_teams"]))

    def _event(self, event: Event) -> Finding:
        """The primary outcome some quarters from the change; before it nothing had changed, so no effect is told."""
        one, teams = self.primary, self._seen(event.time)
        found = event.estimate if teams >= LEAST_COHORT else None
        bounds = (found.low, found.high) if found else None
        after = event.time >= 0
        says = "event_at" if event.time == 0 else "event_after" if after else "event_before"
        return state(
            f"evidence.weight_effect.{one.outcome}.event.{event.time}", event.value,
            says=f"evidence.{says}", unit=one.unit, n=teams,
            claim=one.claim.claim if after else "association", bounds=bounds, level=LEVEL if bounds else None,
            limits=("one_of_many_quarters",), outcome=Term(f"outcome.{one.outcome}"), quarters=str(abs(event.time)),
            range=_range(bounds, one.unit),
        )  # fmt: skip

    def _seen(self, time: int) -> int:
        """How many treated teams are seen so many quarters from their change."""
        place = {quarter: number for number, quarter in enumerate(self.history.quarters)}
        return sum(
            count
            for date, count in self.history.cohorts.items()
            if 0 <= place[date] + time < len(self.history.quarters)
        )


def _range(bounds: tuple[float, float] | None, unit: str) -> ByLanguage:
    return between(*bounds, unit) if bounds else said("evidence_part.no_interval")


def _breakdown(one: WeightEffect) -> dict[str, Any]:
    return {} if one.claim.breakdown is None else {"breakdown": Quantity(one.claim.breakdown, "times")}


def weight_effects(
    history: WeightHistory,
    rates: pd.DataFrame,
    *,
    primary: str,
    rng: np.random.Generator,
    frozen: pd.DataFrame | None = None,
    people: pd.DataFrame | None = None,
    absent: Mapping[str, str] | None = None,
    checks: Sequence[Checked] = (),
    draws: int = 999,
) -> WeightEffects:
    """Estimate what other weights did to each outcome, in the design that the history of schemes gives.

    `rates` has one row a team and quarter: team, quarter and a column an outcome, as `TeamQuarters.rates`; `frozen` the
    same with everybody kept where she was before the first adoption, and `people` the primary outcome of each of them,
    as `TeamQuarters.by_person`; `absent` says why outcomes are missing, as keys below `claim_reason.`. `primary` was
    named before looking. Every team-quarter under the other weights counts once.
    The least effect that would be found is (t at .975 + t at .8) standard errors with teams - 1 degrees of freedom
    (Bloom, Evaluation Review 1995). A primary outcome that is none, and rows that repeat, raise `DataError`.
    """
    if primary not in OUTCOMES:
        raise DataError(f"primary_outcome: {primary!r} is no outcome; {nearest(primary, OUTCOMES)}")
    panel = history.panel(rates)
    if twins := int(panel.duplicated(["team", "quarter"]).sum()):
        raise DataError(f"{twins} rows repeat a team and quarter; one row each is needed, as TeamQuarters.rates gives")
    streams = dict(zip(OUTCOMES, rng.spawn(len(OUTCOMES)), strict=True))
    order = (primary, *(name for name in OUTCOMES if name != primary))
    mirrors = _mirrored(panel, order)
    tasks = [(history, panel, name, streams[name], absent or {}, checks, draws) for name in order]
    found = [
        replace(made, mirrors=mirrors.get(name, "")) for name, made in zip(order, each(_effect, tasks), strict=True)
    ]
    kept = history.panel(frozen) if frozen is not None else None
    unit, scale = SHOWN[primary]
    first = found[0].adoption
    return WeightEffects(
        history=history,
        effects=_held_together(replace(found[0], p_held=found[0].p), found[1:]),
        overturn=overturned(
            first, panel, kept, outcome=primary, unit=unit, scale=scale,
            people=None if people is None else history.panel(people),
        )
        if first
        else Overturn(unit=unit),
    )  # fmt: skip


def _effect(
    history: WeightHistory, panel: pd.DataFrame, outcome: str, rng: np.random.Generator, absent: Mapping[str, str],
    checks: Sequence[Checked], draws: int,
) -> WeightEffect:  # fmt: skip
    """One outcome's estimate and claim; p is not yet held against the other outcomes."""
    unit, scale = SHOWN[outcome]
    rows = usable(panel, outcome)
    unknown = _why(panel, outcome, absent) if rows is None else ""
    bare = judged(history, effect=None, outcome=outcome, unknown=unknown, checks=checks)
    if rows is None or bare.claim == "unidentified":
        return WeightEffect(outcome=outcome, unit=unit, claim=bare)
    scaled = rows.assign(**{outcome: scale * rows[outcome]})
    made = adoption(
        scaled, outcome=outcome, unit="team", time="quarter", adopted="adopted", drawn=drawn_in(rows), rng=rng,
        draws=draws,
    )  # fmt: skip
    few = lot_only(history) or made.estimate is None
    drawn, lot, estimate = history.how == "randomised", made.lot, made.estimate
    by: By = "lot" if drawn else "permuting" if few else "leaving_out"
    jackknifed = (estimate.low, estimate.high) if estimate else None
    return WeightEffect(
        outcome=outcome,
        unit=unit,
        claim=judged(history, effect=made, outcome=outcome, checks=checks),
        adoption=made,
        interval=(lot.interval if lot else None) if few else jackknifed,
        p=estimate.p if estimate and by == "leaving_out" else lot.p if lot else None,
        by=by,
        detectable=None if few or estimate is None else detectable(estimate.standard_error, estimate.clusters),
    )


def _why(panel: pd.DataFrame, outcome: str, absent: Mapping[str, str]) -> str:
    """Why an outcome cannot be estimated, as a key below `claim_reason.`."""
    if outcome in absent:
        return absent[outcome]
    if outcome not in panel or panel[outcome].notna().sum() == 0:
        return "no_observations"
    seen = panel[outcome].dropna()
    return "constant_outcome" if len(seen) == len(panel) or np.ptp(seen) == 0 else "too_few_whole"


def detectable(standard_error: float, teams: int, power: float = POWER) -> float:
    """Return the least effect that a test at .05 would find with a given power, from an estimate's standard error.

    >>> round(detectable(1.0, 15), 3)
    3.013
    """
    from scipy import stats

    return float(stats.t.ppf((1 + LEVEL) / 2, teams - 1) + stats.t.ppf(power, teams - 1)) * standard_error


def _mirrored(panel: pd.DataFrame, order: Sequence[str]) -> dict[str, str]:
    """Return outcomes that are an earlier one told the other way round, such as a share and what is missing to 1."""
    known = [name for name in order if name in panel and panel[name].notna().any()]
    found: dict[str, str] = {}
    for place, name in enumerate(known):
        same = [one for one in known[:place] if one not in found and _one_number(panel[one], panel[name])]
        if same:
            found[name] = same[0]
    return found


def _one_number(one: pd.Series, other: pd.Series) -> bool:
    """Whether two columns sum, or differ, to the same in every row."""
    if not one.isna().equals(other.isna()):
        return False
    spread = np.ptp(one.dropna())
    apart = min(np.ptp((one + other).dropna()), np.ptp((one - other).dropna()))
    return bool(spread > 0 and apart <= _ALIKE * spread)


def _held_together(primary: WeightEffect, others: Sequence[WeightEffect]) -> tuple[WeightEffect, ...]:
    """Adjust the p of the secondary outcomes so that one false alarm among them is as rare as in one test (Holm, 1979).

    Who mirrors another outcome is no further chance of an alarm, and stands and falls with it.
    """
    family = [one for one in others if one.p is not None and not one.mirrors]
    held = holm(one.p for one in family if one.p is not None)
    told = {primary.outcome: primary.p_held} | {one.outcome: p for one, p in zip(family, held, strict=True)}
    estimated = (one if one.p is None else replace(one, p_held=told.get(one.mirrors or one.outcome)) for one in others)
    return (primary, *estimated)
