"""When a new scheme would be put in force, by phases, and what may go wrong: what a run's own findings show of it.

Weeks are laid end to end as the catalogue and study.yaml have them (`catalogue/rollout.yaml`, judgement throughout); a
pilot takes as many weeks as the one that is proposed. A risk's sign is watched in findings: it is seen where a whole
interval lies beyond the watch's bound, open where the bound lies inside it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from design_lab.catalogue.rollout import Risk, Rollout, Watch
from design_lab.display import Quantity, Shown, Term
from design_lab.expected.designs import Designs
from design_lab.expected.pilot import LEAST_TEAMS
from design_lab.finding import Finding, state
from design_lab.periods import Quarter
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

Stand = Literal["seen", "open", "unseen"]
_WEEKS = 13  # of a quarter


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Schedule(Shown):
    """The phases of a rollout from the day on which it `begins`, and the risks with the findings that watch them.

    `weeks` by phase are (the week in which it begins, counted from 0, how many it takes); `piloted` says that the
    pilot's come of the pilot proposed. `watched` by risk holds (how the sign stands, the finding) for every finding
    with a value that watches it.
    """

    units: ClassVar = {"starts_week": "weeks", "weeks": "weeks"}
    plan: Rollout
    begins: dt.date
    weeks: Mapping[str, tuple[int, int]]
    piloted: bool
    watched: Mapping[str, tuple[tuple[Stand, Finding], ...]]

    def table(self) -> pd.DataFrame:
        """Return one row a phase: phase, starts_week, weeks, first_day, last_day, owner."""
        import pandas as pd

        rows = [
            (id, *self.weeks[id], *(day.isoformat() for day in self.days(id)), phase.accountable)
            for id, phase in self.plan.phases.items()
        ]
        return pd.DataFrame(rows, columns=["phase", "starts_week", "weeks", "first_day", "last_day", "owner"])

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with the names of phases and owners."""
        shown = Shown.to_text(self, lang)
        shown["phase"] = [phase.name[lang] for phase in self.plan.phases.values()]
        shown["owner"] = [self.plan.stakeholders[phase.accountable][lang] for phase in self.plan.phases.values()]
        return shown

    def days(self, phase: str) -> tuple[dt.date, dt.date]:
        """Return a phase's first and last day."""
        starts, weeks = self.weeks[phase]
        return self.day(starts), self.day(starts + weeks) - dt.timedelta(days=1)

    def day(self, week: int) -> dt.date:
        """Return the first day of a week, counted from 0."""
        return self.begins + dt.timedelta(weeks=week)

    @property
    def length(self) -> int:
        """How many weeks all phases take."""
        return max(starts + weeks for starts, weeks in self.weeks.values())

    def findings(self) -> tuple[Finding, ...]:
        """State when each phase begins and how long it takes, each risk's score and how its sign stands."""
        risks = (one for id in self.plan.ranked() for one in self._risk(id, self.plan.risks[id]))
        return (*self._phases(), self._signs(), *risks)

    def _signs(self) -> Finding:
        """How many risks show a sign, of all in the register."""
        measured = [held for held in self.watched.values() if held]
        seen = sum(any(one == "seen" for one, _ in held) for held in measured)
        return state(
            "risks.signs", seen if measured else None, says=f"risk.signs{'' if measured else '_unknown'}", unit="count",
            n=len(self.watched), claim="scenario" if measured else "unidentified", limits=("sign_no_proof",),
            measured=Quantity(len(measured), "count"),
        )  # fmt: skip

    def _phases(self) -> Iterator[Finding]:
        yield state(
            "plan.weeks", self.length, says="plan.weeks", unit="weeks", n=len(self.weeks), claim="scenario",
            limits=("laid_end_to_end", "judged_rollout"), first=self.begins.isoformat(),
            last=(self.day(self.length) - dt.timedelta(days=1)).isoformat(),
        )  # fmt: skip
        for id, phase in self.plan.phases.items():
            (starts, weeks), (first, last) = self.weeks[id], self.days(id)
            named: dict[str, Any] = {"phase": phase.name, "owner": self.plan.stakeholders[phase.accountable]}
            yield state(f"plan.{id}.starts_week", starts, says=f"plan.starts_week{'' if starts else '_first'}",
                        unit="weeks", n=None, claim="scenario", limits=("laid_end_to_end", "judged_rollout"),
                        first=first.isoformat(), **named)  # fmt: skip
            counted = bool(phase.counted) and self.piloted
            yield state(f"plan.{id}.weeks", weeks, says=f"plan.length{'_counted' if counted else ''}", unit="weeks",
                        n=None, claim="scenario", limits=("chance_as_before",) if counted else ("judged_rollout",),
                        last=last.isoformat(), gate=phase.gate, **named)  # fmt: skip

    def _risk(self, id: str, risk: Risk) -> Iterator[Finding]:
        named: dict[str, Any] = {"risk": risk.name, "sign": risk.sign}
        yield state(
            f"risk.{id}", risk.score, says="risk.score", unit="count", n=None, claim="scenario",
            limits=("judged_rollout",), likelihood=Term(f"degree.{risk.likelihood}"),
            impact=Term(f"degree.{risk.impact}"), mitigation=risk.mitigation,
            owner=self.plan.stakeholders[risk.owner], **named,
        )  # fmt: skip
        held = self.watched[id]
        if not held:
            yield state(f"risk.{id}.sign", None, says=f"risk.{'sign_unknown' if risk.watch else 'sign_unwatched'}",
                        unit="count", n=None, claim="unidentified", **named)  # fmt: skip
            return
        counts = {stand: sum(one == stand for one, _ in held) for stand in ("seen", "open")}
        yield state(
            f"risk.{id}.sign", counts["seen"], says=f"risk.sign{'' if counts['seen'] else '_none'}", unit="count",
            n=len(held), claim=_weakest([finding for _, finding in held]), limits=("sign_no_proof",),
            open=Quantity(counts["open"], "count"), **named,
        )  # fmt: skip


def rollout(study: Study, quarter: Quarter, findings: Iterable[Finding] = (), pilot: Designs | None = None) -> Schedule:
    """Lay out the rollout that would follow a quarter, and hold its risks against findings of the same run.

    It begins on the day that study.yaml states, else on the first Monday after the quarter.
    """
    plan, length = study.rollout, _pilot_weeks(pilot)
    told = [one for one in findings if one.value is not None]
    return Schedule(
        plan=plan,
        begins=study.settings.rollout.begins(quarter.last_day(study.settings.calendar.month_ends_on)),
        weeks=plan.starts(length),
        piloted=length is not None,
        watched={id: tuple(_watched(risk.watch, told)) for id, risk in plan.risks.items()},
    )


def _pilot_weeks(pilot: Designs | None) -> int | None:
    """How many weeks the pilot proposed takes from its first change; None where none is, or too few teams are free."""
    if pilot is None or pilot.proposed is None or len(pilot.past.free) < LEAST_TEAMS:
        return None
    return pilot.proposed.design.after * _WEEKS


def _watched(watches: Sequence[Watch], told: Sequence[Finding]) -> Iterator[tuple[Stand, Finding]]:
    for watch in watches:
        for one in told:
            if watch.sees(one.id):
                yield stand(watch, one), one


def stand(watch: Watch, finding: Finding) -> Stand:
    """Say how a sign stands in a finding with a value, by its whole interval where it has one."""
    value, scale = float(finding.value or 0.0), (finding.n or 1) if watch.of_n else 1
    low, high = (end / scale for end in finding.interval or (value, value))
    if watch.above is not None:
        return "seen" if low > watch.above else "open" if high > watch.above else "unseen"
    bound = float(watch.below or 0.0)
    return "seen" if high < bound else "open" if low < bound else "unseen"


def _weakest(found: Sequence[Finding]) -> Literal["scenario", "association", "accounting"]:
    """The weakest claim of several findings: counting a sign never claims more than those in which it was sought."""
    claims = {one.claim for one in found}
    return "scenario" if "scenario" in claims else "accounting" if claims == {"accounting"} else "association"
