"""Papers for law and participation: impact assessment, evidence of the employee congress, and the legal checklist."""

from __future__ import annotations

from collections.abc import Iterator

from design_lab.catalogue import words
from design_lab.catalogue.kit import Trait
from design_lab.desk.kit.content import Block, Grid, Heading, Paper, Points, Text
from design_lab.desk.kit.facts import Facts, UnmadeError
from design_lab.desk.kit.told import Told
from design_lab.gradebook import ForcedGrades
from design_lab.ingest.mapping import read_sources
from design_lab.schema import TABLES

_SENSITIVE = ("attendance",)  # tables that may tell of health
_SIGNERS = ("data_officer", "human_resources", "decider")


def traits(facts: Facts) -> frozenset[Trait]:
    """Return what the scheme and the data have that a point of law may be about."""
    scheme, tables = facts.scheme, facts.delivered
    weighed = {*scheme.indicators, *scheme.eligibility}
    used = {table for name in weighed for table in facts.study.cards[name].tables}
    found: set[Trait] = {"always"}
    if isinstance(scheme.grades, ForcedGrades):
        found.add("forced")
    if any(one.veto for one in scheme.eligibility.values()):
        found.add("veto")
    tables_of: dict[Trait, str] = {
        "attendance": "attendance", "ratings": "ratings", "quality": "quality_reviews", "sales": "sales",
    }  # fmt: skip
    found |= {trait for trait, table in tables_of.items() if table in tables or table in used}
    if _has_agency(facts):
        found.add("agency")
    return frozenset(found)


def _has_agency(facts: Facts) -> bool:
    """Whether staff of several kinds of employment are on the roster; where that is not known, they may be."""
    try:
        kinds = facts.people["employment_type"].dropna().nunique()
    except UnmadeError:
        return True
    return int(kinds) != 1


def impact_assessment(told: Told) -> Iterator[Paper]:
    """Yield the skeleton of the impact assessment, its table of data filled from the study's mapping."""
    texts, facts = told.texts.impact, told.facts
    blocks: list[Block] = [
        Text(texts.law, "note"),
        Text(told.say("impact.note")),
        Heading(told.say("impact.what")),
        Grid(
            columns=(),
            rows=tuple((told.say(f"impact.field.{key}"), text) for key, text in _about(told)),
            widths=(2, 6),
        ),
        Heading(told.say("impact.data")),
        *_data(told),
        Heading(told.say("impact.questions")),
        Grid(
            columns=tuple(told.say(f"impact.column.{one}") for one in ("question", "prompt", "answer")),
            rows=tuple((one.asks, one.prompt, None) for one in texts.questions),
            widths=(3, 4, 4),
            height=1.0,
        ),
        Heading(told.say("impact.risks")),
        Grid(
            columns=(told.say("impact.column.risk"), told.say("impact.column.measure"), *texts.rows),
            rows=tuple((one.risk, one.measure, *[None] * len(texts.rows)) for one in texts.risks),
            widths=(3.4, 4, *[1.7] * len(texts.rows)),
            height=1.0,
        ),
        Heading(told.say("impact.result")),
        Points(tuple(told.say(f"impact.{one}") for one in ("go", "go_if", "stop")), boxes=True),
        Grid(
            columns=tuple(told.say(f"signs.{one}") for one in ("who", "signature", "date")),
            rows=told.signatures(_SIGNERS),
            widths=(3, 4, 2),
            height=0.8,
        ),
    ]
    subtitle = told.subtitle(facts.due)
    yield Paper(title=told.say("form.impact_assessment"), subtitle=subtitle, blocks=tuple(blocks), wide=True)


def _about(told: Told) -> Iterator[tuple[str, str | None]]:
    facts, spoken = told.facts, words(told.lang)
    yield "purpose", told.say("impact.purpose", scheme=told.scheme)
    yield "handler", None
    try:
        yield "people", told.number(facts.people.index.nunique(), "people")
    except UnmadeError:
        yield "people", None
    yield "automated", told.say("impact.automated")
    yield "pseudonyms", told.say("impact.pseudonyms")
    k = facts.study.settings.privacy.k
    said = [
        told.say("impact.k", audience=spoken.say(key) if (key := f"audience.{name}") in spoken else name, k=str(least))
        for name, least in k.items()
    ]
    yield "cells", told.join.join(said)
    yield "retention", None


def _data(told: Told) -> Iterator[Block]:
    """One row a table that the study's mapping makes: its fields, what it is for, whether it may be sensitive."""
    spoken, sources = words(told.lang), read_sources(told.facts.study.folder).tables
    rows = []
    for name in TABLES:
        if name not in sources:
            continue
        mapped = {column for source in sources[name] for column in source.columns}
        fields = [spoken.say(f"column.{name}.{column}") for column in TABLES[name].columns if column in mapped]
        sensitive = told.say("impact.maybe" if name in _SENSITIVE else "impact.no")
        rows.append(
            (spoken.say(f"table.{name}"), told.join.join(fields), spoken.say(f"unlocks.{name}"), sensitive, None, None)
        )
    parts = ("table", "fields", "purpose", "sensitive", "basis", "retention")
    yield Grid(
        columns=tuple(told.say(f"impact.column.{one}") for one in parts), rows=tuple(rows), widths=(2, 5, 4, 1.8, 2, 2)
    )


def congress_evidence(told: Told) -> Iterator[Paper]:
    """Yield the list of papers that show that staff took part."""
    texts = told.texts.congress
    parts = ("number", "what", "shows", "when", "file", "done")
    yield Paper(
        title=told.say("form.congress_evidence"),
        subtitle=told.subtitle(told.facts.due),
        blocks=(
            Text(texts.law, "note"),
            Text(told.say("congress.note", scheme=told.scheme)),
            Grid(
                columns=tuple(told.say(f"congress.column.{one}") for one in parts),
                rows=tuple(
                    (str(at), one.what, one.shows, one.when, None, None) for at, one in enumerate(texts.evidence, 1)
                ),
                widths=(0.8, 4.5, 3.2, 2.6, 3, 2.2),
                height=0.8,
            ),
            Grid(
                columns=tuple(told.say(f"signs.{one}") for one in ("who", "signature", "date")),
                rows=told.signatures(("union", "human_resources")),
                widths=(3, 4, 2),
                height=0.8,
            ),
        ),
        wide=True,
    )


def legal_checklist(told: Told) -> Iterator[Paper]:
    """Yield the points of law that this scheme and these data touch; it says that it is no advice."""
    texts, has = told.texts.legal, traits(told.facts)
    parts = ("rule", "point", "check", "state", "remark")
    yield Paper(
        title=told.say("form.legal_checklist"),
        subtitle=told.subtitle(told.facts.due),
        blocks=(
            Text(texts.notice, "lead"),
            Grid(
                columns=tuple(told.say(f"legal.column.{one}") for one in parts),
                rows=tuple((one.rule, one.point, one.check, None, None) for one in texts.points if one.when in has),
                widths=(2.6, 5, 4, 1.6, 3),
                height=0.9,
            ),
            Text(told.say("legal.states"), "note"),
            Grid(
                columns=tuple(told.say(f"signs.{one}") for one in ("who", "signature", "date")),
                rows=told.signatures(("counsel",)),
                widths=(3, 4, 2),
                height=0.8,
            ),
        ),
        wide=True,
    )
