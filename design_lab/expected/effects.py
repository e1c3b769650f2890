"""What other incentives are expected to do to the outcomes of one role, in logs: evidence cards, moved by a pilot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from design_lab.catalogue.outcomes import MIRRORED, OUTCOMES
from design_lab.errors import ForecastError
from design_lab.expected.horizon import Fading
from design_lab.expected.priors import Pool, Priors
from design_lab.expected.response import Belief, Piloted, Response, response

Array = npt.NDArray[np.float64]
LEAST_SHARE = 0.05  # of a role's incentives: what is paid for less counts as this, the smallest step of weights
_VOLUME = "calls_per_hour"
# How far a new setting lies from those of the cards is told by few cards: a predictive is Student's t, not normal
# (Higgins, Thompson and Spiegelhalter 2009, JRSS A). This is its width at five to six degrees of freedom.
_NEW_SETTING = 1.2
_BY_POWER = 0.5  # elasticities go with the root of bonus power (docs/method.md, Evidence cards)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Effects of a change of incentives on outcomes, as changes of their logarithm when they are whole.

    `steps` are the changes of the log of the incentives that each entry of the evidence answers; `beliefs` by outcome,
    over entries, are those of the evidence alone, `pilots` what moves them, `responses` the answer by each and by both;
    `unpaid` are dimensions for which hardly anything was or would be paid, so that they count with the least share.
    """

    priors: Priors
    steps: Mapping[str, float]
    beliefs: Mapping[str, Belief]
    pilots: Mapping[str, Piloted]
    responses: Mapping[str, Response]
    unpaid: tuple[str, ...]

    def draws(self, rng: np.random.Generator, fading: Fading) -> dict[str, Array]:
        """Draw effects by outcome, (draws,) each, that go with the draws of how they come and go.

        One draw of an entry falls on all outcomes that it moves. Without a pilot draws are those of the mixtures of
        cards; a pilot moves each draw by how far it is from what was seen, given how much of an effect was left then
        (Matheron's rule). So a forecast of the quarters that were seen does not hang on how effects fade.
        """
        drawn = self._drawn(rng, len(fading.floor))
        found = {}
        for outcome, belief in self.beliefs.items():
            pools = [self.priors[name] for name in belief.dimensions]
            # A draw that is high for an outcome is as low for one that goes the other way.
            signs = [pool.entry.outcomes[outcome] for pool in pools]
            standard = np.stack([(drawn[pool.name] - pool.mean) / pool.sd for pool in pools], axis=1) * signs
            slopes = belief.mean + standard @ np.linalg.cholesky(belief.covariance).T
            if outcome in self.pilots:
                slopes = _moved(slopes, belief, self.pilots[outcome], fading, rng)
            found[outcome] = np.asarray(slopes @ belief.of({name: self.steps[name] for name in belief.dimensions}))
        for pool in _of(self.priors, "log_volume"):
            for outcome, sign in pool.entry.outcomes.items():
                if _VOLUME in found:
                    found[outcome] = sign * drawn[pool.name] * found[_VOLUME]
        return {name: found[name] for name in OUTCOMES if name in found}

    def moves(self, outcome: str) -> bool:
        """Whether what moves an outcome is paid for otherwise: where not, its effect is exactly none."""
        belief = self.belief(outcome)
        return belief is not None and any(self.steps[name] for name in belief.dimensions)

    def belief(self, outcome: str) -> Belief | None:
        """What is believed of what moves an outcome, or the volume or ratings that it goes with; None if nothing is."""
        carried = any(outcome in pool.entry.outcomes for pool in _of(self.priors, "log_volume"))
        return self.beliefs.get(_VOLUME if carried else MIRRORED.get(outcome, outcome))

    def fading(self, rng: np.random.Generator, n: int) -> Fading:
        """Draw how effects come and go."""
        from scipy import special

        drawn = self._drawn(rng, n)
        return Fading(
            half_life=np.exp(drawn["decay_half_life"]) / 3,
            floor=special.expit(drawn["decay_floor"]),
            ramp_quarters=np.exp(drawn["ramp"]),
        )

    def _drawn(self, rng: np.random.Generator, n: int) -> dict[str, Array]:
        return dict(zip(self.priors.names, self.priors.draws(rng, n).T, strict=True))


def effects(
    priors: Priors,
    before: Mapping[str, float],
    after: Mapping[str, float],
    *,
    bonus_power: float | None,
    roles: frozenset[str],
    pilots: Mapping[str, Piloted] | None = None,
) -> Effects:
    """Say what a change of incentives, `before` to `after` by dimension, does to each outcome.

    Incentives are slopes of expected pay (`incentives`), in any unit that both share. `bonus_power` is performance pay
    over total pay; where it is not known elasticities stand as the evidence has them. `pilots` by outcome are
    estimates in logs whose changes are `steps` of what was piloted. An outcome that no entry moves is not there. No
    incentive at all, before or after, raises `ForecastError`.

    >>> from design_lab.catalogue.priors import evidence
    >>> from design_lab.expected.priors import pooled
    >>> usual = pooled(evidence())
    >>> found = effects(usual, {"workload": 40, "csat": 60}, {"workload": 20, "csat": 80}, bonus_power=0.175,
    ...                 roles=frozenset({"agent"}))
    >>> round(found.responses["calls_per_hour"].posterior.mean / usual["volume_on_workload"].mean, 3)
    -0.693
    """
    if bonus_power is not None and not 0 < bonus_power < 1:
        raise ForecastError(f"bonus power {bonus_power:g} is not a share between 0 and 1 of total pay")
    moved, unpaid = steps(priors, before, after)
    beliefs = {outcome: belief for outcome in OUTCOMES if (belief := _belief(priors, outcome, bonus_power)) is not None}
    seen = pilots or {}
    return Effects(
        priors=priors,
        steps=moved,
        beliefs=beliefs,
        pilots={name: seen[name] for name in beliefs if name in seen},
        responses={
            name: response(name, one, seen.get(name), {key: moved[key] for key in one.dimensions}, roles=roles)
            for name, one in beliefs.items()
        },
        unpaid=unpaid,
    )


def _moved(slopes: Array, belief: Belief, pilot: Piloted, fading: Fading, rng: np.random.Generator) -> Array:
    """Condition draws of slopes, (draws, k), on a pilot: each with what its own fading had left, and its own error."""
    way, left = belief.of(pilot.change), pilot.left(fading)
    with_all = belief.covariance @ way
    gain = left / (left**2 * (way @ with_all) + pilot.seen_variance)
    error = np.sqrt(pilot.seen_variance) * rng.standard_normal(len(left))
    return np.asarray(slopes + np.outer(gain * (pilot.estimate - left * (slopes @ way) - error), with_all))


def steps(
    priors: Priors, before: Mapping[str, float], after: Mapping[str, float]
) -> tuple[dict[str, float], tuple[str, ...]]:
    """Return the change of the log of the incentives that each entry answers, and the dimensions hardly paid for.

    Incentives of an entry's dimensions are added. A dimension that is paid for with less than 5 % of all incentives
    counts with 5 %, since the log of nothing is no number: one never weighed before counts as weighed that little.
    """
    sides = [_shares(side, when) for side, when in ((before, "before"), (after, "after"))]
    names = dict.fromkeys([*before, *after])
    unpaid = tuple(name for name in names if any(side.get(name, 0.0) < LEAST_SHARE for side in sides))
    found = {}
    for pool in _of(priors, "log_incentive"):
        shares = [sum(side.get(name, 0.0) for name in pool.entry.dimensions) for side in sides]
        held = [
            max(share, LEAST_SHARE) * sum(side.values()) for share, side in zip(shares, (before, after), strict=True)
        ]
        found[pool.name] = float(np.log(held[1] / held[0]))
    return found, unpaid


def _shares(incentives: Mapping[str, float], when: str) -> dict[str, float]:
    if negative := [name for name, one in incentives.items() if not one >= 0]:
        raise ForecastError(f"{negative[0]}: the incentive {when} is not a number of 0 or more")
    whole = sum(incentives.values())
    if whole <= 0:
        raise ForecastError(f"nothing is paid for {when}: without an incentive no step of it can be told")
    return {name: one / whole for name, one in incentives.items()}


def _of(priors: Priors, per: str) -> list[Pool]:
    return [pool for pool in priors.pools if pool.entry.kind == "response" and pool.entry.per == per]


def _belief(priors: Priors, outcome: str, bonus_power: float | None) -> Belief | None:
    """What is believed of an outcome's slopes on the entries that move it, at a bonus power."""
    pools = [pool for pool in _of(priors, "log_incentive") if outcome in pool.entry.outcomes]
    if not pools:
        return None
    scales = np.array([_scale(pool, bonus_power) for pool in pools])
    signs = np.array([pool.entry.outcomes[outcome] for pool in pools], dtype=np.float64)
    return Belief(
        dimensions=tuple(pool.name for pool in pools),
        mean=signs * scales * [pool.mean for pool in pools],
        covariance=np.diag((_NEW_SETTING * scales * [pool.sd for pool in pools]) ** 2),
    )


def _scale(pool: Pool, bonus_power: float | None) -> float:
    stated = pool.entry.bonus_power
    return 1.0 if stated is None or bonus_power is None else float((bonus_power / stated) ** _BY_POWER)
