"""The publication pack: the rules, weights and dates as staff are told them."""

from __future__ import annotations

from collections.abc import Iterator

from design_lab.desk.kit.content import Block, Grid, Heading, Paper, Points, Text
from design_lab.desk.kit.facts import Position
from design_lab.desk.kit.told import Told
from design_lab.gradebook import FixedGrades

_RIGHTS = ("explained", "person", "correct", "appeal", "no_harm", "last_place")


def publication_pack(told: Told) -> Iterator[Paper]:
    """Yield the pack: what is appraised and how it counts, role by role; conditions, grades, dates and rights."""
    facts = told.facts
    scheme = facts.scheme
    blocks: list[Block] = [
        Text(told.say("publication.intro", scheme=told.scheme, start=scheme.effective_from or str(facts.due)), "lead"),
    ]
    if scheme.assumed:
        parts = told.join.join(told.say(f"part.{part}") for part in scheme.assumed)
        blocks.append(Text(told.say("publication.assumed", parts=parts)))
    blocks.append(Heading(told.say("publication.weights")))
    blocks += [_positions(told, alike) for alike in _alike(told)]
    medians = told.say("publication.medians", least=str(facts.least))
    blocks += [Heading(told.say("publication.rules")), _rules(told), Text(medians, "note")]
    blocks += [Heading(told.say("publication.conditions"))]
    conditions = told.conditions() or (told.say("publication.no_conditions"),)
    blocks.append(Points((*conditions, told.say("publication.missing", least=told.points(scheme.missing.min_weight)))))
    blocks += [Heading(told.say("publication.grades")), *_grades(told)]
    blocks += [Heading(told.say("publication.dates")), _dates(told)]
    rights = tuple(told.say(f"publication.right.{one}", days=told.days_to_appeal) for one in _RIGHTS)
    blocks += [Heading(told.say("publication.rights")), Points(rights)]
    blocks += [
        Heading(told.say("publication.published"), 2),
        Grid(
            columns=tuple(told.say(f"publication.column.{one}") for one in ("place", "day", "version", "by")),
            rows=((None, None, None, None), (None, None, None, None)),
            widths=(4, 2, 2, 3),
            height=0.8,
        ),
    ]
    yield Paper(title=told.say("form.publication_pack"), subtitle=told.subtitle(facts.due), blocks=tuple(blocks))


def _alike(told: Told) -> list[list[Position]]:
    """Positions by what they are weighed on."""
    found: dict[str, list[Position]] = {}
    for position in told.facts.positions:
        weighed = told.facts.scheme.weighed(position.role, position.levels[0])
        found.setdefault(repr(weighed), []).append(position)
    return list(found.values())


def _positions(told: Told, alike: list[Position]) -> Grid:
    weighed = told.facts.scheme.weighed(alike[0].role, alike[0].levels[0])
    whom = told.semicolon.join(told.position(one) for one in alike)
    rows = tuple((told.dimension(where), told.indicator(name), told.weight(share)) for name, where, share in weighed)
    dimension, weight = (told.say(f"appraisal.column.{one}") for one in ("dimension", "weight"))
    return Grid(
        columns=(dimension, told.say("publication.for", whom=whom), weight),
        rows=rows or (("–", told.say("appraisal.nothing_weighed"), "–"),),
        widths=(3, 8, 1.6),
        numeric=frozenset({2}),
    )


def _rules(told: Told) -> Grid:
    """How each indicator becomes points, and its target by role where it has one that may be told."""
    rows = []
    for name in told.facts.scheme.indicators:
        targets: dict[str, dict[str, str]] = {}
        for role, level in ((one.role, one.levels[0]) for one in told.facts.positions):
            rule = told.facts.scheme.rules_for(role, level).get(name)
            if rule is not None and name in told.facts.scheme.weights(role, level):
                found = targets.setdefault(told.rule(name, rule), {})
                if target := told.short_target(role, name, rule):
                    found[role] = told.say("publication.target_of", role=told.role(role), target=target)
        rows += [(told.indicator(name), rule, told.semicolon.join(by.values()) or "–") for rule, by in targets.items()]
    return Grid(
        columns=tuple(told.say(f"appraisal.column.{one}") for one in ("indicator", "rule", "target")),
        rows=tuple(rows),
        widths=(2.2, 4.2, 4.6),
    )


def _grades(told: Told) -> Iterator[Block]:
    grades = told.facts.scheme.grades
    fixed = isinstance(grades, FixedGrades)
    if isinstance(grades, FixedGrades):
        lasts = list(grades.bounds)[-1]
        held = {name: "–" if name == lasts else told.points(least) for name, least in grades.bounds.items()}
        yield Text(told.say("publication.fixed"))
    else:
        held = {name: told.weight(share / 100) for name, share in grades.shares.items()}
        pool, ties = told.say(f"pool.{grades.pool}"), told.say(f"ties.{grades.ties}")
        yield Text(told.say("publication.forced", pool=pool, ties=ties))
    yield Grid(
        columns=(
            told.say("publication.column.grade"),
            told.say("publication.column.least" if fixed else "publication.column.share"),
            told.say("publication.column.coefficient"),
        ),
        rows=tuple((name, held[name], f"{grades.coefficients[name]:g}") for name in grades.names()),
        widths=(2, 3, 3),
        numeric=frozenset({1, 2}),
    )
    yield Text(told.say("publication.person_decides"))


def _dates(told: Told) -> Grid:
    lanes = told.texts.lanes
    return Grid(
        columns=tuple(told.say(f"process.column.{one}") for one in ("step", "owner", "days", "start", "end")),
        rows=tuple(
            (f"{at}. {step.name}", lanes[step.owner], told.number(step.days, "working_days"), None, None)
            for at, step in enumerate(told.texts.process, 1)
        ),
        widths=(3, 3.4, 2, 2, 2),
    )
