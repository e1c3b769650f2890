"""For human resources: how grades fell, whom a candidate would move, whether it is fair, what can be relied on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from design_lab.catalogue import words
from design_lab.desk.views.page import HIDDEN, Page, Words, least_for
from design_lab.desk.views.scored import Scored, scored
from design_lab.display import number, worded
from design_lab.evaluation.cells import hidden
from design_lab.evaluation.fairness.impact import impact
from design_lab.evaluation.movers import movers
from design_lab.evaluation.reliability import reliabilities
from design_lab.periods import Quarter
from design_lab.report.content import Section, Table
from design_lab.scoring import Scores, score_moved
from design_lab.scoring.roster import last_spells
from design_lab.study import Study

_A_QUARTER = 4  # quartiles are of parts that are a quarter of the people


def hr_pages(study: Study, quarter: Quarter, langs: tuple[str, ...]) -> list[Page]:
    """Tell a quarter's grades to human resources.

    How grades fell is counted under `privacy.k` of hr. What the report holds too (movers, fairness) is counted under
    the strictest k, as there, so that the two put together tell no more than either.
    """
    found = scored(study, quarter)
    return [
        Words(study, lang).page("hr", _sections(study, found, Words(study, lang)), quarter=str(quarter))
        for lang in langs
    ]


def _sections(study: Study, found: Scored, told: Words) -> Iterator[Section]:
    k, least = least_for(study, "hr"), study.settings.privacy.strictest
    today = found.scores[found.held.leading.name]
    people = number(int(last_spells(today.people.index).sum()), "people", told.lang)
    yield told.section(
        "distribution", *_distribution(study, found, told, k), people=people, lead=[told.say("only_counts")]
    )
    candidates = [score_moved(found.panel, found.held, one, medians=found.medians) for one in study.candidates()]
    moved = [movers(today, one, least=least, names=study.settings.roles) for one in candidates]
    if moved:
        note = told.say("hidden", k=str(least))
        tables = [told.shown(worded(one.scheme.title, told.lang), one, one.findings(), notes=[note]) for one in moved]
        yield told.section("moved", *tables, lead=[told.say("moved.cases")])
    screened = impact(today, least=least, in_force=True)
    yield told.section("fairness", told.shown(told.say("fairness.table"), screened, screened.findings()))
    reliable = reliabilities(found.panel, today.scheme, roles=study.settings.roles, least=least)
    yield told.section("reliability", told.shown(told.say("reliability.table"), reliable, reliable.findings()))


def _distribution(study: Study, found: Scored, told: Words, k: int) -> Iterator[Table]:
    """A table of grades and one of scores for each scheme in force; everybody counts once, in her last spell."""
    for scores in found.scores.values():
        title = worded(scores.scheme.title, told.lang)
        yield _grades(study, scores, told, k, title)
        yield _points(study, scores, told, k, title)


def _grades(study: Study, scores: Scores, told: Words, k: int, title: str) -> Table:
    once = last_spells(scores.people.index)
    role, grade = scores.people["role"][once], scores.grade[once]
    roles, names = list(dict.fromkeys(role.sort_values())), [*scores.scheme.grades.names(), None]
    counts = np.array(
        [[int((role.eq(one) & (grade.eq(name) if name else grade.isna())).sum()) for name in names] for one in roles],
        dtype=np.int64,
    )
    mask = hidden(counts, k)
    rows = [
        [
            _role(study, one, told),
            *(HIDDEN if off else number(int(n), "count", told.lang) for n, off in zip(row, closed, strict=True)),
        ]
        for one, row, closed in zip(roles, counts, mask, strict=True)
    ]
    columns = ["role", *(name or "no_grade" for name in names)]
    return told.table(
        told.say("distribution.grades", scheme=title), columns, rows, notes=[told.say("hidden", k=str(k))]
    )


def _points(study: Study, scores: Scores, told: Words, k: int, title: str) -> Table:
    """Quartiles of total scores by role, where a quarter of the people is at least `k`."""
    once = last_spells(scores.people.index)
    rows = []
    for role, total in scores.total[once].groupby(scores.people["role"][once]):
        held = total.dropna()
        enough = len(held) >= _A_QUARTER * k
        quartiles = held.quantile([0.25, 0.5, 0.75]) if enough else [None] * 3
        rows.append(
            [
                _role(study, str(role), told),
                *(number(one, "points", told.lang) if enough else HIDDEN for one in quartiles),
            ]
        )
    note = told.say("distribution.enough", least=str(_A_QUARTER * k))
    claim = told.say(
        "claims", claims=words(told.lang).say("claim.scenario" if scores.scheme.assumed else "claim.accounting")
    )
    return told.table(
        told.say("distribution.points", scheme=title), ["role", "lower", "median", "upper"], rows, notes=[note, claim]
    )  # fmt: skip


def _role(study: Study, role: str, told: Words) -> str:
    return worded(study.settings.roles.get(role, {"en": role}), told.lang)
