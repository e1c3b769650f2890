"""What others say of the work: customers' keys, reviewers' scores, peers' ratings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from design_lab.periods import Quarter
from design_lab.synthetic.behaviour import Character, draw_character
from design_lab.synthetic.calls import Calls, expit, logit
from design_lab.synthetic.centre import Centre, Voices
from design_lab.synthetic.demand import days_of
from design_lab.synthetic.draws import Purpose, stream
from design_lab.synthetic.incentives import answers
from design_lab.synthetic.organisation import Organisation
from design_lab.synthetic.schedule import Duty

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
ITEMS = ("协作", "知识分享", "责任心")
_CRITICAL_POINTS = 25.0  # what a critical error costs
VERY_SATISFIED, SATISFIED, DISSATISFIED = 1, 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveys:
    """Ratings by key: `call` indexes the calls, `time` is in seconds since 1970, `key` 1 very satisfied to 3 not."""

    call: Ints
    time: Ints
    key: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviews:
    """Quality reviews: `call` indexes the calls, `day` counts from the quarter's first day, `score` is 0 to 100."""

    call: Ints
    day: Ints
    reviewer: Ints
    score: Floats
    critical: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratings:
    """Peer ratings: indices of rater and rated person, index of the item, points 1 to 5."""

    rater: Ints
    rated: Ints
    item: Ints
    points: Ints


def make_surveys(centre: Centre, duty: Duty, calls: Calls, quarter: Quarter) -> Surveys:
    """Return the calls that a customer rated, and how: an ordered logit in warmth, mood, solution and call type.

    Agents differ in how often they pass a call to the survey; a solved call is passed more often, by how much may hang
    on the scheme in force.
    """
    voices, rng = centre.voices, stream(centre.seed, Purpose.SURVEYS, quarter.year, quarter.number)
    u = rng.random((3, len(calls)))
    solved = calls.resolved - 0.71
    selective = voices.selective + duty.latent.selection_logit[calls.row]
    invite = logit(voices.invited) + duty.latent.invite_logit[calls.row] + selective * solved
    chosen = np.flatnonzero(u[0] < expit(invite))
    row, kind = calls.row[chosen], calls.kind[chosen]
    tone = np.array([kind.satisfaction for kind in centre.call_types.values()])
    pleased = duty.latent.satisfaction_logit[row] + voices.resolved_effect * solved[chosen] + tone[kind]
    key = keys_pressed(voices, pleased, u[1][chosen])
    pause = 3 + np.floor(18 * u[2][chosen]).astype(np.int64)
    return Surveys(call=chosen, time=(calls.start + calls.talk + calls.hold)[chosen] + pause, key=key)


def keys_pressed(voices: Voices, pleased: Floats, draw: Floats) -> Ints:
    """Return the key of each rating, an ordered logit: `pleased` in logits from the mean, `draw` uniform."""
    key = np.full(len(draw), DISSATISFIED)
    key[draw < expit(logit(voices.satisfied) + pleased)] = SATISFIED
    key[draw < expit(logit(voices.very) + pleased)] = VERY_SATISFIED
    return key


def reviewers(organisation: Organisation, quarter: Quarter) -> list[int]:
    """Return who reviews quality: a third of the last team that takes no calls, of those who are there all quarter."""
    first, last = quarter.first_day(), quarter.last_day()
    quiet = [i for i, team in enumerate(organisation.teams) if team.queue is None]
    stints = [s for s in organisation.stints if quiet and s.team == quiet[-1] and s.covers(first) and s.covers(last)]
    found = [s.person for s in sorted(stints, key=lambda s: -s.place)]
    return sorted(found[: max(len(found) // 3, 1)])


def make_reviews(centre: Centre, organisation: Organisation, duty: Duty, calls: Calls, quarter: Quarter) -> Reviews:
    """Return quality reviews of calls drawn at random: a Poisson number per call-taker and month, by days at work."""
    voices, rng = centre.voices, stream(centre.seed, Purpose.REVIEWS, quarter.year, quarter.number)
    days = days_of(quarter)
    month = np.array([day.month for day in days])[duty.day]
    group = duty.person * 12 + month - 1
    worked = np.bincount(group)
    counts = rng.poisson(voices.reviews_per_month * np.minimum(worked / 18, 1.15))
    order = np.argsort(group[calls.row], kind="stable")
    size = np.bincount(group[calls.row], minlength=len(worked))
    counts = np.where(size > 0, np.minimum(counts, size), 0)
    first = np.repeat(np.cumsum(size) - size, counts)
    chosen = order[first + np.floor(rng.random(counts.sum()) * np.repeat(size, counts)).astype(np.int64)]
    chosen = np.sort(chosen)
    # Nobody is reviewed after her last day at work in the quarter.
    last = np.zeros(len(organisation.people), np.int64)
    np.maximum.at(last, duty.person, duty.day)
    row = calls.row[chosen]
    day = np.minimum(duty.day[row] + rng.integers(0, 4, len(chosen)), last[duty.person[row]])
    by = np.array(reviewers(organisation, quarter) or [-1])
    reviewer = by[rng.integers(len(by), size=len(chosen))]
    critical = rng.random(len(chosen)) < voices.critical_error
    severity = draw_character(centre, len(organisation.people)).severity[reviewer]
    score = _scores(centre, duty.latent.qa_points[row], severity, rng) - _CRITICAL_POINTS * critical
    return Reviews(call=chosen, day=day, reviewer=reviewer, score=np.clip(score, 0, 100).round(1), critical=critical)


def _scores(centre: Centre, points: Floats, severity: Floats, rng: np.random.Generator) -> Floats:
    voices = centre.voices
    noise = voices.qa_sd * rng.standard_normal(len(points))
    return np.asarray(voices.qa_mean + points - voices.qa_reviewer_sd * severity + noise)


def make_ratings(centre: Centre, organisation: Organisation, quarter: Quarter) -> Ratings:
    """Return the quarter's peer ratings: everyone at work on its last day by colleagues of the same team.

    points = mean + helpfulness and response to the scheme (rated) - severity (rater) + halo (pair) + noise, rounded.
    """
    voices, rng = centre.voices, stream(centre.seed, Purpose.RATINGS, quarter.year, quarter.number)
    rater, rated = _pairs(organisation, quarter, voices.raters, rng)
    character = draw_character(centre, len(organisation.people))
    merit = _merit(centre, organisation, quarter, character)
    pair = merit[rated] - voices.severity_sd * character.severity[rater]
    pair = pair + voices.halo_sd * rng.standard_normal(len(rated))
    own = 0.15 * rng.standard_normal((len(organisation.people), len(ITEMS)))
    points = pair[:, None] + own[rated] + voices.item_sd * rng.standard_normal((len(rated), len(ITEMS)))
    return Ratings(
        rater=np.repeat(rater, len(ITEMS)),
        rated=np.repeat(rated, len(ITEMS)),
        item=np.tile(np.arange(len(ITEMS)), len(rated)),
        points=np.clip(np.rint(voices.peer_mean + points), 1, 5).astype(np.int64).ravel(),
    )


def _merit(centre: Centre, organisation: Organisation, quarter: Quarter, character: Character) -> Floats:
    people = np.arange(len(organisation.people))
    team = np.zeros(len(people), dtype=np.int64)
    for stint in organisation.on(quarter.last_day()):
        team[stint.person] = stint.team
    moves = answers(centre, organisation, quarter, character.responsiveness, person=people, team=team)["peer_points"]
    return centre.traits.sd_helpful * character.helpful + moves


def _pairs(organisation: Organisation, quarter: Quarter, raters: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return (rater, rated): each person is rated by up to `raters` others of the team, drawn at random."""
    members: dict[int, list[int]] = {}
    for stint in organisation.on(quarter.last_day()):
        members.setdefault(stint.team, []).append(stint.person)
    pairs = []
    for team in sorted(members):
        for rated in members[team]:
            others = [person for person in members[team] if person != rated]
            chosen = rng.permutation(len(others))[:raters]
            pairs += [(others[index], rated) for index in sorted(chosen)]
    found = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]
