"""For a team leader: her own people's scores and what makes them, and nobody else's."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from design_lab.catalogue import words
from design_lab.catalogue.words import dimension_in
from design_lab.desk.views.page import HIDDEN, Page, Words, least_for
from design_lab.desk.views.scored import Scored, scored
from design_lab.display import number, worded
from design_lab.errors import StudyError, nearest
from design_lab.evaluation.standing import Part, parts
from design_lab.periods import Quarter
from design_lab.report.content import Section, Table
from design_lab.scoring import Panel, Scores
from design_lab.scoring.roster import last_spells
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

_DUST = 1e-9  # points that are none
_LOSSES = 2  # told of each person
_COLUMN = {"team": "team_at_end"}  # in the panel, where it is called otherwise than the unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What a leader leads: a `kind` (team, department, site) and its name; `rows` (n,) is who of a panel is in it."""

    kind: str
    name: str
    rows: pd.Series


def led_by(study: Study, panel: Panel, who: str) -> Unit:
    """Find the unit that `who` names or leads; whoever leads nothing, and what is not known, raises `StudyError`.

    `leads` in study.yaml says which level leads what. People belong to the unit of their last spell; those of the
    leading level are not among those who are led.
    """
    people, leads = panel.people, study.settings.leads
    last = last_spells(people.index)
    ids = people.index.get_level_values("employee_id")
    hers = people[last & (ids == who)]
    if len(hers):
        level = str(hers["level"].iloc[0])
        if level not in leads:
            raise StudyError(
                f"{who} leads nobody: leads in study.yaml names the levels {', '.join(leads) or '(none)'}, and hers is "
                f"{level}"
            )
        kind = leads[level]
        name = hers[_COLUMN.get(kind, kind)].iloc[0]
    else:
        kind, name = _named(people, tuple(dict.fromkeys(["team", *leads.values()])), who)
    above = [level for level, unit in leads.items() if unit == kind]
    column = people[_COLUMN.get(kind, kind)]
    rows = column.astype(object).eq(name).fillna(False) & last & ~people["level"].isin(above)
    if not rows.any():
        raise StudyError(f"{kind} {name}: nobody was in it at the end of {panel.quarter}")
    return Unit(kind=kind, name=str(name), rows=rows)


def leader_pages(study: Study, quarter: Quarter, who: str, langs: tuple[str, ...]) -> list[Page]:
    """Tell a leader her people's scores; `who` is her pseudonym or what she leads."""
    found = scored(study, quarter)
    unit = led_by(study, found.panel, who)
    return [
        told.page("leader", _sections(study, found, unit, told), quarter=str(quarter), unit=unit.name)
        for told in (Words(study, lang) for lang in langs)
    ]


def _sections(study: Study, found: Scored, unit: Unit, told: Words) -> Iterator[Section]:
    k = least_for(study, "team_leader")
    count = number(int(unit.rows.sum()), "people", told.lang)
    tables = [
        _people(study, found, scores, unit, told, k)
        for scores in found.scores.values()
        if unit.rows.reindex(scores.people.index).any()
    ]
    yield told.section("hers", *tables, people=count, unit=unit.name, lead=[told.say("hers.only")])
    yield told.section("others", _others(study, found, unit, told, k))


def _people(study: Study, found: Scored, scores: Scores, unit: Unit, told: Words, k: int) -> Table:
    """Each person's total, grade, contributions by dimension and largest losses.

    A contribution that rests on the ratings of too few is told neither itself nor, since the others would give it away
    from the total, beside them.
    """
    chosen = unit.rows.reindex(scores.people.index)
    made = scores.contributions[chosen]
    dimensions = [str(name) for name in made if made[name].abs().gt(_DUST).any()]
    rows = [
        _person(study, found, scores, row, dimensions, told, k) for row in scores.people.index[chosen].sort_values()
    ]
    called = study.settings.dimensions
    columns = [
        "person",
        "level",
        "total",
        "grade",
        *(dimension_in(name, told.lang, called) for name in dimensions),
        "loses",
    ]
    claim = words(told.lang).say("claim.scenario" if scores.scheme.assumed else "claim.accounting")
    notes = [told.say("hers.raters", k=str(k + 1)), told.say("hers.reason"), told.say("claims", claims=claim)]
    return told.table(worded(scores.scheme.title, told.lang), columns, rows, notes=notes, worded=True)


def _person(
    study: Study, found: Scored, scores: Scores, row: Any, dimensions: list[str], told: Words, k: int
) -> list[str]:
    level = str(scores.people.at[row, "level"])
    total, grade = scores.total[row], scores.grade[row]
    why = scores.reason[row]
    apart = tuple(parts(found.panel, scores, row))
    if math.isnan(total):
        broken, loses = [HIDDEN] * len(dimensions), words(told.lang).say(f"reason.{why}") if why else ""
    elif _few_raters(found.panel, apart, row, k):
        broken, loses = [HIDDEN] * len(dimensions), told.say("hers.few")
    else:
        made = scores.contributions.loc[row]
        broken = [number(float(made[name]), "points", told.lang) for name in dimensions]
        loses = _losses(found.panel, apart, told)
    return [
        str(row[0]),
        worded(study.settings.levels.get(level, {"en": level}), told.lang),
        number(None if math.isnan(total) else float(total), "points", told.lang),
        grade if isinstance(grade, str) else told.say("column.no_grade"),
        *broken,
        loses,
    ]


def _few_raters(panel: Panel, apart: tuple[Part, ...], row: Any, k: int) -> bool:
    """Whether a rating that counts stands on k raters or fewer: a reader who rated too can take her own mark away."""
    rated = [part.indicator for part in apart if "ratings" in panel.cards[part.indicator].tables]
    counts: Any = panel.counts
    return any(name in panel.values and 0 < counts.at[row, name] <= k for name in rated)


def _losses(panel: Panel, apart: tuple[Part, ...], told: Words) -> str:
    """Name the indicators on which most points are lost; how many they are would tell the best of other teams."""
    lost = sorted((part for part in apart if part.gap and part.gap > _DUST), key=lambda part: -(part.gap or 0.0))
    said = [worded(panel.cards[part.indicator].name, told.lang) for part in lost[:_LOSSES]]
    return words(told.lang).say("report.join").join(said)


def _others(study: Study, found: Scored, unit: Unit, told: Words, k: int) -> Table:
    """The mean score of those of the same post outside the unit, where no team or small group can be told from it.

    They must be at least `k` people, and at least `k` of them must be outside each other unit, which a mean of the rest
    would otherwise be compared with.
    """
    rows = []
    for scores in found.scores.values():
        people = scores.people
        chosen = unit.rows.reindex(people.index)
        column = people[_COLUMN.get(unit.kind, unit.kind)].astype(object)
        for role, level in sorted(set(zip(people["role"][chosen], people["level"][chosen], strict=True))):
            rest = last_spells(people.index) & people["role"].eq(role) & people["level"].eq(level)
            rest &= scores.told_apart & ~column.eq(unit.name).fillna(False)
            enough = rest.sum() >= k and _spread(column[rest], k)
            mean = number(float(scores.total[rest].mean()), "points", told.lang) if enough else HIDDEN
            names = (study.settings.roles.get(role, {"en": role}), study.settings.levels.get(level, {"en": level}))
            rows.append([worded(scores.scheme.title, told.lang), *(worded(name, told.lang) for name in names), mean])
    assumed = any(scores.scheme.assumed for scores in found.scores.values())
    claim = words(told.lang).say("claim.scenario" if assumed else "claim.accounting")
    notes = [told.say("others.note", k=str(k)), told.say("claims", claims=claim)]
    return told.table(told.say("others.table"), ["scheme", "role", "level", "mean"], rows, notes=notes, worded=True)


def _spread(units: pd.Series, k: int) -> bool:
    """Whether at least `k` people remain when any one unit is taken away."""
    sizes = units.fillna("").value_counts()
    return bool(len(sizes) and sizes.sum() - sizes.max() >= k)


def _named(people: pd.DataFrame, kinds: tuple[str, ...], who: str) -> tuple[str, str]:
    known = {kind: sorted({str(name) for name in people[_COLUMN.get(kind, kind)].dropna()}) for kind in kinds}
    for kind, names in known.items():
        if who in names:
            return kind, who
    every = [name for names in known.values() for name in names]
    raise StudyError(f"{who!r} is neither a leader nor a {' or a '.join(kinds)} of the study; {nearest(who, every)}")
