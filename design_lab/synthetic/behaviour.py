"""How people work, and how they answer to a scheme, by laws of the generator's own.

A person has latent traits (speed, quality, solving, warmth, helpfulness: normal, weakly correlated as `Traits`
states), learns on the job (speed(t) = a (1 - b exp(-t/tau))), has better and worse weeks (AR(1)), and stands in a team
with a shock of its own each quarter. The scheme in force moves effort by the law that `centre.yaml` names:

`none`: the weights move nothing.
`linear_in_weights`: outcome k of person i moves by r_i * sum_d effect[k][d] * (w_d - reference_d), r_i of mean 1. Under
more weight on volume people hurry: shorter calls, fewer problems solved, lower quality scores and satisfaction; under
more weight on satisfaction they may also choose more narrowly who is asked.
`marginal_pay`: the same, times how much of a person's pay hangs on the score, relative to an agent's (`incentives`).

At fixed demand hurrying does not raise the calls of the centre: it lowers occupancy, and shifts calls to the hurried.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from design_lab.periods import Quarter
from design_lab.synthetic.centre import DIMENSIONS, Centre, Dimension, Law, Outcome, Traits
from design_lab.synthetic.draws import Purpose, stream

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
_TRAITS = ("speed", "quality", "solving", "warmth", "helpful")
_OWN_DRAWS = 8
_MOOD_POINTS = 5.0  # QA points per logit of mood


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """Latent traits of all people, each (n,) of mean 0 and SD 1; `responsiveness` has mean 1."""

    speed: Floats
    quality: Floats
    solving: Floats
    warmth: Floats
    helpful: Floats
    invite: Floats
    severity: Floats
    responsiveness: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Latent:
    """What drives the calls of (person, day) rows, each (rows,): shifts on the scale its name says, 0 the average."""

    log_handle: Floats
    resolution_logit: Floats
    qa_points: Floats
    satisfaction_logit: Floats
    invite_logit: Floats
    selection_logit: Floats


def correlation(traits: Traits) -> Floats:
    """Return the (5, 5) correlation of speed, quality, solving, warmth and helpfulness as the centre states it."""
    matrix = np.eye(len(_TRAITS))
    for i, first in enumerate(_TRAITS):
        for j, second in enumerate(_TRAITS[i + 1 :], start=i + 1):
            matrix[i, j] = matrix[j, i] = getattr(traits, f"{first}_{second}")
    return matrix


def draw_character(centre: Centre, people: int) -> Character:
    """Draw the traits of the first `people` people, each from a stream of their own."""
    z = np.array([stream(centre.seed, Purpose.TRAITS, i).standard_normal(_OWN_DRAWS) for i in range(people)])
    factor = np.linalg.cholesky(correlation(centre.traits))
    size = len(_TRAITS)
    correlated = {name: (z[:, :size] * factor[row]).sum(axis=1) for row, name in enumerate(_TRAITS)}
    sd = centre.law.responsiveness_sd
    return Character(
        **correlated,
        invite=z[:, size],
        severity=z[:, size + 1],
        responsiveness=np.exp(sd * z[:, size + 2] - sd**2 / 2),
    )


def week_shocks(centre: Centre, people: int, weeks: int) -> tuple[Floats, Floats]:
    """Return shocks of log handle time and of mood, (people, weeks): AR(1) along weeks, the SD and memory as stated."""
    memory = centre.shocks.week_memory
    z = np.array([stream(centre.seed, Purpose.WEEKS, i).standard_normal((weeks, 2)) for i in range(people)])
    state = z.copy()
    for week in range(1, weeks):
        state[:, week] = memory * state[:, week - 1] + np.sqrt(1 - memory**2) * z[:, week]
    return centre.shocks.week_sd_log_handle * state[:, :, 0], centre.shocks.week_sd_mood * state[:, :, 1]


def team_shocks(centre: Centre, quarter: Quarter, teams: int) -> tuple[Floats, Floats]:
    """Return the teams' shocks of log handle time and of mood in one quarter, each (teams,)."""
    rng = stream(centre.seed, Purpose.TEAMS, quarter.year, quarter.number)
    z = rng.standard_normal((teams, 2))
    return centre.shocks.team_sd_log_handle * z[:, 0], centre.shocks.team_sd_mood * z[:, 1]


def answer_to_weights(
    law: Law, weights: Mapping[Dimension, float | Floats], responsiveness: Floats
) -> dict[Outcome, Floats]:
    """Return how far every latent outcome moves under `weights` for people of this responsiveness, each (n,).

    Weights are shares by dimension, for all or (n,). Under the law `none`, and under the reference weights, everything
    is exactly 0.
    """
    if law.kind == "none":
        return {outcome: np.zeros_like(responsiveness) for outcome in OUTCOMES}
    change = {name: weights[name] - law.reference[name] for name in DIMENSIONS}
    totals = {
        outcome: sum(effect * change[name] for name, effect in law.effects.get(outcome, {}).items())
        for outcome in OUTCOMES
    }
    return {outcome: responsiveness * total for outcome, total in totals.items()}


def speed_factor(tenure_days: Floats, traits: Traits) -> Floats:
    """Return speed relative to an experienced self, 1 - b exp(-t/tau), in (0, 1)."""
    return np.asarray(1 - traits.b * np.exp(-np.maximum(tenure_days, 0.0) / traits.tau_days))


def latent_rows(
    centre: Centre,
    character: Character,
    *,
    person: Ints,
    team: Ints,
    tenure_days: Floats,
    week_handle: Floats,
    week_mood: Floats,
    quarter: Quarter,
    teams: int,
    moves: Mapping[Outcome, Floats],
) -> Latent:
    """Return the latent state of (person, day) rows; `person` and `team` are indices, `week_*` the rows' shocks.

    `moves` is how far the scheme in force moves each outcome of each row.
    """
    traits = centre.traits
    team_handle, team_mood = team_shocks(centre, quarter, teams)
    mood = week_mood + team_mood[team]
    novice = traits.novice_quality * np.exp(-np.maximum(tenure_days, 0.0) / traits.tau_days)
    handle = week_handle + team_handle[team] - traits.sd_speed * character.speed[person]
    solving = traits.sd_solving * (character.solving[person] + novice) + mood
    quality = traits.sd_quality * (character.quality[person] + novice) + _MOOD_POINTS * mood
    warmth = traits.sd_warmth * character.warmth[person] + mood
    return Latent(
        log_handle=handle - np.log(speed_factor(tenure_days, traits)) + moves["log_handle"],
        resolution_logit=solving + moves["resolution_logit"],
        qa_points=quality + moves["qa_points"],
        satisfaction_logit=warmth + moves["satisfaction_logit"],
        invite_logit=traits.sd_invite * character.invite[person],
        selection_logit=moves["selection_logit"],
    )
