"""A pilot judged by its plan: the estimate of notebook 07, unchanged, and go, no-go or go on by the plan's rules."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from design_lab.display import Quantity, Shown, Term
from design_lab.errors import ForecastError
from design_lab.evidence import weight_history
from design_lab.evidence.checks import EvidenceChecks
from design_lab.evidence.history import WeightHistory
from design_lab.evidence.inference import LEVEL
from design_lab.evidence.weight_effect import SHOWN, WeightEffect, WeightEffects
from design_lab.evidence.wording import between, said
from design_lab.expected.designs import VOLUME
from design_lab.expected.plan import FILE, AnalysisPlan, read_plan
from design_lab.expected.seen import other_weights
from design_lab.finding import CAUSAL, Finding, state
from design_lab.periods import Quarter
from design_lab.scoring.team_quarters import team_quarters
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

Verdict = Literal["go", "no_go", "go_on", "cannot_say"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CarriedOut(Shown):
    """What became of a pilot by its plan: the `verdict` at the end of the quarter `look`, and the rule behind it.

    `why` is a key below `pilot_rule.`. `effects` and `checks` are those of notebook 07. `lost` is the interval of the
    change of volume as a share of what it was before the pilot, None where it is not known.
    """

    units: ClassVar = {"value": "effect", "low": "effect", "high": "effect"}
    plan: AnalysisPlan
    look: Quarter
    verdict: Verdict
    why: str
    effects: WeightEffects
    checks: EvidenceChecks
    lost: tuple[float, float] | None

    @property
    def last(self) -> bool:
        """Whether this look is the one that decides."""
        return str(self.look) == self.plan.looks[-1]

    def table(self) -> pd.DataFrame:
        """Return one row: look, verdict, rule, and the primary outcome's value and ends."""
        import pandas as pd

        one = self.effects.primary
        value = one.adoption.value if one.adoption else None
        row = (str(self.look), self.verdict, self.why, value, *(one.interval or (None, None)))
        return pd.DataFrame([row], columns=["look", "verdict", "pilot_rule", "value", "low", "high"])

    def findings(self) -> tuple[Finding, ...]:
        """State the verdict with the rule that gave it and the estimate that it rests on."""
        one, unit = self.effects.primary, SHOWN[self.plan.primary_outcome][0]
        told: dict[str, Any] = {
            "quarter": str(self.look), "outcome": Term(f"outcome.{one.outcome}"), "digest": self.plan.digest[:12],
            "verdict": Term(f"verdict.{self.verdict}"), "rule": said(f"pilot_rule.{self.why}"),
        }  # fmt: skip
        if self.verdict == "cannot_say" or one.adoption is None:
            return (state("pilot.verdict", None, says="pilot.verdict_open", unit=unit, n=None, claim="unidentified",
                          **told),)  # fmt: skip
        span = between(*one.interval, unit) if one.interval else said("evidence_part.no_interval")
        return (
            state(
                "pilot.verdict", one.adoption.value, says="pilot.verdict", unit=unit, n=len(self.plan.starts),
                claim=one.claim.claim, bounds=one.interval, level=LEVEL if one.interval else None,
                limits=("few_teams",), range=span, p=Quantity(one.p or 0.0, "effect"), **told,
            ),
        )  # fmt: skip


def pilot_verdicts(study: Study, period: Quarter) -> tuple[CarriedOut, ...]:
    """Judge the pilot whose plan lies in the study's folder, if a look is due at the end of the quarter; else nothing.

    Raises as `carry_out`.
    """
    path = study.folder / FILE
    due = path.is_file() and str(period) in read_plan(path).looks
    return (carry_out(study, path, period),) if due else ()


def carry_out(study: Study, path: Path, period: Quarter) -> CarriedOut:
    """Read a plan and judge the pilot by it at the end of a quarter, as notebook 07 estimates and by the plan's rules.

    A plan that was changed, one that the study's history of schemes does not follow, and a quarter in which no look is
    planned raise `ForecastError`.
    """
    plan = read_plan(path)
    refuse_other(study, plan, period)
    quarters = [one for one in study.quarters if one <= period]
    teams = team_quarters(study, quarters)
    past = weight_history(study, period, roles=teams.roles)
    _refuse_history(plan, past)
    rates = teams.rates()
    effects, checks = other_weights(
        study, period, teams, past, rates, primary=plan.primary_outcome, seed=plan.seed, draws=plan.draws
    )
    lost = _lost(plan, effects, rates)
    verdict, why = decided(plan, period, effects.primary, lost)
    return CarriedOut(plan=plan, look=period, verdict=verdict, why=why, effects=effects, checks=checks, lost=lost)


def decided(
    plan: AnalysisPlan, look: Quarter, primary: WeightEffect, lost: tuple[float, float] | None
) -> tuple[Verdict, str]:
    """Apply a plan's rules to an estimate, the first that holds; return the verdict and the rule (`pilot_rule.<rule>`).

    `lost` is the interval of the change of volume as a share of what it was, None where it is not known.
    """
    last = str(look) == plan.looks[-1]
    if primary.adoption is None or primary.claim.claim not in CAUSAL or primary.p is None:
        return "cannot_say", "no_effect_told"
    told = primary.p < 1 - LEVEL if last else primary.p <= plan.stop_p
    gain = primary.adoption.value if plan.better == "higher" else -primary.adoption.value
    guarded = plan.volume_margin is not None
    margin = plan.volume_margin or 0.0
    kept = lost is not None and lost[0] > -margin
    rules: tuple[tuple[bool, Verdict, str], ...] = (
        (told and gain < 0, "no_go", "harm"),
        (guarded and lost is not None and lost[1] < -margin, "no_go", "volume_lost"),
        (told and not guarded, "go", "gain_unguarded"),
        (told and kept, "go", "gain"),
        (not last, "go_on", "next_look"),
        (told, "no_go", "volume_not_shown"),
        (_best(plan, primary) < plan.least_effect, "no_go", "too_small"),
        (True, "no_go", "not_told"),
    )
    return next((verdict, rule) for holds, verdict, rule in rules if holds)


def _best(plan: AnalysisPlan, primary: WeightEffect) -> float:
    """The best that the interval leaves open, as a gain; without one everything is open."""
    if primary.interval is None:
        return float("inf")
    return primary.interval[1] if plan.better == "higher" else -primary.interval[0]


def _lost(plan: AnalysisPlan, effects: WeightEffects, rates: pd.DataFrame) -> tuple[float, float] | None:
    """The interval of the change of volume over its mean in the quarter before the pilot."""
    one = next((one for one in effects.effects if one.outcome == VOLUME), None)
    if one is None or one.interval is None:
        return None
    before = rates[rates["team"].isin(plan.starts) & (rates["quarter"] == str(plan.begins.plus(-1)))]
    today = float(before[VOLUME].mean()) * SHOWN[VOLUME][1]
    return (one.interval[0] / today, one.interval[1] / today) if today > 0 else None


def refuse_other(study: Study, plan: AnalysisPlan, period: Quarter) -> None:
    """Raise `ForecastError` where a plan is of another study, outcome or history, or where no look is due."""
    settings, closing = study.settings, study.settings.calendar.month_ends_on
    if plan.study != study.name:
        raise ForecastError(f"the plan is of study {plan.study}, and this is {study.name}")
    if plan.primary_outcome != settings.primary_outcome:
        raise ForecastError(
            f"the plan's primary outcome is {plan.primary_outcome}, that of study.yaml {settings.primary_outcome}; "
            "it was named before looking and stays"
        )
    if str(period) not in plan.looks:
        raise ForecastError(f"the plan looks at the data of {', '.join(plan.looks)} and not of {period}")
    end = period.last_day(closing)
    for team, at in plan.starts.items():
        date = Quarter.parse(at) if at else None
        due = date is not None and date <= period
        days = [] if date is None or not due else [(date.first_day(closing), plan.scheme)]
        before = date.plus(-1).last_day(closing) if date and due else end
        for day, scheme in [(before, plan.baseline), *days]:
            held = settings.scheme_on(team, day)
            if held != scheme:
                raise ForecastError(
                    f"by the plan team {team} is under {scheme} on {day}, by scheme_history in study.yaml under "
                    f"{held}; the pilot was not carried out as planned, so the plan does not judge it"
                )


def _refuse_history(plan: AnalysisPlan, past: WeightHistory) -> None:
    """Raise where other teams are compared than those of the plan, or by another draw."""
    compared = {one.name for one in past.compared}
    if odd := sorted(compared ^ {*plan.starts}):
        where = "only in the plan" if odd[0] in plan.starts else "not in the plan"
        raise ForecastError(
            f"the history of schemes compares other teams than the plan: {odd[0]} is {where}; enter the lines of the "
            "plan's own lot in scheme_history"
        )
    if past.draws != (plan.draw,):
        raise ForecastError(
            f"the plan's draw is {plan.draw}, that of scheme_history {', '.join(past.draws) or 'none'}; the lot "
            "decides what may be claimed, so the plan does not judge this one"
        )
