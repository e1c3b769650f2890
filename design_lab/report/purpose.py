"""The section that opens a report: what was asked, of whom, over which period, and how it is to be read."""

from __future__ import annotations

from collections.abc import Iterator

from design_lab.finding import Finding
from design_lab.report.content import Points, Row, Section, Table
from design_lab.report.facts import Facts, capital

_READ = ("read_claims", "read_intervals", "read_found")


def purpose_section(facts: Facts) -> Section:
    """Say who is appraised on what, which schemes are held against each other, and how a number is to be read."""
    table = Table(
        title=facts.say("purpose.table"),
        columns=(facts.say("purpose.what_column"), facts.say("purpose.answer_column")),
        rows=tuple(_rows(facts)),
        worded=True,
    )
    return Section(
        key="purpose",
        kicker=facts.say("kicker.purpose"),
        heading=facts.say("purpose.heading"),
        blocks=(table, Points(title=facts.say("purpose.read"), sentences=tuple(_read(facts)))),
    )


def _rows(facts: Facts) -> Iterator[Row]:
    staff = [one for one in facts.results.under("data.staff") if one.value]
    people = [facts.say("purpose.people", role=facts.role(_last(one)), value=facts.shown(one)) for one in staff]
    paper = [one for one in facts.results.under("diagnosis.nominal_weight") if one.value]
    weights = [
        facts.say("purpose.weight", dimension=facts.dimension(_last(one)), value=facts.shown(one)) for one in paper
    ]
    past = facts.get("evidence.claim")
    schemes = [facts.scheme(name) for name in facts.cover.schemes]
    told: dict[str, tuple[str, list[Finding]]] = {
        "who": (facts.say("join").join(people), staff),
        "what": (capital(facts.say("join").join(weights)), paper),
        "when": (facts.say("purpose.quarter", quarter=facts.cover.quarter), []),
        "schemes": (facts.say("join").join(schemes), []),
        "past": (facts.claim(past.claim) if past else "", [past] if past else []),
    }
    for key, (text, shows) in told.items():
        if text:
            yield Row(cells=(facts.say(f"purpose.{key}"), text), shows=facts.statements(shows))


def _read(facts: Facts) -> Iterator[str]:
    for key in _READ:
        yield facts.say(f"purpose.{key}")


def _last(finding: Finding) -> str:
    return finding.id.rpartition(".")[2]
