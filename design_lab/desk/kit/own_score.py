"""My score and why: one paper a person, with what is lost on which indicator and a development plan to agree on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from design_lab.catalogue.kit import OTHER
from design_lab.desk.explain import Explanation
from design_lab.desk.explained import ToldAccount
from design_lab.desk.kit.content import Block, Grid, Heading, Paper, Points, Text
from design_lab.desk.kit.facts import UnmadeError
from design_lab.desk.kit.told import Told
from design_lab.evaluation.standing import Part
from design_lab.files import names_a_file

_PLANNED = 3  # indicators in a plan


def my_score(told: Told, names: Mapping[str, str]) -> Iterator[Paper]:
    """Yield a paper a person, by pseudonym or, where `names` resolves it, by the client's own id."""
    found = told.facts.explanations
    if not found:
        raise UnmadeError("no_scheme_in_force", quarter=str(told.facts.quarter))
    for explanation in found:
        name = names.get(explanation.employee, explanation.employee)
        yield Paper(
            part=name if names_a_file(name) else explanation.employee,
            title=told.say("my_score.title", who=name),
            subtitle=told.say("my_score.subtitle", study=told.study, quarter=str(told.facts.quarter)),
            blocks=tuple(_blocks(told, explanation)),
            wide=True,
        )


def _blocks(told: Told, explanation: Explanation) -> Iterator[Block]:
    page = explanation.told(told.lang)
    account, standing = page.accounts[0], explanation.accounts[0].standing
    yield Text(page.subtitle)
    yield Heading(account.heading, 1)
    for sentence in account.lead:
        yield Text(sentence, "lead")
    yield Heading(page.headings["parts"], 2)
    yield _parts(account)
    for sentence in account.left_out:
        yield Text(sentence, "note")
    yield Heading(page.headings["position"], 2)
    yield Points(account.position)
    yield Heading(page.headings["flips"], 2)
    yield Text(account.flip)
    if account.flips:
        yield Grid(columns=account.flip_columns, rows=account.flips, widths=(3, 2, 3, 3), numeric=frozenset({1, 2, 3}))
    yield Heading(told.say("my_score.plan"), 2)
    if account.hints:
        yield Points(account.hints)
        yield _plan(told, standing.gaps[:_PLANNED])
    else:
        yield Text(told.say("my_score.nothing_lost"))
    if account.limits:
        yield Heading(page.headings["limits"], 2)
        yield Points(account.limits)
    yield Heading(told.say("my_score.rights"), 2)
    yield Points((*page.notes, told.say("my_score.appeal", days=told.days_to_appeal)))
    yield Grid(
        columns=tuple(told.say(f"signs.{one}") for one in ("who", "signature", "date")),
        rows=told.signatures(("received", "leader")),
        widths=(4, 4, 2),
        height=0.8,
    )


def _parts(account: ToldAccount) -> Grid:
    """What makes up the score, and what it sums to."""
    columns = account.columns
    sums = tuple((what, *[""] * (len(columns) - 2), points) for what, points in account.sums)
    rows = (*account.rows, *sums)
    return Grid(
        columns=columns,
        rows=rows,
        widths=(3, 2.4, 1.4, 1.4, 3, 2, 2, 2),
        numeric=frozenset(range(2, len(columns))),
        strong=frozenset({len(rows) - 1}) if sums else frozenset(),
    )


def _plan(told: Told, gaps: tuple[Part, ...]) -> Grid:
    """The largest losses first: what practice offers for them, and what is agreed."""
    development = told.texts.development
    parts = ("indicator", "now", "gap", "training", "agreed", "until")
    return Grid(
        columns=tuple(told.say(f"my_score.column.{one}") for one in parts),
        rows=tuple(
            (
                told.indicator(part.indicator),
                told.value(part.indicator, part.value),
                told.number(part.gap, "points"),
                development.get(part.indicator, development[OTHER]),
                None,
                None,
            )
            for part in gaps
        ),
        widths=(2.4, 1.8, 1.8, 4.4, 3.4, 1.8),
        numeric=frozenset({1, 2}),
        height=0.9,
    )
