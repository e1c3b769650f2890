"""Where forecasts start: what comes if nothing changes, what is paid for today, and what a pilot showed, by role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from design_lab.errors import ForecastError
from design_lab.evaluation.rerun import DRAWS as MEASURED
from design_lab.evaluation.rerun import rerun
from design_lab.evidence import WeightEffects
from design_lab.expected.carried import carried, longest
from design_lab.expected.course import Course, course, why_no_course
from design_lab.expected.effects import Effects, effects
from design_lab.expected.incentive import Incentives, incentives
from design_lab.expected.past import Past, elsewhere, pasts
from design_lab.expected.paths import Unchanged, unchanged
from design_lab.expected.priors import Priors, priors
from design_lab.expected.response import Piloted
from design_lab.periods import Quarter
from design_lab.scheme import Scheme
from design_lab.scoring import Panel, TeamQuarters, score
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
DRAWS = 10_000
AHEAD = 8  # quarters from adoption on
_WAIT = 8  # quarters for which a scheme may wait to be in force; a trend is carried on no further


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleBaseline:
    """One role: what its outcomes do if nothing changes, and what is known of how they answer.

    `absent` says why outcomes have no course, as keys below `no_course.`; `paid_for` is what a standard deviation more
    on each dimension is worth in expected pay under the scheme in force; `bonus_power` performance pay over total pay,
    None where it is not known; `pilots` what a pilot showed of each outcome, up to `seen` quarters after the change.
    """

    role: str
    people: int
    usual: Unchanged | None
    known: Mapping[str, Past]
    absent: Mapping[str, str]
    paid_for: Mapping[str, float]
    bonus_power: float | None
    pilots: Mapping[str, Piloted]
    seen: int

    def effects(self, evidence: Priors, after: Mapping[str, float]) -> Effects:
        """Say what it does to outcomes if other things are paid for; nothing paid for raises `ForecastError`."""
        return effects(
            evidence, self.paid_for, after, bonus_power=self.bonus_power, roles=frozenset({self.role}),
            pilots=self.pilots,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What all forecasts of a study start from: its roles, the one that is asked about first being the first.

    `quarters` are those to come; `key` makes the same draws fall on every scheme.
    """

    study: Study
    panel: Panel
    medians: pd.DataFrame
    pay: pd.DataFrame
    priced: bool
    quarter: Quarter
    quarters: tuple[Quarter, ...]
    roles: tuple[RoleBaseline, ...]
    evidence: Priors
    key: int

    def rng(self, *place: int) -> np.random.Generator:
        """Return the generator of a place, the same for every scheme."""
        return np.random.default_rng([self.key, *place])

    def paid_for(self, scheme: Scheme) -> Incentives:
        """Say what a scheme would pay for, if everybody were under it."""
        return paid_for(self.panel, scheme, medians=self.medians, pay=self.pay["performance"], rng=self.rng())

    def role(self, name: str) -> RoleBaseline:
        """Return one role."""
        return next(one for one in self.roles if one.role == name)


def paid_for(
    panel: Panel,
    scheme: Scheme,
    *,
    medians: pd.DataFrame,
    pay: pd.Series,
    rng: np.random.Generator,
    measured: int = MEASURED,
) -> Incentives:
    """Say what a scheme pays for if everybody in a panel is under it, with the noise that measurement has there.

    The noise is that of so many pairs of measurements.
    """
    scores = score(panel, scheme, medians=medians)
    noise = rerun(panel, scores, medians=medians, rng=rng, draws=measured).total_variance.reindex(panel.people.index)
    return incentives(panel, scheme, medians=medians, noise=noise.fillna(0.0), pay=pay)


def baseline(
    study: Study,
    panel: Panel,
    teams: TeamQuarters,
    *,
    medians: pd.DataFrame,
    pay: pd.DataFrame | None,
    seen: WeightEffects | None,
    rng: np.random.Generator,
    draws: int = DRAWS,
) -> Baseline:
    """Carry the outcomes of every role on for eight quarters from the one in which the study's last scheme is adopted.

    `pay` is the canonical table, None where it was not delivered: everybody's pay then counts alike. `seen` is what
    other weights did, None where nobody asked. The role of most people with a course of the study's primary outcome
    stands first, or else that of most people.
    """
    key = int(rng.integers(2**63))
    quarter = Quarter.parse(panel.quarter)
    ahead = AHEAD + _lead(study, quarter)
    ground = _Ground(
        study=study, panel=panel, teams=teams, medians=medians, evidence=priors(study), pay=_paid(panel, pay),
        others=elsewhere(study, study.settings.current_scheme, teams), key=key, draws=draws, quarters=ahead,
    )  # fmt: skip
    worth = ground.paid_for(study.current)
    counts = panel.people["role"].astype(str).value_counts()
    roles = [
        ground.role(place, role, int(counts[role]), worth.get(role, {}), seen)
        for place, role in enumerate(study.settings.roles)
        if counts.get(role, 0)
    ]
    return Baseline(
        study=study, panel=panel, medians=medians, pay=ground.pay, priced=pay is not None, quarter=quarter,
        quarters=tuple(quarter.plus(one) for one in range(1, ahead + 1)),
        roles=tuple(sorted(roles, key=lambda one: _order(one, study.settings.primary_outcome))),
        evidence=ground.evidence, key=key,
    )  # fmt: skip


def _lead(study: Study, quarter: Quarter) -> int:
    """How many quarters pass before the last of the study's schemes is in force."""
    begins = [one.effective_from for one in map(study.scheme, study.scheme_names) if one.effective_from]
    waits = [Quarter.parse(one).since(quarter) - 1 for one in begins]
    return max((one for one in waits if 0 < one <= _WAIT), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What every role's baseline is made from."""

    study: Study
    panel: Panel
    teams: TeamQuarters
    medians: pd.DataFrame
    evidence: Priors
    pay: pd.DataFrame
    others: pd.DataFrame
    key: int
    draws: int
    quarters: int

    def paid_for(self, scheme: Scheme) -> dict[str, dict[str, float]]:
        found = paid_for(
            self.panel, scheme, medians=self.medians, pay=self.pay["performance"],
            rng=np.random.default_rng([self.key]),
        )  # fmt: skip
        return found.by_role()

    def role(
        self, place: int, role: str, people: int, worth: Mapping[str, float], seen: WeightEffects | None
    ) -> RoleBaseline:
        known, absent = pasts(self.teams, role, others=self.others)
        rng = np.random.default_rng([self.key, place])
        courses, unfit = _courses(known, rng, self.quarters, self.draws)
        bare = RoleBaseline(
            role=role, people=people, usual=unchanged(courses, rng=rng) if courses else None, known=known,
            absent=absent | unfit, paid_for=worth, bonus_power=_bonus_power(self.panel, self.pay, role), pilots={},
            seen=0,
        )  # fmt: skip
        return bare if seen is None else self._with_pilot(bare, seen, rng)

    def _with_pilot(self, bare: RoleBaseline, seen: WeightEffects, rng: np.random.Generator) -> RoleBaseline:
        """Add what a pilot in this role showed; that of another role says nothing of this one."""
        history = seen.history
        if history.baseline is None or history.scheme is None or bare.role not in {one.role for one in history.treated}:
            return bare
        sides = [self.paid_for(self.study.scheme(one)).get(bare.role, {}) for one in (history.baseline, history.scheme)]
        try:
            moved = replace(bare, paid_for=sides[0]).effects(self.evidence, sides[1])
        except ForecastError:  # nothing was paid for on one side: the pilot tells nothing of incentives
            return bare
        pilots = carried(seen, moved, bare.known, moved.fading(rng, self.draws))
        return replace(bare, pilots=pilots, seen=longest(seen))


def _courses(
    known: Mapping[str, Past], rng: np.random.Generator, quarters: int, draws: int
) -> tuple[dict[str, Course], dict[str, str]]:
    """Carry each outcome on, and say of those that cannot be why."""
    courses: dict[str, Course] = {}
    unfit: dict[str, str] = {}
    for (outcome, past), stream in zip(known.items(), rng.spawn(len(known)), strict=True):
        if why := why_no_course(past.values, past.errors, share=past.share):
            unfit[outcome] = why
            continue
        courses[outcome] = course(
            past.values, past.errors, share=past.share, quarters=quarters, rng=stream, draws=draws
        )
    return courses, unfit


def _paid(panel: Panel, pay: pd.DataFrame | None) -> pd.DataFrame:
    """Everybody's pay in a quarter by the panel's index: performance pay at a coefficient of 1, and all pay.

    Without a pay table everybody's performance pay counts alike, and all pay is not known.
    """
    import pandas as pd

    index = panel.people.index
    if pay is None or not pay["performance_x100"].sum():
        return pd.DataFrame({"performance": 1.0, "whole": np.nan}, index=index)
    sums = pay.groupby("employee_id")[["base_x100", "performance_x100"]].sum() / 100
    held = sums.reindex(index.get_level_values("employee_id")).set_axis(index).fillna(0.0)
    return pd.DataFrame({"performance": held["performance_x100"], "whole": held.sum(axis="columns")})


def _bonus_power(panel: Panel, pay: pd.DataFrame, role: str) -> float | None:
    """Performance pay over all pay, level by level of the role: elasticities go with its root, whose mean is taken."""
    mine = pay[panel.people["role"].astype(str).eq(role) & (pay["whole"] > 0)]
    sums = mine.groupby(panel.people["level"].astype(str).reindex(mine.index)).sum()
    heads = mine.groupby(panel.people["level"].astype(str).reindex(mine.index)).size()
    if mine.empty or not (sums["performance"] < sums["whole"]).all() or not sums["performance"].any():
        return None
    return float(np.average(np.sqrt(sums["performance"] / sums["whole"]), weights=heads) ** 2)


def _order(one: RoleBaseline, primary: str) -> tuple[bool, int]:
    """Who has a course of the primary outcome stands first, and of those most people."""
    return (one.usual is None or primary not in one.usual.courses, -one.people)
