"""How large an effect a pilot is to find: as the study states it, else as evidence cards let one expect it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from design_lab.catalogue.outcomes import OUTCOMES
from design_lab.display import Quantity, Term
from design_lab.errors import ForecastError
from design_lab.evaluation import official
from design_lab.evaluation.targets import pay_shares
from design_lab.evidence.weight_effect import SHOWN
from design_lab.expected.baseline import paid_for
from design_lab.expected.effects import effects
from design_lab.expected.priors import LEVEL, priors
from design_lab.expected.steady import Steady
from design_lab.finding import Finding, state
from design_lab.periods import Quarter
from design_lab.scheme import Scheme
from design_lab.scoring import in_force, panel, targets
from design_lab.scoring.panel import Panel
from design_lab.study import Study

Array = npt.NDArray[np.float64]
_DRAWS = 4000
_DUST = 1e-9  # of a unit: rounding
_MEASURED = 20  # times that everybody is measured twice


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The size of the effects that a pilot is to find, by outcome, without a sign, in the unit in which they are told.

    `draws` by outcome, (n,), are effects that evidence from elsewhere lets one expect of the scheme with this `title`;
    where the study states a least effect worth finding it goes before and there are none. `why_not` is a key below
    `finding.pilot.`: why no effect on the `primary` outcome is known, '' where one is.
    """

    primary: str
    sizes: Mapping[str, float]
    draws: Mapping[str, Array] = field(default_factory=dict)
    title: Mapping[str, str] = field(default_factory=dict)
    why_not: str = ""

    @property
    def size(self) -> float | None:
        """How large an effect on the primary outcome is to be found; None where that is not known."""
        return self.sizes.get(self.primary)

    def findings(self) -> tuple[Finding, ...]:
        """State how large an effect on the primary outcome is to be found, and where the number comes from."""
        named, unit = Term(f"outcome.{self.primary}"), SHOWN[self.primary][0]
        if self.size is None:
            return (
                state(
                    "pilot.effect", None, says=f"pilot.{self.why_not}", unit=unit, n=None, claim="unidentified",
                    outcome=named, setting=f"pilot.least_effects.{self.primary}", scheme=self.title or "",
                ),
            )  # fmt: skip
        drawn = self.draws.get(self.primary)
        if drawn is None:
            return (
                state("pilot.effect", self.size, says="pilot.effect_stated", unit=unit, n=None, claim="scenario",
                      outcome=named),
            )  # fmt: skip
        tail = (1 - LEVEL) / 2
        low, middle, high = (float(np.quantile(drawn, p)) for p in (tail, 0.5, 1 - tail))
        return (
            state(
                "pilot.effect", middle, says="pilot.effect_expected", unit=unit, n=None, claim="scenario",
                bounds=(low, high), level=LEVEL, limits=("prior_not_client", "whole_effect"), outcome=named,
                scheme=self.title, setting=f"pilot.least_effects.{self.primary}", size=Quantity(self.size, unit),
            ),
        )  # fmt: skip


def wanted_effect(
    study: Study, past: Steady, period: Quarter, candidate: Scheme | None, *, rng: np.random.Generator
) -> Wanted:
    """Say how large an effect is to be found: `pilot.least_effects` of study.yaml, else what cards let one expect.

    The latter is the effect of moving the role's people from the scheme in force to the `candidate`, when it is whole:
    incentives under both schemes' rules, answered as the evidence cards say; its size is that of the median.
    """
    stated, primary = study.settings.pilot.least_effects, study.settings.primary_outcome
    if primary in stated or past.why_not:
        return Wanted(primary=primary, sizes=stated, why_not="" if primary in stated else "effect_unknown")
    if candidate is None:
        return Wanted(primary=primary, sizes=stated, why_not="effect_without_candidate")
    try:
        drawn = _expected(study, past, period, candidate, rng)
    except ForecastError:  # nothing is paid for under one of the schemes, so that no step of incentives can be told
        drawn = {}
    if np.abs(drawn.get(primary, 0.0)).max() < _DUST:
        return Wanted(primary=primary, sizes=stated, title=candidate.title, why_not="effect_none_expected")
    sizes = {name: abs(float(np.median(one))) for name, one in drawn.items()}
    return Wanted(primary=primary, sizes={**sizes, **stated}, draws=drawn, title=candidate.title)


def _expected(
    study: Study, past: Steady, period: Quarter, candidate: Scheme, rng: np.random.Generator
) -> dict[str, Array]:
    """Draws of the whole effect by outcome, in the unit in which effects are told."""
    people = panel(study, period)
    held = in_force(study, people, period)
    mine = people.only(held.under == held.leading.name)
    seed = int(rng.integers(2**63))  # both schemes meet the same measurements, so that no change is exactly none
    before, after = (_paid_for(study, mine, one, period, past.role, seed) for one in (held.leading, candidate))
    power = _bonus_power(study, mine, period, past.role)
    found = effects(priors(study), before, after, bonus_power=power, roles=frozenset({past.role}))
    drawn = found.draws(rng, found.fading(rng, _DRAWS))
    return {name: _told(name, past, drawn[name]) for name in OUTCOMES if name in drawn and name in past.values}


def _paid_for(study: Study, mine: Panel, scheme: Scheme, period: Quarter, role: str, seed: int) -> dict[str, float]:
    """What a standard deviation more on each dimension is worth to the role's people, in pay coefficients."""
    import pandas as pd

    found = paid_for(
        mine, scheme, medians=targets(study, period), pay=pd.Series(1.0, mine.people.index),
        rng=np.random.default_rng(seed), measured=_MEASURED,
    )  # fmt: skip
    return found.by_role().get(role, {})


def _bonus_power(study: Study, mine: Panel, period: Quarter, role: str) -> float:
    """Performance pay over all pay of the level that most of the role's people have: as paid, else as is usual."""
    level = mine.people.loc[mine.people["role"] == role, "level"].mode().iloc[0]
    shares = {one.level: one for one in pay_shares(study, mine, official(study, period).pay).found}
    return shares[level].paid or shares[level].usual


def _told(outcome: str, past: Steady, logs: Array) -> Array:
    """Changes of the logarithm as changes from the last quarter's mean, in the unit in which effects are told.

    A rate moves by the same step in log-odds, so that it stays one.
    """
    from scipy import special

    unit, scale = SHOWN[outcome]
    today = float(past.values[outcome].iloc[:, -1].mean())
    if unit != "pp":
        return np.asarray(today * np.expm1(logs))
    p = today / scale
    return np.asarray(scale * (special.expit(special.logit(p) + logs / (1 - p)) - p))
