"""The annexes: weights on paper, what indicators mean, how groups fare, how things were worked out, and terms."""

from __future__ import annotations

from design_lab.catalogue.glossary import glossary
from design_lab.report.content import Block, Points, Row, Section, Table, clean, once
from design_lab.report.facts import Facts, capital

_METHOD = ("scores", "weights", "noise", "fairness", "evidence", "forecast", "pilot", "search")


def annex_sections(facts: Facts) -> tuple[Section, ...]:
    """Return the annexes that have something to say."""
    held = (_schemes(facts), _metrics(facts), _fairness(facts), _method(facts), _glossary(facts))
    return tuple(section for section in held if section.blocks)


def _section(facts: Facts, key: str, *blocks: Block | None) -> Section:
    return Section(
        key=key, kicker=facts.say(f"kicker.{key}"), heading=facts.say(f"{key}.heading"),
        blocks=tuple(block for block in blocks if block),
    )  # fmt: skip


def _schemes(facts: Facts) -> Section:
    """Every scheme's weights of dimensions, a column a scheme, and a row block for those weighed otherwise."""
    names = once(one.id.split(".")[1] for one in facts.results.under("on_paper"))
    keys = once(one.id.split(".", 2)[2] for one in facts.results.under("on_paper"))
    rows = []
    for key in keys:
        whom, _, dimension = key.rpartition(".")
        found = [facts.get(f"on_paper.{name}.{key}") for name in names]
        name = capital(facts.dimension(dimension))
        label = name if whom == "all" else facts.say("schemes.for", whom=_whom(facts, whom), dimension=name)
        rows.append(Row(cells=(label, *(facts.shown(one) for one in found)), shows=facts.statements(found)))
    table = Table(
        title=facts.say("schemes.table"),
        columns=(facts.say("schemes.dimension_column"), *(facts.scheme(name) for name in names)),
        rows=tuple(rows),
    )
    return _section(facts, "schemes", table if rows else None)


def _whom(facts: Facts, whom: str) -> str:
    return facts.say("join").join(facts.role(part) for part in whom.split("-"))


def _metrics(facts: Facts) -> Section:
    """What each indicator that the schemes weigh means, in the words of its card."""
    rows = [
        Row(cells=(facts.indicator(id), clean(told[facts.lang])), shows=())
        for id, told in facts.cover.definitions.items()
        if facts.lang in told
    ]
    table = Table(
        title=facts.say("metrics.table"),
        columns=(facts.say("metrics.indicator_column"), facts.say("metrics.definition_column")),
        rows=tuple(rows), worded=True,
    )  # fmt: skip
    return _section(facts, "metrics", table if rows else None)


def _fairness(facts: Facts) -> Section:
    """How many comparisons of groups stand out under each scheme, and those that do under today's."""
    stems = ["diagnosis", *(f"candidates.{name}" for name in facts.candidates())]
    counts = [one for stem in stems if (one := facts.get(f"{stem}.groups_standing_out"))]
    ratios = [one for one in facts.results.under("diagnosis.impact_ratio") if one.id.count(".") == _OF_RATIO]
    return _section(
        facts, "fairness", *facts.groups({"fairness.counts": counts}),
        *facts.groups({"fairness.ratios": ratios}, folded=True),
    )  # fmt: skip


_OF_RATIO = 3  # dots in diagnosis.impact_ratio.<group>.<grade>


def _method(facts: Facts) -> Section:
    sentences = tuple(facts.say(f"method.{key}") for key in _METHOD)
    return _section(facts, "method", Points(title=facts.say("method.title"), sentences=sentences))


def _glossary(facts: Facts) -> Section:
    """The settled terms of the field in this language, with the other language's term beside each."""
    other = "en" if facts.lang == "zh" else "zh"
    rows = tuple(
        Row(cells=(term.name[facts.lang], term.name[other], term.meaning[facts.lang]), shows=()) for term in glossary()
    )
    columns = facts.heads("glossary", "term", "other", "meaning")
    return _section(
        facts,
        "glossary",
        Table(title=facts.say("glossary.table"), columns=columns, rows=rows, worded=True, folded=True),
    )
