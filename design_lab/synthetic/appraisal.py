"""The centre's own appraisal of a quarter: official scores by its true weights, adjusted for a few, graded, appealed.

In a role every dimension is standardised among those who have it (80 + 10 z, within 40 and 120) and weighed by the
weights in force; a dimension that a person lacks leaves its weight to the others. workload: calls answered (sales
contacts of those who sell); service quality: 0.6 of review scores, 0.4 of the share resolved; csat: share satisfied;
teamwork: peers' points. Three in a hundred are adjusted by hand, with a reason. Grades are forced by role, 20 % A, 40 %
B, 30 % C, 10 % D of scores (the ladder of the sample scheme; judgement). People are told from the fifth day after the
quarter's end on, after waits that are exponential with a mean of six days (judgement): .84 of them within 15 days, half
within 9, nine in ten within 18. Appeals follow by up to ten days upon being told; the lowest score is always appealed,
low grades more often than high ones (rates are judgement, domain.md 3.6). Three in ten are upheld; who disputes data
claims a review score 1 to 6 points above her mean. Three people of the last team that takes no calls decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from design_lab.synthetic.centre import DIMENSIONS
from design_lab.synthetic.draws import Purpose, stream
from design_lab.synthetic.incentives import weights_in_force
from design_lab.synthetic.voices import SATISFIED

if TYPE_CHECKING:
    from design_lab.synthetic.exports import QuarterData

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
GRADES = ("A", "B", "C", "D")
REASONS = ("重大贡献加分", "专项任务加分", "违规扣分", "部门平衡调整")
GROUNDS = ("数据有误", "规则理解", "程序问题")
_BELOW = (0.20, 0.60, 0.90)  # shares of A, of A and B, of A to C
_ADJUSTED, _REVIEWS_SHARE = 0.03, 0.6
_APPEALED = (0.004, 0.008, 0.05, 0.18)
_UPHELD = 0.3
_DECIDING = 3  # people
_FIRST_TOLD, _WAIT = 5, 6.0  # days


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """Official results, (n,) in the order of person: score with its adjustment, grade; `reason` is -1 without one.

    `told` is the number of days from the quarter's last day to the person being told.
    """

    person: Ints
    score: Floats
    adjustment: Floats
    reason: Ints
    grade: Ints
    told: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeals:
    """Appeals: rows of `Results`, days after the quarter's end, ground, whether upheld.

    `corrected` is the mean review score that is claimed, NaN where none is; `decider` the person who decided.
    """

    row: Ints
    filed: Ints
    closed: Ints
    ground: Ints
    upheld: NDArray[np.bool_]
    corrected: Floats
    decider: Ints


def make_results(data: QuarterData) -> Results:
    """Return the official scores and grades of everybody in a position on the quarter's last day."""
    centre, rng = data.centre, stream(data.centre.seed, Purpose.APPRAISAL, data.quarter.year, data.quarter.number)
    stints = sorted(data.organisation.on(data.quarter.last_day()), key=lambda s: s.person)
    person = np.array([stint.person for stint in stints])
    role = np.array([list(centre.roles).index(data.organisation.teams[s.team].role) for s in stints])
    measured = _measured(data)[:, person]
    scores = np.full(measured.shape, np.nan)
    for number in np.unique(role):
        mine = role == number
        scores[:, mine] = [_standardised(values) for values in measured[:, mine]]
    in_force = weights_in_force(centre, data.organisation, data.quarter)
    team = np.array([stint.team for stint in stints])
    weights = np.array([in_force[name][team] for name in DIMENSIONS]) * ~np.isnan(scores)
    total = weights.sum(axis=0)
    score = np.where(total > 0, (weights * np.nan_to_num(scores)).sum(axis=0) / np.where(total > 0, total, 1), 80.0)
    u = rng.random((3, len(person)))
    reason = np.where(u[0] < _ADJUSTED, np.floor(u[1] * len(REASONS)).astype(np.int64), -1)
    sign = np.where(reason == 2, -1.0, np.where((reason == 3) & (u[2] < 0.5), -1.0, 1.0))
    adjustment = np.where(reason >= 0, sign * np.rint(2 + 3 * u[2]), 0.0)
    final = (score.round(2) + adjustment).clip(0, 120)
    waits = stream(centre.seed, Purpose.FEEDBACK, data.quarter.year, data.quarter.number).exponential(
        _WAIT, len(person)
    )
    return Results(
        person=person,
        score=final,
        adjustment=adjustment,
        reason=reason,
        grade=_grades(final, role),
        told=_FIRST_TOLD + np.floor(waits).astype(np.int64),
    )


def _measured(data: QuarterData) -> Floats:
    """Return what is measured of each dimension for everyone, (4, people); NaN where there is nothing."""
    people, duty, calls = len(data.organisation.people), data.duty, data.calls
    agent = duty.person[calls.row]
    answered = np.bincount(agent, minlength=people).astype(float)
    resolved = _mean(agent, calls.resolved, people)
    keys = data.surveys.key <= SATISFIED
    pleased = _mean(agent[data.surveys.call], keys, people)
    workload = np.where(answered > 0, answered, np.nan)
    if any(role.sells for role in data.centre.roles.values()):
        contacts = np.bincount(data.sales.person, weights=data.sales.contacts, minlength=people)
        workload = np.where(contacts > 0, contacts, workload)
    quality = _REVIEWS_SHARE * _reviewed(data) / 100 + (1 - _REVIEWS_SHARE) * resolved
    return np.array([workload, quality, pleased, _mean(data.ratings.rated, data.ratings.points, people)])


def _reviewed(data: QuarterData) -> Floats:
    """Return everyone's mean review score, (people,); NaN without reviews."""
    reviewed = data.duty.person[data.calls.row[data.reviews.call]]
    return _mean(reviewed, data.reviews.score, len(data.organisation.people))


def _mean(person: Ints, values: NDArray[np.generic], people: int) -> Floats:
    counts = np.bincount(person, minlength=people)
    sums = np.bincount(person, weights=values.astype(float), minlength=people)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _standardised(values: Floats) -> Floats:
    known = values[~np.isnan(values)]
    if known.size < 2 or known.std() == 0:
        return np.where(np.isnan(values), np.nan, 80.0)
    return np.asarray(np.clip(80 + 10 * (values - known.mean()) / known.std(), 40, 120))


def _grades(score: Floats, role: Ints) -> Ints:
    """Return the forced grade of each within the role, 0 for A to 3 for D; ties go by order."""
    grade = np.zeros(len(score), dtype=np.int64)
    for number in np.unique(role):
        mine = np.flatnonzero(role == number)
        rank = np.empty(len(mine))
        rank[np.argsort(-score[mine], kind="stable")] = (np.arange(len(mine)) + 0.5) / len(mine)
        grade[mine] = np.searchsorted(_BELOW, rank)
    return grade


def make_appeals(data: QuarterData) -> Appeals:
    """Return who appeals against the quarter's results, on what ground, and whether the appeal is upheld."""
    results = data.results
    rng = stream(data.centre.seed, Purpose.APPEALS, data.quarter.year, data.quarter.number)
    u = rng.random((5, len(results.person)))
    appealing = u[0] < np.array(_APPEALED)[results.grade]
    appealing[np.argmin(results.score)] = True
    row = np.flatnonzero(appealing)
    filed = results.told[row] + 1 + np.floor(10 * u[1][row]).astype(np.int64)
    ground = np.floor(u[3][row] * len(GROUNDS)).astype(np.int64)
    decisions = stream(data.centre.seed, Purpose.DECISIONS, data.quarter.year, data.quarter.number)
    claimed = (_reviewed(data)[results.person[row]] + decisions.uniform(1, 6, len(row))).clip(0, 100).round(1)
    deciding = _deciding(data)
    chosen = decisions.integers(len(deciding), size=len(row))
    own = deciding[chosen] == results.person[row]  # nobody decides on her own appeal
    return Appeals(
        row=row,
        filed=filed,
        closed=filed + 3 + np.floor(12 * u[2][row]).astype(np.int64),
        ground=ground,
        upheld=u[4][row] < _UPHELD,
        corrected=np.where(ground == 0, claimed, np.nan),
        decider=deciding[(chosen + own) % len(deciding)],
    )


def _deciding(data: QuarterData) -> Ints:
    """Return who decides on appeals: the first of the last team that takes no calls, on the quarter's last day."""
    last = max((at for at, team in enumerate(data.organisation.teams) if team.queue is None), default=0)
    held = sorted((s for s in data.organisation.on(data.quarter.last_day()) if s.team == last), key=lambda s: s.place)
    return np.array([stint.person for stint in held[:_DECIDING]])
