"""For human resources: how grades fell, whom a candidate would move, whether it is fair, what can be relied on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from design_lab.catalogue import words
from design_lab.desk.views.page import HIDDEN, Page, Words, least_for
from design_lab.desk.views.scored import Scored, scored
from design_lab.display import number, worded
from design_lab.evaluation.cells import hidden
from design_lab.evaluation.fairness.impact import impact
from design_lab.evaluation.movers import Movers, movers
from design_lab.evaluation.reliability import Reliabilities, reliabilities
from design_lab.finding import Finding
from design_lab.periods import Quarter
from design_lab.report.content import Group, Section, Table
from design_lab.scoring import Scores, score_moved
from design_lab.scoring.roster import last_spells
from design_lab.study import Study

_A_QUARTER = 4  # quartiles are of parts that are a quarter of the people


@dataclass(frozen=True, slots=True, kw_only=True)
class _Examined:
    """What is computed once for all languages: movers by candidate, the answers on fairness, and reliabilities."""

    found: Scored
    today: Scores
    moved: tuple[Movers, ...]
    fair: tuple[Finding, ...]
    reliable: Reliabilities


def hr_pages(study: Study, quarter: Quarter, langs: tuple[str, ...]) -> list[Page]:
    """Tell a quarter's grades to human resources.

    How grades fell is counted under `privacy.k` of hr. Movers are counted under the strictest k, as in the report, so
    that the two put together tell no more than either; of fairness only the answer is told, since the counts behind it
    may be smaller.
    """
    seen = _examined(study, scored(study, quarter))
    return [
        told.page("hr", _sections(study, seen, told), quarter=str(quarter))
        for told in (Words(study, lang) for lang in langs)
    ]


def _examined(study: Study, found: Scored) -> _Examined:
    least, roles = study.settings.privacy.strictest, study.settings.roles
    today = found.scores[found.held.leading.name]
    candidates = [score_moved(found.panel, found.held, one, medians=found.medians) for one in study.candidates()]
    screened = [impact(today, least=least, in_force=True), *(impact(one, least=least) for one in candidates)]
    return _Examined(
        found=found,
        today=today,
        moved=tuple(movers(today, one, least=least, names=roles) for one in candidates),
        fair=tuple(one for each in screened for one in each.findings() if one.id.endswith("groups_standing_out")),
        reliable=reliabilities(found.panel, today.scheme, roles=roles, least=least),
    )


def _sections(study: Study, seen: _Examined, told: Words) -> Iterator[Section]:
    today = seen.today
    once = last_spells(today.people.index)
    people = number(int(once.sum()), "people", told.lang)
    tables = _distribution(study, seen.found, told, least_for(study, "hr"))
    yield told.section("distribution", *tables, people=people, lead=[told.say("only_counts")])
    among = [told.say("moved.among", scheme=worded(today.among, told.lang))] if today.among else []
    if seen.moved:
        note = told.say("hidden", k=str(study.settings.privacy.strictest))
        moved = [
            told.shown(worded(one.scheme.title, told.lang), one, one.findings(), notes=[note]) for one in seen.moved
        ]
        yield told.section("moved", *moved, lead=[told.say("moved.cases"), *among])
    answers = Group(title=told.say("fairness.table"), statements=tuple(map(told.statement, seen.fair)))
    yield told.section("fairness", answers, lead=[told.say("fairness.groups"), *among])
    title = told.say("reliability.table")
    reliable = told.shown(title, seen.reliable, seen.reliable.findings(), worded=True)
    yield told.section("reliability", reliable, lead=among)


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
