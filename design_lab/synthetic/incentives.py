"""Under which weights a person stands in a quarter, and how far the law of the centre then moves what they do.

What happened meanwhile beside the weights (`Happening`) moves the same outcomes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from design_lab.periods import Quarter
from design_lab.synthetic.behaviour import answer_to_weights
from design_lab.synthetic.centre import DIMENSIONS, Centre, Dimension, Outcome
from design_lab.synthetic.organisation import Organisation, level_of
from design_lab.synthetic.reward import PERFORMANCE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def reformed(centre: Centre, organisation: Organisation, quarter: Quarter) -> NDArray[np.bool_]:
    """Tell which teams are under the reform in a quarter, (teams,)."""
    waves = centre.reform.waves if centre.reform else []
    titles = {title for wave in waves if wave.first <= quarter for title in wave.teams}
    return np.array([team.title in titles for team in organisation.teams])


def weights_in_force(centre: Centre, organisation: Organisation, quarter: Quarter) -> dict[Dimension, Floats]:
    """Return the weight of each dimension by team, each (teams,)."""
    under = reformed(centre, organisation, quarter)
    other = centre.reform.weights if centre.reform else centre.weights
    return {name: np.where(under, other[name], centre.weights[name]) for name in DIMENSIONS}


def answers(
    centre: Centre, organisation: Organisation, quarter: Quarter, responsiveness: Floats, *, person: Ints, team: Ints
) -> dict[Outcome, Floats]:
    """Return how far every latent outcome of (person, team) rows moves, each (rows,); responsiveness is by person."""
    weights = weights_in_force(centre, organisation, quarter)
    if centre.law.kind == "marginal_pay":
        responsiveness = responsiveness * _power(centre, organisation, quarter)
    moved = answer_to_weights(centre.law, {name: weights[name][team] for name in DIMENSIONS}, responsiveness[person])
    for happening in centre.happenings:
        if happening.first <= quarter:
            touched = np.array([one.title in happening.teams for one in organisation.teams])[team]
            moved |= {name: moved[name] + size * touched for name, size in happening.moves.items()}
    return moved


def _power(centre: Centre, organisation: Organisation, quarter: Quarter) -> Floats:
    """Return each person's performance share of pay over an agent's, by the level in the last position so far."""
    power, last = np.ones(len(organisation.people)), quarter.last_day()
    for stint in sorted(organisation.stints, key=lambda s: s.start):
        if stint.start <= last:
            role = centre.roles[organisation.teams[stint.team].role]
            level = level_of(role, stint, organisation.people[stint.person], quarter.first_day())
            power[stint.person] = PERFORMANCE[level] / PERFORMANCE["agent"]
    return power
