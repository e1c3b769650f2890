"""The section that opens what follows the answer: what changed since the last report."""

from __future__ import annotations

from design_lab.changes.headlines import headline
from design_lab.finding import Finding
from design_lab.report.content import Block, Row, Section, Table
from design_lab.report.facts import Facts

_STEM = "changes"
_KINDS = ("moved", "value", "claim", "new", "gone")  # of one finding's change
_COUNTED = ("restated", "claims", "appeared", "gone")
_ON_SLIDE = 4
_OPEN = 8  # changes that a page shows unasked
_PARTS = ("data", "code", "parameters", "together")


def changes_sections(facts: Facts) -> tuple[Section, ...]:
    """Say what changed since the last report, or that this is the first; nothing where nobody compared."""
    overall = facts.get(f"{_STEM}.first") or facts.get(f"{_STEM}.beyond")
    if overall is None:
        return ()
    counts = [one for what in _COUNTED if (one := facts.get(f"{_STEM}.{what}"))]
    definitions = [*filter(None, [facts.get(f"{_STEM}.definitions")]), *facts.results.under(f"{_STEM}.definition")]
    first, rest = _changes(facts)
    parts = _parts_table(facts, (*first, *rest))
    blocks: list[Block] = [
        *facts.groups({"changes.overall": [overall, *counts], "changes.headlines": first[:_OPEN]}),
        *((parts,) if parts.rows else ()),
        *facts.groups({"changes.definitions": definitions}),
        *facts.groups(
            {
                "changes.more_headlines": first[_OPEN:],
                "changes.others": rest,
                "changes.by_notebook": facts.results.under(f"{_STEM}.notebook"),
            },
            folded=True,
        ),
    ]
    return (
        Section(
            key=_STEM,
            kicker=facts.say("kicker.changes"),
            heading=_heading(facts),
            lead=() if overall.id.endswith(".first") else (facts.say("changes.lead"),),
            blocks=tuple(blocks),
            brief=facts.statements([overall, *counts[:1], *definitions[:1], *first][:_ON_SLIDE]),
        ),
    )


def changed_sentence(facts: Facts) -> tuple[str, ...]:
    """The line of the answer: that something moved beyond its interval, or that this is the first report."""
    moved, chance = facts.measured(f"{_STEM}.beyond"), facts.measured(f"{_STEM}.by_chance")
    if facts.get(f"{_STEM}.first"):
        return (facts.say("summary.first"),)
    if not moved or not moved.value or not chance:
        return ()
    return (facts.say("summary.changed", value=facts.shown(moved), n=f"{moved.n:,}", expected=facts.shown(chance)),)


def is_change(finding: Finding) -> bool:
    """Whether a finding tells of another one, as it stood in the last report or stands in this one."""
    return finding.id.startswith(f"{_STEM}.")


def _changes(facts: Facts) -> tuple[list[Finding], list[Finding]]:
    """Changes of single findings: those on which the answer rests, in the order in which they were stated; the rest."""
    found = [one for one in facts.results.under(_STEM) if one.id.split(".")[1] in _KINDS and one.id.count(".") > 1]
    first = [one for one in found if _is_headline(one)]
    return first, [one for one in found if one not in first]


def _is_headline(finding: Finding) -> bool:
    return headline(finding.id.split(".", 2)[2]) is not None


def _parts_table(facts: Facts, changes: tuple[Finding, ...]) -> Table:
    """How much of each change is data, program and settings, where it was replayed."""
    rows = []
    for change in changes:
        about = change.id.split(".", 2)[2]
        parts = [facts.get(f"{_STEM}.part.{part}.{about}") for part in _PARTS]
        if any(parts):
            cells = (about, facts.shown(change), *(facts.shown(one) for one in parts))
            rows.append(Row(cells=cells, shows=facts.statements((change, *parts))))
    return Table(
        title=facts.say("changes.parts"),
        columns=facts.heads("changes", "finding", "change", *_PARTS),
        rows=tuple(rows),
        notes=(facts.say("changes.parts_note"),),
    )


def _heading(facts: Facts) -> str:
    moved, chance = facts.measured(f"{_STEM}.beyond"), facts.measured(f"{_STEM}.by_chance")
    restated = facts.measured(f"{_STEM}.restated")
    if facts.get(f"{_STEM}.first"):
        return facts.say("changes.heading_first")
    if restated:
        return facts.say("changes.heading_restated", value=facts.shown(restated), n=f"{restated.n:,}")
    if not moved or not chance:
        return facts.say("changes.heading_open")
    kind = "moved" if moved.value else "still"
    return facts.say(
        f"changes.heading_{kind}", value=facts.shown(moved), n=f"{moved.n:,}", expected=facts.shown(chance)
    )
