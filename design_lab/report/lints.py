"""What the design check says of each scheme, as a report shows it: which lints speak where, and why some are waived."""

from __future__ import annotations

from design_lab.catalogue import words
from design_lab.catalogue.lints import lint_cards
from design_lab.finding import Finding
from design_lab.report.content import Block, Group, Row, Table, once
from design_lab.report.facts import Facts, capital

_WAIVED = "waived"


def lint_blocks(facts: Facts) -> tuple[Block, ...]:
    """Return a table of lints by scheme and the sentences behind it, those waived last; nothing without findings."""
    schemes = _schemes(facts)
    if not schemes:
        return ()
    groups = (
        Group(title=facts.say("lint.standing"), statements=facts.statements(_told(facts, schemes, "")), folded=True),
        Group(title=facts.say("lint.waived"), statements=facts.statements(_told(facts, schemes, f"{_WAIVED}."))),
    )
    return (_table(facts, schemes), *(group for group in groups if group.statements))


def _schemes(facts: Facts) -> tuple[str, ...]:
    found = once(finding.id.split(".")[1] for finding in facts.results.under("lint"))
    return once([*(name for name in facts.cover.schemes if name in found), *found])


def _told(facts: Facts, schemes: tuple[str, ...], kind: str) -> list[Finding]:
    """The findings of single lints, by scheme and in the order of the catalogue; counts are left out."""
    held = (facts.get(f"lint.{name}.{kind}{id}") for name in schemes for id in lint_cards())
    return [finding for finding in held if finding is not None]


def _table(facts: Facts, schemes: tuple[str, ...]) -> Table:
    rows = []
    for id in lint_cards():
        stands, waived = ([facts.get(f"lint.{name}.{kind}{id}") for name in schemes] for kind in ("", f"{_WAIVED}."))
        if any((*stands, *waived)):
            pairs = zip(stands, waived, strict=True)
            cells = (facts.say("lint.cell_waived") if no else facts.shown(yes) for yes, no in pairs)
            name = capital(words(facts.lang).say(f"lint_name.{id}"))
            rows.append(Row(cells=(name, *cells), shows=facts.statements((*stands, *waived))))
    for kind in ("warnings", "notes", "inherited", _WAIVED):
        found = [facts.get(f"lint.{name}.{kind}") for name in schemes]
        if not any(found):
            continue
        shown = (facts.shown(finding) for finding in found)
        rows.append(Row(cells=(facts.say(f"lint.{kind}_row"), *shown), shows=facts.statements(found)))
    return Table(
        title=facts.say("lint.table"),
        columns=(facts.say("lint.column"), *(facts.scheme(name) for name in schemes)),
        rows=tuple(rows),
        notes=(facts.say("lint.note"),),
    )
