"""What people are paid, and what they say of the appraisal in an anonymous survey.

pay: a base by level, and a performance part that is 15 % of pay for agents, 20 % for leaders, 25 % for managers (a
Chinese pay table, domain.md 3.1), paid times the quarter's coefficient: A 1.2, B 1.0, C 0.9, D 0.6 (judgement).
survey: 70 % answer; points from 1 to 5 on items about fairness, stay and understanding, higher after better grades.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from design_lab.synthetic.centre import Level
from design_lab.synthetic.demand import days_of
from design_lab.synthetic.draws import Purpose, stream
from design_lab.synthetic.organisation import level_of

if TYPE_CHECKING:
    import datetime as dt

    from design_lab.synthetic.exports import QuarterData

BASE: dict[Level, int] = {"agent": 4200, "senior_agent": 5000, "team_leader": 6400, "manager": 9000}
PERFORMANCE: dict[Level, float] = {"agent": 0.15, "senior_agent": 0.15, "team_leader": 0.20, "manager": 0.25}
COEFFICIENTS = (1.2, 1.0, 0.9, 0.6)
QUESTIONS = ("考核公平", "愿意留任", "了解规则")
_ANSWERED, _MEANS, _BY_GRADE = 0.7, (3.3, 3.6, 3.5), (0.5, 0.15, -0.2, -0.6)


def pay_rows(data: QuarterData) -> Iterator[tuple[str, dt.date, int, float, float]]:
    """Yield HR id, first day in the month, base, performance pay at par and paid, in yuan, of all in a position."""
    graded = dict(zip(data.results.person, data.results.grade, strict=True))
    opening = sorted({(day.year, day.month): day for day in reversed(days_of(data.quarter))}.values())
    for first in opening:
        for stint in sorted(data.organisation.on(first), key=lambda s: s.person):
            person, role = data.organisation.people[stint.person], data.organisation.teams[stint.team].role
            level = level_of(data.centre.roles[role], stint, person, first)
            par = BASE[level] * PERFORMANCE[level] / (1 - PERFORMANCE[level])
            coefficient = COEFFICIENTS[graded[stint.person]] if stint.person in graded else 1.0
            yield person.hr_id, first, BASE[level], round(par, 2), round(par * coefficient, 2)


def survey_rows(data: QuarterData) -> Iterator[tuple[int, str, str, int]]:
    """Yield number of the response, role, question and points; responses are shuffled, so that nobody is named."""
    results = data.results
    rng = stream(data.centre.seed, Purpose.OPINIONS, data.quarter.year, data.quarter.number)
    answering = np.flatnonzero(rng.random(len(results.person)) < _ANSWERED)
    stands = {stint.person: stint.team for stint in data.organisation.on(data.quarter.last_day())}
    for number, row in enumerate(rng.permutation(answering), start=1):
        role = data.centre.roles[data.organisation.teams[stands[results.person[row]]].role].title
        own = _BY_GRADE[results.grade[row]] + 0.5 * rng.standard_normal()
        for question, mean in zip(QUESTIONS, _MEANS, strict=True):
            yield number, role, question, int(np.clip(np.rint(mean + own + 0.6 * rng.standard_normal()), 1, 5))
