"""What a pilot showed, as one more observation of how outcomes answer incentives."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from design_lab.evidence import WeightEffects
from design_lab.evidence.weight_effect import SHOWN, WeightEffect
from design_lab.expected.effects import Effects
from design_lab.expected.horizon import Fading
from design_lab.expected.past import Past
from design_lab.expected.response import Piloted
from design_lab.finding import CAUSAL

Array = npt.NDArray[np.float64]


def carried(seen: WeightEffects, moved: Effects, known: Mapping[str, Past], fading: Fading) -> dict[str, Piloted]:
    """Return what other weights did, by outcome, as effects in logs.

    `moved` is what the piloted change of incentives is believed to do, of which the steps are taken; `known` the past
    of the role's outcomes, whose mean makes a change a relative one. An estimate is a mean over quarters since each
    team's change, in which the effect ramped up and faded as `fading` believes. Outcomes whose claim is of no effect,
    or without an interval, are left out.
    """
    quarters = _quarters_seen(seen)
    if not quarters.size:
        return {}
    weights = quarters / quarters.sum()
    inverse = 1 / fading.left(weights)
    roles = frozenset(team.role for team in seen.history.treated)
    found = {}
    for one in seen.effects:
        belief, past = moved.beliefs.get(one.outcome), known.get(one.outcome)
        if belief is None or past is None or one.claim.claim not in CAUSAL or not one.interval:
            continue
        change = {name: moved.steps[name] for name in belief.dimensions}
        if any(change.values()) and (told := _observed(one, float(past.values.mean()))):
            estimate, error, clusters = told
            found[one.outcome] = Piloted(
                change=change, estimate=estimate, standard_error=error, clusters=clusters, claim=one.claim.claim,
                roles=roles, weights=tuple(weights.tolist()), inverse=(float(inverse.mean()), float(inverse.std())),
            )  # fmt: skip
    return found


def _quarters_seen(seen: WeightEffects) -> Array:
    """How many teams were seen in each quarter since their change, the change being in the first."""
    place = {quarter: number for number, quarter in enumerate(seen.history.quarters)}
    last = [len(place) - place[date] for date, teams in seen.history.cohorts.items() for _ in range(teams)]
    return np.array([sum(quarter < one for one in last) for quarter in range(max(last, default=0))], dtype=np.float64)


def longest(seen: WeightEffects | None) -> int:
    """Return for how many quarters since its change a team was seen at most."""
    return len(_quarters_seen(seen)) if seen else 0


def _observed(one: WeightEffect, usual: float) -> tuple[float, float, int] | None:
    """Estimate, standard error and clusters of the relative change; None where no error is told."""
    made = one.adoption.estimate if one.adoption else None
    if made is None or usual <= 0 or made.standard_error <= 0:
        return None
    scale = SHOWN[one.outcome][1] * usual
    return made.value / scale, made.standard_error / scale, made.clusters
